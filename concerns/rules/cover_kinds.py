"""The kinds of cover, and whether one is in force: who is away, and who is on call instead.

Somebody is away on leave or on weekdays they never work. Somebody is on call after school hours or
on days without school. A person who is away is passed over and their stand-in takes their place; a
person on call comes first. If that left nobody, everybody would stay in the list, because a name
too many is better than none. That order is made in `models/school/cover.py`, not here.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from concerns.rules.school_days import SchoolDays, is_school_day
from concerns.rules.words import Choice


class CoverKind(Choice):
    LEAVE = "leave", "Away for some days"
    WEEKDAYS = "weekdays", "Never here on some weekdays"
    AFTER_HOURS = "after_hours", "The person to contact after school hours"
    HOLIDAYS = "holidays", "The person to contact on days without school"


AWAY = frozenset({CoverKind.LEAVE, CoverKind.WEEKDAYS})
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def is_cover_in_force(
    kind: CoverKind, days: SchoolDays, since: date, until: date | None, weekdays: str, now: datetime
) -> bool:
    """Whether a cover of `kind` is in force at the moment `now` (aware).

    `since` and `until` are local dates, both included; no `until` means no end. `weekdays` is a
    string of digits, 0 for Monday, and matters only for the kind WEEKDAYS.
    """
    local = now.astimezone(ZoneInfo(days.zone))
    day = local.date()
    if day < since or (until and day > until):
        return False
    school = is_school_day(days, day)
    opens, closes = days.bell_times
    if kind is CoverKind.WEEKDAYS:
        return str(day.weekday()) in weekdays
    if kind is CoverKind.AFTER_HOURS:
        return school and not opens <= local.time() < closes
    if kind is CoverKind.HOLIDAYS:
        return not school
    return True
