"""Tests of what somebody may be told of messages that were not sent, if they are kept out of what
the messages are about."""

import uuid
from datetime import timedelta

import pytest

from concerns.access import acts as access
from concerns.chase import acts as chase
from concerns.doors import clock_round, unsent_words
from concerns.models import Letter, Notice, Person, RoundFailure
from concerns.models.concern.draft import CONCERN
from concerns.models.outbox.heartbeat import HeartbeatStatus
from concerns.reading.integrity_check import check_school_integrity
from concerns.reading.unsent_messages import (
    clock_faults_shown_to,
    round_failures_shown_to,
    unsent_letters_shown_to,
)
from concerns.rules.lifecycle import State
from concerns.rules.message_rules import MessageReason
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from tests import factories
from tests.chase.quiet import break_ladder
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STUCK = HeartbeatStatus(at=NOW + DAY, stuck=1)


@pytest.fixture
def head(where) -> Person:
    return factories.person(where, Role.HEAD)


@pytest.fixture
def kin(where, head):
    """A child who is family of the head."""
    child = factories.child(where)
    factories.relate_to_child(head, child)
    return child


@pytest.fixture(autouse=True)
def mail_down(settings):
    settings.EMAIL_BACKEND = "tests.chase.test_messages.Broken"


def sees(where, person: Person, now=NOW + DAY) -> list[Person | None]:
    """For whom `person`, as head, sees letters that were not sent."""
    viewer = factories.viewer(where, Role.HEAD, who=person, now=now)
    return [letter.person for letter in unsent_letters_shown_to(viewer)]


def begin_draft(where, *children) -> Person:
    """Somebody begins a concern, and is reminded of it in a letter that does not go out."""
    writer = factories.person(where)
    typed = {"account": ["He was"], "child": [str(child.uid) for child in children]}
    unsent_words.save_draft_words(writer, where, CONCERN, uuid.uuid4(), typed, NOW)
    clock_round.run_reminder_round(NOW + HOUR)
    assert Letter.objects.unsent_letters().get().person == writer
    return writer


def test_that_a_request_for_the_whole_school_was_not_sent_is_shown(where, head):
    lead = factories.viewer(where, Role.DSL)
    access.ask_for_export(by=lead, words="For the inspection.", now=NOW)
    clock_round.run_reminder_round(NOW)
    assert sees(where, head) == [head]


def test_a_letter_about_a_draft_is_not_shown_to_family_of_its_child(where, head, kin):
    writer = begin_draft(where, kin)
    other = factories.person(where, Role.HEAD)
    assert sees(where, head) == []
    assert sees(where, other) == [writer]


def test_a_letter_about_a_draft_is_shown_once_leads_may_know_of_the_draft(where, head):
    writer = begin_draft(where)
    assert sees(where, head, now=NOW + 3 * HOUR) == []
    assert sees(where, head) == [writer]


def test_a_letter_about_a_draft_that_became_one_about_an_adult_is_not_shown(where, head):
    writer = begin_draft(where)
    draft = writer.drafts.get().uid
    unsent_words.convert_draft(factories.viewer(where, who=writer), draft, {"account": ["He was"]})
    assert sees(where, head) == []


def test_that_nobody_is_left_is_shown_only_to_those_who_may_know_of_what(where, head, kin):
    chair = factories.person(where, Role.CHAIR)
    factories.concern_at(State.WAITING, where=where, children=(kin,))
    clock_round.run_reminder_round(NOW + HOUR)
    assert Notice.objects.filter(why=MessageReason.NOBODY, person=chair).exists()
    assert sees(where, head) == []


def test_that_nobody_is_left_is_shown_to_a_head_who_was_told_too(where, head):
    chair = factories.person(where, Role.CHAIR)
    lead = factories.person(where, Role.DSL)
    by_head = factories.viewer(where, Role.HEAD, who=head)
    concern = factories.concern_at(State.DECIDED, where=where, lead=by_head)
    writer = factories.viewer(where, who=concern.reporter)
    submit.still_worried(by=writer, concern=concern, words="Still thin.", now=NOW + HOUR)
    Person.objects.filter(pk=lead.pk).update(is_active=False)
    clock_round.run_reminder_round(NOW + 2 * HOUR)
    assert Notice.objects.filter(why=MessageReason.NOBODY, person=head).exists()
    assert chair in sees(where, head)


def test_a_letter_says_how_long_what_may_be_known_has_waited(where, head, kin):
    lead = factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, children=(kin,), going_home="yes")
    clock_round.run_reminder_round(NOW)
    later = NOW + 5 * HOUR
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=later)
    Letter.objects.update(next_try_at=later)
    clock_round.run_reminder_round(later)
    letter = Letter.objects.unsent_letters().filter(person=lead).get()
    assert letter.made_at == NOW
    assert len(set(letter.notices.values_list("step__concern", flat=True))) == 2
    assert lead not in sees(where, head, now=later + timedelta(minutes=5))
    viewer = factories.viewer(where, Role.HEAD, who=head, now=later + HOUR)
    assert [one.since for one in unsent_letters_shown_to(viewer) if one.person == lead] == [later]


def test_a_step_the_round_set_aside_is_not_shown_to_whoever_is_kept_out(
    where, head, kin, monkeypatch
):
    factories.person(where, Role.DSL)
    concern = factories.concern_at(State.WAITING, where=where, children=(kin,))
    break_ladder(monkeypatch, concern, "current_recipient")
    clock_round.run_reminder_round(NOW)
    assert RoundFailure.objects.unresolved_failures().get()
    other = factories.person(where, Role.HEAD)
    seen = [
        len(round_failures_shown_to(factories.viewer(where, Role.HEAD, who=who), 50))
        for who in (head, other)
    ]
    assert seen == [0, 1]


def test_the_warning_above_every_page_is_for_those_who_may_know_what_waits(where, head, kin):
    lead = factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, children=(kin,), going_home="yes")
    clock_round.run_reminder_round(NOW)
    now = NOW + DAY
    told = [
        clock_faults_shown_to(factories.viewer(where, Role.HEAD, who=who, now=now), STUCK)
        for who in (head, lead)
    ]
    assert [len(faults) for faults in told] == [0, 1]


def test_the_warning_knows_of_what_came_into_no_letter(where, monkeypatch):
    monkeypatch.setattr(clock_round.SchoolRound, "_put_notices_in_letters", lambda self: None)
    lead = factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes")
    clock_round.run_reminder_round(NOW)
    viewer = factories.viewer(where, Role.DSL, who=lead, now=NOW + DAY)
    assert len(clock_faults_shown_to(viewer, STUCK)) == 1


def test_what_waits_in_another_school_is_no_warning_here(where, head):
    other = factories.school()
    factories.person(other, Role.DSL)
    factories.concern_at(State.WAITING, where=other, going_home="yes")
    clock_round.run_reminder_round(NOW)
    viewer = factories.viewer(where, Role.HEAD, who=head, now=NOW + DAY)
    assert clock_faults_shown_to(viewer, STUCK) == []


def test_a_lost_reply_is_told_to_the_operator_alone(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=NOW + HOUR)
    clock_round.run_reminder_round(NOW + DAY)
    reply = Notice.objects.get(why=MessageReason.WORD_BACK)
    Letter.objects.filter(pk=reply.letter_id).update(ended_at=NOW + DAY)
    lost = [one for one in check_school_integrity(where) if "done with" in one.words]
    assert [one.is_private for one in lost] == [True]
