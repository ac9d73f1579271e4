"""Answers on a referral sent or a conversation held, before they are saved as rows.

A decision form may include both, if they happened before the decision was written down. The
referral and conversation forms (`refer/`) give them too.
"""

from dataclasses import dataclass, fields
from datetime import datetime

from concerns.models.concern.concern_child import ConcernChild
from concerns.rules.words import MAY_CONSENT, NO_CONSENT


@dataclass(frozen=True)
class ReferralSentAnswers:
    """How a referral was sent: to which agency and person, how, when and under what reference."""

    agency: str
    spoken_to: str
    method: str
    happened_at: datetime
    their_reference: str = ""
    words: str = ""

    @property
    def referral_event_fields(self) -> dict:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def sent_ledger_details(self) -> dict:
        """Its fields and words for a ledger line."""
        named = {"agency": self.agency, "spoken_to": self.spoken_to}
        return {
            "fields": ["agency", "spoken_to", "method", "their_reference", "words"],
            "words": {**named, "reference": self.their_reference, "words": self.words},
        }


@dataclass(frozen=True)
class ConversationAnswers:
    """The answers on a conversation. `concern_child` None: it was about all the children."""

    spoken_to: str
    who: str
    said: str
    happened_at: datetime
    who_else: str = ""
    concern_child: ConcernChild | None = None
    reached: bool = True
    # Of `Consent`; empty if nobody wrote it down.
    consent: str = ""

    @property
    def consent_fault(self) -> str:
        """Why its answer on consent does not fit whom it was with; "" if it does."""
        fits = self.reached and self.spoken_to in MAY_CONSENT
        return NO_CONSENT if self.consent and not fits else ""

    @property
    def conversation_ledger_details(self) -> dict:
        """Its fields and words for a ledger line."""
        words = {"who": self.who, "said": self.said, "who_else": self.who_else}
        if self.consent:
            words["consent"] = self.consent
        return {"fields": list(words), "reason": self.spoken_to, "words": words}
