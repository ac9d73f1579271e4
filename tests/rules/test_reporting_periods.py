"""Tests that years, months, ages and waits begin and end by the clock on the wall."""

from datetime import UTC, date, datetime, time

import pytest

from concerns.rules import reporting_periods
from concerns.rules.reporting_periods import AgeBand, WaitBand
from concerns.rules.school_days import SchoolDays
from tests.rules.schools import PRIMARY

SCHOOL = SchoolDays(
    "England",
    time(8, 45),
    time(15, 30),
    ((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))),
    frozenset(),
)
TUESDAY = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


def test_a_school_year_begins_at_midnight_in_summer_time():
    start, end = reporting_periods.school_year_bounds(SCHOOL, 2026)
    assert start == datetime(2026, 8, 31, 23, 0, tzinfo=UTC)
    assert end == datetime(2027, 8, 31, 23, 0, tzinfo=UTC)


def test_a_month_runs_to_the_first_moment_of_the_next_across_the_change_of_clocks():
    start, end = reporting_periods.month_bounds(SCHOOL, date(2026, 3, 1))
    assert start == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert end == datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
    assert reporting_periods.month_bounds(SCHOOL, date(2026, 12, 1))[1] == datetime(
        2027, 1, 1, tzinfo=UTC
    )


def test_the_months_of_a_year_run_from_september_and_stop_at_today():
    whole = reporting_periods.months_of_school_year(2025, TUESDAY.date())
    assert (whole[0], whole[-1], len(whole)) == (date(2025, 9, 1), date(2026, 8, 1), 12)
    assert reporting_periods.months_of_school_year(2026, TUESDAY.date())[-1] == date(2026, 11, 1)
    assert reporting_periods.months_of_school_year(2030, TUESDAY.date()) == [date(2030, 9, 1)]


def test_the_years_run_from_the_first_that_holds_anything_to_this_one():
    first = datetime(2024, 8, 31, 22, 59, tzinfo=UTC)
    assert reporting_periods.school_years_since(SCHOOL, first, TUESDAY.date()) == [
        2026,
        2025,
        2024,
        2023,
    ]
    assert reporting_periods.school_years_since(SCHOOL, None, TUESDAY.date()) == [2026]


def test_ages_lie_end_to_end_and_leave_nothing_out():
    ages = [reporting_periods.age_band_bounds(SCHOOL, band, TUESDAY.date()) for band in AgeBand]
    assert ages[0][1] is None
    assert ages[-1][0] is None
    assert [start for start, _ in ages[:-1]] == [end for _, end in ages[1:]]


def test_less_than_a_week_is_today_and_the_six_days_before():
    assert reporting_periods.age_band_bounds(SCHOOL, AgeBand.WEEK, TUESDAY.date())[0] == datetime(
        2026, 10, 28, tzinfo=UTC
    )


def test_waits_lie_end_to_end_and_a_school_day_is_as_long_as_the_school_says():
    assert reporting_periods.wait_band_limits(SCHOOL) == (30, 120, 405, 810)
    waits = [reporting_periods.wait_band_bounds(SCHOOL, band) for band in list(WaitBand)[:-1]]
    assert waits == [(None, 30), (30, 120), (120, 405), (405, 810), (810, None)]


@pytest.mark.parametrize(
    ("count", "since"),
    [
        # Monday was a whole school day; what moved on Sunday or before was quiet all through it.
        (1, datetime(2026, 11, 2, tzinfo=UTC)),
        # The one before Monday is the Friday before half-term.
        (2, datetime(2026, 10, 22, 23, tzinfo=UTC)),
        (3, datetime(2026, 10, 21, 23, tzinfo=UTC)),
    ],
)
def test_silence_is_counted_in_whole_school_days(count, since):
    assert reporting_periods.quiet_cutoff(SCHOOL, TUESDAY, count) == since


def test_today_is_a_whole_day_of_silence_only_after_the_last_bell():
    after = datetime(2026, 11, 3, 15, 30, tzinfo=UTC)
    assert reporting_periods.quiet_cutoff(SCHOOL, after, 1) == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "less than a minute"), (1, "1 minute"), (60, "1 hour"), (125, "2 hours 5 minutes")],
)
def test_school_time_is_said_in_hours_and_minutes(minutes, words):
    assert reporting_periods.hours_in_words(minutes) == words


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-02-25", "2026-02-23"),
        ("2026-04-10", "2026-02-23"),
        ("2026-06-20", "2026-04-16"),
        ("2026-08-10", "2026-04-16"),
        ("2026-11-30", "2026-09-02"),
        ("2027-01-04", "2027-01-04"),
        ("2026-01-10", "2025-09-01"),
    ],
    ids=["first half", "Easter", "after half-term", "summer", "autumn", "its day", "not known"],
)
def test_a_term_goes_on_over_half_term_and_until_the_next_begins(today, first):
    found = reporting_periods.start_of_term(PRIMARY, date.fromisoformat(today))
    assert found == date.fromisoformat(first)


def test_a_chronology_goes_back_to_the_term_or_a_year_or_the_beginning():
    today = date(2026, 11, 30)
    firsts = [reporting_periods.start_of_period(SCHOOL, how, today) for how in ("term", "year", "")]
    assert firsts == [date(2026, 9, 2), date(2025, 11, 30), None]


def test_the_last_months_end_with_this_one():
    found = reporting_periods.months_until(date(2026, 1, 31), 3)
    assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]


def test_the_day_after_the_last_day_there_is_is_that_day():
    assert reporting_periods.day_after(date(2026, 12, 31)) == date(2027, 1, 1)
    assert reporting_periods.day_after(date.max) == date.max
