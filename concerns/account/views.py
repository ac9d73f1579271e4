"""Pages about one's own account: a forgotten password, where one is signed in, and single sign-on.

The library's own pages for a forgotten password (`allauth.account`) sign in whoever follows a link
and know neither the record nor the head, so these are ours, with Django's token and the library's
rate limits. Its page of sessions (`allauth.usersessions`) ends all others or none, and writes no
line into the record; its rows are used. Why single sign-on is not its own either is said in
`doors/sign_on.py`.
"""

from functools import partial

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.shortcuts import redirect, render

from concerns.account import acts, queries
from concerns.account.forms import (
    EndSessionForm,
    ForgottenPasswordForm,
    OwnNameForm,
    SignOutEverywhereForm,
    UnlinkForm,
)
from concerns.doors import factor_session, fetch_limit, mail, sign_in_record
from concerns.doors.act import ActRefused
from concerns.doors.after_response import run_after_response
from concerns.doors.form_page import FormPage
from concerns.doors.sign_on import (
    SignOnFailed,
    SignOnPurpose,
    begin_sign_on,
    finish_sign_on,
    keep_proof,
    take_proof,
)
from concerns.doors.site_address import page_to_go_on_to
from concerns.rules.sign_on import SignOnFault
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
    page["owns_name"] = queries.owns_name(request.viewer)
    return sheet.render_page("account/sessions.html", **page)


def own_name(request):
    """One's own name, which somebody who works in several schools changes here."""
    viewer = request.viewer
    sheet = FormPage(request, OwnNameForm, initial={"name": viewer.person.name})
    if sheet.is_complete:
        name = sheet.cleaned_answers["name"]
        if sheet.attempt_act(acts.change_own_name, name=name):
            return sheet.go_to_page("account_name")
    owns_name = queries.owns_name(viewer)
    return sheet.render_page("account/name.html", owns_name=owns_name, kept=acts.OFFICE_KEEPS_NAME)


def sign_out(request, uid):
    """The head signs somebody out everywhere."""
    person = queries.get_colleague(request.viewer, uid)
    sheet = FormPage(request, SignOutEverywhereForm)
    if sheet.is_complete and sheet.attempt_act(acts.sign_out_everywhere, person=person):
        return sheet.go_to_page("people_person", uid=uid)
    return sheet.render_page("account/sign_out.html", person=person)


# Behind which page each purpose is finished. Signing in is finished where one comes back to.
FINISHED_AT = {
    SignOnPurpose.LINK: "account_sign_on_link",
    SignOnPurpose.FACTOR: "account_sign_on_again",
}


def sign_on(request):
    """With which accounts of the school's provider one signs in, and a button to end each link."""
    sheet = FormPage(request, UnlinkForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.unlink_sign_on, link=sheet.cleaned_answers["unlink"]
    ):
        _tell_of_link(request.viewer, f"A {sheet.result.name} account was unlinked")
        return sheet.go_to_page("account_sign_on")
    return sheet.render_page("account/sign_on.html", rows=queries.list_own_sign_on(request.viewer))


def start_sign_on(request, uid):
    """Goes to the provider, to sign in. Opened by a link: our policy lets no form lead there."""
    provider = queries.get_provider(uid)
    if request.user.is_authenticated:
        return redirect(page_to_go_on_to(request))
    if not fetch_limit.may_sign_on(request):
        return render(request, "429.html", status=429)
    return _go_to_provider(request, provider, SignOnPurpose.SIGN_IN)


def return_from_sign_on(request, uid):
    """Takes what the browser brings back from the provider, and signs its owner in."""
    provider = queries.get_provider(uid)
    if not fetch_limit.may_sign_on(request):
        return render(request, "429.html", status=429)
    now = queries.read_clock()
    try:
        proof = finish_sign_on(request, provider, now)
    except SignOnFailed as failed:
        return _render_failure(request, provider, failed.fault, now=now)
    if proof.purpose in FINISHED_AT:
        keep_proof(request, provider, proof)
        return redirect(FINISHED_AT[proof.purpose], uid=provider.uid)
    person, may_sign_in = provider.find_person(proof.subject, now)
    if not may_sign_in:
        fault = SignOnFault.NOBODY
        return _render_failure(request, provider, fault, proof.onward, person=person, now=now)
    how = f"with {provider.name}"
    if proof.factor_at:
        how = f"{how}, and a second factor there"
    answer = perform_login(request, person, redirect_url=proof.onward, signal_kwargs={"how": how})
    if proof.factor_at:
        factor_session.note_factor_given(request, at=proof.factor_at)
    return answer


def link_sign_on(request, uid):
    """Goes to the provider, to link an account there; and links it, when one has come back."""
    provider = queries.get_own_provider(request.viewer, uid)
    proof = take_proof(request, provider, SignOnPurpose.LINK)
    if proof is None:
        return _go_to_provider(request, provider, SignOnPurpose.LINK)
    viewer = request.viewer
    said = {"provider": provider, "subject": proof.subject, "addresses": proof.addresses}
    try:
        acts.link_sign_on(by=viewer, now=viewer.now, **said)
    except ActRefused as refused:
        page = {"rows": queries.list_own_sign_on(viewer), "refused": refused.words}
        return render(request, "account/sign_on.html", page, status=422)
    _tell_of_link(viewer, f"A {provider.name} account was linked")
    return redirect("account_sign_on")


def give_factor_again(request, uid):
    """Goes to the provider, which asks again for a second factor that counts here; and takes it,
    when one has come back."""
    viewer = request.viewer
    provider = queries.get_own_provider(viewer, uid)
    proof = take_proof(request, provider, SignOnPurpose.FACTOR)
    if proof is None:
        return _go_to_provider(request, provider, SignOnPurpose.FACTOR)
    own = queries.has_own_link(viewer, provider, proof.subject)
    if not own or proof.factor_at is None:
        fault = SignOnFault.NO_FACTOR if own else SignOnFault.SOMEBODY_ELSE
        return _render_failure(request, provider, fault, proof.onward, person=viewer.person)
    acts.give_factor_by_sign_on(by=viewer, provider=provider, now=viewer.now)
    factor_session.note_factor_given(request, at=proof.factor_at)
    return redirect(proof.onward)


def providers(request):
    """For the head: which providers there are, since when, and who has linked an account."""
    rows = queries.list_providers(request.viewer)
    return render(request, "account/providers.html", {"providers": rows})


def _go_to_provider(request, provider, purpose):
    onward = page_to_go_on_to(request)
    try:
        return begin_sign_on(request, provider, purpose, onward)
    except SignOnFailed as failed:
        return _render_failure(request, provider, failed.fault, onward)


def _render_failure(request, provider, fault, onward="/", *, person=None, now=None):
    """The page that says why nobody was signed in, with a line in the record of the school."""
    now = now or queries.read_clock()
    sign_in_record.record_failed_sign_on(provider, fault, person, now)
    why = fault.label.format(provider=provider.name, school=provider.school.name)
    page = {"why": why, "provider": provider, "onward": onward}
    return render(request, "account/sign_on_failed.html", page, status=403)


def _tell_of_link(viewer, what: str) -> None:
    mail.send_about_sign_on(viewer.person, viewer.school, what, viewer.todays_date)
