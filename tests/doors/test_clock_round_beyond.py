"""Tests for rounds beyond the leads: the adviser, adults, people who left, two workers."""

from datetime import timedelta

import pytest
from django.core import mail as sent_here

from concerns.adult import acts as adult
from concerns.chase import acts as chase
from concerns.doors import clock_round, mail
from concerns.models import Concern, EscalationProgress, Heartbeat, Letter, Notice, Post, School
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MessageReason
from concerns.rules.roles import Role
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from tests import adults, factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ADVISER = {
    "adviser_name": "Priya Rao", "adviser_email": "priya@trust.example.test",
    "adviser_of": "Westshire",
}  # fmt: skip


def whom() -> list[str]:
    return [message.to[0] for message in sent_here.outbox]


def test_when_all_have_been_silent_the_adviser_outside_is_told_that_something_is_late(where):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    factories.person(where, Role.DSL)
    late = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    other = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    # The lead at once, the adviser a quarter of an hour later.
    clock_round.run_reminder_round(NOW + 46 * MINUTE)
    told = [message for message in sent_here.outbox if message.to == [ADVISER["adviser_email"]]]
    assert len(told) == 1
    assert "is late and has not been done" in told[0].body
    # A quarter of an hour is not long, and somebody may have done a part of it.
    assert [said for said in ("long time", "nobody in school") if said in told[0].body] == []
    assert not [one for one in (late, other) if one.reference in told[0].body]


def test_the_adviser_is_told_again_but_not_at_every_step_that_comes_to_their_turn(where):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    factories.person(where, Role.DSL)
    for minutes in range(0, 60, 10):
        start = NOW + minutes * MINUTE
        factories.concern_at(State.WAITING, where=where, going_home="yes", now=start)
    for minutes in range(30, 46 + 125, 5):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert whom().count(ADVISER["adviser_email"]) == 2


def test_where_the_adviser_is_taken_off_the_page_what_waited_for_them_ends(where, settings):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    settings.EMAIL_HOST = ""
    clock_round.run_reminder_round(NOW + 46 * MINUTE)
    School.objects.filter(pk=where.pk).update(**dict.fromkeys(ADVISER, ""))
    settings.EMAIL_HOST = "mail.example.test"
    for minutes in (48, 49):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert ADVISER["adviser_email"] not in whom()
    assert not Letter.objects.unsent_letters().exists()
    assert set(Notice.objects.filter(outside=True).values_list("ended", flat=True)) == {
        NoticeEnding.GONE
    }


def test_the_adviser_is_not_told_when_somebody_has_acted_meanwhile(where, settings):
    School.objects.filter(pk=where.pk).update(**ADVISER)
    lead = factories.viewer(where, Role.DSL)
    late = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    settings.EMAIL_HOST = ""
    clock_round.run_reminder_round(NOW + 46 * MINUTE)
    triage.take(by=lead, concern=late, now=NOW + 47 * MINUTE)
    settings.EMAIL_HOST = "mail.example.test"
    clock_round.run_reminder_round(NOW + 48 * MINUTE)
    assert ADVISER["adviser_email"] not in whom()


def test_a_late_step_about_an_adult_is_told_to_its_readers_in_turn_and_never_to_its_subject(where):
    head, chair = (factories.person(where, role) for role in (Role.HEAD, Role.CHAIR))
    subject = factories.person(where, Role.DSL)
    adults.send_adult_concern(factories.viewer(where), subject, now=NOW)
    clock_round.run_reminder_round(NOW)
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    clock_round.run_reminder_round(NOW + 46 * MINUTE)
    assert whom() == [head.email, head.email, chair.email]


def test_where_nobody_may_act_on_what_is_about_an_adult_its_writer_alone_is_told_once_a_day(where):
    head = factories.person(where, Role.HEAD)
    writer = factories.viewer(where)
    concern = adults.send_adult_concern(writer, head, now=NOW)
    for minutes in (46, 61, 121):
        clock_round.run_reminder_round(NOW + minutes * MINUTE)
    assert whom() == [writer.person.email]
    said = sent_here.outbox[0].body
    assert f"nobody here may read what you wrote ({concern.reference})" in said
    assert where.authority.lado in said
    clock_round.run_reminder_round(NOW + timedelta(days=1, hours=2))
    assert whom() == [writer.person.email] * 2


def test_a_writer_whom_it_turned_out_to_be_about_is_not_told_that_nobody_may_read_it(where):
    head = factories.viewer(where, Role.HEAD)
    writer = factories.viewer(where)
    concern = adults.send_adult_concern(writer, now=NOW)
    adult.about(by=head, concern=concern, person=writer.person, why="They say so.", now=NOW)
    Post.objects.filter(role=Role.HEAD).update(until=NOW.date() - timedelta(days=1))
    clock_round.run_reminder_round(NOW + timedelta(days=3))
    assert whom() == []


def test_a_word_back_to_who_has_left_is_not_written(where):
    writer = factories.viewer(where)
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=where, by=writer, lead=lead)
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=NOW + 20 * MINUTE)
    writer.person.is_active = False
    writer.person.save(update_fields=["is_active"])
    clock_round.run_reminder_round(NOW + 21 * MINUTE)
    assert writer.person.email not in whom()
    assert Notice.objects.get(why="word_back").ended == NoticeEnding.GONE


def test_of_two_workers_one_sends_a_letter(where, settings):
    settings.EMAIL_HOST = ""
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    clock_round.run_reminder_round(NOW)
    settings.EMAIL_HOST = "mail.example.test"
    waiting = Letter.objects.due_for_sending(NOW)
    letter = waiting.get()
    assert Letter.objects.lease_letter(letter, NOW)
    assert mail._send_letter(letter, NOW, None) is mail.LetterOutcome.SKIPPED
    assert whom() == []


def test_what_is_still_owed_on_a_closed_concern_is_not_forgotten(where):
    """Closing ends every step. If one were ever left, nobody else would look for it."""
    factories.person(where, Role.DSL)
    late = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    Concern.objects.filter(pk=late.pk).update(
        state=State.CLOSED, closed_at=NOW, outcome=ConcernOutcome.KEPT, next_due_at=None
    )
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    assert Notice.objects.filter(
        step__concern=late, why=MessageReason.LATE, ended=NoticeEnding.SENT
    ).exists()


def test_a_draft_and_a_step_of_the_same_number_are_two_things():
    """Of several letters about one thing only the last is sent."""
    step = Notice(pk=12, step_id=7, key="a")
    draft = Notice(pk=7, key="draft:b")
    assert step.same_message_key != draft.same_message_key


def test_where_how_far_it_came_is_lost_nobody_is_told_twice(where):
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    before = len(whom())
    EscalationProgress.objects.all().delete()
    clock_round.run_reminder_round(NOW + 32 * MINUTE)
    assert before > 0
    assert len(whom()) == before
    assert EscalationProgress.objects.count() == 1


def test_how_far_it_came_is_kept_of_what_is_open_alone(where):
    lead = factories.viewer(where, Role.DSL)
    late = factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    clock_round.run_reminder_round(NOW + 31 * MINUTE)
    kept = EscalationProgress.objects.count()
    triage.take(by=lead, concern=late, now=NOW + 32 * MINUTE)
    clock_round.run_reminder_round(NOW + 33 * MINUTE)
    assert (kept, EscalationProgress.objects.count()) == (1, 0)


def test_what_is_sent_while_a_round_goes_is_told_by_the_next(where, monkeypatch):
    """A round knows who may not see a concern only for what it has read."""
    factories.person(where, Role.DSL)
    read = EscalationProgress.objects.pushed_counts

    def meanwhile(school):
        factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
        return read(school)

    monkeypatch.setattr(EscalationProgress.objects, "pushed_counts", meanwhile)
    clock_round.SchoolRound(where, NOW).run_for_school()
    first = Notice.objects.exclude(letter=None).count()
    monkeypatch.undo()
    clock_round.SchoolRound(where, NOW + MINUTE).run_for_school()
    assert (first, Notice.objects.exclude(letter=None).count()) == (0, 1)


def test_a_word_back_to_oneself_tells_nobody(where):
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=where, by=lead, lead=lead)
    chase.tell_reporter(by=lead, concern=concern, words="Noted.", now=NOW + 20 * MINUTE)
    assert not Notice.objects.filter(why="word_back").exists()


def test_the_clock_is_lent_to_one_at_a_time():
    assert Heartbeat.objects.lease_round(NOW)
    assert not Heartbeat.objects.lease_round(NOW)
