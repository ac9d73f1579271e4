"""How often concerns were written about a child before a watch began and since."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.watch import Watch
from concerns.models.school.person import Viewer
from concerns.rules import calendars
from concerns.rules.words import ChildPart


@dataclass(frozen=True)
class ConcernRate:
    """Number of concerns about the children of a watched concern, in a period of school weeks."""

    words: str
    weeks: int
    number: int

    @property
    def rate_per_month(self) -> str:
        """Concerns per month of four school weeks, to one decimal."""
        return f"{self.number * 4 / self.weeks:.1f}"


def concern_rates(viewer: Viewer, watch: Watch) -> tuple[ConcernRate, ConcernRate]:
    """Before the watch and since it began, over equal periods, of concerns `viewer` may see."""
    long = max(viewer.now - watch.at, timedelta(weeks=1))
    children = ConcernChild.objects.filter(concern=watch.concern, part=ChildPart.ABOUT)
    rows = Concern.objects.visible_by_key_to(viewer).involving_children(
        *children.values_list("child", flat=True)
    )
    counted = rows.aggregate(
        before=models.Count("pk", filter=models.Q(received_at__range=(watch.at - long, watch.at))),
        since=models.Count("pk", filter=models.Q(received_at__gt=watch.at)),
    )
    weeks = [
        _school_weeks_between(watch, watch.at - long, watch.at),
        _school_weeks_between(watch, watch.at, watch.at + long),
    ]
    return (
        ConcernRate("Before it ended", weeks[0], counted["before"]),
        ConcernRate("Since it ended", weeks[1], counted["since"]),
    )


def _school_weeks_between(watch: Watch, start: datetime, end: datetime) -> int:
    """School weeks of five days between the two moments, rounded, at least 1."""
    days = watch.school.school_calendar
    minutes = calendars.school_minutes_between(days, start, end)
    return max(1, round(minutes / (5 * calendars.day_minutes(calendars.Calendar.SCHOOL, days))))
