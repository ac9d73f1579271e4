"""Pages of next steps (whose they are, why one is late, doing one), tasks, letters and clocks."""

from django.shortcuts import redirect, render

from concerns.asking.ending import LookForm
from concerns.chase import acts, queries
from concerns.chase.forms import (
    AgainForm,
    AnswerForm,
    AskForm,
    ClocksForm,
    PostsForm,
    ReportedForm,
    SetAsideForm,
    StepForm,
    TellForm,
)
from concerns.doors import sight
from concerns.doors.sheet import Sheet
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.roles import May


def home(request):
    moves, sets_clocks = queries.moves(request.viewer, request.GET), request.viewer.may(May.CLOCKS)
    return render(request, "chase/home.html", {"moves": moves, "sets_clocks": sets_clocks})


def step(request, uid):
    owed = queries.to_do(request.viewer, uid)
    concern = owed.concern.uid
    if owed.kind not in BY_A_NOTE:
        name, whose = owed.place or ("triage_read", concern)
        return redirect(name, uid=whose)
    sheet = Sheet(request, StepForm, kind=StepKind(owed.kind))
    if sheet.whole and sheet.does(acts.do_step, step=owed, words=sheet.said["words"]):
        return sheet.onward("triage_read", uid=concern)
    return sheet.page("chase/step.html", **queries.beside(request.viewer, concern), step=owed)


def tell(request, uid):
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, TellForm)
    if sheet.whole and sheet.does(acts.tell_reporter, concern=concern, words=sheet.said["words"]):
        return sheet.onward("triage_read", uid=uid)
    concern, told = queries.told(request.viewer, uid)
    return sheet.page("chase/tell.html", concern, told=told)


def again(request, uid):
    """The writer is still worried: somebody other than the person who decided looks again."""
    owed = queries.to_do(request.viewer, uid)
    concern, sheet = owed.concern.uid, Sheet(request, AgainForm)
    if sheet.whole and sheet.does(acts.look_again, step=owed, **sheet.said):
        return sheet.onward("triage_read", uid=concern)
    page = queries.worried(request.viewer, owed)
    return sheet.page("chase/again.html", **page, step=owed)


def look(request, uid):
    """Record a review of a watch: how the child is."""
    viewer, owed = request.viewer, queries.to_do(request.viewer, uid)
    watch, asks = queries.watch(viewer, owed)
    sheet = Sheet(request, LookForm, **asks)
    if sheet.whole and sheet.does(acts.look_after, step=owed, **sheet.form.given):
        return sheet.onward("triage_read", uid=owed.concern.uid)
    page = queries.watched(viewer, owed, watch)
    return sheet.page("chase/look.html", **page, step=owed)


def ask(request, uid):
    """A lead asks a colleague to do something by a day."""
    concern = sight.to_change(request.viewer, uid)
    sheet = Sheet(request, AskForm, staff=queries.colleagues(request.viewer, concern))
    if sheet.whole:
        given = {"to": sheet.form.person, "words": sheet.said["words"], "on": sheet.said["on"]}
        if sheet.does(acts.ask, concern=concern, **given):
            return sheet.onward("triage_read", uid=uid)
    return sheet.page("chase/ask.html", sight.concern(request.viewer, uid))


def task(request, uid):
    """A task, for the colleague who was asked: they see it, and nothing of the concern."""
    task, own, reads = queries.task(request.viewer, uid)
    sheet = Sheet(request, AnswerForm, own=own)
    if sheet.whole:
        done = request.POST.get("do") != "cannot"
        if sheet.does(acts.answer, task=task, words=sheet.said["words"], done=done):
            return sheet.onward("chase_task", uid=uid)
    return sheet.page("chase/task.html", task=task, own=own, reads=reads)


def unsent(request):
    drafts, more = queries.unsent(request.viewer)
    return render(request, "chase/unsent.html", {"drafts": drafts, "more": more})


def set_aside(request, uid):
    draft = queries.begun(request.viewer, uid)
    own = draft.person_id == request.viewer.person.pk
    sheet = Sheet(request, SetAsideForm, own=own)
    if sheet.whole and sheet.does(acts.set_aside, draft=draft, why=sheet.said["why"]):
        return sheet.onward("submit" if own else "chase_unsent")
    return sheet.page("chase/set_aside.html", draft=draft, own=own)


def messages(request):
    """Anybody's own choice of when messages that are not urgent are mailed."""
    sheet = Sheet(request, PostsForm, person=request.viewer.person)
    if sheet.whole and sheet.does(acts.choose_posts, **sheet.said):
        return sheet.onward("chase_messages")
    return sheet.page("chase/messages.html")


def undelivered(request):
    found = queries.undelivered(request.viewer)
    return render(request, "chase/undelivered.html", {"found": found})


def why(request, uid):
    page = {"why": queries.why(request.viewer, uid), "sets_clocks": request.viewer.may(May.CLOCKS)}
    return render(request, "chase/why.html", page)


def reported(request, uid):
    concern, owed = queries.reporting(request.viewer, uid)
    sheet = Sheet(request, ReportedForm, now=request.viewer.now)
    if sheet.whole and sheet.does(acts.report_fgm, concern=concern, words=sheet.form.words):
        return sheet.onward("submit_mine", uid=uid)
    return sheet.page("chase/reported.html", concern, step=owed)


def clocks(request):
    kinds, now = queries.clocks(request.viewer)
    sheet = Sheet(request, ClocksForm, kinds=kinds, initial=now)
    if sheet.whole and sheet.does(acts.set_clocks, **sheet.form.given):
        return sheet.onward("chase_clocks")
    return sheet.page("chase/clocks.html", **queries.clocks_set(request.viewer))
