"""Tests for a mail server that is down for days: nothing is lost, and no flood follows."""

from collections import Counter
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from concerns.doors import clock_round
from concerns.models import LedgerLine, Letter, Notice
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)
BUSY = SMTPDataError(451, b"4.3.0 Try again later")
ABSENT = ConnectionRefusedError(111, "Connection refused")


class Server(BaseEmailBackend):
    """Fails with `fault` while it has one; always for the addresses in `refused`."""

    def __init__(self, fault=None, refused=()):
        super().__init__()
        self.fault = fault
        self.refused = refused
        self.asked = 0
        self.took = []

    def send_messages(self, messages):
        self.asked += 1
        if self.fault:
            raise self.fault
        if messages[0].to[0] in self.refused:
            raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"No such user")})
        self.took += messages
        return len(messages)

    @property
    def letters(self) -> Counter:
        return Counter(message.to[0] for message in self.took)


@pytest.fixture
def people(where):
    return [factories.person(where, role) for role in (Role.DSL, Role.DEPUTY, Role.HEAD)]


def worry(where) -> None:
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)


def go(server, quarters: int, start=NOW) -> None:
    for number in range(quarters):
        clock_round.run_reminder_round(start + number * QUARTER, server)


@pytest.mark.parametrize("fault", [BUSY, ABSENT])
def test_after_hours_without_mail_each_gets_one_letter_and_not_one_for_each_round(
    where, people, fault
):
    worry(where)
    server = Server(fault)
    go(server, 24)
    server.fault = None
    go(server, 8, NOW + 24 * QUARTER + timedelta(minutes=1))
    # Beside what had waited, who is still silent is asked again, each quarter of an hour in turn.
    assert max(server.letters[person.email] for person in people) <= 4
    first = server.took[0]
    # The last of several letters that say the same about one step.
    assert len([line for line in first.body.splitlines() if line.startswith("- ")]) == 1


def test_nothing_is_lost_by_going_together_and_the_record_knows_what_went(where, people):
    for _ in range(3):
        worry(where)
    server = Server(BUSY)
    go(server, 24)
    server.fault = None
    later = NOW + 24 * QUARTER
    go(server, 8, later)
    told = Notice.objects.filter(ended=NoticeEnding.SENT)
    lines = sum(m.body.count("\n- ") + m.body.startswith("- ") for m in server.took)
    assert told.count() == lines == LedgerLine.objects.filter(kind=Kind.NOTICED).count()
    assert not Notice.objects.still_pending().filter(made_at__lte=later).exists()
    numbers = Counter(message.extra_headers["Message-ID"] for message in server.took)
    assert set(numbers.values()) == {1}


def test_a_server_that_is_not_there_is_asked_once_a_round_and_not_for_each_letter(where, people):
    for _ in range(5):
        worry(where)
    go(Server(BUSY), 4)
    server = Server(ABSENT)
    go(server, 1, NOW + timedelta(hours=5))
    assert Letter.objects.unsent_letters().count() > 1
    assert server.asked == 1


def test_an_address_that_is_refused_holds_up_nobody_else(where, people):
    lead, deputy, head = people
    server = Server(refused=[lead.email])
    worry(where)
    go(server, 8)
    assert server.letters[deputy.email]
    assert server.letters[head.email]
    assert not server.letters[lead.email]


def test_what_a_killed_worker_may_have_sent_keeps_its_number_and_takes_nothing_along(where, people):
    worry(where)
    server = Server(BUSY)
    go(server, 1)
    # Sent at the next try, and killed before that was written down.
    killed = Letter.objects.get()
    assert Letter.objects.lease_letter(killed, NOW + QUARTER)
    worry(where)
    server.fault = None
    clock_round.run_reminder_round(NOW + timedelta(minutes=25), server)
    assert str(killed.uid) in server.took[0].extra_headers["Message-ID"]
    assert server.letters == {people[0].email: 2}
