"""Reads a workbook (.xlsx, .xlsb, .xls or .ods) from its standard input, in a process of its own.

It writes the sheets as JSON: a list of texts in CSV, one for each sheet that is shown and holds
anything, in their order. A line of a text is the row of the sheet with that number. Of what it
cannot read it writes one word: "password", "large" or "other".

`workbook_reading.py` starts it. The site does not import it, because the library that reads
workbooks holds a whole sheet in memory, as large as its furthest cell, and cannot be told how large
that may be: a file of 10 KB can ask for more than any machine has. Here it is stopped.
"""

import csv
import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta

import python_calamine

MOST_MEMORY = 800 * 1024 * 1024
MOST_SECONDS = 20
# Of an archive unpacked. 20,000 rows of forty columns are about 60 MB of XML.
MOST_UNPACKED = 150 * 1024 * 1024


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    json.dump(sheets_or_what_is_wrong(sys.stdin.buffer.read()), sys.stdout)


def sheets_or_what_is_wrong(content: bytes) -> list[str] | str:
    try:
        if content.startswith(b"PK") and unpacked_size(content) > MOST_UNPACKED:
            return "large"
        return read_sheets(content)
    except MemoryError:
        return "large"
    except python_calamine.PasswordError:
        return "password"
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError):
        return "other"


def unpacked_size(content: bytes) -> int:
    """How many bytes the files in the archive have, as it says itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(file.file_size for file in archive.infolist())


def read_sheets(content: bytes) -> list[str]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    texts = [_sheet_as_csv(book.get_sheet_by_name(name)) for name in shown]
    return [text for text in texts if text.strip(",\r\n")]


def _sheet_as_csv(sheet: python_calamine.CalamineSheet) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in sheet.to_python(skip_empty_area=False):
        writer.writerow([_cell_in_words(cell) for cell in row])
    return text.getvalue()


def _cell_in_words(cell: object) -> str:
    """What the cell shows, on one line: a day as 2016-03-04, a whole number without a point."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, timedelta):
        return str(cell)
    return " ".join(str(cell).split())


if __name__ == "__main__":
    main()
