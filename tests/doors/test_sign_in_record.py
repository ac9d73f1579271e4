"""Tests that who comes in, who is not let in and what was refused is in the record."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache

from concerns.doors import sign_in_record
from concerns.models import LedgerLine, Post
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.conftest import SecureClient
from tests.desk import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    """No try of another test counts against this one."""
    cache.clear()


def try_to_sign_in(address: str, password: str = ""):
    return SecureClient().post("/sign-in/", {"login": address, "password": password or "a guess"})


def lines(kind: Kind) -> list[LedgerLine]:
    return list(LedgerLine.objects.filter(kind=kind).order_by("id"))


def test_a_sign_in_is_a_line_with_the_post_then_held(where):
    head = factories.person(where, Role.HEAD)
    factories.sign_in(SecureClient(), head)
    (line,) = lines(Kind.SIGNED_IN)
    assert (line.actor, line.school, line.about) == (head, where, str(head.uid))
    assert json.loads(line.body)["role"] == "Headteacher"


def test_whoever_works_in_two_schools_signs_in_to_both(where):
    teacher = factories.person(where)
    other = factories.school()
    Post.objects.create(person=teacher, school=other, role=Role.STAFF, since="2024-09-01")
    factories.sign_in(SecureClient(), teacher)
    assert {line.school for line in lines(Kind.SIGNED_IN)} == {where, other}


def test_a_wrong_password_is_a_line_about_the_account_and_by_nobody(where):
    teacher = factories.person(where)
    try_to_sign_in(teacher.email.upper())
    (line,) = lines(Kind.SIGN_IN_FAILED)
    assert (line.actor, line.about, line.outcome) == (None, str(teacher.uid), "refused")


def test_neither_the_address_nor_the_password_that_was_tried_is_kept(where):
    try_to_sign_in("who.is.it@example.test", "three quiet herons")
    (line,) = lines(Kind.SIGN_IN_FAILED)
    assert line.about == ""
    for tried in ("who.is.it", "heron"):
        assert tried not in line.body


def test_an_address_nobody_has_is_in_no_record_where_there_are_several_schools(where):
    factories.school()
    try_to_sign_in("nobody@example.test")
    assert not lines(Kind.SIGN_IN_FAILED)


def test_too_many_tries_are_one_line_however_many_follow(where):
    teacher = factories.person(where)
    for _ in range(13):
        try_to_sign_in(teacher.email)
    assert len(lines(Kind.SIGN_IN_FAILED)) == 10
    (line,) = lines(Kind.LOCKED_OUT)
    assert (line.actor, line.about, line.outcome) == (None, str(teacher.uid), "refused")


def test_being_shut_out_again_later_is_another_line(where):
    for minutes in (0, 4, 6):
        now = factories.NOW + timedelta(minutes=minutes)
        sign_in_record.record_lock_out("nobody@example.test", now)
    assert len(lines(Kind.LOCKED_OUT)) == 2


def test_where_a_sign_in_cannot_be_recorded_nobody_comes_in(where, monkeypatch):
    def fail(*arguments, **more):
        raise RuntimeError

    monkeypatch.setattr("concerns.doors.ledger.write_ledger_line", fail)
    client = SecureClient(raise_request_exception=False)
    who = factories.person(where)
    said = {"login": who.email, "password": factories.PASSWORD}
    assert client.post("/sign-in/", said).status_code == 500
    assert client.get("/submit/").status_code == 302


def refused_readings(viewer) -> list[tuple[str, str]]:
    rows = LedgerLine.objects.filter(kind=Kind.REFUSED, actor=viewer.person).order_by("id")
    return [(row.about, json.loads(row.body)["reason"]) for row in rows]


def test_asking_for_somebody_else_s_concern_is_a_line_about_it(where, writer, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    client = factories.sign_in(SecureClient(), writer.person)
    assert client.get(f"/submit/mine/{concern.uid}/").status_code == 404
    assert refused_readings(writer) == [(str(concern.uid), "opened: submit_mine")]


def test_what_does_not_exist_and_what_is_about_oneself_leave_the_same_line(where, writer):
    head = factories.viewer(where, Role.HEAD)
    about = adults.send_adult_concern(writer, head.person)
    client = factories.sign_in(SecureClient(), head.person)
    client.get(f"/adult/{about.uid}/")
    client.get(f"/adult/{factories.school().uid}/")
    (first, why), (second, same) = refused_readings(head)
    assert first == str(about.uid)
    assert second != first
    assert why == same == "opened: adult_read"


def test_the_trail_of_a_concern_says_who_was_refused_it(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    deputy = factories.viewer(where, Role.DEPUTY)
    factories.relate_to_child(deputy.person, concern.children.get().child)
    factories.sign_in(SecureClient(), deputy.person).get(f"/triage/{concern.uid}/")
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    page = page_text(head.get(f"/audit/concern/{concern.uid}/"))
    assert "Was refused: Read a concern" in page
    assert deputy.person.name in page
