"""Tests when a second factor that was given at the provider counts here."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from concerns.doors import sign_on
from concerns.models import Person, SignOnLink
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.sign_on import SignOnFault
from tests import factories
from tests.account.sign_on.signing_on import goes, lines, linked, path_of, reason_of, start
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.openid_provider.started import DOMAIN, TENANT

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(where) -> Person:
    """A lead whose school no longer gives days of grace."""
    return factories.person(where, Role.DSL)


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acrs": ["c1"]}, {"acrs": "c1"}])
def test_a_claimed_second_factor_opens_the_record(trusted, entra, lead, claims):
    linked(trusted, entra, lead, **claims)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").status_code == 200
    assert reason_of(lines(Kind.SIGNED_IN)[-1]) == "with Microsoft, and a second factor there"


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"acrs": ["c2"]}, {"acr": "1"}])
def test_without_such_a_claim_our_own_factor_is_asked_for(trusted, entra, lead, claims):
    linked(trusted, entra, lead, **claims)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")
    assert client.get("/submit/").status_code == 200


def test_a_provider_that_is_not_trusted_for_it_gives_none(at_entra, entra, lead):
    linked(at_entra, entra, lead, amr=["mfa"], acrs=["c1"])
    client = SecureClient()
    goes(client, entra, start(at_entra))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")
    assert "Give it with Microsoft" not in page_text(client.get("/access/factor/"))


def test_a_factor_that_was_given_there_long_ago_does_not_count(trusted, entra, lead):
    linked(trusted, entra, lead, amr=["mfa"])
    entra.says(auth_time=int(time.time()) - 16 * 60)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/triage/").headers["Location"].startswith("/access/factor/")


def test_it_counts_from_when_it_was_given_there(trusted, entra, where):
    head = factories.person(where, Role.HEAD)
    linked(trusted, entra, head, amr=["mfa"])
    entra.says(auth_time=int(time.time()) - 14 * 60)
    client = SecureClient()
    goes(client, entra, start(trusted))
    assert client.get("/chase/clocks/").status_code == 200
    (given,) = [
        one for one in client.session["account_authentication_methods"] if one["method"] == "mfa"
    ]
    assert 14 * 60 <= time.time() - given["at"] < 15 * 60


def test_it_is_given_again_there_where_it_is_asked_for_again(trusted, entra, where):
    head = factories.person(where, Role.HEAD)
    linked(trusted, entra, head, amr=["mfa"])
    client = SecureClient()
    goes(client, entra, start(trusted))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 16 * 60
    session.save()
    there = client.get("/chase/clocks/").headers["Location"]
    assert "Give it with Microsoft" in page_text(client.get(there))
    again = start(trusted, "again/?next=/chase/clocks/")
    entra.says(auth_time=int(time.time()) - 16 * 60)
    assert goes(client, entra, again).status_code == 403
    assert client.get("/chase/clocks/").status_code == 302
    entra.says()
    entra.knows("another", tid=TENANT, amr=["mfa"])
    answer = goes(client, entra, again, "another")
    assert SignOnFault.SOMEBODY_ELSE.label.format(provider="Microsoft") in page_text(answer)
    assert goes(client, entra, again).headers["Location"] == "/chase/clocks/"
    assert client.get("/chase/clocks/").status_code == 200
    assert reason_of(lines(Kind.FACTOR_GIVEN)[-1]) == "Microsoft"


def test_what_was_proved_is_used_at_once_or_not_at_all(trusted, entra, jo, monkeypatch):
    entra.knows("jo", tid=TENANT, email=jo.email)
    client = factories.sign_in(SecureClient(), jo)
    monkeypatch.setattr(sign_on, "PROVED_LASTS", -1)
    sent = client.get(start(trusted, "link/"))
    back = client.get(path_of(entra.sign_in(sent.headers["Location"], "jo")))
    assert client.get(back.headers["Location"]).headers["Location"].startswith(entra.authority)
    assert not SignOnLink.objects.exists()


def test_entra_is_asked_for_the_password_and_the_context_each_time(trusted):
    there = parse_qs(urlsplit(SecureClient().get(start(trusted)).headers["Location"]).query)
    assert there["prompt"] == ["login"]
    assert there["code_challenge_method"] == ["S256"]
    assert '"c1"' in there["claims"][0]


def test_google_is_asked_which_account_of_the_domain(at_google):
    there = parse_qs(urlsplit(SecureClient().get(start(at_google)).headers["Location"]).query)
    assert (there["prompt"], there["hd"]) == (["select_account"], [DOMAIN])
