"""Tests that one sees one's own passkeys and app, and removes one, but never the last that a post
must have."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from concerns.models import LedgerLine
from concerns.models.school import second_factor
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.second_factor import may_remove_factor
from tests import factories
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient
from tests.desk import page_text

pytestmark = pytest.mark.django_db

OWN = "/access/own/"


def add_passkey(person, name: str) -> Authenticator:
    """A passkey as the library keeps it; no browser could use it."""
    data = {"name": name, "credential": {}}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)


def comes(person):
    secret = set_up_app(person)
    client = factories.sign_in(SecureClient(), person)
    assert give_factor(client, secret).status_code == 302
    return client


@pytest.fixture
def lead_person():
    return factories.person(factories.real_school(), Role.DSL)


def key_of_app(person) -> int:
    return Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP).pk


def test_each_is_listed_with_when_it_was_added_and_last_used(lead_person):
    client = comes(lead_person)
    add_passkey(lead_person, "Passkey of 3 November 2026")
    page = page_text(client.get(OWN))
    assert "Passkey of 3 November 2026" in page
    assert "Not used yet." in page
    assert "App that shows codes" in page
    assert "Last used" in page


def test_one_of_two_is_removed_with_a_line_and_an_e_mail(lead_person):
    client = comes(lead_person)
    passkey = add_passkey(lead_person, "Passkey of 3 November 2026")
    answer = client.post(OWN, {"remove": str(passkey.pk)})
    assert answer.headers["Location"] == OWN
    assert [row.name for row in second_factor.list_second_factors(lead_person)] == [
        "App that shows codes"
    ]
    line = LedgerLine.objects.get(kind=Kind.OWN_FACTOR_REMOVED)
    assert (line.actor, json.loads(line.body)["reason"]) == (lead_person, "1 left")
    (letter,) = mail.outbox
    assert letter.to == [lead_person.email]
    assert "A second factor (Passkey of 3 November 2026) was removed" in letter.body


def test_the_last_one_that_a_post_must_have_stays(lead_person):
    client = comes(lead_person)
    assert "Remove it" not in page_text(client.get(OWN))
    answer = client.post(OWN, {"remove": str(key_of_app(lead_person))})
    assert answer.status_code == 422
    assert "Set up another first" in page_text(answer)
    assert second_factor.has_second_factor(lead_person)
    assert not mail.outbox


def test_a_post_in_another_school_keeps_the_last_one_too():
    person = factories.person(factories.real_school())
    there = factories.real_school()
    factories.Post.objects.create(
        person=person, school=there, role=Role.HEAD, since=factories.NOW.date()
    )
    assert person.must_have_factor_from(factories.NOW.date())


def test_a_reporter_removes_their_only_one_and_its_recovery_codes():
    teacher = factories.person(factories.real_school())
    client = comes(teacher)
    second_factor.make_recovery_codes(teacher)
    client.post(OWN, {"remove": str(key_of_app(teacher))})
    assert not Authenticator.objects.filter(user=teacher).exists()


def test_nobody_removes_what_is_somebody_else_s(lead_person):
    client = comes(lead_person)
    add_passkey(lead_person, "Mine")
    other = factories.person(factories.real_school(), Role.DSL)
    theirs = add_passkey(other, "Theirs")
    assert client.post(OWN, {"remove": str(theirs.pk)}).status_code == 422
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_a_password_alone_sees_and_removes_none(lead_person):
    set_up_app(lead_person)
    add_passkey(lead_person, "Mine")
    client = factories.sign_in(SecureClient(), lead_person)
    assert client.get(OWN).headers["Location"] == "/access/factor/"
    client.post(OWN, {"remove": str(key_of_app(lead_person))})
    assert len(second_factor.list_second_factors(lead_person)) == 2


def test_the_rule():
    assert may_remove_factor(1, must=True)
    assert not may_remove_factor(0, must=True)
    assert may_remove_factor(0, must=False)
