"""Tests that the integrity check sees in open concerns what no act did, although a row says so."""

import uuid

import pytest

from concerns.chase import acts as chase
from concerns.doors import clock_round, ledger
from concerns.models import (
    AdultConcern,
    AdultStep,
    Child,
    ClockSet,
    ComingMeetingAnswers,
    Concern,
    Notice,
    Promise,
    PromiseAnswers,
    ReferralEvent,
    RollFile,
    RollQuestion,
    School,
    Step,
)
from concerns.models.outbox.notice import NoticeEnding
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.refer import acts as refer
from concerns.roll import acts as roll
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer, Route
from concerns.triage import acts as triage
from tests import adults, factories, leavers
from tests.chase.every_step import open_every_kind_of_step
from tests.chase.quiet import DAY, HOUR, MINUTE
from tests.deciding import decide_concern, referral_sent_answers
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
# A moment at which nobody did anything.
BY_HAND = NOW + 7 * MINUTE


def found(where):
    return list(find_integrity_breaches(where, NOW.date()))


@pytest.fixture
def referred(where, lead):
    """A concern with several steps open: an answer, a word back."""
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    sent = {Route.SOCIAL_CARE: referral_sent_answers()}
    decide_concern(lead, concern, Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT, sent=sent)
    assert concern.steps.open().count() > 2
    assert found(where) == []
    return concern


@pytest.fixture
def adult(where):
    """A concern about an adult that its reader has taken."""
    head = factories.viewer(where, Role.HEAD)
    concern = adults.adult_concern_at(State.TAKEN, by=factories.viewer(where), reader=head)
    assert found(where) == []
    return concern


def end_by_hand(concern, step, **more) -> None:
    """Ends `step` in the database, and sets right what the list of open concerns says."""
    ended = {"done_at": BY_HAND, "ended": "done", "done_by": concern.reporter, **more}
    type(step).objects.filter(pk=step.pk).update(**ended)
    due = [step.due_at for step in concern.steps.filter(done_at=None)]
    type(concern).objects.filter(pk=concern.pk).update(next_due_at=min(due))


@pytest.mark.parametrize("kind", [StepKind.SUPPORT, StepKind.TELL_REPORTER])
def test_a_step_that_was_ended_beside_another_that_is_open_is_found(where, referred, kind):
    end_by_hand(referred, referred.steps.open().get(kind=kind))
    assert found(where) == [
        f"{referred.reference} had a next step that is ended, and there is no record of who ended "
        "it then"
    ]


def test_a_step_that_was_ended_in_the_name_of_somebody_else_is_found(where, referred, lead):
    # At the moment of a real act, but not by whoever did it.
    step = referred.steps.open().get(kind=StepKind.SUPPORT)
    end_by_hand(referred, step, done_at=step.opened_at, done_by=referred.reporter)
    assert any("no record of who ended it" in words for words in found(where))


def ask_about_pupil(where, lead) -> Child:
    """A child who was missing from a roll file, and for whom nobody has answered yet."""
    child = factories.child(where)
    file = RollFile.objects.create(school=where, by=lead.person, read_at=NOW, content="")
    RollQuestion.objects.create(school=where, child=child, file=file, asked_at=NOW)
    return child


def test_a_step_ended_by_hand_as_a_lead_answers_for_a_pupil_is_found(where, referred, lead):
    leavers.leave(lead, ask_about_pupil(where, lead))
    step = referred.steps.open().get(kind=StepKind.SUPPORT)
    end_by_hand(referred, step, done_at=leavers.LATER, done_by=lead.person)
    assert any("no record of who ended it" in words for words in found(where))


def test_a_step_begun_by_hand_as_a_lead_answers_for_a_pupil_is_found(where, referred, lead):
    leavers.leave(lead, ask_about_pupil(where, lead))
    referred.steps.open().filter(kind=StepKind.SUPPORT).update(opened_at=leavers.LATER)
    assert any("no record of who opened it" in words for words in found(where))


def test_a_step_ended_by_hand_in_another_name_than_the_offices_is_found(where, referred, lead):
    office = factories.viewer(where, Role.OFFICE)
    ask_about_pupil(where, lead)
    question = RollQuestion.objects.select_related("child").get()
    given = [roll.AnsweredPupil(question, RollAnswer.STILL_HERE)]
    roll.answer(by=office, answers=given, now=BY_HAND)
    end_by_hand(referred, referred.steps.open().get(kind=StepKind.SUPPORT))
    assert any("no record of who ended it" in words for words in found(where))


def test_a_step_that_an_act_ended_is_not_broken(where, referred, lead):
    step = referred.steps.open().get(kind=StepKind.SUPPORT)
    chase.do_step(by=lead, step=step, words="In place.", now=BY_HAND)
    assert found(where) == []


def test_no_step_that_an_act_opens_looks_as_if_it_was_changed_by_hand():
    open_every_kind_of_step()
    words = {
        breach.partition(" ")[2]
        for school in School.objects.order_by("pk")
        for breach in find_integrity_breaches(school, NOW.date())
    }
    assert {one for one in words if "nobody in post" not in one} == set()


def test_a_step_whose_clock_was_begun_again_by_hand_is_found(where, referred):
    referred.steps.open().filter(kind=StepKind.SUPPORT).update(opened_at=BY_HAND)
    assert found(where) == [
        f"{referred.reference} has a next step, and there is no record of who opened it then"
    ]


@pytest.mark.parametrize("late", [MINUTE, DAY, 10 * DAY])
def test_a_first_look_that_was_put_off_by_hand_is_found(where, lead, late):
    concern = factories.concern_at(State.WAITING, where=where)
    due_at = concern.next_due_at + late
    concern.steps.update(due_at=due_at)
    Concern.objects.update(next_due_at=due_at)
    assert "later than it could ever be" in found(where)[0]


def test_the_schools_own_figure_when_a_step_was_opened_is_what_counts(where, lead):
    own = {"school": where, "kind": StepKind.FIRST_LOOK, "by": lead.person}
    ClockSet.objects.create(**own, amount=240, since=NOW - HOUR)
    School.objects.update(calendar_version=2)
    where.refresh_from_db()
    concern = factories.concern_at(State.WAITING, where=where)
    # Shorter since: what was opened before is due when it was.
    ClockSet.objects.create(**own, amount=30, since=NOW + HOUR)
    assert found(where) == []
    due_at = concern.next_due_at + MINUTE
    concern.steps.update(due_at=due_at)
    Concern.objects.update(next_due_at=due_at)
    assert "later than it could ever be" in found(where)[0]


def test_what_was_due_under_an_earlier_calendar_is_not_broken(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    due_at = concern.next_due_at + DAY
    concern.steps.update(due_at=due_at)
    Concern.objects.update(next_due_at=due_at)
    School.objects.update(calendar_changed_at=NOW + HOUR)
    where.refresh_from_db()
    assert found(where) == []


@pytest.mark.parametrize("column", ["received_at", "first_looked_at"])
def test_a_time_at_which_nobody_did_anything_is_found(where, lead, column):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    Concern.objects.update(**{column: BY_HAND})
    (words,) = found(where)
    assert words.startswith(f"{concern.reference} gives a time ")


def test_a_concern_that_stands_as_decided_without_a_decision_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    Concern.objects.update(state=State.DECIDED)
    assert found(where) == [f"{concern.reference} stands as decided, and there is no decision"]


def test_a_decision_that_is_no_longer_there_is_found(where, referred, lead):
    # The database refuses to remove one. What the ledger would say afterwards:
    ledger.write_ledger_line(
        Kind.DECIDED, school=where, by=lead.person, role="", now=BY_HAND, about=uuid.uuid4(),
        concern=referred.uid,
    )  # fmt: skip
    assert found(where) == [
        f"{referred.reference} was decided, and that decision is no longer there"
    ]


@pytest.fixture
def told(where, lead):
    """A notice of a first look that its reader was sent."""
    factories.concern_at(State.WAITING, where=where, going_home="yes")
    clock_round.run_reminder_round(NOW)
    assert found(where) == []
    return Notice.objects.get(ended=NoticeEnding.SENT)


def test_a_message_that_is_marked_as_sent_and_did_not_go_is_found(where, told):
    Notice.objects.filter(pk=told.pk).update(ended_at=BY_HAND)
    assert found(where) == [
        f"{told.step.concern.reference} says that a message about its next step was sent, and "
        "there is no record of that"
    ]


def test_a_message_that_was_left_out_although_nobody_acted_is_found(where, told):
    Notice.objects.filter(pk=told.pk).update(ended=NoticeEnding.ACTED)
    assert "that step is still open" in found(where)[0]


def test_a_message_that_was_left_out_because_somebody_acted_is_not_broken(where, told, lead):
    Notice.objects.filter(pk=told.pk).update(ended=NoticeEnding.ACTED)
    triage.take(by=lead, concern=told.step.concern, now=BY_HAND)
    assert found(where) == []


def promise_of(referred) -> Promise:
    event = ReferralEvent.objects.get(referral__concern=referred)
    said = PromiseAnswers(who="Bo", what="A discussion", on=NOW.date() + DAY)
    return Promise.objects.record_promise(event, said)


def test_a_promise_for_which_there_never_was_a_step_is_found(where, referred):
    promise_of(referred)
    assert found(where) == [
        f"{referred.reference} has a promise for 04/11/2026, and never had a step for it"
    ]


def plan_meeting(lead, concern) -> Step:
    coming = ComingMeetingAnswers(
        kind=MeetingKind.CONFERENCE, begins_at=NOW + 3 * DAY, place="Here", goes=lead.person
    )
    refer.plan_meeting(by=lead, concern=concern, coming=coming, now=NOW)
    return concern.steps.get(kind=StepKind.GO_TO_MEETING)


def test_a_meeting_to_come_whose_step_was_put_off_by_hand_is_found(where, referred, lead):
    step = plan_meeting(lead, referred)
    assert found(where) == []
    Step.objects.filter(pk=step.pk).update(due_at=step.due_at + 7 * DAY)
    assert found(where) == [
        f"{referred.reference} has a meeting to come for 06/11/2026, and its step is due on "
        "another day"
    ]


def test_a_step_about_an_adult_that_was_put_off_or_ended_by_hand_is_found(where, adult):
    step = adult.steps.get(done_at=None)
    AdultStep.objects.filter(pk=step.pk).update(due_at=step.due_at + MINUTE)
    AdultConcern.objects.update(next_due_at=step.due_at + MINUTE)
    AdultStep.objects.exclude(pk=step.pk).update(done_at=BY_HAND)
    late, ended = found(where)
    assert "later than it could ever be" in late
    assert "no record of who ended it" in ended


@pytest.mark.parametrize("column", ["received_at", "first_looked_at"])
def test_a_time_of_an_adult_concern_at_which_nobody_did_anything_is_found(where, adult, column):
    AdultConcern.objects.update(**{column: BY_HAND})
    (words,) = found(where)
    assert words.startswith(f"{adult.reference} gives a time ")


def test_a_message_about_an_adult_that_did_not_go_is_found(where, adult):
    clock_round.run_reminder_round(NOW + 14 * DAY)
    Notice.objects.filter(ended=NoticeEnding.SENT).update(ended_at=BY_HAND)
    assert any("no record of that" in words for words in found(where))
