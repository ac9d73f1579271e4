"""Reads the sheets of a workbook as texts in CSV, with bounds on the memory and time it takes.

python-calamine reads Excel's old and new files and OpenDocument's. It does so in another process
(`workbook_process.py` says why), which takes about a fifth of a second more.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = Path(__file__).with_name("workbook_process.py")
# The program ends itself after 20 seconds of work. This is for a machine that has much else to do.
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
    # Nothing of the site's environment, which holds its keys, goes to a program that reads a file.
    environment = {"PATH": os.defpath, "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the file in its name
            [sys.executable, "-I", "-X", "utf8", str(_PROGRAM)],
            input=content,
            capture_output=True,
            check=False,
            env=environment,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbook(_WRONG["large"]) from None
    # It was stopped at one of its bounds, or the library gave up as it does where memory ends.
    sheets = "large" if done.returncode else json.loads(done.stdout)
    if isinstance(sheets, str):
        raise UnreadableWorkbook(_WRONG[sheets])
    return list(sheets)
