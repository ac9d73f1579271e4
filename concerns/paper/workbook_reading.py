"""Reads the sheets of a workbook as texts in CSV, with bounds on the memory and time it takes.

python-calamine reads Excel's old and new files and OpenDocument's. It does so in another process
(`workbook_process.py` says why), which takes about a fifth of a second more.
"""

import json

from concerns.paper.bounded_process import run_bounded_process

# The program ends itself after 20 seconds of work.
_MOST_SECONDS = 60
_WRONG = {
    "other": (
        "This is not a workbook that we can read, though it begins like one. Open it where it came"
        " from, choose Save as or Export, and pick CSV or Excel workbook (.xlsx)."
    ),
    "password": (
        "This workbook has a password. Open it, save it without one, and upload it again."
    ),
    "large": (
        "This workbook is too large to read: its cells may reach far beyond its rows. Copy the rows"
        " that matter into a new workbook, or save it as CSV."
    ),
}


class UnreadableWorkbook(ValueError):
    """The file cannot be read as a workbook. Its argument is the sentence to show on the page."""


def read_workbook(content: bytes) -> list[str]:
    """The sheets that are shown and not empty, each as CSV whose lines are the sheet's rows.

    Raises UnreadableWorkbook.
    """
    read = run_bounded_process("workbook_process.py", content, seconds=_MOST_SECONDS)
    # It was stopped at one of its bounds, or the library gave up as it does where memory ends.
    sheets = "large" if read is None else json.loads(read)
    if isinstance(sheets, str):
        raise UnreadableWorkbook(_WRONG[sheets])
    return list(sheets)
