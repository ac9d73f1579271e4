"""Tests for taking one school's rows out of a file of several."""

import pytest

from concerns.paper.csv_reading import CsvFileRow
from concerns.paper.school_rows import take_school_rows

NAME = "Oakfield Primary School"


def take(*values: str, at: int | None = 1):
    rows = [CsvFileRow(line, (f"pupil {line}", value)) for line, value in enumerate(values, 2)]
    return take_school_rows(rows, at, NAME, "123456")


def lines(*values: str) -> list[int]:
    return [row.line for row in take(*values).rows]


@pytest.mark.parametrize("own", [NAME, "OAKFIELD primary school", "Oakfield Primary", "123456"])
def test_the_rows_of_this_school_are_taken_and_no_other(own):
    assert lines(own, "Hill School", own, "") == [2, 4, 5]
    assert take(own, "Hill School").others == 1
    assert take(own, "Hill School").doubt == ""


def test_none_is_taken_where_no_school_is_plainly_this_one():
    found = take("Hill School", "Mill School")
    assert (found.rows, found.others) == ((), 2)
    assert found.doubt == f"The file is of 2 schools, and names none as {NAME} is named."
    assert lines("Oakfield", "Oakfield Primary School Nursery") == []


def test_a_file_of_one_school_is_taken_whole_and_doubted_if_it_is_another():
    assert lines("Hill School", "Hill School") == [2, 3]
    assert take("Hill School").doubt == "The file says that it is of “Hill School”."
    assert take(NAME).doubt == take("").doubt == ""


def test_without_such_a_column_every_row_is_taken():
    assert len(take("Hill School", "Mill School", at=None).rows) == 2


def test_a_row_that_is_too_short_is_taken():
    rows = [CsvFileRow(2, ("pupil", NAME)), CsvFileRow(3, ("pupil",)), CsvFileRow(4, ("x", "Hill"))]
    assert len(take_school_rows(rows, 1, NAME, "").rows) == 2
