"""Tests how the rows of a file of earlier records are read, and whose they are found to be."""

from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.paper.csv_reading import (
    MOST_LINES_OF_NARRATIVE,
    CsvFileRow,
    NotATable,
    decode_file,
    read_table,
)
from concerns.paper.history_matching import ChildMatcher, NamesOfChild, folded_words, plan_history
from concerns.paper.history_rows import (
    HistoryLine,
    HistoryMoment,
    count_history_headings,
    guess_history_columns,
    read_history_moment,
    read_history_row,
)

TODAY = date(2026, 11, 3)
GOOD = (
    "Pupil Name,DOB,UPN,Date,Reported By,Category,Incident,Action Taken\r\n"
    '"Cole, Ana",03/05/2016,A12345678901B,17/05/2021 14:30,J. Marsh,Neglect,"Came in\r\nwet, cold."'
    ",Rang home\r\n"
    "Ben Khan,04/06/2017,,May 2021,,Absence,Away “again”.,\r\n"
).encode()


@pytest.mark.parametrize(
    ("written", "at", "moment"),
    [
        ("17/05/2021", "", HistoryMoment(date(2021, 5, 17))),
        ("2021-05-17T00:00:00", "", HistoryMoment(date(2021, 5, 17))),
        ("17 May 2021", "2.30pm", HistoryMoment(date(2021, 5, 17), time(14, 30))),
        ("17/05/2021 14:30:10", "", HistoryMoment(date(2021, 5, 17), time(14, 30))),
        ("17/05/2021 2:30 PM", "", HistoryMoment(date(2021, 5, 17), time(14, 30))),
        ("17/05/2021", "after lunch or so", HistoryMoment(date(2021, 5, 17))),
        ("May 2021", "", HistoryMoment(date(2021, 5, 1), None, "May 2021")),
        ("05/2021", "", HistoryMoment(date(2021, 5, 1), None, "05/2021")),
        ("2021-05", "", HistoryMoment(date(2021, 5, 1), None, "2021-05")),
        ("Autumn term 2021/22", "", HistoryMoment(date(2021, 1, 1), None, "Autumn term 2021/22")),
        ("05/17/2021", "", None),
        ("13/2021", "", None),
        ("long ago", "", None),
    ],
)
def test_a_date_keeps_the_precision_in_which_it_was_written(written, at, moment):
    assert read_history_moment(written, at, TODAY) == moment


def read_lines(content: bytes) -> list[HistoryLine]:
    text = decode_file(content, count_history_headings)
    table = read_table(text, count_history_headings, MOST_LINES_OF_NARRATIVE)
    mapping = guess_history_columns(table.headings)
    return [read_history_row(row, mapping, TODAY) for row in table.rows]


def test_a_narrative_of_several_lines_is_one_row_and_keeps_its_lines():
    first, second = read_lines(GOOD)
    assert (first.words, first.action) == ("Came in\nwet, cold.", "Rang home")
    assert (second.name, second.born, second.wrong) == ("Ben Khan", date(2017, 6, 4), "")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"date": ""}, "Date: missing."),
        ({"date": "soon"}, "Date: not a date we can read"),
        ({"date": "17/05/2027"}, "Date: this is in the future."),
        ({"name": ""}, "It does not say which child it is about."),
        ({"born": "unknown"}, "Date of birth: not a date we can read"),
        ({"incident": ""}, "Nothing is written in this line."),
        ({"incident": "x" * 50_001}, "What was written: longer than 50,000 characters."),
        ({"incident": "cafÃ©"}, "There is a letter here that we cannot read"),
    ],
)
def test_a_row_that_cannot_be_brought_in_says_why(said, wrong):
    row = {"name": "Ana Cole", "born": "3/5/2016", "date": "2021", "incident": "Wet."} | said
    mapping = {"name": 0, "born": 1, "happened": 2, "words": 3}
    line = read_history_row(CsvFileRow(2, tuple(row.values())), mapping, TODAY)
    assert line.wrong.startswith(wrong)


def test_a_row_whose_quotation_marks_do_not_match_is_not_brought_in():
    broken = CsvFileRow(2, ("Ana Cole", "2021", "Wet."), broken=True)
    line = read_history_row(broken, {"name": 0, "happened": 1, "words": 2}, TODAY)
    assert line.wrong.startswith("The quotation marks")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.integers(0, len(GOOD)).map(lambda end: GOOD[:end]))
def test_any_bytes_and_any_cut_of_a_good_file_are_read_or_refused_in_words(content):
    try:
        lines = read_lines(content)
    except NotATable as refused:
        lines = []
        words = str(refused)
    else:
        words = "read"
    assert words
    assert all(line.wrong or line.moment for line in lines)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_date_and_time_is_read_or_not_and_never_an_error(written, at):
    moment = read_history_moment(written, at, TODAY)
    assert moment is None or moment.day.year > 0


@dataclass
class Known:
    pk: int
    name_told_apart: str
    born: date = date(2016, 5, 3)
    upn: str = ""
    admission_number: str = ""
    uid: UUID = field(default_factory=uuid4)


def named(pk: int, forename: str, surname: str, **more) -> NamesOfChild:
    child = Known(pk, f"{forename} {surname}", **more)
    words = (frozenset({folded_words(name)}) for name in (forename, surname))
    return NamesOfChild(child, *words)


ANA = named(1, "Ana", "Cole", upn="A1", admission_number="77")
TWIN = named(2, "Eva", "Cole")
BEN = named(3, "Ben", "Khan", born=date(2017, 6, 4))


def find(**said):
    found = ChildMatcher([ANA, TWIN, BEN]).find_child(HistoryLine(2, **said))
    return found.pk if found else None


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ({"upn": "A1"}, 1),
        ({"upn": "A1", "name": "Ana Cole", "born": date(2016, 5, 3)}, 1),
        # The number is one child's and the birthday another's.
        ({"upn": "A1", "name": "Ben Khan", "born": date(2017, 6, 4)}, None),
        ({"upn": "A1", "name": "Ben Khan"}, None),
        ({"upn": "B2", "name": "Cole, Ana", "born": date(2016, 5, 3)}, 1),
        ({"admission_number": "77", "name": "Ana Cole"}, 1),
        ({"admission_number": "77", "name": "Ben Khan"}, None),
        ({"admission_number": "77", "name": "Ben Khan", "born": date(2017, 6, 4)}, 3),
        # A number may be another's in the other system, and a name alone is never enough.
        ({"admission_number": "77"}, None),
        ({"name": "Ana Cole"}, None),
        ({"surname": "COLE", "forename": "Éva", "born": date(2016, 5, 3)}, 2),
        ({"surname": "Cole", "forename": "Zoe", "born": date(2016, 5, 3)}, None),
    ],
)
def test_whose_a_line_is(said, whose):
    assert find(**said) == whose


def test_two_children_who_both_fit_are_asked_about():
    other = named(4, "Ana", "Cole")
    line = HistoryLine(
        2, name="Ana Cole", born=date(2016, 5, 3), moment=HistoryMoment(TODAY), words="Wet."
    )
    plan = plan_history([line], ChildMatcher([ANA, other]), lambda *_: False, cut_short=False)
    assert not plan.matched
    assert [child.pk for child in plan.asked[0].offered] == [1, 4]


def test_what_fits_nobody_and_resembles_nobody_is_listed_and_not_asked():
    line = HistoryLine(2, name="Zed Unknown", moment=HistoryMoment(TODAY), words="Wet.")
    plan = plan_history([line], ChildMatcher([ANA]), lambda *_: False, cut_short=False)
    assert (len(plan.asked), plan.lines_unmatched, plan.can_be_brought) == (0, 1, False)
