"""What the pages about an uploaded file say of its columns: the heading of each, what it is read
as, and its first values. Which heading is which column is in `csv_columns.py`."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from concerns.paper.csv_columns import normalise_heading
from concerns.paper.csv_reading import CsvFileRow, CsvFileTable

# How many different values of a column are shown as examples.
EXAMPLES = 3


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. `read_as` is empty if it is not read. `examples`: its first values."""

    heading: str
    read_as: str
    examples: list[str]


def list_file_columns(
    table: CsvFileTable, mapping: Mapping[str, int], in_words: Callable[[str], str]
) -> list[FileColumn]:
    """Each column of the file, what it is read as, and its first values.

    `mapping` says which of our columns stands where, and `in_words` what each of ours is called.
    """
    read_as: dict[int, list[str]] = defaultdict(list)
    for key, at in mapping.items():
        read_as[at].append(in_words(key))
    return [
        FileColumn(
            heading=heading or f"Column {at + 1}, without a heading",
            read_as=" and ".join(read_as[at]),
            examples=_first_values(table, at),
        )
        for at, heading in enumerate(table.headings)
    ]


def _first_values(table: CsvFileTable, at: int) -> list[str]:
    values = (cell_or_empty(row, at).strip() for row in table.rows)
    return list(islice(dict.fromkeys(filter(None, values)), EXAMPLES))


def cell_or_empty(row: CsvFileRow, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def columns_as_choices(headings: tuple[str, ...]) -> list[tuple[str, str]]:
    """(position, label) of each. A missing or repeated heading gets its column number, from 1."""
    twice = {name for name in headings if headings.count(name) > 1}
    return [
        (
            str(at),
            f"{name or 'No heading'} (column {at + 1})" if name in twice or not name else name,
        )
        for at, name in enumerate(headings)
    ]


def headings_digest(table: CsvFileTable) -> str:
    """SHA-256 of the headings, to recognise the next file with the same columns.

    In a file without headings this row holds somebody's name, so the headings themselves are not
    kept.
    """
    return hashlib.sha256("\n".join(map(normalise_heading, table.headings)).encode()).hexdigest()
