"""Tests that a CSV we write opens in a spreadsheet as it was written, and runs no formula."""

import csv
import io

import pytest

from concerns.paper.csv_writing import ROWS_IN_A_PIECE, escape_cell, stream_csv

DANGEROUS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "\tx", "\rx", "\x00x",
    "  =1", " \t=1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u2003+1", "\x0b=1", "＝1", "＋1", "－1",
    "＠x", '=HYPERLINK("https://example.test")', "-2+3+cmd|' /C calc'!A0", "=", "-",
    "\u034f=1", "\ufe0f=1", "\u180e=1", "\u2063=1", "\u2066=1", "\u206a=1", "\u115f=1", "\u3164=1",
    "\uffa0=1", "\u2800=1", "\u061c+1", "\u202e@x", "\U000e0001=1", "\U000e0100-1", "\ue000=1",
    "\u0301=1", "\ufff9=1", "\U0001d173=1", "\u00ad\u2061 \u034f=1", "\x1b=1",
    "\ufe661", "\ufe621", "\ufe631", "\ufe6bx",
)  # fmt: skip
HARMLESS = (
    "",
    " ",
    "Year 4",
    "a=1",
    "3-4",
    "Smith-Jones",
    "it's",
    "'=1",
    "“-1”",
    "né",
    "🙂",
    "(-1)",
    "\u200fשלום",
    "\u3164",
)


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_cell_that_would_be_run_begins_with_a_quote(cell):
    assert escape_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_cell_that_would_not_be_run_is_left_as_it_is(cell):
    assert escape_cell(cell) == cell


def test_a_number_of_ours_stays_a_number_and_nothing_stays_empty():
    assert [escape_cell(cell) for cell in (15, -3, 0.5, None)] == ["15", "-3", "0.5", ""]


def test_a_sheet_begins_with_the_mark_and_its_lines_end_as_spreadsheets_write_them():
    written = b"".join(stream_csv(["One", "Two"], [["a", 1], ["=b", None]]))
    assert written == b'\xef\xbb\xbf"One","Two"\r\n"a","1"\r\n"\'=b",""\r\n'


def test_every_cell_comes_back_as_it_was_whatever_stands_in_it():
    cells = ['a "quoted" word', "one, two; three", "two\nlines", "né 🙂", "tab\tinside"]
    written = b"".join(stream_csv(cells, [cells])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [cells, cells]


def test_no_separator_stands_outside_quotation_marks():
    line = b"".join(stream_csv(["a;b"], [["c;=d"]])).decode("utf-8-sig").splitlines()[1]
    assert line == '"c;=d"'


def test_a_long_sheet_is_handed_on_in_pieces():
    def rows():
        yield from [["row"]] * ROWS_IN_A_PIECE
        raise AssertionError("a row was fetched before the hundred ahead of it were taken")

    pieces = stream_csv(["head"], rows())
    assert [next(pieces), next(pieces)][1] == b'"row"\r\n' * ROWS_IN_A_PIECE


@pytest.mark.parametrize("number", [0, 1, ROWS_IN_A_PIECE, ROWS_IN_A_PIECE + 1])
def test_no_row_is_lost_between_two_pieces(number):
    written = b"".join(stream_csv(["head"], [[each] for each in range(number)])).decode("utf-8-sig")
    assert written.split() == ['"head"', *(f'"{each}"' for each in range(number))]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_cell_that_would_be_run_is_made_safe_in_a_sheet_too(cell):
    written = b"".join(stream_csv(["head"], [[cell]])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["head"], [f"'{cell}"]]
