"""Pages on concerns about adults: writing one, what became of it, and the reader's pages."""

import uuid

from django.db import InterfaceError, OperationalError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from concerns.adult import acts, forms, queries
from concerns.doors import sight, unsent_words
from concerns.doors.act import ActRefused
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import (
    LATER,
    FormPage,
    add_refusal_to_draft,
    postpone_form,
    redirect_to_next,
    save_draft_for_later,
    status_of_forms,
)
from concerns.doors.page_copies import PageCopy, find_unseen_copies
from concerns.forms.addition_form import AdultAdditionForm
from concerns.forms.answers_as_text import answers_in_words
from concerns.forms.base_form import DraftableForm, PostedFields, parse_uuid
from concerns.forms.who_told_you import TELLING
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.reading import pickers
from concerns.rules.words import ConcernSubject

NOT_SAVED = (
    "This has not been saved yet. Your words are still on this page. Press Send again. If that "
    "does not work, copy your words and ring the number above."
)

# Fields that the form about a child has too. All other answers are copied into its account.
GOES_AS_IT_IS = frozenset({"account", "children", "shut_out", *TELLING})


def write(request):
    draft = parse_uuid(request.POST.get("draft", "")) or uuid.uuid4()
    pressed = request.POST.get("do")
    typed = PostedFields.from_post(request)
    if request.method != "POST" or pressed == "stay":
        return _render_adult_form(request, _build_adult_form(request, draft, typed, False))
    checked = pressed not in {"later", ConcernSubject.CHILD}
    form = _build_adult_form(request, draft, typed, checked)
    try:
        if pressed == ConcernSubject.CHILD:
            return _move_to_child_form(request, form)
        if pressed == "later":
            return _save_adult_for_later(request, form)
        return _send_adult_form(request, form)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _render_adult_form(request, form, reached=False)


def _send_adult_form(request, form):
    if not form.is_valid():
        return _render_adult_form(request, form)
    viewer = request.viewer
    told = form.to_adult_account()
    begun = unsent_words.find_own_draft(viewer, form.draft)
    try:
        concern, again = acts.send(by=viewer, draft=form.draft, told=told, now=viewer.now)
    except ActRefused as refused:
        add_refusal_to_draft(form, refused.words)
        return _render_adult_form(request, form)
    if again and acts.keep_adult_words_after_send(viewer, concern, told):
        return redirect_to_next(request, "adult_mine", uid=concern.uid)
    if begun and _keep_what_other_pages_saved(request, concern, begun):
        return redirect_to_next(request, "adult_mine", uid=concern.uid)
    return redirect_to_next(request, "adult_sent", uid=concern.uid)


def _keep_what_other_pages_saved(request, concern, begun) -> bool:
    """Keep for the "Add something" box what was saved in the draft and not sent, because this page
    was older or the draft had other copies. Whether there was anything."""
    sent = PostedFields.from_post(request).answer_fields
    copies = find_unseen_copies(begun, sent, PageCopy.from_post(request.POST))
    here = reverse("adult_mine", kwargs={"uid": concern.uid})
    words = [value for values in sent.values() for value in values]
    return unsent_words.keep_left_over(request.viewer, here, copies, words)


def _save_adult_for_later(request, form):
    there = save_draft_for_later(request, ADULT, form, queries.find_adult_concern_of_draft)
    return there or _render_adult_form(request, form)


def _move_to_child_form(request, form):
    """The writer says it is about a child after all. Every word moves to that form, and everybody
    who must not see this concern must not see that one either."""
    typed = form.data
    said = [typed.get("account", ""), *answers_in_words(form, but=GOES_AS_IT_IS)]
    words = {"account": ["\n\n".join(filter(str.strip, said))]}
    words |= {name: typed.getlist(name) for name in TELLING}
    words["described"] = typed.getlist("children")
    words["excluded"] = [*filter(None, typed.getlist("whom")), *typed.getlist("shut_out")]
    if not any(part.strip() for parts in words.values() for part in parts):
        return redirect("submit_write")
    posted = PostedFields.from_post(request).answer_fields
    copy = PageCopy.from_post(request.POST)
    uid = unsent_words.convert_draft(request.viewer, form.draft, words, CONCERN, copy, posted)
    return redirect_to_next(request, "submit_draft", uid=uid)


def draft(request, uid):
    sent = queries.find_adult_concern_of_draft(request.viewer, uid)
    if sent:
        return redirect("adult_sent", uid=sent.uid)
    begun = sight.get_own_draft(request.viewer, uid, ADULT)
    return _render_adult_form(
        request,
        _build_adult_form(request, uid, PostedFields.from_fields(begun.typed_fields), False),
        begun=begun,
    )


@require_POST
def autosave(request):
    return unsent_words.answer_autosave(request, ADULT)


def _build_adult_form(request, uid, typed, checked) -> forms.AdultConcernForm:
    staff = pickers.get_colleagues_by_uid(request.viewer)
    return forms.AdultConcernForm(typed, draft=uid, staff=staff, checked=checked)


def _render_adult_form(request, form, *, begun=None, reached=True):
    """The form. If the database was not `reached`, without anything that needs a query."""
    page = {
        "form": form,
        "begun": begun,
        "copy": PageCopy.for_page(request.POST, begun),
        "keep": unsent_words.sign_form_token(request.viewer, ADULT, form.draft),
    }
    if reached:
        page["contacts"] = queries.find_adult_contacts(request.viewer, form.uids_not_to_suggest)
        page["authority"] = queries.get_school_authority(request.viewer)
    status = status_of_forms(form) if reached else 503
    return render(request, "adult/write.html", page, status=status)


def sent(request, uid):
    concern = queries.get_own_adult_concern(request.viewer, uid)
    page = {"concern": concern, "promise": queries.build_adult_receipt(request.viewer, concern)}
    page["authority"] = queries.get_school_authority(request.viewer)
    return render(request, "adult/sent.html", page)


def all_mine(request):
    before = sight.read_uid_in_address(request, "before")
    rows, more = queries.list_own_adult_concerns(request.viewer, before)
    page = {"rows": rows, "last": rows[-1].uid if more else "", "later": before}
    return render(request, "adult/all_mine.html", page)


def mine(request, uid):
    return _render_own_adult_concern(request, uid)


def add(request, uid):
    concern = queries.get_own_adult_concern(request.viewer, uid)
    here = reverse("adult_mine", kwargs={"uid": uid})
    if request.method != "POST":
        return redirect(here)
    typed = PostedFields.from_post(request)
    form = AdultAdditionForm(typed)
    draft = FormDraft(request, here, pressed=True)
    if request.POST.get("do") == LATER:
        return postpone_form(request, draft, typed)
    if not form.is_valid() or draft.find_unseen_words(typed):
        return _render_own_adult_concern(request, uid, form, draft)
    once = parse_uuid(request.POST.get("once", ""))
    words = form.cleaned_data["words"]
    viewer = request.viewer
    if request.POST.get("do") == ConcernSubject.CHILD:
        uid = unsent_words.start_child_draft(viewer, here, words, draft.copy)
        return redirect("submit_draft", uid=uid)
    acts.add(by=viewer, concern=concern, words=words, now=viewer.now, once=once)
    draft.end()
    return redirect(f"{here}#added")


def _render_own_adult_concern(request, uid, form=None, draft=None):
    here = reverse("adult_mine", kwargs={"uid": uid})
    own = queries.read_own_adult_concern(request.viewer, uid)
    draft = draft or FormDraft(request, here)
    form = form or draft.fill_form(AdultAdditionForm)
    page = {"concern": own.concern, "own": own, "form": form, "draft": draft, "once": uuid.uuid4()}
    page["promise"] = queries.build_adult_receipt(request.viewer, own.concern)
    page["authority"] = queries.get_school_authority(request.viewer)
    return render(request, "adult/mine.html", page, status=status_of_forms(form))


# The reader's pages


def listed(request):
    after = sight.read_uid_in_address(request, "after")
    page = queries.read_adult_list(request.viewer, after)
    authority = queries.get_school_authority(request.viewer)
    return render(request, "adult/list.html", {"listed": page, "authority": authority})


def read(request, uid):
    page = queries.read_adult_concern(request.viewer, uid)
    page["authority"] = queries.get_school_authority(request.viewer)
    return render(request, "adult/read.html", page)


def take(request, uid):
    if request.method != "POST":
        return redirect("adult_read", uid=uid)
    concern = queries.get_adult_to_change(request.viewer, uid)
    sheet = FormPage(request, DraftableForm)
    if sheet.is_complete and sheet.attempt_act(acts.take, concern=concern):
        return sheet.go_to_page("adult_read", uid=uid)
    return sheet.render_page("parts/take.html", sight.open_adult_concern(request.viewer, uid))


def take_over(request, uid):
    """Take over an escalated concern. A second press finds that the viewer has it already."""
    if queries.is_still_visible(request.viewer, uid):
        return redirect("adult_read", uid=uid)
    one = queries.get_escalated_concern(request.viewer, uid)
    sheet = FormPage(request, forms.AdultTakeOverForm)
    if sheet.is_complete and sheet.attempt_act(acts.take_over, uid=uid, **sheet.form.act_arguments):
        return sheet.go_to_page("adult_read", uid=uid)
    return sheet.render_page("adult/take_over.html", one=one)


def _render_adult_act(request, uid, act, form, concern=None, said=None, **offered):
    """The page of one act on a concern. `said` is extra context, `offered` the form's arguments."""
    concern = concern or queries.get_adult_to_change(request.viewer, uid)
    sheet = FormPage(request, form, **offered)
    if sheet.is_complete and sheet.attempt_act(act, concern=concern, **sheet.form.act_arguments):
        # Readers who excluded themselves cannot open the concern any more.
        if queries.is_still_visible(request.viewer, uid):
            return sheet.go_to_page("adult_read", uid=uid)
        return sheet.go_to_page("adult")
    page = {"authority": queries.get_school_authority(request.viewer), **(said or {})}
    return sheet.render_page(
        "adult/sheet.html", sight.open_adult_concern(request.viewer, uid), **page
    )


def decide(request, uid):
    return _render_adult_act(
        request, uid, acts.decide, forms.AdultDecisionForm, today=request.viewer.todays_date
    )


def speak(request, uid):
    return _render_adult_act(
        request, uid, acts.speak, forms.AdultConversationForm, now=request.viewer.now
    )


def note(request, uid):
    return _render_adult_act(request, uid, acts.note, forms.AdultNoteForm)


def tell(request, uid):
    return _render_adult_act(request, uid, acts.tell, forms.AdultWordBackForm)


def hand(request, uid):
    concern = queries.get_adult_to_change(request.viewer, uid)
    to = queries.find_handover_posts(request.viewer, concern)
    own = request.viewer.person in {post.person for post in to}
    return _render_adult_act(
        request, uid, acts.hand, forms.AdultHandoverForm, concern, {"to": to, "own": own}
    )


def about(request, uid):
    staff = queries.list_staff_and_oneself(request.viewer)
    return _render_adult_act(request, uid, acts.about, forms.AdultSubjectForm, staff=staff)


def exclude(request, uid):
    staff = queries.list_staff_and_oneself(request.viewer)
    return _render_adult_act(request, uid, acts.exclude, forms.AdultExcludeForm, staff=staff)


def bring_in(request, uid):
    """The head lets a lead read this one concern."""
    concern = queries.get_adult_to_change(request.viewer, uid)
    leads = queries.find_leads_to_bring_in(request.viewer, concern)
    return _render_adult_act(
        request, uid, acts.bring_in, forms.AdultBringInForm, concern, staff=leads
    )


def end_reading(request, uid):
    concern = queries.get_adult_to_change(request.viewer, uid)
    leads = queries.find_leads_who_read(request.viewer, concern)
    return _render_adult_act(
        request, uid, acts.end_reading, forms.AdultEndReadingForm, concern, staff=leads
    )


def close(request, uid):
    concern = queries.get_adult_to_change(request.viewer, uid)
    own = concern.reporter_id == request.viewer.person.pk
    return _render_adult_act(request, uid, acts.close, forms.AdultCloseForm, concern, own=own)


def reopen(request, uid):
    return _render_adult_act(request, uid, acts.reopen, forms.AdultReopenForm)
