"""How often a late step has been pushed on, and to whose turn it has come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.rules import clocks
from concerns.rules.climbing import pushes, turn
from concerns.rules.clocks import CLOCKS, StepKind
from tests.rules.schools import PRIMARY

# Tuesday in term.
TEN = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
# The last bell of a Friday, and the Monday after at nine.
FRIDAY = datetime(2026, 11, 6, 15, 31, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)


def pushed(kind, due_at, later):
    return pushes(kind, PRIMARY, due_at, due_at + later)


def test_what_is_not_late_is_not_pushed():
    assert pushed(StepKind.FIRST_LOOK_NOW, TEN, timedelta()) == 0


def test_the_holder_is_told_again_from_the_moment_it_is_late():
    assert pushed(StepKind.FIRST_LOOK_NOW, TEN, timedelta(seconds=1)) == 1


@pytest.mark.parametrize(("minutes", "times"), [(14, 1), (15, 2), (30, 3), (600, 41)])
def test_danger_is_pushed_every_quarter_of_an_hour_for_ever(minutes, times):
    assert pushed(StepKind.DANGER_NOW, TEN, timedelta(minutes=minutes)) == times


def test_an_ordinary_first_look_is_pushed_by_school_hours():
    first, second = timedelta(minutes=59), timedelta(minutes=60)
    assert pushed(StepKind.FIRST_LOOK, TEN, first) == 1
    assert pushed(StepKind.FIRST_LOOK, TEN, second) == 2
    assert pushed(StepKind.FIRST_LOOK, TEN, timedelta(hours=20)) == 6


def test_what_fell_due_on_a_friday_evening_does_not_wait_for_monday():
    due_at = clocks.due(StepKind.FIRST_LOOK, PRIMARY, FRIDAY)
    assert due_at == FRIDAY + timedelta(hours=2)
    assert pushes(StepKind.FIRST_LOOK, PRIMARY, due_at, due_at + timedelta(hours=3)) == 4


def test_a_school_day_is_from_bell_to_bell():
    due_at = clocks.due(StepKind.DECIDE, PRIMARY, TEN)
    same_time_next_day = due_at + timedelta(days=1)
    assert pushes(StepKind.DECIDE, PRIMARY, due_at, same_time_next_day) == 2


def test_an_answer_from_outside_is_pushed_by_working_days_through_a_weekend():
    friday_five = FRIDAY.replace(hour=17, minute=0)
    assert pushes(StepKind.HEAR_BACK, PRIMARY, friday_five, MONDAY) == 1
    assert pushes(StepKind.HEAR_BACK, PRIMARY, friday_five, MONDAY.replace(hour=17)) == 2


@pytest.mark.parametrize("kind", StepKind)
def test_no_late_step_is_ever_left_in_peace(kind):
    a_month = timedelta(days=40)
    assert pushes(kind, PRIMARY, TEN, TEN + a_month) > pushes(kind, PRIMARY, TEN, TEN + a_month / 2)


@given(kind=st.sampled_from(list(CLOCKS)), minutes=st.integers(0, 200_000), more=st.integers(0, 9))
def test_a_step_never_climbs_down(kind, minutes, more):
    earlier = pushed(kind, TEN, timedelta(minutes=minutes))
    assert pushed(kind, TEN, timedelta(minutes=minutes + more)) >= earlier


@pytest.mark.parametrize(
    ("times", "place"), [(0, (0, 0)), (1, (0, 0)), (2, (1, 0)), (3, (2, 0)), (4, (0, 1))]
)
def test_a_ladder_of_three_goes_round_and_round(times, place):
    assert turn(times, 3) == place


def test_a_ladder_with_nobody_on_it_is_said_aloud():
    with pytest.raises(ValueError, match="nobody"):
        turn(1, 0)
