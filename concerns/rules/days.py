"""This file knows which days count: in school, at work, and in place of a term nobody typed in.

A school day is a weekday of term that is neither a closure nor a bank holiday. A working day is a
weekday that is not a bank holiday of the nation. The bank holidays are those the `holidays` package
knows, offline; one proclaimed since its release is missing until the package is upgraded, or for a
school until a closure is entered.

Where the terms run out - nobody has typed in next year's - working days stand in for school days
(see `_stands_in`), because a promise of a time is worth more than the right time, and nothing here
may stop a concern from being saved. The price is a promise that falls due too early, which somebody
notices; the other mistake, no promise at all, nobody would.

Nothing here reads a database: a school is a `SchoolDays`, made once from its rows. Its days are
worked out once, as ordinals in order, and found by halving and not by walking, so that ten years
cost no more than a week. `calendars.py` does the arithmetic of hours on top.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

from holidays.countries import UnitedKingdom

LONDON = "Europe/London"

# How far apart, in days, two known school days may be before terms between them must be missing.
# The longest holiday of any school is about ten weeks; a year not typed in is longer than a year.
LONGEST_BREAK = 120

# What an office keeps, where working time is measured in hours and not only in days.
OFFICE_OPENS, OFFICE_CLOSES = time(9), time(17)

_SUBDIVISIONS = {"England": "ENG", "Wales": "WLS", "Scotland": "SCT", "Northern Ireland": "NIR"}
NATIONS = tuple(_SUBDIVISIONS)


class NoTermKnown(LookupError):
    """No school day is known after the day asked about: next year's terms have not been entered."""


@dataclass(frozen=True)
class SchoolDays:
    """All that a calendar needs to know of one school. Equal ones share the days worked out.

    `terms` are first and last days, both included; a half-term is the gap between two of them.
    `closures` are training days, snow days and the like. `opens` and `closes` are local; a school
    that would close before it opens is given office hours, for it too must keep its promises.
    """

    nation: str  # "England", "Wales", "Scotland" or "Northern Ireland"
    opens: time
    closes: time
    terms: tuple[tuple[date, date], ...]
    closures: frozenset[date]
    zone: str = LONDON

    @cached_property
    def bells(self) -> tuple[time, time]:
        """The opening bell and the closing bell, the second always later than the first."""
        if self.opens < self.closes:
            return self.opens, self.closes
        return OFFICE_OPENS, OFFICE_CLOSES

    @cached_property
    def length(self) -> timedelta:
        """From bell to bell."""
        opens, closes = self.bells
        return datetime.combine(date.min, closes) - datetime.combine(date.min, opens)


def is_working_day(nation: str, day: date) -> bool:
    """Monday to Friday and not a bank holiday of the nation.

    A nation nobody has heard of keeps only the bank holidays of the whole kingdom, so its clocks
    run early rather than late. Source: the Banking and Financial Dealings Act 1971 and the royal
    proclamations under it, by way of `holidays`.
    """
    return day.weekday() < 5 and day.toordinal() not in _bank_holidays(nation, day.year)


def is_school_day(days: SchoolDays, day: date) -> bool:
    """Known for certain to be a day of school: in term, a working day, and not a closure."""
    ordinal, known = day.toordinal(), _known(days)
    place = bisect_left(known, ordinal)
    return place < len(known) and known[place] == ordinal


def next_school_day(days: SchoolDays, day: date) -> date:
    """The first known school day strictly after `day`. Raises NoTermKnown when the terms run out.

    For showing and for warning; a deadline is never made with this, for it can fail.
    """
    known = _known(days)
    place = bisect_right(known, day.toordinal())
    if place == len(known):
        raise NoTermKnown(f"no school day is known after {day.isoformat()}")
    return date.fromordinal(known[place])


def school_year_of(day: date) -> int:
    """The year a school year began in: 2026 from 1 September 2026 to 31 August 2027.

    `day` is a local date. One rule for all four nations, so that their figures can be laid side by
    side, though schools in Scotland are back in August.
    """
    return day.year if day.month >= 9 else day.year - 1


def nth_after(days: SchoolDays, ordinal: int, count: int) -> int:
    """The `count`-th day (1 or more) strictly after `ordinal` on which school time passes."""
    year = date.fromordinal(ordinal).year
    counted = _counted(days, year)
    place = bisect_right(counted, ordinal) + count - 1
    while place >= len(counted):
        place -= len(counted)
        year += 1
        counted = _counted(days, year)
    return counted[place]


def count_between(days: SchoolDays, first: int, last: int) -> int:
    """How many days of this school's time lie from `first` up to, and not with, `last`."""
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    found = (_counted(days, year) for year in years)
    return sum(bisect_left(counted, last) - bisect_left(counted, first) for counted in found)


@lru_cache(maxsize=16)
def office(nation: str, close: time) -> SchoolDays:
    """A school without a term: working days stand in for all its days. Just what an office is."""
    opens = OFFICE_OPENS if close > OFFICE_OPENS else time.min
    return SchoolDays(nation, opens, close, terms=(), closures=frozenset())


@lru_cache(maxsize=1024)
def _bank_holidays(nation: str, year: int) -> frozenset[int]:
    found = UnitedKingdom(subdiv=_SUBDIVISIONS.get(nation), years=year, expand=False)
    return frozenset(day.toordinal() for day in found)


@lru_cache(maxsize=256)
def _known(days: SchoolDays) -> tuple[int, ...]:
    """Every day known to be a school day, in order."""
    in_term = {
        ordinal
        for first, last in days.terms
        for ordinal in range(first.toordinal(), last.toordinal() + 1)
    }
    return tuple(sorted(ordinal for ordinal in in_term if _open_for_work(days, ordinal)))


def _open_for_work(days: SchoolDays, ordinal: int) -> bool:
    day = date.fromordinal(ordinal)
    return is_working_day(days.nation, day) and day not in days.closures


@lru_cache(maxsize=2048)
def _counted(days: SchoolDays, year: int) -> tuple[int, ...]:
    """The days of a calendar year on which this school's time passes, in order."""
    known = _known(days)
    whole_year = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    certain = known[bisect_left(known, whole_year[0]) : bisect_right(known, whole_year[-1])]
    stand_ins = [
        ordinal
        for ordinal in whole_year
        if _stands_in(known, ordinal) and _open_for_work(days, ordinal)
    ]
    return tuple(sorted({*certain, *stand_ins}))


def _stands_in(known: tuple[int, ...], ordinal: int) -> bool:
    """Whether a working day must do for a school day, the terms around it being unknown.

    So it is after the last known school day, where the next is more than LONGEST_BREAK away, and
    all through a gap between two that is longer than any holiday.
    """
    place = bisect_left(known, ordinal)
    if place == len(known):
        return True
    before = known[place - 1] if place else ordinal
    return known[place] - before > LONGEST_BREAK
