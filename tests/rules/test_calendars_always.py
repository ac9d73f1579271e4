"""Tests for what must hold of every promised time, whatever the moment and the school."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.rules.calendars import (
    add_school_days,
    add_school_minutes,
    school_minutes_between,
)
from concerns.rules.school_days import is_school_day, is_working_day, next_school_day
from tests.rules.schools import FORGETFUL, HIGHLAND, LONDON, PRIMARY, UNTOLD

schools = st.sampled_from([PRIMARY, HIGHLAND, FORGETFUL, UNTOLD])
moments = st.datetimes(
    datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)
lengths = st.integers(0, 60 * 24 * 60)
for_every_moment = settings(deadline=None)


@for_every_moment
@given(schools, moments, lengths)
def test_what_is_added_is_what_is_measured(days, start, minutes):
    due = add_school_minutes(days, start, minutes)
    assert due >= start
    assert school_minutes_between(days, start, due) == minutes


@for_every_moment
@given(schools, moments, lengths)
def test_a_deadline_is_always_on_a_working_day_between_the_bells(days, start, minutes):
    due = add_school_minutes(days, start, minutes).astimezone(LONDON)
    assert days.opens <= due.time() <= days.closes
    assert is_working_day(days.nation, due.date())
    assert due.date() not in days.closures


@for_every_moment
@given(schools, moments, moments, lengths, lengths)
def test_a_later_start_or_a_longer_time_is_never_due_sooner(days, one, other, few, many):
    (one, other) = sorted((one, other))
    (few, many) = sorted((few, many))
    assert add_school_minutes(days, one, few) <= add_school_minutes(days, other, few)
    assert add_school_minutes(days, one, few) <= add_school_minutes(days, one, many)
    assert add_school_days(days, one, few % 90) <= add_school_days(days, other, few % 90)


@for_every_moment
@given(schools, moments, moments, moments)
def test_time_before_and_time_after_add_up(days, one, two, three):
    one, two, three = (moment.replace(second=0, microsecond=0) for moment in (one, two, three))
    first = school_minutes_between(days, one, two)
    second = school_minutes_between(days, two, three)
    assert first + second == school_minutes_between(days, one, three)


@for_every_moment
@given(schools, moments, st.integers(0, 400))
def test_days_are_due_at_a_closing_bell_after_the_start(days, start, count):
    due = add_school_days(days, start, count)
    assert due > start
    assert due.astimezone(LONDON).time() == days.closes


days_known = st.dates(date(2026, 2, 23), date(2027, 7, 21))


@for_every_moment
@given(days_known, days_known)
def test_counting_by_halves_agrees_with_counting_day_by_day(one, other):
    one, other = sorted((one, other))
    walked = sum(is_school_day(PRIMARY, one + timedelta(days=n)) for n in range((other - one).days))
    midnights = (datetime.combine(day, time(), LONDON) for day in (one, other))
    assert school_minutes_between(PRIMARY, *midnights) == walked * 405


@for_every_moment
@given(days_known.filter(lambda day: day < date(2027, 7, 21)))
def test_the_next_school_day_has_no_school_day_before_it(day):
    found = next_school_day(PRIMARY, day)
    between = (day + timedelta(days=n) for n in range(1, (found - day).days))
    assert is_school_day(PRIMARY, found)
    assert not any(is_school_day(PRIMARY, skipped) for skipped in between)
