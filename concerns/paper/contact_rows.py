"""Reads the contacts in one row of a roll file: who they are to the child, and how to reach them.

A flag that is not plainly a no counts as "no contact": a person who must not be rung and is rung is
worse than one who is asked about. An answer that is neither yes nor no is "not known".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concerns.paper.contact_columns import (
    CONTACT_FIELDS,
    OF_THE_ROW,
    contact_column_words,
    contact_key,
    group_contact_columns,
    implied_relation,
)
from concerns.rules.child_file_vocabulary import YesNo

_YES = frozenset({"y", "yes", "true", "t", "1", "x", "✓", "✔"})
_NO = frozenset({"n", "no", "false", "f", "0", "none", "na", "n/a", "-"})
_SAYS_NO = frozenset({"n", "no", "false", "f", "0"})
_NUMBERS = (("mobile", "Mobile"), ("home", "Home"), ("work", "Work"), ("telephone", ""))
# A number whose first 0 a spreadsheet has dropped.
_WITHOUT_ZERO = re.compile(r"[127]\d{9}", re.ASCII)
_LAST = 99


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact as a file gives them, empty where it says nothing.

    `priority` is 0 if the file gives none. `telephones` are numbers, each perhaps with its kind
    before it. `responsibility` and `lives_with` are values of YesNo.
    """

    name: str
    relation: str = ""
    priority: int = 0
    telephones: tuple[str, ...] = ()
    email: str = ""
    address: str = ""
    responsibility: str = YesNo.NOT_KNOWN.value
    lives_with: str = YesNo.NOT_KNOWN.value
    no_contact: bool = False


class ContactColumns:
    """The columns of contacts in a file: a mapping {column key: position}, and the headings."""

    def __init__(self, mapping: Mapping[str, int], headings: Sequence[str]):
        self.groups = group_contact_columns(mapping)
        self.relations = {
            number: next(
                filter(None, (implied_relation(headings[at]) for at in group.values())), ""
            )
            for number, group in self.groups.items()
        }

    def read_contacts(self, cells: Sequence[str]) -> tuple[ContactLine, ...]:
        """The contacts of a row, in the order of their priority, else of their columns."""
        found = []
        for number, group in self.groups.items():
            said = {key: cells[at] for key, at in group.items() if at < len(cells) and cells[at]}
            if contact := _read_contact(said, number, self.relations[number]):
                found.append(contact)
        return in_priority_order(found)

    def contact_fault(self, cells: Sequence[str]) -> str:
        """What is wrong with the first cell that is too long; empty if none is."""
        for number, group in self.groups.items():
            for field in CONTACT_FIELDS:
                at = group.get(field.key, len(cells))
                if at < len(cells) and len(cells[at]) > field.most:
                    words = contact_column_words(contact_key(number, field.key))
                    return f"{words}: longer than {field.most} characters."
        return ""


def in_priority_order(contacts: Sequence[ContactLine]) -> tuple[ContactLine, ...]:
    """`contacts`, each once, in order of priority; those without one last, as they came."""
    once = list(dict.fromkeys(contacts))
    return tuple(sorted(once, key=lambda contact: contact.priority or _LAST))


def _read_contact(said: Mapping[str, str], number: int, relation: str) -> ContactLine | None:
    """The contact, or None if there is neither a name nor a way to reach them."""
    parts = (said.get("title", ""), said.get("forename", ""), said.get("surname", ""))
    name = " ".join(filter(None, parts)) if any(parts[1:]) else said.get("name", "")
    telephones = tuple(dict.fromkeys(_read_telephones(said)))
    email = said.get("email", "")
    email = email if "@" in email else ""
    if not (name or telephones or email):
        return None
    return ContactLine(
        name=name,
        relation=said.get("relation", "") or relation,
        priority=_read_priority(said.get("priority", ""), number),
        telephones=telephones,
        email=email,
        address=said.get("address", ""),
        responsibility=_read_yes_or_no(said.get("responsibility", "")),
        lives_with=_read_yes_or_no(said.get("lives_with", "")),
        no_contact=said.get("no_contact", "").casefold() not in _NO | {""},
    )


def _read_telephones(said: Mapping[str, str]) -> list[str]:
    found = []
    for key, kind in _NUMBERS:
        for written in re.split(r";| or |/(?=\s*[\d+(])", said.get(key, "")):
            number = written.strip().removesuffix(".0")
            number = "" if number.casefold() in _NO else number
            if _WITHOUT_ZERO.fullmatch(number):
                number = f"0{number}"
            if number:
                found.append(f"{kind} {number}".strip())
    return found


def _read_priority(written: str, number: int) -> int:
    """The priority, from 1; that of its columns if none is written; 0 if neither says it."""
    digits = re.search(r"\d{1,2}", written, re.ASCII)
    if digits:
        return int(digits[0])
    return number if number != OF_THE_ROW else 0


def _read_yes_or_no(written: str) -> str:
    """Not known, unless it is answered: "None" or "No information" is no answer."""
    said = written.strip().casefold()
    if re.split(r"[\s,:;(-]", said, maxsplit=1)[0] in _YES:
        return YesNo.YES.value
    is_no = said in _SAYS_NO or re.match(r"no?\s*[,:;(.-]", said)
    return YesNo.NO.value if is_no else YesNo.NOT_KNOWN.value
