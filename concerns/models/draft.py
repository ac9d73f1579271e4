"""This file knows what somebody is writing: encrypted, theirs alone, on the server.

A draft of a concern, and equally the words of any other form whose session ended or whose page had
gone stale before it was sent.
"""

import json

from django.db import models

from concerns.models.case import Row, Scoped
from concerns.models.fields import EncryptedText
from concerns.models.person import Person

CONCERN = "concern"


class Drafts(Scoped):
    def of(self, viewer):
        return self.filter(person=viewer.person, school=viewer.school).for_viewer(viewer)


class Draft(Row):
    person = models.ForeignKey(Person, models.PROTECT, related_name="drafts")
    # The form it belongs to: `CONCERN`, or the address of the page it was typed on.
    page = models.CharField(max_length=200, default=CONCERN)
    words = EncryptedText()
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    objects = Drafts.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "page", "-saved_at"], name="drafts_of_a_person")]

    def __str__(self):
        return f"draft {self.uid}"

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, field by field, as it was posted."""
        return json.loads(self.words or "{}")
