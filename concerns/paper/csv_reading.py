"""Reads files of rows as school systems and spreadsheets write them.

A workbook is read as the CSV of one of its sheets (`workbook_reading.py`). CSV may be UTF-8 with or
without a byte order mark, Windows-1252, a mixture of the two, or UTF-16; with commas, semicolons,
tabs or bars; quoted or not; with a report title above the headings, and lines that are empty, too
short or too long. A line that cannot be read costs only that line, never those after it. If the
file is not a table, `NotATable` says so in words for the person who chose it.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from concerns.paper.workbook_reading import UnreadableWorkbook, read_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
# An unclosed quotation mark would swallow the rest of the file. No real row has more lines, but
# those of narratives.
_MOST_LINES_IN_A_ROW = 6
MOST_LINES_OF_NARRATIVE = 300
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_DELIMITERS = ",;\t|"
_SAVE_AS = "Open it where it came from, choose Save as or Export, and pick CSV."
# What a page's file chooser offers.
ACCEPTED = ".xlsx,.xlsb,.xls,.ods,.csv,.txt,text/csv,text/plain"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

_OTHER_KINDS = (
    (b"%PDF", f"This is a PDF, not a table. {_SAVE_AS}"),
    (b"\x89PNG", f"This is a picture, not a table. {_SAVE_AS}"),
    (b"\xff\xd8\xff", f"This is a picture, not a table. {_SAVE_AS}"),
    (b"{\\rtf", f"This is a Word file, not a table. {_SAVE_AS}"),
    (b"<", f"This is a web page or XML, not a table. {_SAVE_AS}"),
)


class NotATable(ValueError):
    """The file cannot be read as a table. Its argument is the sentence to show on the page."""


@dataclass(frozen=True)
class CsvFileRow:
    """One row of a file: its cells, and the line it begins on, counted from 1 as in an editor.

    `broken`: its quotation marks do not match, so the cells are only a guess.
    """

    line: int
    cells: tuple[str, ...]
    broken: bool = False


@dataclass(frozen=True)
class CsvFileTable:
    """A file as headings and rows."""

    headings: tuple[str, ...]
    rows: tuple[CsvFileRow, ...]
    # Whether at least one heading is a known one.
    recognised: bool = True
    # Whether the file ends in the middle of a row, as one that was not saved or sent whole.
    cut_short: bool = False


def decode_file(content: bytes, known: Callable[[tuple[str, ...]], int]) -> str:
    """The text of a file; of a workbook, the CSV of the sheet that holds the most known headings.

    `known` is as in `read_table`. Raises NotATable if it is another kind of file, or too large.
    """
    if len(content) > MOST_BYTES:
        raise NotATable("This file is larger than 10 MB. Export fewer columns and try again.")
    if content.startswith(_WORKBOOKS):
        return _read_best_sheet(content, known)
    begins = _first_bytes(content)
    for mark, words in _OTHER_KINDS:
        if begins.startswith(mark):
            raise NotATable(words)
    text = _decode_text(content)
    strange = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\r\n\0")
    if strange * 50 > len(text) or text.count("\0") * 10 > len(text):
        raise NotATable(f"We cannot read this as a CSV file. {_SAVE_AS}")
    return text.replace("\0", "")


def begins_as_xml(content: bytes) -> bool:
    return _first_bytes(content).startswith(b"<")


def _first_bytes(content: bytes) -> bytes:
    """The first bytes that say something; of UTF-16, as UTF-8."""
    if content.startswith(_UTF_16):
        return content[:64].decode("utf-16", "ignore").lstrip().encode()
    return content[:64].removeprefix(codecs.BOM_UTF8).lstrip()


def _read_best_sheet(content: bytes, known: Callable[[tuple[str, ...]], int]) -> str:
    """Of sheets with as many known headings, the one with the most rows."""
    try:
        sheets = read_workbook(content)
    except UnreadableWorkbook as wrong:
        raise NotATable(str(wrong)) from None
    if not sheets:
        raise NotATable("This workbook is empty, or all its sheets are hidden.")

    def how_likely(sheet: str) -> tuple[int, int]:
        lines = list(io.StringIO(sheet, newline=""))
        return _find_headings(lines, known)[2], len(lines)

    best = max(sheets, key=how_likely)
    if len(best.encode()) > MOST_BYTES:
        raise NotATable("This workbook holds more than 10 MB. Leave out columns and try again.")
    return best


def _decode_text(content: bytes) -> str:
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "windows-1252")


def _decode_as_windows_1252(wrong: UnicodeError) -> tuple[str, int]:
    """For bytes that are not UTF-8: a file may have been put together from two.

    Bytes that Windows-1252 does not define become U+FFFD; `unreadable_letters` finds them.
    """
    if not isinstance(wrong, UnicodeDecodeError):
        raise wrong
    return wrong.object[wrong.start : wrong.end].decode("cp1252", "replace"), wrong.end


codecs.register_error("windows-1252", _decode_as_windows_1252)


def unreadable_letters(cells: Iterable[str]) -> str:
    """Which letters of `cells` are not those that somebody typed; empty if there are none.

    U+FFFD, or what UTF-8 becomes if it is read as Windows-1252 and saved: "Ã¡" for "á".
    """
    for cell in cells:
        for found in _NOT_ASCII.findall(cell):
            if "\ufffd" in found or _is_utf_8_read_as_windows_1252(found):
                return found
    return ""


def _is_utf_8_read_as_windows_1252(letters: str) -> bool:
    try:
        as_bytes = b"".join(
            letter.encode("latin-1" if letter < "\xa0" else "cp1252") for letter in letters
        )
        as_bytes.decode()
    except UnicodeError:
        return False
    return True


def read_table(
    text: str,
    known: Callable[[tuple[str, ...]], int],
    most_lines: int = _MOST_LINES_IN_A_ROW,
) -> CsvFileTable:
    """The headings, and the rows below them that are not empty. Raises NotATable over MOST_ROWS.

    `most_lines`: how many lines one row may have. `known` counts the known headings among some
    cells. The heading line and the delimiter are those that give the highest count. If nothing is
    known, the first line is taken as the headings.
    """
    lines = list(io.StringIO(text, newline=""))
    delimiter, at, score = _find_headings(lines, known)
    if at is None:
        return CsvFileTable((), (), recognised=False)
    rows = _read_rows(lines, delimiter, at, most_lines)
    headings = next(rows)
    found = []
    for row in rows:
        if any(cell.strip() for cell in row.cells):
            found.append(row)
        if len(found) > MOST_ROWS:
            raise NotATable("This file has more than 20,000 rows. Import one school at a time.")
    return CsvFileTable(
        headings=tuple(tidy_cell(cell) for cell in headings.cells),
        rows=tuple(found),
        recognised=score > 0,
        cut_short=bool(found) and _is_cut_short(text, found[-1], len(headings.cells)),
    )


def _is_cut_short(text: str, last: CsvFileRow, width: int) -> bool:
    """Whether the last row has no line end and lacks cells, or the end of a quotation."""
    return not text.endswith(("\n", "\r")) and (last.broken or len(last.cells) < width)


def tidy_cell(cell: str) -> str:
    """`cell` with single spaces and without invisible characters."""
    return " ".join("".join(c for c in cell if c.isprintable() or c.isspace()).split())


def _find_headings(
    lines: list[str], known: Callable[[tuple[str, ...]], int]
) -> tuple[str, int | None, int]:
    """(delimiter, index of the heading line, number of known headings). No lines: index None."""
    best: tuple[int, int, int] | None = None
    chosen: tuple[str, int | None] = (",", None)
    for delimiter in _DELIMITERS:
        for at, cells in _first_filled_rows(lines, delimiter):
            # Most known headings first, then most cells. With none known, the earliest line.
            score = known(cells)
            rank = (score, len(cells), -at) if score else (0, -at, len(cells))
            if best is None or rank > best:
                best = rank
                chosen = (delimiter, at)
    return *chosen, best[0] if best else 0


def _first_filled_rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line index, cells) of up to ten rows that could be the headings: not empty, not "sep="."""
    seen = 0
    for row in _read_rows(lines[:40], delimiter, 0):
        if seen == 10:
            return
        if any(cell.strip() for cell in row.cells) and not row.cells[0].lower().startswith("sep="):
            seen += 1
            yield row.line - 1, row.cells


def _read_rows(
    lines: list[str], delimiter: str, at: int, most_lines: int = _MOST_LINES_IN_A_ROW
) -> Iterator[CsvFileRow]:
    """The rows from line index `at` on. A row that cannot be parsed is one broken row."""
    while at < len(lines):
        reader = csv.reader(lines[at : at + most_lines], delimiter=delimiter, strict=True)
        try:
            yield CsvFileRow(at + 1, tuple(next(reader)))
            at += reader.line_num
        except csv.Error:
            cells = lines[at].replace('"', "").split(delimiter)
            yield CsvFileRow(at + 1, tuple(cells), broken=True)
            at += 1
