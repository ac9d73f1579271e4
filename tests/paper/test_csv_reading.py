"""Tests that a CSV file of any make is read whole, and that an unreadable row is reported."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.paper.csv_columns import PUPIL, make_heading_counter
from concerns.paper.csv_reading import (
    MOST_BYTES,
    NotATable,
    decode_file,
    read_table,
    unreadable_letters,
)

HEAD = "Surname,Forename,DOB"
is_known = make_heading_counter(PUPIL)


def rows(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in read_table(text, is_known).rows]


def test_words_come_out_of_utf_8_windows_1252_and_utf_16():
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert decode_file("Zoë O’Neill".encode(encoding), is_known) == "Zoë O’Neill"


def test_a_byte_without_a_letter_is_marked():
    assert decode_file(b"Sm\x81th", is_known) == "Sm\ufffdth"


def test_one_stray_byte_costs_the_other_names_nothing():
    content = "Siobhán\n".encode() * 35 + b"Zo\xeb\n" + "Ní Bhriain".encode()
    assert decode_file(content, is_known).split("\n") == ["Siobhán"] * 35 + ["Zoë", "Ní Bhriain"]


@pytest.mark.parametrize("name", ["Siobhán", "Ángel", "Zoë", "O’Neill", "Łukasz", "Çelik", "João"])
def test_letters_that_were_saved_in_another_encoding_are_found(name):
    garbled = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in name.encode()
    )
    assert unreadable_letters(["Smith", garbled])
    assert not unreadable_letters([name, name.upper(), f"{name} {name}"])


def test_a_letter_that_nobody_knows_is_found():
    assert unreadable_letters(["Sm\ufffdth"]) == "\ufffd"


@pytest.mark.parametrize(
    ("ends", "cut"),
    [
        ("Smith,Ivy,1/2/2017\n", False),
        ("Smith,Ivy,1/2/2017", False),
        ("Smith,Ivy\n", False),
        ("Smith,Iv", True),
        ('Smith,Ivy,"1/2', True),
        ("", False),
    ],
)
def test_whether_a_file_ends_in_the_middle_of_a_row(ends, cut):
    assert read_table(f"{HEAD}\nKhan,Noah,3/5/2016\n{ends}", is_known).cut_short is cut


def test_a_few_nul_bytes_are_left_out():
    assert (
        decode_file(b"Surname,Forename,\0DOB,Class,Year", is_known)
        == "Surname,Forename,DOB,Class,Year"
    )


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"%PDF-1.4", b"\xd0\xcf\x11\xe0", b"<html>"])
def test_another_kind_of_file_is_told_by_how_it_begins(begins):
    with pytest.raises(NotATable):
        decode_file(begins + b" " * 100, is_known)


def test_too_large_a_file_is_not_read():
    with pytest.raises(NotATable, match="10 MB"):
        decode_file(b"x" * (MOST_BYTES + 1), is_known)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = f"{HEAD}\nSmith,Ivy,1/2/2017\n".replace(",", delimiter)
    assert rows(text) == [("Smith", "Ivy", "1/2/2017")]


def test_a_delimiter_inside_a_name_does_not_mislead():
    assert rows(f'{HEAD}\n"Smith; Jones; Khan; Patel",Ivy,1/2/2017') == [
        ("Smith; Jones; Khan; Patel", "Ivy", "1/2/2017")
    ]


def test_headings_are_found_below_a_title_and_lines_are_counted_from_the_top():
    found = read_table(f"Pupils on roll\n\nsep=,\n{HEAD}\n\nSmith,Ivy,1/2/2017\n", is_known)
    assert found.headings == ("Surname", "Forename", "DOB")
    assert found.rows[0].line == 6


def test_a_cell_of_two_lines_is_one_cell_and_the_lines_are_still_right():
    found = read_table(f'{HEAD}\n"Smith\nJones",Ivy,1/2/2017\nKhan,Noah,1/2/2017', is_known)
    assert [row.line for row in found.rows] == [2, 4]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only():
    lines = [f"Smith{n},Ivy,1/2/2017" for n in range(100)]
    lines[50] = '"' + lines[50]
    found = read_table("\n".join([HEAD, *lines]), is_known).rows
    assert len(found) == 100
    assert [row.line for row in found if row.broken] == [52]


def test_no_text_at_all_is_a_table_of_nothing():
    assert read_table("", is_known).rows == ()
    assert read_table("\n\n", is_known).headings == ()


def test_headings_nobody_knows_are_the_first_line():
    found = read_table("A,B,C\n1,2,3", is_known)
    assert found.headings == ("A", "B", "C")
    assert not found.recognised


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)


@settings(max_examples=60)
@given(st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=8))
def test_what_was_written_is_what_is_read(cells):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(HEAD.split(","))
    writer.writerows(cells)
    assert rows(text.getvalue()) == [row for row in cells if any(cell.strip() for cell in row)]


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_told(content):
    with suppress(NotATable):
        read_table(decode_file(content, is_known), is_known)
