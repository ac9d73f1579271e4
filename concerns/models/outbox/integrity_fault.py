"""What the daily integrity check found wrong in a school, until the next check.

The check itself is in `reading/integrity_check.py`, and the worker runs it
(`doors/daily_check.py`). Each check replaces what the last one found. Only what may be told to
somebody in the school is kept: a fault of one concern is shown to those who may see that concern,
and to nobody else.
"""

from typing import Self

from django.db import models
from django.db.models import Q

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.base.case_row import Row, RowsViewer, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.models.school.school import School

# How many faults of one school are kept. `manage.py unheld` prints them all.
MOST_KEPT = 200


class IntegrityFaults(ViewerScopedQuerySet[Row]):
    def replace_faults(
        self: "IntegrityFaults[IntegrityFault]", school: School, found: list["IntegrityFault"]
    ) -> None:
        """Keep `found`, and nothing that an earlier check found in `school`."""
        self.filter(school=school).delete()
        self.bulk_create(found)

    def visible_to(self, viewer: RowsViewer) -> Self:
        """Faults of the concerns that `viewer` may see, and of no concern at all."""
        children = Concern.objects.visible_to(viewer).values("pk")
        adults = AdultConcern.objects.visible_to(viewer).values("pk")
        seen = Q(concern__in=children) | Q(adult_concern__in=adults)
        return self.of_school(viewer).filter(seen | Q(concern=None, adult_concern=None))

    def about_children(self, viewer: RowsViewer) -> Self:
        """Those that the audit shows: nothing about an adult."""
        return self.visible_to(viewer).filter(adult_concern=None).order_by("pk")

    def about_adults(self, viewer: RowsViewer) -> Self:
        """Those that the readers of concerns about adults are shown beside these."""
        return self.visible_to(viewer).filter(adult_concern__isnull=False).order_by("pk")


class IntegrityFault(SchoolOwnedModel):
    concern = models.ForeignKey(
        Concern, models.PROTECT, null=True, related_name="+", db_index=False
    )
    adult_concern = models.ForeignKey(
        AdultConcern, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # A sentence with the concern's reference and no name.
    words = models.CharField(max_length=250)
    found_at = models.DateTimeField()

    objects = IntegrityFaults.as_manager()

    def __str__(self) -> str:
        return f"integrity fault {self.uid}"


def is_broken_for(viewer: Viewer) -> bool:
    """Whether the last check found anything wrong that the audit may show to `viewer`."""
    return IntegrityFault.objects.about_children(viewer).exists()
