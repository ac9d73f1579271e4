"""What a roll file says of a child beside name, class and contacts: sex, religion, plans, GP, ...

It is what the school's own system has, and stands in the child's file beside what leads wrote. An
import never changes an entry: what differs is ended, kept, and recorded anew.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child_fact import ChildFact, FactRow, Facts, moment_of
from concerns.models.school.person import Viewer
from concerns.rules.child_file_vocabulary import RollDetailKind


class RollDetails(Facts[FactRow]):
    def end_details(self, keys: Iterable[int], by: Viewer, today: date, now: datetime) -> None:
        """End the entries with the keys `keys`, of which a new file says something else."""
        self.not_ended().filter(pk__in=list(keys), school=by.school).update(
            until=today, over_at=moment_of(today, now), ended_by=by.person, ended_at=now
        )


class RollDetail(ChildFact):
    """One such thing about one child, in words."""

    kind = models.CharField(max_length=20)
    words = EncryptedText()

    objects: ClassVar = RollDetails.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in RollDetailKind]),
                name="roll_detail_is_known",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="roll_detail_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school"],
                condition=models.Q(ended_at__isnull=True),
                name="roll_details_now",
            )
        ]

    @property
    def kind_words(self) -> str:
        return RollDetailKind.label_of_value(self.kind)
