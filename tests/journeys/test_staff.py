"""Journey: the office adds a new lead, the head approves it, and a link comes by mail."""

import pytest

from concerns.models import Cover, Person, Relation
from concerns.rules.roles import Role
from tests import factories
from tests.journeys.conftest import FORENAME, SURNAME

NAME = "Robin Ashe"
ADDRESS = "robin@oakfield.test"
PASSWORD = "three quiet herons"


@pytest.fixture
def by_mail(server, post_office):
    """The site's settings with a mail server."""
    server.stop()
    server.start(**post_office.settings)
    return post_office


def to_staff(walk) -> None:
    walk.page.get_by_role("navigation").get_by_role("link", name="Staff").click()
    walk.at("Staff")


def add(walk) -> None:
    walk.press("Add somebody")
    walk.at("Add somebody who works here")
    walk.press("Add them")
    walk.is_told_what_is_wrong()
    walk.fill(name=NAME, email=ADDRESS, room="Room 9")
    walk.choose("Deputy safeguarding lead")
    walk.press("Add them")
    walk.at(NAME)
    walk.reads("Waiting for the headteacher: Deputy safeguarding lead")


def invite(walk) -> None:
    walk.follow("Send a link for choosing a password")
    walk.at(f"Invite {NAME}")
    walk.page.get_by_label("This is their own address").check()
    walk.press("Send the link")
    walk.at(NAME)
    walk.reads(f"The link is on its way to {ADDRESS}")


def register_family(walk) -> None:
    walk.follow("They are family of a pupil here")
    walk.at(f"{NAME} is family of a pupil here")
    walk.fill(find="quill")
    walk.press("Find")
    walk.page.get_by_label(f"{FORENAME} {SURNAME}").check()
    walk.see()
    walk.fill(how="Aunt")
    walk.press("Register")
    walk.at(NAME)
    walk.reads("Waiting for the headteacher: Family of a pupil here")


def choose_password(walk, link: str) -> None:
    walk.page.goto(link)
    walk.at("Choose your password")
    walk.fill(password=PASSWORD, again=PASSWORD)
    walk.press("Set this password")
    walk.at("Your password is set")
    walk.page.goto(link)
    walk.at("This link no longer works")


def approve(walk, what: str) -> None:
    walk.follow(f"{what}: {NAME}")
    walk.at(f"{what}: {NAME}")
    walk.choose("Approve it. The change is made at once")
    walk.press("Answer")


def test_somebody_comes_is_made_a_lead_and_is_kept_from_their_niece(walk, place, server, by_mail):
    walk.sign_in(place.office)
    walk.at("Roll")
    to_staff(walk)
    add(walk)
    register_family(walk)
    invite(walk)
    message = by_mail.arrived[0]
    assert message.to_whom == [ADDRESS]
    assert not any(name in str(message) for name in (FORENAME, SURNAME))
    walk.sign_out()
    choose_password(walk, by_mail.newest_link())

    walk.sign_in(place.head)
    walk.at("Audit")
    walk.follow("2 changes to the staff wait for you")
    walk.at("Waiting for the headteacher")
    approve(walk, "Deputy safeguarding lead")
    # Who becomes a reader chooses their password again, by a link of its own.
    walk.at(NAME)
    walk.reads(f"The link is on its way to {ADDRESS}")
    # The invitation, that a password was chosen, and the link.
    assert [message.to_whom for message in by_mail.arrived] == [[ADDRESS]] * 3
    walk.follow("Everything that is waiting")
    walk.at("Waiting for the headteacher")
    approve(walk, "Family of a pupil here")
    walk.at("Waiting for the headteacher")
    new = Person.objects.get(email=ADDRESS)
    assert set(new.posts.values_list("role", flat=True)) == {Role.STAFF, Role.DEPUTY}
    assert Relation.objects.get().person == new
    walk.went_untold(server.log)


def test_a_lead_says_they_are_away_and_then_leaves(walk, place, server):
    deputy = factories.person(place.school, Role.DEPUTY, name="Tom Fairley")
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto("/people/cover/")
    walk.at("Who is away, and who stands in")
    walk.choose("Never here on some weekdays", "Friday")
    walk.page.get_by_label("Who?").select_option(label="Sara Malik")
    walk.page.get_by_label("Who stands in?").select_option(label="Tom Fairley")
    walk.press("Save")
    walk.reads("Tom Fairley stands in")
    assert Cover.objects.get().stands_in == deputy
    walk.follow("Remove it")
    walk.at("Remove this")
    walk.page.get_by_label("This is wrong, or no longer true").check()
    walk.press("Remove it")
    walk.at("Who is away, and who stands in")
    walk.sign_out()

    walk.sign_in(place.office)
    walk.at("Roll")
    to_staff(walk)
    walk.follow("Tom Fairley")
    walk.at("Tom Fairley")
    walk.follow("They have left")
    walk.at("Tom Fairley has left")
    walk.press("They have left")
    walk.at("Tom Fairley")
    walk.reads("Has left, cannot sign in")
    walk.went_untold(server.log)


FILE = "name,email,roles,title\nZoë Teacher,zoe@oakfield.test,staff,Year 4 teacher\n"
LEAD = "Bo Lead,bo@oakfield.test,dsl,Assistant head\nNo Address,,staff,\n"
SHARED = "Oakfield Office,office@oakfield.test,staff,\n"


def invite_who_has_not_signed_in(walk) -> None:
    walk.follow("Who has not signed in yet")
    walk.at("Who has not signed in yet")
    walk.press("Invite them")
    walk.reads(walk.page.get_by_text("of 3 done"))
    walk.see()
    to_staff(walk)


def test_the_office_brings_in_a_staff_file_and_a_teacher_tells_of_their_niece(
    walk, place, server, by_mail
):
    walk.sign_in(place.office)
    walk.at("Roll")
    to_staff(walk)
    walk.follow("Import a staff file")
    walk.at("Upload a staff file")
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": (FILE + LEAD + SHARED).encode()}
    walk.page.get_by_label("The file").set_input_files(file)
    walk.press("See what it would change")
    walk.at("What the file would change")
    walk.reads("Line 4, No Address: E-mail: missing")
    walk.page.get_by_text("Which column is which").click()
    walk.reads("First values")
    walk.see()
    walk.page.get_by_label("Line 5 is one person").check()
    walk.press("Read the file with these answers")
    assert not Person.objects.filter(email="zoe@oakfield.test").exists()
    walk.press("Import")
    walk.at("Staff")
    walk.reads("1 change waits for an answer")
    assert Person.objects.filter(email="zoe@oakfield.test").exists()
    invite_who_has_not_signed_in(walk)
    walk.sign_out()

    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("Is a pupil here part of your family?")
    walk.at("Is a pupil here part of your family?")
    walk.fill(find="quill")
    walk.press("Find")
    walk.page.get_by_label(f"{FORENAME} {SURNAME}").check()
    walk.fill(how="Aunt")
    walk.press("Register")
    walk.reads("Is one of these wrong?")
    walk.see()
    assert Relation.objects.get().person == place.teacher
    walk.went_untold(server.log)
