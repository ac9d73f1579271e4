"""The pages of the office: the state of the roll, its pupils, the import of a file, questions."""

from django.shortcuts import redirect, render

from concerns.doors import sight
from concerns.doors.act import ActRefused
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import MOVED_ON, FormPage
from concerns.forms.base_form import PostedFields
from concerns.paper import roll_by_hand
from concerns.roll import acts, queries
from concerns.roll.forms import (
    AddPupilForm,
    ColumnsForm,
    ConfirmImportForm,
    CorrectPupilForm,
    MissingPupilsForm,
    PupilAnswerForm,
    RollUploadForm,
    TakeBackForm,
    read_answered_uids,
)
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR_IN_WORDS

# Letters of what is looked for among the pupils; what is longer is cut.
LONGEST = 200


def home(request):
    viewer = request.viewer
    after = sight.read_uid_in_address(request, "after")
    asked, more = queries.list_roll_questions(viewer, after)
    page = {
        "on_roll": queries.count_on_roll(viewer),
        "last": queries.last_imported_file(viewer),
        "waiting": queries.newest_unconfirmed_file(viewer),
        "unanswered": queries.count_roll_questions(viewer),
        "asked": asked,
        "more": asked[-1].uid if more else "",
        "later": after,
        "answered": queries.list_recent_answers(viewer),
    }
    return render(request, "roll/home.html", page)


def upload(request):
    form = RollUploadForm.from_request(request)
    if form.is_valid():
        viewer = request.viewer
        file = acts.upload(by=viewer, now=viewer.now, **form.act_arguments)
        return redirect("roll_file", file.uid)
    page = {"form": form, "kept_for": UNCONFIRMED_KEPT_FOR_IN_WORDS}
    return render(request, "roll/upload.html", page, status=422 if form.is_bound else 200)


def file(request, uid):
    viewer = request.viewer
    found = sight.get_one_or_404(viewer, queries.list_roll_files(viewer), uid)
    if found.brought_at:
        additions = queries.read_additions(viewer, found)
        return render(request, "roll/brought.html", {"file": found, "additions": additions})
    reading = queries.read_roll_file(viewer, found)
    given = request.POST if request.method == "POST" else request.GET
    chosen = ColumnsForm(reading.table.headings, reading.guess, given)
    if request.method == "POST" and chosen.column_mapping:
        return _import_roll_file(request, found, reading, chosen)
    return _render_file_preview(request, found, reading, chosen)


def _import_roll_file(request, found, reading, chosen):
    viewer = request.viewer
    form = ConfirmImportForm(request.POST)
    seen = form.data.get("seen", "")
    sure = bool(form.data.get("sure"))
    what = {"file": found, "mapping": chosen.column_mapping, "coverage": chosen.coverage}
    what |= {"seen": seen, "sure": sure}
    try:
        acts.bring(by=viewer, now=viewer.now, **what)
    except acts.RollChanged as moved:
        return _render_file_preview(request, found, reading, chosen, moved=moved.words)
    except ActRefused as refused:
        return _render_file_preview(request, found, reading, chosen, refused=refused.words)
    return redirect("roll_file", found.uid)


def _render_file_preview(request, found, reading, chosen, moved="", refused=""):
    """The preview: what the file would do to the roll as it is now. Status 409 if `moved`."""
    viewer = request.viewer
    mapping = chosen.column_mapping
    page = {"file": found, "table": reading.table, "columns": chosen, "moved": moved}
    page["remembered"] = reading.remembered
    page["file_columns"] = reading.columns_with_examples(chosen.chosen_columns)
    if mapping:
        given = (reading.table, mapping, viewer.todays_date, chosen.coverage)
        plan = queries.build_roll_plan(viewer.school, *given)
        form = ConfirmImportForm.for_plan(plan, refused)
        page |= {"shown": queries.ShownRollPlan(plan), "form": form}
        page["heads"], page["sample"] = reading.sample_rows(mapping)
    wrong = 409 if moved else 422 if refused or not mapping else 200
    return render(request, "roll/file.html", page, status=wrong)


def take_back(request, uid):
    """The pupils whom a file added are taken off the roll again, once that is confirmed."""
    viewer = request.viewer
    found = sight.get_one_or_404(viewer, queries.list_roll_files(viewer), uid)
    sheet = FormPage(request, TakeBackForm)
    if sheet.is_complete and sheet.attempt_act(acts.take_back, file=found):
        return sheet.go_to_page("roll_file", uid=uid)
    if not found.brought_at:
        return redirect("roll_file", uid)
    additions = queries.read_additions(viewer, found)
    return sheet.render_page("roll/take_back.html", file=found, additions=additions)


def answer(request, uid):
    viewer = request.viewer
    question = sight.get_one_or_404(viewer, queries.questions_with_child(viewer), uid)
    if question.answered_at:
        page = {"asked": question, "draft": FormDraft(request, request.path)}
        return render(request, "roll/answered.html", page)
    sheet = FormPage(request, PupilAnswerForm, question=question, today=viewer.todays_date)
    if sheet.is_complete and sheet.attempt_act(acts.answer, **sheet.form.act_arguments):
        return sheet.go_to_page("roll")
    return sheet.render_page("roll/answer.html", asked=question)


def missing(request):
    """Many pupils who were missing from a file, in one form."""
    viewer = request.viewer
    posted = PostedFields.from_post(request).answer_fields if request.method == "POST" else None
    after = sight.read_uid_in_address(request, "after")
    there = read_answered_uids(posted) if posted is not None else None
    questions, more, gone = queries.list_missing_pupils(viewer, after, there)
    given = {"questions": questions, "gone": gone, "today": viewer.todays_date}
    sheet = FormPage(request, MissingPupilsForm, **given)
    if sheet.is_complete and sheet.attempt_act(acts.answer, **sheet.form.act_arguments):
        return sheet.go_to_page("roll_missing")
    last = questions[-1].uid if more else ""
    return sheet.render_page("roll/missing.html", more=last, later=after)


def pupils(request):
    """Every pupil on the roll, by surname. The search is posted, so that no address has a name."""
    viewer = request.viewer
    find = PostedFields.from_post(request).data.get("find", "")[:LONGEST]
    after = sight.read_uid_in_address(request, "after")
    if find.strip():
        found, more = queries.find_pupils(viewer, find)
    else:
        found, more = queries.list_pupils(viewer, after)
    page = {
        "pupils": found,
        "find": find,
        "later": after,
        "more": more,
        "last": found[-1].uid if more and not find.strip() else "",
        "on_roll": queries.count_on_roll(viewer),
    }
    return render(request, "roll/pupils.html", page)


def add(request):
    sheet = FormPage(request, AddPupilForm, today=request.viewer.todays_date)
    if sheet.is_complete and sheet.attempt_act(acts.add_pupil, **sheet.form.act_arguments):
        return sheet.go_to_page("roll_pupil", uid=sheet.result.uid)
    said = sheet.form.non_field_errors()
    sheet.form.asks_who |= acts.HERE_ALREADY in said or acts.HERE_BEFORE in said
    return sheet.render_page("roll/add.html")


def pupil(request, uid):
    viewer = request.viewer
    child = queries.get_pupil(viewer, uid)
    before = roll_by_hand.fields_of_pupil(child)
    sheet = FormPage(request, CorrectPupilForm, today=viewer.todays_date, before=before)
    seen = now = roll_by_hand.pupil_digest(child)
    if sheet.typed:
        seen = sheet.typed.data.get("seen", "")
    if sheet.is_complete and sheet.attempt_act(
        acts.correct_pupil, child=child, seen=seen, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("roll_pupil", uid=uid)
    # What was typed on a page, or into a draft, that showed something else than the roll says now.
    differs = sheet.form.list_differences() if seen != now else []
    answer = sheet.render_page(
        "roll/pupil.html",
        pupil=child,
        seen=now,
        differs=differs,
        corrections=roll_by_hand.list_corrections(viewer, child),
    )
    if sheet.pressed and seen != now and answer.status_code != 302:
        answer.status_code = MOVED_ON
    return answer
