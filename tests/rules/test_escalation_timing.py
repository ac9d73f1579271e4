"""Tests for how often a late step has been pushed on, and whose turn it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.rules import clocks
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.escalation_timing import count_escalations, place_on_ladder
from tests.rules.schools import PRIMARY, at

# Tuesday in term.
TEN = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
# The last bell of a Friday, and the Monday after at nine.
FRIDAY = datetime(2026, 11, 6, 15, 31, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)


def pushed(kind, due_at, later):
    return count_escalations(kind, PRIMARY, due_at, due_at + later)


def test_what_is_not_late_is_not_pushed():
    assert pushed(StepKind.FIRST_LOOK_NOW, TEN, timedelta()) == 0


def test_the_holder_is_told_again_from_the_moment_it_is_late():
    assert pushed(StepKind.FIRST_LOOK_NOW, TEN, timedelta(seconds=1)) == 1


@pytest.mark.parametrize(("minutes", "times"), [(14, 1), (15, 2), (30, 3), (600, 41)])
def test_danger_is_pushed_every_quarter_of_an_hour_for_ever(minutes, times):
    assert pushed(StepKind.DANGER_NOW, TEN, timedelta(minutes=minutes)) == times


def test_an_ordinary_first_look_is_pushed_by_school_hours():
    first = timedelta(minutes=59)
    second = timedelta(minutes=60)
    assert pushed(StepKind.FIRST_LOOK, TEN, first) == 1
    assert pushed(StepKind.FIRST_LOOK, TEN, second) == 2
    assert pushed(StepKind.FIRST_LOOK, TEN, timedelta(hours=20)) == 6


def test_what_fell_due_on_a_friday_evening_does_not_wait_for_monday():
    due_at = clocks.calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, FRIDAY)
    assert due_at == FRIDAY + timedelta(hours=2)
    assert count_escalations(StepKind.FIRST_LOOK, PRIMARY, due_at, due_at + timedelta(hours=3)) == 4


@pytest.mark.parametrize(
    ("due", "now", "times"),
    [
        # Due in the last lesson: it does not climb in Monday's first.
        ("2026-10-23 15:20", "2026-10-23 16:19", 1),
        ("2026-10-23 15:20", "2026-10-23 16:20", 2),
        # By night the first is told that it is late; the second is asked in the morning.
        ("2026-10-23 21:30", "2026-10-24 07:29", 1),
        ("2026-10-23 21:30", "2026-10-24 07:30", 2),
        ("2026-10-24 04:00", "2026-10-24 07:59", 1),
        ("2026-10-24 04:00", "2026-10-24 08:00", 2),
        # The hour before the first bell after a break is in it.
        ("2026-11-09 05:00", "2026-11-09 08:00", 2),
        # Half-term in the middle: an hour of school, then by day.
        ("2026-10-23 14:30", "2026-10-23 16:30", 3),
        # An ordinary night is nobody's.
        ("2026-11-03 15:00", "2026-11-04 09:14", 1),
        ("2026-11-03 15:00", "2026-11-04 09:15", 2),
    ],
)
def test_a_first_look_climbs_through_a_break_but_not_by_night(due, now, times):
    assert count_escalations(StepKind.FIRST_LOOK, PRIMARY, at(due), at(now)) == times


def test_what_is_owed_in_days_and_fell_due_at_the_last_bell_waits_for_monday():
    last_bell = FRIDAY.replace(minute=30)
    assert count_escalations(StepKind.DECIDE, PRIMARY, last_bell, MONDAY) == 1


@pytest.mark.parametrize(
    ("kind", "hours", "times"),
    [
        # A whole round each quarter of an hour; then, while school is shut, one push an hour.
        (StepKind.FIRST_LOOK_NOW, 1, 5),
        (StepKind.FIRST_LOOK_NOW, 13, 17),
        # A whole round each hour; then one push in four hours, but from ten to seven none.
        (StepKind.FIRST_LOOK, 4, 5),
        (StepKind.FIRST_LOOK, 13, 5),
        (StepKind.FIRST_LOOK, 18, 6),
        (StepKind.DANGER_NOW, 12, 49),
    ],
)
def test_by_night_all_are_asked_once_and_then_less_often(kind, hours, times):
    due_at = clocks.calculate_due_at(kind, PRIMARY, FRIDAY)
    assert count_escalations(kind, PRIMARY, due_at, due_at + timedelta(hours=hours)) == times


def test_when_school_opens_again_it_is_pushed_as_often_as_ever():
    due_at = clocks.calculate_due_at(StepKind.FIRST_LOOK_NOW, PRIMARY, FRIDAY)
    opening = MONDAY
    an_hour_on = MONDAY + timedelta(hours=1)
    before = count_escalations(StepKind.FIRST_LOOK_NOW, PRIMARY, due_at, opening)
    assert count_escalations(StepKind.FIRST_LOOK_NOW, PRIMARY, due_at, an_hour_on) == before + 4


def test_a_school_day_is_from_bell_to_bell():
    due_at = clocks.calculate_due_at(StepKind.DECIDE, PRIMARY, TEN)
    same_time_next_day = due_at + timedelta(days=1)
    assert count_escalations(StepKind.DECIDE, PRIMARY, due_at, same_time_next_day) == 2


def test_an_answer_from_outside_is_pushed_by_working_days_through_a_weekend():
    friday_five = FRIDAY.replace(hour=17, minute=0)
    assert count_escalations(StepKind.HEAR_BACK, PRIMARY, friday_five, MONDAY) == 1
    assert count_escalations(StepKind.HEAR_BACK, PRIMARY, friday_five, MONDAY.replace(hour=17)) == 2


@pytest.mark.parametrize("kind", StepKind)
def test_no_late_step_is_ever_left_in_peace(kind):
    a_month = timedelta(days=40)
    assert count_escalations(kind, PRIMARY, TEN, TEN + a_month) > count_escalations(
        kind, PRIMARY, TEN, TEN + a_month / 2
    )


@given(kind=st.sampled_from(list(CLOCKS)), minutes=st.integers(0, 200_000), more=st.integers(0, 9))
def test_a_step_never_climbs_down(kind, minutes, more):
    earlier = pushed(kind, TEN, timedelta(minutes=minutes))
    assert pushed(kind, TEN, timedelta(minutes=minutes + more)) >= earlier


@pytest.mark.parametrize(
    ("times", "place"), [(0, (0, 0)), (1, (0, 0)), (2, (1, 0)), (3, (2, 0)), (4, (0, 1))]
)
def test_a_ladder_of_three_goes_round_and_round(times, place):
    assert place_on_ladder(times, 3) == place


def test_a_ladder_with_nobody_on_it_is_said_aloud():
    with pytest.raises(ValueError, match="nobody"):
        place_on_ladder(1, 0)
