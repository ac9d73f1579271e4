"""The columns of pupil and staff files: their usual headings, and how their dates are read.

The headings are those used by school systems and offices in their exports. Headings are compared
without case, spaces and punctuation: "Date of Birth", "date_of_birth" and "DATEOFBIRTH" are the
same.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Column:
    """One column that we read: its key, its label and the headings it may have.

    `most` is the longest value in characters. `needed`: a file or row without it is refused.
    """

    key: str
    words: str
    names: tuple[str, ...]
    most: int
    needed: bool = False

    @property
    def headings(self) -> list[str]:
        """The headings it may have, as they are compared; our own label is the last of them."""
        return [normalise_heading(name) for name in (*self.names, self.words)]


# The names that people use. In a file that gives no legal ones, they stand for those too.
_USED_SURNAME = (
    "preferred surname", "preferred last name", "chosen surname", "usual surname",
    "surname used", "known as surname", "preferred family name",
)  # fmt: skip
_USED_FORENAME = (
    "preferred forename", "preferred first name", "chosen forename", "usual forename",
    "forename used", "preferred given name",
)  # fmt: skip

PUPIL = (
    Column(
        "surname", "Surname",
        ("surname", "last name", "family name", "legal surname", "legal last name",
         "pupil surname", "student surname", "pupil last name", "student last name",
         *_USED_SURNAME, "name", "pupil name", "student name",
         "full name", "pupil", "student"),
        100, needed=True,
    ),
    Column(
        "forename", "Forename",
        ("forename", "first name", "given name", "legal forename", "legal first name",
         "pupil forename", "student forename", "pupil first name", "student first name",
         "forenames", "forename s", *_USED_FORENAME, "name", "pupil name", "student name",
         "full name", "pupil", "student"),
        100, needed=True,
    ),
    Column(
        "known_as", "Forename used",
        ("known as", *_USED_FORENAME, "preferred name", "chosen name", "usual name", "called"),
        100,
    ),
    Column("known_surname", "Surname used", _USED_SURNAME, 100),
    Column(
        "born", "Date of birth",
        ("date of birth", "dob", "birth date", "birthday", "born", "pupil dob", "student dob",
         "pupil date of birth"),
        40, needed=True,
    ),
    Column("upn", "UPN", ("upn", "unique pupil number", "upn number", "pupil upn"), 13),
    Column(
        "admission_number", "Admission number",
        ("admission number", "admission no", "admissions number", "adno", "adm no", "adm",
         "admission", "pupil number", "student number", "pupil id", "student id", "mis id",
         "arbor student id"),
        40,
    ),
    Column(
        "year", "Year",
        ("year group", "year", "nc year", "national curriculum year", "curriculum year",
         "year taught in", "actual nc year", "yr", "yr group", "yr grp", "current year",
         "nc year actual", "nc year group", "year groups", "year groups this academic year",
         "year group this academic year", "year code", "int nc year"),
        20,
    ),
    Column(
        "class_name", "Class",
        ("class", "registration group", "reg group", "registration form", "reg form", "reg",
         "tutor group", "form", "form group", "registration", "class name", "registration class",
         "registration name", "registration group name", "reg grp"),
        40,
    ),
)  # fmt: skip

STAFF = (
    Column(
        "name", "Name",
        ("name", "full name", "staff name", "display name", "employee name"),
        150, needed=True,
    ),
    Column(
        "forename", "Forename",
        ("first name", "forename", "given name", "first name required", "preferred first name",
         "legal first name"),
        100,
    ),
    Column(
        "surname", "Surname",
        ("last name", "surname", "family name", "last name required", "preferred last name",
         "legal last name"),
        100,
    ),
    Column(
        "email", "E-mail",
        ("email", "email address", "work email", "work email address", "mail",
         "email address required", "primary email", "user principal name"),
        254, needed=True,
    ),
    Column("roles", "Roles", ("roles", "role", "role s", "safeguarding role"), 200),
    Column(
        "title", "Title", ("title", "job title", "post", "position", "employee title"), 100
    ),
    Column("room", "Room", ("room", "office", "office location"), 60),
    Column(
        "telephone", "Telephone",
        ("telephone", "phone", "mobile", "extension", "tel", "telephone number", "work phone",
         "phone number", "mobile phone"),
        40,
    ),
    Column("since", "Since", ("since", "start date", "start", "from", "started"), 40),
    Column("until", "Until", ("until", "end date", "end", "to", "leaving date"), 40),
    # Of a list of accounts: whether each is in use, whether it is of somebody outside, and what
    # kind of mailbox it has.
    Column("account", "Account in use", ("account enabled", "status read only"), 40),
    Column("user_type", "Kind of user", ("user type",), 40),
    Column(
        "mailbox", "Kind of mailbox",
        ("recipient type details", "recipient type", "mailbox type"),
        40,
    ),
)  # fmt: skip


def normalise_heading(heading: str) -> str:
    """`heading` without case, spaces and punctuation, for comparing."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def make_heading_counter(columns: tuple[Column, ...]) -> Callable[[Iterable[str]], int]:
    """A function that counts how many cells of a row are headings of `columns`."""
    names = {name for column in columns for name in column.headings}
    return lambda cells: sum(normalise_heading(cell) in names for cell in cells)


def guess_columns(headings: Iterable[str], columns: tuple[Column, ...]) -> dict[str, int]:
    """Which of `columns` stands where in the file: {column key: position, from 0}.

    Where several headings fit a column, the one earlier in its `headings` wins. Surname and
    forename can be the same heading: a column with the full name, written "Surname, Forename". A
    column that is needed for another is read as that alone.
    """
    at: dict[str, int] = {}
    for position, heading in enumerate(headings):
        at.setdefault(normalise_heading(heading), position)
    found = {}
    for column in columns:
        fitting = [at[name] for name in column.headings if name in at]
        if fitting:
            found[column.key] = fitting[0]
    needed = {found[column.key] for column in columns if column.needed and column.key in found}
    return {
        column.key: found[column.key]
        for column in columns
        if column.key in found and (column.needed or found[column.key] not in needed)
    }


def read_date(written: str, today: date) -> date | None:
    """The date in `written`: 7/9/2015, 07-09-15, 7.9.2015, 7 Sep 2015 or 2015-09-07; else None.

    Day before month, as in the United Kingdom. A two-digit year is the latest such year that is not
    after the year of `today`. A time after the date is ignored. A spreadsheet's day number is not a
    date.
    """
    parts = re.split(r"[\s/.,-]+", re.sub(r"[T ]\d{1,2}:\d\d.*$", "", written.strip()))
    parts = [part for part in parts if part]
    if len(parts) != 3:
        return None
    if re.fullmatch(r"\d{4}", parts[0]):
        parts.reverse()
    day = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", parts[0], re.ASCII | re.IGNORECASE)
    month = _parse_month(parts[1])
    year = _parse_year(parts[2], today)
    if not day or not month or not year:
        return None
    try:
        return date(year, month, int(day[1]))
    except ValueError:
        return None


def _parse_month(written: str) -> int:
    """The month as a number, not checked to be 1 to 12; 0 if it cannot be read."""
    if re.fullmatch(r"\d{1,2}", written, re.ASCII):
        return int(written)
    if re.fullmatch(r"[a-z]{3,9}", written.lower()) and written[:3].lower() in _MONTHS:
        return _MONTHS.index(written[:3].lower()) + 1
    return 0


def _parse_year(written: str, today: date) -> int:
    """The year in four digits; 0 if it cannot be read."""
    if re.fullmatch(r"\d{4}", written, re.ASCII):
        return int(written)
    if not re.fullmatch(r"\d{2}", written, re.ASCII):
        return 0
    century = today.year - today.year % 100
    year = century + int(written)
    return year if year <= today.year else year - 100


def year_group_in_words(written: str) -> str:
    """A year group in our words: "4", "Y4" and "Yr 04" all become "Year 4".

    Anything we do not know (P4, S2, Mixed) stays as it was written.
    """
    short = normalise_heading(written)
    numbered = re.fullmatch(r"(?:y|yr|year|nc|ncyear|yeargroup)?0*(\d{1,2})", short, re.ASCII)
    if numbered and 0 < int(numbered[1]) <= 14:
        return f"Year {int(numbered[1])}"
    if short in {"r", "rec", "reception", "yrr", "yearr", "fs2", "f2", "0", "year0", "y0"}:
        return "Reception"
    if short in {"n", "n1", "n2", "nursery", "fs1", "f1"}:
        return "Nursery"
    return written
