"""Pages about one's own account: a forgotten password, and where one is signed in.

The library's own pages for a forgotten password (`allauth.account`) sign in whoever follows a link
and know neither the record nor the head, so these are ours, with Django's token and the library's
rate limits. Its page of sessions (`allauth.usersessions`) ends all others or none, and writes no
line into the record; its rows are used.
"""

from functools import partial

from allauth.core import ratelimit
from django.shortcuts import render

from concerns.account import acts, queries
from concerns.account.forms import (
    EndSessionForm,
    ForgottenPasswordForm,
    SignOutEverywhereForm,
)
from concerns.doors import mail
from concerns.doors.act import ActRefused
from concerns.doors.after_response import run_after_response
from concerns.doors.form_page import FormPage
from concerns.workflow.password_reset import PasswordReset, ResetWay


def forgotten(request):
    """Asks for a link to choose a new password. The answer is the same whoever has the address, and
    takes the same time."""
    if not mail.is_mail_configured():
        return render(request, "account/no_mail.html", status=503)
    posted = request.method == "POST"
    form = ForgottenPasswordForm(request.POST if posted else None)
    if not posted or not form.is_valid():
        return render(
            request, "account/forgotten.html", {"form": form}, status=422 if posted else 200
        )
    if not ratelimit.consume(request, action="reset_password"):
        return render(request, "429.html", status=429)
    response = render(request, "account/link_asked.html")
    address = form.cleaned_data["email"]
    if ratelimit.consume(request, action="reset_password_of_account", key=address):
        run_after_response(response, partial(_start_reset, address))
    return response


def _start_reset(address: str) -> None:
    """What is owed to whoever has `address`, once the page has been sent."""
    reset = queries.find_reset_now(address)
    if reset is None:
        return
    if reset.way is ResetWay.LINK:
        acts.ask_for_link(by=reset.by, now=reset.by.now)
        mail.send_reset_link(reset.by.person, reset.by.school)
    elif reset.way is ResetWay.HEAD:
        _ask_heads(reset)
    else:
        mail.send_ask_operator(reset.by.person, reset.by.school)


def _ask_heads(reset: PasswordReset) -> None:
    asked = reset.request
    try:
        acts.ask_head_for_password(by=reset.by, asked=asked, now=reset.by.now)
    except ActRefused:
        # The heads have been told already. Whoever asked is told again what they wait for.
        pass
    else:
        for head in reset.heads:
            mail.send_password_waits(head, asked.uid)
    mail.send_ask_head(reset.by.person, reset.by.school)


def sessions(request):
    """Where one is signed in, with a button to end each."""
    this = request.session.session_key
    sheet = FormPage(request, EndSessionForm)
    if sheet.is_complete:
        chosen = sheet.cleaned_answers["end"]
        if sheet.attempt_act(acts.end_own_sessions, chosen=chosen, this=this):
            return sheet.go_to_page("account_sessions")
    rows = queries.list_own_sessions(request.viewer, this)
    minutes = request.session["idle_seconds"] // 60
    page = {"rows": rows, "others": acts.OTHERS, "minutes": minutes}
    return sheet.render_page("account/sessions.html", **page)


def sign_out(request, uid):
    """The head signs somebody out everywhere."""
    person = queries.get_colleague(request.viewer, uid)
    sheet = FormPage(request, SignOutEverywhereForm)
    if sheet.is_complete and sheet.attempt_act(acts.sign_out_everywhere, person=person):
        return sheet.go_to_page("people_person", uid=uid)
    return sheet.render_page("account/sign_out.html", person=person)
