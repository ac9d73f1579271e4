"""This file knows the pages on which a next step is done and the reporter hears back."""

from django.shortcuts import redirect

from concerns.chase import acts, queries
from concerns.chase.forms import StepForm, TellForm
from concerns.doors import sight
from concerns.doors.sheet import Sheet
from concerns.rules.clocks import BY_A_NOTE, StepKind


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
