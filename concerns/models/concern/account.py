"""The answers of the concern form, once it is valid and before they are saved as rows."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from concerns.models.child.child import Child
from concerns.models.school.person import Person
from concerns.rules.words import TellerKind

# The encrypted columns of a concern that its writer fills in.
SEALED = (
    "account", "may_mean", "place", "child_words", "asked", "who_else", "explanation",
    "explained_by", "told_in_person", "already_called", "teller", "told_when", "told_words",
    "when_written", "not_read",
)  # fmt: skip
_AS_TYPED = (
    *SEALED, "going_home", "danger", "happened_on", "happened_at", "how_sure", "how_known",
    "did_not_want_to_say", "cannot_move", "fgm_known", "teller_is",
)  # fmt: skip


@dataclass(frozen=True)
class MarkSeen:
    """One visible mark, as the writer describes it. `place` and `side` are keys of `words.py`;
    `place` is empty if it is not written. `size_cm` is what `size_written` was read as."""

    place: str
    side: str = ""
    size_cm: Decimal | None = None
    described: str = ""
    size_written: str = ""


@dataclass(frozen=True)
class Account:
    """The answers of a valid concern form. Texts are as typed; choices are keys of `words.py`."""

    going_home: str
    account: str = ""
    children: tuple[Child, ...] = ()
    involved: tuple[Child, ...] = ()
    described: str = ""
    danger: bool = False
    happened_on: date | None = None
    happened_at: time | None = None
    # When it happened in the words of the writer, if they are more than the day and time say.
    when_written: str = ""
    how_sure: str = ""
    how_known: str = ""
    did_not_want_to_say: bool = False
    # A mark on a child who cannot yet move about; female genital mutilation (FGM) that is known
    # of, not only suspected.
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
    # What somebody without a user account told the writer; kept apart from the writer's account.
    teller: str = ""
    teller_is: str = ""
    told_when: str = ""
    told_words: str = ""
    categories: tuple[str, ...] = ()
    # People who work here and must not see the concern.
    excluded: tuple[Person, ...] = ()
    marks: tuple[MarkSeen, ...] = field(default=())
    # Notes for the reader, a line each: answers that could not be read, as they were written.
    not_read: str = ""

    @property
    def concern_column_values(self) -> dict:
        """Column values of the concern, as they were typed."""
        # Queries find third-party accounts by this column, so it is never left empty when there are
        # words: somebody who is only named counts as "other".
        kind = self.teller_is or (TellerKind.OTHER if self.told_words else "")
        return {name: getattr(self, name) for name in _AS_TYPED} | {"teller_is": kind}

    @property
    def encrypted_column_words(self) -> dict[str, str]:
        """The non-empty texts by the name of their encrypted column."""
        return {name: getattr(self, name) for name in SEALED if getattr(self, name)}

    @property
    def all_written_words(self) -> dict[str, str]:
        """The non-empty texts by name, with those saved in other tables: description and marks."""
        texts = [text for mark in self.marks for text in (mark.size_written, mark.described)]
        marks = "\n".join(filter(None, texts))
        beside = {"described": self.described, "marks": marks}
        return self.encrypted_column_words | {
            name: words for name, words in beside.items() if words
        }
