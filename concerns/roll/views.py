"""The pages of the office: the state of the roll, the import of a file, and the open questions."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render

from concerns.asking.asked import Typed, as_uid
from concerns.doors import keep, sight
from concerns.doors.act import Refused
from concerns.roll import acts, queries
from concerns.roll.forms import AnswerForm, BringForm, ColumnsForm, UploadForm
from concerns.rules.words import RollAnswer


def home(request):
    viewer, after = request.viewer, request.GET.get("after")
    if after and not as_uid(after):
        raise Http404
    asked, more = queries.questions(viewer, as_uid(after) if after else None)
    page = {
        "on_roll": queries.on_roll(viewer),
        "last": queries.last_file(viewer),
        "waiting": queries.newest_waiting(viewer),
        "unanswered": queries.unanswered(viewer),
        "asked": asked,
        "more": asked[-1].uid if more else "",
        "later": after,
        "answered": queries.answered_lately(viewer),
    }
    return render(request, "roll/home.html", page)


def upload(request):
    viewer, posted = request.viewer, request.method == "POST"
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    too_large = size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    given = (request.POST, request.FILES) if posted else ()
    form = UploadForm(*given, too_large=too_large)
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
    found = sight.one(viewer, queries.files(viewer), uid)
    if found.brought_at:
        return render(request, "roll/brought.html", {"file": found})
    reading = queries.reading(viewer, found)
    given = request.POST if request.method == "POST" else request.GET
    chosen = ColumnsForm(reading.table.headings, reading.guess, given)
    if request.method == "POST" and chosen.mapping:
        return _bring(request, found, reading, chosen)
    return _look(request, found, reading, chosen)


def _bring(request, found, reading, chosen):
    viewer, form = request.viewer, BringForm(request.POST)
    seen, sure = form.data.get("seen", ""), bool(form.data.get("sure"))
    what = {"file": found, "mapping": chosen.mapping, "seen": seen, "sure": sure}
    try:
        acts.bring(by=viewer, now=viewer.now, **what)
    except acts.Moved as moved:
        return _look(request, found, reading, chosen, moved=moved.words)
    except Refused as refused:
        return _look(request, found, reading, chosen, refused=refused.words)
    return redirect("roll_file", found.uid)


def _look(request, found, reading, chosen, moved="", refused=""):
    """The preview: what the file would do to the roll as it is now. Status 409 if `moved`."""
    viewer, mapping = request.viewer, chosen.mapping
    page = {"file": found, "table": reading.table, "columns": chosen, "moved": moved}
    if mapping:
        plan = queries.plan(viewer.school, reading.table, mapping, viewer.today)
        form = BringForm(seen=plan.digest, much_missing=plan.much_missing)
        if refused:
            form = BringForm({"seen": plan.digest}, much_missing=True).with_error(refused, "sure")
        page |= {"shown": queries.Shown(plan), "form": form}
        page["heads"], page["sample"] = reading.sample(mapping)
    wrong = 409 if moved else 422 if refused or not mapping else 200
    return render(request, "roll/file.html", page, status=wrong)


def answer(request, uid):
    viewer, posted = request.viewer, request.method == "POST"
    question = sight.one(viewer, queries.a_question(viewer), uid)
    if question.answered_at:
        return render(request, "roll/answered.html", {"asked": question})
    form = _answer_form(request, question)
    if posted and form.is_valid():
        given = form.cleaned_data
        said = RollAnswer(given["answer"])
        more = {key: given[key] for key in ("destination", "left_on") if said is RollAnswer.LEFT}
        try:
            acts.answer(by=viewer, question=question, said=said, now=viewer.now, **more)
        except Refused:
            # Somebody else has answered meanwhile: the page says who, and what.
            return redirect("roll_answer", uid)
        keep.forget(viewer, request.path)
        return redirect("roll")
    page = {"asked": question, "form": form, "keep": keep.token(viewer, request.path)}
    return render(request, "roll/answer.html", page, status=422 if posted else 200)


def _answer_form(request, question):
    if request.method == "POST":
        return AnswerForm(Typed.of(dict(request.POST.lists())), today=request.viewer.today)
    kept = keep.waiting(request.viewer, request.path)
    typed = Typed.of(kept.typed) if kept else None
    return AnswerForm(typed, checked=False, today=request.viewer.today)
