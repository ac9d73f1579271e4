"""This file knows what a writer's form holds once it is valid, in hand before it becomes rows."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from concerns.models.child import Child
from concerns.models.person import Person
from concerns.rules.words import Teller

# The columns of a concern that are kept sealed, of those its writer fills.
SEALED = (
    "account", "may_mean", "place", "child_words", "asked", "who_else", "explanation",
    "explained_by", "told_in_person", "already_called", "teller", "told_when", "told_words",
)  # fmt: skip
_AS_TYPED = (
    *SEALED, "going_home", "danger", "happened_on", "happened_at", "how_sure", "how_known",
    "did_not_want_to_say", "cannot_move", "fgm_known", "teller_is",
)  # fmt: skip


@dataclass(frozen=True)
class MarkSeen:
    place: str
    side: str = ""
    size_cm: Decimal | None = None
    described: str = ""


@dataclass(frozen=True)
class Account:
    """What the form holds once it is valid. Words are as typed; the rest are keys of `words.py`."""

    going_home: str
    account: str = ""
    children: tuple[Child, ...] = ()
    involved: tuple[Child, ...] = ()
    described: str = ""
    danger: bool = False
    happened_on: date | None = None
    happened_at: time | None = None
    how_sure: str = ""
    how_known: str = ""
    did_not_want_to_say: bool = False
    # A mark on a child who cannot yet move about; FGM known, not only suspected.
    cannot_move: bool = False
    fgm_known: bool = False
    may_mean: str = ""
    place: str = ""
    child_words: str = ""
    asked: str = ""
    who_else: str = ""
    explanation: str = ""
    explained_by: str = ""
    told_in_person: str = ""
    already_called: str = ""
    # What somebody without an account told who writes: theirs, kept apart.
    teller: str = ""
    teller_is: str = ""
    told_when: str = ""
    told_words: str = ""
    categories: tuple[str, ...] = ()
    # Who works here and must not see it.
    excluded: tuple[Person, ...] = ()
    marks: tuple[MarkSeen, ...] = field(default=())

    @property
    def typed(self) -> dict:
        """The columns of a concern, as they were typed."""
        # Whoever is only named is somebody else: by this column what was told is found again.
        kind = self.teller_is or (Teller.OTHER if self.told_words else "")
        return {name: getattr(self, name) for name in _AS_TYPED} | {"teller_is": kind}

    @property
    def sealed(self) -> dict[str, str]:
        """What was said in words, by its column."""
        return {name: getattr(self, name) for name in SEALED if getattr(self, name)}

    @property
    def words(self) -> dict[str, str]:
        """The same, and every word that stands in rows of its own."""
        marks = "\n".join(filter(None, [mark.described for mark in self.marks]))
        beside = {"described": self.described, "marks": marks}
        return self.sealed | {name: words for name, words in beside.items() if words}
