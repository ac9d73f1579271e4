"""The lead's pages: the queue, a concern with its child's story, and each act on a concern.

A page that changes something loads the concern, tries the one act and redirects to the concern.
When the page is shown, the first time or again because something was missing, that is recorded as
a reading.
"""

from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.doors import attachments, sight
from concerns.doors.covered_names import are_names_covered, switch_names_covered
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import FormPage, status_of_forms
from concerns.doors.site_address import is_address_of_this_site
from concerns.doors.unsent_words import start_adult_draft
from concerns.forms.base_form import DraftableForm, PostedFields
from concerns.forms.closing_and_watch import CloseConcernForm
from concerns.forms.light_decision import LightDecisionForm
from concerns.models.concern.exclusion import list_exclusions
from concerns.paper.attachment_reading import add_posted_files, build_files_form
from concerns.reading import pickers
from concerns.rules.roles import May
from concerns.rules.words import ConcernSubject
from concerns.triage import acts, queries
from concerns.triage.forms import (
    DecisionForm,
    HandoverForm,
    HandSeveralForm,
    LeadExcludeForm,
    LeadNoteForm,
    RefileForm,
    ReopenConcernForm,
    SaveViewForm,
    SortCategoriesForm,
    Weight,
)


def queue(request):
    covered = are_names_covered(request)
    page = queries.read_queue_page(request.viewer, request.GET, covered=covered)
    handed = request.GET.get("handed", "")
    told = queries.count_just_handed(request.viewer, handed) if handed else (0, "")
    return render(request, "triage/queue.html", {"queue": page, "handed": told})


def cover_names(request):
    """Cover names in this browser, or uncover them, and go back to the queue as it was, or to the
    page that was covered."""
    to = request.POST.get("to", "")
    if not is_address_of_this_site(to):
        queue_as_it_was = f"{reverse('triage')}?{request.GET.urlencode()}"
        to = queue_as_it_was if request.viewer.has_power(May.READ) else reverse("home")
    back = redirect(to)
    return switch_names_covered(request, back) if request.method == "POST" else back


def saved_views(request):
    """The viewer's views of the queue, and a form to save the one in the address."""
    viewer = request.viewer
    if request.POST.get("do") == "remove":
        view = queries.get_own_view(viewer, request.POST.get("view", ""))
        acts.remove_view(by=viewer, view=view, now=viewer.now)
        return redirect("triage_views")
    query = request.POST.get("query", request.GET.urlencode())
    wanted = queries.read_filters_to_save(viewer, query)
    sheet = FormPage(request, SaveViewForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.save_view, name=sheet.cleaned_answers["name"], chosen=wanted.chosen
    ):
        return sheet.go_to_page("triage", query=wanted.query_string())
    own = queries.list_own_views(viewer)
    return sheet.render_page(
        "triage/views.html", wanted=wanted, own=own, covered=are_names_covered(request)
    )


def hand_several(request):
    """Hand the concerns ticked in the queue to one colleague; what may not be handed stays."""
    viewer = request.viewer
    sheet = FormPage(request, HandSeveralForm, people=queries.list_deciders_beside(viewer))
    chosen = sheet.typed.data if sheet.typed else request.GET
    covered = are_names_covered(request)
    versions, rows = queries.read_concerns_to_hand(
        viewer, chosen.getlist("concern"), covered=covered
    )
    if sheet.is_complete and versions:
        given = {"to": sheet.form.chosen_colleague, "note": sheet.cleaned_answers["note"]}
        done = acts.hand_each(by=viewer, versions=versions, now=viewer.now, **given)
        if not done.refused:
            return sheet.go_to_page("triage", query=f"?handed={done.handings[0].uid}")
        for concern, why in done.refused:
            sheet.form.add_error(None, f"{concern.reference}: {why}")
        left = {concern.reference for concern, _ in done.refused}
        rows = [row for row in rows if row.reference in left]
        return sheet.render_page("triage/hand_several.html", rows=rows, done=len(done.handings))
    return sheet.render_page("triage/hand_several.html", rows=rows)


def read(request, uid):
    viewer = request.viewer
    page = queries.read_concern_page(viewer, uid, request.GET.get("about", ""))
    if not page["may_keep"]:
        return render(request, "triage/read.html", page)
    there = reverse("triage_keep", args=[uid])
    offered = queries.get_keep_questions(viewer, page["concern"])
    sheet = FormPage(request, LightDecisionForm, path=there, focus="next" in request.GET, **offered)
    return sheet.render_page("triage/read.html", **page)


def print_concern(request, uid):
    return render(request, "triage/print.html", queries.read_concern_to_print(request.viewer, uid))


def keep(request, uid):
    """Keep the concern with the picture, and go on to the next in the queue."""
    viewer = request.viewer
    concern = sight.get_concern_to_change(request.viewer, uid)
    if request.method != "POST":
        return _show_what_was_not_kept(request, uid)
    sheet = FormPage(request, LightDecisionForm, **queries.get_keep_questions(viewer, concern))
    if sheet.is_complete and sheet.attempt_act(
        acts.decide, concern=concern, decided=sheet.form.decision_answers
    ):
        return sheet.go_to_page(**queries.find_next_to_read(viewer, concern))
    return sheet.render_page("triage/read.html", **queries.read_concern_page(viewer, uid))


def _show_what_was_not_kept(request, uid):
    """Go to the concern's page, which has the form. Once it has not, show what was saved of it."""
    draft = FormDraft(request, request.path)
    if draft.kept:
        page = queries.read_concern_page(request.viewer, uid)
        if not page["may_keep"]:
            return render(request, "triage/not_kept.html", {"draft": draft, **page})
    return redirect("triage_read", uid=uid)


def take(request, uid):
    if request.method != "POST":
        return redirect("triage_read", uid=uid)
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(request, DraftableForm)
    if sheet.is_complete and sheet.attempt_act(acts.take, concern=concern):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("parts/take.html", sight.open_concern(request.viewer, uid))


def hand(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    people = queries.list_handover_colleagues(request.viewer, concern)
    sheet = FormPage(request, HandoverForm, people=people)
    if sheet.is_complete:
        given = {"to": sheet.form.chosen_colleague, "note": sheet.cleaned_answers["note"]}
        if sheet.attempt_act(acts.hand, concern=concern, **given):
            return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page(
        "triage/hand.html", sight.open_concern(request.viewer, uid), people=people
    )


def decide(request, uid):
    viewer = request.viewer
    page = queries.read_concern_to_decide(viewer, uid) if request.method == "GET" else None
    if page:
        concern = page["concern"]
        offered = queries.get_decision_questions_beside(viewer, page["history"], page["stories"])
    else:
        concern = sight.get_concern_to_change(viewer, uid)
        offered = queries.get_decision_questions(viewer, concern)
        if request.POST.get("weight") == Weight.LIGHT:
            offered["known"] = queries.find_known_answers(viewer, concern, offered["rows"])
    drafted = (
        sight.read_for_new_referral(viewer, concern).referral_draft_text
        if "again" in request.GET
        else ""
    )
    sheet = FormPage(request, DecisionForm, now=viewer.now, drafted=drafted, **offered)
    if sheet.is_complete and sheet.attempt_act(
        acts.decide, concern=concern, decided=sheet.form.decision_answers
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    page = page or queries.read_concern_to_decide(viewer, uid)
    return sheet.render_page("triage/decide.html", **page)


def note(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(request, LeadNoteForm)
    if sheet.is_complete and sheet.cleaned_answers["about"] == ConcernSubject.ADULT:
        if not sheet.finds_unseen_words():
            return _move_note_to_adult(request.viewer, concern, sheet)
    elif sheet.is_complete and sheet.attempt_act(
        acts.note, concern=concern, words=sheet.cleaned_answers["words"]
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("triage/note.html", sight.open_concern(request.viewer, uid))


def _move_note_to_adult(viewer, concern, sheet):
    """Go to the form about an adult. The concern about the child keeps no trace of the note."""
    children = queries.children_by_name(viewer, concern)
    given = {"page": sheet.path, "words": sheet.cleaned_answers["words"], "children": children}
    given["copy"] = sheet.draft.copy
    return sheet.go_to_page("adult_draft", uid=start_adult_draft(viewer, **given))


def files(request, uid):
    """Files that a lead adds to a concern, or somebody who reads a part of the record."""
    concern = sight.get_concern_to_change(request.viewer, uid)
    form = build_files_form(request)
    if add_posted_files(request, form, acts.add_files, concern=concern):
        return redirect("triage_read", uid=uid)
    page = {"form": form, "concern": sight.open_concern(request.viewer, uid)}
    return render(request, "triage/files.html", page, status=status_of_forms(form))


def file(request, uid):
    attachments.require_reading(request)
    return attachments.answer_with_file(request, sight.open_attachment(request.viewer, uid))


def sort(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(request, SortCategoriesForm, concern=concern)
    if sheet.is_complete and sheet.attempt_act(
        acts.sort, concern=concern, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("triage/sort.html", **queries.read_sorting_page(request.viewer, uid))


def exclude(request, uid):
    viewer = request.viewer
    concern = sight.get_concern_to_change(viewer, uid)
    sheet = FormPage(request, LeadExcludeForm, staff=pickers.list_staff_to_exclude(viewer, concern))
    if sheet.is_complete:
        given = {"person": sheet.form.chosen_colleague, "why": sheet.cleaned_answers["why"]}
        if sheet.attempt_act(acts.exclude, concern=concern, **given):
            # Whoever excludes themselves cannot open the concern any more.
            own = sheet.form.chosen_colleague == viewer.person
            return sheet.go_to_page("triage") if own else sheet.go_to_page("triage_read", uid=uid)
    concern = sight.open_concern(viewer, uid)
    return sheet.render_page("triage/exclude.html", concern, rows=list_exclusions(concern))


def refile(request, uid):
    viewer = request.viewer
    looking = request.POST.get("do") == "find"
    concern = sight.get_concern_to_change(viewer, uid)
    typed = PostedFields.from_post(request)
    given = queries.get_refiling_questions(viewer, concern, typed)
    sheet = FormPage(request, RefileForm, looking=looking, **given)
    if sheet.is_complete and sheet.attempt_act(
        acts.refile, concern=concern, **sheet.form.act_arguments
    ):
        # Whoever is family to the right child cannot open the concern any more.
        if not sight.may_still_see(viewer, concern):
            return sheet.go_to_page("triage")
        reading = request.POST.get("do") == "described"
        return sheet.go_to_page("triage_read" if reading else "triage_refile", uid=uid)
    history, moved = queries.read_refilings(viewer, uid)
    find = request.POST.get("find", "")
    picking = pickers.build_picker_context(viewer, given["chosen"], find, looking)
    picking["picker_url"] = reverse("submit_children")
    shown = {"history": history, "moved": moved}
    return sheet.render_page("triage/refile.html", history.concern, **shown, **picking)


def close(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(
        request, CloseConcernForm, **queries.get_closing_questions(request.viewer, concern)
    )
    act = acts.watch if sheet.is_complete and sheet.form.watches else acts.close
    if sheet.is_complete and sheet.attempt_act(act, concern=concern, **sheet.form.act_arguments):
        return sheet.go_to_page("triage_read", uid=uid)
    concern = sight.open_concern(request.viewer, uid)
    return sheet.render_page(
        "triage/close.html",
        concern,
        **queries.read_what_closing_needs(request.viewer, concern),
    )


def reopen(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(request, ReopenConcernForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.reopen, concern=concern, why=sheet.cleaned_answers["why"]
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("triage/reopen.html", sight.open_concern(request.viewer, uid))
