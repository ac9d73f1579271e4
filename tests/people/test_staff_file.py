"""Tests for bringing in the staff by a file: seen before it is done, and no reader made by it."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from concerns.models import LedgerLine, Person, Post, StaffChangeRequest, StaffFile
from concerns.people import acts
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.people.conftest import NOW, House

HEAD = "name,email,roles,title,room,telephone,since,until\n"
THREE = HEAD + (
    "Zoë Teacher,zoe@school.test,staff,Year 4 teacher,4B,,,\n"
    "Bo Lead,bo@school.test,dsl; staff,Assistant head,,,,\n"
    "No Address,,staff,,,,,\n"
)


@pytest.fixture
def desk(house, client):
    return factories.sign_in(client, house.office.person)


def upload(desk, text: str):
    file = SimpleUploadedFile("staff.csv", text.encode(), "text/csv")
    return desk.post("/people/file/", {"file": file})


def test_a_workbook_of_staff_is_read_as_its_csv_is(house, desk):
    book = openpyxl.Workbook()
    for line in csv.reader(THREE.splitlines()):
        book.active.append(line)
    saved = io.BytesIO()
    book.save(saved)
    answer = desk.post("/people/file/", {"file": SimpleUploadedFile("s.xlsx", saved.getvalue())})
    page = desk.get(answer.url).content.decode()
    for told in ("Zoë Teacher", "Bo Lead: Designated safeguarding lead", "Line 4, No Address"):
        assert told in page


def test_a_name_in_another_encoding_is_told_and_not_stored(house, desk):
    address = shown(desk, HEAD + "ZoÃ« Teacher,zoe@school.test,staff,,,,,\n")
    assert "a letter that we cannot read, “Ã«”" in desk.get(address).content.decode()


# The headings with which Microsoft Entra and Google Workspace export the accounts of a school.
ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,"
    "accountEnabled,usageLocation,mobilePhone\n"
    "zoe@school.test,Zoë Teacher,Teacher,zoe@school.test,Zoë,1,Member,Year 4 teacher,,True,GB,\n"
    "gone@school.test,Gone Away,Away,gone@school.test,Gone,2,Member,,,False,GB,\n"
    "guest@other.test,Gus Guest,Guest,guest@other.test,Gus,3,Guest,,,True,GB,\n"
)
GOOGLE = (
    "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
    "Org Unit Path [Required],Status [READ ONLY],Last Sign In [READ ONLY],Work Phone,"
    "Employee Title\n"
    "Zoë,Teacher,zoe@school.test,****,/Staff,Active,2026/11/02 08:01:00,,Year 4 teacher\n"
    "Gone,Away,gone@school.test,****,/Staff,Suspended,Never logged in,,\n"
)


@pytest.mark.parametrize("text", [ENTRA, GOOGLE], ids=["Entra", "Google"])
def test_a_list_of_accounts_brings_in_members_of_staff(house, desk, text):
    confirm(desk, shown(desk, text))
    zoe = Person.objects.get(email="zoe@school.test")
    assert zoe.name == "Zoë Teacher"
    posts = zoe.posts.values_list("role", "title")
    assert list(posts) == [("staff", "Year 4 teacher")]


@pytest.mark.parametrize("text", [ENTRA, GOOGLE], ids=["Entra", "Google"])
def test_an_account_that_is_not_in_use_and_a_guest_are_left_out(house, desk, text):
    address = shown(desk, text)
    assert "this account is not in use" in desk.get(address).content.decode()
    confirm(desk, address)
    assert not Person.objects.filter(email__startswith="g").exists()


def test_a_list_without_roles_leaves_a_post_as_it_is(house, desk):
    lead = house.lead.person
    address = shown(desk, f"name,email\n{lead.name},{lead.email}\n")
    assert "still holds the role" not in desk.get(address).content.decode()
    confirm(desk, address)
    assert house.roles(lead) == {"dsl"}


def test_two_of_a_list_with_one_address_are_told(house, desk):
    twice = "name,email\nBo Lead,bo@school.test\nBo Staff,bo@school.test\n"
    assert "has the same e-mail address" in desk.get(shown(desk, twice)).content.decode()


def shown(desk, text: str = THREE) -> str:
    """The address of the page that shows what the file would do."""
    return upload(desk, text).url


def confirm(desk, address: str):
    page = desk.get(address).content.decode()
    fields = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.split("seen")[-1]
    )
    seen = page.split('name="seen" value="')[1].split('"')[0]
    person = [value for name, value in fields if name == "person"]
    return desk.post(address, dict(fields) | {"seen": seen, "person": person})


def test_nothing_changes_until_it_is_confirmed(house, desk):
    before = Person.objects.count(), Post.objects.count()
    page = desk.get(shown(desk)).content.decode()
    for told in ("Zoë Teacher", "Bo Lead: Designated safeguarding lead", "Line 4, No Address"):
        assert told in page
    assert (Person.objects.count(), Post.objects.count()) == before
    assert not StaffChangeRequest.objects.exists()


def test_confirmed_it_is_done_as_it_was_shown_and_a_reader_waits_for_the_head(house, desk):
    assert confirm(desk, shown(desk)).url == "/people/"
    bo = Person.objects.get(email="bo@school.test")
    today = Post.objects.get(person__email="zoe@school.test").since
    assert house.roles(bo, today) == {"staff"}
    assert StaffChangeRequest.objects.get(person=bo).role == Role.DSL
    assert StaffFile.objects.get().content == ""
    kinds = list(
        LedgerLine.objects.filter(actor=house.office.person).values_list("kind", flat=True)
    )
    assert {Kind.STAFF_READ, Kind.STAFF_BROUGHT, Kind.ASKED} <= set(kinds)


def test_what_a_head_brings_in_waits_for_nobody(house, client):
    head = factories.sign_in(client, house.head.person)
    confirm(head, shown(head))
    bo = Person.objects.get(email="bo@school.test")
    assert set(bo.posts.values_list("role", flat=True)) == {"staff", "dsl"}


def test_who_only_waits_is_a_member_of_staff_meanwhile(house, desk):
    confirm(desk, shown(desk, HEAD + "Bo Lead,bo@school.test,dsl,,,,,\n"))
    assert set(Post.objects.filter(person__email="bo@school.test").values_list("role")) == {
        ("staff",)
    }


def test_a_file_is_confirmed_as_it_was_shown_or_not_at_all(house, desk):
    address = shown(desk)
    page = desk.get(address).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    factories.person(house.school)
    Person.objects.create(email="zoe@school.test", name="Zoë Teacher", password="!")
    answer = desk.post(address, {"seen": seen})
    assert answer.status_code == 409
    assert "changed since you opened this page" in answer.content.decode()
    assert not Person.objects.filter(email="bo@school.test").exists()


def test_a_file_is_brought_in_once(house, desk):
    address = shown(desk)
    confirm(desk, address)
    assert desk.get(address).status_code == 404


def test_a_file_leaves_no_school_without_a_lead(house, desk):
    lead = house.lead.person
    line = f"{lead.name},{lead.email},dsl,,,,,{factories.NOW.date() - timedelta(days=1)}\n"
    answer = confirm(desk, shown(desk, HEAD + line))
    assert "without a designated safeguarding lead" in answer.content.decode()
    assert Post.objects.get(person=lead).until is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("%PDF-1.4", "a PDF"),
        ("name\nBo\n", "too few columns"),
        ("name,email\n" + "x" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_what_cannot_be_read_is_said(desk, text, told):
    answer = upload(desk, text)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_a_file_nobody_confirmed_goes_after_a_day(house: House):
    old = {"by": house.office, "content": "x", "rows": 1}
    acts.upload(**old, now=NOW - timedelta(days=2))
    acts.upload(**old, now=NOW)
    assert StaffFile.objects.count() == 1


# Which column is which.

ODD = "Who,Reach them at,What they do,Shoe size\nZoë Teacher,zoe@school.test,Year 4 teacher,39\n"


def test_a_column_that_is_not_recognised_is_shown_with_its_first_values(house, desk):
    answer = desk.get(shown(desk, ODD))
    assert answer.status_code == 422
    columns = {column.heading: column for column in answer.context["file_columns"]}
    assert columns["Shoe size"].examples == ["39"]
    assert columns["Reach them at"].read_as == ""
    assert "Choose the column that has the e-mail address" in answer.content.decode()


def test_a_column_is_chosen_by_hand_and_the_next_file_is_read_as_this_one(house, desk):
    address = shown(desk, ODD)
    confirm(desk, f"{address}?name=0&email=1&title=2")
    assert Post.objects.get(person__email="zoe@school.test").title == "Year 4 teacher"
    page = desk.get(shown(desk, ODD.replace("zoe", "zara")))
    assert page.status_code == 200
    assert page.context["reading"].remembered
    assert "the columns that were chosen for it" in page.content.decode()


def test_one_column_is_not_read_as_two(house, desk):
    answer = desk.get(f"{shown(desk, ODD)}?name=0&email=1&title=1")
    assert answer.status_code == 422
    assert "already chosen above" in answer.content.decode()


def test_a_file_of_one_school_is_not_read_as_that_of_another(house, desk, client):
    confirm(desk, f"{shown(desk, ODD)}?name=0&email=1&title=2")
    client.logout()
    other = House()
    theirs = factories.sign_in(client, other.office.person)
    assert theirs.get(shown(theirs, ODD)).status_code == 422


# Shared mailboxes.

SHARED = "name,email\nOakfield Office,office@school.test\nZoë Teacher,zoe@school.test\n"


def test_a_shared_mailbox_is_asked_about_and_gets_no_account_unanswered(house, desk):
    address = shown(desk, SHARED)
    assert "Line 2 is one person: Oakfield Office" in desk.get(address).content.decode()
    confirm(desk, address)
    assert Person.objects.filter(email="zoe@school.test").exists()
    assert not Person.objects.filter(email="office@school.test").exists()


def test_an_address_of_one_person_gets_an_account_once_somebody_says_so(house, desk):
    confirm(desk, f"{shown(desk, SHARED)}?name=0&email=1&person=2")
    assert Person.objects.filter(email="office@school.test").exists()


def test_who_works_here_is_not_asked_about_again(house, desk):
    Person.objects.filter(pk=house.lead.person.pk).update(email="dsl@school.test")
    page = desk.get(shown(desk, "name,email\nBo Lead,dsl@school.test\n"))
    assert page.context["lines"].perhaps_shared == []


# People who have left, and former leads.


def test_a_list_that_names_a_leaver_asks_for_nothing_and_says_so(house, desk):
    house.post(house.head, house.teacher.person, Role.DEPUTY)
    house.leaves(house.teacher.person)
    address = shown(desk, f"{HEAD}Bo,{house.teacher.person.email},dsl; deputy; staff,,,,,\n")
    assert "is not brought back by a file" in desk.get(address).content.decode()
    confirm(desk, address)
    assert not StaffChangeRequest.objects.awaiting_answer().exists()
    assert not house.roles(house.teacher.person, NOW.date() + timedelta(days=1))


def test_a_list_that_names_a_former_lead_can_be_uploaded_again(house, desk):
    """Its lines give a first day, and the post of a reader waited when they left."""
    since = NOW.date() - timedelta(days=300)
    text = f"{HEAD}Bo Lead,bo@school.test,dsl,,,,{since},\n"
    confirm(desk, shown(desk, text))
    house.leaves(Person.objects.get(email="bo@school.test"))
    address = shown(desk, text)
    assert desk.get(address).status_code == 200
    assert confirm(desk, address).status_code == 302


def test_a_former_lead_is_not_proposed_as_a_reader(house, desk):
    bo = house.teacher.person
    until = NOW.date() - timedelta(days=30)
    more = {"since": until - timedelta(days=60), "until": until}
    Post.objects.create(person=bo, school=house.school, role=Role.DSL, **more)
    address = shown(desk, f"{HEAD}{bo.name},{bo.email},dsl; staff,,,,,\n")
    assert f"was designated safeguarding lead here until {until:%-d %B %Y}" in (
        desk.get(address).content.decode()
    )
    confirm(desk, address)
    assert not StaffChangeRequest.objects.exists()
