"""Tests for the contacts of a roll file: which columns they are, and what becomes of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from concerns.models import AdultFact, Child, HouseholdAdult, RollContact
from concerns.reading import child_file
from concerns.roll import queries
from concerns.rules.roles import Role
from tests import factories, homes
from tests.factories import NOW

LATER = NOW + timedelta(days=7)
BASIC = "Surname,Forename,DOB,UPN,Class"
IVY = "Smith,Ivy,01/02/2017,A12345678901B,4B"
NOAH = "Khan,Noah,03/05/2016,C12345678901D,5A"
BESIDE = (
    "Contact 1 Name,Contact 1 Relationship,Contact 1 Mobile,Contact 1 Parental Responsibility,"
    "Contact 1 No Contact,Contact 2 Name,Contact 2 Telephone"
)
DANA = "Dana Smith,Mother,07700 900123,Y,N"


def beside(*rows: str) -> bytes:
    return "\r\n".join([f"{BASIC},{BESIDE}", *rows, ""]).encode()


def each_in_a_row(*rows: str) -> bytes:
    head = f"{BASIC},Contact Name,Relationship,Priority,Telephone,Lives With,Court Order"
    return "\r\n".join([head, *rows, ""]).encode()


def contacts_of(office, forename="Ivy"):
    child = Child.objects.get(school=office.school, forename=forename)
    return list(RollContact.objects.filter(child=child, ended_at=None).order_by("priority", "pk"))


def lead_of(office):
    return factories.viewer(office.school, Role.DSL)


def file_of(office, forename="Ivy"):
    child = Child.objects.get(school=office.school, forename=forename)
    return child_file.load_child_files(lead_of(office), [child])[0]


@pytest.fixture
def lead(client, office):
    viewer = lead_of(office)
    factories.sign_in(client, viewer.person)
    return viewer


def test_contacts_beside_one_another_become_contacts_of_the_child(office):
    office.bring(beside(f"{IVY},{DANA},Sam Cole,01632 960001"))
    dana, sam = contacts_of(office)
    assert (dana.name, dana.relation, dana.numbers) == (
        "Dana Smith", "Mother", ["Mobile 07700 900123"],
    )  # fmt: skip
    assert (dana.responsibility, dana.no_contact, dana.priority) == ("yes", False, 1)
    assert (sam.name, sam.numbers, sam.responsibility) == (
        "Sam Cole",
        ["01632 960001"],
        "not_known",
    )


def test_a_row_for_each_contact_is_one_pupil(office):
    file = office.bring(
        each_in_a_row(
            f"{IVY},Sam Cole,Uncle,2,01632 960001,N,",
            f"{IVY},Dana Smith,Mother,1,07700 900123,Y,",
        )
    )
    assert (file.added, file.bad) == (1, 0)
    assert [(one.name, one.lives_with) for one in contacts_of(office)] == [
        ("Dana Smith", "yes"),
        ("Sam Cole", "no"),
    ]


def test_what_is_not_plainly_a_no_is_no_contact(office):
    office.bring(each_in_a_row(f"{IVY},Sam Cole,Father,1,01632 960001,N,See file"))
    assert contacts_of(office)[0].no_contact


def test_the_same_contacts_again_write_no_row(office):
    content = beside(f"{IVY},{DANA},Sam Cole,01632 960001")
    office.bring(content)
    before = list(RollContact.objects.order_by("pk").values())
    file = office.bring(content, LATER)
    assert file.contacts == 0
    assert list(RollContact.objects.order_by("pk").values()) == before


def test_a_contact_that_changes_ends_and_is_kept(office):
    office.bring(beside(f"{IVY},{DANA},,"))
    file = office.bring(beside(f"{IVY},{DANA.replace('900123', '900456')},,"), LATER)
    old, new = RollContact.objects.order_by("pk")
    assert (old.numbers, old.ended_at, old.ended_by) == (
        ["Mobile 07700 900123"], LATER, office.viewer.person,
    )  # fmt: skip
    assert (new.numbers, new.ended_at, file.contacts) == (["Mobile 07700 900456"], None, 1)
    assert [one.pk for one in file_of(office).contacts.earlier] == [old.pk]


def test_a_file_without_contacts_or_with_empty_cells_ends_none(office):
    office.bring(beside(f"{IVY},{DANA},,"))
    office.bring(f"{BASIC}\r\n{IVY}\r\n".encode(), LATER)
    office.bring(beside(f"{IVY},,,,,,,"), LATER)
    assert len(contacts_of(office)) == 1


def test_a_contact_is_encrypted_and_never_deleted_or_changed(office):
    office.bring(beside(f"{IVY},{DANA},,"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, telephones FROM concerns_rollcontact")
        kept = [bytes(value) for value in cursor.fetchone()]
    assert not any(b"Dana" in value or b"900123" in value for value in kept)
    for change in (
        lambda: RollContact.objects.all()._raw_delete("default"),
        lambda: RollContact.objects.update(no_contact=True),
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()


def test_what_a_lead_wrote_of_the_household_stays(office):
    office.bring(f"{BASIC}\r\n{IVY}\r\n".encode())
    child = Child.objects.get(school=office.school)
    homes.add_adult(lead_of(office), child, "Dana Smith", telephone="01632 960999")
    office.bring(beside(f"{IVY},{DANA},,"), LATER)
    assert HouseholdAdult.objects.get().name == "Dana Smith"
    assert AdultFact.objects.get().words == "01632 960999"
    assert AdultFact.objects.get().ended_at is None


def test_no_contact_stands_at_an_adult_whom_a_lead_wrote_by_name_or_number(office):
    office.bring(beside(f"{IVY},Dana SMITH,Mother,07700 900123,Y,Y,,"))
    child = Child.objects.get(school=office.school)
    lead = lead_of(office)
    homes.add_adult(lead, child, "Dana Smith", telephone="01632 960999")
    homes.add_adult(lead, child, "D. Jones", telephone="+44 7700 900123")
    homes.add_adult(lead, child, "Sam Cole", telephone="01632 960001")
    found = {one.adult.name: one.no_contact for one in file_of(office).elsewhere}
    assert found["Dana Smith"] is not None
    assert found["D. Jones"] is not None
    assert found["Sam Cole"] is None


@pytest.mark.parametrize(
    ("name", "telephone", "barred"),
    [("Sam Cole", "", True), ("Cole, Sam", "", True), ("Sam Peter Cole", "", True),
     ("Ann Cole", "", False), ("Sam", "", False), ("X", "07700 900000 or 0044 7700 900123", True)],
)  # fmt: skip
def test_no_contact_is_found_under_a_name_and_a_number_written_another_way(
    office, name, telephone, barred
):
    office.bring(beside(f"{IVY},Mr Sam COLE,Father,07700 900123,N,Y,,"))
    child = Child.objects.get(school=office.school)
    homes.add_adult(lead_of(office), child, name, telephone=telephone)
    (found,) = file_of(office).elsewhere
    assert (found.no_contact is not None) == barred


def test_a_flag_that_a_later_file_took_off_is_still_told(office):
    office.bring(beside(f"{IVY},{DANA.replace('Y,N', 'Y,Y')},,"))
    assert file_of(office).contacts.now[0].no_contact.until is None
    office.bring(beside(f"{IVY},{DANA},,"), LATER)
    assert file_of(office).contacts.now[0].no_contact.until == LATER


def test_a_contact_whose_text_is_too_long_costs_that_row_and_says_so(office):
    file = office.upload(beside(f"{IVY},{'x' * 201},,,,,,", f"{NOAH},{DANA},,"))
    plan = office.plan(file)
    assert [bad.why for bad in plan.bad] == ["Contact 1: name: longer than 200 characters."]
    assert len(plan.added) == 1


def test_the_choice_of_columns_is_kept_and_columns_that_were_not_offered_are_guessed(office):
    content = beside(f"{IVY},{DANA},,")
    brought = office.bring(content)
    again = office.upload(content, LATER)
    assert queries.read_roll_file(office.viewer, again).guess == brought.columns["mapping"]
    plain = {key: at for key, at in brought.columns["mapping"].items() if "contact" not in key}
    brought.columns = {"mapping": plain, "headings": brought.columns["headings"]}
    brought.save()
    assert "contact1_name" in queries.read_roll_file(office.viewer, again).guess


def test_the_preview_shows_the_office_the_file_and_nothing_that_a_lead_wrote(office, desk):
    office.bring(f"{BASIC}\r\n{IVY}\r\n".encode())
    child = Child.objects.get(school=office.school)
    homes.add_adult(lead_of(office), child, "Robin Hidden", telephone="01632 960999")
    content = beside(f"{IVY},Dana Smith,Mother,07700 900123,Y,Y,,,Red").replace(
        b"Telephone", b"Telephone,House"
    )
    look = desk.upload(content)
    page = desk.client.get(look.url).content.decode()
    assert "NO CONTACT: Dana Smith (Mother) Mobile 07700 900123" in page
    assert "1, of whom 1" in page
    assert "Not read" in page
    assert "Robin Hidden" not in page
    assert "960999" not in page
    desk.confirm(look.url)
    done = desk.client.get(look.url).content.decode()
    assert "Of 1 pupil" in done
    assert "Dana" not in done


def test_columns_that_were_not_recognised_can_be_chosen(office, desk):
    look = desk.upload(f"{BASIC},Who,Rings on\r\n{IVY},Dana Smith,07700 900123\r\n".encode())
    fields = {"surname": 0, "forename": 1, "born": 2, "upn": 3, "contact1_name": 5}
    page = desk.client.get(look.url, fields | {"contact1_mobile": 6}).content.decode()
    assert "Dana Smith Mobile 07700 900123" in page
    wrong = desk.client.get(look.url, fields | {"contact1_mobile": 5})
    assert wrong.status_code == 422
    assert "already chosen above" in wrong.content.decode()


def test_no_contact_is_said_before_a_number_and_the_number_is_not_on_the_childs_page(
    office, lead, client
):
    office.bring(beside(f"{IVY},Dana Smith,Mother,07700 900123,Y,Y,Sam Cole,01632 960001"))
    child = Child.objects.get(school=office.school)
    page = client.get(reverse("child", args=[child.uid])).content.decode()
    assert "No contact." in page
    assert 'href="tel:07700900123"' not in page
    assert 'href="tel:01632960001"' in page
    page = client.get(reverse("child_file", args=[child.uid])).content.decode()
    assert page.index("No contact.") < page.index('href="tel:07700900123"')
    assert "imported by" in page


def test_whom_to_ring_stands_where_a_lead_decides_and_speaks(office, lead, client):
    office.bring(beside(f"{IVY},{DANA},,"))
    child = Child.objects.get(school=office.school)
    concern = factories.send_concern(lead, child).concern
    for name in ("triage_decide", "refer_speak"):
        page = client.get(reverse(name, args=[concern.uid])).content.decode()
        assert 'href="tel:07700900123"' in page, name


def test_only_whoever_reads_the_childs_file_reads_its_contacts(office):
    office.bring(beside(f"{IVY},{DANA},,"))
    child = Child.objects.get(school=office.school)
    lead = lead_of(office)
    assert RollContact.objects.visible_to(lead).count() == 1
    assert RollContact.objects.visible_to(office.viewer).count() == 0
    other = factories.viewer(factories.school(), Role.DSL)
    assert RollContact.objects.visible_to(other).count() == 0
    factories.relate_to_child(lead.person, child)
    assert RollContact.objects.visible_to(lead).count() == 0


def test_the_page_of_a_child_costs_one_query_more_for_contacts_however_many(
    office, django_assert_num_queries
):
    office.bring(beside(f"{IVY},{DANA},Sam Cole,01632 960001", f"{NOAH},,,,,,,"))
    lead = lead_of(office)
    for forename, cost in (("Noah", 4), ("Ivy", 5)):
        child = Child.objects.get(school=office.school, forename=forename)
        with django_assert_num_queries(cost):
            child_file.load_child_files(lead, [child])
