"""Contacts of a child as a roll file gave them: whom the school's own system says to ring.

They stand beside the household, which leads write (`household.py`): an import never changes what a
lead wrote, and the office that imports them reads neither. As every entry of a child's file, one is
written once and ended once: a later file that says something else ends it, and it is kept.
"""

from django.db import models

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child_fact import ChildFact
from concerns.rules.child_file_vocabulary import YesNo


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
