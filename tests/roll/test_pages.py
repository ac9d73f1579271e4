"""Tests for the office's pages of the roll: upload, look, confirm, answer."""

import logging

import pytest
from django.urls import reverse

from concerns.doors.act import ActRefused
from concerns.models import Child, RollFile, RollQuestion
from concerns.roll import acts, queries
from concerns.rules.roles import Role
from tests import factories
from tests.roll import exports
from tests.roll.conftest import hidden
from tests.roll.exports import moved

HEAD = b"Surname,Forename,Date of birth,UPN,Year,Class\r\n"


def text(response) -> str:
    return response.content.decode()


def brought(desk, pupils):
    answer = desk.upload(exports.written(pupils))
    assert answer.status_code == 302, text(answer)
    done = desk.confirm(answer.url, sure="on")
    assert done.status_code == 302
    return done.url


def test_an_export_of_1500_pupils_goes_in_through_the_page(office, desk):
    pupils = exports.roll(1500)
    look = desk.upload(exports.written(pupils, exports.WAYS["semicolons and every cell quoted"]))
    assert "and 1475 more" in text(desk.client.get(look.url))
    done = desk.client.get(desk.confirm(look.url).url)
    assert "The file has been imported" in text(done)
    assert Child.objects.on_roll(office.viewer).count() == 1500
    assert "1500 pupils" in text(desk.client.get(reverse("roll")))


def test_an_export_in_windows_1252_keeps_its_accents(office, desk):
    pupils = [p for p in exports.roll(1500) if p.surname != "Wójcik"]
    look = desk.upload(exports.written(pupils, exports.WAYS["Windows-1252"]))
    desk.confirm(look.url)
    assert Child.objects.filter(school=office.school, surname="García").exists()
    assert Child.objects.filter(school=office.school, surname="O’Neill").exists()


def test_nothing_changes_before_it_is_confirmed(office, desk):
    look = desk.upload(exports.written(exports.roll(5)))
    desk.client.get(look.url)
    assert not Child.objects.filter(school=office.school).exists()


def test_the_page_shows_what_would_be_changed_from_and_to(office, desk):
    pupils = exports.roll(20)
    brought(desk, pupils)
    look = desk.upload(exports.written([moved(pupils[0], class_name="9Z"), *pupils[1:]]))
    shown = text(desk.client.get(look.url))
    assert f"{pupils[0].class_name} becomes <strong>9Z</strong>" in shown


def test_the_page_shows_who_is_missing_and_that_they_stay(office, desk):
    pupils = exports.roll(20)
    brought(desk, pupils)
    look = desk.upload(exports.written(pupils[1:]))
    shown = text(desk.client.get(look.url))
    assert "They stay on the roll." in shown
    assert "whole roll" not in shown


def test_a_bad_row_is_shown_with_its_line_and_its_reason(office, desk):
    content = HEAD + b"Smith,Ivy,31/02/2017,,Year 4,4B\r\nSmith,Noah,1/2/2017,,Year 4,4B\r\n"
    shown = text(desk.client.get(desk.upload(content).url))
    assert "Line 2" in shown
    assert "not a date we can read" in shown


def test_a_file_of_which_no_line_can_be_read_is_never_said_to_be_the_roll(office, desk):
    brought(desk, exports.roll(3))
    pupil = exports.roll(3)[0]
    line = f"{pupil.surname},{pupil.forename},31/02/2017,,Year 4,4B\r\n"
    address = desk.upload(HEAD + line.encode()).url
    page = text(desk.client.get(address))
    assert "No line of this file can be read as a pupil" in page
    assert "already says" not in page
    assert 'value="bring"' not in page


def test_a_file_of_which_no_line_can_be_read_is_not_recorded_as_a_check(office):
    file = office.upload(HEAD + b"Smith,Ivy,31/02/2017,,Year 4,4B\r\n")
    guess = queries.read_roll_file(office.viewer, file).guess
    seen = office.plan(file).plan_digest
    with pytest.raises(ActRefused, match="No line of this file"):
        acts.bring(
            by=office.viewer, file=file, mapping=guess, seen=seen, sure=True, now=factories.NOW
        )


def test_where_some_lines_were_left_out_only_the_others_are_said_to_agree(office, desk):
    brought(desk, exports.roll(3))
    content = exports.written(exports.roll(3)) + b",,31/02/2017,,,,,\r\n"
    page = text(desk.client.get(desk.upload(content).url))
    assert "The roll already says what the other lines say" in " ".join(page.split())


def test_a_file_that_ends_in_the_middle_of_a_row_asks_for_one_more_tick(office, desk):
    brought(desk, exports.roll(10))
    content = exports.written(exports.roll(10))
    look = desk.upload(content[: content.rindex(b",Year")])
    assert "ends in the middle of a row" in text(desk.client.get(look.url))
    assert desk.confirm(look.url).status_code == 422
    assert desk.confirm(look.url, sure="on").status_code == 302


def test_a_file_of_another_school_asks_for_one_more_tick(office, desk):
    brought(desk, exports.roll(10))
    both = [*exports.roll(10), *(moved(one, upn="") for one in exports.roll(24, seed=8)[20:])]
    look = desk.upload(exports.written(both))
    assert "It may be the file of another school" in text(desk.client.get(look.url))
    assert desk.confirm(look.url).status_code == 422


def test_a_name_in_another_encoding_is_told_and_not_stored(office, desk):
    content = (
        HEAD + "Smith,SiobhÃ¡n,1/2/2017,,Year 4,4B\r\nKhan,Zoë,1/2/2017,,Year 4,4B\r\n".encode()
    )
    look = desk.upload(content)
    assert "a letter here that we cannot read: “Ã¡”" in text(desk.client.get(look.url))
    desk.confirm(look.url)
    assert [child.forename for child in Child.objects.filter(school=office.school)] == ["Zoë"]


def test_other_columns_are_read_again_with_the_columns_chosen(office, desk):
    content = b"A,B,C,D\r\nIvy,Smith,1/2/2017,4B\r\n"
    address = desk.upload(content).url
    first = desk.client.get(address)
    assert first.status_code == 422
    assert "We did not recognise any heading" in text(first)
    again = desk.client.get(address, {"surname": 1, "forename": 0, "born": 2, "class_name": 3})
    assert "Ivy Smith (4B)" in text(again)


def test_the_columns_chosen_are_those_brought_in_and_the_next_file_knows_them(office, desk):
    content = b"A,B,C,D\r\nIvy,Smith,1/2/2017,4B\r\n"
    address = desk.upload(content).url
    chosen = {"surname": 1, "forename": 0, "born": 2, "class_name": 3}
    first = text(desk.client.get(address, chosen))
    assert "that were chosen for it" not in first
    desk.client.post(address, hidden(first))
    assert Child.objects.get(school=office.school).surname == "Smith"
    again = desk.client.get(desk.upload(content).url)
    assert again.status_code == 200
    assert "These are the columns that were chosen for it" in text(again)


def test_one_column_cannot_be_two_of_ours(office, desk):
    address = desk.upload(exports.written(exports.roll(2))).url
    answer = desk.client.get(address, {"surname": 0, "forename": 1, "born": 3, "upn": 0})
    assert answer.status_code == 422
    assert "already chosen above" in text(answer)


def test_a_whole_name_in_one_column_is_taken_apart(office, desk):
    content = b'Pupil Name,DOB,Class\r\n"O\'Brien, Ivy",1/2/2017,4B\r\nNoah Smith,1/2/2017,4B\r\n'
    address = desk.upload(content).url
    assert "Line 3" in text(desk.client.get(address))
    desk.confirm(address)
    child = Child.objects.get(school=office.school)
    assert (child.surname, child.forename) == ("O'Brien", "Ivy")


def test_much_of_the_roll_missing_asks_for_one_more_tick(office, desk):
    pupils = exports.roll(10)
    brought(desk, pupils)
    look = desk.upload(exports.written(pupils[4:]))
    assert "40% of the roll" in text(desk.client.get(look.url))
    refused = desk.confirm(look.url)
    assert refused.status_code == 422
    assert "Tick the box" in text(refused)
    assert not RollQuestion.objects.exists()
    assert desk.confirm(look.url, sure="on").status_code == 302


def test_a_file_of_headings_alone_is_no_roll(office, desk):
    brought(desk, exports.roll(10))
    page = text(desk.client.get(desk.upload(exports.written([])).url))
    assert "it says nothing about the roll" in page
    assert 'value="bring"' not in page


def test_a_page_gone_stale_is_refused_says_why_and_shows_what_would_happen_now(office, desk):
    first, second = (desk.upload(exports.written(exports.roll(5))).url for _ in range(2))
    fields = hidden(text(desk.client.get(second)))
    desk.confirm(first)
    refused = desk.client.post(second, fields)
    assert refused.status_code == 409
    assert "imported another file after you opened this page" in text(refused)
    assert "The roll already says what this file says" in text(refused)
    assert Child.objects.filter(school=office.school).count() == 5


def test_pressing_twice_does_it_once(office, desk):
    look = desk.upload(exports.written(exports.roll(5)))
    fields = hidden(text(desk.client.get(look.url)))
    desk.client.post(look.url, fields)
    again = desk.client.post(look.url, fields)
    assert "The file has been imported" in text(again)
    assert Child.objects.filter(school=office.school).count() == 5


OTHER_KINDS = {
    "no workbook": (b"PK\x03\x04" + b"\0" * 200, "not a workbook"),
    "no old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 200, "not a workbook"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture"),
    "web page": (b"<!DOCTYPE html><html><body><table>", "web page"),
    "word": (b"{\\rtf1\\ansi", "Word"),
    "noise": (bytes(range(256)) * 20, "cannot read this as a CSV file"),
    "UTF-16 without its mark": (
        "Surname,Forename,DOB\r\n".encode("utf-16-le"),
        "cannot read this as a CSV file",
    ),
    "nothing": (b"", "empty"),
    "blank lines": (b"\r\n\r\n  \r\n", "empty"),
    "its mark alone": (b"\xef\xbb\xbf", "empty"),
    "one column": (b"Surname\r\nSmith\r\n", "too few columns"),
}


@pytest.mark.parametrize(("content", "says"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_what_is_no_roll_file_is_told_kindly(office, desk, content, says):
    answer = desk.upload(content, "roll.csv")
    assert answer.status_code == 422
    assert says in text(answer)
    assert not RollFile.objects.exists()


def test_no_file_at_all_is_told_kindly(office, desk):
    answer = desk.client.post(reverse("roll_upload"))
    assert answer.status_code == 422
    assert "Choose a workbook or a CSV file" in text(answer)


def test_a_file_over_10_mb_is_told_kindly(office, desk):
    answer = desk.upload(HEAD + b"x" * (10 * 1024 * 1024))
    assert answer.status_code == 422
    assert "larger than 10 MB" in text(answer)


def test_a_file_of_more_than_20000_rows_is_told_kindly(office, desk):
    answer = desk.upload(HEAD + b"Smith,Ivy,1/2/2017,,Year 4,4B\n" * 20_001)
    assert answer.status_code == 422
    assert "20,000 rows" in text(answer)


RUINS = {
    "empty lines": b"\r\n\r\nSmith,Ivy,1/2/2017,,4,4B\r\n\r\n,,,,,\r\n",
    "a short row": b"Smith,Ivy,1/2/2017\r\n",
    "empty cells past the end": b"Smith,Ivy,1/2/2017,,4,4B,,,\r\n",
    "NUL bytes": b"Sm\0ith,I\0vy,1/2/2017,,4,4B\r\n",
    "no line end": b"Smith,Ivy,1/2/2017,,4,4B",
}


@pytest.mark.parametrize("rows", RUINS.values(), ids=RUINS)
def test_what_exports_do_to_rows_does_no_harm(office, desk, rows):
    brought_in = desk.confirm(desk.upload(HEAD + rows).url)
    assert brought_in.status_code == 302
    child = Child.objects.get(school=office.school)
    assert (child.surname, child.forename) == ("Smith", "Ivy")


LOSERS = {
    "too long a row": b"Smith,Jr,Ivy,1/2/2017,,4,4B\r\n",
    "an unclosed quotation mark": b'"Smith,Ivy,1/2/2017,,4,4B\r\n',
    "quotation marks inside quotation marks": b'"Iv"y" Smith",Ivy,1/2/2017,,4,4B\r\n',
    "no surname": b",Ivy,1/2/2017,,4,4B\r\n",
    "no forename": b"Smith,,1/2/2017,,4,4B\r\n",
    "no date of birth": b"Smith,Ivy,,,4,4B\r\n",
    "the month first": b"Smith,Ivy,2/17/2017,,4,4B\r\n",
    "a number of days": b"Smith,Ivy,42736,,4,4B\r\n",
    "born tomorrow": b"Smith,Ivy,1/2/2090,,4,4B\r\n",
    "born long ago": b"Smith,Ivy,1/2/1917,,4,4B\r\n",
    "a strange UPN": b"Smith,Ivy,1/2/2017,see file,4,4B\r\n",
    "too long a name": b"Smith,%s,1/2/2017,,4,4B\r\n" % (b"I" * 101),
    "a letter with no meaning": b"Sm\x81th,Ivy,1/2/2017,,4,4B\r\n",
}


@pytest.mark.parametrize("row", LOSERS.values(), ids=LOSERS)
def test_a_bad_row_takes_no_other_row_with_it(office, desk, row):
    content = HEAD + row + b"Jones,Noah,3/4/2017,,4,4B\r\n"
    look = desk.upload(content)
    assert "Line 2" in text(desk.client.get(look.url))
    desk.confirm(look.url)
    assert Child.objects.get(school=office.school).surname == "Jones"
    assert RollFile.objects.get().bad == 1


def test_two_columns_of_one_name_are_told_apart(office, desk):
    content = b"Surname,Forename,DOB,Class,Class\r\nSmith,Ivy,1/2/2017,4B,Chess\r\n"
    shown = text(desk.client.get(desk.upload(content).url))
    assert "Class (column 4)" in shown
    assert "Class (column 5)" in shown


def test_words_of_a_file_are_shown_and_never_run(office, desk):
    content = HEAD + b"<script>alert(1)</script>,=cmd(),1/2/2017,,4,4B\r\n"
    shown = text(desk.client.get(desk.upload(content).url))
    assert "<script>alert" not in shown


@pytest.mark.parametrize("role", [Role.STAFF, Role.DSL, Role.HEAD, Role.CHAIR])
def test_the_roll_is_the_offices_alone(client, office, role):
    someone = factories.person(office.school, role)
    factories.sign_in(client, someone)
    assert client.get(reverse("roll")).status_code == 403
    assert client.get(reverse("roll_upload")).status_code == 403


def test_another_schools_file_is_not_found(client, office):
    file = office.upload(exports.written(exports.roll(2)))
    factories.sign_in(client, factories.person(factories.school(), Role.OFFICE))
    assert client.get(reverse("roll_file", args=[file.uid])).status_code == 404


def test_no_name_is_in_a_log_or_an_address(office, desk, caplog):
    caplog.set_level(logging.DEBUG)
    look = desk.upload(HEAD + b"Featherstonehaugh,Ivy,1/2/2017,,4,4B\r\nX,Y,31/2/2017,,,\r\n")
    desk.client.get(look.url)
    desk.confirm(look.url)
    said = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert "Featherstonehaugh" not in " ".join(said) + look.url


def test_a_child_who_left_and_is_in_the_file_is_named_as_coming_back(office, desk):
    pupils = exports.roll(5)
    brought(desk, pupils)
    child = Child.objects.get(upn=pupils[0].upn)
    office.leave(child, office.viewer.now.date())
    page = text(desk.client.get(desk.upload(exports.written(pupils)).url))
    assert "Back on the roll" in page
    assert child.name in page


def test_who_may_be_the_same_child_is_named_with_the_number_that_we_have(office, desk):
    pupils = exports.roll(5)
    brought(desk, pupils)
    new = moved(pupils[0], surname="Ferreira", upn="", admission_number="")
    page = " ".join(
        text(desk.client.get(desk.upload(exports.written([new, *pupils[1:]])).url)).split()
    )
    assert "Perhaps the same child under another surname" in page
    assert f"is missing. We have UPN {pupils[0].upn}" in page


def test_a_file_of_several_schools_is_taken_for_this_schools_rows_alone(office, desk):
    rows = f"Smith,Ivy,1/2/2017,{office.school.urn}\r\nKhan,Noah,1/2/2017,000000\r\n"
    look = desk.upload(b"Surname,Forename,DOB,URN\r\n" + rows.encode())
    assert "1, which are not read" in text(desk.client.get(look.url))
    desk.confirm(look.url)
    assert [child.forename for child in Child.objects.filter(school=office.school)] == ["Ivy"]


def test_a_file_that_would_leave_new_pupils_without_a_class_says_so(office, desk):
    look = desk.upload(b"Surname,Forename,DOB,Year\r\nSmith,Ivy,1/2/2017,4\r\n")
    page = " ".join(text(desk.client.get(look.url)).split())
    assert "The new pupils of this file would have no class" in page
    assert "would have no year" not in page
