"""The calendar: meetings to come, conferences, core groups, reviews and steps due, day by day.

All of it is read from the open steps that the viewer may see: a meeting to come is the step of
whoever goes, a review is the step that ends it. So nothing stands in the calendar that is not
owed, nothing that is owed is missing, and a past week shows what was left undone. It is read for
the page of a week and for the feed that a calendar program subscribes to.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from concerns.models.concern.concern import Concern
from concerns.models.response.step import Step, Steps
from concerns.models.school.person import Viewer
from concerns.reading import queue_row
from concerns.reading.queue_row import QueueChild
from concerns.rules import reporting_periods
from concerns.rules.calendar_entries import (
    DAYS_OF_WEEK,
    CalendarEntryKind,
    calendar_entry_kind,
    calendar_words,
)
from concerns.rules.clocks import StepKind
from concerns.rules.school_days import NoTermKnown, SchoolDays, is_school_day, next_school_day

SATURDAY = 5
ONE_DAY = timedelta(days=1)
# Whose steps are shown: everyone's, or those the viewer has to do or go to.
MINE = "mine"
ALL = "all"
WHOSE = ((ALL, "Everyone's"), (MINE, "Mine"))
EVERYTHING = (("", "Everything"), *CalendarEntryKind.choices())


@dataclass(frozen=True)
class CalendarEntry:
    """One thing in the calendar. `at`: when a meeting begins; None for what is due on the day.
    `late`: how late it is, in words; "" if it is not."""

    kind: CalendarEntryKind
    day: date
    at: datetime | None
    words: str
    step: Step
    concern: Concern
    late: str
    children: list[QueueChild] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where a meeting is held; "" for all else."""
        return self.step.coming.place_now if self.step.coming else ""

    @property
    def who(self) -> str:
        """Who goes to the meeting, or has to do the step."""
        return self.step.holder_words


@dataclass(frozen=True)
class CalendarDay:
    """A day of the week. `closed`: a day on which the school is known to be closed."""

    day: date
    today: bool
    closed: bool
    entries: list[CalendarEntry]


@dataclass(frozen=True)
class CalendarWeek:
    """A week of the calendar. `before`: how many steps due before this week are late; None for
    another week than this one. `cut`: there are more entries than the page shows."""

    first: date
    days: list[CalendarDay]
    whose: str
    kind: str
    before: int | None
    cut: bool

    @property
    def in_words(self) -> str:
        return week_in_words(self.first)

    @property
    def previous(self) -> str:
        return (self.first - timedelta(days=DAYS_OF_WEEK)).isoformat()

    @property
    def following(self) -> str:
        return (self.first + timedelta(days=DAYS_OF_WEEK)).isoformat()

    @property
    def filters(self) -> str:
        """The filters chosen, as the end of a query string."""
        return f"&whose={self.whose}&kind={self.kind}"

    @property
    def filter_lines(self) -> list[tuple]:
        """(name, label, choices, chosen) of each filter, and the week they keep."""
        return [("whose", "Whose", WHOSE, self.whose), ("kind", "What", EVERYTHING, self.kind)]


def steps_in_calendar(viewer: Viewer, first: date, days: int) -> Steps[Step]:
    """The open steps that stand on one of the `days` days from `first` on, with what they show.

    Also those of a meeting on the evening before or of the last day: such a step is due the day
    after its meeting. `entries_on_days` leaves out what stands on another day.
    """
    calendar = viewer.school.school_calendar
    start = reporting_periods.local_midnight(calendar, first)
    end = reporting_periods.local_midnight(calendar, first + days * ONE_DAY)
    after = reporting_periods.local_midnight(calendar, first + (days + 1) * ONE_DAY)
    due = Q(due_at__gte=start, due_at__lt=end)
    evening = Q(coming__isnull=False, due_at__gte=end, due_at__lt=after)
    rows = Step.objects.visible_to(viewer).open().filter(due | evening).in_order()
    rows = rows.select_related("concern", "holder", "coming")
    return rows.prefetch_related("coming__changes")


def entries_on_days(
    viewer: Viewer, steps: list[Step], first: date, days: int
) -> list[CalendarEntry]:
    """The entries of `steps` on the `days` days from `first` on, in the order of a calendar: by
    day, then meetings by their time, conferences, reviews, and what is due."""
    found = [_build_entry(viewer, step) for step in steps]
    shown = [one for one in found if first <= one.day < first + days * ONE_DAY]
    places = {kind: place for place, kind in enumerate(CalendarEntryKind)}
    return sorted(
        shown,
        key=lambda one: (one.day, places[one.kind], one.at or one.step.due_at, one.step.pk),
    )


def _build_entry(viewer: Viewer, step: Step) -> CalendarEntry:
    days = viewer.school.school_calendar
    at = step.coming.begins_at_now if step.coming else None
    kind = StepKind(step.kind)
    return CalendarEntry(
        kind=calendar_entry_kind(kind),
        day=reporting_periods.local_day(days, at or step.due_at),
        at=at,
        words=step.coming.kind_words if step.coming else calendar_words(kind),
        step=step,
        concern=step.concern,
        late=step.how_late_in_words(days, viewer.now),
    )


def days_of_week(viewer: Viewer, entries: list[CalendarEntry], first: date) -> list[CalendarDay]:
    """The days of the week from `first` on, each with its entries and their children. Saturday and
    Sunday are left out if nothing stands on them. Takes one query."""
    children = queue_row.find_queue_children(viewer, list({one.concern.pk for one in entries}))
    for one in entries:
        one.children.extend(children[one.concern.pk])
    days = [first + count * ONE_DAY for count in range(DAYS_OF_WEEK)]
    on_day = {day: [one for one in entries if one.day == day] for day in days}
    calendar = viewer.school.school_calendar
    return [
        CalendarDay(day, day == viewer.todays_date, _is_known_closed(calendar, day), on_day[day])
        for day in days
        if day.weekday() < SATURDAY or on_day[day]
    ]


def _is_known_closed(days: SchoolDays, day: date) -> bool:
    """Whether `day` is a weekday without school. False where no term is known that far ahead."""
    try:
        next_school_day(days, day)
    except NoTermKnown:
        return False
    return day.weekday() < SATURDAY and not is_school_day(days, day)


def week_in_words(first: date) -> str:
    """The week that begins on `first`, such as "30 November to 6 December 2026"."""
    last = first + (DAYS_OF_WEEK - 1) * ONE_DAY
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B} {last.year}"
