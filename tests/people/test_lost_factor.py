"""Tests that a lost second factor is removed by two people, a head and the office, never by one."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from concerns.doors.act import ActRefused
from concerns.models import LedgerLine
from concerns.models.school import second_factor
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient
from tests.people.conftest import House

pytestmark = pytest.mark.django_db

LOST = StaffRequestMatter.FACTOR


@pytest.fixture
def lost(house) -> House:
    """The lead has lost their telephone."""
    set_up_app(house.lead.person)
    return house


def has_factor(house) -> bool:
    return second_factor.has_second_factor(house.lead.person)


@pytest.mark.parametrize(("asks", "answers"), [("office", "head"), ("head", "office")])
def test_one_asks_and_the_other_answers(lost, asks, answers):
    what = lost.ask(getattr(lost, asks), LOST, lost.lead.person)
    assert has_factor(lost)
    lost.answer(getattr(lost, answers), what)
    assert not has_factor(lost)
    (line,) = LedgerLine.objects.filter(kind=Kind.FACTOR_REMOVED)
    assert (line.actor, line.about) == (
        getattr(lost, answers).person, str(lost.lead.person.uid)
    )  # fmt: skip


@pytest.mark.parametrize("alone", ["office", "head"])
def test_nobody_answers_their_own_request(lost, alone):
    by = getattr(lost, alone)
    what = lost.ask(by, LOST, lost.lead.person)
    with pytest.raises(ActRefused):
        lost.answer(by, what)
    assert has_factor(lost)


def test_two_of_the_office_are_not_enough(lost):
    what = lost.ask(lost.office, LOST, lost.lead.person)
    with pytest.raises(ActRefused, match="Only the headteacher"):
        lost.answer(factories.viewer(lost.school, Role.OFFICE), what)
    assert has_factor(lost)


def test_the_owner_does_not_approve_it_themselves(lost):
    set_up_app(lost.head.person)
    other = factories.viewer(lost.school, Role.HEAD)
    what = lost.ask(lost.office, LOST, lost.head.person)
    with pytest.raises(ActRefused, match="about yourself"):
        lost.answer(lost.head, what)
    lost.answer(other, what)
    assert not second_factor.has_second_factor(lost.head.person)


def test_it_is_not_asked_for_where_nobody_could_answer(lost):
    set_up_app(lost.head.person)
    with pytest.raises(ActRefused, match="Ask whoever runs this site"):
        lost.ask(lost.office, LOST, lost.head.person)


def test_without_a_second_factor_there_is_none_to_remove(house):
    with pytest.raises(ActRefused, match="has no second factor"):
        house.ask(house.office, LOST, house.lead.person)


def test_the_password_and_every_session_end_and_they_may_set_up_another(lost):
    lead = lost.lead.person
    session = factories.sign_in(SecureClient(), lead)
    lost.answer(lost.head, lost.ask(lost.office, LOST, lead))
    lead.refresh_from_db()
    assert not lead.has_usable_password()
    assert lead.may_set_up_factor_until
    assert session.get("/triage/").headers["Location"].startswith("/sign-in/")


def test_by_the_pages_the_owner_is_told_and_sent_a_link(where):
    lead = factories.person(where, Role.DSL)
    set_up_app(lead)
    office, head = (
        factories.sign_in(SecureClient(), factories.person(where, role))
        for role in (Role.OFFICE, Role.HEAD)
    )
    answer = office.post(f"/people/{lead.uid}/factor/", {"sure": "on"})
    assert answer.headers["Location"] == f"/people/{lead.uid}/"
    (asked,) = lead.asked.all()
    head.post(f"/people/asked/{asked.uid}/", {"answer": "yes"})
    assert not second_factor.has_second_factor(lead)
    assert [letter.to for letter in mail.outbox] == [[lead.email], [lead.email]]
    removed, link = mail.outbox
    assert "Your second factor was removed on " in removed.body
    assert "Use this link to choose the password" in link.body


def test_whoever_runs_the_site_helps_a_head_whom_nobody_can_approve(where):
    head = factories.person(where, Role.HEAD)
    secret = set_up_app(head)
    session = factories.sign_in(SecureClient(), head)
    give_factor(session, secret)
    call_command("staff", "--lost-factor", head.email.upper(), stdout=StringIO())
    assert not second_factor.has_second_factor(head)
    assert session.get("/audit/").headers["Location"].startswith("/sign-in/")
    head.refresh_from_db()
    assert head.may_set_up_factor_until > timezone.now()
    (line,) = LedgerLine.objects.filter(kind=Kind.FACTOR_REMOVED)
    assert "from the command line" in line.body
    assert [letter.to for letter in mail.outbox] == [[head.email]]
