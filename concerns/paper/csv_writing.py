"""Writes CSV files that are safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with = + - or @ as a formula, even after spaces, tabs and
characters that cannot be seen. Text that somebody typed about a child must never be run. So such a
cell gets a single quote in front, as OWASP advises, and every cell is in quotation marks so that no
other separator can begin a new one. The file is UTF-8 with a byte order mark and CRLF line ends,
which Excel opens correctly on a double click.
"""

import csv
import io
import itertools
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

MARK = "\ufeff"
ROWS_IN_A_PIECE = 100

_FORMULA_SIGNS = frozenset("=+-@")
# A text that is empty or begins with one of these is safe.
_HARMLESS_STARTS = frozenset({"", *string.ascii_letters, *string.digits})
# Unicode's general categories of what shows nothing of its own: formats, spaces, marks that join
# the letter before them, and what is not assigned.
_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp", "Mn", "Me", "Cn", "Co", "Cs"})
# Letters and symbols that are blank all the same: fillers of Hangul and Khmer, empty braille.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def escape_cell(cell: object) -> str:
    """`cell` as text that a spreadsheet can safely open. Raises nothing.

    An int or float is our own and is written as it is; None is an empty cell.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    return f"'{text}" if _is_dangerous(text) else text


def _is_dangerous(text: str) -> bool:
    """Whether the first character that shows is a formula sign, of any width, or comes after a
    control character."""
    for character in text:
        category = unicodedata.category(character)
        if category == "Cc":
            return True
        if category not in _INVISIBLE and character not in _BLANKS:
            return unicodedata.normalize("NFKC", character)[0] in _FORMULA_SIGNS
    return False


def stream_csv(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """The CSV file in pieces, the head and then a hundred rows each, so that a long file is never
    in memory as a whole. Rows are taken from `rows` only when their piece is asked for."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    written.write(MARK)
    writer.writerow(_escape_row(head))
    coming = iter(rows)
    while written.tell():
        yield written.getvalue().encode()
        written.seek(0)
        written.truncate()
        writer.writerows(map(_escape_row, itertools.islice(coming, ROWS_IN_A_PIECE)))


def _escape_row(row: Sequence) -> list:
    """The cells of `row` as `escape_cell` gives them. What it would give back unchanged, which is
    nearly every cell, is not asked of it."""
    return [
        cell
        if cell is None
        or cell.__class__ is int
        or (cell.__class__ is str and cell[:1] in _HARMLESS_STARTS)
        else escape_cell(cell)
        for cell in row
    ]
