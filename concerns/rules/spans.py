"""This file knows the stretches of time that figures are counted in: years, months, ages, waits.

A school year is that of `days.py`: from 1 September, for all four nations. Years, months and ages
begin and end at midnight in the school's own zone; what is handed out is in UTC, each stretch from
its first moment up to, and not with, the first of the next.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules import calendars
from concerns.rules.days import SchoolDays, school_year_of
from concerns.rules.words import Choice


class Age(Choice):
    """How long ago something came in: bands that end where the next begins."""

    WEEK = "week", "Less than a week"
    MONTH = "month", "1 to 4 weeks"
    TERM = "term", "4 to 12 weeks"
    HALF = "half", "12 weeks to half a year"
    MORE = "more", "Half a year or more"


# In days, where each band but the last ends.
AGE_ENDS = (7, 28, 84, 182)


class Wait(Choice):
    """How long something took, in school time: each band up to and with its last minute."""

    HALF_HOUR = "half_hour", "Within 30 minutes"
    TWO_HOURS = "two_hours", "Within 2 school hours"
    DAY = "day", "Within a school day"
    TWO_DAYS = "two_days", "Within 2 school days"
    LONGER = "longer", "Longer"
    NOT_YET = "not_yet", "Not yet"


def midnight(days: SchoolDays, day: date) -> datetime:
    """The first moment of the local `day`, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(days.zone)).astimezone(UTC)


def local_day(days: SchoolDays, when: datetime) -> date:
    return when.astimezone(ZoneInfo(days.zone)).date()


def school_year(days: SchoolDays, year: int) -> tuple[datetime, datetime]:
    """From 1 September of `year` up to that of the next."""
    return midnight(days, date(year, 9, 1)), midnight(days, date(year + 1, 9, 1))


def months_of(year: int, today: date) -> list[date]:
    """The first days of the months of a school year, newest last; none that has not begun."""
    firsts = [date(year + (month < 9), month, 1) for month in (9, 10, 11, 12, *range(1, 9))]
    return [first for first in firsts if first <= today] or firsts[:1]


def month(days: SchoolDays, first: date) -> tuple[datetime, datetime]:
    """From `first`, the first day of a month, up to that of the next month."""
    following = (first + timedelta(days=31)).replace(day=1)
    return midnight(days, first), midnight(days, following)


def years_since(days: SchoolDays, first: datetime | None, today: date) -> list[int]:
    """The school years from that of `first` to this one, newest first; always this one."""
    this = school_year_of(today)
    began = school_year_of(local_day(days, first)) if first else this
    return list(range(this, min(began, this) - 1, -1))


def age(days: SchoolDays, band: Age, today: date) -> tuple[datetime | None, datetime | None]:
    """When what is in `band` came in: from, and up to. None where the band has no such end."""
    place = list(Age).index(band)
    ends = [midnight(days, today - timedelta(days=end - 1)) for end in AGE_ENDS]
    return (ends[place] if place < len(ends) else None, ends[place - 1] if place else None)


def wait_ends(days: SchoolDays) -> tuple[int, ...]:
    """The last minute of each band of `Wait` that has one."""
    opens, closes = days.bells
    day = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    return (30, 120, day, 2 * day)


def wait(days: SchoolDays, band: Wait) -> tuple[int | None, int | None]:
    """The minutes of `band`: more than, and at most. None where the band has no such end."""
    place, ends = list(Wait).index(band), wait_ends(days)
    return (ends[place - 1] if place else None, ends[place] if place < len(ends) else None)


def quiet_since(days: SchoolDays, now: datetime, count: int) -> datetime:
    """What has not moved since before this moment has been quiet for `count` whole school days.

    The midnight after the last day that so many school days have passed since.
    """
    day = local_day(days, now) - timedelta(days=count)
    while calendars.add_school_days(days, midnight(days, day), count) > now:
        day -= timedelta(days=1)
    return midnight(days, day + timedelta(days=1))


def in_hours(minutes: int) -> str:
    """School time as it is measured: "1 hour 5 minutes", "40 minutes"."""
    hours, rest = divmod(minutes, 60)
    said = [
        f"{number} {unit}" if number == 1 else f"{number} {unit}s"
        for number, unit in ((hours, "hour"), (rest, "minute"))
        if number
    ]
    return " ".join(said) or "less than a minute"
