"""Writes the calendar as an iCalendar file (RFC 5545), for a program that subscribes to it.

The file leaves the building: it lies on telephones and on servers of calendar programs. So an
event says only that there is a meeting, a review or a step due, and the concern's reference: no
name, no place, no category, and not which step it is, since that can say what happened to a child.
A link leads to the concern, for whoever signs in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from concerns.reading.week_calendar import CalendarEntry
from concerns.rules.calendar_entries import CalendarEntryKind

# The library is loaded when the first file is written: few workers ever write one, and each would
# start later.
if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
WORDS = {
    CalendarEntryKind.MEETING: "Meeting",
    CalendarEntryKind.CONFERENCE: "Meeting due",
    CalendarEntryKind.REVIEW: "Review due",
    CalendarEntryKind.STEP: "Step due",
}
# No meeting says when it ends; an hour keeps the time free.
LENGTH = timedelta(hours=1)
ASK_AGAIN_AFTER = timedelta(hours=1)


def write_calendar_file(entries: Iterable[CalendarEntry], now: datetime) -> bytes:
    """The file with an event for each meeting, and one for all that is due of a kind on one concern
    on one day. `now` (aware) is when it is made."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Safeguarding concerns//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Safeguarding")
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"value": "DURATION"})
    once: dict[tuple, CalendarEntry] = {}
    for entry in entries:
        key = entry.step.uid if entry.at else (entry.kind, entry.concern.pk, entry.day)
        once.setdefault((key,), entry)
    for entry in once.values():
        calendar.add_component(_build_event(entry, now))
    written: bytes = calendar.to_ical()
    return written


def _build_event(entry: CalendarEntry, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", str(entry.step.coming.uid if entry.step.coming else entry.step.uid))
    event.add("dtstamp", now)
    event.add("summary", f"{WORDS[entry.kind]}: {entry.concern.reference}")
    event.add("url", settings.SITE_ORIGIN + entry.concern.get_absolute_url())
    if entry.at:
        event.add("dtstart", entry.at)
        event.add("duration", LENGTH)
    else:
        event.add("dtstart", entry.day)
        event.add("transp", "TRANSPARENT")
    return event
