"""Tests that a child's legal names and those that people use are kept apart, found and shown."""

from datetime import timedelta

import pytest

from concerns.models import Child
from concerns.reading.children_in_words import children_in_words
from concerns.roll import queries
from concerns.rules.roles import Role
from tests import factories
from tests.desk import Desk, page_text
from tests.factories import NOW

LATER = NOW + timedelta(days=7)
HEAD = "Legal Surname,Legal Forename,Preferred Surname,Preferred Forename,DOB,UPN\r\n"
IVY = "Nolan,Aoife,Ferreira,Ivy,01/02/2017,A12345678901B\r\n"


@pytest.fixture
def child(office) -> Child:
    office.bring((HEAD + IVY).encode())
    return Child.objects.get(school=office.school)


def test_both_names_are_kept(child):
    assert (child.forename, child.surname) == ("Aoife", "Nolan")
    assert (child.known_as, child.known_surname) == ("Ivy", "Ferreira")
    assert (child.name, child.legal_name) == ("Ivy Ferreira", "Aoife Nolan")
    assert child.names.get().name == "Ivy Ferreira"


@pytest.mark.parametrize("typed", ["ferreira", "nolan", "ivy nolan", "aoife ferr"])
def test_both_are_found_in_the_picker_which_shows_both(office, child, typed):
    (found,) = Child.objects.on_roll(office.viewer).found_by(typed, office.school)
    assert found.label == "Ivy Ferreira (Aoife Nolan)"


def test_both_are_shown_in_the_search_the_page_and_the_file(client, office, child):
    desk = Desk(client, office.school, Role.DSL)
    answer = page_text(desk.press("/child/search/", {"words": "ferreira"}))
    assert "Aoife Nolan</a>, known as Ivy Ferreira" in " ".join(answer.split())
    page = " ".join(page_text(desk.open(f"/child/{child.uid}/")).split())
    assert "<dt>Legal name</dt> <dd>Aoife Nolan</dd>" in page
    file = " ".join(page_text(desk.open(f"/child/{child.uid}/file/")).split())
    assert "<strong>Aoife Nolan</strong>, known as Ivy Ferreira" in file
    printed = " ".join(page_text(desk.press(f"/child/{child.uid}/print/", {})).split())
    assert "Legal name: Aoife Nolan." in printed


def test_the_queue_names_a_child_as_people_do(client, office, child):
    desk = Desk(client, office.school, Role.DSL)
    concern = factories.send_concern(desk.viewer, child).concern
    assert "Ivy Ferreira" in page_text(desk.open("/triage/"))
    assert children_in_words([concern.pk]) == {concern.pk: "Ivy Ferreira"}


def test_each_mixture_of_another_childs_names_is_covered_in_a_print(client, office, child):
    desk = Desk(client, office.school, Role.DSL)
    other = factories.child(office.school, "Bilal", "Khan")
    for said in ("Ivy Ferreira", "Aoife Nolan", "Ivy Nolan", "Aoife Ferreira"):
        factories.send_concern(desk.viewer, other, account=f"{said} pushed him.")
    printed = page_text(desk.press(f"/child/{other.uid}/print/", {}))
    assert printed.count("[another child] pushed him.") == 4


def test_a_surname_used_that_is_the_legal_one_is_no_change_and_not_kept(office):
    plain = "Legal Surname,Legal Forename,DOB,UPN\r\nNolan,Aoife,01/02/2017,A12345678901B\r\n"
    office.bring(plain.encode())
    same = (HEAD + IVY.replace("Ferreira,Ivy", "Nolan,")).encode()
    assert office.bring(same, LATER).changed == 0
    office.bring((HEAD + "Khan,Bilal,Khan,,03/05/2016,C12345678901D\r\n").encode(), LATER)
    assert set(Child.objects.values_list("known_surname", flat=True)) == {""}


def test_a_surname_used_that_changes_is_a_change_of_name(office, child):
    office.bring((HEAD + IVY.replace("Ferreira", "Moss")).encode(), LATER)
    child.refresh_from_db()
    assert child.name == "Ivy Moss"
    assert [name.name for name in child.names.order_by("pk")] == ["Ivy Ferreira", "Ivy Moss"]
    assert Child.objects.on_roll(office.viewer).found_by("ferreira", office.school).exists()


def test_a_file_with_the_names_in_use_alone_is_read_by_these(office):
    file = office.upload(b"Preferred Surname,Preferred Forename,DOB\r\nMoss,Ivy,01/02/2017\r\n")
    guess = queries.read_roll_file(office.viewer, file).guess
    assert guess == {"surname": 0, "forename": 1, "born": 2}
