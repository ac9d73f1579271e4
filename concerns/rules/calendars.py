"""Date arithmetic for deadlines, in school time, in working days and in real time.

There are three calendars. SCHOOL time passes only while the school is open, from the opening bell
to the closing bell of a school day. WORKING time passes on every weekday that is not a bank holiday
of the school's nation, August included. REAL time passes always. So staff cannot be late in August,
a council can, and a child in danger waits for neither.

Every function that makes a deadline gives a time, even if no term is known: `school_days.py` says
which days are then counted, and why. Only two arguments are refused, with ValueError: a moment
without a time zone and a negative count.

Moments are aware datetimes, and results are in UTC. Bells are in local time, so a school opens at
08:45 in winter and in summer alike. Summer time begins and ends at one on a Sunday morning, when no
school is open, so all days of a school are equally long. School is out from the exact second of the
closing bell.

A break is the time from the last closing bell before a weekend, a closure or a holiday until the
next opening bell. What may not wait for the end of a break is counted in it too, but only by day:
from `WAKING_FROM` to `WAKING_UNTIL`.

Which days count is decided in `school_days.py`, and how long each step may take in `clocks.py`.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from concerns.rules.school_days import (
    LONDON,
    OFFICE_CLOSES,
    NoTermKnown,
    SchoolDays,
    count_days_between,
    is_school_day,
    is_working_day,
    next_school_day,
    nth_counted_day_after,
    office_school_days,
    school_year_of,
)

__all__ = [
    "Calendar",
    "NoTermKnown",
    "SchoolDays",
    "add_real_minutes",
    "add_school_days",
    "add_school_minutes",
    "add_school_weeks",
    "add_weeks",
    "add_working_days",
    "duration_in_words",
    "end_of_school_day",
    "is_before_break",
    "is_school_day",
    "is_working_day",
    "last_bell_before_break",
    "minutes_between",
    "next_school_day",
    "reaches_break",
    "school_minutes_between",
    "school_year_of",
    "waking_break_minutes_between",
    "working_minutes_between",
]

_MINUTE = timedelta(minutes=1)

# The waking day, in local time: the hours of a break in which people are asked one after another.
# By night nobody reads mail, so a step would climb past everybody by morning and nobody would have
# had the time to act.
WAKING_FROM = time(7)
WAKING_UNTIL = time(22)


class Calendar(StrEnum):
    """The calendar that a deadline is counted in."""

    SCHOOL = "school"
    WORKING = "working"
    REAL = "real"


# School time


def add_school_minutes(days: SchoolDays, start: datetime, minutes: int) -> datetime:
    """The moment, in UTC, by which `minutes` of school time have passed since `start`.

    Outside school time the count begins at the next opening bell. If the minutes end exactly at a
    closing bell, the result is that bell and not the next morning. Always gives a time: working
    days are counted if no term is known. Raises ValueError for a naive `start` or negative
    `minutes`.
    """
    _refuse_negative(minutes)
    day, spent = _locate_in_school_time(days, start)
    whole, rest = divmod(spent + minutes * _MINUTE, days.school_day_length)
    if whole and not rest:
        whole = whole - 1
        rest = days.school_day_length
    return _moment_in_school_day(days, nth_counted_day_after(days, day - 1, whole + 1), rest)


def add_school_days(days: SchoolDays, start: datetime, count: int) -> datetime:
    """The closing bell, in UTC, of the `count`-th school day after the local day of `start`.

    With a count of 0: today's closing bell, or the next school day's if school is already out.
    Always gives a time: working days are counted if no term is known. Raises ValueError for a naive
    `start` or a negative `count`.
    """
    _refuse_negative(count)
    if count == 0:
        day, _ = _locate_in_school_time(days, start)
    else:
        day = nth_counted_day_after(days, _local_wall_time(start, days.zone).toordinal(), count)
    return _moment_in_school_day(days, day, days.school_day_length)


def add_school_weeks(days: SchoolDays, start: datetime, weeks: int) -> datetime:
    """The closing bell, in UTC, of the day `weeks` calendar weeks after `start`.

    If that day is not a school day, the closing bell of the next one: a review "in six weeks" must
    fall on a day when the school is open. Raises ValueError for a naive `start` or negative
    `weeks`.
    """
    return end_of_school_day(days, add_weeks(start, weeks, days.zone))


def end_of_school_day(days: SchoolDays, when: datetime) -> datetime:
    """Today's closing bell, in UTC, or the next school day's if school is already out.

    Raises ValueError for a naive `when`.
    """
    return add_school_days(days, when, 0)


def school_minutes_between(days: SchoolDays, start: datetime, end: datetime) -> int:
    """Whole minutes of school time from `start` to `end`; negative if `end` comes first.

    The exact inverse of `add_school_minutes`. Raises ValueError for a naive moment.
    """
    start = _convert_to_utc(start)
    end = _convert_to_utc(end)
    if end < start:
        return -school_minutes_between(days, end, start)
    first, spent_first = _locate_utc_moment(days, start)
    last, spent_last = _locate_utc_moment(days, end)
    passed = (
        count_days_between(days, first, last) * days.school_day_length + spent_last - spent_first
    )
    return passed // _MINUTE


def picture_review_day(days: SchoolDays, today: date, number: int) -> date:
    """The default day, local, to look again at a concern that is kept with a child's picture.

    It is in the first school week of the next half-term that begins two to sixteen weeks after
    `today`; if none is known, six weeks after `today` or in the days that follow. `number` is any
    number of the concern's own, such as its primary key: it spreads the concerns over the days of
    that week. Without it, all concerns kept in one half-term would fall due on one morning.
    """
    soon = today + timedelta(weeks=2)
    late = today + timedelta(weeks=16)
    begins = min((first for first, _ in days.terms if soon <= first <= late), default=None)
    start = begins or today + timedelta(weeks=6)
    near = (start + timedelta(days=after) for after in range(14))
    week = [day for day in near if is_school_day(days, day)][:5] or [start]
    return week[number % len(week)]


def is_before_break(days: SchoolDays, when: datetime) -> bool:
    """Whether school is out at `when`, for a time that includes at least one whole day.

    True from the closing bell before a weekend, a holiday or a single day's closure until the next
    opening bell. In that time two school hours could mean three days, so a first look is due in
    real hours instead. False while school is open and on an ordinary night of term. Raises
    ValueError for a naive `when`.
    """
    wall = _local_wall_time(when, days.zone)
    day, _ = _locate_in_school_time(days, when)
    if day == wall.toordinal() and wall.time() >= days.bell_times[0]:
        return False
    return nth_counted_day_after(days, day - 2, 1) == day


def last_bell_before_break(days: SchoolDays, when: datetime) -> datetime:
    """The closing bell, in UTC, with which the next break after `when` begins.

    If `when` is in a break, that of the break after it. Raises ValueError for a naive `when`.
    """
    day, _ = _locate_in_school_time(days, when)
    # At most four rounds: no Saturday is counted.
    while _is_counted_day(days, day + 1):
        day += 1
    return _moment_in_school_day(days, day, days.school_day_length)


def reaches_break(days: SchoolDays, start: datetime, end: datetime) -> bool:
    """Whether any of the time from `start` to `end` is in a break (see `is_before_break`).

    Raises ValueError for a naive moment.
    """
    return is_before_break(days, start) or _convert_to_utc(end) > last_bell_before_break(
        days, start
    )


def waking_break_minutes_between(days: SchoolDays, start: datetime, end: datetime) -> int:
    """Whole minutes from `start` to `end` that are in a break and in the waking day.

    None of them is school time, so they add to `school_minutes_between`. Negative if `end` comes
    first. Raises ValueError for a naive moment.
    """
    if _convert_to_utc(end) < _convert_to_utc(start):
        return -waking_break_minutes_between(days, end, start)
    first = _local_wall_time(start, days.zone)
    last = _local_wall_time(end, days.zone)
    passed = _waking_break_since_new_year(days, last) - _waking_break_since_new_year(days, first)
    for year in range(first.year, last.year):
        passed += _waking_break_by_day(days, year)[-1]
    return passed // _MINUTE


# Working time


def add_working_days(
    nation: str, start: datetime, count: int, close: time = OFFICE_CLOSES
) -> datetime:
    """The end of the `count`-th working day after the London day of `start`, in UTC.

    `nation` is one of `bank_holidays.NATIONS`, and `close` is when a working day ends, in London
    time. With a count of 0: the end of the same day, or of the next working day if that is past or
    the day is not a working day. Used for limits that guidance gives in working days, such as an
    authority's answer or a report to the LADO. Raises ValueError for a naive `start` or a negative
    `count`.
    """
    return add_school_days(office_school_days(nation, close), start, count)


def working_minutes_between(nation: str, start: datetime, end: datetime) -> int:
    """Whole minutes of office time (09:00 to 17:00 on working days) from `start` to `end`.

    `nation` is one of `bank_holidays.NATIONS`. Negative if `end` comes first. Raises ValueError for
    a naive moment.
    """
    return school_minutes_between(office_school_days(nation, OFFICE_CLOSES), start, end)


# Real time


def add_real_minutes(start: datetime, minutes: int) -> datetime:
    """The moment, in UTC, `minutes` of real time after `start`.

    Raises ValueError for a naive `start` or negative `minutes`.
    """
    _refuse_negative(minutes)
    return _convert_to_utc(start) + minutes * _MINUTE


def add_weeks(start: datetime, weeks: int, zone: str = LONDON) -> datetime:
    """The moment, in UTC, `weeks` weeks later at the same local time of day.

    Daylight saving changes in between make no difference. If that local time does not exist on the
    later day, it is read as an hour later; if it occurs twice, it is the first. Raises ValueError
    for a naive `start` or negative `weeks`.
    """
    _refuse_negative(weeks)
    later = _local_wall_time(start, zone) + timedelta(weeks=weeks)
    return later.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Durations in words


def minutes_between(calendar: Calendar, days: SchoolDays, start: datetime, end: datetime) -> int:
    """Whole minutes of `calendar` time from `start` to `end`; negative if `end` comes first.

    `duration_in_words` turns the result into words. Raises ValueError for a naive moment.
    """
    if calendar == Calendar.SCHOOL:
        return school_minutes_between(days, start, end)
    if calendar == Calendar.WORKING:
        return working_minutes_between(days.nation, start, end)
    if _convert_to_utc(end) < _convert_to_utc(start):
        return -minutes_between(calendar, days, end, start)
    return (_convert_to_utc(end) - _convert_to_utc(start)) // _MINUTE


def duration_in_words(minutes: int, calendar: Calendar, days: SchoolDays | None = None) -> str:
    """A number of minutes of `calendar` time: "40 school minutes", "2 hours", "1 working day".

    Uses whole units only, the largest that fits, rounded down: "2 school hours" means that at least
    two have passed. The length of a day is that of `day_minutes`. The sign of `minutes` is ignored,
    because the caller says whether it is time past or time left.
    """
    minutes = abs(minutes)
    kind = {Calendar.SCHOOL: "school ", Calendar.WORKING: "working "}.get(calendar, "")
    day = day_minutes(calendar, days)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60 and minutes < day:
        return _pluralise_unit(minutes, f"{kind}minute")
    if minutes < day:
        return _pluralise_unit(minutes // 60, f"{kind}hour")
    return _pluralise_unit(minutes // day, f"{kind}day")


def day_minutes(calendar: Calendar, days: SchoolDays | None = None) -> int:
    """The length of one day of `calendar`, in minutes of that calendar.

    A school day runs from bell to bell (6 hours 45 minutes if no school is given), a working day
    has 8 office hours, a real day 24 hours.
    """
    if calendar == Calendar.SCHOOL:
        return days.school_day_length // _MINUTE if days else 405
    return 480 if calendar == Calendar.WORKING else 1440


def _pluralise_unit(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


# Position of a moment in school time


def _locate_in_school_time(days: SchoolDays, when: datetime) -> tuple[int, timedelta]:
    """The school day of `when`, as an ordinal, and how far into it `when` is.

    Outside school time: the opening bell of the next school day.
    """
    return _locate_utc_moment(days, _convert_to_utc(when))


@lru_cache(maxsize=512)
def _locate_utc_moment(days: SchoolDays, when: datetime) -> tuple[int, timedelta]:
    """As `_locate_in_school_time`, for `when` in UTC.

    Cached, because a list asks for the same moments again and again, and for now in every row.
    """
    opens, closes = days.bell_times
    wall = _local_wall_time(when, days.zone)
    today = wall.toordinal()
    if wall.time() >= closes:
        return nth_counted_day_after(days, today, 1), timedelta()
    day = nth_counted_day_after(days, today - 1, 1)
    if day > today or wall.time() <= opens:
        return day, timedelta()
    return day, wall - datetime.combine(wall, opens)


def _moment_in_school_day(days: SchoolDays, ordinal: int, spent: timedelta) -> datetime:
    """The moment, in UTC, that is `spent` after the opening bell of the school day `ordinal`."""
    wall = datetime.combine(date.fromordinal(ordinal), days.bell_times[0]) + spent
    return wall.replace(tzinfo=ZoneInfo(days.zone)).astimezone(UTC)


def _is_counted_day(days: SchoolDays, ordinal: int) -> bool:
    return nth_counted_day_after(days, ordinal - 1, 1) == ordinal


def _waking_break_since_new_year(days: SchoolDays, wall: datetime) -> timedelta:
    """The waking time in breaks from the first of January up to `wall`, a local time."""
    whole_days = _waking_break_by_day(days, wall.year)[wall.timetuple().tm_yday - 1]
    since_midnight = wall - datetime.combine(wall, time.min)
    return whole_days + _waking_break_in_day(days, wall.toordinal(), since_midnight)


@lru_cache(maxsize=256)
def _waking_break_by_day(days: SchoolDays, year: int) -> tuple[timedelta, ...]:
    """The waking time in breaks from the first of January to each midnight of the year.

    Added up once, so that a step that is late for a year costs no more than one of today.
    """
    new_year = date(year, 1, 1).toordinal()
    next_year = date(year + 1, 1, 1).toordinal()
    each = (_waking_break_in_day(days, day, timedelta(1)) for day in range(new_year, next_year))
    return tuple(accumulate(each, initial=timedelta()))


def _waking_break_in_day(days: SchoolDays, ordinal: int, until: timedelta) -> timedelta:
    """The waking time in a break on the day `ordinal`, up to `until` after midnight."""
    found = timedelta()
    for start, end in _waking_break_spans(days, ordinal):
        found += max(min(end, until) - start, timedelta())
    return found


@lru_cache(maxsize=4096)
def _waking_break_spans(days: SchoolDays, ordinal: int) -> tuple[tuple[timedelta, timedelta], ...]:
    """When, after midnight, the waking time in a break begins and ends on the day `ordinal`.

    All the waking day, if there is no school; else until the opening bell if there was none the day
    before, and from the closing bell if there is none the day after.
    """
    wakes, opens, closes, sleeps = (
        timedelta(hours=at.hour, minutes=at.minute)
        for at in (WAKING_FROM, *days.bell_times, WAKING_UNTIL)
    )
    if not _is_counted_day(days, ordinal):
        return ((wakes, sleeps),)
    before_school = (wakes, min(opens, sleeps))
    after_school = (max(closes, wakes), sleeps)
    # A bell outside the waking day leaves a span that ends before it begins: it counts for nothing.
    return (
        *(() if _is_counted_day(days, ordinal - 1) else (before_school,)),
        *(() if _is_counted_day(days, ordinal + 1) else (after_school,)),
    )


def _local_wall_time(when: datetime, zone: str) -> datetime:
    """The local time of `when` as a naive datetime, so that local days can be counted."""
    return _convert_to_utc(when).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _convert_to_utc(when: datetime) -> datetime:
    """`when` in UTC; raises ValueError for a naive one.

    Needed because Python compares two moments of the same zone by local time, which is an hour
    wrong in October.
    """
    if when.tzinfo is None:
        raise ValueError("a moment without a time zone could be any of several")
    return when.astimezone(UTC)


def _refuse_negative(count: int) -> None:
    if count < 0:
        raise ValueError("a promise cannot be due before it is made")
