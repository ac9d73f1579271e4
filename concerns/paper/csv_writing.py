"""Writes CSV files that are safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with = + - or @ as a formula, even after spaces, tabs and
control characters. Text that somebody typed about a child must never be run. So such a cell gets a
single quote in front, as OWASP advises, and every cell is in quotation marks so that no other
separator can begin a new one. The file is UTF-8 with a byte order mark and CRLF line ends, which
Excel opens correctly on a double click.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

MARK = "\ufeff"

# A formula sign (full-width ones too), after any spaces or invisible characters; or a control
# character.
_DANGEROUS = re.compile(
    "[\\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠]|\\s*[\\t\\r\\n\\x00]"
)


def escape_cell(cell: object) -> str:
    """`cell` as text that a spreadsheet can safely open. Raises nothing.

    An int or float is our own and is written as it is; None is an empty cell.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    return f"'{text}" if _DANGEROUS.match(text) else text


def stream_csv(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """The CSV file in pieces, one row each, so that a long file is never in memory as a whole."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    line.write(MARK)
    writer.writerow([escape_cell(cell) for cell in head])
    yield _take_written_bytes(line)
    for row in rows:
        writer.writerow([escape_cell(cell) for cell in row])
        yield _take_written_bytes(line)


def _take_written_bytes(line: io.StringIO) -> bytes:
    """What has been written to `line`, which is emptied."""
    written = line.getvalue().encode()
    line.seek(0)
    line.truncate()
    return written
