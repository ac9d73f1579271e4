"""Whose Common Transfer File (CTF) a kept text is, and the table that it holds.

The text is what `ctf_reading.py` makes of the XML: CSV, below a line that says who wrote the file
and for whom. A line of the table is the pupil of that number in the file, counted from 1.
"""

import csv
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields, replace

from concerns.models.school.school import School
from concerns.paper.contact_columns import MOST_CONTACTS
from concerns.paper.csv_reading import CsvFileTable, read_table
from concerns.paper.school_rows import is_name_of_school

_MARK = "Common Transfer File"
# Headings of days at the school that wrote the file.
ENTRY = "Date of entry"
LEFT_ON = "Leaving date"


@dataclass(frozen=True)
class CtfOrigin:
    """What a CTF says of itself, empty where it says nothing. `written`: the day, as 2026-09-03. A
    number is the local authority's with the establishment's: "201 2345". `more_contacts`: how many
    pupils have more contacts than are read."""

    version: str = ""
    written: str = ""
    source_name: str = ""
    source_number: str = ""
    source_urn: str = ""
    destination_name: str = ""
    destination_number: str = ""
    destination_urn: str = ""
    more_contacts: str = ""

    @property
    def contacts_read(self) -> int:
        """How many contacts of each pupil are read."""
        return MOST_CONTACTS

    @property
    def source(self) -> str:
        """Who wrote it, in words: "Mill Lane School (201 2345)"."""
        return _school_in_words(self.source_name, self.source_number, self.source_urn)

    @property
    def destination(self) -> str:
        return _school_in_words(
            self.destination_name, self.destination_number, self.destination_urn
        )

    def is_written_by(self, school: School) -> bool:
        return _is_school(self.source_name, self.source_number, self.source_urn, school)

    def find_doubt(self, school: School) -> str:
        """Why it may not be a file for `school`, in a sentence; empty if it plainly is one: the
        school wrote it for nobody else, or it was written for the school."""
        to = self.destination_name, self.destination_number, self.destination_urn
        is_for = _is_school(*to, school)
        is_named = bool(
            self.destination_name
            or self.destination_urn
            or (school.dfe_number and _digits_of_school(self.destination_number))
        )
        if is_for or (self.is_written_by(school) and not is_named):
            return ""
        if is_named:
            return f"The file says that it was written for another school: {self.destination}."
        return f"The file says that it was written by {self.source or 'a school without a name'}."


def _school_in_words(name: str, number: str, urn: str) -> str:
    number = number or (f"URN {urn}" if urn else "")
    return f"{name} ({number})" if name and number else name or number


def _is_school(name: str, number: str, urn: str, school: School) -> bool:
    """By a number where both have one of its kind, else by the name as far as it is written."""
    pairs = [(_digits_of_school(number), school.dfe_number), (urn, school.urn)]
    both = [one == own for one, own in pairs if one and own]
    return any(both) if both else is_name_of_school(name, school.name)


def _digits_of_school(number: str) -> str:
    """The seven digits of "201 2345"; empty for letters, which stand for many schools or none."""
    digits = number.replace(" ", "")
    return digits if len(digits) == 7 and digits.isdecimal() else ""


@dataclass(frozen=True)
class RollFileTable(CsvFileTable):
    """A roll file as headings and rows. `origin`: only of a CTF."""

    origin: CtfOrigin | None = None


def origin_cells(origin: CtfOrigin) -> list[str]:
    """The line that stands above the headings."""
    return [_MARK, *astuple(origin)]


def read_roll_table(text: str, known: Callable[[tuple[str, ...]], int]) -> RollFileTable:
    """The text of a roll file as a table. `known` is as in `read_table`. Raises NotATable."""
    origin, rest = _split_origin(text)
    found = read_table(rest, known)
    rows = found.rows
    if origin:
        # Without the line of the headings.
        rows = tuple(replace(row, line=row.line - 1) for row in rows)
    return RollFileTable(found.headings, rows, found.recognised, found.cut_short, origin)


def _split_origin(text: str) -> tuple[CtfOrigin | None, str]:
    """Whose CTF the text is, and the table below; None and all of it if it is no CTF."""
    line, _, rest = text.partition("\r\n")
    if not line.startswith(f"{_MARK},"):
        return None, text
    with suppress(csv.Error):
        cells = next(csv.reader([line]))[1:]
        if len(cells) == len(fields(CtfOrigin)):
            return CtfOrigin(*cells), rest
    return None, text


def set_apart_days_elsewhere(found: RollFileTable, school: School) -> RollFileTable:
    """The table as `school` reads it. In a file that another school wrote, a pupil's days
    there have headings of their own: whoever has left that school has not left this one."""
    if not found.origin or found.origin.is_written_by(school):
        return found
    elsewhere = found.origin.source or "the school that wrote the file"
    headings: Sequence[str] = [
        f"{heading} at {elsewhere}" if heading in (ENTRY, LEFT_ON) else heading
        for heading in found.headings
    ]
    return replace(found, headings=tuple(headings))
