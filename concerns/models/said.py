"""This file knows what was said to parents or sent outside, in hand before it becomes a row.

A decision may carry both, when they were done before it was written down; so may the acts of their
own room.
"""

from dataclasses import dataclass, fields
from datetime import datetime

from concerns.models.filed import ConcernChild


@dataclass(frozen=True)
class Sent:
    """How a referral went: to which agency and person, how, when, and what number they gave it."""

    agency: str
    spoken_to: str
    method: str
    happened_at: datetime
    their_reference: str = ""
    words: str = ""

    @property
    def said(self) -> dict:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def told(self) -> dict:
        """What a line of the record says of it: which fields, and what it commits to."""
        named = {"agency": self.agency, "spoken_to": self.spoken_to}
        return {
            "fields": ["agency", "spoken_to", "method", "their_reference", "words"],
            "words": {**named, "reference": self.their_reference, "words": self.words},
        }


@dataclass(frozen=True)
class Said:
    """A conversation as it is written down. `concern_child` None: it was about all of them."""

    spoken_to: str
    who: str
    said: str
    happened_at: datetime
    who_else: str = ""
    concern_child: ConcernChild | None = None
    reached: bool = True

    @property
    def told(self) -> dict:
        """What a line of the record says of it: which fields, and what it commits to."""
        words = {"who": self.who, "said": self.said, "who_else": self.who_else}
        return {"fields": list(words), "reason": self.spoken_to, "words": words}
