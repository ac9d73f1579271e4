"""The pages of the office: the state of the roll, the import of a file, and the open questions."""

from django.conf import settings
from django.shortcuts import redirect, render

from concerns.doors import sight
from concerns.doors.act import ActRefused
from concerns.doors.form_draft import FormDraft
from concerns.forms.base_form import PostedFields
from concerns.roll import acts, queries
from concerns.roll.forms import ColumnsForm, ConfirmImportForm, RollAnswerForm, RollUploadForm
from concerns.rules.words import RollAnswer


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
    viewer = request.viewer
    posted = request.method == "POST"
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    too_large = size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    given = (request.POST, request.FILES) if posted else ()
    form = RollUploadForm(*given, too_large=too_large)
    if posted and form.is_valid():
        file = acts.upload(
            by=viewer,
            content=form.cleaned_data["file"],
            rows=len(form.table.rows),
            now=viewer.now,
        )
        return redirect("roll_file", file.uid)
    return render(request, "roll/upload.html", {"form": form}, status=422 if posted else 200)


def file(request, uid):
    viewer = request.viewer
    found = sight.get_one_or_404(viewer, queries.list_roll_files(viewer), uid)
    if found.brought_at:
        return render(request, "roll/brought.html", {"file": found})
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
    what = {"file": found, "mapping": chosen.column_mapping, "seen": seen, "sure": sure}
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
    page["file_columns"] = reading.columns_with_examples(mapping)
    if mapping:
        plan = queries.build_roll_plan(viewer.school, reading.table, mapping, viewer.todays_date)
        form = ConfirmImportForm(seen=plan.plan_digest, doubtful=bool(plan.doubts))
        if refused:
            form = ConfirmImportForm({"seen": plan.plan_digest}, doubtful=True).with_error(
                refused, "sure"
            )
        page |= {"shown": queries.ShownRollPlan(plan), "form": form}
        page["heads"], page["sample"] = reading.sample_rows(mapping)
    wrong = 409 if moved else 422 if refused or not mapping else 200
    return render(request, "roll/file.html", page, status=wrong)


def answer(request, uid):
    viewer = request.viewer
    posted = request.method == "POST"
    question = sight.get_one_or_404(viewer, queries.questions_with_child(viewer), uid)
    if question.answered_at:
        page = {"asked": question, "draft": FormDraft(request, request.path)}
        return render(request, "roll/answered.html", page)
    draft = FormDraft(request, request.path, pressed=posted)
    form = _build_answer_form(request, draft)
    if posted and form.is_valid() and not draft.find_unseen_words(PostedFields.from_post(request)):
        given = form.cleaned_data
        said = RollAnswer(given["answer"])
        more = {key: given[key] for key in ("destination", "left_on") if said is RollAnswer.LEFT}
        try:
            acts.answer(by=viewer, question=question, said=said, now=viewer.now, **more)
        except ActRefused:
            # Somebody else has answered meanwhile: the page says who, and what.
            return redirect("roll_answer", uid)
        draft.end()
        return redirect("roll")
    page = {"asked": question, "form": form, "draft": draft}
    return render(request, "roll/answer.html", page, status=422 if posted else 200)


def _build_answer_form(request, draft):
    today = request.viewer.todays_date
    if request.method == "POST":
        return RollAnswerForm(PostedFields.from_post(request), today=today)
    return RollAnswerForm(draft.typed, checked=False, today=today)
