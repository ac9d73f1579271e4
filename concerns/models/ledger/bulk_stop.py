"""That somebody was asked why they open so many children's files, and what they said.

A stop is written when the limit is met (`doors/bulk_brake.py`), the reason when they give one. One
without a reason was left: its reader has gone no further, or waited until they opened fewer.
"""

from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.rules.bulk_brake import WINDOWS, BulkLimit


class BulkStops(ViewerScopedQuerySet[Row]):
    def find_waiting(self: "BulkStops[BulkStop]", viewer: Viewer) -> "BulkStop | None":
        """The viewer's newest stop that is still within its time and has no reason."""
        within = models.Q()
        for limit, window in WINDOWS.items():
            within |= models.Q(limit=limit, at__gt=viewer.now - window)
        own = self.of_school(viewer).filter(within, person=viewer.person, answer__isnull=True)
        return own.order_by("-pk").first()

    def newest_first(self) -> Self:
        """With who it was and what they said."""
        return self.select_related("person", "answer").order_by("-pk")


class BulkStop(SchoolOwnedModel):
    """At `at` `person` asked for more files: with them those of `files` children would have been
    open within the time of `limit`."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    limit = models.CharField(max_length=4)
    files = models.PositiveIntegerField()

    objects = BulkStops.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit__in=[limit.value for limit in BulkLimit]),
                name="bulk_limit_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["school", "person", "id"], name="bulk_stops_of_a_person"),
        ]

    @property
    def limit_in_words(self) -> str:
        return BulkLimit(self.limit).label

    def __str__(self) -> str:
        return f"bulk stop {self.uid}"


class BulkReason(SchoolOwnedModel):
    """What the person said when they were asked. `gave_factor`: they gave their second factor."""

    stop = models.OneToOneField(BulkStop, models.PROTECT, related_name="answer")
    at = models.DateTimeField()
    words = EncryptedText()
    gave_factor = models.BooleanField()

    def __str__(self) -> str:
        return f"bulk reason {self.uid}"
