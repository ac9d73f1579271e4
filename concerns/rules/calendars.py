"""This file knows what a promise of time comes to: in school hours, in working days, on the clock.

Three calendars. SCHOOL time passes only while the school is open, from the opening bell to the
closing bell of a school day. WORKING time passes on every weekday that is not a bank holiday of the
school's nation, August included. REAL time is the clock on the wall. Staff cannot be late in
August; a council can; a child in danger waits for neither.

Every clock gives a time, even where no term is known: `days.py` says what then stands in, and why.
Only what could not be a promise at all is refused: a moment without a time zone, or a count below
nought.

Moments are aware datetimes; what comes back is in UTC. Bells are local and kept by local clocks, so
a school opens at 08:45 in winter and in summer alike. The clocks change at one on a Sunday morning,
when no school is open, so every school day is as long as every other. At the closing bell, to the
second, school is out.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from concerns.rules.days import (
    LONDON,
    OFFICE_CLOSES,
    NoTermKnown,
    SchoolDays,
    count_between,
    is_school_day,
    is_working_day,
    next_school_day,
    nth_after,
    office,
    school_year_of,
)

__all__ = [
    "Calendar",
    "NoTermKnown",
    "SchoolDays",
    "add_real",
    "add_school_days",
    "add_school_minutes",
    "add_school_weeks",
    "add_weeks",
    "add_working_days",
    "before_a_break",
    "end_of_school_day",
    "in_words",
    "is_school_day",
    "is_working_day",
    "minutes_between",
    "next_school_day",
    "school_minutes_between",
    "school_year_of",
    "working_minutes_between",
]

_MINUTE = timedelta(minutes=1)


class Calendar(StrEnum):
    """Which time a promise is counted in."""

    SCHOOL = "school"
    WORKING = "working"
    REAL = "real"


# School time


def add_school_minutes(days: SchoolDays, start: datetime, minutes: int) -> datetime:
    """The moment, in UTC, by which `minutes` of school time have passed since `start`.

    Out of school the count begins at the next opening bell; what is used up exactly at a closing
    bell is due at that bell and not the next morning. Always gives a time; working days stand in
    where no term is known. Raises ValueError for a naive `start` or for less than no minutes.
    """
    _not_negative(minutes)
    day, spent = _place(days, start)
    whole, rest = divmod(spent + minutes * _MINUTE, days.length)
    if whole and not rest:
        whole, rest = whole - 1, days.length
    return _moment(days, nth_after(days, day - 1, whole + 1), rest)


def add_school_days(days: SchoolDays, start: datetime, count: int) -> datetime:
    """The closing bell, in UTC, of the `count`-th school day after the local day of `start`.

    With a count of 0, today's closing bell, or the next school day's where school is out already.
    Always gives a time; working days stand in where no term is known. Raises ValueError for a naive
    `start` or for less than no days.
    """
    _not_negative(count)
    if count == 0:
        day, _ = _place(days, start)
    else:
        day = nth_after(days, _local(start, days.zone).toordinal(), count)
    return _moment(days, day, days.length)


def add_school_weeks(days: SchoolDays, start: datetime, weeks: int) -> datetime:
    """The closing bell, in UTC, of the day `weeks` weeks on, or of the next school day after that.

    For a review "in six weeks" that must find the school open. Raises as `add_school_days`.
    """
    return end_of_school_day(days, add_weeks(start, weeks, days.zone))


def end_of_school_day(days: SchoolDays, when: datetime) -> datetime:
    """Today's closing bell, in UTC, or the next school day's where school is out already."""
    return add_school_days(days, when, 0)


def school_minutes_between(days: SchoolDays, start: datetime, end: datetime) -> int:
    """Whole minutes of school time from `start` to `end`; below nought where `end` comes first.

    Exactly undoes `add_school_minutes`. Raises ValueError for a naive moment.
    """
    start, end = _utc(start), _utc(end)
    if end < start:
        return -school_minutes_between(days, end, start)
    first, spent_first = _placed(days, start)
    last, spent_last = _placed(days, end)
    passed = count_between(days, first, last) * days.length + spent_last - spent_first
    return passed // _MINUTE


def look_again(days: SchoolDays, today: date, number: int) -> date:
    """When a picture is looked at again unless somebody says another day: in the first school week
    of the next half-term that begins two weeks on or later; six weeks on where none is known.

    `number` is any number of the thing's own: it spreads them over the days of that week, or all
    that a half-term added to pictures would fall due on one morning.
    """
    soon, late = today + timedelta(weeks=2), today + timedelta(weeks=16)
    begins = min((first for first, _ in days.terms if soon <= first <= late), default=None)
    start = begins or today + timedelta(weeks=6)
    near = (start + timedelta(days=after) for after in range(14))
    week = [day for day in near if is_school_day(days, day)][:5] or [start]
    return week[number % len(week)]


def before_a_break(days: SchoolDays, when: datetime) -> bool:
    """Whether school is out at `when` and a whole day without school stands before or around it.

    True from the last bell before a weekend, a holiday or a single day's closure until the next
    opening bell: the stretch in which two school hours could mean three days, and a first look is
    owed in real hours instead. False while school is open, and on an ordinary night of term.
    """
    wall = _local(when, days.zone)
    day, _ = _place(days, when)
    if day == wall.toordinal() and wall.time() >= days.bells[0]:
        return False
    return nth_after(days, day - 2, 1) == day


# Working time


def add_working_days(
    nation: str, start: datetime, count: int, close: time = OFFICE_CLOSES
) -> datetime:
    """`close`, London time, of the `count`-th working day after the local day of `start`, in UTC.

    With a count of 0, the same day's close, or the next working day's where it is past or the day
    is not one. For what guidance gives in working days: an authority's answer, a report to the
    LADO. Raises ValueError for a naive `start` or for less than no days.
    """
    return add_school_days(office(nation, close), start, count)


def working_minutes_between(nation: str, start: datetime, end: datetime) -> int:
    """Whole minutes of office time (09:00 to 17:00 on working days) from `start` to `end`.

    Below nought where `end` comes first. Raises ValueError for a naive moment.
    """
    return school_minutes_between(office(nation, OFFICE_CLOSES), start, end)


# Real time


def add_real(start: datetime, minutes: int) -> datetime:
    """`minutes` later by the clock that never stops, in UTC. Raises as `add_school_minutes`."""
    _not_negative(minutes)
    return _utc(start) + minutes * _MINUTE


def add_weeks(start: datetime, weeks: int, zone: str = LONDON) -> datetime:
    """The same local time of day, `weeks` weeks on, in UTC, whatever the clocks did in between.

    A local time the clocks leap over is read as an hour later; one that comes twice is its first.
    Raises ValueError for a naive `start` or for less than no weeks.
    """
    _not_negative(weeks)
    later = _local(start, zone) + timedelta(weeks=weeks)
    return later.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Saying it


def minutes_between(calendar: Calendar, days: SchoolDays, start: datetime, end: datetime) -> int:
    """Whole minutes from `start` to `end` in the calendar named, for `in_words` to say."""
    if calendar == Calendar.SCHOOL:
        return school_minutes_between(days, start, end)
    if calendar == Calendar.WORKING:
        return working_minutes_between(days.nation, start, end)
    if _utc(end) < _utc(start):
        return -minutes_between(calendar, days, end, start)
    return (_utc(end) - _utc(start)) // _MINUTE


def in_words(minutes: int, calendar: Calendar, days: SchoolDays | None = None) -> str:
    """How late, or how long waited: "40 minutes", "2 school hours", "1 working day".

    Only whole units, the largest that fits, rounded down: "2 school hours" have truly gone by. A
    day is as long as its calendar's: `days`' own from bell to bell (an ordinary 6 hours 45 where
    none is given), 8 office hours, or 24. Whether it is time gone or time left is for the caller to
    say, so the sign is not spoken.
    """
    minutes = abs(minutes)
    kind = {Calendar.SCHOOL: "school ", Calendar.WORKING: "working "}.get(calendar, "")
    day = day_minutes(calendar, days)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60 and minutes < day:
        return _plural(minutes, "minute")
    if minutes < day:
        return _plural(minutes // 60, f"{kind}hour")
    return _plural(minutes // day, f"{kind}day")


def day_minutes(calendar: Calendar, days: SchoolDays | None = None) -> int:
    """How long a day of `calendar` is, in minutes that run in it: from bell to bell (an ordinary
    6 hours 45 where no school is given), 8 office hours, or 24."""
    if calendar == Calendar.SCHOOL:
        return days.length // _MINUTE if days else 405
    return 480 if calendar == Calendar.WORKING else 1440


def _plural(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


# Where a moment falls


def _place(days: SchoolDays, when: datetime) -> tuple[int, timedelta]:
    """The school day `when` falls in and how far into it; out of school, the next one's opening."""
    return _placed(days, _utc(when))


@lru_cache(maxsize=512)
def _placed(days: SchoolDays, when: datetime) -> tuple[int, timedelta]:
    """`when` in UTC. A list asks for the same moments again and again, and for now in every row."""
    opens, closes = days.bells
    wall = _local(when, days.zone)
    today = wall.toordinal()
    if wall.time() >= closes:
        return nth_after(days, today, 1), timedelta()
    day = nth_after(days, today - 1, 1)
    if day > today or wall.time() <= opens:
        return day, timedelta()
    return day, wall - datetime.combine(wall, opens)


def _moment(days: SchoolDays, ordinal: int, spent: timedelta) -> datetime:
    """So far into the school day of that ordinal, as a moment in UTC."""
    wall = datetime.combine(date.fromordinal(ordinal), days.bells[0]) + spent
    return wall.replace(tzinfo=ZoneInfo(days.zone)).astimezone(UTC)


def _local(when: datetime, zone: str) -> datetime:
    """What the clock on the wall says, without its zone, so that days can be counted by it."""
    return _utc(when).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _utc(when: datetime) -> datetime:
    """In UTC: Python compares two moments of one zone by the wall, an hour out in October."""
    if when.tzinfo is None:
        raise ValueError("a moment without a time zone could be any of several")
    return when.astimezone(UTC)


def _not_negative(count: int) -> None:
    if count < 0:
        raise ValueError("a promise cannot be due before it is made")
