"""Pages to record conversations, referrals with what becomes of them, and meetings."""

from django.shortcuts import render
from django.urls import reverse

from concerns.asking.covering import CoverForm
from concerns.asking.meeting import MeetForm
from concerns.doors.sheet import Sheet
from concerns.refer import acts, queries
from concerns.refer.forms import (
    AcknowledgeForm,
    AnswerForm,
    ChallengeForm,
    ChaseForm,
    NotAgainForm,
    SendForm,
    SettleForm,
    SpeakForm,
    UntoldForm,
    ViewForm,
    WithdrawForm,
)
from concerns.rules.lifecycle import Stage

# The form and the act of each page of a referral, by URL name.
ASKED = {
    "refer_send": (SendForm, acts.send),
    "refer_acknowledge": (AcknowledgeForm, acts.acknowledge),
    "refer_chase": (ChaseForm, acts.chase),
    "refer_answer": (AnswerForm, acts.hear_back),
    "refer_view": (ViewForm, acts.give_view),
    "refer_challenge": (ChallengeForm, acts.give_view),
    "refer_settle": (SettleForm, acts.settle),
    "refer_withdraw": (WithdrawForm, acts.withdraw),
}
# The form offered at each stage, by URL name. An agency may change its mind: an answer may follow
# an answer; a withdrawn referral stays withdrawn.
FITS = {
    Stage.TO_SEND: "refer_send",
    Stage.SENT: "refer_answer",
    Stage.ACKNOWLEDGED: "refer_answer",
    Stage.ANSWERED: "refer_view",
    Stage.CHALLENGED: "refer_answer",
    Stage.SETTLED: "refer_answer",
    Stage.AGREED: "refer_answer",
    Stage.WITHDRAWN: "refer_withdraw",
}


def speak(request, uid):
    viewer = request.viewer
    concern, rows = queries.to_speak_about(viewer, uid)
    sheet = Sheet(request, SpeakForm, now=viewer.now, rows=rows)
    if sheet.whole and sheet.does(acts.speak, concern=concern, **sheet.form.given):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("refer/speak.html", **queries.spoken(viewer, uid))


def untold(request, uid):
    viewer = request.viewer
    concern, _ = queries.to_speak_about(viewer, uid)
    sheet = Sheet(request, UntoldForm)
    if sheet.whole and sheet.does(acts.leave_untold, concern=concern, **sheet.said):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("refer/untold.html", **queries.spoken(viewer, uid))


def again(request, uid):
    viewer = request.viewer
    sheet = Sheet(request, NotAgainForm)
    concern, _ = queries.to_speak_about(viewer, uid)
    if sheet.whole and sheet.does(acts.not_again, concern=concern, **sheet.said):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("refer/again.html", **queries.again(viewer, uid))


def meet(request, uid):
    viewer = request.viewer
    concern, _ = queries.to_speak_about(viewer, uid)
    sheet = Sheet(request, MeetForm, now=viewer.now, staff=queries.deciders(viewer, concern))
    if sheet.whole and sheet.does(acts.meet, concern=concern, met=sheet.form.met):
        return sheet.onward("triage_read", uid=uid)
    return sheet.page("refer/meet.html", **queries.met(viewer, uid))


def referral(request, uid):
    found = queries.to_change(request.viewer, uid)
    return _called(request, found, FITS[found.stage])


def send(request, uid):
    return _called(request, queries.to_change(request.viewer, uid), "refer_send")


def chase(request, uid):
    return _called(request, queries.to_change(request.viewer, uid), "refer_chase")


def answer(request, uid):
    return _called(request, queries.to_change(request.viewer, uid), "refer_answer")


def view(request, uid):
    return _called(request, queries.to_change(request.viewer, uid), "refer_view")


def acknowledge(request, uid):
    return _asked(request, uid, "refer_acknowledge", "refer/event.html")


def challenge(request, uid):
    return _asked(request, uid, "refer_challenge", "refer/event.html")


def settle(request, uid):
    return _asked(request, uid, "refer_settle", "refer/event.html")


def withdraw(request, uid):
    return _asked(request, uid, "refer_withdraw", "refer/withdraw.html")


def pack(request, uid):
    """The pack for an agency: first a preview, then (once pressed) the print itself."""
    found = queries.to_change(request.viewer, uid)
    cover, given = CoverForm.read(request)
    page = queries.pack(request.viewer, found, request.GET.get("child", ""), **given)
    page |= {"cover": cover, "here": request.get_full_path()}
    return render(request, "refer/pack.html" if given["made"] else "refer/cover.html", page)


def _asked(request, uid, name, page):
    """A page of its own for one form about a referral, for what happens more rarely than a call."""
    found = queries.to_change(request.viewer, uid)
    sheet = _sheet(request, found, name)
    if sheet.whole and sheet.does(ASKED[name][1], referral=found, **sheet.form.given):
        return sheet.onward("refer", uid=uid)
    return sheet.page(page, **queries.standing(request.viewer, found))


def _called(request, found, name):
    """The page of a referral to have open during a telephone call.

    It shows the form `name`, and beside it, while an answer is awaited, the form for a call that
    chases it.
    """
    sheet = _sheet(request, found, name)
    if sheet.whole and sheet.does(ASKED[name][1], referral=found, **sheet.form.given):
        return sheet.onward("refer", uid=found.uid)
    shown = queries.at_hand(request.viewer, found)
    if found.awaited or name == "refer_chase":
        fits = FITS[found.stage] if name == "refer_chase" else "refer_chase"
        other = _sheet(request, found, fits, beside=True).standing_at(shown["concern"])
        pair = (other, sheet) if name == "refer_chase" else (sheet, other)
        shown |= dict(zip(("main", "chase"), pair, strict=True))
    return sheet.page("refer/referral.html", **{"main": sheet, **shown})


def _sheet(request, found, name, beside=False):
    given = {"now": request.viewer.now, "referral": found}
    if name == "refer_chase":
        given["rings"] = queries.rings(request.viewer, found)
    action = reverse(name, args=[found.uid])
    return Sheet(request, ASKED[name][0], path=action, beside=beside, **given)
