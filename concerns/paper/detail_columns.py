"""The further columns of a roll file: what social care asks for, and who is not on the roll.

Sex, religion, plans, GP, address and the like are kept in the child's file as the school's system
has them (`RollDetail`), and never change what a lead wrote. The NHS number is the child's
identifier. A row of somebody who has left is not put on the roll.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from concerns.paper.csv_columns import Column, read_date
from concerns.rules.child_file_vocabulary import RollDetailKind
from concerns.rules.nhs_number import is_nhs_number

_LONGEST = 200
DETAILS = (
    Column("sex", "Sex", ("sex", "gender", "legal sex", "pupil sex", "student gender"), 40),
    Column("former_upn", "Former UPN", ("former upn", "previous upn", "old upn"), 40),
    Column(
        "ethnicity", "Ethnicity", ("ethnicity", "ethnic group", "ethnic origin", "ethnic code"),
        _LONGEST,
    ),
    Column("religion", "Religion", ("religion", "faith", "religious affiliation"), _LONGEST),
    Column(
        "disability", "Disability",
        ("disability", "disabled", "disabilities", "disability type", "has disability"), _LONGEST,
    ),
    Column(
        "first_language", "First language",
        ("first language", "home language", "mother tongue", "language", "native language"),
        _LONGEST,
    ),
    Column(
        "interpreter", "Interpreter",
        ("interpreter", "interpreter required", "interpreter needed", "needs interpreter"),
        _LONGEST,
    ),
    Column(
        "sen", "Special educational needs",
        ("sen status", "sen", "send status", "sen provision", "send", "sen stage",
         "special educational needs", "sen code"),
        _LONGEST,
    ),
    Column("ehcp", "Education, health and care plan", ("ehcp", "ehc plan", "has ehcp"), _LONGEST),
    Column(
        "pupil_premium", "Pupil premium",
        ("pupil premium", "pp", "pupil premium eligible", "pupil premium indicator"),
        _LONGEST,
    ),
    Column(
        "free_meals", "Free school meals",
        ("free school meals", "fsm", "fsm eligible", "free school meal", "fsm eligibility",
         "eligible for free meals", "free meals"),
        _LONGEST,
    ),
    Column(
        "looked_after", "Looked after",
        ("looked after", "in care", "lac", "cla", "looked after child", "in lea care",
         "child looked after", "looked after status"),
        _LONGEST,
    ),
    Column("young_carer", "Young carer", ("young carer", "is young carer"), _LONGEST),
    Column(
        "gp", "GP",
        ("gp", "doctor", "gp name", "medical practice", "gp surgery", "doctors", "surgery",
         "medical practice name"),
        _LONGEST,
    ),
    Column(
        "address", "Address",
        ("address", "home address", "full address", "pupil address", "student address"),
        500,
    ),
    Column("postcode", "Postcode", ("postcode", "post code", "home postcode"), 40),
    Column(
        "identifier", "NHS number", ("nhs number", "nhs no", "nhs", "single unique identifier"), 40
    ),
    Column(
        "entry", "Date of entry",
        ("date of entry", "entry date", "admission date", "date of admission", "date admitted",
         "enrolment date", "start date", "enrolment start date"),
        40,
    ),
    Column(
        "left_on", "Leaving date",
        ("leaving date", "date of leaving", "leave date", "date left", "end date",
         "enrolment end date"),
        40,
    ),
    Column(
        "roll_status", "Enrolment status",
        ("enrolment status", "pupil status", "student status", "roll status", "status"),
        40,
    ),
    Column(
        "school", "School",
        ("school", "school name", "urn", "school urn", "establishment", "establishment name",
         "academy", "academy name", "organisation"),
        _LONGEST,
    ),
)  # fmt: skip
# In years.
_LONGEST_AT_SCHOOL = 20
_YES_OR_NO = frozenset(
    {
        "disability",
        "interpreter",
        "ehcp",
        "pupil_premium",
        "free_meals",
        "looked_after",
        "young_carer",
    }
)
_YES = frozenset({"y", "yes", "true", "t", "1"})
_NO = frozenset({"n", "no", "false", "f", "0", "none"})
# Of these columns "none" is an answer, which ends what an earlier file said.
_ANSWERED_BY_NONE = _YES_OR_NO | {"sen"}
_EMPTY = frozenset({"", "-", "n/a", "na", "none", "null", "not known", "unknown"})
_LEFT = frozenset({"leaver", "left", "off roll", "offroll", "former", "ex pupil", "inactive", "l"})


@dataclass(frozen=True)
class PupilDetails:
    """What the further columns of a row say. `details`: (kind, words). `notes`: what could not be
    read, and was left out."""

    details: tuple[tuple[str, str], ...] = ()
    identifier: str = ""
    entry: date | None = None
    leaver: bool = False
    notes: tuple[str, ...] = ()


def read_details(cells: Sequence[str], mapping: Mapping[str, int], today: date) -> PupilDetails:
    """The further columns of a row, with `mapping` {column key: position}. A value that cannot be
    read is left out, and never costs the row: a child who is not on the roll is not looked for."""
    said = {
        key: cells[at]
        for key, at in mapping.items()
        if at < len(cells) and not _is_empty(key, cells[at])
    }
    notes = [_cut(column, said) for column in DETAILS]
    number = said.pop("identifier", "").replace(" ", "").replace("-", "")
    if number and not is_nhs_number(number):
        notes.append("The NHS number is not a valid one, and is left out.")
        number = ""
    entry = _read_day("entry", said, today, notes)
    left = _read_day("left_on", said, today, notes)
    return PupilDetails(
        details=_kept_details(said),
        identifier=number,
        entry=entry,
        leaver=_says_left(said.get("roll_status", ""), left, today),
        notes=tuple(filter(None, notes)),
    )


def _is_empty(key: str, written: str) -> bool:
    said = written.casefold()
    return said in _EMPTY and not (said == "none" and key in _ANSWERED_BY_NONE)


def _cut(column: Column, said: dict[str, str]) -> str:
    """Take out of `said` what is too long. Returns a sentence about it, or nothing."""
    if len(said.get(column.key, "")) <= column.most:
        return ""
    del said[column.key]
    return f"{column.words}: longer than {column.most} characters, and left out."


def _read_day(key: str, said: dict[str, str], today: date, notes: list[str]) -> date | None:
    written = said.pop(key, "")
    day = read_date(written, today) if written else None
    if written and day is None:
        words = next(column.words for column in DETAILS if column.key == key)
        notes.append(f"{words}: not a date we can read, and left out.")
    return day


def _says_left(status: str, left: date | None, today: date) -> bool:
    """Whether the row is of somebody who has left: by its status, or a leaving day in the past. A
    day longer ago than anybody is at school is one to come, of which two figures gave the year."""
    words = " ".join(status.casefold().replace("-", " ").split())
    is_past = left is not None and left < today and today.year - left.year < _LONGEST_AT_SCHOOL
    return words in _LEFT or is_past


def _kept_details(said: dict[str, str]) -> tuple[tuple[str, str], ...]:
    postcode = said.pop("postcode", "")
    if postcode and postcode.casefold() not in said.get("address", "").casefold():
        said["address"] = ", ".join(filter(None, [said.get("address", ""), postcode]))
    kinds = [kind.value for kind in RollDetailKind]
    return tuple((kind, _in_words(kind, said[kind])) for kind in kinds if kind in said)


def _in_words(kind: str, written: str) -> str:
    """What is kept: "Yes" or "No" of a question with those answers, else what is written."""
    if kind in _YES_OR_NO and written.casefold() in _YES | _NO:
        return "Yes" if written.casefold() in _YES else "No"
    return written
