"""Pages for staff who write a concern: write it, send it, see what became of it, add to it."""

import uuid
from functools import cache
from typing import Any

from crispy_forms.utils import render_crispy_form
from django.db import InterfaceError, OperationalError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from concerns.doors import attachments, sight, unsent_words
from concerns.doors.act import ActRefused
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import (
    LATER,
    MOVED_ON,
    add_refusal_to_draft,
    postpone_form,
    redirect_to_next,
    save_draft_for_later,
    status_of_forms,
)
from concerns.doors.page_copies import PageCopy, find_unseen_copies
from concerns.forms.addition_form import AdditionForm
from concerns.forms.answers_as_text import answers_in_words, names_in_one_line
from concerns.forms.base_form import PostedFields, parse_uuid
from concerns.forms.closing_and_watch import StillWorriedForm
from concerns.forms.who_told_you import TELLING
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.paper.attachment_reading import build_files_form, keep_posted_files
from concerns.reading import pickers
from concerns.rules.words import ConcernSubject
from concerns.submit import acts, queries
from concerns.submit.forms import ConcernForm, KeepOutForm, SubjectForm, WhomToldForm

# Buttons that search or add a row, and send nothing.
LOOKS = frozenset({"find", "find_involved", "find_excluded", "another_mark"})
NOT_SAVED = (
    "This has not been saved yet. Your words are still on this page. Press Send again. If that "
    "does not work, copy your words and find a safeguarding lead."
)
# Files are kept with concerns about children alone.
FILES_NOT_MOVED = (
    "I had added these files. They were removed, because files are not kept with a concern about "
    "an adult: {}."
)


def home(request):
    before = sight.read_uid_in_address(request, "before")
    rows, more = queries.list_own_concerns(request.viewer, before)
    page: dict[str, Any] = {"rows": rows, "later": before, "kept": "kept" in request.GET}
    page["last"] = rows[-1][0].uid if more else ""
    page |= queries.gather_urgent_items(request.viewer)
    page["drafts"] = [] if before else queries.list_own_drafts(request.viewer)
    page["tasks"] = [] if before else queries.list_own_tasks(request.viewer)
    page["brought"] = [] if before else queries.list_concerns_brought_into(request.viewer)
    return render(request, "submit/home.html", page)


def start(request):
    form = SubjectForm(PostedFields.from_post(request), checked=request.method == "POST")
    if form.checked and form.is_valid():
        adult = form.cleaned_data["about"] == ConcernSubject.ADULT
        return redirect("adult_write" if adult else "submit_write")
    return render(request, "submit/start.html", {"form": form}, status=status_of_forms(form))


def danger(request):
    return render(request, "submit/danger.html", {"contacts": queries.find_leads(request.viewer)})


def write(request):
    pressed = request.POST.get("do")
    asks = request.method != "POST" or pressed in LOOKS
    draft = parse_uuid(request.POST.get("draft", "")) or uuid.uuid4()
    form = _build_concern_form(
        request,
        draft,
        PostedFields.from_post(request),
        checked=not asks and pressed not in {"later", "files", ConcernSubject.ADULT},
        more_marks=pressed == "another_mark",
    )
    if request.method != "POST":
        return _render_concern_form(request, form, blank=_render_blank_form())
    if asks:
        return _render_concern_form(request, form)
    try:
        if pressed == ConcernSubject.ADULT:
            return _move_to_adult_form(request, form)
        if pressed in {"later", "files"}:
            return _save_draft(request, form, then="submit_files" if pressed == "files" else "")
        return _send_concern(request, form)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _render_concern_form(request, form, reached=False)


def _send_concern(request, form):
    if not form.is_valid():
        return _render_concern_form(request, form)
    viewer = request.viewer
    account = form.to_account()
    try:
        receipt = acts.submit(by=viewer, draft=form.draft, account=account, now=viewer.now)
    except ActRefused as refused:
        add_refusal_to_draft(form, refused.words)
        return _render_concern_form(request, form)
    if receipt.again and acts.keep_words_after_sending(viewer, receipt.concern, account):
        return redirect_to_next(request, "submit_mine", uid=receipt.concern.uid)
    if _keep_what_other_pages_saved(request, receipt) and not receipt.concern.danger:
        return redirect_to_next(request, "submit_mine", uid=receipt.concern.uid)
    return redirect_to_next(request, "submit_sent", uid=receipt.concern.uid)


def _keep_what_other_pages_saved(request, receipt) -> bool:
    """Keep for the "Add something" box what was saved in the draft and not sent, because this page
    was older or the draft had other copies. Whether there was anything. Nothing holds up a concern.
    """
    if receipt.begun is None:
        return False
    sent = PostedFields.from_post(request).answer_fields
    copies = find_unseen_copies(receipt.begun, sent, PageCopy.from_post(request.POST))
    here = reverse("submit_mine", kwargs={"uid": receipt.concern.uid})
    words = [value for values in sent.values() for value in values]
    return unsent_words.keep_left_over(request.viewer, here, copies, words)


def _save_draft(request, form, then=""):
    find_sent = queries.find_concern_of_draft
    there = save_draft_for_later(request, CONCERN, form, find_sent, then=then)
    return there or _render_concern_form(request, form)


def _move_to_adult_form(request, form):
    """Go to the form about an adult who works here. Everything typed so far goes along."""
    names = [child.label for child in form.chosen.values()]
    looked_for = [form.data.get(box, "") for box in ("find", "find_involved")]
    children = names_in_one_line(names, form.data.get("described", ""), looked_for)
    but = {"account", "child", "involved", "described", "excluded", *TELLING}
    said = [
        form.data.get("account", ""),
        *answers_in_words(form, but=but),
        *answers_in_words(*form.marks),
    ]
    names_of_files = [
        file.name for file in attachments.list_draft_files(request.viewer, form.draft)
    ]
    said += [FILES_NOT_MOVED.format(", ".join(names_of_files))] if names_of_files else []
    words = {"account": ["\n\n".join(filter(str.strip, said))], "children": [children]}
    words |= {name: form.data.getlist(name) for name in TELLING}
    words["shut_out"] = form.data.getlist("excluded")
    posted = PostedFields.from_post(request).answer_fields
    copy = PageCopy.from_post(request.POST)
    uid = unsent_words.convert_draft(request.viewer, form.draft, words, ADULT, copy, posted)
    # Only now: if the draft could not be changed, they are still there.
    attachments.remove_draft_files(request.viewer, form.draft)
    return redirect_to_next(request, "adult_draft", uid=uid)


def draft(request, uid):
    sent = queries.find_concern_of_draft(request.viewer, uid)
    if sent:
        return redirect("submit_sent", uid=sent.uid)
    begun = sight.get_own_draft(request.viewer, uid, CONCERN)
    form = _build_concern_form(
        request, uid, PostedFields.from_fields(begun.typed_fields), checked=False
    )
    return _render_concern_form(request, form, begun=begun)


def files(request, uid):
    """The files of a concern that is not sent: those that were added, and adding more."""
    viewer = request.viewer
    sent = queries.find_concern_of_draft(viewer, uid)
    begun = None if sent else sight.get_own_draft(viewer, uid, CONCERN)
    away = parse_uuid(request.POST.get("away", ""))
    form = build_files_form(request)
    if away:
        attachments.remove_draft_files(viewer, uid, away)
        return redirect("submit_files", uid=uid)
    if form.is_valid() and keep_posted_files(viewer, form, uid):
        # It may have been sent from another window while the files came in.
        sent = queries.find_concern_of_draft(viewer, uid)
        return _go_on_after_files(viewer, uid, sent)
    if sent:
        return redirect("submit_add_files", uid=sent.uid)
    page = {"form": form, "begun": begun, "files": attachments.list_draft_files(viewer, uid)}
    return render(request, "submit/files.html", page, status=status_of_forms(form))


def _go_on_after_files(viewer, draft, sent):
    if sent is None:
        return redirect("submit_files", uid=draft)
    try:
        acts.add_files(by=viewer, concern=sent, draft=draft, now=viewer.now)
    except ActRefused:
        attachments.remove_draft_files(viewer, draft)
        raise
    return redirect(reverse("submit_mine", kwargs={"uid": sent.uid}) + "#files")


def add_files(request, uid):
    """Files that the writer adds to their concern after it was sent."""
    viewer = request.viewer
    concern = queries.get_own_concern(viewer, uid)
    draft = unsent_words.uid_of_page(viewer.person, viewer.school, request.path)
    form = build_files_form(request)
    if form.is_valid() and keep_posted_files(viewer, form, draft, anew=True):
        return _go_on_after_files(viewer, draft, concern)
    page = {"form": form, "concern": concern}
    return render(request, "submit/add_files.html", page, status=status_of_forms(form))


def file(request, uid):
    attachments.require_reading(request)
    return attachments.answer_with_file(request, sight.open_own_attachment(request.viewer, uid))


@require_POST
def autosave(request):
    return unsent_words.answer_autosave(request, CONCERN)


@require_POST
def autosave_page(request):
    """Save a form that is saved under its page, whichever room it stands in."""
    return unsent_words.answer_autosave_of_page(request)


@require_POST
def throw_away(request):
    page = unsent_words.read_page_of_own_words(request)
    copy = PageCopy.from_post(request.POST)
    if page and not unsent_words.throw_away_words(request.viewer, page, copy):
        return render(request, "submit/typed_since.html", {"there": page}, status=MOVED_ON)
    return redirect(page or "submit")


@require_POST
def children(request):
    rows, more = pickers.find_children_to_pick(request.viewer, request.POST.get("part", ""))
    found = pickers.children_as_choices(request.viewer, rows)
    return JsonResponse({"children": found, "more": more})


def sent(request, uid):
    return _render_receipt(request, queries.get_own_concern(request.viewer, uid))


def told(request, uid):
    concern = queries.get_own_concern(request.viewer, uid)
    here = reverse("submit_sent", kwargs={"uid": uid})
    form = WhomToldForm(PostedFields.from_post(request))
    if request.method != "POST":
        return redirect(here)
    draft = FormDraft(request, here, pressed=True)
    if form.is_valid() and not draft.find_unseen_words(PostedFields.from_post(request)):
        try:
            acts.told(
                by=request.viewer, concern=concern, whom=form.told_in_words, now=request.viewer.now
            )
        except ActRefused as refused:
            form.add_error(None, refused.words)
        else:
            draft.end()
            return redirect(here)
    return _render_receipt(request, concern, form, draft)


def mine(request, uid):
    return _render_own_concern(request, uid)


def add(request, uid):
    concern = queries.get_own_concern(request.viewer, uid)
    here = reverse("submit_mine", kwargs={"uid": uid})
    if request.method != "POST":
        return redirect(here)
    form = AdditionForm(PostedFields.from_post(request))
    draft = FormDraft(request, here, pressed=True)
    if request.POST.get("do") == LATER:
        return postpone_form(request, draft, PostedFields.from_post(request))
    if not form.is_valid() or draft.find_unseen_words(PostedFields.from_post(request)):
        return _render_own_concern(request, uid, form=form, draft=draft)
    if request.POST.get("do") == ConcernSubject.ADULT:
        return _move_addition_to_adult(request, concern, form.cleaned_data["words"])
    said = {"words": form.cleaned_data["words"], "once": parse_uuid(request.POST.get("once", ""))}
    acts.add(by=request.viewer, concern=concern, now=request.viewer.now, **said)
    draft.end()
    return redirect(f"{here}#added")


def worried(request, uid):
    """The writer is still worried after the decision: somebody else looks again."""
    viewer = request.viewer
    concern = queries.get_own_concern(request.viewer, uid)
    form = StillWorriedForm(PostedFields.from_post(request))
    draft = FormDraft(request, request.path, pressed=True)
    if request.POST.get("do") == LATER:
        return postpone_form(request, draft, PostedFields.from_post(request))
    if request.method == "POST" and (
        not form.is_valid() or draft.find_unseen_words(PostedFields.from_post(request))
    ):
        return _render_own_concern(request, uid, worry=form, worry_draft=draft)
    if request.method == "POST":
        words = form.cleaned_data["worry"]
        acts.still_worried(by=viewer, concern=concern, words=words, now=viewer.now)
        draft.end()
    return redirect(reverse("submit_mine", kwargs={"uid": uid}) + "#worried")


def exclude(request, uid):
    viewer = request.viewer
    pressed = request.method == "POST"
    concern = queries.get_own_concern(viewer, uid)
    form = KeepOutForm(
        PostedFields.from_post(request),
        checked=pressed,
        staff=pickers.get_colleagues_by_uid(viewer),
    )
    if pressed and form.is_valid():
        person = form.cleaned_data["person"]
        try:
            acts.keep_from(by=viewer, concern=concern, person=person, now=viewer.now)
        except ActRefused as refused:
            form.add_error(None, refused.words)
        else:
            return redirect("submit_mine", uid=uid)
    page = {"concern": concern, "form": form}
    return render(request, "submit/exclude.html", page, status=status_of_forms(form))


def _move_addition_to_adult(request, concern, words):
    """Go to the form about an adult. The concern about the child keeps no trace of the addition."""
    children = ", ".join(row.name for row in concern.children.select_related("child"))
    here = reverse("submit_mine", kwargs={"uid": concern.uid})
    copy = PageCopy.from_post(request.POST)
    uid = unsent_words.start_adult_draft(request.viewer, here, words, children, copy)
    return redirect("adult_draft", uid=uid)


def _build_concern_form(request, draft, typed, *, checked, more_marks=0) -> ConcernForm:
    viewer = request.viewer
    picked = [*typed.unique_uids("child"), *typed.unique_uids("involved")]
    return ConcernForm(
        typed,
        now=viewer.now,
        draft=draft,
        chosen=pickers.get_picked_children(viewer, picked),
        colleagues=pickers.get_colleagues_by_uid(viewer, typed.unique_uids("excluded")),
        checked=checked,
        more_marks=more_marks,
    )


@cache
def _render_blank_form() -> str:
    """The empty form, the same for everybody, rendered once in each process: it is five sixths of
    the page's work. What differs (token, draft, names) is outside it."""
    nothing = PostedFields.from_fields({})
    now = timezone.now()
    form = ConcernForm(
        nothing, now=now, draft=uuid.uuid4(), chosen={}, colleagues={}, checked=False
    )
    return render_crispy_form(form, context={"picker_url": reverse("submit_children")})


def _render_concern_form(request, form, *, begun=None, blank="", reached=True):
    """The page with the concern form; 503, and nothing read, if no database could be `reached`."""
    page = {
        "form": form,
        "extra_forms": form.marks,
        "keep": unsent_words.sign_form_token(request.viewer, CONCERN, form.draft),
        "picker_url": reverse("submit_children"),
        "begun": begun,
        "copy": PageCopy.for_page(request.POST, begun),
        "blank": blank,
        "more_marks": request.POST.get("do") == "another_mark",
    }
    if reached and (request.method == "POST" or (begun and begun.holds_files)):
        page["files"] = attachments.list_draft_files(request.viewer, form.draft)
    looked = reached and request.method == "POST"
    page |= queries.fill_search_boxes(request.viewer, form, looked=looked)
    if reached:
        page["contacts"] = queries.find_leads(request.viewer, but=form.colleagues)
    status = status_of_forms(form, *form.marks) if reached else 503
    return render(request, "submit/write.html", page, status=status)


def _render_receipt(request, concern, form=None, draft=None):
    here = reverse("submit_sent", kwargs={"uid": concern.uid})
    promise = queries.build_receipt_details(request.viewer, concern)
    if form is None and promise.danger:
        draft = FormDraft(request, here)
        form = draft.fill_form(WhomToldForm)
    files = queries.list_own_files(request.viewer, concern)
    page = {"concern": concern, "promise": promise, "form": form, "draft": draft, "files": files}
    return render(request, "submit/sent.html", page, status=status_of_forms(form))


def _render_own_concern(request, uid, *, form=None, draft=None, worry=None, worry_draft=None):
    here = reverse("submit_mine", args=[uid])
    own = queries.read_own_concern(request.viewer, uid)
    status = status_of_forms(form, worry)
    draft = draft or FormDraft(request, here)
    worry_draft = worry_draft or FormDraft(request, reverse("submit_worried", args=[uid]))
    page = {
        "concern": own.concern,
        "own": own,
        **queries.find_contacts_and_numbers(request.viewer, own.concern),
        "worry": worry or worry_draft.fill_form(StillWorriedForm),
        "worry_draft": worry_draft,
        "again": queries.find_look_again_step(own.concern),
        "form": form or draft.fill_form(AdditionForm),
        "draft": draft,
        "once": uuid.uuid4(),
    }
    return render(request, "submit/mine.html", page, status=status)
