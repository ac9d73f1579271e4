"""Journey through a child's file: being seen, a call made from it, its print."""

from datetime import UTC, datetime, timedelta

from concerns.models import Sighting
from concerns.rules.words import Route
from tests import factories
from tests.deciding import decide_concern
from tests.journeys.conftest import FORENAME, SURNAME, TELLING

NAME = f"{FORENAME} {SURNAME}"


def saw_a_child(walk, place) -> None:
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("I saw or spoke to a child")
    walk.at("I saw or spoke to a child")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.pick("quill", NAME)
    walk.choose("Heard them alone")
    walk.fill(words=f"She likes {TELLING} now.")
    walk.press("Save")
    walk.at("This has been recorded. Thank you.")
    walk.sign_out()
    assert Sighting.objects.get().by == place.teacher


def write(walk, link, heading, **words):
    walk.follow(link)
    walk.at(heading)
    walk.fill(**words)


def keep(walk) -> None:
    walk.press("Save")
    walk.at(f"{NAME}: the file")


def fill_the_file(walk, place) -> None:
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/child/{place.child.uid}/file/")
    walk.at(f"{NAME}: the file")
    write(walk, "Add a new address", "A new address", address=f"4 {TELLING} Lane")
    keep(walk)
    more = {"relation": "Mother", "telephone": "07700 900123"}
    write(walk, "Add an adult, at home or elsewhere", "An adult", name=f"Dana {SURNAME}", **more)
    walk.choose("Yes", f"With the child: 4 {TELLING} Lane")
    keep(walk)
    walk.follow("Add a brother or sister")
    walk.at("A brother or sister")
    walk.pick("noah", "Noah Quill")
    walk.choose("They live at the same address")
    keep(walk)
    write(walk, "Add a status", "A status", decided_by="Review conference")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.choose("Child in need (section 17)")
    keep(walk)
    write(walk, "Record that one is expected", "An earlier school's file is expected", where="Hill")
    walk.press("Save")
    walk.reads("An earlier school's file is expected, and nobody has read it.")
    walk.reads("Last heard alone")


def call_from_one_page(walk, place) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    lead = factories.viewer(place.school, who=place.lead, now=now)
    lead = type(lead)(lead.person, lead.school, frozenset({"dsl"}), now)
    teacher = factories.viewer(place.school, who=place.teacher, now=now)
    account = f"Noah Quill ate her {TELLING}."
    concern = factories.send_concern(teacher, place.child, now=now, account=account).concern
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=now)
    walk.page.goto(f"/refer/{concern.referrals.get().uid}/")
    walk.at("Refer to children's social care")
    for said in (f"4 {TELLING} Lane", "07700 900123", account, "01632 960001", "Noah Quill"):
        walk.reads(said)
    walk.fill(agency="Front door", spoken_to="Ann Price")
    walk.page.locator("[name=method]").select_option(label="Telephone")
    walk.press("It has been sent")
    walk.reads("Spoken to: Ann Price.")
    walk.see()


def print_with_no_other_child(walk, place) -> None:
    walk.page.goto(f"/child/{place.child.uid}/file/")
    walk.follow("Chronology: everything in date order")
    walk.at(f"{NAME}: chronology")
    walk.page.get_by_label("Kind", exact=True).select_option(label="Statuses")
    walk.press("Show")
    walk.reads("Child in need (section 17)")
    walk.follow("Show everything")
    walk.at(f"{NAME}: chronology")
    walk.follow("Check these before printing")
    walk.at("Check what will be printed")
    walk.reads("This is the name of another child. It will be covered.")
    walk.press("Make the print")
    walk.at(f"{NAME}: chronology")
    walk.reads(f"[another child] ate her {TELLING}.")
    assert walk.page.locator("main").get_by_text("Noah").count() == 0
    walk.sign_out()


def test_a_file_is_written_a_call_is_made_from_it_and_it_is_printed(walk, place, server):
    saw_a_child(walk, place)
    fill_the_file(walk, place)
    call_from_one_page(walk, place)
    print_with_no_other_child(walk, place)
    walk.went_untold(server.log)
