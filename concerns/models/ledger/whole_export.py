"""Requests to take out the children of the whole school in one file, and the answers.

Neither row ever changes. Who may answer, and how long an answer holds, is in
`rules/whole_export.py`.
"""

from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.rules.whole_export import ALLOWED_FOR, WAITS_FOR, export_answer_refusal


class ExportRequests(ViewerScopedQuerySet[Row]):
    def awaiting_answer(self, viewer: Viewer) -> Self:
        """Those of the viewer's school that are not answered and not too old to be."""
        rows = self.of_school(viewer).filter(answer__isnull=True)
        return rows.filter(at__gt=viewer.now - WAITS_FOR).select_related("by")

    def is_allowed_for(self, viewer: Viewer) -> bool:
        """Whether the viewer was allowed a file of the whole school, not too long ago."""
        allowed = self.of_school(viewer).filter(by=viewer.person, answer__allowed=True)
        return allowed.filter(answer__at__gt=viewer.now - ALLOWED_FOR).exists()

    def newest_first(self) -> Self:
        """With who asked, and who answered what."""
        return self.select_related("by", "answer__by").order_by("-pk")


class ExportRequest(SchoolOwnedModel):
    """`by` asks to take out the children of the whole school, and says what for. `by_head`: they
    are a head."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    words = EncryptedText()
    by_head = models.BooleanField()

    objects = ExportRequests.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "-id"], name="exports_newest")]

    def why_may_not_answer(self, viewer: Viewer) -> str:
        """Why the viewer may not answer it; empty if they may."""
        return export_answer_refusal(
            asked_by_head=self.by_head,
            answers=viewer.roles,
            oneself=self.by_id == viewer.person.pk,
        )

    def __str__(self) -> str:
        return f"export request {self.uid}"


class ExportAnswer(SchoolOwnedModel):
    """The second person's answer to a request."""

    request = models.OneToOneField(ExportRequest, models.PROTECT, related_name="answer")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    allowed = models.BooleanField()

    def __str__(self) -> str:
        return f"export answer {self.uid}"
