"""Pages of one child (story, file, sightings, chronology), the search for a child, and the tracker.

The tracker is in this room because it is about children, not about whose move it is: a child with
a status and no open concern stands in it too.
"""

import uuid
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.child import acts, queries
from concerns.child.forms import (
    ENDS,
    WRITES,
    AnyStaffSightingForm,
    EndFileLineForm,
    SearchForm,
    SightingForm,
)
from concerns.doors import attachments, sight
from concerns.doors import search as door
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import MOVED_ON, FormPage, redirect_to_next, status_of_forms
from concerns.doors.gate import address_if_open
from concerns.forms.base_form import PostedFields, parse_uuid
from concerns.forms.chronology_filters import ChronologyForm, TimelineForm
from concerns.forms.closing_and_watch import EndStatusForm
from concerns.forms.household_forms import PreviousSchoolForm
from concerns.forms.print_redaction import RedactionForm
from concerns.models import Child
from concerns.paper import chronology_print, tracker_csv, who_knew_of_child
from concerns.paper.attachment_reading import add_posted_files, build_files_form
from concerns.paper.csv_writing import stream_csv
from concerns.reading import pickers
from concerns.rules.roles import May

AnyFilters = TypeVar("AnyFilters", bound=TimelineForm)
ACTS = {
    "address": acts.move,
    "adult": acts.know,
    "tie": acts.tie,
    "fact": acts.learn,
    "sibling": acts.brother_or_sister,
    "event": acts.get_file,
    "authority": acts.live_in,
    "numbers": acts.put_right,
    "sibling_elsewhere": acts.brother_or_sister,
}
# The other pages of a child, in the bar above the child's page.
MORE_OF_A_CHILD = (
    ("child_file", "The file"),
    ("child_chronology", "Chronology"),
    ("child_knew", "Who knew, and when"),
    ("child_print", "Print"),
    ("leaving_child", "Leaving"),
    ("leaving_package", "Make a package"),
    ("history_package", "Bring in a package"),
)


def story(request, uid):
    form, asked = _read_chronology_form(request, TimelineForm)
    page = queries.read_child_page(request.viewer, uid, form.requested_filters())
    context = {"page": page, "form": form, "asked": asked, "later": bool(form.after)}
    offered = (
        (address_if_open(request.viewer, name, uid), words)
        for name, words in MORE_OF_A_CHILD
        if name != "child_file" or page.has_file
    )
    context["links"] = [(url, words) for url, words in offered if url]
    context["more"] = f"{asked or '?'}&{urlencode({'after': page.more})}" if page.more else ""
    return render(request, "child/story.html", context)


def search(request):
    """The form is posted, so that the words searched for are in no address and in no access log."""
    pressed = request.method == "POST"
    after = request.POST.get("after", "")
    typed = PostedFields.from_post(request) if pressed else None
    form = SearchForm(typed, checked=pressed)
    found = None
    if pressed and form.is_valid():
        found = door.search_concerns(request.viewer, form.cleaned_data["words"], after)
    context = {"form": form, "found": found, "later": bool(after)}
    return render(request, "child/search.html", context, status=422 if form.errors else 200)


def file(request, uid):
    found = queries.read_child_file(request.viewer, uid)
    edits = request.viewer.has_power(May.DECIDE)
    documents, more = queries.list_documents(request.viewer, found.child)
    page = {"file": found, "edits": edits, "documents": documents, "more_documents": more}
    return render(request, "child/file.html", page)


def document_files(request, uid):
    """Files of a document in a child's file."""
    document = queries.get_document(request.viewer, uid)
    form = build_files_form(request)
    given = {"child": document.child, "document": document}
    if add_posted_files(request, form, acts.add_files, **given):
        there = reverse("child_file", args=[document.child.uid])
        return redirect(f"{there}#document-{uid}")
    page = {"form": form, **queries.read_document_page(request.viewer, document)}
    return render(request, "child/document.html", page, status=status_of_forms(form))


def document_file(request, uid):
    attachments.require_reading(request)
    return attachments.answer_with_file(request, sight.open_document_file(request.viewer, uid))


def write(request, uid):
    """Add a line to the file: `?what=` is its kind, `?row=` the row it adds to, if any. `?pack=` is
    the referral whose pack lacks it, to which one goes back."""
    viewer = request.viewer
    what = request.GET.get("what", "")
    if what not in WRITES:
        raise Http404
    found, row = queries.get_file_to_write(viewer, uid, what, request.GET.get("row", ""))
    given = {"now": viewer.now, "file": found, "row": row}
    picking: dict[str, Any] = {}
    if what == "sibling":
        given["chosen"], picking = _read_child_picker(request)
    if what == "authority":
        given["authorities"] = queries.list_authorities()
    pack = sight.read_uid_in_address(request, "pack")
    where = {
        "path": request.get_full_path(),
        "saved_under": _line_address(request),
        "looking": _is_looking_for_child(request),
    }
    sheet = FormPage(request, WRITES[what], **where, **given)
    once = _read_form_id(request)
    act = ACTS.get(what, acts.write)
    if sheet.is_complete and sheet.attempt_act(
        act, child=found.child, once=once, **sheet.form.act_arguments
    ):
        if what == "document":
            return sheet.go_to_page("child_document_files", uid=sheet.result.uid)
        if pack:
            return redirect_to_next(request, "refer_pack", f"?child={uid}", uid=pack)
        return sheet.go_to_page("child_file", uid=uid)
    return _show_line_form(request, sheet, uid, row=row, once=once, pack=pack, **picking)


def _line_address(request) -> str:
    """The address of a form for a line, without the pack from which one came to it."""
    said = {name: request.GET[name] for name in ("what", "row") if request.GET.get(name)}
    return f"{request.path}?{urlencode(said)}"


def end(request, uid):
    viewer = request.viewer
    what = request.GET.get("what", "")
    found, row = queries.get_line_to_end(viewer, uid, what, request.GET.get("row", ""))
    step = queries.find_review_step(viewer, row)
    if step:
        return redirect("elsewhere_review", uid=step.uid)
    form = EndStatusForm if what == "status" else ENDS.get(what, EndFileLineForm)
    given = {
        "now": viewer.now,
        "file": found,
        "row": row,
        **queries.get_watch_questions(viewer, row),
    }
    sheet = FormPage(request, form, path=request.get_full_path(), **given)
    if sheet.is_complete and sheet.attempt_act(
        acts.end, child=found.child, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("child_file", uid=uid)
    return _show_line_form(request, sheet, uid, row=row)


def seen(request, uid):
    """A lead records that they saw this child."""
    child = queries.get_child_to_sight(request.viewer, uid)
    sheet = FormPage(request, SightingForm, now=request.viewer.now)
    once = _read_form_id(request)
    if sheet.is_complete and sheet.attempt_act(
        acts.saw, child=child, once=once, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("child_file", uid=uid)
    return _show_line_form(request, sheet, uid, once=once)


def seen_any(request):
    """Any member of staff records that they saw a child.

    They find the child by name; the page tells them nothing about the child.
    """
    return _record_about_picked_child(
        request,
        AnyStaffSightingForm,
        acts.saw,
        page="child/seen_any.html",
        thanks="child_seen_said",
        now=request.viewer.now,
    )


def seen_said(request):
    return render(request, "child/seen_said.html")


def arrived(request):
    """The office records which school a child came from. The page tells nothing of the child."""
    return _record_about_picked_child(
        request,
        PreviousSchoolForm,
        acts.expect,
        page="child/arrived.html",
        thanks="child_arrived_said",
    )


def arrived_said(request):
    return render(request, "child/arrived_said.html")


def _record_about_picked_child(request, form, act, *, page: str, thanks: str, **given):
    """A page on which a child is found by name, and `act` then records something about them.
    `page` is its template, `thanks` the URL name of the page that follows."""
    picked, picking = _read_child_picker(request)
    looking = _is_looking_for_child(request)
    sheet = FormPage(request, form, looking=looking, chosen=picked, **given)
    once = _read_form_id(request)
    if sheet.is_complete:
        (child,) = sheet.form.chosen
        if sheet.attempt_act(act, child=child, once=once, **sheet.form.act_arguments):
            return sheet.go_to_page(thanks)
    return sheet.render_page(page, once=once, **picking)


def chronology(request, uid):
    form, asked = _read_chronology_form(request, ChronologyForm)
    page = chronology_print.read_chronology(request.viewer, uid, form.requested_filters())
    address = {"asked": asked, "later": bool(form.after)}
    address["more"] = f"{asked or '?'}&{urlencode({'after': page.more})}" if page.more else ""
    return render(request, "child/chronology.html", {"page": page, "form": form, **address})


def knew(request, uid):
    """Who knew of this child what, and when."""
    after = request.GET.get("after", "")
    page = who_knew_of_child.read_who_knew_of_child(request.viewer, uid, after)
    more = f"?{urlencode({'after': page.more})}" if page.more else ""
    return render(request, "child/knew.html", {"page": page, "later": bool(after), "more": more})


def print_knew(request, uid):
    page = who_knew_of_child.read_who_knew_print(request.viewer, uid)
    return render(request, "child/knew_printed.html", {"page": page})


def print_chronology(request, uid):
    """Shows a cover page to check first; once that is submitted, shows the print itself."""
    form, asked = _read_chronology_form(request, ChronologyForm)
    cover, given = RedactionForm.read_from_request(request)
    here = request.path + asked
    draft = FormDraft(request, here, pressed=given["made"])
    unseen = given["made"] and draft.find_unseen_words(PostedFields.from_post(request))
    # Words to cover that stand on another page are not left out of the print: it is not made yet.
    given["made"] = given["made"] and not unseen
    found = chronology_print.read_chronology_print(
        request.viewer, uid, form.requested_filters(), **given
    )
    if draft.kept:
        cover = draft.fill_form(RedactionForm)
    if given["made"]:
        draft.end()
    page = {"print": found, "cover": cover, "here": here, "draft": draft, "form": form}
    template = "child/printed.html" if given["made"] else "child/cover.html"
    return render(request, template, page, status=MOVED_ON if unseen else 200)


def _read_chronology_form(request, kind: type[AnyFilters]) -> tuple[AnyFilters, str]:
    """The chronology's form as typed, and the query string of the part asked for."""
    said = dict(request.GET.lists())
    after = "".join(said.pop("after", []))
    viewer = request.viewer
    calendar = {"days": viewer.school.school_calendar, "today": viewer.todays_date}
    form = kind(PostedFields.from_fields(said), after=after, **calendar)
    return form, f"?{urlencode(said, doseq=True)}" if said else ""


def _show_line_form(request, sheet, uid, **more):
    return sheet.render_page(
        "child/line.html", file=queries.read_child_file(request.viewer, uid), **more
    )


def _is_looking_for_child(request) -> bool:
    """Whether the picker's Find button was pressed, which searches and saves nothing."""
    return request.POST.get("do") == "find"


def _read_form_id(request) -> uuid.UUID:
    return parse_uuid(request.POST.get("once", "")) or uuid.uuid4()


def _read_child_picker(request) -> tuple[list[Child], dict[str, Any]]:
    """The children picked, and the picker's context: those, and those found by the typed name."""
    viewer = request.viewer
    typed = PostedFields.from_post(request)
    picked = queries.get_chosen_children(viewer, typed.unique_uids("child"))
    find = request.POST.get("find", "")
    looking = _is_looking_for_child(request)
    picking = pickers.build_picker_context(viewer, picked, find, looking)
    return picked, {"picker_url": reverse("submit_children"), **picking}


def tracker(request):
    after = sight.read_uid_in_address(request, "after")
    page = queries.read_tracker_page(request.viewer, request.GET, after)
    return render(request, "child/tracker.html", {"page": page})


def print_tracker(request):
    page = queries.read_whole_tracker(request.viewer, request.GET, "tracker: print")
    return render(request, "child/print_tracker.html", {"page": page})


def tracker_file(request):
    """The tracker as a CSV file, whose name says the day and nobody's name."""
    rows = queries.tracker_csv_rows(request.viewer, request.GET)
    response = StreamingHttpResponse(
        stream_csv(tracker_csv.HEAD, rows), content_type="text/csv; charset=utf-8"
    )
    name = f"tracker-on-{request.viewer.todays_date:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
