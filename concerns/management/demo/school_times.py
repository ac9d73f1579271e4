"""Times of the demonstration's school, for what is scheduled in its year."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def school_datetime(year, day: date, hour: int, minute: int = 0) -> datetime:
    """That time of `day` by the clock on the school's wall, in UTC."""
    zone = ZoneInfo(year.school.school_calendar.zone)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
