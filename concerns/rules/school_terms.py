"""The three terms of a school year, for figures: which there are, and when each begins and ends.

A school enters its terms as runs of school days between holidays, half-terms included. For figures
they make three: autumn, spring and summer. A term lasts until the next one begins, so that what
comes in during a holiday counts too and the three together are the school year, which begins on 1
September as everywhere in `reporting_periods.py`.
"""

from datetime import date, datetime

from concerns.rules import reporting_periods
from concerns.rules.school_days import SchoolDays
from concerns.rules.words import Choice


class SchoolTerm(Choice):
    AUTUMN = "autumn", "Autumn term"
    SPRING = "spring", "Spring term"
    SUMMER = "summer", "Summer term"


# The months in which the runs of school days of a term begin, and the day on which it is taken to
# begin if none is entered. No school in the United Kingdom begins its spring term later than
# January or its summer term before April, whenever Easter is.
_BEGINS: dict[SchoolTerm, tuple[tuple[int, ...], int]] = {
    SchoolTerm.SPRING: ((1, 2, 3), 1),
    SchoolTerm.SUMMER: ((4, 5, 6, 7), 4),
}


def first_day_of_term(days: SchoolDays, year: int, term: SchoolTerm) -> date:
    """The first local day of `term` in the school year that begins in `year`.

    1 September for the autumn term. Otherwise the first day of the first run of school days that
    begins in the term's months; 1 January or 1 April if none is entered.
    """
    if term is SchoolTerm.AUTUMN:
        return date(year, 9, 1)
    months, otherwise = _BEGINS[term]
    firsts = [first for first, _ in days.terms if first.year == year + 1 and first.month in months]
    return min(firsts, default=date(year + 1, otherwise, 1))


def term_bounds(days: SchoolDays, year: int, term: SchoolTerm) -> tuple[datetime, datetime]:
    """The start and end, in UTC, of `term`; it ends where the next one starts."""
    start = first_day_of_term(days, year, term)
    if term is SchoolTerm.SUMMER:
        end = date(year + 1, 9, 1)
    else:
        following = {SchoolTerm.AUTUMN: SchoolTerm.SPRING, SchoolTerm.SPRING: SchoolTerm.SUMMER}
        end = first_day_of_term(days, year, following[term])
    midnight = reporting_periods.local_midnight
    return midnight(days, start), midnight(days, end)


def term_before(year: int, term: SchoolTerm) -> tuple[int, SchoolTerm]:
    """The school year and the term before `term` of the school year that begins in `year`."""
    terms = list(SchoolTerm)
    place = terms.index(term)
    return (year, terms[place - 1]) if place else (year - 1, SchoolTerm.SUMMER)


def terms_begun(days: SchoolDays, year: int, today: date) -> list[SchoolTerm]:
    """The terms of the school year that have begun by `today`; the first one in any case."""
    begun = [term for term in SchoolTerm if first_day_of_term(days, year, term) <= today]
    return begun or [SchoolTerm.AUTUMN]


def months_of_term(days: SchoolDays, year: int, term: SchoolTerm, today: date) -> list[date]:
    """The first day of each month that has a day of `term`. Months after `today` are left out, but
    if none has begun the first one is given."""
    start, end = term_bounds(days, year, term)
    months = [
        first
        for first in reporting_periods.months_of_school_year(year, max(today, date(year + 1, 9, 1)))
        if _overlaps(reporting_periods.month_bounds(days, first), start, end)
    ]
    return [first for first in months if first <= today] or months[:1]


def _overlaps(bounds: tuple[datetime, datetime], start: datetime, end: datetime) -> bool:
    return bounds[0] < end and start < bounds[1]


def term_in_words(year: int, term: SchoolTerm) -> str:
    """Such as "Spring term 2027", for the school year that begins in 2026."""
    return f"{term.label} {year if term is SchoolTerm.AUTUMN else year + 1}"
