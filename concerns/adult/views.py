"""Pages on concerns about adults: writing one, what became of it, and the reader's pages."""

import uuid

from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from concerns.adult import acts, forms, queries
from concerns.asking.asked import Asked, Typed, as_uid
from concerns.asking.telling import TELLING
from concerns.asking.told import in_words
from concerns.doors import keep, sight
from concerns.doors.act import Refused
from concerns.doors.sheet import Sheet, onward
from concerns.models.draft import ADULT, CONCERN
from concerns.rules.words import About

NOT_SAVED = (
    "This has not been saved yet. Your words are still on this page: press Send again. If it goes "
    "on, copy them and ring the number above."
)

# Fields that the form about a child has too. All other answers are copied into its account.
GOES_AS_IT_IS = frozenset({"account", "children", "shut_out", *TELLING})


def write(request):
    draft = as_uid(request.POST.get("draft", "")) or uuid.uuid4()
    pressed = request.POST.get("do")
    if request.method != "POST" or pressed == "stay":
        return _page(request, _form(request, draft, Typed.of(dict(request.POST.lists())), False))
    checked = pressed not in {"later", About.CHILD}
    form = _form(request, draft, Typed.of(dict(request.POST.lists())), checked)
    try:
        if pressed == About.CHILD:
            return _about_a_child(request, form)
        return _later(request, form) if pressed == "later" else _send(request, form)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _page(request, form, reached=False)


def _send(request, form):
    if not form.is_valid():
        return _page(request, form)
    viewer, told = request.viewer, form.told()
    try:
        concern, again = acts.send(by=viewer, draft=form.draft, told=told, now=viewer.now)
    except Refused as refused:
        return _begun_by_another(request, form, refused.words)
    if again and acts.keep_what_is_new(viewer, concern, told):
        return onward(request, "adult_mine", uid=concern.uid)
    return onward(request, "adult_sent", uid=concern.uid)


def _later(request, form):
    viewer, typed = request.viewer, Typed.of(dict(request.POST.lists()))
    if keep.words(viewer.person, viewer.school, ADULT, form.draft, typed.answers, viewer.now):
        return onward(request, "submit", "?kept")
    sent = queries.sent_from(viewer, form.draft)
    if sent:
        return onward(request, "adult_sent", uid=sent.uid)
    return _begun_by_another(request, form, keep.NOT_YOURS)


def _about_a_child(request, form):
    """The writer says it is about a child after all. Every word moves to that form, and everybody
    who must not see this concern must not see that one either."""
    typed = form.data
    said = [typed.get("account", ""), *in_words(form, but=GOES_AS_IT_IS)]
    words = {"account": ["\n\n".join(filter(str.strip, said))]}
    words |= {name: typed.getlist(name) for name in TELLING}
    words["described"] = typed.getlist("children")
    words["excluded"] = [*filter(None, typed.getlist("whom")), *typed.getlist("shut_out")]
    if not any(part.strip() for parts in words.values() for part in parts):
        return redirect("submit_write")
    return onward(
        request, "submit_draft", uid=keep.turn(request.viewer, form.draft, words, CONCERN)
    )


def _begun_by_another(request, form, words):
    form.draft = uuid.uuid4()
    form.add_error(None, words)
    return _page(request, form)


def draft(request, uid):
    sent = queries.sent_from(request.viewer, uid)
    if sent:
        return redirect("adult_sent", uid=sent.uid)
    begun = queries.whose_draft(request.viewer, uid)
    return _page(request, _form(request, uid, Typed.of(begun.typed), False), begun=begun)


@require_POST
def autosave(request):
    return keep.saved(request, ADULT)


def _form(request, uid, typed, checked) -> forms.AdultForm:
    staff = queries.colleagues(request.viewer)
    return forms.AdultForm(typed, draft=uid, staff=staff, checked=checked)


def _page(request, form, *, begun=None, reached=True):
    """The form. If the database was not `reached`, without anything that needs a query."""
    page = {"form": form, "begun": begun, "keep": keep.token(request.viewer, ADULT, form.draft)}
    if reached:
        page["contacts"] = queries.contacts(request.viewer, form.passed_by)
        page["authority"] = queries.authority(request.viewer)
    status = (422 if form.errors else 200) if reached else 503
    return render(request, "adult/write.html", page, status=status)


def sent(request, uid):
    concern = queries.own(request.viewer, uid)
    page = {"concern": concern, "promise": queries.promise(request.viewer, concern)}
    page["authority"] = queries.authority(request.viewer)
    return render(request, "adult/sent.html", page)


def all_mine(request):
    before = request.GET.get("before")
    if before and not as_uid(before):
        raise Http404
    rows, more = queries.mine(request.viewer, as_uid(before) if before else None)
    page = {"rows": rows, "last": rows[-1].uid if more else "", "later": before}
    return render(request, "adult/all_mine.html", page)


def mine(request, uid):
    return _own(request, uid)


def add(request, uid):
    concern = queries.own(request.viewer, uid)
    here = reverse("adult_mine", kwargs={"uid": uid})
    if request.method != "POST":
        return redirect(here)
    form = forms.AddForm(Typed.of(dict(request.POST.lists())))
    if not form.is_valid():
        return _own(request, uid, form)
    once = as_uid(request.POST.get("once", ""))
    words, viewer = form.cleaned_data["words"], request.viewer
    if form.cleaned_data["about"] == About.CHILD:
        return redirect("submit_draft", uid=keep.turn_to_child(viewer, here, words))
    acts.add(by=viewer, concern=concern, words=words, now=viewer.now, once=once)
    keep.forget(viewer, here)
    return redirect(f"{here}#added")


def _own(request, uid, form=None):
    here = reverse("adult_mine", kwargs={"uid": uid})
    concern = queries.opened(request.viewer, uid)
    waiting = None if form else keep.waiting(request.viewer, here)
    form = form or forms.AddForm(Typed.of(waiting.typed if waiting else {}), checked=False)
    page = {"concern": concern, "form": form, "waiting": waiting, "once": uuid.uuid4()}
    page |= {"keep": keep.token(request.viewer, here)}
    page["promise"] = queries.promise(request.viewer, concern)
    page["authority"] = queries.authority(request.viewer)
    return render(request, "adult/mine.html", page, status=422 if form.errors else 200)


# The reader's pages


def listed(request):
    after = request.GET.get("after")
    if after and not as_uid(after):
        raise Http404
    page = queries.listed(request.viewer, as_uid(after) if after else None)
    authority = queries.authority(request.viewer)
    return render(request, "adult/list.html", {"listed": page, "authority": authority})


def read(request, uid):
    page = queries.read(request.viewer, uid)
    page["authority"] = queries.authority(request.viewer)
    return render(request, "adult/read.html", page)


def take(request, uid):
    if request.method != "POST":
        return redirect("adult_read", uid=uid)
    concern = queries.to_change(request.viewer, uid)
    sheet = Sheet(request, Asked)
    if sheet.whole and sheet.does(acts.take, concern=concern):
        return sheet.onward("adult_read", uid=uid)
    return sheet.page("triage/take.html", sight.adult(request.viewer, uid))


def take_over(request, uid):
    """Take over an escalated concern. A second press finds that the viewer has it already."""
    if queries.still_seen(request.viewer, uid):
        return redirect("adult_read", uid=uid)
    one = queries.come(request.viewer, uid)
    sheet = Sheet(request, forms.TakeOverForm)
    if sheet.whole and sheet.does(acts.take_over, uid=uid, **sheet.form.given):
        return sheet.onward("adult_read", uid=uid)
    return sheet.page("adult/take_over.html", one=one)


def _does(request, uid, act, form, concern=None, said=None, **offered):
    """The page of one act on a concern. `said` is extra context, `offered` the form's arguments."""
    concern = concern or queries.to_change(request.viewer, uid)
    sheet = Sheet(request, form, **offered)
    if sheet.whole and sheet.does(act, concern=concern, **sheet.form.given):
        # Readers who excluded themselves cannot open the concern any more.
        if queries.still_seen(request.viewer, uid):
            return sheet.onward("adult_read", uid=uid)
        return sheet.onward("adult")
    page = {"authority": queries.authority(request.viewer), **(said or {})}
    return sheet.page("adult/sheet.html", sight.adult(request.viewer, uid), **page)


def decide(request, uid):
    return _does(request, uid, acts.decide, forms.DecideForm, today=request.viewer.today)


def speak(request, uid):
    return _does(request, uid, acts.speak, forms.SpeakForm, now=request.viewer.now)


def note(request, uid):
    return _does(request, uid, acts.note, forms.NoteForm)


def tell(request, uid):
    return _does(request, uid, acts.tell, forms.TellForm)


def hand(request, uid):
    concern = queries.to_change(request.viewer, uid)
    to = queries.would_have(request.viewer, concern)
    own = request.viewer.person in {post.person for post in to}
    return _does(request, uid, acts.hand, forms.HandForm, concern, {"to": to, "own": own})


def about(request, uid):
    staff = queries.everybody(request.viewer)
    return _does(request, uid, acts.about, forms.AboutForm, staff=staff)


def exclude(request, uid):
    staff = queries.everybody(request.viewer)
    return _does(request, uid, acts.exclude, forms.ExcludeForm, staff=staff)


def close(request, uid):
    concern = queries.to_change(request.viewer, uid)
    own = concern.reporter_id == request.viewer.person.pk
    return _does(request, uid, acts.close, forms.CloseForm, concern, own=own)


def reopen(request, uid):
    return _does(request, uid, acts.reopen, forms.ReopenForm)
