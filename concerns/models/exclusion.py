"""This file knows who must never see a concern, whatever their role."""

from django.db import models

from concerns.models.case import CaseRow
from concerns.models.concern import Concern
from concerns.models.fields import EncryptedText
from concerns.models.person import Person


class Exclusion(CaseRow):
    """Somebody who must never see this concern, whatever their role."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="excluded_from")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = EncryptedText()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["concern", "person"], name="excluded_once")]

    def __str__(self):
        return f"exclusion from concern {self.concern_id}"
