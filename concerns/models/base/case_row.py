"""Base classes for models and querysets: `uid`, school, and who may see the rows of a concern.

Who is kept out of a concern whatever their role is in `kept_out.py`; what a reader of a part of the
record reads is in `reader_part.py`.
"""

import uuid
from datetime import date, datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.db import models
from django.db.models.lookups import Exact

from concerns.models.base.kept_out import hidden_concerns_filter
from concerns.models.base.reader_part import rows_in_part
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.roles import May, Role

Row = TypeVar("Row", bound=models.Model, covariant=True)


class RowOfConcern(models.Model):
    """Abstract base of all rows of `CaseRows`. `to_concern` is the lookup from row to concern.

    `shown_in_part`: which of them a reader of a part sees. Where that goes by the child a row is
    for, `to_decision` or `to_concern_child` is the lookup to what says so.
    """

    to_concern: ClassVar[str] = "concern_id"
    shown_in_part: ClassVar[ShownInPart] = ShownInPart.WHOLLY_THEIRS
    to_decision: ClassVar[str] = ""
    to_concern_child: ClassVar[str] = ""

    class Meta:
        abstract = True


ConcernRow = TypeVar("ConcernRow", bound=RowOfConcern, covariant=True)


class RowsViewer(Protocol):
    """What a queryset asks of the `Viewer` it is filtered for.

    `Viewer` itself is in `models/school/person.py`, which imports this file.
    """

    @property
    def person(self) -> Any: ...
    @property
    def school(self) -> Any: ...
    @property
    def roles(self) -> frozenset[Role]: ...
    @property
    def now(self) -> datetime: ...
    @property
    def todays_date(self) -> date: ...
    @property
    def reads_part(self) -> bool: ...
    def has_power(self, power: May) -> bool: ...


class ViewerScopedQuerySet(models.QuerySet[Row]):
    """A queryset that remembers which viewer it was filtered for (`seen_by`).

    `doors/sight.py` refuses to show rows from a queryset that was not filtered for the viewer.
    """

    seen_by: int | None = None

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc] # the stubs leave out private methods
        clone.seen_by = self.seen_by
        return clone

    def for_viewer(self, viewer: RowsViewer) -> Self:
        clone = self.all()
        clone.seen_by = viewer.person.pk
        return clone

    def of_school(self, viewer: RowsViewer) -> Self:
        """All rows of the viewer's school. Only for data that says nothing about a concern, such as
        the roll, the staff and uploaded files."""
        return self.filter(school=viewer.school).for_viewer(viewer)

    def of_school_by_key(self, viewer: RowsViewer) -> Self:
        """As `of_school`, where the rows are found by another key, such as that of one child."""
        return self.filter(school_without_index(viewer)).for_viewer(viewer)


def school_without_index(viewer: RowsViewer) -> Exact:
    """A filter for the rows of the viewer's school that keeps every index beginning with the school
    out of the plan.

    SQLite, which keeps no statistics here, takes a school for a few rows, and would read all of its
    years rather than the few rows of a key.
    """
    school = models.Func(
        models.F("school"), template="(+%(expressions)s)", output_field=models.BigIntegerField()
    )
    return Exact(school, viewer.school.pk)


class CaseRows(ViewerScopedQuerySet[ConcernRow]):
    def visible_to(self, viewer: RowsViewer) -> Self:
        """The rows `viewer` may read: with a role that reads concerns, all of the school's, or
        those of their part, except those they may never see. Lists and single pages both use
        this."""
        if not viewer.has_power(May.READ):
            return self.none().for_viewer(viewer)
        rows = self.filter(school=viewer.school).not_hidden_from(viewer).for_viewer(viewer)
        return rows.in_part_of(viewer)

    def visible_by_key_to(self, viewer: RowsViewer) -> Self:
        """As `visible_to`, where the rows are found by another key: those about one child, say."""
        if not viewer.has_power(May.READ):
            return self.none().for_viewer(viewer)
        return self.of_school_by_key(viewer).not_hidden_from(viewer).in_part_of(viewer)

    def in_part_of(self, viewer: RowsViewer) -> Self:
        """Without the rows outside the part that `viewer` reads, if they read a part alone
        (`rows_in_part`). For rows of a concern they have opened, which a page shows."""
        return self.filter(rows_in_part(viewer, self.model)) if viewer.reads_part else self

    def not_hidden_from(self, viewer: RowsViewer) -> Self:
        """Without the rows of concerns that `viewer` may never see (`hidden_concerns_filter`)."""
        return self.exclude(hidden_concerns_filter(viewer.person, self.model.to_concern))

    def hidden_from(self, viewer: RowsViewer) -> Self:
        """Only the rows of concerns that `viewer` may never see."""
        return self.filter(hidden_concerns_filter(viewer.person, self.model.to_concern))

    def written_by(self, viewer: RowsViewer) -> Self:
        """The rows of concerns that `viewer` reported. They may see these whatever their role."""
        key = self.model.to_concern.removesuffix("id").removesuffix("_")
        reporter = f"{key}__reporter" if key else "reporter"
        return self.filter(school=viewer.school, **{reporter: viewer.person}).for_viewer(viewer)

    def permitted_for(self, viewer: RowsViewer, power: May) -> Self:
        """The rows that `viewer` may change in an act that needs `power`: for SUBMIT those of
        concerns they reported, otherwise all they may read."""
        return self.written_by(viewer) if power is May.SUBMIT else self.visible_to(viewer)


class SchoolOwnedModel(models.Model):
    """Abstract base of every model that belongs to one school.

    `uid` is generated in Python. It is the only identifier shown on pages or used in addresses,
    and encrypted text is bound to it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # No index on school alone. Nearly all rows belong to one school, and a database without
    # up-to-date statistics would use such an index to read ten years of rows. Lists that filter by
    # school have a composite index that begins with it.
    school = models.ForeignKey("concerns.School", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class CaseRow(RowOfConcern, SchoolOwnedModel):
    """Abstract base of rows about a concern."""

    objects = CaseRows.as_manager()

    class Meta:
        abstract = True
