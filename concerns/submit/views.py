"""Pages for staff who write a concern: write it, send it, see what became of it, add to it."""

import uuid
from functools import cache

from crispy_forms.utils import render_crispy_form
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from concerns.asking.asked import Typed, as_uid
from concerns.asking.ending import WorriedForm
from concerns.asking.telling import TELLING
from concerns.asking.told import in_words, named
from concerns.doors import keep
from concerns.doors.act import Refused
from concerns.doors.sheet import onward
from concerns.models import offered
from concerns.models.draft import CONCERN
from concerns.rules.words import About
from concerns.submit import acts, queries
from concerns.submit.forms import AboutForm, AddForm, ConcernForm, ExcludeForm, ToldForm

# Buttons that search or add a row, and send nothing.
LOOKS = frozenset({"find", "find_involved", "find_excluded", "another_mark"})
NOT_SAVED = (
    "This has not been saved yet. Your words are still on this page: press Send again. "
    "If it goes on, copy them and find a safeguarding lead."
)


def home(request):
    before = request.GET.get("before")
    if before and not as_uid(before):
        raise Http404
    rows, more = queries.mine(request.viewer, as_uid(before) if before else None)
    page = {"rows": rows, "more": more, "later": before, "kept": "kept" in request.GET}
    page["last"] = rows[-1].uid if rows else ""
    page |= queries.cannot_wait(request.viewer)
    page["drafts"] = [] if before else queries.drafts(request.viewer)
    page["tasks"] = [] if before else queries.tasks(request.viewer)
    return render(request, "submit/home.html", page)


def start(request):
    form = AboutForm(_typed(request), checked=request.method == "POST")
    if form.checked and form.is_valid():
        adult = form.cleaned_data["about"] == About.ADULT
        return redirect("adult_write" if adult else "submit_write")
    return render(request, "submit/start.html", {"form": form}, status=_status(form))


def danger(request):
    return render(request, "submit/danger.html", {"contacts": queries.leads(request.viewer)})


def write(request):
    pressed = request.POST.get("do")
    asks = request.method != "POST" or pressed in LOOKS
    draft = as_uid(request.POST.get("draft", "")) or uuid.uuid4()
    form = _form(
        request,
        draft,
        _typed(request),
        checked=not asks and pressed not in {"later", About.ADULT},
        more_marks=pressed == "another_mark",
    )
    if request.method != "POST":
        return _page(request, form, blank=_blank())
    if asks:
        return _page(request, form)
    try:
        if pressed == About.ADULT:
            return _about_an_adult(request, form)
        return _later(request, form) if pressed == "later" else _send(request, form)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _page(request, form, reached=False)


def _send(request, form):
    if not form.is_valid():
        return _page(request, form)
    viewer, account = request.viewer, form.written()
    try:
        receipt = acts.submit(by=viewer, draft=form.draft, account=account, now=viewer.now)
    except Refused as refused:
        return _not_sent(request, form, refused.words)
    if receipt.again and acts.keep_what_is_new(viewer, receipt.concern, account):
        return onward(request, "submit_mine", uid=receipt.concern.uid)
    return onward(request, "submit_sent", uid=receipt.concern.uid)


def _later(request, form):
    typed, viewer = _typed(request), request.viewer
    if keep.words(viewer.person, viewer.school, CONCERN, form.draft, typed.answers, viewer.now):
        return onward(request, "submit", "?kept")
    sent = queries.sent_from(viewer, form.draft)
    if sent:
        return onward(request, "submit_sent", uid=sent.uid)
    return _not_sent(request, form, keep.NOT_YOURS)


def _about_an_adult(request, form):
    """Go to the form about an adult who works here. Everything typed so far goes along."""
    names = [child.label for child in form.chosen.values()]
    looked_for = [form.data.get(box, "") for box in ("find", "find_involved")]
    children = named(names, form.data.get("described", ""), looked_for)
    but = {"account", "child", "involved", "described", "excluded", *TELLING}
    said = [form.data.get("account", ""), *in_words(form, but=but), *in_words(*form.marks)]
    words = {"account": ["\n\n".join(filter(str.strip, said))], "children": [children]}
    words |= {name: form.data.getlist(name) for name in TELLING}
    words["shut_out"] = form.data.getlist("excluded")
    return onward(request, "adult_draft", uid=keep.turn(request.viewer, form.draft, words))


def _not_sent(request, form, words):
    if words in {keep.NOT_YOURS, keep.TURNED}:
        form.draft = uuid.uuid4()
    form.add_error(None, words)
    return _page(request, form)


def draft(request, uid):
    sent = queries.sent_from(request.viewer, uid)
    if sent:
        return redirect("submit_sent", uid=sent.uid)
    begun = queries.whose_draft(request.viewer, uid)
    form = _form(request, uid, Typed.of(begun.typed), checked=False)
    return _page(request, form, begun=begun)


@require_POST
def autosave(request):
    return keep.saved(request, CONCERN)


@require_POST
def children(request):
    rows, more = offered.found(request.viewer, request.POST.get("part", ""))
    return JsonResponse({"children": [offered.choice(row) for row in rows], "more": more})


def sent(request, uid):
    return _receipt(request, queries.own(request.viewer, uid))


def told(request, uid):
    concern = queries.own(request.viewer, uid)
    here = reverse("submit_sent", kwargs={"uid": uid})
    form = ToldForm(_typed(request))
    if request.method != "POST":
        return redirect(here)
    if form.is_valid():
        try:
            acts.told(by=request.viewer, concern=concern, whom=form.words, now=request.viewer.now)
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            keep.forget(request.viewer, here)
            return redirect(here)
    return _receipt(request, concern, form)


def mine(request, uid):
    return _own(request, uid)


def add(request, uid):
    concern = queries.own(request.viewer, uid)
    here = reverse("submit_mine", kwargs={"uid": uid})
    if request.method != "POST":
        return redirect(here)
    form = AddForm(_typed(request))
    if not form.is_valid():
        return _own(request, uid, form)
    if form.cleaned_data["about"] == About.ADULT:
        return _added_about_an_adult(request, concern, form.cleaned_data["words"])
    said = {"words": form.cleaned_data["words"], "once": as_uid(request.POST.get("once", ""))}
    acts.add(by=request.viewer, concern=concern, now=request.viewer.now, **said)
    keep.forget(request.viewer, here)
    return redirect(f"{here}#added")


def worried(request, uid):
    """The writer is still worried after the decision: somebody else looks again."""
    viewer, concern = request.viewer, queries.own(request.viewer, uid)
    form = WorriedForm(_typed(request))
    if request.method == "POST" and not form.is_valid():
        return _own(request, uid, worried=form)
    if request.method == "POST":
        words = form.cleaned_data["worry"]
        acts.still_worried(by=viewer, concern=concern, words=words, now=viewer.now)
    return redirect(reverse("submit_mine", kwargs={"uid": uid}) + "#worried")


def exclude(request, uid):
    viewer, pressed = request.viewer, request.method == "POST"
    concern = queries.own(viewer, uid)
    form = ExcludeForm(_typed(request), checked=pressed, staff=offered.staff(viewer))
    if pressed and form.is_valid():
        person = form.cleaned_data["person"]
        try:
            acts.keep_from(by=viewer, concern=concern, person=person, now=viewer.now)
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            return redirect("submit_mine", uid=uid)
    page = {"concern": concern, "form": form}
    return render(request, "submit/exclude.html", page, status=_status(form))


def _added_about_an_adult(request, concern, words):
    """Go to the form about an adult. The concern about the child keeps no trace of the addition."""
    children = ", ".join(row.name for row in concern.children.select_related("child"))
    here = reverse("submit_mine", kwargs={"uid": concern.uid})
    return redirect("adult_draft", uid=keep.turn_addition(request.viewer, here, words, children))


def _typed(request) -> Typed:
    return Typed.of(dict(request.POST.lists()))


def _status(*forms) -> int:
    return 422 if any(form.errors for form in forms if form) else 200


def _form(request, draft, typed, *, checked, more_marks=0) -> ConcernForm:
    viewer, picked = request.viewer, [*typed.uids("child"), *typed.uids("involved")]
    who = {"chosen": offered.chosen(viewer, picked)}
    who["colleagues"] = offered.staff(viewer, typed.uids("excluded"))
    given = {"draft": draft, "checked": checked, "more_marks": more_marks, **who}
    return ConcernForm(typed, now=viewer.now, **given)


@cache
def _blank() -> str:
    """The empty form, the same for everybody, rendered once in each process: it is five sixths of
    the page's work. What differs (token, draft, names) is outside it."""
    nothing = {"draft": uuid.uuid4(), "chosen": {}, "colleagues": {}, "checked": False}
    form = ConcernForm(Typed.of({}), now=timezone.now(), **nothing)
    return render_crispy_form(form, context={"picker_url": reverse("submit_children")})


def _page(request, form, *, begun=None, blank="", reached=True):
    """The page with the concern form; 503, and nothing read, if no database could be `reached`."""
    page = {
        "form": form,
        "extra_forms": form.marks,
        "keep": keep.token(request.viewer, CONCERN, form.draft),
        "picker_url": reverse("submit_children"),
        "begun": begun,
        "blank": blank,
        "more_marks": request.POST.get("do") == "another_mark",
    }
    looked = reached and request.method == "POST"
    page |= queries.boxes(request.viewer, form, looked=looked)
    if reached:
        page["contacts"] = queries.leads(request.viewer, but=form.colleagues)
    status = _status(form, *form.marks) if reached else 503
    return render(request, "submit/write.html", page, status=status)


def _receipt(request, concern, form=None):
    here = reverse("submit_sent", kwargs={"uid": concern.uid})
    promise = queries.promise(request.viewer, concern)
    if form is None and promise.danger:
        form = _put_back(request, ToldForm, here)
    page = {"concern": concern, "promise": promise, "form": form}
    page["keep"] = keep.token(request.viewer, here) if form else ""
    return render(request, "submit/sent.html", page, status=_status(form) if form else 200)


def _own(request, uid, form=None, worried=None):
    here, concern = reverse("submit_mine", args=[uid]), queries.opened(request.viewer, uid)
    form = form or _put_back(request, AddForm, here)
    page = {
        "concern": concern,
        **queries.whom_to_find(request.viewer, concern),
        "worry": worried or WorriedForm(checked=False),
        "again": queries.looks_again(concern),
        "form": form,
        "keep": keep.token(request.viewer, here),
        "once": uuid.uuid4(),
    }
    return render(request, "submit/mine.html", page, status=_status(form, worried))


def _put_back(request, form, here):
    """The form class `form` filled with the words kept from the page `here`; not validated yet."""
    kept = keep.waiting(request.viewer, here)
    made = form(Typed.of(kept.typed if kept else {}), checked=False)
    made.kept = kept
    return made
