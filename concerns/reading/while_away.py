"""What came while somebody was away.

By an absence that was recorded for them; without one, by the days on which they did not open the
record. Where no row shows that they were away, nothing is said.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from concerns.models.concern.concern import Concern, ConcernQuerySet
from concerns.models.ledger.ledger_line import LedgerLine
from concerns.models.response.step import Step, Steps
from concerns.models.school.cover import Cover
from concerns.models.school.person import Viewer
from concerns.rules.absences import (
    LONGEST_DAYS,
    LOOKED_BACK_DAYS,
    EndedAbsence,
    find_ended_absence,
    find_unrecorded_absence,
)
from concerns.rules.clocks import FIRST_LOOKS, StepKind
from concerns.rules.reporting_periods import local_day, local_midnight

# Steps to look at something new on a concern that was there before.
NEWS = FIRST_LOOKS | {
    StepKind.READ_ADDITION,
    StepKind.STILL_WORRIED,
    StepKind.REFER_AGAIN,
    StepKind.MISSING_FROM_ROLL,
}


@dataclass(frozen=True)
class WhileAway:
    """The absence from which a viewer is back, and what came in it: the `concerns` received, and
    those on which something new is still the viewer's to look at."""

    absence: EndedAbsence
    concerns: ConcernQuerySet[Concern]
    # If the absence was not recorded: when they last opened the record before it.
    last_opened_at: datetime | None = None


def find_while_away(viewer: Viewer, theirs: Steps[Step]) -> WhileAway | None:
    """What came while the viewer was away; None if they are not just back from an absence.

    `theirs` are the open steps that are theirs to do now. Three queries, if they were not away.
    """
    since = viewer.now - timedelta(LOOKED_BACK_DAYS + LONGEST_DAYS)
    absences = Cover.objects.absences_between(viewer.school, since, viewer.now)
    covers = list(absences.filter(person=viewer.person))
    days = viewer.school.school_calendar

    def is_away(day: date) -> bool:
        return any(cover.keeps_away_on(day, days) for cover in covers)

    if is_away(viewer.todays_date):
        return None
    absence = find_ended_absence(days, is_away, viewer.todays_date)
    if absence is None:
        return _find_unrecorded(viewer, theirs)
    between = [local_midnight(days, day) for day in (absence.first, absence.back)]
    return WhileAway(absence, _concerns_that_came(viewer, theirs, *between))


def _find_unrecorded(viewer: Viewer, theirs: Steps[Step]) -> WhileAway | None:
    days = viewer.school.school_calendar
    moments: dict[date, datetime] = {}

    def opened_before(day: date) -> date | None:
        at = LedgerLine.objects.last_opened_before(viewer, local_midnight(days, day))
        if at is None:
            return None
        moments[local_day(days, at)] = at
        return local_day(days, at)

    absence = find_unrecorded_absence(days, opened_before, viewer.todays_date)
    if absence is None:
        return None
    last = max(at for day, at in moments.items() if day < absence.first)
    # Until they opened it again: what came on that morning they had not seen either.
    back = LedgerLine.objects.first_opened_since(viewer, local_midnight(days, absence.back))
    came = _concerns_that_came(viewer, theirs, last, back or viewer.now)
    return WhileAway(absence, came, last)


def _concerns_that_came(
    viewer: Viewer, theirs: Steps[Step], since: datetime, until: datetime
) -> ConcernQuerySet[Concern]:
    """In the order in which they were received."""
    received = Q(received_at__gt=since, received_at__lt=until)
    opened = theirs.filter(kind__in=NEWS, opened_at__gt=since, opened_at__lt=until).order_by()
    rows = Concern.objects.visible_to(viewer)
    rows = rows.filter(received | Q(pk__in=opened.values("concern")))
    return rows.select_related("holder").order_by("received_at", "pk")
