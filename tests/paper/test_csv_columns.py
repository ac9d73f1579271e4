"""Tests for reading headings, dates and year groups as schools write them."""

from datetime import date

import pytest

from concerns.paper.csv_columns import (
    PUPIL,
    STAFF,
    guess_columns,
    read_date,
    year_group_in_words,
)
from concerns.paper.detail_columns import DETAILS
from concerns.paper.history_rows import HISTORY

TODAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    "headings",
    [
        "Surname,Forename,DOB,UPN,AdNo,Year,Class",
        "legal_surname,LEGAL FORENAME,Date of Birth,upn,Admission Number,Year Group,Reg Group",
        "Last Name,First Name,Birth Date,Unique Pupil Number,Adm No,NC Year,Form",
        "Surname,Forename,DOB,UPN,Arbor Student ID,Year group(s) this academic year,Reg Group",
        "surname,forename,dob,upn,mis_id,year_code,Reg Grp.",
        "Surname,Forename,DOB,UPN,Adm,intNCYear,Reg Group",
        "Surname,Forename,DOB,UPN,Adm,Yr Grp.,Class",
        "Family Name,Given Name,Date Of Birth,UPN Number,Student ID,Yr,Tutor Group",
    ],
)
def test_headings_are_guessed_by_their_names(headings):
    found = guess_columns(headings.split(","), PUPIL)
    assert [found[key] for key in _KEYS] == list(range(7))


_KEYS = ("surname", "forename", "born", "upn", "admission_number", "year", "class_name")


@pytest.mark.parametrize("columns", [PUPIL, DETAILS, STAFF, HISTORY])
def test_what_our_own_pages_call_a_column_is_a_heading_of_it(columns):
    for column in columns:
        (found,) = guess_columns([column.words], (column,)).items()
        assert found == (column.key, 0)
    headings = [column.words for column in columns]
    found = guess_columns(headings, columns)
    assert found == {column.key: place for place, column in enumerate(columns)}


def test_a_heading_nobody_knows_is_no_column_of_ours():
    assert guess_columns(["Eligible for meals", "House"], PUPIL) == {}


def test_the_legal_name_is_surer_than_the_preferred_one():
    found = guess_columns(["Preferred Surname", "Legal Surname"], PUPIL)
    assert found["surname"] == 1


def test_of_two_columns_of_one_name_the_first_is_guessed():
    assert guess_columns(["Class", "Class"], PUPIL) == {"class_name": 0}


@pytest.mark.parametrize(
    "written",
    [
        "7/9/2015", "07/09/2015", "07-09-2015", "7.9.2015", "07/09/15", "7 Sep 2015", "7-Sep-15",
        "7 September 2015", "7th September 2015", "2015-09-07", "2015/9/7", "2015-09-07 00:00:00",
        "2015-09-07T00:00:00", "07/09/2015 00:00", " 7/9/2015 ",
    ],
)  # fmt: skip
def test_a_day_is_read_as_it_is_written_here(written):
    assert read_date(written, TODAY) == date(2015, 9, 7)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "42254",
        "31/02/2015",
        "12/31/2015",
        "7/9",
        "soon",
        "7 Sept 15 x",
        "00/00/0000",
        "٧/٩/٢٠١٥",
    ],
)
def test_what_is_no_day_is_none(written):
    assert read_date(written, TODAY) is None


def test_a_year_of_two_figures_is_one_that_has_been():
    assert read_date("1/1/26", TODAY) == date(2026, 1, 1)
    assert read_date("1/1/27", TODAY) == date(1927, 1, 1)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("4", "Year 4"), ("04", "Year 4"), ("Y4", "Year 4"), ("Yr 4", "Year 4"),
        ("year 10", "Year 10"), ("R", "Reception"), ("Reception", "Reception"),
        ("0", "Reception"), ("N2", "Nursery"), ("P4", "P4"), ("S2", "S2"), ("Mixed", "Mixed"),
        ("", ""), ("99", "99"),
    ],
)  # fmt: skip
def test_a_year_group_has_one_name(written, words):
    assert year_group_in_words(written) == words
