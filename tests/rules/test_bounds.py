"""How far a school may change its own clocks: every promise of the table is still kept."""

from datetime import timedelta

import pytest

from concerns.rules import bounds, clocks
from concerns.rules.adults import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind, Unit
from tests.rules.schools import PRIMARY
from tests.rules.test_tables import TUESDAY_TEN


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_the_default_of_every_clock_lies_within_its_bounds(kind):
    assert bounds.least(kind) <= CLOCKS[kind].amount <= bounds.most(kind)


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_every_clock_may_be_changed_or_says_why_not(kind):
    assert bounds.may_change(kind) or bounds.fixed_words(kind)
    assert bool(bounds.fixed_words(kind)) is not bounds.may_change(kind)


@pytest.mark.parametrize("kind", list(bounds.BOUNDS))
def test_every_clock_that_has_a_bound_says_where_it_comes_from(kind):
    assert CLOCKS[kind].unit in (Unit.MINUTES, Unit.DAYS)
    assert bounds.source(kind)


def test_no_clock_can_be_switched_off():
    assert {bounds.within(kind, 10_000) for kind in CLOCKS} <= set(range(241))
    assert all(bounds.within(kind, 0) == bounds.least(kind) for kind in bounds.BOUNDS)


@pytest.mark.parametrize(
    "kind",
    [StepKind.HEAR_BACK, StepKind.SEND_REFERRAL, StepKind.REPORT_FGM, AdultStepKind.TELL_LADO,
     StepKind.CONFERENCE, StepKind.CORE_GROUP, StepKind.ASSESSMENT],
)  # fmt: skip
def test_what_guidance_gives_is_never_made_longer(kind):
    assert bounds.most(kind) == CLOCKS[kind].amount


def test_a_date_that_somebody_names_is_nobodys_figure():
    assert not any(bounds.may_change(k) for k in CLOCKS if CLOCKS[k].unit is Unit.DATE)


def test_a_figure_of_ones_own_is_the_time_that_is_given():
    due = clocks.due(StepKind.FIRST_LOOK, PRIMARY, TUESDAY_TEN, amount=45)
    assert due == TUESDAY_TEN + timedelta(minutes=45)


def test_none_of_ones_own_is_the_table_and_nought_is_nought():
    kind = StepKind.SPEAK_TO_PARENTS
    usual = clocks.due(kind, PRIMARY, TUESDAY_TEN)
    assert clocks.due(kind, PRIMARY, TUESDAY_TEN, amount=None) == usual
    assert clocks.due(kind, PRIMARY, TUESDAY_TEN, amount=0) == usual
    assert clocks.due(kind, PRIMARY, TUESDAY_TEN, amount=1) == usual + timedelta(days=1)


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
    assert bounds.in_words(kind, amount) == words
