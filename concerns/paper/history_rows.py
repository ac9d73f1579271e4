"""Reads the rows of a file of earlier records: whose each is, when it happened, and what it says.

Such a file is what another system exports of its record: one dated line in each row. A date keeps
the precision in which it was written: "May 2021" does not become the first of May.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from concerns.paper.csv_columns import (
    PUPIL,
    Column,
    guess_columns,
    make_heading_counter,
    read_date,
)
from concerns.paper.csv_reading import CsvFileRow, tidy_cell, unreadable_letters
from concerns.rules.typed_times import read_time_of_day

_PUPIL_HEADINGS = {column.key: column.names for column in PUPIL}
_WHOLE_NAME = ("name", "pupil name", "student name", "full name", "pupil", "student", "child",
               "child name", "childs name", "young person")  # fmt: skip


def _names_of(key: str, *more: str) -> tuple[str, ...]:
    return tuple(name for name in (*_PUPIL_HEADINGS[key], *more) if name not in _WHOLE_NAME)


# Letters of what a line says. No narrative of a real export is longer.
MOST_WORDS = 50_000
HISTORY = (
    Column(
        "happened", "Date",
        ("incident date", "date of incident", "date of concern", "concern date", "event date",
         "date of event", "date occurred", "occurred on", "date of entry", "entry date", "date",
         "date time", "date and time", "incident date time", "when", "date logged", "logged on",
         "date recorded", "recorded on", "date reported", "reported on", "date added", "added on",
         "date created", "created", "created on", "created at"),
        100, needed=True,
    ),
    Column(
        "words", "What was written",
        ("text", "incident", "incident details", "incident text", "details", "details of concern",
         "concern", "concern details", "description", "description of concern", "narrative",
         "what happened", "note", "notes", "case note", "case notes", "entry", "account", "log",
         "summary", "comment", "comments", "content", "body", "record"),
        MOST_WORDS, needed=True,
    ),
    Column("name", "Full name", _WHOLE_NAME, 200),
    Column("surname", "Surname", _names_of("surname"), 100),
    Column("forename", "Forename", _names_of("forename", *_PUPIL_HEADINGS["known_as"]), 100),
    Column("born", "Date of birth", _names_of("born"), 40),
    Column("upn", "UPN", _names_of("upn"), 40),
    Column("admission_number", "Admission number", _names_of("admission_number"), 40),
    Column("at", "Time", ("time", "incident time", "time of incident", "event time"), 40),
    Column(
        "who", "Who wrote it",
        ("reported by", "recorded by", "logged by", "added by", "entered by", "created by",
         "written by", "author", "reporter", "staff", "staff name", "staff member",
         "member of staff", "who", "by", "owner", "user", "raised by"),
        300,
    ),
    Column(
        "category", "Category",
        ("category", "categories", "incident category", "incident categories", "concern type",
         "type of concern", "incident type", "type", "subject", "title", "nature of concern",
         "primary category", "tags"),
        1_000,
    ),
    Column(
        "action", "Action",
        ("action", "actions", "action taken", "actions taken", "follow up", "follow up actions",
         "response", "steps taken", "next steps"),
        MOST_WORDS,
    ),
    Column(
        "outcome", "Outcome",
        ("outcome", "outcomes", "result", "resolution", "impact", "conclusion"), MOST_WORDS,
    ),
)  # fmt: skip
# Each row must say whose it is in one of these.
WHOSE = ("name", "surname", "upn", "admission_number")
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# A date in figures alone: if it is none, it is a mistake and not a rough one.
_IN_FIGURES = re.compile(r"\s*\d+\s*[-/.]\s*\d+\s*[-/.]\s*\d+.*", re.DOTALL)
_MONTH_IN_FIGURES = re.compile(r"\s*(?:(\d{1,2})\s*[-/.]\s*\d{4}|\d{4}-(\d\d))\s*", re.ASCII)
_CLOCK = re.compile(
    r"[T ,]\s*(\d{1,2}[:.]\d\d)(?::\d\d(?:\.\d+)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE
)

count_history_headings = make_heading_counter(HISTORY)


@dataclass(frozen=True)
class HistoryMoment:
    """When something happened. `at` is None if only the day is known, and `written` is empty if the
    day is known; else `day` is the first that it may have been."""

    day: date
    at: time | None = None
    written: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """What one row says, empty where it says nothing. `wrong`: why it cannot be brought in."""

    line: int
    surname: str = ""
    forename: str = ""
    name: str = ""
    born: date | None = None
    upn: str = ""
    admission_number: str = ""
    moment: HistoryMoment | None = None
    who: str = ""
    category: str = ""
    words: str = ""
    action: str = ""
    outcome: str = ""
    wrong: str = ""

    @property
    def name_in_file(self) -> str:
        return self.name or " ".join(filter(None, (self.forename, self.surname)))

    @property
    def content(self) -> tuple[str, ...]:
        """All that it says but of whom: by this the same line is recognised when it comes again."""
        when = self.moment
        day = (str(when.day), str(when.at or ""), when.written) if when else ()
        return (*day, self.who, self.category, self.words, self.action, self.outcome)

    @property
    def whose(self) -> tuple[str, str, date | None, str, str]:
        """What the row says of whose it is: rows with the same are of one child."""
        return (
            self.name_in_file.casefold(),
            self.surname.casefold(),
            self.born,
            self.upn,
            self.admission_number,
        )


def guess_history_columns(headings: tuple[str, ...]) -> dict[str, int]:
    """Which column of the file is which: {column key: position from 0}."""
    return guess_columns(headings, HISTORY)


def read_history_moment(written: str, written_time: str, today: date) -> HistoryMoment | None:
    """When `written` and `written_time` (empty if there is no such column) say that it was; None if
    that cannot be read. `today` is the last day that it may be."""
    day = read_date(written, today)
    if day is None:
        return None if _IN_FIGURES.fullmatch(written) else _read_rough_date(written)
    clock = _CLOCK.search(written)
    said = written_time or (" ".join(filter(None, clock.groups())) if clock else "")
    read = read_time_of_day(said) if said else None
    # Midnight beside a date is what a spreadsheet adds where no time was written.
    is_added = read is not None and not written_time and read.at == time()
    return HistoryMoment(day, None if read is None or is_added else read.at)


def _read_rough_date(written: str) -> HistoryMoment | None:
    """A month, a term or a year, as it was written: at least the year must be there."""
    year = _YEAR.search(written)
    if year is None:
        return None
    figures = _MONTH_IN_FIGURES.fullmatch(written)
    named = _MONTH.search(written)
    month = int(figures[1] or figures[2]) if figures else 1
    if named:
        month = _MONTHS.index(named[1].lower()) + 1
    if not 1 <= month <= 12:
        return None
    return HistoryMoment(date(int(year[0]), month, 1), None, written)


def read_history_row(row: CsvFileRow, mapping: Mapping[str, int], today: date) -> HistoryLine:
    """What `row` says in the columns of `mapping`."""
    cells = {key: row.cells[at] if at < len(row.cells) else "" for key, at in mapping.items()}
    said = {
        column.key: _tidy_words(cells.get(column.key, ""))
        if column.most == MOST_WORDS
        else unicodedata.normalize("NFC", tidy_cell(cells.get(column.key, "")))
        for column in HISTORY
    }
    written = said.pop("happened")
    written_time = said.pop("at")
    written_born = said.pop("born")
    said["upn"] = said["upn"].replace(" ", "").upper()
    born = read_date(written_born, today)
    moment = read_history_moment(written, written_time, today)
    wrong = (
        _row_fault(row)
        or _length_fault(said)
        or _whose_fault(said)
        or _birth_fault(written_born, born)
        or _moment_fault(written, moment, today)
    )
    if not wrong and not (said["words"] or said["action"] or said["outcome"]):
        wrong = "Nothing is written in this line."
    return HistoryLine(line=row.line, born=born, moment=moment, wrong=wrong, **said)


def _tidy_words(cell: str) -> str:
    """`cell` without invisible characters and without white space around its lines, which stay."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(tidy_cell(line) for line in lines)
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", text).strip())


def _row_fault(row: CsvFileRow) -> str:
    if row.broken:
        return "The quotation marks in this line do not match. Take them out of the file."
    if letters := unreadable_letters(row.cells):
        return (
            f"There is a letter here that we cannot read: “{letters}”. Export the file again, as a"
            " workbook or as CSV UTF-8."
        )
    return ""


def _length_fault(said: Mapping[str, str]) -> str:
    for column in HISTORY:
        if len(said.get(column.key, "")) > column.most:
            return f"{column.words}: longer than {column.most:,} characters."
    return ""


def _whose_fault(said: Mapping[str, str]) -> str:
    if any(said[key] for key in WHOSE):
        return ""
    return "It does not say which child it is about."


def _birth_fault(written: str, born: date | None) -> str:
    if written and born is None:
        return "Date of birth: not a date we can read. Write it like 17/05/2015."
    return ""


def _moment_fault(written: str, moment: HistoryMoment | None, today: date) -> str:
    if not written:
        return "Date: missing."
    if moment is None:
        return "Date: not a date we can read. Write it like 17/05/2021, May 2021 or 2021."
    if moment.day > today:
        return "Date: this is in the future."
    return ""
