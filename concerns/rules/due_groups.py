"""Under which heading a next step stands in a list: late, today, this week or later."""

from datetime import datetime, timedelta
from enum import StrEnum

from concerns.rules.reporting_periods import local_day
from concerns.rules.school_days import SchoolDays


class DueGroup(StrEnum):
    """The headings under which next steps stand, in this order."""

    LATE = "Late, the most pressing first"
    TODAY = "Today"
    THIS_WEEK = "This week"
    LATER = "Later"


def find_due_group(days: SchoolDays, due_at: datetime, now: datetime) -> DueGroup:
    """The heading of what is due at `due_at`, as seen at `now` (both aware).

    A week ends with Sunday, in the local time of the school's calendar.
    """
    if due_at < now:
        return DueGroup.LATE
    today = local_day(days, now)
    day = local_day(days, due_at)
    if day == today:
        return DueGroup.TODAY
    sunday = today + timedelta(days=6 - today.weekday())
    return DueGroup.THIS_WEEK if day <= sunday else DueGroup.LATER
