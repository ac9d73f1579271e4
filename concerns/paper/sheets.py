"""This file knows how rows leave as a CSV that is safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with = + - or @ as a formula, and reads past spaces, tabs and
control characters to find one; what somebody typed about a child must never be run. Such a cell is
given a quote in front, as OWASP advises, and every cell stands in quotation marks so that no other
separator can begin a new one. UTF-8 with a byte order mark and CRLF: what Excel reads rightly by a
double click.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

MARK = "\ufeff"

# After any spaces, a sign that starts a formula (full-width ones too) or a control character.
_DANGEROUS = re.compile(
    "[\\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠]|\\s*[\\t\\r\\n\\x00]"
)


def safe(cell) -> str:
    """`cell` as a spreadsheet may be shown it. A number of ours stays a number; no value is empty.

    Raises nothing.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    return f"'{text}" if _DANGEROUS.match(text) else text


def sheet(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """The file, a row at a time, so that a long one is never held whole."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    line.write(MARK)
    writer.writerow([safe(cell) for cell in head])
    yield _taken(line)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield _taken(line)


def _taken(line: io.StringIO) -> bytes:
    written = line.getvalue().encode()
    line.seek(0)
    line.truncate()
    return written
