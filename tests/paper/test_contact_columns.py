"""Tests for the columns and rows of contacts: which headings are theirs, and what a row says."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.paper.contact_columns import contact_column_words, guess_contact_columns
from concerns.paper.contact_rows import ContactColumns, ContactLine
from concerns.paper.csv_columns import PUPIL, guess_columns, make_heading_counter
from concerns.paper.csv_reading import NotATable, decode_file, read_table
from concerns.paper.pupil_rows import PupilLine, PupilRowReader
from concerns.paper.repeated_rows import join_repeated_rows
from concerns.paper.roll_matching import compare_with_roll

TODAY = date(2026, 11, 3)


def guess(*headings: str) -> dict[str, str]:
    return {headings[at]: key for key, at in guess_contact_columns(headings, ()).items()}


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Contact 1 Name", "contact1_name"),
        ("Contact1Name", "contact1_name"),
        ("Contact 2", "contact2_name"),
        ("Parent1_homePhone", "contact1_home"),
        ("Parent/Carer 2 Mobile", "contact2_mobile"),
        ("Priority 3 Contact Forename", "contact3_forename"),
        ("Primary Contact E-mail", "contact1_email"),
        ("Second contact last name", "contact2_surname"),
        ("Contact 1 No", "contact1_telephone"),
        ("Contact 1: No contact", "contact1_no_contact"),
        ("Contact 1 Do Not Contact", "contact1_no_contact"),
        ("Contact 1 Court Order", "contact1_no_contact"),
        ("Contact 4 PR", "contact4_responsibility"),
        ("Contact 2 lives with pupil", "contact2_lives_with"),
        ("Contact 2 Relationship to Pupil", "contact2_relation"),
        ("Contact 1 Work Number", "contact1_work"),
        ("Contact 1 Postcode", "contact1_address"),
        ("Contact 1 Title", "contact1_title"),
        ("Contact 1 Priority", "contact1_priority"),
        ("Emergency Contact Number", "contact0_telephone"),
        ("Mobile No Contact 1", "contact1_mobile"),
        ("Mother's Mobile", "contact1_mobile"),
    ],
)
def test_a_heading_says_which_contact_and_what(heading, key):
    assert guess(heading) == {heading: key}


@pytest.mark.parametrize(
    "heading",
    ["Contact 7 Name", "Pupil contact telephone", "House", "Mobile", "Contact 1 Shoe", ""],
)  # fmt: skip
def test_other_headings_are_of_no_contact(heading):
    assert guess(heading) == {}


def test_a_number_that_is_far_too_long_in_a_heading_is_no_number_of_a_contact():
    heading = f"Contact {'1' * 5000} Name"
    assert guess(heading) == {heading: "contact0_name"}


def test_mother_and_father_are_two_contacts_beside_those_with_numbers():
    found = guess("Contact 1 Name", "Mother Name", "Mum mobile", "Father name")
    assert list(found.values()) == [
        "contact1_name", "contact2_name", "contact2_mobile", "contact3_name",
    ]  # fmt: skip


def test_no_more_than_six_contacts_are_read():
    found = guess(*(f"Contact {n} Name" for n in range(1, 7)), "Mother name")
    assert "Mother name" not in found


def test_a_heading_without_a_contact_belongs_to_the_contact_it_stands_with():
    found = guess("Telephone", "Contact Name", "Relationship", "Telephone 1", "Pupil mobile", "Tel")
    assert found == {
        "Contact Name": "contact0_name",
        "Relationship": "contact0_relation",
        "Tel": "contact0_telephone",
    }
    found = guess("Contact 1 Name", "Relation 1", "Relation 2", "Relation")
    assert found == {"Contact 1 Name": "contact1_name", "Relation 1": "contact1_relation"}


def test_of_two_headings_that_say_the_same_the_first_is_used():
    assert guess("Contact 1 Name", "Contact 1") == {"Contact 1 Name": "contact1_name"}


def test_a_column_of_the_pupil_is_not_a_contacts():
    assert guess_contact_columns(["Contact 1 Name"], [0]) == {}


def test_columns_have_names_for_pages():
    assert contact_column_words("contact2_mobile") == "Contact 2: mobile"
    assert contact_column_words("contact0_email") == "Contact of the row: E-mail"
    with pytest.raises(ValueError, match="not the key"):
        contact_column_words("surname")


def read(headings: str, *cells: str) -> tuple[ContactLine, ...]:
    heads = headings.split(",")
    return ContactColumns(guess_contact_columns(heads, ()), heads).read_contacts(cells)


def test_a_name_in_parts_is_put_together():
    (one,) = read("Contact 1 Title,Contact 1 Forename,Contact 1 Surname", "Ms", "Dana", "Cole")
    assert one.name == "Ms Dana Cole"


def test_the_heading_says_the_relation_where_no_column_does():
    (one,) = read("Father name,Father mobile", "Sam Cole", "")
    assert (one.relation, one.priority) == ("Father", 1)


def test_several_numbers_and_a_lost_nought_are_read():
    (one,) = read(
        "Contact 1 Name,Contact 1 Mobile,Contact 1 Home", "X", "7700900123.0", "01632 960001; n/a"
    )
    assert one.telephones == ("Mobile 07700900123", "Home 01632 960001")


def test_whoever_has_neither_name_nor_number_is_no_contact():
    assert read("Contact 1 Name,Contact 1 Relationship,Contact 1 Email", "", "Mother", "none") == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Yes - shared", "yes"),
        ("1", "yes"),
        ("False", "no"),
        ("No, see note", "no"),
        ("perhaps", "not_known"),
        ("N/A", "not_known"),
        ("None", "not_known"),
        ("No information", "not_known"),
    ],
)
def test_an_answer_is_yes_no_or_not_known(written, said):
    (one,) = read("Contact 1 Name,Contact 1 Parental Responsibility", "X", written)
    assert one.responsibility == said


def test_a_short_row_has_the_contacts_that_are_there():
    assert len(read("Contact 1 Name,Contact 2 Name", "Dana")) == 1


def pupil(line: int, **more) -> PupilLine:
    same = {"surname": "Smith", "forename": "Ivy", "born": date(2017, 2, 1), "upn": "A12345678901B"}
    return PupilLine(line, **(same | more))


def joined(*rows: PupilLine) -> int:
    return join_repeated_rows(rows)[1]


def test_rows_of_one_number_and_name_are_one_pupil_with_what_each_says():
    (one,), repeated = join_repeated_rows(
        [pupil(2, class_name="4B"), pupil(3, class_name="4C", year="Year 4")]
    )
    assert (one.class_name, one.year, repeated) == ("4B", "Year 4", 1)


def test_rows_that_may_be_two_pupils_are_not_joined():
    contact = (ContactLine("Dana"),)
    assert joined(pupil(2), pupil(3, upn="C12345678901D")) == 0
    assert joined(pupil(2, admission_number="1"), pupil(3, admission_number="2")) == 0
    assert joined(pupil(2), pupil(3, upn="", contacts=contact)) == 0
    assert joined(pupil(2, upn=""), pupil(3, upn="")) == 0
    assert joined(pupil(2, upn=""), pupil(3, upn="", class_name="4B", contacts=contact)) == 0
    assert joined(pupil(2), pupil(3, forename="Noah")) == 0
    assert joined(pupil(2), pupil(3, wrong="Something.")) == 0


def test_rows_without_numbers_are_joined_by_their_contacts_alone():
    rows = [pupil(2, upn="", contacts=(ContactLine("Dana"),))]
    rows += [pupil(3, upn="", contacts=(ContactLine("Sam"),))]
    (one,), _ = join_repeated_rows(rows)
    assert [contact.name for contact in one.contacts] == ["Dana", "Sam"]


FILE = (
    "Surname,Forename,DOB,UPN,Class,Contact 1 Name,Contact 1 Mobile,Contact 1 No Contact,"
    "Mother name,Mother e-mail\r\n"
    'Smith,Ivy,1/2/2017,A12345678901B,4B,"Cole, Dana",07700 900123,Y,Siân,s@x.example\r\n'
    "Smith,Ivy,1/2/2017,A12345678901B,4C,Sam,,,,\r\n"
).encode()


@settings(max_examples=60)
@given(st.integers(0, len(FILE)), st.integers(0, len(FILE)), st.binary(max_size=4))
def test_a_file_cut_and_spoilt_anywhere_is_read_or_told(begin, end, spoilt):
    content = FILE[:begin] + spoilt + FILE[end:]
    with suppress(NotATable):
        known = make_heading_counter(PUPIL)
        table = read_table(decode_file(content, known), known)
        found = guess_columns(table.headings, PUPIL)
        found |= guess_contact_columns(table.headings, found.values())
        if {"surname", "forename", "born"} <= set(found):
            reader = PupilRowReader(found, table.headings, TODAY)
            plan = compare_with_roll(map(reader.read_pupil, table.rows), [])
            assert len(plan.added) + len(plan.bad) + plan.repeated == len(table.rows)
