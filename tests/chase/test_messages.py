"""Tests for the pages that say when messages come and which of them do not go out."""

from datetime import time, timedelta

import pytest

from concerns.chase import acts
from concerns.doors import clock_round, mail
from concerns.doors.act import ActRefused
from concerns.models import LedgerLine, Letter, Person
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk, page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_somebody_chooses_when_what_is_not_red_comes(client, where):
    person = factories.person(where)
    factories.sign_in(client, person)
    assert client.post("/chase/messages/", {"first": "12.15", "second": "7:30"}).status_code == 302
    person.refresh_from_db()
    assert (person.first_post, person.second_post) == (time(7, 30), time(12, 15))
    assert LedgerLine.objects.filter(kind=Kind.MESSAGES_SET, actor=person).count() == 1


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "08:00:00x"])
def test_what_is_no_time_is_said_and_changes_nothing(client, where, typed):
    person = factories.person(where)
    factories.sign_in(client, person)
    answer = client.post("/chase/messages/", {"first": typed, "second": "15:00"})
    assert answer.status_code == 422
    assert "Enter a time, like 14:30" in answer.content.decode()
    assert Person.objects.get(pk=person.pk).second_post == time(14, 30)


def test_a_time_of_night_or_day_is_shown_as_it_was_read_and_asked_about(client, where):
    person = factories.person(where)
    factories.sign_in(client, person)
    answer = client.post("/chase/messages/", {"first": "8", "second": "215"})
    assert answer.status_code == 422
    assert "was read as 14:15" in answer.content.decode()
    assert 'value="14:15"' in answer.content.decode()
    assert Person.objects.get(pk=person.pk).second_post == time(14, 30)
    assert client.post("/chase/messages/", {"first": "8", "second": "14:15"}).status_code == 302
    assert Person.objects.get(pk=person.pk).second_post == time(14, 15)


def test_two_letters_are_at_two_times(where):
    somebody = factories.viewer(where)
    with pytest.raises(ActRefused, match="two different times"):
        acts.choose_posts(by=somebody, first=time(9), second=time(9), now=NOW)


def stuck(where, number: int) -> list[Letter]:
    """Letters that the mail server refused an hour ago."""
    factories.person(where, Role.DSL)
    for _ in range(number):
        factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
        clock_round.run_reminder_round(NOW)
        letter = Letter.objects.latest("pk")
        Letter.objects.filter(pk=letter.pk).update(sent_at=None, tries=2, fault="SMTPException")
        letter.notices.update(ended_at=None, ended="")
    return list(Letter.objects.unsent_letters())


def test_the_head_sees_for_whom_a_letter_does_not_go_out(client, where):
    desk = Desk(client, where, Role.HEAD)
    letter = stuck(where, 1)[0]
    text = page_text(desk.open("/chase/undelivered/"))
    assert letter.person.name in text
    assert "SMTPException" in text


def test_a_hundred_letters_cost_what_one_does(client, where):
    desk = Desk(client, where, Role.HEAD)
    stuck(where, 1)
    desk.open("/chase/undelivered/")
    few = len(list_statements(lambda: desk.open("/chase/undelivered/")))
    stuck(where, 5)
    # Two of them find the replies on concerns from which the head is shut out, and the drafts.
    assert len(list_statements(lambda: desk.open("/chase/undelivered/"))) == few <= 8


def test_what_the_mail_server_refused_is_tried_later_and_later_and_never_dropped(where, settings):
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    clock_round.run_reminder_round(NOW)
    letter = Letter.objects.get()
    waits = []
    for _ in range(9):
        waits.append((letter.next_try_at - letter.leased_until) // timedelta(minutes=1))
        mail.send_due_letters(letter.next_try_at)
        letter.refresh_from_db()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail.send_due_letters(letter.next_try_at).sent == 1


class Broken:
    """A mail server that is down."""

    def __init__(self, **settings):
        pass

    def open(self):
        raise ConnectionRefusedError

    def close(self):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError
