"""What an agency promised, by when: when a challenge was settled, or the school agreed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.response.referral import ReferralEvent
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.wording import format_date_or_time

# Nobody checks a promise that is further away.
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class PromiseAnswers:
    """Who promised, what, and the day by which it is to be done."""

    who: str
    what: str
    on: date

    def promise_fault(self, today: date) -> str:
        """What is missing or wrong, in a sentence; "" if nothing is."""
        if not (self.who.strip() and self.what.strip()):
            return "Write who promised it, and what they promised."
        if not today <= self.on <= today + LONGEST:
            return "Enter the day by which they will do it: from today, within a year."
        return ""


class Promises(CaseRows[ConcernRow]):
    def record_promise(
        self: "Promises[Promise]", event: ReferralEvent, promised: PromiseAnswers
    ) -> "Promise":
        """Save what was promised when `event`, the settling of a challenge, was written down."""
        return self.create(school_id=event.school_id, event=event, **vars(promised))


class Promise(CaseRow):
    """A promise of an agency. A step is due on its day: to find out whether it was kept."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "event__referral__decision"
    to_concern = "event__referral__concern_id"
    event = models.ForeignKey(ReferralEvent, models.PROTECT, related_name="promises")
    who = EncryptedText()
    what = EncryptedText()
    on = models.DateField()

    objects: ClassVar = Promises.as_manager()

    def __str__(self) -> str:
        return f"promise {self.uid}"

    @property
    def promise_in_words(self) -> str:
        """Such as "Promised by Ann Lee, for 3 December 2026: A strategy discussion"."""
        return f"Promised by {self.who}, for {format_date_or_time(self.on)}: {self.what}"
