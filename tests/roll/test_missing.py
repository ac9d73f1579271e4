"""Tests for pupils missing from a file: none is removed, the office is asked, a lead is told."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Child, Concern, RollQuestion, Step
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.roll import acts
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer
from tests import factories
from tests.factories import NOW
from tests.roll import exports

WEEK = timedelta(days=7)
LATER = NOW + WEEK
LATEST = NOW + 2 * WEEK
MISSING = StepKind.MISSING_FROM_ROLL


def child_of(office, pupil) -> Child:
    return Child.objects.get(school=office.school, upn=pupil.upn)


def owed(concern) -> list[Step]:
    return list(Step.objects.open().filter(concern=concern, kind=MISSING))


@pytest.fixture
def pupils(office):
    made = exports.roll(20)
    office.bring(made)
    return made


@pytest.fixture
def gone(office, pupils) -> Child:
    """The first pupil, who is missing from the next file."""
    return child_of(office, pupils[0])


def ask(office, pupils, now=LATER) -> RollQuestion:
    office.bring(pupils[1:], now)
    return RollQuestion.objects.of_school(office.viewer).unanswered_questions().get()


def test_a_pupil_the_file_lacks_stays_on_the_roll_and_is_asked_after(office, pupils, gone):
    question = ask(office, pupils)
    assert (question.child, question.asked_at) == (gone, LATER)
    gone.refresh_from_db()
    assert gone.left is None
    assert Child.objects.on_roll(office.viewer).count() == 20


def test_a_pupil_is_not_asked_after_twice_while_nobody_has_answered(office, pupils):
    ask(office, pupils)
    office.bring(pupils[1:], LATEST)
    assert RollQuestion.objects.of_school(office.viewer).count() == 1


def test_who_is_in_a_later_file_is_no_longer_asked_after(office, pupils):
    question = ask(office, pupils)
    office.bring(pupils, LATEST)
    question.refresh_from_db()
    assert (question.answer, question.answered_at) == (RollAnswer.STILL_HERE, LATEST)


def test_an_open_concern_about_a_missing_child_is_given_the_step_the_same_day(office, pupils, gone):
    concern = factories.concern_at(State.TAKEN, where=office.school, children=(gone,))
    ask(office, pupils)
    step = owed(concern)[0]
    assert step.opened_at == LATER
    assert step.due_at.date() == LATER.date()
    concern.refresh_from_db()
    assert step.holder == concern.holder


def test_a_concern_nobody_has_taken_gives_the_step_to_the_lead(office, pupils, gone):
    concern = factories.concern_at(State.WAITING, where=office.school, children=(gone,))
    ask(office, pupils)
    assert owed(concern)[0].holder_role == Role.DSL


def test_a_lead_who_is_kept_out_is_not_given_the_step(office, pupils, gone):
    lead = factories.viewer(office.school, Role.DSL).person
    factories.viewer(office.school, Role.DEPUTY)
    kept_out = {"where": office.school, "children": (gone,), "excluded": (lead,)}
    concern = factories.concern_at(State.WAITING, **kept_out)
    ask(office, pupils)
    assert owed(concern)[0].holder_role == Role.DEPUTY


def test_a_closed_concern_is_left_alone(office, pupils, gone):
    concern = factories.concern_at(State.CLOSED, where=office.school, children=(gone,))
    ask(office, pupils)
    assert owed(concern) == []


def test_a_concern_about_another_child_is_left_alone(office, pupils):
    other = child_of(office, pupils[5])
    concern = factories.concern_at(State.WAITING, where=office.school, children=(other,))
    version = concern.version
    ask(office, pupils)
    concern.refresh_from_db()
    assert owed(concern) == []
    assert concern.version == version


def test_the_step_is_not_opened_twice(office, pupils, gone):
    concern = factories.concern_at(State.WAITING, where=office.school, children=(gone,))
    ask(office, pupils)
    office.bring(pupils[1:], LATEST)
    assert len(owed(concern)) == 1


def test_a_step_the_lead_has_done_does_not_come_again_with_the_same_question(office, pupils, gone):
    concern = factories.concern_at(State.TAKEN, where=office.school, children=(gone,))
    ask(office, pupils)
    lead = factories.viewer(office.school, Role.DSL)
    chase.do_step(by=lead, step=owed(concern)[0], words="At her aunt's.", now=LATER + WEEK / 7)
    office.bring(pupils[1:], LATEST)
    assert owed(concern) == []


def test_a_concern_written_after_the_question_gets_the_step_with_the_next_file(
    office, pupils, gone
):
    ask(office, pupils)
    concern = factories.send_concern(
        factories.viewer(office.school), gone, now=LATER + WEEK / 7
    ).concern
    office.bring(pupils[1:], LATEST)
    assert len(owed(concern)) == 1


def test_the_step_ends_when_a_later_file_has_the_child_again(office, pupils, gone):
    concern = factories.concern_at(State.WAITING, where=office.school, children=(gone,))
    ask(office, pupils)
    office.bring(pupils, LATEST)
    assert owed(concern) == []
    assert Step.objects.open().filter(concern=concern).exists()


def test_what_the_roll_opens_and_ends_is_not_taken_for_a_change_by_hand(office, pupils, gone):
    factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.WAITING, where=office.school, children=(gone,))

    def found() -> list[str]:
        return list(find_integrity_breaches(office.school, LATEST.date()))

    question = ask(office, pupils)
    assert found() == []
    said = RollAnswer.STILL_HERE
    office.answer(question, said, LATER + WEEK / 7)
    assert found() == []
    ask(office, pupils, LATEST)
    office.bring(pupils, LATEST + WEEK / 7)
    assert found() == []


def test_the_step_stays_while_another_child_of_the_concern_is_missing(office, pupils):
    both = child_of(office, pupils[0]), child_of(office, pupils[1])
    concern = factories.concern_at(State.WAITING, where=office.school, children=both)
    office.bring(pupils[2:], LATER)
    office.bring([pupils[0], *pupils[2:]], LATEST)
    assert len(owed(concern)) == 1


@pytest.mark.parametrize("said", [RollAnswer.LEFT, RollAnswer.NOT_KNOWN])
def test_the_step_stays_the_leads_when_the_child_has_left_or_is_nowhere_known(
    office, pupils, gone, said
):
    concern = factories.concern_at(State.WAITING, where=office.school, children=(gone,))
    question = ask(office, pupils)
    more = {"place": "Leeds", "left_on": LATER.date()} if said is RollAnswer.LEFT else {}
    office.answer(question, said, LATER, **more)
    assert len(owed(concern)) == 1


def test_the_step_ends_when_the_office_says_that_the_child_is_still_here(office, pupils, gone):
    concern = factories.concern_at(State.WAITING, where=office.school, children=(gone,))
    question = ask(office, pupils)
    office.answer(question, RollAnswer.STILL_HERE, LATER)
    assert owed(concern) == []


def test_who_has_left_leaves_the_roll_with_a_day_and_a_destination(office, pupils, gone):
    question = ask(office, pupils)
    last = date(2026, 11, 6)
    office.answer(question, RollAnswer.LEFT, LATER, place="Leeds", left_on=last)
    gone.refresh_from_db()
    enrolment = gone.enrolments.get()
    assert gone.left == last
    assert (enrolment.until, enrolment.destination) == (date(2026, 11, 7), "Another school: Leeds")
    assert gone.placements.get().until == date(2026, 11, 7)


def test_leaving_is_not_answered_without_a_day_and_a_destination(office, pupils, gone):
    question = ask(office, pupils)
    with pytest.raises(ActRefused):
        office.answer(question, RollAnswer.LEFT, LATER)
    gone.refresh_from_db()
    assert gone.left is None


def test_a_child_nobody_can_find_is_asked_after_again_with_the_next_file(office, pupils):
    question = ask(office, pupils)
    office.answer(question, RollAnswer.NOT_KNOWN, LATER)
    again = ask(office, pupils, LATEST)
    assert again.asked_at == LATEST


def test_a_question_is_answered_once(office, pupils):
    question = ask(office, pupils)
    office.answer(question, RollAnswer.STILL_HERE, LATER)
    with pytest.raises(ActRefused, match="already"):
        office.answer(question, RollAnswer.NOT_KNOWN, LATER)


def test_staff_do_not_answer_for_the_roll(office, pupils):
    question = ask(office, pupils)
    given = [acts.AnsweredPupil(question, RollAnswer.STILL_HERE)]
    with pytest.raises(ActRefused):
        acts.answer(by=factories.viewer(office.school), answers=given, now=LATER)


def cost(office, count: int) -> int:
    """How many statements an import takes that misses `count` children with open concerns."""
    pupils = exports.roll(60)
    office.bring(pupils)
    writer = factories.viewer(office.school)
    for pupil in pupils[:count]:
        factories.send_concern(writer, child_of(office, pupil))
    with CaptureQueriesContext(connection) as said:
        office.bring(pupils[count:], LATER)
    waiting = Concern.objects.filter(school=office.school)
    assert Step.objects.filter(concern__in=waiting, kind=MISSING).count() == count
    return len([q for q in said if "SAVEPOINT" not in q["sql"]])


def test_telling_the_leads_costs_the_same_for_five_children_and_for_fifty(office):
    five = cost(office, 5)
    school = factories.school()
    office.school = school
    office.viewer = factories.viewer(school, Role.OFFICE)
    assert cost(office, 50) - five <= 2  # a batch of concerns, a batch of steps
