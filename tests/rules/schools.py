"""Four schools by their terms and bells, for the tests of days and calendars."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from concerns.rules.school_days import SchoolDays

LONDON = ZoneInfo("Europe/London")


def span(first, last):
    return date.fromisoformat(first), date.fromisoformat(last)


# Two school years with their half-terms, and nothing known after 21 July 2027.
PRIMARY = SchoolDays(
    nation="England",
    opens=time(8, 45),
    closes=time(15, 30),
    terms=(
        span("2026-02-23", "2026-04-01"),
        span("2026-04-16", "2026-05-22"),
        span("2026-06-01", "2026-07-17"),
        span("2026-09-02", "2026-10-23"),
        span("2026-11-02", "2026-12-18"),
        span("2027-01-04", "2027-02-12"),
        span("2027-02-22", "2027-03-25"),
        span("2027-04-12", "2027-05-28"),
        span("2027-06-07", "2027-07-21"),
    ),
    closures=frozenset({date(2026, 9, 2), date(2026, 11, 2), date(2026, 6, 17)}),
)
# In school on both sides of the October change of the clocks.
HIGHLAND = SchoolDays(
    "Scotland", time(9), time(15), (span("2026-08-18", "2026-12-18"),), frozenset()
)
# A whole year between two others was never typed in.
FORGETFUL = SchoolDays(
    "Wales",
    time(8, 30),
    time(15),
    (span("2025-09-01", "2026-07-17"), span("2027-09-01", "2028-07-21")),
    frozenset({date(2026, 12, 24)}),
)
UNTOLD = SchoolDays("Northern Ireland", time(9), time(14, 30), (), frozenset())


def at(text):
    """A moment by the clock on the classroom wall."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def wall(moment):
    """What the classroom clock says at `moment`, which must be in UTC."""
    assert moment.tzinfo is UTC
    return moment.astimezone(LONDON).strftime("%Y-%m-%d %H:%M")
