"""Dates, waiting times and counts in words, in the one style used everywhere."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.calendars import Calendar, duration_in_words, school_minutes_between
from concerns.rules.school_days import LONDON, SchoolDays

# The shortest number that can be rung: 101, 999.
SHORTEST_NUMBER = 3
_NUMBER = re.compile(r"\+?\d[\d ().\u00a0-]*")
# A UK number within a text: ten or eleven digits that begin with 0 or +44. No date and no time is.
_WRITTEN_NUMBER = re.compile(
    r"((?<![\w+])(?:0\d{2,4}|\(0\d{2,4}\)|\+44 ?(?:\(0\) ?)?\d{2,4})[ \u00a0-]?"
    r"(?:\d{3,4}[ \u00a0-]?\d{3,4}|\d{5,6})(?!\w))"
)


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


def day_in_short(value: datetime | date) -> str:
    """The day alone, for a list: "3 Nov 2026". A moment must be aware; its day is London's."""
    day = value.astimezone(ZoneInfo(LONDON)) if isinstance(value, datetime) else value
    return f"{day.day} {day:%b %Y}"


def due_in_short(due_at: datetime, now: datetime) -> str:
    """When it is due, for a list: "due 10:45" if that is today, else the day: "Thu 3 Dec".

    The year is added if it is another. Both are aware, and shown in London time.
    """
    local = due_at.astimezone(ZoneInfo(LONDON))
    today = now.astimezone(ZoneInfo(LONDON)).date()
    if local.date() == today:
        return f"due {local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b}" + (f" {local.year}" * (local.year != today.year))


def age_in_years(born: date, day: date) -> int:
    """How many birthdays somebody born on `born` has had by `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


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


def age_in_words(born: date, today: date) -> str:
    """The age in whole years: "6 years". "Under 1 year" before the first birthday."""
    years = age_in_years(born, today)
    return number_with_noun(years, "year") if years > 0 else "under 1 year"


def shorten_to_one_line(words: str, most: int) -> str:
    """The first line of `words` that has any, cut after a word if it is longer than `most` letters.

    "…" says that there is more: the rest of the line, or other lines.
    """
    lines = [line for line in (" ".join(line.split()) for line in words.splitlines()) if line]
    if not lines:
        return ""
    first = lines[0]
    if len(first) <= most:
        return first if len(lines) == 1 else f"{first} …"
    cut = first[:most]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut} …"


def split_at_numbers(text: str) -> list[str]:
    """`text` in pieces, of which every second one is a telephone number as people write them in the
    UK: "01632 960131", "020 7946 0018", "+44 7700 900742". One piece if there is none."""
    return _WRITTEN_NUMBER.split(text)


def number_to_dial(written: str) -> str:
    """What a telephone is given to ring the number that somebody wrote: its digits, and a plus in
    front of them. Words around it and an extension are left out. "" if there is no number."""
    for found in _NUMBER.findall(written.replace("(0)", "") if "+" in written else written):
        dialled = "".join(sign for sign in found if sign in "+0123456789")
        if len(dialled.removeprefix("+")) >= SHORTEST_NUMBER:
            return dialled
    return ""
