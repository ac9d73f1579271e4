"""Telephone calls made to chase an agency for an answer, and their totals.

A call does not move any deadline: what the agency owes stays due when it was due. Each call is one
row, meant to be written down within seconds of hanging up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.wording import number_with_noun, times_in_words

# In minutes. Nobody waits on the line for longer than a working day; more is a typing error.
LONGEST_HOLD = 600


class ChaseCalls(CaseRows[ConcernRow]):
    def record_chase_call(
        self: "ChaseCalls[ChaseCall]", by: Viewer, referral: Any, now: datetime, **said: Any
    ) -> "ChaseCall":
        return self.create(school=by.school, referral=referral, by=by.person, at=now, **said)


class ChaseCall(CaseRow):
    """One call. If `spoken_to` is empty, nobody answered."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "referral__decision"
    to_concern = "referral__concern_id"
    referral = models.ForeignKey("concerns.Referral", models.PROTECT, related_name="chases")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    telephone = EncryptedText()
    minutes = models.PositiveSmallIntegerField(default=0)
    spoken_to = EncryptedText()
    said = EncryptedText()

    objects: ClassVar = ChaseCalls.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__lte=LONGEST_HOLD), name="nobody_holds_for_longer"
            )
        ]
        indexes = [models.Index(fields=["referral", "id"], name="chases_in_order")]

    def __str__(self) -> str:
        return f"chase {self.uid}"

    @property
    def over_at(self) -> datetime:
        """When it was over, as far as is known: the minutes on hold after it began. Nobody writes a
        call down before that."""
        return self.happened_at + timedelta(minutes=self.minutes)

    @property
    def call_in_words(self) -> str:
        """The call in words: "Rang 01632 960001, 12 minutes on hold, spoke to nobody"."""
        rang = f"Rang {self.telephone}" if self.telephone else "Rang"
        held = f"{number_with_noun(self.minutes, 'minute')} on hold" if self.minutes else ""
        return ", ".join(filter(None, [rang, held, f"spoke to {self.spoken_to or 'nobody'}"]))


# For pages of steps: only the columns needed for the totals, so that nothing is decrypted.
OF_STEPS = models.Prefetch("referral__chases", ChaseCall.objects.only("referral", "minutes"))


def chase_calls_in_words(calls: Iterable[ChaseCall]) -> str:
    """The total, such as "Chased 4 times, 57 minutes waiting"; "" if there are no calls."""
    calls = list(calls)
    minutes = sum(call.minutes for call in calls)
    waited = f", {number_with_noun(minutes, 'minute')} waiting" if minutes else ""
    return f"Chased {times_in_words(len(calls))}{waited}" if calls else ""
