"""Reads a Common Transfer File (CTF) as the text of a table, with bounds on its memory and time.

It is the Department for Education's XML of pupils, which the system of every school in England
writes: of the whole roll, or of the few pupils who go to another school. `ctf_process.py` reads it
in another process. Here its codes become words, each pupil a row and each contact some columns,
under headings that the roll knows. Above the headings stands a line that says whose file it is
(`ctf_origin.py`): the whole is the text that is kept until the file is confirmed.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from concerns.paper.bounded_process import run_bounded_process
from concerns.paper.contact_columns import MOST_CONTACTS
from concerns.paper.csv_reading import MOST_BYTES, NotATable, begins_as_xml, decode_file
from concerns.paper.ctf_origin import ENTRY, LEFT_ON, CtfOrigin, origin_cells
from concerns.rules.ctf_codes import (
    ETHNICITIES,
    LANGUAGES,
    RELATIONS,
    SEN_PLAN,
    SEN_PROVISIONS,
    SEXES,
    in_words,
)

# The program ends itself after 20 seconds of work.
_MOST_SECONDS = 60
_WRONG = {
    "other": (
        "This is a web page or XML, and not a Common Transfer File (CTF). Open it where it came"
        " from, choose Save as or Export, and pick CSV."
    ),
    "declares": (
        "This XML declares a document type or entities, as no Common Transfer File (CTF) does. It"
        " is not read, because such a file can do harm. Export it again from your school's system."
    ),
    "damaged": (
        "This Common Transfer File (CTF) is damaged, or its end is missing. Export it again, and"
        " upload it as it was saved."
    ),
    "large": (
        "This Common Transfer File (CTF) is too large to read. Export it without attendance and"
        " assessments, or export a workbook."
    ),
    "many": (
        "There are more than 20,000 pupils in this Common Transfer File (CTF). Export one school at"
        " a time."
    ),
    "empty": (
        "There is no pupil in this Common Transfer File (CTF). Choose pupils, and export it again."
    ),
}
# The headings of a pupil, with the keys of ctf_process.py.
_PUPIL = {
    "surname": "Surname",
    "forename": "Forename",
    "known_surname": "Preferred surname",
    "known_as": "Preferred forename",
    "middle_names": "Middle names",
    "former_surname": "Former surname",
    "born": "DOB",
    "upn": "UPN",
    "former_upn": "Former UPN",
    "uln": "Unique learner number",
    "admission_number": "Admission number",
    "year": "NC year",
    "class_name": "Registration group",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "language": "First language",
    "medical": "Medical flag",
    "sen": "SEN status",
    "ehcp": "EHCP",
    "free_meals": "Free school meals",
    "in_care": "Looked after",
    "address": "Address",
    "postcode": "Postcode",
    "email": "Pupil e-mail",
    "entry": ENTRY,
    "left_on": LEFT_ON,
}
_CONTACT = {
    "order": "Priority",
    "title": "Title",
    "forename": "Forename",
    "surname": "Surname",
    "relation": "Relationship",
    "responsibility": "Parental responsibility",
    "lives_with": "Lives with pupil",
    "mobile": "Mobile",
    "home": "Home telephone",
    "work": "Work telephone",
    "telephone": "Telephone",
    "email": "Email",
    "address": "Address",
}
_CODES = {
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "language": LANGUAGES,
    "sen": SEN_PROVISIONS,
    "relation": RELATIONS,
}
_YES_OR_NO = {"TRUE": "Yes", "1": "Yes", "FALSE": "No", "0": "No"}
_FLAGS = ("medical", "free_meals", "in_care", "responsibility")
_KEYS = (
    *((0, key) for key in _PUPIL),
    *((number, key) for number in range(1, MOST_CONTACTS + 1) for key in _CONTACT),
)


_NEEDED = ("surname", "forename", "born")


class UnreadableCtf(NotATable):
    """The file cannot be read as a CTF. Its argument is the sentence to show on the page."""


def decode_roll_file(content: bytes, known: Callable[[tuple[str, ...]], int]) -> str:
    """The text of a roll file: of a CTF as `read_ctf`, of others as `decode_file` makes it. Raises
    NotATable."""
    if begins_as_xml(content) and len(content) <= MOST_BYTES:
        return read_ctf(content)
    return decode_file(content, known)


def read_ctf(content: bytes) -> str:
    """The pupils of a CTF as CSV, below a line that says whose it is. Raises UnreadableCtf."""
    read = run_bounded_process("ctf_process.py", content, seconds=_MOST_SECONDS)
    # It was stopped at one of its bounds.
    return write_table_text(read.splitlines() if read is not None else [b'"large"'])


def write_table_text(lines: Sequence[bytes]) -> str:
    """What the process wrote as the text of a table. Raises UnreadableCtf."""
    said = json.loads(lines[0])
    if isinstance(said, str):
        raise UnreadableCtf(_WRONG[said])
    rows = []
    more = 0
    for line in lines[1:]:
        pupil = json.loads(line)
        more += len(pupil.get("contacts", ())) > MOST_CONTACTS
        rows.append(_row_of_pupil(pupil))
    text = _as_csv(CtfOrigin(**said, more_contacts=str(more or "")), rows)
    if len(text.encode()) > MOST_BYTES:
        raise UnreadableCtf(_WRONG["large"])
    return text


def _as_csv(origin: CtfOrigin, rows: Sequence[tuple[str, ...]]) -> str:
    """Without the columns that no pupil fills, but with those that a roll needs."""
    filled = [
        at
        for at, (number, key) in enumerate(_KEYS)
        if any(row[at] for row in rows) or (number == 0 and key in _NEEDED)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(origin_cells(origin))
    writer.writerow([_heading(*_KEYS[at]) for at in filled])
    writer.writerows([row[at] for at in filled] for row in rows)
    return text.getvalue()


def _heading(number: int, key: str) -> str:
    return f"Contact {number} {_CONTACT[key]}" if number else _PUPIL[key]


def _row_of_pupil(pupil: dict[str, Any]) -> tuple[str, ...]:
    contacts = pupil.pop("contacts", [])[:MOST_CONTACTS]
    code = pupil.get("sen", "").upper()
    if code in SEN_PROVISIONS:
        pupil["ehcp"] = "Yes" if code == SEN_PLAN else "No"
    people = [pupil, *(_contact_at_home(contact) for contact in contacts)]
    said = [{key: _words_of(key, value) for key, value in one.items()} for one in people]
    return tuple(said[number].get(key, "") if number < len(said) else "" for number, key in _KEYS)


def _contact_at_home(contact: dict[str, str]) -> dict[str, str]:
    """A contact whose address is the pupil's lives with them. Of another nothing is said."""
    same = contact.pop("same_address", "").upper()
    return contact | ({"lives_with": "Yes"} if _YES_OR_NO.get(same) == "Yes" else {})


def _words_of(key: str, value: str) -> str:
    if key in _FLAGS:
        return _YES_OR_NO.get(value.upper(), value)
    return in_words(value, _CODES[key]) if key in _CODES else value
