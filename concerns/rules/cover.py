"""This file knows when somebody is away, and when somebody else is the one to reach.

Away on leave, or on the weekdays they never work; reached after school hours, or on days without
school. Who is away is passed over and who stands in has their place; who is to be reached comes
first. Where that would leave nobody, everybody stays: a name too many is better than none.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from concerns.rules.days import SchoolDays, is_school_day
from concerns.rules.words import Choice


class CoverKind(Choice):
    LEAVE = "leave", "Away for some days"
    WEEKDAYS = "weekdays", "Never here on some weekdays"
    AFTER_HOURS = "after_hours", "The one to reach after school hours"
    HOLIDAYS = "holidays", "The one to reach on days without school"


AWAY = frozenset({CoverKind.LEAVE, CoverKind.WEEKDAYS})
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def stands(
    kind: CoverKind, days: SchoolDays, since: date, until: date | None, weekdays: str, now: datetime
) -> bool:  # fmt: skip
    """Whether a row of `kind`, from `since` to `until` (both included), is so at the moment `now`.

    `weekdays` are figures, 0 for Monday, for who is never here on them. `now` is aware.
    """
    local = now.astimezone(ZoneInfo(days.zone))
    day = local.date()
    if day < since or (until and day > until):
        return False
    school = is_school_day(days, day)
    opens, closes = days.bells
    if kind is CoverKind.WEEKDAYS:
        return str(day.weekday()) in weekdays
    if kind is CoverKind.AFTER_HOURS:
        return school and not opens <= local.time() < closes
    if kind is CoverKind.HOLIDAYS:
        return not school
    return True
