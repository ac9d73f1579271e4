"""Journeys that write every line of a child's file by its page, and end each."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.models import EarlierFile, FileEvent, HomeAuthority, Language, Sighting, Tie
from concerns.rules.roles import Role
from tests import factories, homes
from tests.journeys.conftest import FORENAME, SURNAME, TELLING

FILE = f"{FORENAME} {SURNAME}: the file"
NUMBERS = "The numbers of an authority"


@pytest.fixture
def lead(place):
    now = datetime.now(UTC) - timedelta(hours=1)
    return factories.viewer(place.school, Role.DSL, who=place.lead, now=now)


def at_the_file(walk, place, lead) -> None:
    homes.add_adult(lead, place.child, f"Dana {SURNAME}")
    homes.add_earlier_file(lead, place.child, where=f"{TELLING} School")
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/child/{place.child.uid}/file/")
    walk.at(FILE)


def write(walk, link: str, heading: str, *chosen: str, button="Save", **words: str) -> None:
    """Writes one line by its page, pressed empty first to be told what is missing."""
    walk.follow(link)
    walk.at(heading)
    walk.press(button)
    walk.is_told_what_is_wrong()
    walk.choose(*chosen)
    walk.fill(**words)
    walk.press(button)
    walk.at(FILE)


def test_each_line_of_a_file_is_written_and_ended(walk, place, lead, server):
    at_the_file(walk, place, lead)
    relation = "An adult's relation to this child"
    write(walk, "Change their relation to this child", relation, "No", relation="Aunt")
    fact = "A telephone number, a birth date, or something else to know about an adult"
    write(
        walk,
        "Add a telephone number, a birth date or something else to know",
        fact,
        "Telephone",
        words="07700 900555",
    )
    language = {"language": TELLING, "spoken_by": "Mother"}
    write(walk, "Add a language", "A language spoken at home", "Yes", **language)
    worker = "Add a social worker or another professional"
    write(walk, worker, "Somebody who works with the child", "GP", name=f"Dr {SURNAME}")
    earlier = "An earlier school's file"
    write(
        walk,
        "Record that it was asked for or received",
        earlier,
        "Received",
        words=f"By {TELLING} post",
    )

    write(walk, "No longer so", "This is no longer true", button="End it", why=TELLING)
    read = "I have read it, or there is no file"
    write(walk, read, earlier, "I have read it", button="Sign and save", why=f"About {TELLING}.")
    walk.follow("I saw or spoke to this child")
    walk.at("I saw or spoke to this child")
    walk.choose("Spoke to them")
    walk.fill(words=f"She likes {TELLING}.")
    walk.press("Save")
    walk.at(FILE)

    assert Tie.objects.not_ended().get().relation == "Aunt"
    assert not Language.objects.not_ended().exists()
    assert EarlierFile.objects.get().ended_how == "read"
    assert FileEvent.objects.get().stage == "received"
    assert Sighting.objects.get().by == place.lead
    walk.went_untold(server.log)


def test_a_child_from_over_the_border_is_given_the_numbers_of_where_they_live(
    walk, place, lead, server
):
    at_the_file(walk, place, lead)
    walk.reads("01632 960002")
    walk.follow("Record which authority the child lives in")
    walk.at("The home authority")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.page.locator("[name=which]").select_option(label="Another: write it below")
    walk.fill(told_by=f"Her mother, of {TELLING}", name="Northshire", **homes.NUMBERS)
    walk.press("Save")
    walk.at(FILE)
    walk.reads("01632 960902")

    walk.follow("Correct these numbers")
    walk.at(NUMBERS)
    walk.fill(out_of_hours="")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.fill(out_of_hours="01632 960999", told_by="Their website")
    walk.press("Save")
    walk.at(FILE)
    walk.reads("01632 960999")
    assert HomeAuthority.objects.get().authority.out_of_hours == "01632 960999"
    walk.went_untold(server.log)


def test_the_office_says_from_which_school_a_child_came(walk, place, server):
    walk.sign_in(place.office)
    walk.at("Roll")
    walk.follow("A child came from another school")
    walk.at("A child came from another school")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.pick("quillf", f"{FORENAME} {SURNAME}")
    walk.fill(where=f"{TELLING} School, Easton")
    walk.press("Save")
    walk.at("This has been recorded. Thank you.")
    assert EarlierFile.objects.get().by == place.office
    walk.went_untold(server.log)


def test_a_child_whose_name_changed_is_found_by_the_one_they_had(walk, place, server):
    place.child.names.update(until=datetime.now(UTC).date())
    type(place.child).objects.filter(pk=place.child.pk).update(surname="Moss")
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto("/child/search/")
    walk.at("Search")
    walk.fill(words=SURNAME)
    walk.press("Search")
    walk.reads(f"was {FORENAME} {SURNAME}")
    walk.see()
    walk.follow(f"{FORENAME} Moss")
    walk.at(f"{FORENAME} Moss")
    walk.went_untold(server.log)
