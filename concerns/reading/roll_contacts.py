"""Reads the contacts of a child that roll files gave, and of whom a file said "no contact".

Such a flag stands before every number of that person, in a lead's own entries too: they are found
by the name or by the number. A flag that a later file took off is still told, with the day.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from concerns.models.child.roll_contact import RollContact
from concerns.rules.name_folding import fold_text
from concerns.rules.wording import number_to_dial

# Before a name, in small letters; no part of it.
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "prof", "sir", "lady"})


@dataclass(frozen=True)
class NoContact:
    """Roll files say, or said until `until`, "no contact" of somebody with the same name or one of
    the same numbers."""

    until: datetime | None = None


@dataclass(frozen=True)
class FileContact:
    """A contact as it stands now. `no_contact`: set if a file says or said that of them."""

    contact: RollContact
    no_contact: NoContact | None


@dataclass(frozen=True)
class FileContacts:
    """The contacts of one child: those that stand, whom to ring first at the beginning, and those
    of earlier files, the last to end first."""

    now: list[FileContact] = field(default_factory=list)
    earlier: list[RollContact] = field(default_factory=list)

    def find_no_contact(self, name: str, telephones: Iterable[str]) -> NoContact | None:
        """What the roll files say of somebody with this name or one of these numbers."""
        rows = [*(one.contact for one in self.now), *self.earlier]
        return _no_contact_among(rows, name, telephones)


def build_file_contacts(rows: Sequence[RollContact]) -> FileContacts:
    """The contacts of one child from `rows`, all that were ever recorded."""
    standing = [row for row in rows if row.ended_at is None]
    earlier = [row for row in rows if row.ended_at]
    standing.sort(key=lambda row: (row.priority == 0, row.priority, row.pk))
    earlier.sort(key=lambda row: (row.ended_at, row.pk), reverse=True)
    now = [FileContact(row, _no_contact_among(rows, row.name, row.numbers)) for row in standing]
    return FileContacts(now, earlier)


def _no_contact_among(
    rows: Iterable[RollContact], name: str, telephones: Iterable[str]
) -> NoContact | None:
    """One that stands counts before one that has ended, and of these the last."""
    words = _words_of_name(name)
    numbers = _dialled(telephones)
    barred = [
        row
        for row in rows
        if row.no_contact
        and (_is_one_name(words, _words_of_name(row.name)) or numbers & _dialled(row.numbers))
    ]
    if not barred:
        return None
    ended = [row.ended_at for row in barred if row.ended_at]
    return NoContact(until=None if len(ended) < len(barred) else max(ended))


def _words_of_name(name: str) -> frozenset[str]:
    return frozenset(fold_text(name).split()) - TITLES


def _is_one_name(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both may be one person: "Cole, Sam" and "Mr Sam Peter Cole". One word is a name only
    of whoever has no other."""
    fewer, more = sorted((one, other), key=len)
    return fewer == more != frozenset() or (len(fewer) > 1 and fewer <= more)


def _dialled(telephones: Iterable[str]) -> set[str]:
    """The numbers as they are dialled from inside the country, every one of each line."""
    parts = (part for one in telephones for part in re.split(r"[;/]| or ", one))
    dialled = (number_to_dial(part) for part in parts)
    return {re.sub(r"^(\+|00)44", "0", number) for number in dialled if number}
