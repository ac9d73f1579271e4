"""Says beside what happened when it was written down, where that was later.

How much later is a setting, `WRITTEN_LATER_MINUTES`: a call that is logged at once was not written
down later.
"""

from datetime import date, datetime, timedelta

from django.conf import settings

from concerns.rules.occurrence import is_written_later
from concerns.rules.wording import format_date_or_time


def moment_if_written_later(happened_at: datetime, written_at: datetime) -> datetime | None:
    """`happened_at`, if it was written down later; else None."""
    after = timedelta(minutes=settings.WRITTEN_LATER_MINUTES)
    return happened_at if is_written_later(happened_at, written_at, after) else None


def written_later_in_words(happened: datetime | date, written_at: datetime) -> str:
    """ "Written down 29 November 2026, 10:15", or empty if it was not written later."""
    after = timedelta(minutes=settings.WRITTEN_LATER_MINUTES)
    if not is_written_later(happened, written_at, after):
        return ""
    return f"Written down {format_date_or_time(written_at)}"
