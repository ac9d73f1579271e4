"""A staff file on its way in: a table."""

from django.db import models

from concerns.models.base.case_row import SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person


class StaffFiles(ViewerScopedQuerySet):
    def awaiting_confirmation(self):
        return self.filter(brought_at__isnull=True)


class StaffFile(SchoolOwnedModel):
    """An uploaded list of staff, kept encrypted until the import is confirmed."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField()
    content = EncryptedText()
    brought_at = models.DateTimeField(null=True)

    objects = StaffFiles.as_manager()

    def __str__(self):
        return f"staff file {self.uid}"
