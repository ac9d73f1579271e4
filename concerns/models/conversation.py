"""This file knows what was said to whom about a concern: parent, child, adviser."""

from django.db import models

from concerns.models.case import CaseRow
from concerns.models.concern import Concern, ConcernChild
from concerns.models.fields import EncryptedText
from concerns.models.person import Person
from concerns.rules.words import SpokenTo


class Conversation(CaseRow):
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="conversations")
    # Whose parent, or which child. Empty: all the children the concern is about.
    concern_child = models.ForeignKey(
        ConcernChild, models.PROTECT, null=True, related_name="conversations"
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    spoken_to = models.CharField(max_length=10)
    who = EncryptedText()
    said = EncryptedText()
    who_else = EncryptedText()
    # "Could not be reached" is a chase, not an end.
    reached = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spoken_to__in=[word.value for word in SpokenTo]),
                name="spoken_to_is_known",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="conversations_in_order")]

    def __str__(self):
        return f"conversation {self.uid}"

    @property
    def spoken_to_words(self) -> str:
        return SpokenTo.say(self.spoken_to)
