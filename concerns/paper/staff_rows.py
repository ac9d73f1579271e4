"""Reads one line of a staff file, and says what is wrong with it."""

import re
from collections.abc import Mapping
from datetime import date

from concerns.paper.csv_columns import STAFF, normalise_heading, read_date
from concerns.paper.csv_reading import CsvFileRow, tidy_cell, unreadable_letters
from concerns.rules.email_addresses import is_email_address
from concerns.rules.roles import Role
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
    Role.OFFICE: ("office", "school office", "admin", "administrator"),
}  # fmt: skip
ROLES = {normalise_heading(word): role for role, words in _ROLES.items() for word in words}


def parse_staff_lines(
    rows: tuple[CsvFileRow, ...], mapping: Mapping[str, int], today: date
) -> list[StaffLine]:
    """The staff lines of `rows`. A second line with the same e-mail address is faulty."""
    first: dict[str, int] = {}
    found = []
    for row in rows:
        said = _cells_by_column_key(row, mapping)
        earlier = first.setdefault(said["email"], row.line) if said["email"] else row.line
        twice = (
            f"line {earlier} has the same e-mail address: put all roles of one person in one line"
            if earlier != row.line
            else ""
        )
        found.append(_build_staff_line(row, said, twice, today))
    return found


def _cells_by_column_key(row: CsvFileRow, mapping: Mapping[str, int]) -> dict[str, str]:
    """The cells of `row` as {column key: text}, empty for a column that is not in the file."""
    cells = [tidy_cell(cell) for cell in row.cells]
    said = {column.key: "" for column in STAFF}
    said |= {key: cells[at] for key, at in mapping.items() if at < len(cells)}
    said["email"] = said["email"].lower().removeprefix("mailto:")
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


def _staff_line_fault(
    row: CsvFileRow, said: dict[str, str], unknown: list[str], days: dict[str, date | None]
) -> str:
    if fault := _row_fault(row):
        return fault
    for column in STAFF:
        if column.needed and not said[column.key]:
            return f"{column.words}: missing"
        if len(said[column.key]) > column.most:
            return f"{column.words}: longer than {column.most} characters"
    if not is_email_address(said["email"]):
        return "E-mail: this is not one valid address"
    if unknown:
        return f"Roles: '{unknown[0]}' is not one of {', '.join(role.value for role in Role)}"
    for key, day in days.items():
        if said[key] and day is None:
            return f"{key.capitalize()}: not a date we can read. Write it like 01/09/2026"
    if days["since"] and days["until"] and days["until"] < days["since"]:
        return "Until: this date is before Since"
    return ""
