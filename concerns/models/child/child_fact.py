"""The base of every entry in a child's file: since when it is so, who wrote it, how it ended.

An entry is written once and ended once. A change is a new entry. The database refuses anything else
(`models/base/append_only.py`). If the day it began is not known, `since` is empty and the entry
counts from the moment it was written. The kinds of entry are in
`household.py`, `child_details.py`, `roll_contact.py`, `roll_detail.py` and `earlier_record.py`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from django.db import models

from concerns.models.base.case_row import SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.school.person import Person, Viewer
from concerns.rules.school_days import LONDON

# The columns that ending an entry may set, once. All others stay as they were written.
ENDING = ("until", "over_at", "ended_at", "ended_by_id", "why_ended", "ended_how", "view_ended")


def moment_of(day: date | None, now: datetime) -> datetime:
    """The moment that `day` has in the chronology, in UTC: midday in London.

    Today, a later day or an unknown day (None) is `now`.
    """
    if day is None or day >= now.astimezone(ZoneInfo(LONDON)).date():
        return now
    return datetime.combine(day, time(12), ZoneInfo(LONDON)).astimezone(UTC)


class RowOfChild(SchoolOwnedModel):
    """Abstract base of all rows of `RowsOfChild`. `to_child` is the lookup from row to child."""

    to_child: ClassVar[str] = "child"

    class Meta:
        abstract = True


FactRow = TypeVar("FactRow", bound=RowOfChild, covariant=True)


class RowsOfChild(ViewerScopedQuerySet[FactRow]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Entries about children whose file `viewer` may read."""
        children = Child.objects.with_file_for(viewer).values("pk")
        rows = self.filter(**{f"{self.model.to_child}__in": children})
        return rows.filter(school=viewer.school).for_viewer(viewer)


class Facts(RowsOfChild[FactRow]):
    def not_ended(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def record_fact(
        self, by: Viewer, now: datetime, since: date | None = None, **said: Any
    ) -> FactRow:
        return self.create(
            school=by.school,
            by=by.person,
            at=now,
            since=since,
            began_at=moment_of(since, now),
            **said,
        )

    def end_fact(
        self: "Facts[Fact]", row: "Fact", by: Viewer, now: datetime, until: date | None, **said: Any
    ) -> bool:
        """End `row` on the day `until`, if known; `said` sets further columns of ENDING.

        The row is read again under a lock. Returns False if it had already ended.
        """
        found = self.select_for_update().filter(pk=row.pk).not_ended().first()
        if found is None:
            return False
        found.until = until
        found.over_at = moment_of(until, now)
        found.ended_by = by.person
        found.ended_at = now
        for name, value in said.items():
            setattr(found, name, value)
        fields = ("until", "over_at", "ended_by", "ended_at", *said)
        found.save(update_fields=fields)
        return True

    def end_imported(self, keys: Iterable[int], by: Viewer, today: date, now: datetime) -> None:
        """End the entries with the keys `keys`, of which a newly imported file says something else
        or nothing any more."""
        self.not_ended().filter(pk__in=list(keys), school=by.school).update(
            until=today, over_at=moment_of(today, now), ended_by=by.person, ended_at=now
        )


class Fact(RowOfChild):
    """Abstract base: something that has been so since a day, as somebody wrote it."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    since = models.DateField(null=True)
    # Its moment in the chronology (`moment_of`).
    began_at = models.DateTimeField()
    until = models.DateField(null=True)
    over_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    why_ended = EncryptedText()

    objects = Facts.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None, until=None, over_at=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False, over_at__isnull=False),
                name="%(class)s_ends_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(since=None)
                | models.Q(until__gte=models.F("since")),
                name="%(class)s_begins_then_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.uid}"


class ChildFact(Fact):
    """Abstract base of a fact about one child."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="%(class)s_rows")

    class Meta(Fact.Meta):
        abstract = True
