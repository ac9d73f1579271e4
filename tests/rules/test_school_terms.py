"""Tests of the three terms of a school year: they follow each other and make the year."""

from datetime import date

import pytest

from concerns.rules import reporting_periods, school_terms
from concerns.rules.school_terms import SchoolTerm
from tests.rules.schools import FORGETFUL, HIGHLAND, PRIMARY, UNTOLD

AUTUMN, SPRING, SUMMER = SchoolTerm


@pytest.mark.parametrize(
    ("days", "term", "first"),
    [
        (PRIMARY, AUTUMN, date(2026, 9, 1)),
        (PRIMARY, SPRING, date(2027, 1, 4)),
        (PRIMARY, SUMMER, date(2027, 4, 12)),
        (HIGHLAND, AUTUMN, date(2026, 9, 1)),
        (UNTOLD, SPRING, date(2027, 1, 1)),
        (UNTOLD, SUMMER, date(2027, 4, 1)),
    ],
)
def test_a_term_begins_with_the_first_school_day_after_the_long_holiday(days, term, first):
    assert school_terms.first_day_of_term(days, 2026, term) == first


@pytest.mark.parametrize("days", [PRIMARY, HIGHLAND, FORGETFUL, UNTOLD])
def test_the_three_terms_follow_each_other_and_are_the_school_year(days):
    for year in (2025, 2026, 2030):
        bounds = [school_terms.term_bounds(days, year, term) for term in SchoolTerm]
        assert bounds[0][1] == bounds[1][0]
        assert bounds[1][1] == bounds[2][0]
        whole = (bounds[0][0], bounds[2][1])
        assert whole == reporting_periods.school_year_bounds(days, year)


def test_before_the_autumn_term_was_the_summer_term_of_the_year_before():
    assert school_terms.term_before(2026, SUMMER) == (2026, SPRING)
    assert school_terms.term_before(2026, AUTUMN) == (2025, SUMMER)


def test_terms_that_have_not_begun_are_left_out_but_never_all():
    assert school_terms.terms_begun(PRIMARY, 2026, date(2027, 1, 3)) == [AUTUMN]
    assert school_terms.terms_begun(PRIMARY, 2026, date(2027, 1, 4)) == [AUTUMN, SPRING]
    assert school_terms.terms_begun(PRIMARY, 2026, date(2026, 8, 1)) == [AUTUMN]


def test_the_months_of_a_term_are_those_it_has_a_day_in_as_far_as_today():
    def months(term, today):
        found = school_terms.months_of_term(PRIMARY, 2026, term, today)
        return [f"{first:%b}" for first in found]

    assert months(AUTUMN, date(2027, 9, 1)) == ["Sep", "Oct", "Nov", "Dec", "Jan"]
    assert months(SPRING, date(2027, 9, 1)) == ["Jan", "Feb", "Mar", "Apr"]
    assert months(SUMMER, date(2027, 6, 1)) == ["Apr", "May", "Jun"]
    assert months(SUMMER, date(2026, 6, 1)) == ["Apr"]


def test_a_term_is_named_with_its_own_year():
    assert school_terms.term_in_words(2026, AUTUMN) == "Autumn term 2026"
    assert school_terms.term_in_words(2026, SPRING) == "Spring term 2027"
