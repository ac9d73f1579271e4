"""Dates, waiting times and counts in words, in the one style used everywhere."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.calendars import Calendar, duration_in_words, school_minutes_between
from concerns.rules.school_days import LONDON, SchoolDays


def format_date_or_time(value: datetime | date | time | None) -> str:
    """The date and time in words: "3 November 2026, 10:15". Empty for None.

    A moment must be aware and is shown in London time. A date or a time is shown by itself.
    """
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(LONDON))
        return f"{local.day} {local:%B %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:%H:%M}" if value else ""


def due_in_short(due_at: datetime, now: datetime) -> str:
    """When it is due, for a list: "due 10:45" if that is today, else the day: "Thu 3 Dec".

    The year is added if it is another. Both are aware, and shown in London time.
    """
    local = due_at.astimezone(ZoneInfo(LONDON))
    today = now.astimezone(ZoneInfo(LONDON)).date()
    if local.date() == today:
        return f"due {local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b}" + (f" {local.year}" * (local.year != today.year))


def first_line_of(text: str, most: int = 150) -> str:
    """The first line of `text` that is not empty, ended after a word if longer than `most`."""
    line = text.strip().partition("\n")[0].rstrip()
    if len(line) <= most:
        return line
    return f"{line[:most].rpartition(' ')[0] or line[:most]}…"


def school_wait_in_words(days: SchoolDays, since: datetime, now: datetime) -> str:
    """The school time from `since` to `now`, in words: "2 school hours".

    "only outside school hours" if a minute or more has passed, but none of it in school time.
    Raises ValueError for a naive moment.
    """
    minutes = school_minutes_between(days, since, now)
    if not minutes and now - since >= timedelta(minutes=1):
        # For a concern sent at night "less than a minute" would suggest that it has only just come.
        return "only outside school hours"
    return duration_in_words(minutes, Calendar.SCHOOL, days)


def number_with_noun(number: int, one: str) -> str:
    """A number with its noun, made plural by an s: "1 minute", "2 minutes"."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def times_in_words(number: int) -> str:
    """How often, in words: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
