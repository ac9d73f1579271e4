"""This file knows the pages of what is said to parents and agencies, and of what comes back."""

from django.urls import reverse

from concerns.doors.sheet import Sheet
from concerns.refer import acts, queries
from concerns.refer.forms import AnswerForm, SendForm, SpeakForm, ViewForm, WithdrawForm
from concerns.rules.lifecycle import Stage

# The page one has before oneself on the telephone.
CALL = "refer/referral.html"
# What each address of a referral asks, the act that takes it, and the page it stands on.
ASKED = {
    "refer_send": (SendForm, acts.send, CALL),
    "refer_answer": (AnswerForm, acts.hear_back, CALL),
    "refer_view": (ViewForm, acts.give_view, CALL),
    "refer_withdraw": (WithdrawForm, acts.withdraw, "refer/withdraw.html"),
}
# The one form that fits each stage. An agency may change its mind; what is not sent stays so.
FITS = {
    Stage.TO_SEND: "refer_send",
    Stage.SENT: "refer_answer",
    Stage.ANSWERED: "refer_view",
    Stage.CHALLENGED: "refer_answer",
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


def referral(request, uid):
    found = queries.to_change(request.viewer, uid)
    return _asked(request, found, FITS[found.stage], page=CALL)


def send(request, uid):
    return _asked(request, queries.to_change(request.viewer, uid), "refer_send")


def answer(request, uid):
    return _asked(request, queries.to_change(request.viewer, uid), "refer_answer")


def view(request, uid):
    return _asked(request, queries.to_change(request.viewer, uid), "refer_view")


def withdraw(request, uid):
    return _asked(request, queries.to_change(request.viewer, uid), "refer_withdraw")


def _asked(request, found, name, page=""):
    form, act, own_page = ASKED[name]
    action = reverse(name, args=[found.uid])
    sheet = Sheet(request, form, path=action, now=request.viewer.now)
    if sheet.whole and sheet.does(act, referral=found, **sheet.form.given):
        return sheet.onward("refer", uid=found.uid)
    page = page or own_page
    show = queries.at_hand if page == CALL else queries.standing
    return sheet.page(page, **show(request.viewer, found), action=action)
