"""Tests that a Common Transfer File is read as a table of its pupils, and that no XML costs more
than its share of memory and time."""

import csv
import io
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.models import School
from concerns.paper import ctf_process, ctf_reading
from concerns.paper.csv_columns import PUPIL, make_heading_counter
from concerns.paper.csv_reading import MOST_BYTES, NotATable, decode_file
from concerns.paper.ctf_origin import CtfOrigin, read_roll_table, set_apart_days_elsewhere
from concerns.paper.ctf_reading import decode_roll_file, read_ctf
from concerns.roll.queries import guess_roll_columns
from tests.ctf_files import ZOE, ctf, many, pupil

is_known = make_heading_counter(PUPIL)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Each pupil as {heading: cell}, without what is empty."""
    table = read_roll_table(decode_roll_file(content, is_known), is_known)
    return [
        {head: cell for head, cell in zip(table.headings, row.cells, strict=True) if cell}
        for row in table.rows
    ]


@pytest.fixture(scope="module")
def zoe() -> dict[str, str]:
    return rows_of(ctf(ZOE).encode())[0]


def test_a_pupil_is_a_row_with_codes_in_words(zoe):
    said = {head: cell for head, cell in zoe.items() if not head.startswith("Contact")}
    assert said == {
        "Surname": "Ní Bhriain",
        "Forename": "Zoë",
        "Preferred surname": "Byrne",
        "Preferred forename": "Zo",
        "Middle names": "Mary",
        "DOB": "2016-03-04",
        "UPN": "A12345678901B",
        "Former UPN": "B12345678901C",
        "NC year": "4",
        "Sex": "Female",
        "Ethnicity": "White Irish",
        "First language": "Urdu",
        "SEN status": "Education, health and care plan",
        "EHCP": "Yes",
        "Free school meals": "Yes",
        "Looked after": "Yes",
        "Address": "Flat 2, 4 Mill Lane, Eastham",
        "Postcode": "EA1 2BC",
        "Date of entry": "2021-09-01",
        "Leaving date": "2025-07-20",
    }


def test_contacts_stand_beside_one_another_in_their_order(zoe):
    said = {head: cell for head, cell in zoe.items() if head.startswith("Contact")}
    assert said == {
        "Contact 1 Priority": "1",
        "Contact 1 Title": "Ms",
        "Contact 1 Forename": "Dana",
        "Contact 1 Surname": "Cole",
        "Contact 1 Relationship": "Mother",
        "Contact 1 Parental responsibility": "Yes",
        "Contact 1 Lives with pupil": "Yes",
        "Contact 1 Mobile": "07700 900123",
        "Contact 1 Work telephone": "01632 960111",
        "Contact 1 Email": "dana@example.org",
        "Contact 2 Priority": "2",
        "Contact 2 Forename": "Sam",
        "Contact 2 Surname": "Cole",
        "Contact 2 Relationship": "Step-parent",
        "Contact 2 Parental responsibility": "No",
        "Contact 2 Address": "9 High Street, EA1 9ZZ",
    }


def test_every_column_but_those_that_no_roll_has_is_known_by_its_heading(zoe):
    known = guess_roll_columns(list(zoe)).values()
    assert [head for at, head in enumerate(zoe) if at not in known] == ["Middle names"]


# What stands in a pupil, with what is read of it.
SAID = {
    "an unknown code": ("<BasicDetails><Ethnicity>XQQQ</Ethnicity></BasicDetails>", "XQQQ"),
    "a provision of an older file": ("<SEN><SENstatus>k</SENstatus></SEN>", "SEN support"),
    "a language without a kind": (
        "<BasicDetails><Languages><Type><Language>POL</Language></Type></Languages></BasicDetails>",
        "Polish",
    ),
    "meals that ended": (
        "<FSMhistory><FSMinstance><FSMendDate>2025-01-01</FSMendDate></FSMinstance></FSMhistory>",
        "No",
    ),
    "words on two lines": ("<Email>\n a@example.org \n</Email>", "a@example.org"),
}


@pytest.mark.parametrize(("more", "says"), SAID.values(), ids=SAID)
def test_what_a_file_says_in_another_way_is_read(more, says):
    assert says in rows_of(ctf(pupil(more=more)).encode())[0].values()


ENCODED = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "Windows-1252": lambda text: text.replace("utf-8", "windows-1252").encode("cp1252"),
}


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
def test_letters_are_read_in_each_encoding(encode):
    assert rows_of(encode(ctf(ZOE)))[0]["Forename"] == "Zoë"


@pytest.mark.parametrize("root", ['CTfile xmlns="urn:ctf"', 'c:CTfile xmlns:c="urn:ctf"'])
def test_a_namespace_changes_nothing(root):
    assert rows_of(ctf(pupil(), root=root).encode())[0]["Surname"] == "Smith"


def test_of_seven_contacts_six_are_read_and_it_is_said():
    seven = "".join(f"<Contact><Surname>Cole{n}</Surname></Contact>" for n in range(7))
    text = read_ctf(ctf(pupil(more=f"<Contacts>{seven}</Contacts>")).encode())
    table = read_roll_table(text, is_known)
    assert (table.origin.more_contacts, table.headings[-1]) == ("1", "Contact 6 Surname")


def test_a_line_is_a_pupil_of_the_file_and_its_header_says_whose_it_is():
    text = read_ctf(ctf(*many(2), source_urn="123456", destination="Oakfield").encode())
    table = read_roll_table(text, is_known)
    assert [row.line for row in table.rows] == [1, 2]
    assert table.origin == CtfOrigin(
        version="25.0",
        written="2026-09-03",
        source_name="Mill Lane School",
        source_number="201 2345",
        source_urn="123456",
        destination_name="Oakfield",
        destination_number="201 LLLL",
    )


MARK = "Common Transfer File"


@pytest.mark.parametrize("first", [MARK, f"{MARK},25", f"{MARK},a\rb", f'{MARK},"a'])
def test_a_table_below_such_a_title_is_still_a_table(first):
    table = read_roll_table(f"{first}\r\nSurname,Forename,DOB\r\nSmith,Ivy,1/2/2017\r\n", is_known)
    assert (table.origin, table.rows[-1].cells[0]) == (None, "Smith")


DOUBTS = [
    (CtfOrigin(source_urn="1", source_name="Other"), ""),
    (CtfOrigin(source_urn="2", source_name="Oakfield"), "written by Oakfield (URN 2)"),
    (CtfOrigin(source_name="Oakfield Primary", source_number="201 1"), ""),
    (CtfOrigin(source_name="Mill Lane", destination_number="201 2345"), ""),
    (CtfOrigin(source_name="Mill Lane", destination_number="201 LLLL"), "written by Mill Lane"),
    (CtfOrigin(source_urn="1", destination_number="201 9999"), "another school: 201 9999"),
    (CtfOrigin(source_urn="2", source_number="201 2345"), ""),
    (CtfOrigin(source_name="Mill Lane", destination_name="Oakfield"), ""),
    (CtfOrigin(source_name="Oakfield", destination_name="Mill Lane"), "another school: Mill Lane"),
    (CtfOrigin(source_number="201 1"), "written by 201 1"),
    (CtfOrigin(), "written by a school without a name"),
]


@pytest.mark.parametrize(("origin", "says"), DOUBTS)
def test_a_file_that_is_not_plainly_for_this_school_is_said(origin, says):
    doubt = origin.find_doubt(School(name="Oakfield", urn="1", dfe_number="2012345"))
    assert says in doubt if says else doubt == ""


def test_days_at_another_school_have_headings_of_their_own():
    text = read_ctf(ctf(ZOE).encode())
    table = read_roll_table(text, is_known)
    own = set_apart_days_elsewhere(table, School(name="Mill Lane School"))
    assert own.headings == table.headings
    other = set_apart_days_elsewhere(table, School(name="Oakfield"))
    assert "left_on" not in guess_roll_columns(other.headings)
    assert "Leaving date at Mill Lane School (201 2345)" in other.headings


def declared(doctype: str) -> str:
    return ctf(pupil(more="<Email>&a;</Email>"), before=f"<!DOCTYPE {doctype}>")


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
REFUSED = {
    "a web page": ("<!DOCTYPE html><html></html>", "web page"),
    "other XML": ("<Pupils/>", "web page"),
    "a root that is cut": ("<CTfile xml", "web page"),
    "an unknown encoding": ('<?xml version="1.0" encoding="x"?><CTfile/>', "web page"),
    "no pupils": (ctf(), "no pupil"),
    "an empty root": ("<CTfile/>", "no pupil"),
    "cut half-way": (ctf(ZOE)[:1500], "its end is missing"),
    "a document type": (declared("CTfile"), "declares"),
    "an entity": (declared('CTfile [<!ENTITY a "b">]'), "declares"),
    "a thousand million laughs": (declared(f'CTfile [<!ENTITY a0 "ha">{LAUGHS}]'), "declares"),
    "a file elsewhere": (declared('CTfile [<!ENTITY a SYSTEM "file:///etc/passwd">]'), "declares"),
    "deep nesting": ("<CTfile>" + "<a>" * 100_000, "too large to read"),
    "a pupil without an end": (ctf(pupil(more="<a/>" * 5000)), "too large to read"),
    "an attribute without an end": ('<CTfile a="' + "a" * 2_000_000, "web page"),
    "a huge attribute": ('<CTfile a="' + "a" * 2_000_000 + '">', "its end is missing"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said(text, says):
    assert len(text) < MOST_BYTES
    with pytest.raises(NotATable, match=says):
        decode_roll_file(text.encode(), is_known)


def test_xml_is_no_other_table_and_too_much_is_not_begun():
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(NotATable, match="not a table"):
            decode_file(ctf(ZOE).encode(encoding), is_known)
    with pytest.raises(NotATable, match="larger than 10 MB"):
        decode_roll_file(b"<" * (MOST_BYTES + 1), is_known)


@pytest.mark.parametrize(("bound", "word"), [("MOST_ELEMENTS", "large"), ("MOST_PUPILS", "many")])
def test_more_than_any_roll_has_is_not_read_to_its_end(monkeypatch, bound, word):
    monkeypatch.setattr(ctf_process, bound, 20)
    lines = ctf_process.lines_or_what_is_wrong(ctf(*many(30)).encode())
    assert lines == [f'"{word}"']
    with pytest.raises(NotATable):
        ctf_reading.write_table_text([lines[0].encode()])


def test_a_table_that_is_larger_than_its_file_may_be_is_refused(monkeypatch):
    lines = [line.encode() for line in ctf_process.lines_or_what_is_wrong(ctf(ZOE).encode())]
    monkeypatch.setattr(ctf_reading, "MOST_BYTES", 500)
    with pytest.raises(NotATable, match="too large to read"):
        ctf_reading.write_table_text(lines)


def test_a_process_that_was_stopped_is_said(monkeypatch):
    monkeypatch.setattr(ctf_reading, "run_bounded_process", lambda *given, **more: None)
    with pytest.raises(NotATable, match="too large to read"):
        read_ctf(b"<CTfile/>")


GOOD = ctf(ZOE, pupil()).encode()


def cut_or_changed(given: tuple[int, bytes, int]) -> bytes:
    at, bytes_instead, gone = given
    return GOOD[:at] + bytes_instead + GOOD[at + gone :]


@settings(max_examples=150)
@given(
    st.binary(max_size=300)
    | st.binary(max_size=60).map(lambda noise: b"<CTfile>" + noise)
    | st.integers(0, len(GOOD)).map(lambda at: GOOD[:at])
    | st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=9), st.integers(0, 40)).map(
        cut_or_changed
    )
)
def test_whatever_comes_is_read_or_told(content):
    """In this process: a hundred others would take a minute."""
    lines = ctf_process.lines_or_what_is_wrong(content)
    with suppress(NotATable):
        text = ctf_reading.write_table_text([line.encode() for line in lines])
        widths = {len(row) for row in list(csv.reader(io.StringIO(text, newline="")))[1:]}
        assert len(widths) == 1
        assert read_roll_table(text, is_known).origin


@pytest.mark.long
def test_twenty_thousand_pupils_take_seconds():
    content = ctf(*many(20_000)).encode()
    before = time.process_time()
    assert len(rows_of(content)) == 20_000
    # The other process ends itself after 20 seconds, and at 200 MB.
    assert time.process_time() - before < 10
