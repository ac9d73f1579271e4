"""This file knows the pages on which a next step is done and the reporter hears back."""

from django.shortcuts import redirect, render

from concerns.chase import acts, queries
from concerns.chase.forms import PostsForm, SetAsideForm, StepForm, TellForm
from concerns.doors import sight
from concerns.doors.sheet import Sheet
from concerns.rules.clocks import BY_A_NOTE, StepKind


def home(request):
    return render(request, "chase/home.html", {"moves": queries.moves(request.viewer, request.GET)})


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
    """When what is not red comes by mail: anybody's own."""
    sheet = Sheet(request, PostsForm, person=request.viewer.person)
    if sheet.whole and sheet.does(acts.choose_posts, **sheet.said):
        return sheet.onward("chase_messages")
    return sheet.page("chase/messages.html")


def undelivered(request):
    found = queries.undelivered(request.viewer)
    return render(request, "chase/undelivered.html", {"found": found})
