"""What the office changed by hand of one pupil on the roll, or that it added them.

The pupil's own rows say what holds now (`models/child/child.py`). This says who changed it, and
when, for the pupil's page in the room `roll`.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.school.person import Person

# Of one field: what it was before and what it is now. Empty: nothing.
OldAndNew = tuple[str | date, str | date]


class RollCorrections(ViewerScopedQuerySet[Row]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class RollCorrection(SchoolOwnedModel):
    """One change by hand. `changes` is JSON: {field of the pupil: [old, new]}."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="roll_corrections")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    # Whether the pupil came, or came back, on the roll with it.
    added = models.BooleanField(default=False)
    changes = EncryptedText()

    objects = RollCorrections.as_manager()

    def __str__(self) -> str:
        return f"roll correction {self.uid}"

    @staticmethod
    def write_changes(fields: Mapping[str, OldAndNew]) -> str:
        return json.dumps({name: [str(old), str(new)] for name, (old, new) in fields.items()})

    def read_changes(self) -> dict[str, tuple[str, str]]:
        """{field: (old, new)}, in the order in which they were written."""
        return {name: (old, new) for name, (old, new) in json.loads(self.changes).items()}
