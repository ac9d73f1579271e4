"""Tests that the integrity check sees each row that was broken by hand in the database."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from concerns.doors import clock_round, unsent_words
from concerns.models import (
    AdultConcern,
    AdultStep,
    Concern,
    Draft,
    Letter,
    Notice,
    Referral,
    Step,
)
from concerns.models.concern.draft import CONCERN
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.refer import acts as refer
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import adults, factories
from tests.counting import list_statements
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FAR = datetime(2099, 1, 1, tzinfo=UTC)
ENDED = {"done_at": NOW, "ended": "done"}


def found(where):
    return list(find_integrity_breaches(where, NOW.date()))


def break_steps(concern, **columns):
    """Changes the open steps of `concern` by hand, and its place in the list with them."""
    steps = concern.steps.filter(done_at=None)
    steps.update(**columns)
    if due_at := columns.get("due_at"):
        type(concern).objects.filter(pk=concern.pk).update(next_due_at=due_at)


@pytest.mark.parametrize("kind", list(StepKind))
def test_a_step_of_any_kind_that_is_due_in_2099_is_found(where, lead, kind):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    step = concern.steps.filter(done_at=None).first()
    concern.steps.filter(done_at=None).exclude(pk=step.pk).update(**ENDED, done_by=lead.person)
    Step.objects.filter(pk=step.pk).update(kind=kind, due_at=FAR)
    rank = CLOCKS[kind].rank
    Concern.objects.filter(pk=concern.pk).update(next_due_at=FAR, rank=rank)
    late = [words for words in found(where) if "01/01/2099" in words]
    assert len(late) == 1
    assert concern.reference in late[0]


def test_a_first_look_that_is_due_in_a_month_is_found(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    break_steps(concern, due_at=NOW + timedelta(days=31))
    assert "later than it could ever be" in found(where)[0]


def test_a_step_that_was_opened_in_the_future_is_found(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    break_steps(concern, opened_at=FAR, due_at=FAR)
    assert "opened in the future" in found(where)[0]


def test_what_was_written_after_the_day_that_is_asked_about_is_not_broken(where, lead):
    factories.concern_at(State.WAITING, where=where)
    day = NOW.date() - timedelta(days=10)
    assert list(find_integrity_breaches(where, day)) == []


@pytest.mark.parametrize("next_due_at", [FAR, NOW - timedelta(days=400)])
def test_a_concern_whose_own_time_is_not_that_of_its_step_is_found(where, lead, next_due_at):
    concern = factories.concern_at(State.WAITING, where=where)
    Concern.objects.filter(pk=concern.pk).update(next_due_at=next_due_at)
    assert found(where) == [
        f"{concern.reference} says a different time for its next step than the step itself"
    ]


def test_a_concern_that_was_put_last_in_the_queue_is_found(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    Concern.objects.filter(pk=concern.pk).update(rank=9)
    assert "belongs in the queue" in found(where)[0]


def add_other_step(concern, lead):
    """A step of another kind, so that the concern is not simply without one."""
    step = concern.steps.order_by("pk").first()
    Step.objects.create(
        school=concern.school, concern=concern, kind=StepKind.NEXT_MOVE, holder_role=Role.DSL,
        opened_at=step.opened_at, due_at=step.due_at,
    )  # fmt: skip
    rank = CLOCKS[StepKind.NEXT_MOVE].rank
    Concern.objects.filter(pk=concern.pk).update(next_due_at=step.due_at, rank=rank)
    concern.steps.exclude(kind=StepKind.NEXT_MOVE).update(**ENDED, done_by=lead.person)


def test_a_waiting_concern_without_a_first_look_is_found(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    add_other_step(concern, lead)
    assert f"{concern.reference} is waiting and nobody is to take a first look" in found(where)


def test_a_concern_that_was_taken_and_that_nobody_is_to_decide_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    add_other_step(concern, lead)
    assert f"{concern.reference} is being looked at and nobody is to decide" in found(where)


def decide_to_refer(where, lead) -> Referral:
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.SOCIAL_CARE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW)
    return Referral.objects.select_related("concern").get(concern=concern)


def send_referral(where, lead) -> Referral:
    referral = decide_to_refer(where, lead)
    refer.send(
        by=lead, referral=referral, agency="The MASH", spoken_to="A worker", method="telephone",
        happened_at=NOW, now=NOW,
    )  # fmt: skip
    return referral


def test_a_referral_that_was_sent_and_whose_answer_nobody_is_to_get_is_found(where, lead):
    referral = send_referral(where, lead)
    assert found(where) == []
    add_other_step(referral.concern, lead)
    assert found(where) == [
        f"{referral.concern.reference}: a referral is at 'sent, waiting for an answer', with no "
        "step 'Get social care's answer'"
    ]


def test_a_referral_that_was_decided_and_that_nobody_is_to_send_is_found(where, lead):
    add_other_step(decide_to_refer(where, lead).concern, lead)
    assert "with no step 'Send the referral'" in found(where)[0]


def test_a_concern_that_is_closed_and_that_nobody_closed_is_found(where, lead):
    assert factories.concern_at(State.CLOSED, where=where, lead=lead).closed_at
    assert found(where) == []
    concern = factories.concern_at(State.WAITING, where=where)
    break_steps(concern, **ENDED, done_by=lead.person)
    Concern.objects.filter(pk=concern.pk).update(state=State.CLOSED, closed_at=NOW)
    assert found(where) == [
        f"{concern.reference} is closed, and there is no record of who closed it"
    ]


def test_a_concern_that_was_reopened_and_then_closed_by_hand_is_found(where, lead):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead)
    later = NOW + timedelta(days=1)
    triage.reopen(by=lead, concern=concern, why="There is more.", now=later)
    assert found(where) == []
    break_steps(concern, **ENDED, done_by=lead.person)
    Concern.objects.filter(pk=concern.pk).update(state=State.CLOSED, closed_at=later)
    assert "no record of who closed it" in found(where)[0]


def test_a_step_of_a_concern_of_another_school_is_found(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    other = factories.school()
    factories.person(other, Role.DSL)
    concern.steps.update(school=other)
    assert "in another school" in found(other)[0]
    assert found(where) == [f"{concern.reference} is open and has no next step"]


def write_letter(where, **more) -> Letter:
    factories.person(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)
    clock_round.run_reminder_round(NOW)
    letter = Letter.objects.get()
    Letter.objects.filter(pk=letter.pk).update(**{"sent_at": None, **more})
    letter.notices.update(ended_at=None, ended="")
    return letter


@pytest.mark.parametrize("column", ["ended_at", "sent_at"])
def test_a_notice_in_a_letter_that_is_done_with_is_found(where, column):
    write_letter(where, **{column: NOW})
    reference = Concern.objects.get().reference
    assert found(where) == [
        f"a message about {reference} waits in an e-mail that is done with, so it is never sent"
    ]


@pytest.mark.parametrize("column", ["leased_until", "next_try_at"])
def test_a_letter_that_is_held_for_ever_is_found(where, column):
    write_letter(where, **{column: FAR})
    assert "until after today" in found(where)[0]


def test_a_concern_begun_by_somebody_who_has_left_is_found(where, lead, writer):
    said = {"account": ["Her shoes"]}
    unsent_words.save_draft_words(writer.person, where, CONCERN, uuid.uuid4(), said, NOW)
    assert found(where) == []
    writer.person.posts.update(until=NOW.date() - timedelta(days=1))
    assert "no longer works here" in found(where)[0]


def test_a_concern_begun_that_is_hidden_from_its_writer_is_found(where, lead, writer):
    said = {"account": ["Her shoes"]}
    unsent_words.save_draft_words(writer.person, where, CONCERN, uuid.uuid4(), said, NOW)
    Draft.objects.update(ended_at=NOW)
    assert found(where) == [
        "a concern begun on 03/11/2026 and not sent is hidden from whoever began it"
    ]


@pytest.fixture
def adult(where):
    head = factories.viewer(where, Role.HEAD)
    concern = adults.adult_concern_at(State.WAITING, by=factories.viewer(where), reader=head)
    assert found(where) == []
    return concern


def test_an_adult_step_due_in_2099_is_found_and_not_named(where, adult):
    break_steps(adult, due_at=FAR)
    (words,) = found(where)
    assert words == (
        f"{adult.reference}: a next step is due on 01/01/2099, later than it could ever be"
    )


def test_an_adult_concern_whose_own_time_is_wrong_is_found(where, adult):
    AdultConcern.objects.filter(pk=adult.pk).update(next_due_at=FAR)
    assert "a different time" in found(where)[0]


def test_an_adult_concern_that_is_open_without_a_step_is_found(where, adult):
    adult.steps.update(**ENDED, done_by=adult.reporter)
    assert found(where) == [f"{adult.reference} is open and has no next step"]


@pytest.mark.parametrize("state", [State.WAITING, State.TAKEN])
def test_an_adult_concern_that_nobody_is_to_look_at_or_decide_is_found(where, adult, state):
    step = adult.steps.get(done_at=None)
    AdultStep.objects.filter(pk=step.pk).update(kind=AdultStepKind.NEXT_MOVE)
    rank = CLOCKS[AdultStepKind.NEXT_MOVE].rank
    AdultConcern.objects.filter(pk=adult.pk).update(state=state, rank=rank)
    assert "nobody is to" in found(where)[0]


def test_an_adult_concern_that_is_closed_and_still_owes_is_found(where, adult):
    AdultConcern.objects.filter(pk=adult.pk).update(state=State.CLOSED, closed_at=NOW)
    assert found(where)[0] == f"{adult.reference} is closed but still has a next step"


def test_an_adult_concern_that_is_closed_and_that_nobody_closed_is_found(where, adult):
    adult.steps.update(**ENDED, done_by=adult.reporter)
    AdultConcern.objects.filter(pk=adult.pk).update(state=State.CLOSED, closed_at=NOW)
    assert found(where) == [f"{adult.reference} is closed, and there is no record of who closed it"]


def test_an_adult_concern_that_its_reader_closed_is_not_broken(where, adult):
    head = adult.school.posts.get(role=Role.HEAD).person
    reader = factories.viewer(where, Role.HEAD, who=head)
    closed = adults.adult_concern_at(State.CLOSED, by=factories.viewer(where), reader=reader)
    assert closed.closed_at
    assert found(where) == []


def test_a_notice_about_an_adult_in_a_letter_that_has_ended_is_found(where, adult):
    clock_round.run_reminder_round(NOW + timedelta(days=3))
    notice = Notice.objects.filter(adult_step__isnull=False).exclude(letter=None).first()
    Letter.objects.filter(pk=notice.letter_id).update(sent_at=NOW)
    Notice.objects.filter(pk=notice.pk).update(ended_at=None, ended="")
    assert any("done with" in words for words in found(where))


def test_a_whole_school_of_every_kind_of_case_has_nothing_broken(where):
    factories.make_whole_case(where)
    assert [words for words in found(where) if "nobody in post" not in words] == []


def test_the_check_costs_the_same_however_many_concerns_are_closed(where, lead):
    factories.concern_at(State.WAITING, where=where)
    few = len(list_statements(lambda: found(where)))
    for _ in range(3):
        factories.concern_at(State.CLOSED, where=where, lead=lead)
        factories.concern_at(State.WAITING, where=where)
    assert len(list_statements(lambda: found(where))) == few
