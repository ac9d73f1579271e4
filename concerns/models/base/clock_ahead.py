"""Times that were stored while the database's clock stood ahead of the right time.

Whatever waits for such a time would wait for months. So a wait that has begun in the future counts
as over: it is better to say something too early than not at all.
"""

from datetime import datetime, timedelta

from django.db.models import Q

# A time further ahead of the database's clock than this was stored under a wrong clock.
AHEAD = timedelta(minutes=1)


def before_or_ahead_filter(name: str, before: datetime, now: datetime) -> Q:
    """Rows whose time `name` is earlier than `before`, or in the future at `now` (both aware)."""
    return Q(**{f"{name}__lt": before}) | Q(**{f"{name}__gt": now + AHEAD})


def is_before_or_ahead(at: datetime, before: datetime, now: datetime) -> bool:
    """Whether `at` is earlier than `before`, or in the future at `now`: `before_or_ahead_filter`
    for a time that has been read."""
    return at < before or at > now + AHEAD
