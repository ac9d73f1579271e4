"""This file knows how a time is said: one style of date, in London, and waiting in school time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.calendars import Calendar, in_words, school_minutes_between
from concerns.rules.days import LONDON, SchoolDays


def when(value: datetime | date | time | None) -> str:
    """ "3 November 2026, 10:15"; a date or a time alone says only what it is. Empty for None.

    `value` is aware where it is a moment.
    """
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(LONDON))
        return f"{local.day} {local:%B %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:%H:%M}" if value else ""


def waited(days: SchoolDays, since: datetime, now: datetime) -> str:
    """How long from `since` to `now` in that school's time: "2 school hours"."""
    minutes = school_minutes_between(days, since, now)
    if not minutes and now - since >= timedelta(minutes=1):
        # Sent at night: "less than a minute" would say that it has only just come.
        return "no school time yet"
    return in_words(minutes, Calendar.SCHOOL, days)


def counted(number: int, one: str) -> str:
    """ "1 minute", "2 minutes"."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def counted_times(number: int) -> str:
    """ "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
