"""When something happened, beside when it was written down: its place in the order of time, and
both in words.

A day without a time stands at the beginning of that day. What has no day stands where it was
written.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.school_days import LONDON
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import HowSure

TIME_AHEAD = "The time cannot be in the future. Enter the day and time when it happened."


def occurrence_moment(day: date | None, at: time | None, written_at: datetime) -> datetime:
    """The place in the order of time, in UTC, of what happened on `day` at the time `at`, in
    London. Without a day it is `written_at` (aware). Nothing stands after it was written."""
    if day is None:
        return written_at
    moment = datetime.combine(day, at or time(), ZoneInfo(LONDON)).astimezone(UTC)
    return min(moment, written_at)


def occurrence_in_words(
    day: date | None, at: time | None, how_sure: str, written_at: datetime
) -> str:
    """When it happened, with how sure the writer was: "About 5 November 2026, 14:30".

    `how_sure` is a key of `HowSure` or empty. Without a day it is `written_at`, and says that the
    writer did not know when it happened, if they said so.
    """
    if day is None:
        written = format_date_or_time(written_at)
        return f"Not known when, written {written}" if how_sure == HowSure.NOT_KNOWN else written
    said = ", ".join(filter(None, [format_date_or_time(day), format_date_or_time(at)]))
    if how_sure == HowSure.ABOUT:
        return f"About {said}"
    return f"{said}, not known for certain" if how_sure == HowSure.NOT_KNOWN else said


def is_written_later(happened: datetime | date, written_at: datetime, after: timedelta) -> bool:
    """Whether it was written down later than `after` (a quarter of an hour, unless it is set
    otherwise) from when it happened. Of a day without a time nobody can say how much later it
    was: then True, so that a page says when it was written."""
    if not isinstance(happened, datetime):
        return True
    return written_at - happened > after
