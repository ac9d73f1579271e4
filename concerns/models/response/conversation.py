"""Conversations about a concern with a parent, the child or an adviser."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce

from concerns.models.base.case_row import CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.attachment import RowWithFiles
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.response.contact_details import ConversationAnswers
from concerns.models.school.person import Person, Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.wording import times_in_words
from concerns.rules.words import MAY_CONSENT, ChildPart, Consent, SpokenTo


class Conversations(CaseRows[ConcernRow]):
    def record_conversation(
        self: "Conversations[Conversation]",
        by: Viewer,
        concern: Concern,
        said: ConversationAnswers,
        now: datetime,
    ) -> "Conversation":
        return self.create(
            school=by.school,
            concern=concern,
            concern_child=said.concern_child,
            by=by.person,
            at=now,
            happened_at=said.happened_at,
            spoken_to=said.spoken_to,
            who=said.who,
            said=said.said,
            who_else=said.who_else,
            reached=said.reached,
            consent=said.consent,
        )

    def where_reached(self, concern: Concern, spoken_to: str) -> Self:
        """Conversations in which the person was reached, by kind of person.

        Leaves out those held while the concern was filed under another child by mistake.
        """
        last = Refiling.objects.filter(concern=concern).order_by("-id").values("at")[:1]
        of_one = models.Q(concern_child__isnull=False) & ~models.Q(
            concern_child__part=ChildPart.MOVED
        )
        since = Coalesce(models.Subquery(last), models.F("at"))
        of_all = models.Q(concern_child__isnull=True, at__gte=since)
        here = self.filter(concern=concern, spoken_to=spoken_to, reached=True)
        return here.filter(of_one | of_all)


def tries_in_words(talks: Iterable["Conversation"], spoken_to: str) -> str:
    """Failed tries since the last success, such as "Tried 3 times"; "" if there were none."""
    times = 0
    for talk in talks:
        if talk.spoken_to == spoken_to:
            times = 0 if talk.reached else times + 1
    return f"Tried {times_in_words(times)}" if times else ""


class Conversation(RowWithFiles):
    shown_in_part = ShownInPart.OF_THEIR_CHILD_OR_WHOLE
    to_concern_child = "concern_child"
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="conversations")
    # Whose parent, or which child. Null: all the children the concern is about.
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
    # False: they could not be reached, so speaking to them is still owed.
    reached = models.BooleanField(default=True)
    # Whether they agree that the school refers the child; empty if nobody wrote it down.
    consent = models.CharField(max_length=10, blank=True)

    objects: ClassVar = Conversations.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spoken_to__in=[word.value for word in SpokenTo]),
                name="spoken_to_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(consent="")
                | models.Q(
                    consent__in=[word.value for word in Consent],
                    spoken_to__in=[word.value for word in MAY_CONSENT],
                    reached=True,
                ),
                name="consent_is_of_family",
            ),
        ]
        indexes = [models.Index(fields=["concern", "id"], name="conversations_in_order")]

    def __str__(self) -> str:
        return f"conversation {self.uid}"

    @property
    def spoken_to_words(self) -> str:
        return SpokenTo.label_of_value(self.spoken_to)

    @property
    def consent_words(self) -> str:
        return Consent.label_of_value(self.consent)
