"""Reads one row of a roll file as a pupil, and says what is wrong with it.

A faulty row is still read as far as possible, so that its pupil counts as being in the file and is
not reported missing. An empty cell changes nothing.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from concerns.paper.contact_columns import is_contact_key
from concerns.paper.contact_rows import ContactColumns, ContactLine
from concerns.paper.csv_columns import PUPIL, read_date, year_group_in_words
from concerns.paper.csv_reading import CsvFileRow, tidy_cell, unreadable_letters
from concerns.paper.detail_columns import DETAILS, read_details

_UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]")
# In years. No pupil is older: such a date has the wrong century, or is from another column.
_OLDEST = 30
# What exports write for a missing number. Not used for names: there are people called Null and Na.
_NOTHING = frozenset({"", "-", "n/a", "na", "none", "null", "unknown", "tbc", "#n/a"})


@dataclass(frozen=True, slots=True)
class PupilLine:
    """What one row says, empty where it says nothing. `wrong`: why it cannot be imported."""

    line: int
    surname: str = ""
    forename: str = ""
    known_as: str = ""
    known_surname: str = ""
    born: date | None = None
    upn: str = ""
    admission_number: str = ""
    year: str = ""
    class_name: str = ""
    identifier: str = ""
    contacts: tuple[ContactLine, ...] = ()
    # What the further columns say: (kind, words).
    details: tuple[tuple[str, str], ...] = ()
    # The day they came to this school.
    entry: date | None = None
    # The row is of somebody who has left.
    leaver: bool = False
    # What could not be read and was left out, in sentences.
    notes: tuple[str, ...] = ()
    wrong: str = ""
    # Every cell that looks like a UPN. Only in a faulty row, where cells may be in wrong columns.
    upns: tuple[str, ...] = field(default=())

    @property
    def name_in_file(self) -> str:
        names = (self.known_as or self.forename, self.known_surname or self.surname)
        return " ".join(filter(None, names))


class PupilRowReader:
    """Reads the rows of one file. `mapping` is {column key: position from 0}."""

    def __init__(self, mapping: Mapping[str, int], headings: Sequence[str], today: date):
        further = {column.key for column in DETAILS}
        self.mapping = {
            key: at for key, at in mapping.items() if not is_contact_key(key) and key not in further
        }
        self.details = {key: at for key, at in mapping.items() if key in further}
        self.contacts = ContactColumns(mapping, headings)
        self.width = len(headings)
        self.today = today

    def read_pupil(self, row: CsvFileRow) -> PupilLine:
        """What `row` says of its pupil and of their contacts."""
        cells = [unicodedata.normalize("NFC", tidy_cell(cell)) for cell in row.cells]
        pupil = read_pupil_line(row, cells, self.mapping, self.width, self.today)
        if wrong := pupil.wrong or self.contacts.contact_fault(cells):
            return replace(pupil, wrong=wrong)
        said = read_details(cells, self.details, self.today)
        return replace(
            pupil,
            contacts=self.contacts.read_contacts(cells),
            **{one.name: getattr(said, one.name) for one in fields(said)},
        )


def read_pupil_line(
    row: CsvFileRow, cells: list[str], mapping: Mapping[str, int], width: int, today: date
) -> PupilLine:
    """`row` with its tidied `cells`, read with the columns of `mapping`, in a file of `width`
    columns."""
    said: dict[str, Any] = {
        key: cells[at] if at < len(cells) else "" for key, at in mapping.items()
    }
    for key in ("upn", "admission_number"):
        said[key] = "" if said.get(key, "").lower() in _NOTHING else said[key]
    if mapping["surname"] == mapping["forename"]:
        said["surname"], said["forename"] = _split_whole_name(said["surname"])
    said["upn"] = said["upn"].replace(" ", "").upper()
    said["year"] = year_group_in_words(said.get("year", ""))
    written = said.pop("born")
    born = read_date(written, today)
    wrong = (
        _row_shape_fault(row, cells, width)
        or _cell_length_fault(said)
        or find_birth_date_fault(written, born, today)
        or find_upn_fault(said["upn"])
    )
    if wrong:
        # A faulty row is only used to find its pupil: drop values with unreadable characters.
        said = {key: value for key, value in said.items() if not unreadable_letters([value])}
    upns = tuple(cell.upper() for cell in cells if _UPN.fullmatch(cell.upper())) if wrong else ()
    return PupilLine(line=row.line, born=born, wrong=wrong, upns=upns, **said)


def _split_whole_name(written: str) -> tuple[str, str]:
    """(surname, forename) of "Surname, Forename". Without a comma, the forename is empty."""
    surname, _, forename = written.partition(",")
    return surname.strip(), forename.strip()


def _row_shape_fault(row: CsvFileRow, cells: list[str], width: int) -> str:
    """Broken quotation marks, too many cells or unreadable characters; empty if none."""
    if row.broken:
        return "The quotation marks in this line do not match. Take them out of the file."
    if any(cells[width:]):
        return "There are more columns in this line than headings. Look for a comma inside a name."
    if letters := unreadable_letters(row.cells):
        return (
            f"There is a letter here that we cannot read: “{letters}”. Export the file again, as a"
            " workbook or as CSV UTF-8."
        )
    return ""


def _cell_length_fault(said: Mapping[str, str]) -> str:
    """What is wrong with the first cell that is too long, or empty though needed; "" if none."""
    for column in PUPIL:
        if column.key in said and len(said[column.key]) > column.most:
            return f"{column.words}: longer than {column.most} characters."
        if column.needed and column.key in said and not said[column.key]:
            return f"{column.words}: missing."
    return ""


def find_birth_date_fault(written: str, born: date | None, today: date) -> str:
    """What is wrong with `born`, which was `written` so; empty if nothing is."""
    if not written:
        return "Date of birth: missing."
    if born is None:
        return "Date of birth: not a date we can read. Write it like 17/05/2015."
    if born > today:
        return "Date of birth: this date is in the future."
    if today.year - born.year > _OLDEST:
        return f"Date of birth: more than {_OLDEST} years ago."
    return ""


def find_upn_fault(upn: str) -> str:
    """What is wrong with `upn`, in capitals and without spaces; empty if nothing is."""
    if upn and not (re.fullmatch(r"[A-Z0-9]{6,13}", upn, re.ASCII) and any(map(str.isdigit, upn))):
        return "UPN: this is not a valid UPN. Leave it empty if there is none yet."
    return ""
