"""Takes the rows of one school out of a roll file of several, by the column that names the school.

A school is recognised by its URN, or by its name as far as that is written. Where no value is
plainly this school's, no row of a file of several is taken: the pupils of another school are not
put on this roll.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from concerns.paper.csv_reading import CsvFileRow, tidy_cell
from concerns.rules.name_folding import fold_text


@dataclass(frozen=True)
class SchoolRows:
    """The rows that are taken, how many are of other schools, and what is doubtful about it, in a
    sentence; empty if nothing is."""

    rows: tuple[CsvFileRow, ...]
    others: int = 0
    doubt: str = ""


def take_school_rows(rows: Sequence[CsvFileRow], at: int | None, name: str, urn: str) -> SchoolRows:
    """The rows whose cell `at` names the school `name` with the number `urn`, or nothing. All of
    them if there is no such column, or if it has one value and no other."""
    if at is None:
        return SchoolRows(tuple(rows))
    named = [(tidy_cell(row.cells[at]) if at < len(row.cells) else "", row) for row in rows]
    values = sorted({value for value, _ in named if value})
    own = _values_of_school(values, name, urn)
    if len(values) <= 1:
        says = f"The file says that it is of “{values[0]}”." if values and not own else ""
        return SchoolRows(tuple(rows), doubt=says)
    taken = tuple(row for value, row in named if not value or value in own)
    doubt = (
        "" if own else f"The file is of {len(values)} schools, and names none as {name} is named."
    )
    return SchoolRows(taken if own else (), len(rows) - len(taken if own else ()), doubt)


def _values_of_school(values: Sequence[str], name: str, urn: str) -> set[str]:
    """Those of `values` that are the school's number or name; else the one that begins as its name
    does, or that its name begins with."""
    folded = fold_text(name)
    exact = {value for value in values if fold_text(value) == folded or (urn and value == urn)}
    alike = {value for value in values if _begins_alike(fold_text(value), folded)}
    return exact or (alike if len(alike) == 1 else set())


def _begins_alike(value: str, name: str) -> bool:
    return bool(value) and (
        f"{name} ".startswith(f"{value} ") or f"{value} ".startswith(f"{name} ")
    )


def names_school(text: str, name: str) -> bool:
    """Whether `text`, in which an address may follow, names the school `name`."""
    words = fold_text(text)
    wanted = fold_text(name)
    return bool(wanted) and (f" {wanted} " in f" {words} " or _begins_alike(words, wanted))


def is_name_of_school(written: str, name: str) -> bool:
    """Whether `written` is the school's `name`, or begins as it does, or it as that does."""
    return _begins_alike(fold_text(written), fold_text(name))
