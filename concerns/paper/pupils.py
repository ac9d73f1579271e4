"""This file knows how one row of a roll file is read as a pupil, and what can be wrong with it.

A row with something wrong is still read as far as it goes: whoever it is about is then known to be
in the file, and is never counted as missing from it. An empty cell says nothing, and changes
nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from concerns.paper.columns import PUPIL, read_date, year_words
from concerns.paper.rows import Row, tidy

_UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]")
# No pupil is older: a later figure is a slip of the century, or another column.
_OLDEST = 30
# What an export writes where there is no number. Not for names: people are called Null, and Na.
_NOTHING = frozenset({"", "-", "n/a", "na", "none", "null", "unknown", "tbc", "#n/a"})


@dataclass(frozen=True)
class Pupil:
    """What one row says. Empty where it says nothing. `wrong` is why it cannot be brought in."""

    line: int
    surname: str = ""
    forename: str = ""
    known_as: str = ""
    born: date | None = None
    upn: str = ""
    admission_number: str = ""
    year: str = ""
    class_name: str = ""
    wrong: str = ""
    # Everything in it that has the shape of a UPN, where its columns cannot be relied on.
    upns: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.known_as or self.forename, self.surname) if part)


def pupil(row: Row, mapping: Mapping[str, int], width: int, today: date) -> Pupil:
    """`row` read by `mapping` (our key to its position), in a file of `width` columns."""
    cells = [unicodedata.normalize("NFC", tidy(cell)) for cell in row.cells]
    said = {key: cells[at] if at < len(cells) else "" for key, at in mapping.items()}
    for key in ("upn", "admission_number"):
        said[key] = "" if said.get(key, "").lower() in _NOTHING else said[key]
    if mapping["surname"] == mapping["forename"]:
        said["surname"], said["forename"] = _whole_name(said["surname"])
    said["upn"] = said["upn"].replace(" ", "").upper()
    said["year"] = year_words(said.get("year", ""))
    written = said.pop("born")
    born = read_date(written, today)
    wrong = _shape(row, cells, width) or _words(said) or _birth(written, born, today) or _upn(said)
    if wrong:
        # Kept only to find whom it is about.
        said = {key: value for key, value in said.items() if "\ufffd" not in value}
    upns = tuple(cell.upper() for cell in cells if _UPN.fullmatch(cell.upper())) if wrong else ()
    return Pupil(line=row.line, born=born, wrong=wrong, upns=upns, **said)


def _whole_name(written: str) -> tuple[str, str]:
    """Surname and forename of "Surname, Forename"; no forename where it is written otherwise."""
    surname, _, forename = written.partition(",")
    return surname.strip(), forename.strip()


def _shape(row: Row, cells: list[str], width: int) -> str:
    if row.broken:
        return "The quotation marks in this line do not match. Take them out of the file."
    if any(cells[width:]):
        return "There are more columns in this line than headings. Look for a comma inside a name."
    if any("\ufffd" in cell for cell in cells):
        return "There is a letter here that we cannot read. Save the file as CSV UTF-8."
    return ""


def _words(said: Mapping[str, str]) -> str:
    for column in PUPIL:
        if column.key in said and len(said[column.key]) > column.most:
            return f"{column.words}: longer than {column.most} characters."
        if column.needed and column.key in said and not said[column.key]:
            return f"{column.words}: there is none."
    return ""


def _birth(written: str, born: date | None, today: date) -> str:
    if not written:
        return "Date of birth: there is none."
    if born is None:
        return "Date of birth: not a date we can read. Write it like 17/05/2015."
    if born > today:
        return "Date of birth: it has not come yet."
    if today.year - born.year > _OLDEST:
        return f"Date of birth: more than {_OLDEST} years ago."
    return ""


def _upn(said: Mapping[str, str]) -> str:
    upn = said["upn"]
    if upn and not (re.fullmatch(r"[A-Z0-9]{6,13}", upn, re.ASCII) and any(map(str.isdigit, upn))):
        return "UPN: it does not look like one. Leave it empty if there is none yet."
    return ""
