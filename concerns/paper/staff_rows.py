"""Reads the lines of a staff file, and says what is wrong with each."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from concerns.paper.csv_columns import (
    STAFF,
    Column,
    guess_columns,
    make_heading_counter,
    normalise_heading,
    read_date,
)
from concerns.paper.csv_reading import (
    CsvFileRow,
    CsvFileTable,
    NotATable,
    read_table,
    tidy_cell,
    unreadable_letters,
)
from concerns.rules.email_addresses import is_email_address
from concerns.rules.roles import Role
from concerns.rules.shared_accounts import is_perhaps_shared
from concerns.workflow.staff_import import StaffLine

# The ways in which schools write a role. Compared like headings: no case, spaces or punctuation.
_ROLES = {
    Role.STAFF: ("staff", "member of staff", "teacher", "teaching assistant", "ta", "all staff"),
    Role.DSL: ("dsl", "designated safeguarding lead", "safeguarding lead", "lead dsl"),
    Role.DEPUTY: (
        "deputy", "deputy dsl", "ddsl", "deputy safeguarding lead",
        "deputy designated safeguarding lead",
    ),
    Role.HEAD: ("head", "headteacher", "head teacher", "principal"),
    Role.CHAIR: ("chair", "chair of governors"),
    Role.GOVERNOR: ("governor", "governor for safeguarding", "safeguarding governor"),
    Role.OFFICE: ("office", "school office", "admin", "administrator"),
}  # fmt: skip
ROLES = {normalise_heading(word): role for role, words in _ROLES.items() for word in words}


# What a list of accounts says of one that is not in use.
_NOT_IN_USE = frozenset({"false", "no", "0", "suspended", "archived", "deleted", "disabled"})
count_staff_headings = make_heading_counter(STAFF)


def parse_staff_table(text: str) -> CsvFileTable:
    """The text of a staff file as a table. Raises NotATable."""
    return read_table(text, count_staff_headings)


def read_staff_file(text: str, today: date) -> list[StaffLine]:
    """The staff lines in the text of a file, its columns known by their headings alone.

    Raises NotATable if it is no table, or lacks a needed column.
    """
    found = parse_staff_table(text)
    mapping = guess_columns(found.headings, STAFF)
    if lacking := missing_columns(mapping):
        words = ", ".join(column.words for column in lacking)
        raise NotATable(f"This file has no column for: {words}. Add it, and upload the file again.")
    return read_staff_lines(found, mapping, today)


def missing_columns(mapping: Mapping[str, int]) -> list[Column]:
    """The columns that a staff file needs and `mapping` lacks. The name may stand in two."""
    halves = {"forename", "surname"} <= mapping.keys()
    return [
        column
        for column in STAFF
        if column.needed and column.key not in mapping and not (column.key == "name" and halves)
    ]


def read_staff_lines(
    table: CsvFileTable, mapping: Mapping[str, int], today: date
) -> list[StaffLine]:
    """The lines of a staff file. A second line with the same address is faulty.

    `mapping`: which of our columns stands where, all that are needed among them. Without a column
    for roles, each line is of a member of staff.
    """
    first: dict[str, int] = {}
    found = []
    for row in table.rows:
        said = _cells_by_column_key(row, mapping)
        earlier = first.setdefault(said["email"], row.line) if said["email"] else row.line
        twice = (
            f"line {earlier} has the same e-mail address: put all roles of one person in one line"
            if earlier != row.line
            else ""
        )
        found.append(_build_staff_line(row, said, twice, today))
    if "roles" in mapping:
        return found
    return [replace(line, says_roles=False) for line in found]


def _cells_by_column_key(row: CsvFileRow, mapping: Mapping[str, int]) -> dict[str, str]:
    """The cells of `row` as {column key: text}, empty for a column that is not in the file."""
    cells = [tidy_cell(cell) for cell in row.cells]
    said = {column.key: "" for column in STAFF}
    said |= {key: cells[at] for key, at in mapping.items() if at < len(cells)}
    said["email"] = said["email"].lower().removeprefix("mailto:")
    said["name"] = said["name"] or f"{said['forename']} {said['surname']}".strip()
    if "roles" not in mapping:
        said["roles"] = Role.STAFF.value
    return said


def _build_staff_line(row: CsvFileRow, said: dict[str, str], twice: str, today: date) -> StaffLine:
    words = [word.strip() for word in re.split(r"[;,/|+&]|\band\b", said["roles"]) if word.strip()]
    roles = tuple(
        dict.fromkeys(
            ROLES[normalise_heading(word)] for word in words if normalise_heading(word) in ROLES
        )
    )
    unknown = [word for word in words if normalise_heading(word) not in ROLES]
    days = {key: read_date(said[key], today) for key in ("since", "until")}
    return StaffLine(
        row.line,
        name=said["name"],
        email=said["email"],
        roles=roles,
        title=said["title"],
        room=said["room"],
        telephone=said["telephone"],
        since=days["since"],
        until=days["until"],
        wrong=_staff_line_fault(row, said, unknown, days) or twice,
        shared=is_perhaps_shared(said["email"], said["name"], said["mailbox"]),
    )


def _row_fault(row: CsvFileRow) -> str:
    if row.broken:
        return "the quotation marks do not match"
    if letters := unreadable_letters(row.cells):
        return (
            f"there is a letter that we cannot read, “{letters}”: export the file again, as a"
            " workbook or as CSV UTF-8"
        )
    return ""


def _account_fault(said: Mapping[str, str]) -> str:
    if said["account"].lower() in _NOT_IN_USE:
        return "this account is not in use"
    if said["user_type"].lower() == "guest":
        return "this is the account of a guest"
    return ""


def _cell_fault(said: Mapping[str, str]) -> str:
    """What is wrong with the first cell that is too long, or empty though needed; "" if none."""
    for column in STAFF:
        if (column.needed or column.key == "roles") and not said[column.key]:
            return f"{column.words}: missing"
        if len(said[column.key]) > column.most:
            return f"{column.words}: longer than {column.most} characters"
    if not is_email_address(said["email"]):
        return "E-mail: this is not one valid address"
    return ""


def _staff_line_fault(
    row: CsvFileRow, said: dict[str, str], unknown: list[str], days: dict[str, date | None]
) -> str:
    if fault := _row_fault(row) or _account_fault(said) or _cell_fault(said):
        return fault
    if unknown:
        return f"Roles: '{unknown[0]}' is not one of {', '.join(role.value for role in Role)}"
    for key, day in days.items():
        if said[key] and day is None:
            return f"{key.capitalize()}: not a date we can read. Write it like 01/09/2026"
    if days["since"] and days["until"] and days["until"] < days["since"]:
        return "Until: this date is before Since"
    return ""
