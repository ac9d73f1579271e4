"""Tests for how time gone by is measured and put into words in each of the three calendars."""

from datetime import time

import pytest

from concerns.rules.calendars import Calendar, duration_in_words, minutes_between
from concerns.rules.school_days import SchoolDays
from tests.rules.schools import HIGHLAND, PRIMARY, at


@pytest.mark.parametrize(
    ("calendar", "minutes"),
    [(Calendar.SCHOOL, 15), (Calendar.WORKING, 15), (Calendar.REAL, 24 * 60)],
)
def test_each_calendar_measures_the_same_night_its_own_way(calendar, minutes):
    start = at("2026-09-08 09:00")
    end = at("2026-09-09 09:00")
    full = {Calendar.SCHOOL: 390, Calendar.WORKING: 465, Calendar.REAL: 0}[calendar]
    assert minutes_between(calendar, PRIMARY, start, end) == full + minutes
    assert minutes_between(calendar, PRIMARY, end, start) == -full - minutes


@pytest.mark.parametrize(
    ("minutes", "calendar", "words"),
    [
        (0, Calendar.SCHOOL, "less than a minute"),
        (1, Calendar.SCHOOL, "1 school minute"),
        (40, Calendar.SCHOOL, "40 school minutes"),
        (40, Calendar.REAL, "40 minutes"),
        (60, Calendar.SCHOOL, "1 school hour"),
        (179, Calendar.SCHOOL, "2 school hours"),
        (404, Calendar.SCHOOL, "6 school hours"),
        (405, Calendar.SCHOOL, "1 school day"),
        (3 * 405, Calendar.SCHOOL, "3 school days"),
        (-120, Calendar.SCHOOL, "2 school hours"),
        (59, Calendar.WORKING, "59 working minutes"),
        (120, Calendar.WORKING, "2 working hours"),
        (480, Calendar.WORKING, "1 working day"),
        (960, Calendar.WORKING, "2 working days"),
        (60, Calendar.REAL, "1 hour"),
        (1439, Calendar.REAL, "23 hours"),
        (1440, Calendar.REAL, "1 day"),
        (2880, Calendar.REAL, "2 days"),
    ],
)
def test_time_is_said_in_the_largest_whole_unit(minutes, calendar, words):
    assert duration_in_words(minutes, calendar) == words


def test_a_school_day_is_as_long_as_the_schools_own():
    assert duration_in_words(360, Calendar.SCHOOL, HIGHLAND) == "1 school day"
    assert duration_in_words(360, Calendar.SCHOOL, PRIMARY) == "6 school hours"


def test_a_school_open_for_half_an_hour_has_days_shorter_than_an_hour():
    days = SchoolDays("England", time(9), time(9, 30), (), frozenset())
    assert duration_in_words(29, Calendar.SCHOOL, days) == "29 school minutes"
    assert duration_in_words(30, Calendar.SCHOOL, days) == "1 school day"
