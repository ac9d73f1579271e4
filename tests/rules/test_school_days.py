"""Tests for which days count: in a school, in each nation, and where no term is known."""

from datetime import date, time, timedelta

import pytest

from concerns.rules.calendars import (
    Calendar,
    add_school_days,
    add_school_minutes,
    duration_in_words,
)
from concerns.rules.school_days import (
    NoTermKnown,
    SchoolDays,
    is_school_day,
    is_working_day,
    next_school_day,
    school_year_of,
)
from tests.rules.schools import FORGETFUL, HIGHLAND, PRIMARY, UNTOLD, at, wall

# Which days count


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-03", True),
        ("2026-09-02", False),  # training day
        ("2026-09-05", False),  # Saturday
        ("2026-10-23", True),  # last day before half-term
        ("2026-10-26", False),  # half-term
        ("2026-05-04", False),  # bank holiday in term
        ("2026-08-12", False),
        ("2027-07-21", True),
        ("2027-07-22", False),  # no term is known from here on
    ],
)
def test_a_school_day_is_a_weekday_of_term_neither_closed_nor_a_bank_holiday(day, expected):
    assert is_school_day(PRIMARY, date.fromisoformat(day)) is expected


NATIONS = ("England", "Wales", "Scotland", "Northern Ireland")


@pytest.mark.parametrize(
    ("day", "at_work"),
    [
        ("2023-05-08", ()),  # the coronation
        ("2026-12-28", ()),  # in place of Boxing Day, a Saturday
        ("2026-04-06", ("Scotland",)),  # Easter Monday
        ("2026-11-30", ("England", "Wales", "Northern Ireland")),  # St Andrew
        ("2026-03-17", ("England", "Wales", "Scotland")),  # St Patrick
        ("2026-07-13", ("England", "Wales", "Scotland")),  # in place of the Twelfth, a Sunday
        ("2026-08-31", ("Scotland",)),  # summer bank holiday
        ("2026-08-03", ("England", "Wales", "Northern Ireland")),  # and Scotland's
        ("2026-08-04", NATIONS),
        ("2026-08-08", ()),  # Saturday
    ],
)
def test_each_nation_keeps_its_own_bank_holidays(day, at_work):
    assert (
        tuple(nation for nation in NATIONS if is_working_day(nation, date.fromisoformat(day)))
        == at_work
    )


def test_an_unknown_nation_keeps_only_what_the_whole_kingdom_keeps():
    assert not is_working_day("Atlantis", date(2026, 12, 25))
    assert is_working_day("Atlantis", date(2026, 8, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-03", "2026-09-04"),
        ("2026-09-04", "2026-09-07"),
        ("2026-10-23", "2026-11-03"),  # half-term and then a training day
        ("2026-07-17", "2026-09-03"),
        ("2020-01-01", "2026-02-23"),
    ],
)
def test_the_next_school_day_is_strictly_after(day, expected):
    assert next_school_day(PRIMARY, date.fromisoformat(day)) == date.fromisoformat(expected)


def test_there_is_no_next_school_day_where_the_terms_run_out():
    with pytest.raises(NoTermKnown, match="2027-07-21"):
        next_school_day(PRIMARY, date(2027, 7, 21))


@pytest.mark.parametrize(
    ("day", "year"),
    [("2026-08-31", 2025), ("2026-09-01", 2026), ("2027-01-01", 2026), ("2027-08-31", 2026)],
)
def test_a_school_year_begins_on_the_first_of_september(day, year):
    assert school_year_of(date.fromisoformat(day)) == year


# Where no term is known


def test_after_the_last_known_term_working_days_stand_in():
    assert wall(add_school_minutes(PRIMARY, at("2027-07-21 15:00"), 60)) == "2027-07-22 09:15"
    assert wall(add_school_days(PRIMARY, at("2027-08-27 12:00"), 1)) == "2027-08-31 15:30"


def test_a_school_without_any_term_still_makes_promises_by_its_own_bells():
    assert wall(add_school_minutes(UNTOLD, at("2026-07-10 14:00"), 60)) == "2026-07-14 09:30"


def test_working_days_stand_in_through_a_year_nobody_typed_in_until_its_last_day():
    assert wall(add_school_days(FORGETFUL, at("2026-08-05 12:00"), 1)) == "2026-08-06 15:00"
    assert wall(add_school_days(FORGETFUL, at("2027-08-26 12:00"), 1)) == "2027-08-27 15:00"


def test_a_known_closure_is_kept_where_working_days_stand_in():
    assert wall(add_school_days(FORGETFUL, at("2026-12-23 12:00"), 1)) == "2026-12-29 15:00"


def test_the_first_term_ever_known_is_waited_for_when_it_is_near_and_not_when_it_is_far():
    assert wall(add_school_days(HIGHLAND, at("2026-08-03 12:00"), 1)) == "2026-08-18 15:00"
    assert wall(add_school_days(HIGHLAND, at("2026-03-02 12:00"), 1)) == "2026-03-03 15:00"


@pytest.mark.parametrize("gap", [120, 121])
def test_a_hundred_and_twenty_days_is_the_longest_break(gap):
    last = date(2026, 3, 2)
    first = last + timedelta(days=gap)
    days = SchoolDays("England", time(9), time(15), ((last, last), (first, first)), frozenset())
    due = wall(add_school_days(days, at("2026-03-02 12:00"), 1))
    assert due == {120: "2026-06-30 15:00", 121: "2026-03-03 15:00"}[gap]


def test_a_school_that_closes_before_it_opens_is_given_office_hours():
    days = SchoolDays("England", time(15, 30), time(8, 45), PRIMARY.terms, PRIMARY.closures)
    assert wall(add_school_minutes(days, at("2026-09-08 16:30"), 60)) == "2026-09-09 09:30"
    assert duration_in_words(480, Calendar.SCHOOL, days) == "1 school day"
