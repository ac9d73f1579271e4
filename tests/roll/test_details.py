"""Tests for the further columns of a roll file: NHS number, plans, GP, date of entry, leavers."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from concerns.models import Child, RollDetail, RollQuestion, Status
from concerns.paper.csv_columns import guess_columns
from concerns.paper.detail_columns import DETAILS, read_details
from concerns.reading import child_file
from concerns.rules.roles import Role
from tests import factories, homes
from tests.desk import Desk, page_text
from tests.factories import NOW

LATER = NOW + timedelta(days=7)
HEAD = (
    "Surname,Forename,DOB,UPN,Sex,NHS Number,Religion,Looked After,EHCP,GP,Home Address,Postcode,"
    "Date of Entry,Leaving Date,Status\r\n"
)
FIRST = "Smith,Ivy,01/02/2017,A12345678901B,F,943 476 5919,None,Y,N,Dr Green,"
IVY = FIRST + "4 Mill Lane,EA1 2BC,03/09/2021,,\r\n"
NOAH = "Khan,Noah,03/05/2016,C12345678901D,M,,,,,,,,,,\r\n"


def content(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def ivy(office) -> Child:
    return Child.objects.get(school=office.school, forename="Ivy")


def lead_of(office):
    return factories.viewer(office.school, Role.DSL)


def details_of(office) -> dict[str, str]:
    file = child_file.load_child_files(lead_of(office), [ivy(office)])[0]
    return {one.kind: one.words for one in file.details}


def test_what_the_columns_say_stands_in_the_childs_file(office):
    office.bring(content(IVY))
    assert details_of(office) == {
        "sex": "F",
        "address": "4 Mill Lane, EA1 2BC",
        "gp": "Dr Green",
        "ehcp": "No",
        "looked_after": "Yes",
    }
    assert list(details_of(office)) == ["sex", "address", "gp", "ehcp", "looked_after"]


def test_the_nhs_number_is_the_identifier_with_its_kind_and_finds_the_child(client, office):
    office.bring(content(IVY))
    child = ivy(office)
    assert (child.identifier, child.identifier_kind) == ("9434765919", "nhs")
    desk = Desk(client, office.school, Role.DSL)
    for typed in ("943 476 5919", "9434765919"):
        assert "Ivy Smith" in page_text(desk.press("/child/search/", {"words": typed}))
    assert "NHS number 943 476 5919" in page_text(desk.open(f"/child/{child.uid}/file/"))


def test_an_identifier_without_a_kind_is_called_that():
    assert Child(identifier="12").identifier_words == "Identifier 12"
    assert Child().identifier_words == ""


def test_a_wrong_nhs_number_or_day_is_left_out_and_said_and_costs_no_pupil(office, desk):
    look = desk.upload(content(IVY.replace("5919", "5918").replace("03/09/2021", "soon")))
    page = " ".join(desk.client.get(look.url).content.decode().split())
    assert "The NHS number is not a valid one, and is left out." in page
    assert "Date of entry: not a date we can read, and left out." in page
    desk.confirm(look.url)
    assert ivy(office).identifier == ""


def test_what_is_too_long_is_left_out_and_said():
    said = read_details(["x" * 41], {"sex": 0}, NOW.date())
    assert said.details == ()
    assert said.notes == ("Sex: longer than 40 characters, and left out.",)


def test_what_changes_ends_and_is_kept_and_an_empty_cell_changes_nothing(office):
    office.bring(content(IVY))
    office.bring(content(IVY.replace("Dr Green", "Dr Brown").replace(",F,", ",,")), LATER)
    assert details_of(office)["gp"] == "Dr Brown"
    assert details_of(office)["sex"] == "F"
    old = RollDetail.objects.get(ended_at=LATER)
    assert (old.kind, old.words) == ("gp", "Dr Green")
    before = list(RollDetail.objects.order_by("pk").values())
    office.bring(content(IVY.replace("Dr Green", "Dr Brown")), LATER + timedelta(days=7))
    assert list(RollDetail.objects.order_by("pk").values()) == before


def test_none_is_an_answer_that_ends_what_an_earlier_file_said(office):
    office.bring(content(IVY))
    office.bring(content(IVY.replace(",Y", ",None")), LATER)
    assert details_of(office)["looked_after"] == "No"


def test_what_it_says_is_encrypted(office):
    office.bring(content(IVY))
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM concerns_rolldetail")
        kept = b"".join(bytes(row[0]) for row in cursor.fetchall())
    assert b"Mill Lane" not in kept


def test_a_status_is_proposed_to_leads_and_never_given_by_a_file(client, office):
    office.bring(content(IVY))
    child = ivy(office)
    assert not Status.objects.exists()
    desk = Desk(client, office.school, Role.DSL)
    said = "The school's system says “Looked after”. No such status is in force here."
    for name in ("child", "child_file"):
        assert said in page_text(desk.open(reverse(name, args=[child.uid])))
    homes.add_status(lead_of(office), child, "looked_after")
    assert said not in page_text(desk.open(f"/child/{child.uid}/file/"))


def test_only_whoever_reads_the_childs_file_reads_them(office):
    office.bring(content(IVY))
    lead = lead_of(office)
    assert RollDetail.objects.visible_to(lead).exists()
    assert not RollDetail.objects.visible_to(office.viewer).exists()
    factories.relate_to_child(lead.person, ivy(office))
    assert not RollDetail.objects.visible_to(lead).exists()


def test_a_pupil_added_is_enrolled_from_their_date_of_entry(office):
    office.bring(content(IVY, NOAH))
    assert ivy(office).enrolments.get().since == date(2021, 9, 3)
    noah = Child.objects.get(forename="Noah")
    assert noah.enrolments.get().since == NOW.date()


@pytest.mark.parametrize("how", ["01/09/2026,", ",Leaver", ",Off-roll"])
def test_a_row_marked_as_having_left_puts_nobody_on_the_roll(office, how):
    left = NOAH.replace(",,\r\n", f",{how}\r\n")
    file = office.bring(content(IVY, left))
    assert (file.added, file.bad) == (1, 0)
    assert not Child.objects.filter(forename="Noah").exists()


def test_of_a_pupil_on_the_roll_who_is_marked_as_having_left_is_asked_where_they_went(office):
    office.bring(content(IVY, NOAH))
    office.bring(content(IVY, NOAH.replace(",,\r\n", ",01/09/2026,\r\n")), LATER)
    assert RollQuestion.objects.get().child.forename == "Noah"
    assert Child.objects.get(forename="Noah").left is None


@pytest.mark.parametrize("day", ["01/09/2027", "31/07/27"])
def test_a_last_day_that_is_still_to_come_leaves_a_pupil_on_the_roll(office, day):
    office.bring(content(NOAH.replace(",,\r\n", f",{day},\r\n")))
    assert Child.objects.filter(forename="Noah").exists()


def test_a_file_of_leavers_alone_says_nothing_about_the_roll(office, desk):
    look = desk.upload(content(NOAH.replace(",,\r\n", ",,Leaver\r\n")))
    page = desk.client.get(look.url).content.decode()
    assert "Every pupil in this file is marked as having left" in page


@pytest.mark.parametrize(
    ("heading", "key"),
    [("FSM Eligible", "free_meals"), ("LAC", "looked_after"), ("Ethnic Group", "ethnicity"),
     ("SEN Status", "sen"), ("Home Language", "first_language"), ("Admission Date", "entry"),
     ("Pupil Premium Indicator", "pupil_premium"), ("Former UPN", "former_upn")],
)  # fmt: skip
def test_headings_of_other_systems_are_known(heading, key):
    assert guess_columns([heading], DETAILS) == {key: 0}
