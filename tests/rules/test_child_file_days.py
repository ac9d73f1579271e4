"""Tests for the days on which a line of a child's file may begin and end."""

from datetime import date

import pytest

from concerns.rules.child_file_days import DAY_AHEAD, ENDS_BEFORE_BEGIN, find_ending_fault

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)


@pytest.mark.parametrize(
    ("since", "until", "fault"),
    [
        (MONDAY, TUESDAY, ""),
        (TUESDAY, TUESDAY, ""),
        (None, MONDAY, ""),
        (MONDAY, None, ""),
        (TUESDAY, MONDAY, ENDS_BEFORE_BEGIN),
        (None, WEDNESDAY, DAY_AHEAD),
    ],
)
def test_a_line_ends_on_a_day_that_has_come_and_not_before_it_began(since, until, fault):
    assert find_ending_fault(since, until, today=TUESDAY) == fault
