"""Tests that the name of somebody who works in several schools is theirs to change, and no
school's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from concerns.doors.act import ActRefused
from concerns.models import LedgerLine, Person
from concerns.people import acts
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.people.conftest import NOW


@pytest.fixture
def shared(house) -> Person:
    """Somebody who works in two schools."""
    person = house.teacher.person
    far = factories.school("Far School")
    person.posts.create(school=far, role=Role.STAFF, since=NOW.date())
    return person


@pytest.fixture
def desk(house):
    return factories.sign_in(SecureClient(), house.office.person)


def name_of(person: Person) -> str:
    return Person.objects.get(pk=person.pk).name


def test_no_office_changes_the_name_alone(house, shared):
    said = {"name": "Renamed", "room": "4B"}
    with pytest.raises(ActRefused, match="changes their name themselves"):
        acts.change_person(by=house.office, person=shared, email=shared.email, said=said, now=NOW)
    assert (name_of(shared), Person.objects.get(pk=shared.pk).room) != ("Renamed", "4B")


def test_the_page_of_the_office_asks_for_no_name_and_saves_the_rest(desk, shared):
    page = f"/people/{shared.uid}/change/"
    assert "They change it themselves" in desk.get(page).content.decode()
    name = shared.name
    said = {"name": "Renamed", "email": shared.email, "room": "4B"}
    assert desk.post(page, said).status_code == 302
    assert name_of(shared) == name
    assert Person.objects.get(pk=shared.pk).room == "4B"


def test_a_file_leaves_the_name_and_says_so(desk, shared):
    name = shared.name
    text = f"name,email,room\nRenamed,{shared.email},4B\n"
    address = desk.post("/people/file/", {"file": SimpleUploadedFile("s.csv", text.encode())}).url
    page = desk.get(address)
    assert "so their name stays as it is" in page.content.decode()
    desk.post(address, {"seen": page.context["plan"].result_digest})
    assert name_of(shared) == name
    assert Person.objects.get(pk=shared.pk).room == "4B"


def test_a_file_renames_who_works_here_alone(house, desk):
    text = f"name,email\nRenamed,{house.teacher.person.email}\n"
    address = desk.post("/people/file/", {"file": SimpleUploadedFile("s.csv", text.encode())}).url
    desk.post(address, {"seen": desk.get(address).context["plan"].result_digest})
    assert name_of(house.teacher.person) == "Renamed"


def test_its_owner_changes_it_and_that_is_on_record(house, shared):
    owner = factories.sign_in(SecureClient(), shared)
    owner.post("/people/where/", {"school": str(house.school.uid)})
    assert "/account/name/" in owner.get("/account/sessions/").content.decode()
    assert owner.post("/account/name/", {"name": "Zoë Married"}).status_code == 302
    assert name_of(shared) == "Zoë Married"
    line = LedgerLine.objects.filter(kind=Kind.STAFF_CHANGED).latest("pk")
    assert (line.actor, line.school) == (shared, house.school)


def test_who_works_in_one_school_asks_its_office(house):
    teacher = factories.sign_in(SecureClient(), house.teacher.person)
    assert "/account/name/" not in teacher.get("/account/sessions/").content.decode()
    assert "ask them" in teacher.get("/account/name/").content.decode()
    before = house.teacher.person.name
    assert teacher.post("/account/name/", {"name": "Renamed"}).status_code == 422
    assert name_of(house.teacher.person) == before
