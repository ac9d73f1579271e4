"""Contacts of a child as a roll file gave them: whom the school's own system says to ring.

They stand beside the household, which leads write (`household.py`): an import never changes what a
lead wrote, and the office that imports them reads neither. As every entry of a child's file, one is
written once and ended once: a later file that says something else ends it, and it is kept.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child_fact import ChildFact, FactRow, Facts, moment_of
from concerns.models.school.person import Viewer
from concerns.rules.child_file_vocabulary import YesNo


class RollContacts(Facts[FactRow]):
    def end_contacts(self, keys: Iterable[int], by: Viewer, today: date, now: datetime) -> None:
        """End the contacts with the keys `keys`, which a new file does not give any more."""
        self.not_ended().filter(pk__in=list(keys), school=by.school).update(
            until=today, over_at=moment_of(today, now), ended_by=by.person, ended_at=now
        )


class RollContact(ChildFact):
    """One contact of one child. `telephones`: one on each line, with its kind before it.

    `priority`: whom to ring first, from 1: what the file says, else the contact's place among its
    columns; 0 if there is neither. `no_contact`: the file says
    that this person is not to be contacted.
    """

    priority = models.PositiveSmallIntegerField(default=0)
    name = EncryptedText()
    relation = EncryptedText()
    telephones = EncryptedText()
    email = EncryptedText()
    address = EncryptedText()
    responsibility = models.CharField(max_length=10)
    lives_with = models.CharField(max_length=10)
    no_contact = models.BooleanField(default=False)

    objects: ClassVar = RollContacts.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(
                    responsibility__in=[word.value for word in YesNo],
                    lives_with__in=[word.value for word in YesNo],
                ),
                name="roll_contact_answers_are_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school"],
                condition=models.Q(ended_at__isnull=True),
                name="roll_contacts_now",
            )
        ]

    @property
    def numbers(self) -> list[str]:
        return self.telephones.splitlines()

    @property
    def responsibility_words(self) -> str:
        return YesNo.label_of_value(self.responsibility)

    @property
    def lives_with_words(self) -> str:
        return YesNo.label_of_value(self.lives_with)
