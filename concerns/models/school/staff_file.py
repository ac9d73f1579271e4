"""A staff file on its way in: a table."""

from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person


class StaffFiles(ViewerScopedQuerySet[Row]):
    def awaiting_confirmation(self) -> Self:
        return self.filter(brought_at__isnull=True)

    def imported_newest_first(self) -> Self:
        return self.filter(brought_at__isnull=False).order_by("-brought_at", "-id")


class StaffFile(SchoolOwnedModel):
    """An uploaded list of staff, kept encrypted until the import is confirmed.

    Of an imported one only `columns` is left: which column was read as which, and a digest of the
    headings, so that the next file with the same headings is read in the same way.
    """

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField()
    content = EncryptedText()
    columns = models.JSONField(default=dict)
    brought_at = models.DateTimeField(null=True)

    objects = StaffFiles.as_manager()

    def __str__(self) -> str:
        return f"staff file {self.uid}"
