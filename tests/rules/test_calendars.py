"""Tests for when a promised time runs out in each calendar, by worked examples."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from concerns.rules.calendars import (
    Calendar,
    add_real_minutes,
    add_school_days,
    add_school_minutes,
    add_school_weeks,
    add_weeks,
    add_working_days,
    end_of_school_day,
    is_before_break,
    last_bell_before_break,
    minutes_between,
    reaches_break,
    school_minutes_between,
    waking_break_minutes_between,
    working_minutes_between,
)
from tests.rules.schools import HIGHLAND, PRIMARY, at, wall

# School minutes


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-09-08 10:00", 120, "2026-09-08 12:00"),
        ("2026-09-08 07:10", 120, "2026-09-08 10:45"),  # before opening
        ("2026-09-08 08:45", 120, "2026-09-08 10:45"),  # exactly at the opening bell
        ("2026-09-08 13:30", 120, "2026-09-08 15:30"),  # exactly up to the closing bell
        ("2026-09-08 14:30", 120, "2026-09-09 09:45"),  # over a night
        ("2026-09-08 15:30", 120, "2026-09-09 10:45"),  # exactly at the closing bell
        ("2026-09-11 15:31", 120, "2026-09-14 10:45"),  # Friday, a minute after the bell
        ("2026-09-11 15:29", 120, "2026-09-14 10:44"),
        ("2026-09-12 11:00", 120, "2026-09-14 10:45"),  # Saturday
        ("2026-10-23 15:00", 120, "2026-11-03 10:15"),  # half-term and a training day
        ("2026-06-16 15:00", 60, "2026-06-18 09:15"),  # a closed Wednesday
        ("2026-05-01 15:00", 60, "2026-05-05 09:15"),  # a bank holiday Monday
        ("2026-07-17 15:00", 60, "2026-09-03 09:15"),  # the last afternoon of the year
        ("2026-07-31 12:00", 60, "2026-09-03 09:45"),  # the last day of July
        ("2026-12-18 15:30", 1, "2027-01-04 08:46"),  # over a new year
        ("2026-09-08 10:00", 405 * 3, "2026-09-11 10:00"),
        ("2026-09-08 08:45", 405 * 2, "2026-09-09 15:30"),  # whole days end at a bell
        ("2026-09-08 10:00", 0, "2026-09-08 10:00"),
        ("2026-09-08 15:30", 0, "2026-09-09 08:45"),
    ],
)
def test_school_minutes_pass_only_between_the_bells(start, minutes, due):
    assert wall(add_school_minutes(PRIMARY, at(start), minutes)) == due


def test_seconds_are_not_lost():
    start = at("2026-09-08 14:59:30")
    assert add_school_minutes(PRIMARY, start, 31) == at("2026-09-09 08:45:30")


def test_a_start_given_in_utc_counts_by_the_clock_on_the_wall():
    start = datetime(2026, 9, 8, 14, 29, tzinfo=UTC)  # 15:29 in school
    assert wall(add_school_minutes(PRIMARY, start, 2)) == "2026-09-09 08:46"


def test_bells_keep_local_time_when_the_clocks_go_forward():
    due = add_school_minutes(PRIMARY, at("2026-03-27 15:00"), 60)
    assert due == datetime(2026, 3, 30, 8, 15, tzinfo=UTC)  # 09:15 in summer time


def test_bells_keep_local_time_when_the_clocks_go_back():
    due = add_school_minutes(HIGHLAND, at("2026-10-23 14:30"), 60)
    assert due == datetime(2026, 10, 26, 9, 30, tzinfo=UTC)  # 09:30 in winter time


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [
        (PRIMARY, "2026-03-27 15:00", "2026-03-30 09:15"),
        (HIGHLAND, "2026-10-23 14:30", "2026-10-26 09:30"),
    ],
)
def test_a_change_of_the_clocks_adds_and_takes_no_school_time(days, start, end):
    assert school_minutes_between(days, at(start), at(end)) == 60


def test_the_night_the_clocks_go_back_is_out_of_school_both_times_round():
    twice = at("2026-10-25 01:30")
    for moment in (twice, twice.replace(fold=1)):
        assert wall(add_school_minutes(HIGHLAND, moment, 5)) == "2026-10-26 09:05"


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-09-08 08:00", "2026-09-08 09:45", 60),  # school begins while the clock runs
        ("2026-09-11 15:31", "2026-09-14 08:45", 0),  # a weekend is no time at all
        ("2026-09-11 15:29", "2026-09-14 08:46", 2),
        ("2026-07-17 15:30", "2026-09-03 08:45", 0),  # nor is August
        ("2026-09-07 00:00", "2026-09-12 00:00", 5 * 405),
        ("2026-09-08 10:00:30", "2026-09-08 10:02:00", 1),  # whole minutes only
        ("2026-09-08 11:00", "2026-09-08 10:00", -60),
    ],
)
def test_waiting_is_measured_in_school_time(start, end, minutes):
    assert school_minutes_between(PRIMARY, at(start), at(end)) == minutes


# School days and weeks


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-09-08 10:00", 0, "2026-09-08 15:30"),
        ("2026-09-08 07:00", 0, "2026-09-08 15:30"),
        ("2026-09-08 15:29", 0, "2026-09-08 15:30"),
        ("2026-09-08 15:30", 0, "2026-09-09 15:30"),
        ("2026-09-11 15:31", 0, "2026-09-14 15:30"),
        ("2026-09-11 15:31", 1, "2026-09-14 15:30"),
        ("2026-09-12 12:00", 1, "2026-09-14 15:30"),
        ("2026-09-08 10:00", 2, "2026-09-10 15:30"),
        ("2026-10-22 10:00", 2, "2026-11-03 15:30"),
        ("2026-07-31 10:00", 2, "2026-09-04 15:30"),
        ("2026-12-17 10:00", 5, "2027-01-07 15:30"),
    ],
)
def test_a_school_day_ends_at_its_closing_bell(start, count, due):
    assert wall(add_school_days(PRIMARY, at(start), count)) == due


def test_the_end_of_the_school_day_is_today_or_else_the_next():
    assert wall(end_of_school_day(PRIMARY, at("2026-09-11 12:00"))) == "2026-09-11 15:30"
    assert wall(end_of_school_day(PRIMARY, at("2026-09-11 16:00"))) == "2026-09-14 15:30"


@pytest.mark.parametrize(
    ("weeks", "due"),
    [(0, "2026-09-11 15:30"), (2, "2026-09-25 15:30"), (6, "2026-10-23 15:30"), (7, "2026-11-03")],
)
def test_a_review_in_weeks_finds_the_school_open(weeks, due):
    assert wall(add_school_weeks(PRIMARY, at("2026-09-11 10:00"), weeks)).startswith(due)


# A break


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-09-11 15:29", False),  # Friday, still in school
        ("2026-09-11 15:30", True),
        ("2026-09-11 23:00", True),
        ("2026-09-13 12:00", True),  # Sunday
        ("2026-09-14 08:44", True),  # Monday, not yet open
        ("2026-09-14 08:45", False),
        ("2026-09-14 16:00", False),  # an ordinary night
        ("2026-09-15 07:00", False),
        ("2026-06-16 15:31", True),  # before a closed Wednesday
        ("2026-10-23 16:00", True),
        ("2026-08-10 12:00", True),
        ("2026-12-18 16:00", True),
    ],
)
def test_a_break_lasts_from_the_last_bell_to_the_next_opening(when, expected):
    assert is_before_break(PRIMARY, at(when)) is expected


@pytest.mark.parametrize(
    ("when", "bell"),
    [
        ("2026-09-11 15:29", "2026-09-11 15:30"),
        ("2026-09-11 15:30", "2026-09-18 15:30"),  # the break after the one that has begun
        ("2026-09-13 12:00", "2026-09-18 15:30"),
        ("2026-09-14 16:00", "2026-09-18 15:30"),  # an ordinary night
        ("2026-06-15 10:00", "2026-06-16 15:30"),  # before a closed Wednesday
        ("2026-10-23 09:00", "2026-10-23 15:30"),
    ],
)
def test_a_break_begins_at_the_last_bell(when, bell):
    assert wall(last_bell_before_break(PRIMARY, at(when))) == bell


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-09-11 10:00", "2026-09-11 15:30", False),
        ("2026-09-11 10:00", "2026-09-11 15:31", True),
        ("2026-09-12 10:00", "2026-09-12 10:01", True),
        ("2026-09-09 16:00", "2026-09-10 10:00", False),
        ("2026-06-16 15:00", "2026-06-18 09:00", True),
    ],
)
def test_time_reaches_a_break_once_the_last_bell_has_gone(start, end, expected):
    assert reaches_break(PRIMARY, at(start), at(end)) is expected


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-09-11 15:00", "2026-09-11 16:00", 30),
        ("2026-09-11 21:30", "2026-09-12 07:30", 60),  # seven to ten, and not by night
        ("2026-09-12 00:00", "2026-09-13 00:00", 15 * 60),
        ("2026-09-14 06:00", "2026-09-14 10:00", 105),  # Monday: until the first bell
        ("2026-09-14 15:00", "2026-09-15 10:00", 0),  # an ordinary night
        ("2026-09-11 15:30", "2026-09-14 08:45", 390 + 2 * 900 + 105),
        # A closed Wednesday.
        ("2026-06-16 10:00", "2026-06-18 10:00", 390 + 900 + 105),
        # Over New Year, and over the clocks' going back.
        ("2026-12-31 12:00", "2027-01-01 12:00", 900),
        ("2026-10-24 12:00", "2026-10-25 12:00", 900),
    ],
)
def test_the_waking_minutes_of_a_break_are_counted(start, end, minutes):
    assert waking_break_minutes_between(PRIMARY, at(start), at(end)) == minutes
    assert waking_break_minutes_between(PRIMARY, at(end), at(start)) == -minutes


def test_a_bell_outside_the_waking_day_takes_nothing_from_it():
    """A school that opens before seven and closes after ten: its breaks are whole days."""
    days = replace(PRIMARY, opens=time(6), closes=time(23))
    friday = at("2026-09-11 12:00")
    assert waking_break_minutes_between(days, friday, at("2026-09-14 12:00")) == 2 * 900


# Working time


@pytest.mark.parametrize(
    ("nation", "start", "count", "due"),
    [
        ("England", "2026-09-08 10:00", 1, "2026-09-09 17:00"),
        ("England", "2026-09-08 10:00", 0, "2026-09-08 17:00"),
        ("England", "2026-09-08 17:00", 0, "2026-09-09 17:00"),
        ("England", "2026-09-12 10:00", 0, "2026-09-14 17:00"),
        ("England", "2026-09-11 18:00", 1, "2026-09-14 17:00"),
        ("England", "2026-08-05 10:00", 3, "2026-08-10 17:00"),  # August counts
        ("England", "2023-05-05 10:00", 1, "2023-05-09 17:00"),
        ("England", "2026-12-24 10:00", 1, "2026-12-29 17:00"),
        ("Scotland", "2026-04-02 10:00", 1, "2026-04-06 17:00"),
        ("England", "2026-04-02 10:00", 1, "2026-04-07 17:00"),
        ("England", "2026-09-08 10:00", 45, "2026-11-10 17:00"),
    ],
)
def test_a_working_day_ends_at_five(nation, start, count, due):
    assert wall(add_working_days(nation, at(start), count)) == due


def test_five_is_by_the_clock_on_the_wall_in_winter_and_summer():
    assert add_working_days("England", at("2026-03-27 10:00"), 1).hour == 16
    assert add_working_days("England", at("2026-10-23 10:00"), 1).hour == 17


def test_the_close_of_working_days_can_be_moved():
    due = add_working_days("England", at("2026-09-08 10:00"), 1, close=time(8, 30))
    assert wall(due) == "2026-09-09 08:30"


def test_working_minutes_pass_in_office_hours_and_not_at_the_weekend():
    friday = at("2026-09-11 17:00")
    monday = at("2026-09-14 10:30")
    assert working_minutes_between("England", friday, monday) == 90
    assert working_minutes_between("England", monday, friday) == -90


# Real time


def test_real_time_takes_no_notice_of_the_clocks_changing():
    assert add_real_minutes(at("2026-03-29 00:30"), 60) == at("2026-03-29 02:30")
    assert add_real_minutes(at("2026-10-25 00:30"), 120) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


def test_real_minutes_count_the_hour_that_comes_twice():
    start = at("2026-10-25 00:30")
    end = at("2026-10-25 02:30")
    assert minutes_between(Calendar.REAL, PRIMARY, start, end) == 180
    once = at("2026-10-25 01:40")
    again = at("2026-10-25 01:30").replace(fold=1)
    assert minutes_between(Calendar.REAL, PRIMARY, once, again) == 50


def test_weeks_end_at_the_same_time_of_day_across_a_change_of_the_clocks():
    assert wall(add_weeks(at("2026-10-20 09:00"), 2)) == "2026-11-03 09:00"
    assert wall(add_weeks(at("2026-03-24 09:00"), 2)) == "2026-04-07 09:00"


def test_a_time_the_clocks_leap_over_is_read_as_an_hour_later():
    assert wall(add_weeks(at("2026-03-22 01:30"), 1)) == "2026-03-29 02:30"


# What is refused

NAIVE = datetime(2026, 9, 8, 10)


@pytest.mark.parametrize(
    "promise",
    [
        lambda: add_school_minutes(PRIMARY, NAIVE, 1),
        lambda: add_school_days(PRIMARY, NAIVE, 1),
        lambda: add_working_days("England", NAIVE, 1),
        lambda: add_real_minutes(NAIVE, 1),
        lambda: add_weeks(NAIVE, 1),
        lambda: school_minutes_between(PRIMARY, NAIVE, NAIVE),
        lambda: minutes_between(Calendar.REAL, PRIMARY, at("2026-09-08 10:00"), NAIVE),
        lambda: is_before_break(PRIMARY, NAIVE),
        lambda: last_bell_before_break(PRIMARY, NAIVE),
        lambda: reaches_break(PRIMARY, at("2026-09-08 10:00"), NAIVE),
        lambda: waking_break_minutes_between(PRIMARY, NAIVE, NAIVE),
    ],
)
def test_a_moment_without_a_time_zone_is_refused(promise):
    with pytest.raises(ValueError, match="without a time zone"):
        promise()


@pytest.mark.parametrize(
    "promise",
    [
        lambda now: add_school_minutes(PRIMARY, now, -1),
        lambda now: add_school_days(PRIMARY, now, -1),
        lambda now: add_school_weeks(PRIMARY, now, -1),
        lambda now: add_working_days("England", now, -1),
        lambda now: add_real_minutes(now, -1),
        lambda now: add_weeks(now, -1),
    ],
)
def test_a_promise_is_never_due_before_it_is_made(promise):
    with pytest.raises(ValueError, match="before it is made"):
        promise(at("2026-09-08 10:00"))
