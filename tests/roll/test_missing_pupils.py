"""Tests for September: many missing pupils are answered for at once, with a reason each."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concerns.models import Child, Departure, RollQuestion, Step
from concerns.models.response.step import StepEnding
from concerns.paper.roll_writing import take_pupils_off_roll
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.roll import acts
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import LeavingReason
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer
from concerns.workflow.leaving import put_back_on_roll
from tests import factories
from tests.factories import NOW
from tests.leavers import (
    filled_in,
    open_steps_about,
    return_pupil_by_hand,
    without_form_keys,
)
from tests.roll import exports
from tests.roll.test_pages import text

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LATER = NOW + WEEK
LAST_DAY = NOW.date()


def test_many_are_answered_at_once_each_with_a_reason(office, desk, missing):
    first, second, third, fourth = missing
    answer = desk.client.post(
        reverse("roll_missing"),
        filled_in(
            (first, "years_end", ""),
            (second, "home_education", ""),
            (third, "abroad", "Lithuania"),
            (fourth, "", ""),
            school="Hilltop High, Leeds",
            school_address="office@hilltop.example",
        ),
    )
    assert answer.status_code == 302
    said = {row.child_id: (row.reason, row.place, row.address) for row in Departure.objects.all()}
    assert said == {
        first.child_id: ("other_school", "Hilltop High, Leeds", "office@hilltop.example"),
        second.child_id: ("home_education", "", ""),
        third.child_id: ("abroad", "Lithuania", ""),
    }
    assert RollQuestion.objects.of_school(office.viewer).unanswered_questions().get() == fourth
    assert set(Child.objects.filter(left=date(2026, 11, 6))) == {
        first.child,
        second.child,
        third.child,
    }


WRONG_FORMS = (
    ("", "", {}, "Choose an answer for at least one pupil"),
    ("other_school", "", {}, "Say which school, and its town"),
    ("years_end", "", {}, "Say which school, and its town"),
    ("years_end", "Elsewhere", {"school": "Hilltop"}, "also wrote a school here"),
    ("", "Leeds", {}, "Say where this pupil is"),
    ("gone", "", {}, "Choose one of the answers"),
    ("died", "", {"left_on_day": ""}, "Enter a day, a month and a year"),
    ("died", "", dict.fromkeys(("left_on_day", "left_on_month", "left_on_year"), ""),
     "Enter the last day at this school"),
    ("died", "", {"left_on_year": "2090"}, "in the future"),
    ("abroad", "x" * 151, {}, "in 150 characters or fewer"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "place", "more", "says"), WRONG_FORMS)
def test_a_form_that_says_too_little_records_nothing_and_keeps_what_was_typed(
    desk, missing, said, place, more, says
):
    typed = filled_in((missing[0], said, place), **more)
    answer = desk.client.post(reverse("roll_missing"), typed)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not Departure.objects.exists()


def test_who_was_answered_for_meanwhile_is_not_answered_for_twice(office, desk, missing):
    first, second, *_ = missing
    office.answer(first, RollAnswer.STILL_HERE)
    typed = filled_in((first, "died", ""), (second, "died", ""))
    answer = desk.client.post(reverse("roll_missing"), typed)
    assert answer.status_code == 422
    assert "Somebody answered for some of these pupils" in text(answer)
    assert not Departure.objects.exists()


def test_nothing_is_recorded_of_many_if_one_was_answered_at_the_same_moment(office, missing):
    first, second, *_ = missing
    office.answer(first, RollAnswer.STILL_HERE)
    given = [acts.AnsweredPupil(one, RollAnswer.STILL_HERE) for one in (first, second)]
    with pytest.raises(acts.ActRefused, match="already"):
        acts.answer(by=office.viewer, answers=given, now=NOW)
    second.refresh_from_db()
    assert second.answer == ""


def test_nobody_answered_for_is_refused(office):
    with pytest.raises(acts.ActRefused, match="at least one"):
        acts.answer(by=office.viewer, answers=[], now=NOW)


def test_an_act_without_what_its_reason_needs_is_refused(office, missing):
    with pytest.raises(acts.ActRefused, match="Say which school"):
        office.answer(missing[0], RollAnswer.LEFT, left_on=LAST_DAY)


def test_the_page_of_many_has_everybody_and_says_nothing_of_a_concern(office, desk, missing):
    before = text(desk.client.get(reverse("roll_missing")))
    assert before.count("Its address or e-mail") == 5
    factories.send_concern(factories.viewer(office.school), missing[0].child)
    assert without_form_keys(text(desk.client.get(reverse("roll_missing")))) == without_form_keys(
        before
    )


def test_there_is_a_next_page_for_more_than_fit(desk, missing, monkeypatch):
    monkeypatch.setattr("concerns.roll.queries.MOST_MISSING_PUPILS", 3)
    page = text(desk.client.get(reverse("roll_missing")))
    assert f"?after={missing[2].uid}" in page
    rest = text(desk.client.get(reverse("roll_missing"), {"after": missing[2].uid}))
    assert missing[3].child.name in rest


def test_when_all_are_answered_the_page_says_so(desk, db):
    assert "Nobody is left to answer for" in text(desk.client.get(reverse("roll_missing")))


def statements(office, count: int) -> int:
    pupils = exports.roll(40)
    office.bring(pupils)
    office.bring(pupils[count:])
    asked = RollQuestion.objects.of_school(office.viewer).unanswered_questions()
    rows = list(asked.select_related("child"))
    said = {"said": RollAnswer.LEFT}
    given = [
        acts.AnsweredPupil(row, leaver=acts.Leaver(row.child, LeavingReason.DIED, LAST_DAY), **said)
        for row in rows
    ]
    with CaptureQueriesContext(connection) as asked_of:
        acts.answer(by=office.viewer, answers=given, now=NOW)
    lines = [one for one in asked_of if "concerns_line" in one["sql"]]
    return len(asked_of) - len(lines)


def test_thirty_leavers_cost_as_many_statements_as_three_but_for_their_lines(office):
    three = statements(office, 3)
    office.school = factories.school()
    office.viewer = factories.viewer(office.school, Role.OFFICE)
    assert statements(office, 15) <= three + 2


def test_whoever_was_taken_off_by_mistake_can_be_put_back(office, missing):
    child = missing[0].child
    take_pupils_off_roll([child.pk], NOW.date() + DAY, NOW)
    child.refresh_from_db()
    put_back_on_roll(office.viewer, child, NOW.date())
    child.refresh_from_db()
    assert (child.left, child.mistaken_at) == (None, None)
    assert child.enrolments.filter(until__gt=NOW.date()).count() == 0


@pytest.mark.parametrize("rows", ["enrolments", "placements"])
def test_whoever_returns_by_a_file_on_their_last_day_is_on_the_roll_once(office, missing, rows):
    child = missing[0].child
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LATER.date())
    office.bring(exports.roll(20), LATER)
    for day in (LATER.date(), LATER.date() + DAY):
        assert getattr(child, rows).covering_day(day).count() == 1


# What a lead is given, and the office is not told.


def test_the_file_of_a_child_with_a_closed_concern_reopens_it(office, missing):
    child = missing[0].child
    concern = factories.concern_at(State.CLOSED, where=office.school, children=(child,))
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    concern.refresh_from_db()
    assert concern.state == State.DECIDED
    assert [step.departure.place for step in open_steps_about(child, StepKind.SEND_FILE)] == [
        "Leeds High"
    ]


def leave_and_return(office, missing, by_file: bool) -> Step:
    """A child goes to another school and is on the roll again. Returns the step for their file."""
    child = missing[0].child
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    step = Step.objects.open().get(kind=StepKind.SEND_FILE)
    if by_file:
        office.bring(exports.roll(20), LATER + WEEK)
    else:
        child.refresh_from_db()
        return_pupil_by_hand(child, LATER + WEEK)
    step.refresh_from_db()
    return step


@pytest.mark.parametrize("by_file", [True, False])
def test_no_file_is_owed_for_a_child_who_is_on_the_roll_again(office, missing, by_file):
    factories.concern_at(State.TAKEN, where=office.school, children=(missing[0].child,))
    step = leave_and_return(office, missing, by_file)
    assert (step.done_at, step.ended) == (LATER + WEEK, StepEnding.SUPERSEDED)
    assert list(find_integrity_breaches(office.school, (LATER + WEEK).date())) == []


def test_what_was_reopened_for_the_file_of_a_child_who_is_back_is_the_leads_to_close(
    office, missing
):
    factories.concern_at(State.CLOSED, where=office.school, children=(missing[0].child,))
    step = leave_and_return(office, missing, by_file=True)
    owed = step.concern.steps.open().get()
    assert (owed.kind, owed.holder_role) == (StepKind.NEXT_MOVE, Role.DSL)


def test_the_file_of_another_child_of_the_concern_is_still_to_be_sent(office, missing):
    both = missing[0].child, missing[1].child
    factories.concern_at(State.TAKEN, where=office.school, children=both)
    for question in missing[:2]:
        office.answer(question, RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    office.bring([one for one in exports.roll(20) if one.upn != both[1].upn], LATER + WEEK)
    still = Step.objects.open().filter(kind=StepKind.SEND_FILE)
    assert [step.departure.child for step in still] == [both[1]]


def test_the_file_goes_by_the_newest_open_concern_alone(office, missing):
    child = missing[0].child
    older = factories.concern_at(State.TAKEN, where=office.school, children=(child,))
    factories.concern_at(State.CLOSED, where=office.school, children=(child,))
    office.answer(missing[0], RollAnswer.LEFT, LATER, place="Leeds High", left_on=LAST_DAY)
    assert [step.concern for step in open_steps_about(child, StepKind.SEND_FILE)] == [older]
