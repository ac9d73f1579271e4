"""Tests for by when a child who is taught elsewhere is reviewed, and what is refused."""

from datetime import date, time, timedelta

import pytest

from concerns.rules import education_elsewhere as rules
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.school_days import SchoolDays

TERMS = ((date(2026, 9, 1), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)))
DAYS = SchoolDays("England", time(8, 45), time(15, 30), TERMS, frozenset())
IN_TERM = date(2026, 11, 10)
SOON = IN_TERM + timedelta(days=5)


@pytest.mark.parametrize(
    ("today", "ends", "latest"),
    [
        (IN_TERM, None, date(2026, 12, 18)),
        (date(2026, 10, 28), None, date(2026, 12, 18)),
        (date(2026, 12, 18), None, date(2027, 2, 12)),
        (IN_TERM, SOON, SOON),
        (IN_TERM, IN_TERM, date(2026, 12, 18)),
    ],
)
def test_it_is_reviewed_each_half_term_and_on_its_planned_end(today, ends, latest):
    assert rules.latest_elsewhere_review_day(DAYS, today, ends) == latest


def test_what_is_refused():
    part = StatusKind.PART_TIME
    assert rules.find_elsewhere_dates_fault(part, None, None, IN_TERM) == rules.PART_TIME_NEEDS_END
    assert not rules.find_elsewhere_dates_fault(StatusKind.OFF_SITE, None, None, IN_TERM)
    assert (
        rules.find_elsewhere_dates_fault(part, None, IN_TERM, IN_TERM) == rules.PLANNED_END_PASSED
    )
    assert (
        rules.find_elsewhere_dates_fault(part, date(2027, 1, 1), SOON, IN_TERM)
        == rules.PLANNED_END_BEFORE_BEGIN
    )
    assert not rules.find_elsewhere_dates_fault(part, IN_TERM, SOON, IN_TERM)
    assert (
        rules.find_elsewhere_review_fault(DAYS, IN_TERM, None, IN_TERM) == rules.REVIEW_NOT_TO_COME
    )
    assert "18" in rules.find_elsewhere_review_fault(DAYS, IN_TERM, None, date(2027, 1, 8))
    assert not rules.find_elsewhere_review_fault(DAYS, IN_TERM, None, SOON)
    assert not rules.may_status_go_on(part, IN_TERM, IN_TERM)
    assert rules.may_status_go_on(StatusKind.ALTERNATIVE, IN_TERM, IN_TERM)
