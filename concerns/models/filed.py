"""This file knows under which children a concern is filed."""

from django.db import models

from concerns.models.case import CaseRow
from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.fields import EncryptedText
from concerns.rules.words import Part


class ConcernChild(CaseRow):
    """A child it is about, or one also involved; or the description of one not on the roll."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="children")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="concern_rows")
    described = EncryptedText()
    part = models.CharField(max_length=10, default=Part.ABOUT)
    # As they were on the day it was written.
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "child"], name="child_once_in_a_concern"),
            models.CheckConstraint(
                condition=models.Q(part__in=[part.value for part in Part]), name="part_is_known"
            ),
        ]
        indexes = [models.Index(fields=["child", "-concern"], name="concerns_of_a_child")]

    def __str__(self):
        return f"child of concern {self.concern_id}"

    @property
    def name(self) -> str:
        """For a page. Needs `child` fetched."""
        return self.child.name if self.child_id else f"Not on the roll: {self.described}"
