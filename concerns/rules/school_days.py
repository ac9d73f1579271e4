"""Which days are school days and working days, and which are counted if no term is known.

A school day is a weekday in term that is neither a closure nor a bank holiday. A working day is a
weekday that is not a bank holiday of the nation. Bank holidays come from the `holidays` package,
offline (`bank_holidays.py`). One proclaimed since that package's release is missing until the
package is upgraded; a school can enter a closure meanwhile.

If nobody has entered next year's terms, working days are counted in place of school days (see
`_is_stand_in_day`). An approximate deadline is better than none, and nothing here may stop a
concern from being saved. Such a deadline may be too early, which somebody notices; nobody would
notice a missing one.

Nothing here reads the database: a school is a `SchoolDays`, made once from its rows. Its days are
computed once, as sorted ordinals (`date.toordinal`), and found by binary search, so ten years cost
no more than a week. Hours and minutes are in `calendars.py`.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

from concerns.rules.bank_holidays import bank_holidays_of_year

LONDON = "Europe/London"

# If two known school days are further apart than this, in days, a term between them is missing. The
# longest holiday of any school is about ten weeks; a year that was not entered leaves a longer gap.
LONGEST_BREAK = 120

# Office hours, for working time that is measured in hours and not only in days.
OFFICE_OPENS = time(9)
OFFICE_CLOSES = time(17)


class NoTermKnown(LookupError):
    """No school day is known after the given day: next year's terms have not been entered."""


@dataclass(frozen=True)
class SchoolDays:
    """All that the calendar functions need to know of one school. Equal ones share a cache.

    `terms` are pairs of first and last day, both included; a half-term holiday is the gap between
    two terms. `closures` are training days, snow days and the like. `opens` and `closes` are local
    times of `zone`. If they are entered the wrong way round, office hours are used, because such a
    school needs deadlines too.
    """

    nation: str  # "England", "Wales", "Scotland" or "Northern Ireland"
    opens: time
    closes: time
    terms: tuple[tuple[date, date], ...]
    closures: frozenset[date]
    zone: str = LONDON

    @cached_property
    def bell_times(self) -> tuple[time, time]:
        """The local times of the opening and the closing bell; the second is always later."""
        if self.opens < self.closes:
            return self.opens, self.closes
        return OFFICE_OPENS, OFFICE_CLOSES

    @cached_property
    def school_day_length(self) -> timedelta:
        """The time from the opening bell to the closing bell."""
        opens, closes = self.bell_times
        return datetime.combine(date.min, closes) - datetime.combine(date.min, opens)


def is_working_day(nation: str, day: date) -> bool:
    """Whether `day` is Monday to Friday and not a bank holiday of `nation`.

    `nation` is one of `bank_holidays.NATIONS`. An unknown nation has only the bank holidays of the
    whole United Kingdom, so that its deadlines are early rather than late. Source: the Banking and
    Financial Dealings Act 1971 and the royal proclamations under it, through the package `holidays`
    (`bank_holidays.py`).
    """
    return day.weekday() < 5 and day.toordinal() not in _bank_holidays(nation, day.year)


def is_school_day(days: SchoolDays, day: date) -> bool:
    """Whether `day` is known to be a school day: in term, a working day and not a closure."""
    ordinal = day.toordinal()
    known = _known_school_days(days)
    place = bisect_left(known, ordinal)
    return place < len(known) and known[place] == ordinal


def next_school_day(days: SchoolDays, day: date) -> date:
    """The first known school day strictly after `day`; raises NoTermKnown if there is none.

    For display and warnings only. Never use it for a deadline, because it can fail.
    """
    known = _known_school_days(days)
    place = bisect_right(known, day.toordinal())
    if place == len(known):
        raise NoTermKnown(f"no school day is known after {day.isoformat()}")
    return date.fromordinal(known[place])


def school_year_of(day: date) -> int:
    """The year in which the school year of `day` began.

    For example 2026 from 1 September 2026 to 31 August 2027. `day` is a local date. The rule is the
    same for all four nations, so that their figures can be compared, although schools in Scotland
    begin in August.
    """
    return day.year if day.month >= 9 else day.year - 1


def nth_counted_day_after(days: SchoolDays, ordinal: int, count: int) -> int:
    """The ordinal of the `count`-th counted day (1 or more) strictly after `ordinal`.

    Counted days are school days, and the working days that stand in for them.
    """
    year = date.fromordinal(ordinal).year
    counted = _counted_days_in_year(days, year)
    place = bisect_right(counted, ordinal) + count - 1
    while place >= len(counted):
        place -= len(counted)
        year += 1
        counted = _counted_days_in_year(days, year)
    return counted[place]


def count_days_between(days: SchoolDays, first: int, last: int) -> int:
    """The number of counted days from the ordinal `first` up to, but not including, `last`."""
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    found = (_counted_days_in_year(days, year) for year in years)
    return sum(bisect_left(counted, last) - bisect_left(counted, first) for counted in found)


@lru_cache(maxsize=16)
def office_school_days(nation: str, close: time) -> SchoolDays:
    """An office as a `SchoolDays`: it has no terms, so every working day is counted.

    `close` is the local time at which the office closes.
    """
    opens = OFFICE_OPENS if close > OFFICE_OPENS else time.min
    return SchoolDays(nation, opens, close, terms=(), closures=frozenset())


@lru_cache(maxsize=1024)
def _bank_holidays(nation: str, year: int) -> frozenset[int]:
    return bank_holidays_of_year(nation, year)


@lru_cache(maxsize=256)
def _known_school_days(days: SchoolDays) -> tuple[int, ...]:
    """The ordinals of all days known to be school days, in order."""
    in_term = {
        ordinal
        for first, last in days.terms
        for ordinal in range(first.toordinal(), last.toordinal() + 1)
    }
    return tuple(sorted(ordinal for ordinal in in_term if _is_open_working_day(days, ordinal)))


def _is_open_working_day(days: SchoolDays, ordinal: int) -> bool:
    day = date.fromordinal(ordinal)
    return is_working_day(days.nation, day) and day not in days.closures


@lru_cache(maxsize=2048)
def _counted_days_in_year(days: SchoolDays, year: int) -> tuple[int, ...]:
    """The ordinals of the counted days of a calendar year, in order."""
    known = _known_school_days(days)
    whole_year = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    certain = known[bisect_left(known, whole_year[0]) : bisect_right(known, whole_year[-1])]
    stand_ins = [
        ordinal
        for ordinal in whole_year
        if _is_stand_in_day(known, ordinal) and _is_open_working_day(days, ordinal)
    ]
    return tuple(sorted({*certain, *stand_ins}))


def _is_stand_in_day(known: tuple[int, ...], ordinal: int) -> bool:
    """Whether a working day counts in place of a school day, because the terms are unknown.

    That is so after the last known school day, and all through a gap between two known school days
    that is longer than LONGEST_BREAK.
    """
    place = bisect_left(known, ordinal)
    if place == len(known):
        return True
    before = known[place - 1] if place else ordinal
    return known[place] - before > LONGEST_BREAK
