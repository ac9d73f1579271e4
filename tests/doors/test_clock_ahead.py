"""A database clock that stood ahead once: it is said, and nobody goes without their reminders."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail as sent_here

from concerns.doors import clock_round, unsent_words
from concerns.models import Draft, EscalationProgress, Heartbeat, Letter, Notice, School
from concerns.models.concern.draft import CONCERN
from concerns.models.outbox.heartbeat import MailFault
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LONG = timedelta(days=400)


@pytest.fixture
def lead(where):
    return factories.person(where, Role.DSL)


def write_urgent(where) -> None:
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)


def fault_messages(now) -> list[str]:
    status, _ = Heartbeat.objects.read_heartbeat()
    return status.fault_messages(now, is_mail_stuck=bool(status.stuck))


@pytest.mark.parametrize("ahead", [timedelta(hours=1), LONG])
def test_a_round_goes_again_at_once_when_the_clock_is_right_again(where, lead, ahead):
    assert clock_round.run_reminder_round(NOW + ahead)
    assert clock_round.run_reminder_round(NOW)


def test_a_lease_taken_under_a_clock_ahead_holds_up_nobody(where):
    assert Heartbeat.objects.lease_round(NOW + LONG)
    assert Heartbeat.objects.lease_round(NOW)


def test_a_round_dated_in_the_future_is_a_fault_and_is_overdue(where):
    clock_round.run_reminder_round(NOW + LONG)
    assert "dated in the future" in fault_messages(NOW)[0]
    assert Heartbeat.objects.is_overdue(NOW)


def test_the_fault_is_over_with_the_next_round(where):
    clock_round.run_reminder_round(NOW + LONG)
    clock_round.run_reminder_round(NOW)
    assert fault_messages(NOW) == []


def test_whoever_was_told_too_early_is_told_again_when_it_is_late(where, lead):
    write_urgent(where)
    clock_round.run_reminder_round(NOW + LONG)
    sent_here.outbox.clear()
    for minutes in range(0, 61, 5):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert [message.to for message in sent_here.outbox].count([lead.email]) == 2


def test_whoever_was_sent_it_under_a_clock_ahead_is_reminded_when_that_is_right_again(where, lead):
    write_urgent(where)
    clock_round.run_reminder_round(NOW)
    Notice.objects.filter(person=lead).update(ended_at=NOW + LONG)
    sent_here.outbox.clear()
    for minutes in range(0, 61, 5):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert [message.to for message in sent_here.outbox].count([lead.email]) >= 1


def test_a_reader_of_a_concern_about_an_adult_is_told_again_as_well(where):
    head = factories.person(where, Role.HEAD)
    adults.send_adult_concern(factories.viewer(where), factories.person(where), now=NOW)
    clock_round.run_reminder_round(NOW + LONG)
    sent_here.outbox.clear()
    for minutes in range(0, 61, 5):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert {message.to[0] for message in sent_here.outbox} == {head.email}


def test_a_letter_leased_or_put_off_under_a_clock_ahead_goes_out(where, lead, settings):
    settings.EMAIL_HOST = ""
    write_urgent(where)
    clock_round.run_reminder_round(NOW)
    Letter.objects.update(leased_until=NOW + LONG, next_try_at=NOW + LONG)
    settings.EMAIL_HOST = "mail.example.test"
    clock_round.run_reminder_round(NOW + MINUTE)
    assert [message.to for message in sent_here.outbox] == [[lead.email]]


def test_a_letter_to_the_adviser_dated_ahead_keeps_no_later_one_back(where, lead):
    adviser = {"adviser_name": "Ann", "adviser_email": "ann@council.test", "adviser_of": "Council"}
    School.objects.filter(pk=where.pk).update(**adviser)
    write_urgent(where)
    clock_round.run_reminder_round(NOW + LONG)
    sent_here.outbox.clear()
    for minutes in range(0, 61, 5):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert ["ann@council.test"] in [message.to for message in sent_here.outbox]


def test_a_key_that_is_freed_keeps_the_notice(where, lead):
    write_urgent(where)
    clock_round.run_reminder_round(NOW + LONG)
    before = Notice.objects.count()
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    assert Notice.objects.filter(key__contains=":ahead:").exists()
    assert Notice.objects.count() > before


def test_a_count_of_reminders_from_a_clock_ahead_keeps_nobody_quiet(where, lead):
    """A count that is too high by itself: the round that wrote it was killed before it ended."""
    write_urgent(where)
    for minutes in range(0, 61, 15):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert EscalationProgress.objects.update(pushed=9999) == 1
    sent_here.outbox.clear()
    for minutes in range(75, 181, 15):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert sent_here.outbox
    assert EscalationProgress.objects.get().pushed < 9999


def test_a_letter_dated_ahead_that_does_not_go_out_is_a_fault(where, lead, settings):
    settings.EMAIL_HOST = ""
    write_urgent(where)
    clock_round.run_reminder_round(NOW)
    Letter.objects.update(made_at=NOW + LONG)
    assert Letter.objects.stuck_letters(NOW + MINUTE).count() == 1


def test_a_mail_server_that_is_silent_since_a_day_to_come_is_said(where):
    fault = {"mail_fault": MailFault.SILENT, "mail_fault_since": NOW + LONG, "at": NOW}
    Heartbeat.objects.update(**fault)
    assert fault_messages(NOW) == [MailFault.SILENT.label]


def test_a_draft_dated_ahead_is_reminded_of_and_known_to_the_leads(where, lead):
    writer = factories.person(where)
    typed = {"account": ["Her shoes are too small."]}
    unsent_words.save_draft_words(writer, where, CONCERN, uuid.uuid4(), typed, NOW)
    Draft.objects.update(begun_at=NOW + LONG, saved_at=NOW + LONG)
    clock_round.run_reminder_round(NOW + MINUTE)
    assert {message.to[0] for message in sent_here.outbox} >= {writer.email}
    viewer = factories.viewer(where, Role.DSL, who=lead, now=NOW + MINUTE)
    assert Draft.objects.known_to_leads(viewer).count() == 1
    assert Draft.objects.unsent_summary(viewer).known == 1
