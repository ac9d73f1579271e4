"""Tests for how far a school may change its own clocks: every promise is still kept."""

from datetime import timedelta

import pytest

from concerns.rules import clock_bounds, clocks
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, ClockUnit, StepKind
from tests.rules.schools import PRIMARY
from tests.rules.test_tables import TUESDAY_TEN


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_the_default_of_every_clock_lies_within_its_bounds(kind):
    assert (
        clock_bounds.shortest_amount(kind)
        <= CLOCKS[kind].amount
        <= clock_bounds.longest_amount(kind)
    )


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_every_clock_may_be_changed_or_says_why_not(kind):
    assert clock_bounds.may_change_clock(kind) or clock_bounds.why_clock_is_fixed(kind)
    assert bool(clock_bounds.why_clock_is_fixed(kind)) is not clock_bounds.may_change_clock(kind)


@pytest.mark.parametrize("kind", list(clock_bounds.BOUNDS))
def test_every_clock_that_has_a_bound_says_where_it_comes_from(kind):
    assert CLOCKS[kind].unit in (ClockUnit.MINUTES, ClockUnit.DAYS)
    assert clock_bounds.clock_default_source(kind)


def test_no_clock_can_be_switched_off():
    assert {clock_bounds.clamp_clock_amount(kind, 10_000) for kind in CLOCKS} <= set(range(241))
    assert all(
        clock_bounds.clamp_clock_amount(kind, 0) == clock_bounds.shortest_amount(kind)
        for kind in clock_bounds.BOUNDS
    )


@pytest.mark.parametrize(
    "kind",
    [StepKind.HEAR_BACK, StepKind.SEND_REFERRAL, StepKind.REPORT_FGM, AdultStepKind.TELL_LADO,
     StepKind.CONFERENCE, StepKind.CORE_GROUP, StepKind.ASSESSMENT],
)  # fmt: skip
def test_what_guidance_gives_is_never_made_longer(kind):
    assert clock_bounds.longest_amount(kind) == CLOCKS[kind].amount


def test_a_date_that_somebody_names_is_nobodys_figure():
    assert not any(
        clock_bounds.may_change_clock(k) for k in CLOCKS if CLOCKS[k].unit is ClockUnit.DATE
    )


def test_a_figure_of_ones_own_is_the_time_that_is_given():
    due = clocks.calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, TUESDAY_TEN, amount=45)
    assert due == TUESDAY_TEN + timedelta(minutes=45)


def test_none_of_ones_own_is_the_table_and_nought_is_nought():
    kind = StepKind.SPEAK_TO_PARENTS
    usual = clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN)
    assert clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN, amount=None) == usual
    assert clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN, amount=0) == usual
    assert clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN, amount=1) == usual + timedelta(
        days=1
    )


@pytest.mark.parametrize(
    ("kind", "amount", "words"),
    [
        (StepKind.FIRST_LOOK, 120, "120 school minutes"),
        (StepKind.FIRST_LOOK_NOW, 1, "1 minute"),
        (StepKind.DECIDE, 1, "1 school day"),
        (StepKind.SEND_REFERRAL, 0, "the same working day"),
    ],
)
def test_a_figure_is_said_in_its_own_calendar(kind, amount, words):
    assert clock_bounds.clock_amount_in_words(kind, amount) == words


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_no_clock_can_make_a_step_due_after_the_latest_time(kind):
    longest = clock_bounds.longest_amount(kind)
    latest = clock_bounds.latest_due_at(kind, PRIMARY, TUESDAY_TEN, longest)
    on = (TUESDAY_TEN + timedelta(days=366)).date()
    assert clocks.calculate_due_at(kind, PRIMARY, TUESDAY_TEN, on, longest) <= latest


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_no_step_can_be_due_two_years_after_it_was_opened(kind):
    latest = clock_bounds.latest_due_at(
        kind,
        PRIMARY,
        TUESDAY_TEN,
        clock_bounds.longest_amount(kind),
        has_calendar_changed=True,
    )
    assert latest < TUESDAY_TEN + timedelta(days=730)


def test_a_first_look_today_cannot_be_due_in_three_days():
    latest = clock_bounds.latest_due_at(
        StepKind.FIRST_LOOK_NOW, PRIMARY, TUESDAY_TEN, has_calendar_changed=True
    )
    assert latest < TUESDAY_TEN + timedelta(days=3)


def test_a_step_is_due_when_its_clock_says_and_not_a_minute_later():
    days = (PRIMARY, TUESDAY_TEN)
    due_at = clocks.calculate_due_at(StepKind.FIRST_LOOK, *days, amount=60)
    assert clock_bounds.latest_due_at(StepKind.FIRST_LOOK, *days, 60) == due_at


def test_a_figure_that_is_no_longer_allowed_counts_as_the_longest_that_is():
    days = (PRIMARY, TUESDAY_TEN)
    longest = clock_bounds.longest_amount(StepKind.DECIDE)
    latest = clock_bounds.latest_due_at(StepKind.DECIDE, *days, longest)
    assert clock_bounds.latest_due_at(StepKind.DECIDE, *days, longest + 7) == latest
