"""Tests that each sign-on which is not right is refused in a plain sentence, with a line."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command

from concerns.doors import fetch_limit, sign_on, sign_on_client
from concerns.people import acts as people
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.sign_on import SignOnFault
from tests import factories
from tests.account.sign_on.signing_on import (
    also_works_in,
    goes,
    lines,
    linked,
    path_of,
    reason_of,
    refused,
    start,
)
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.openid_provider.setting_up import set_up_sign_on
from tests.openid_provider.started import TENANT

pytestmark = pytest.mark.django_db


def test_a_leaver_and_a_stranger_are_told_the_same(at_entra, entra, jo, where):
    linked(at_entra, entra, jo)
    entra.knows("stranger", tid=TENANT)
    head = factories.viewer(where, Role.HEAD)
    people.leave(by=head, person=jo, last=head.todays_date, to=None, now=head.now)
    assert reason_of(lines(Kind.SIGN_ON_UNLINKED)[0]).startswith("with: ")
    pages = []
    for account in ("jo", "stranger"):
        client = SecureClient()
        answer = goes(client, entra, start(at_entra), account)
        pages.append(refused(at_entra, answer, SignOnFault.NOBODY, client))
    assert pages[0] == pages[1]


def test_whoever_has_come_to_work_in_another_school_too_is_not_signed_in(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    also_works_in(jo, factories.real_school())
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.NOBODY, client)
    assert lines(Kind.SIGN_IN_FAILED)[-1].about == str(jo.uid)


def test_the_provider_of_another_school_signs_nobody_in(at_entra, entra, jo, monkeypatch):
    """Two schools of one tenant: each school's button opens accounts of that school alone."""
    linked(at_entra, entra, jo)
    other = factories.real_school()
    factories.person(other, Role.HEAD)
    theirs = set_up_sign_on(monkeypatch, other, entra)
    client = SecureClient()
    answer = goes(client, entra, start(theirs))
    refused(theirs, answer, SignOnFault.NOBODY, client)


@pytest.mark.parametrize("tid", ["another-tenant", None])
def test_an_account_of_another_tenant_is_refused(at_entra, entra, jo, tid):
    linked(at_entra, entra, jo)
    entra.says(tid=tid)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.OTHER_DIRECTORY, client)


@pytest.mark.parametrize("hd", ["elsewhere.example", None])
def test_an_account_of_another_domain_or_a_personal_one_is_refused(at_google, google, jo, hd):
    linked(at_google, google, jo)
    google.says(hd=hd)
    client = SecureClient()
    answer = goes(client, google, start(at_google))
    refused(at_google, answer, SignOnFault.OTHER_DIRECTORY, client)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1/another"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"nonce": "of-another-browser"},
        {"aud": "another-site"},
        {"exp": 1_000_000_000},
        {"amr": "mfa"},
    ],
    ids=["issuer", "no subject", "empty subject", "number", "nonce", "audience", "old", "no list"],
)
def test_what_is_not_signed_for_this_site_and_browser_is_refused(at_entra, entra, jo, claims):
    linked(at_entra, entra, jo)
    entra.says(**claims)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.UNTRUSTED, client)


@pytest.mark.parametrize("how", ["changed", "unsigned", "no token"])
def test_a_token_that_was_tampered_with_is_refused(at_entra, entra, jo, how):
    linked(at_entra, entra, jo)
    entra.goes_wrong(token=how)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra))
    refused(at_entra, answer, SignOnFault.UNTRUSTED, client)


def test_what_was_brought_back_once_counts_no_more(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    assert client.get(back).status_code == 302
    answer = client.get(back)
    assert answer.status_code == 403
    assert "used once already" in page_text(answer)
    assert reason_of(lines(Kind.SIGN_IN_FAILED)[-1]) == f"Microsoft: {SignOnFault.STALE.value}"


def test_what_another_browser_began_is_refused(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    thief = SecureClient()
    back = path_of(entra.sign_in(thief.get(start(at_entra)).headers["Location"], "jo"))
    client = SecureClient()
    refused(at_entra, client.get(back), SignOnFault.STALE, client)


def test_what_was_begun_for_another_provider_is_refused(at_entra, at_google, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    answer = client.get(back.replace(str(at_entra.uid), str(at_google.uid)))
    refused(at_google, answer, SignOnFault.STALE, client)


def test_what_was_begun_too_long_ago_is_refused(at_entra, entra, jo, monkeypatch):
    linked(at_entra, entra, jo)
    client = SecureClient()
    back = path_of(entra.sign_in(client.get(start(at_entra)).headers["Location"], "jo"))
    monkeypatch.setattr(sign_on, "BEGUN_LASTS", -1)
    refused(at_entra, client.get(back), SignOnFault.STALE, client)


@pytest.mark.parametrize("said", ["error=access_denied", "error=server_error", ""])
def test_an_error_of_the_provider_is_a_plain_sentence(at_entra, entra, said):
    client = SecureClient()
    there = client.get(start(at_entra)).headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = client.get(f"{start(at_entra, 'back/')}?state={state}&{said}")
    refused(at_entra, answer, SignOnFault.NOT_THERE, client)


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        ({"openid_configuration": "500"}, SignOnFault.SILENT),
        ({"openid_configuration": "silent"}, SignOnFault.SILENT),
        ({"openid_configuration": "garbage"}, SignOnFault.GARBLED),
        ({"openid_configuration": "list"}, SignOnFault.GARBLED),
        ({"openid_configuration": "leads on"}, SignOnFault.GARBLED),
        ({"openid_configuration": "another issuer"}, SignOnFault.UNTRUSTED),
    ],
)
def test_a_provider_that_is_not_there_is_a_plain_sentence(
    at_entra, entra, monkeypatch, faults, fault
):
    monkeypatch.setattr(sign_on_client, "PATIENCE", 1)
    entra.goes_wrong(**faults)
    client = SecureClient()
    answer = client.get(start(at_entra, "?next=/submit/write/"))
    text = refused(at_entra, answer, fault, client)
    assert "Sign in with your password" in text
    assert 'href="/sign-in/?next=/submit/write/"' in text


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        ({"token": "500"}, SignOnFault.SILENT),
        ({"token": "silent"}, SignOnFault.SILENT),
        ({"token": "garbage"}, SignOnFault.GARBLED),
        ({"token": "list"}, SignOnFault.GARBLED),
        ({"token": "leads on"}, SignOnFault.GARBLED),
        ({"jwks.json": "500"}, SignOnFault.SILENT),
        ({"jwks.json": "garbage"}, SignOnFault.GARBLED),
        ({"jwks.json": "list"}, SignOnFault.UNTRUSTED),
    ],
)
def test_a_provider_that_fails_on_the_way_back_is_a_plain_sentence(
    at_entra, entra, jo, monkeypatch, faults, fault
):
    linked(at_entra, entra, jo)
    monkeypatch.setattr(sign_on_client, "PATIENCE", 1)
    entra.goes_wrong(**faults)
    client = SecureClient()
    refused(at_entra, goes(client, entra, start(at_entra)), fault, client)


def test_a_wrong_client_secret_is_a_plain_sentence(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    at_entra.client_secret = "a secret that has run out"
    at_entra.save()
    client = SecureClient()
    refused(at_entra, goes(client, entra, start(at_entra)), SignOnFault.NOT_THERE, client)


def test_a_provider_that_has_ended_or_never_was_does_not_exist(at_entra):
    call_command("sign_on", "--end", TENANT, stdout=io.StringIO())
    for path in ("", "back/"):
        assert SecureClient().get(start(at_entra, path)).status_code == 404


def test_too_many_tries_are_slowed_down(at_entra, monkeypatch):
    monkeypatch.setattr(fetch_limit, "MOST_SIGN_ONS", 1)
    client = SecureClient()
    assert client.get(start(at_entra, "back/")).status_code == 403
    assert client.get(start(at_entra, "back/")).status_code == 429
    assert client.get(start(at_entra)).status_code == 429


def test_somebody_who_is_signed_in_is_not_sent_away(at_entra, jo):
    client = factories.sign_in(SecureClient(), jo)
    there = client.get(start(at_entra, "?next=/submit/write/")).headers["Location"]
    assert there == "/submit/write/"


def test_nobody_is_sent_on_to_another_site(at_entra, entra, jo):
    linked(at_entra, entra, jo)
    client = SecureClient()
    answer = goes(client, entra, start(at_entra, "?next=https://elsewhere.example/"))
    assert answer.headers["Location"] == "/"


def test_a_session_begins_a_few_sign_ins_and_no_more(at_entra):
    client = SecureClient()
    for _ in range(sign_on.MOST_BEGUN + 2):
        client.get(start(at_entra))
    assert len(client.session[sign_on.BEGUN]) == sign_on.MOST_BEGUN
