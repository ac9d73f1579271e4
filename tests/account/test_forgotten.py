"""Tests for a forgotten password: who is sent a link, who waits for the head, and what nobody can
learn from asking."""

import json
import re

import pytest
from django.core import mail
from django.test import RequestFactory

from concerns.account import queries, views
from concerns.models import Invitation, LedgerLine, Person, Post, StaffChangeRequest
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.people.test_links import link_in

NEW = "three quiet herons"
BOTH = {"password": NEW, "again": NEW}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def ask(address: str, client=None):
    return (client or SecureClient()).post("/account/forgotten/", {"email": address})


def is_let_in(person: Person, password: str) -> bool:
    said = {"login": person.email, "password": password}
    return SecureClient().post("/sign-in/", said).status_code == 302


def mail_to(person: Person) -> list:
    return [one for one in mail.outbox if one.to == [person.email]]


@pytest.fixture
def teacher(house) -> Person:
    return house.teacher.person


def test_whoever_reads_nothing_is_sent_a_link_and_told_afterwards(house, teacher):
    child = factories.child(house.school, "Amelia", "Quillfeather")
    factories.relate_to_child(teacher, child)
    session = factories.sign_in(SecureClient(), teacher)
    assert "read your e-mail" in ask(teacher.email.upper()).content.decode()
    (message,) = mail.outbox
    assert message.to == [teacher.email]
    assert "60 minutes" in message.body
    assert SecureClient().post(link_in(message), BOTH).status_code == 200
    assert session.get("/submit/").status_code == 302
    assert is_let_in(teacher, NEW)
    assert not is_let_in(teacher, factories.PASSWORD)
    assert mail.outbox[1].subject == "A new password was chosen"
    assert mail.outbox[1].to == [teacher.email]
    for told in ("Amelia", "Quillfeather", "4B"):
        assert told not in "".join(one.body + one.subject for one in mail.outbox)


def test_asking_is_in_the_record_and_changes_nothing_by_itself(teacher):
    ask(teacher.email)
    line = LedgerLine.objects.get(kind=Kind.INVITED)
    assert (line.actor, line.about) == (teacher, str(teacher.uid))
    assert json.loads(line.body)["reason"] == "asked for it without signing in"
    assert is_let_in(teacher, factories.PASSWORD)


def test_the_answer_is_the_same_whoever_has_the_address(house, teacher):
    left = factories.person(house.school)
    house.leaves(left)
    over = factories.person(house.school)
    over.posts.update(until="2025-01-01")
    asked = [teacher, house.lead.person, house.head.person, house.office.person, left, over]
    addresses = [*(who.email for who in asked), "nobody@example.test"]
    answers = [ask(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    assert len({TOKEN.sub(b"", answer.content) for answer in answers}) == 1
    assert not mail_to(left) + mail_to(over)


def test_nothing_is_looked_up_before_the_page_has_been_sent(teacher, django_assert_num_queries):
    request = RequestFactory().post("/account/forgotten/", {"email": teacher.email})
    with django_assert_num_queries(0):
        answer = views.forgotten(request)
    assert not mail.outbox
    answer.close()
    assert len(mail.outbox) == 1


def test_work_that_fails_once_the_page_was_sent_tells_nobody_whom_it_was_for(
    teacher, monkeypatch, caplog
):
    def fail(address):
        raise ValueError(address)

    monkeypatch.setattr(queries, "find_reset_now", fail)
    assert ask(teacher.email).status_code == 200
    assert "ValueError" in caplog.text
    assert teacher.email not in caplog.text


def test_a_reader_waits_for_the_head_who_is_told(house):
    lead = house.lead.person
    ask(lead.email)
    (to_lead,) = mail_to(lead)
    (to_head,) = mail_to(house.head.person)
    assert "link=" not in to_lead.body
    assert "headteacher must approve it first" in to_lead.body
    asked = StaffChangeRequest.objects.get(person=lead)
    assert f"/people/asked/{asked.uid}/" in to_head.body
    assert lead.name not in to_head.body + to_head.subject
    assert LedgerLine.objects.get(kind=Kind.ASKED).actor == lead
    assert is_let_in(lead, factories.PASSWORD)


def test_once_the_head_approves_it_a_reader_is_sent_a_link(house):
    lead = house.lead.person
    ask(lead.email)
    asked = StaffChangeRequest.objects.get(person=lead)
    factories.sign_in(SecureClient(), house.head.person).post(
        f"/people/asked/{asked.uid}/", {"answer": "yes"}
    )
    message = mail_to(lead)[-1]
    assert "60 minutes" in message.body
    assert not is_let_in(lead, factories.PASSWORD)
    assert SecureClient().post(link_in(message), BOTH).status_code == 200
    assert is_let_in(lead, NEW)


def test_a_reader_whose_password_has_ended_waits_for_the_head_too(house):
    deputy = factories.person(house.school, Role.DEPUTY)
    deputy.replace_password(None)
    ask(deputy.email)
    assert "link=" not in mail_to(deputy)[0].body


def test_whoever_waits_to_become_a_reader_waits_for_the_head_too(house, teacher):
    house.post(house.office, teacher, Role.DEPUTY)
    ask(teacher.email)
    assert "link=" not in mail_to(teacher)[0].body


def test_a_head_is_told_once_however_often_a_pupil_asks(house):
    for _ in range(3):
        ask(house.lead.person.email)
    assert StaffChangeRequest.objects.count() == 1
    assert len(mail_to(house.head.person)) == 1
    assert len(mail_to(house.lead.person)) == 3


def test_the_only_head_and_a_reader_of_two_schools_are_sent_to_whoever_runs_the_site(house):
    there = factories.school()
    Post.objects.create(person=house.lead.person, school=there, role=Role.DSL, since="2024-09-01")
    for who in (house.head.person, house.lead.person):
        ask(who.email)
        assert "manage.py staff --set-password" in mail_to(who)[0].body
    assert not StaffChangeRequest.objects.exists()


def test_one_of_two_heads_waits_for_the_other(house):
    other = factories.person(house.school, Role.HEAD)
    ask(house.head.person.email)
    assert len(mail_to(other)) == 1
    assert StaffChangeRequest.objects.get().person == house.head.person


def test_no_more_than_three_e_mails_go_in_an_hour_and_the_office_can_still_send_one(house, teacher):
    answers = {ask(teacher.email).status_code for _ in range(5)}
    assert answers == {200}
    assert len(mail.outbox) == Invitation.objects.count() == 3
    office = factories.sign_in(SecureClient(), house.office.person)
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    assert len(mail.outbox) == 4


def test_whoever_asks_for_many_addresses_is_held_up(house, settings):
    limits = {**settings.ACCOUNT_RATE_LIMITS, "reset_password": "2/m/ip"}
    settings.ACCOUNT_RATE_LIMITS = limits
    said = [ask(f"nobody{number}@example.test").status_code for number in range(3)]
    assert said == [200, 200, 429]


@pytest.mark.parametrize("address", ["", "no address", "a@b.test\0", "x" * 300 + "@a.test"])
def test_what_is_no_address_is_answered_in_plain_words(db, address):
    assert ask(address).status_code == 422


def test_where_no_mail_is_set_up_it_says_whom_to_ask(teacher, settings):
    settings.EMAIL_HOST = ""
    assert "Ask the school office" in ask(teacher.email).content.decode()
    assert not Invitation.objects.exists()


def test_a_link_that_was_used_leads_here(teacher):
    ask(teacher.email)
    link = link_in(mail.outbox[0])
    SecureClient().post(link, BOTH)
    assert 'href="/account/forgotten/"' in SecureClient().get(link).content.decode()
