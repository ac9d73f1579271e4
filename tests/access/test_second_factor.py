"""Tests that an app is set up and its codes are taken, by the pages; and how long a password is
enough."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from concerns.models import LedgerLine, Person, School
from concerns.models.school import second_factor
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.second_factor import grace_ends_on
from tests import factories
from tests.access.codes import code_of_app, give_factor, set_up_app
from tests.conftest import SecureClient
from tests.desk import page_text

pytestmark = pytest.mark.django_db

KEY = re.compile(r'qr-code__key"><strong>([A-Z2-7 ]+)</strong>')
CODE = re.compile(r"<li>(\d{8})</li>")


@pytest.fixture
def where():
    """A school that began to ask for a second factor today."""
    return factories.real_school(factor_since=timezone.now())


@pytest.fixture
def locked():
    """A school whose days of grace are over."""
    return factories.real_school()


def comes(school, role=Role.DSL):
    person = factories.person(school, role)
    return person, factories.sign_in(SecureClient(), person)


def set_up_by_page(client):
    page = client.get("/access/new/").content.decode()
    secret = KEY.search(page).group(1).replace(" ", "")
    answer = client.post("/access/new/", {"code": code_of_app(secret)})
    return secret, CODE.findall(answer.content.decode())


def words_of(answer) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page_text(answer)).split())


def lines(kind) -> list[LedgerLine]:
    return list(LedgerLine.objects.filter(kind=kind).order_by("id"))


def test_a_readers_first_sign_in_asks_for_a_second_factor_and_lets_them_go_on(where):
    _, client = comes(where)
    assert client.get("/").headers["Location"] == "/access/factor/"
    page = page_text(client.get("/access/factor/"))
    assert "Set up a passkey" in page
    assert "Until then your password is enough" in page
    assert client.get("/").headers["Location"] == "/triage/"
    assert client.get("/triage/").status_code == 200


def test_a_teacher_is_not_asked(where):
    _, client = comes(where, Role.STAFF)
    assert client.get("/").headers["Location"] == "/submit/"


def test_setting_up_an_app_gives_ten_recovery_codes_once_a_line_and_a_mail(where):
    person, client = comes(where)
    secret, codes = set_up_by_page(client)
    assert len(set(codes)) == 10
    assert second_factor.has_second_factor(person)
    (line,) = lines(Kind.FACTOR_SET_UP)
    assert (line.actor, line.about) == (person, str(person.uid))
    (told,) = mail.outbox
    assert told.to == [person.email]
    assert secret not in told.body
    assert CODE.findall(client.get("/access/codes/").content.decode()) == []


def test_the_session_that_set_it_up_has_it_and_another_key(where):
    _, client = comes(where)
    before = client.session.session_key
    set_up_by_page(client)
    assert client.session.session_key != before
    assert client.get("/triage/").status_code == 200


def test_whoever_has_set_one_up_has_no_days_of_grace_left(where):
    person, client = comes(where)
    set_up_by_page(client)
    thief = factories.sign_in(SecureClient(), person)
    assert thief.get("/triage/").headers["Location"].startswith("/access/factor/")


def test_a_wrong_code_sets_up_nothing_and_says_what_to_do(where):
    person, client = comes(where)
    client.get("/access/new/")
    answer = client.post("/access/new/", {"code": "000000"})
    assert answer.status_code == 422
    assert "Check that the time on your telephone is right" in page_text(answer)
    assert not second_factor.has_second_factor(person)


def test_no_secret_stands_in_the_database_as_it_is(where):
    person, client = comes(where)
    secret, codes = set_up_by_page(client)
    rows = second_factor.Authenticator.objects.filter(user=person)
    kept = " ".join(str(row.data) for row in rows)
    assert rows.count() == 2
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_a_code_opens_a_session_once_and_not_a_second_time(locked):
    person, client = comes(locked)
    typed = {"code": code_of_app(set_up_app(person))}
    assert client.post("/access/factor/", typed).status_code == 302
    other = factories.sign_in(SecureClient(), person)
    answer = other.post("/access/factor/", typed)
    assert answer.status_code == 422
    assert "was used before" in page_text(answer)
    assert other.get("/triage/").status_code == 302


def test_a_code_older_than_one_that_was_used_is_not_taken(locked):
    person, client = comes(locked)
    secret = set_up_app(person)
    assert give_factor(client, secret, half_minutes=1).status_code == 302
    other = factories.sign_in(SecureClient(), person)
    assert give_factor(other, secret, half_minutes=-1).status_code == 422


def test_a_recovery_code_stands_in_once_and_the_owner_is_told(where):
    person, client = comes(where)
    _, codes = set_up_by_page(client)
    mail.outbox.clear()
    for expected in (302, 422):
        session = factories.sign_in(SecureClient(), person)
        answer = session.post("/access/factor/", {"code": f" {codes[0][:4]} {codes[0][4:]}"})
        assert answer.status_code == expected
    (told,) = mail.outbox
    assert told.body.splitlines()[2].startswith("A recovery code was used on ")
    assert second_factor.count_recovery_codes(person) == 9


def test_new_recovery_codes_end_the_earlier_ones(where):
    _, client = comes(where)
    _, before = set_up_by_page(client)
    answer = client.post("/access/codes/", {"do": ""})
    after = CODE.findall(answer.content.decode())
    assert len(after) == 10
    assert not set(after) & set(before)
    assert len(lines(Kind.CODES_MADE)) == 1


def test_recovery_codes_are_made_by_nobody_without_the_factor(locked):
    person, client = comes(locked)
    set_up_app(person)
    assert client.post("/access/codes/", {}).headers["Location"] == "/access/factor/"
    assert client.get("/access/new/").headers["Location"] == "/access/factor/"


def test_ten_wrong_codes_are_enough(locked):
    person, client = comes(locked)
    secret = set_up_app(person)
    for _ in range(10):
        assert client.post("/access/factor/", {"code": "000000"}).status_code == 422
    answer = give_factor(client, secret)
    assert "There were too many tries" in page_text(answer)
    assert client.get("/triage/").status_code == 302
    assert client.get("/submit/").status_code == 200


@pytest.mark.parametrize("role", [Role.DSL, Role.STAFF])
def test_after_the_days_of_grace_a_password_is_not_enough_to_set_one_up(locked, role):
    person, client = comes(locked, role)
    assert client.get("/access/new/").headers["Location"] == "/access/factor/"
    page = page_text(client.get("/access/factor/"))
    assert "Ask the school office" in page
    client.post("/access/new/", {"code": "000000"})
    assert not second_factor.has_second_factor(person)


def test_a_link_to_a_new_password_lets_them_set_one_up_for_two_days(locked):
    person, client = comes(locked)
    until = timezone.now() + timedelta(hours=48)
    Person.objects.filter(pk=person.pk).update(may_set_up_factor_until=until)
    set_up_by_page(client)
    person.refresh_from_db()
    assert second_factor.has_second_factor(person)
    assert person.may_set_up_factor_until is None
    assert client.get("/triage/").status_code == 200


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site_afterwards(locked, there):
    person, client = comes(locked)
    code = code_of_app(set_up_app(person))
    answer = client.post(f"/access/factor/?next={there}", {"code": code})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "made_up", ["nonsense", "{}", "[]", "null", '{"id": "AA", "response": {}}']
)
def test_a_passkey_that_no_browser_made_sets_up_nothing_and_opens_nothing(where, made_up):
    person, client = comes(where)
    client.get("/access/passkey/")
    answer = client.post("/access/passkey/", {"credential": made_up})
    assert answer.status_code == 422
    assert "The passkey was not set up" in page_text(answer)
    assert not second_factor.has_second_factor(person)
    kept = {"name": "x", "credential": {}}
    kind = second_factor.Authenticator.Type.WEBAUTHN
    second_factor.Authenticator.objects.create(user=person, type=kind, data=kept)
    assert not second_factor.use_passkey(person, made_up)


# --- Days of grace --------------------------------------------------------------------------------


def test_grace_begins_with_the_school_or_with_the_post_whichever_is_later():
    school, post = date(2026, 11, 2), date(2026, 11, 9)
    assert grace_ends_on(school, date(2024, 9, 1), 14) == date(2026, 11, 16)
    assert grace_ends_on(school, post, 14) == date(2026, 11, 23)
    assert grace_ends_on(school, None, 7) == date(2026, 11, 9)
    assert grace_ends_on(school, None, 100) == date(2026, 11, 16)


def test_a_new_lead_has_days_of_grace_of_their_own(locked):
    person = factories.person(locked, Role.DSL, since=timezone.localdate())
    client = factories.sign_in(SecureClient(), person)
    assert client.get("/triage/").status_code == 200


def test_a_new_teacher_has_none(locked):
    person = factories.person(locked, since=timezone.localdate())
    client = factories.sign_in(SecureClient(), person)
    assert client.get("/people/own/").headers["Location"].startswith("/access/factor/")


def test_the_head_sets_the_days_and_they_count_at_once(where):
    _, desk = comes(where)
    _, client = comes(where, Role.HEAD)
    assert desk.get("/triage/").status_code == 200
    assert client.post("/access/", {"days": "0"}).status_code == 302
    assert desk.get("/triage/").status_code == 302
    (line,) = lines(Kind.GRACE_SET)
    assert "0 days, before 14" in line.body


@pytest.mark.parametrize("days", ["15", "-1", "", "many"])
def test_the_head_gives_no_more_than_a_fortnight(where, days):
    _, client = comes(where, Role.HEAD)
    answer = client.post("/access/", {"days": days})
    assert answer.status_code == 422
    assert "Write a whole number of days, from 0 to 14" in page_text(answer)
    assert School.objects.get(pk=where.pk).factor_grace_days == 14


def test_the_head_sees_who_has_none_and_until_when(where):
    comes(where, Role.STAFF)
    lead, _ = comes(where)
    set_up_app(factories.person(where, Role.DEPUTY, name="Dee Deputy"))
    _, client = comes(where, Role.HEAD)
    page = words_of(client.get("/access/"))
    ends = grace_ends_on(timezone.localdate(), None, 14)
    assert f"{lead.name} Designated safeguarding lead Not set up. Needs it from" in page
    assert f"Needs it from {ends:%-d %B %Y}" in page
    assert "Dee Deputy Deputy safeguarding lead Set up" in page
    assert "Member of staff" not in page


def test_the_head_sees_whose_days_are_over(locked):
    lead, _ = comes(locked)
    head, client = comes(locked, Role.HEAD)
    give_factor(client, set_up_app(head))
    page = words_of(client.get("/access/"))
    assert f"{lead.name} Designated safeguarding lead Not set up. Days of grace ended on" in page
