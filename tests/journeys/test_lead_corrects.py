"""Journeys on two pages that tell a lead what is missing: keeping, and refiling."""

from datetime import UTC, datetime, timedelta

from concerns.models import Concern, Decision
from tests import factories
from tests.journeys.conftest import FORENAME, SURNAME, TELLING


def written(place) -> Concern:
    now = datetime.now(UTC) - timedelta(hours=1)
    writer = factories.viewer(place.school, who=place.teacher, now=now)
    account = f"She hid the {TELLING}."
    return factories.send_concern(writer, place.child, account=account, now=now).concern


def open_it(walk, place, concern) -> None:
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/triage/{concern.uid}/")
    walk.at(f"Concern {concern.reference}")


def test_who_keeps_without_a_reason_is_asked_for_it_and_nothing_is_lost(walk, place, server):
    concern = written(place)
    open_it(walk, place, concern)
    walk.press("Keep with the picture")
    walk.is_told_what_is_wrong()
    walk.fill(reason=f"About {TELLING}, as before.")
    walk.press("Keep with the picture")
    walk.reads("There is nothing else in the queue for you")
    assert Decision.objects.get().light
    walk.went_untold(server.log)


def test_a_concern_is_filed_under_the_right_child(walk, place, server):
    concern = written(place)
    open_it(walk, place, concern)
    walk.page.goto(f"/triage/{concern.uid}/refile/")
    walk.at("It is about another child")
    walk.press("File it under this child")
    walk.is_told_what_is_wrong()
    walk.pick("amelie", "Amelie Harlow")
    walk.fill(why=f"It was the other one who hid {TELLING}.")
    walk.press("File it under this child")
    walk.reads("Who had already opened it, and has to be told")
    walk.at("It is about another child")
    assert concern.children.not_misfiled().get().child.surname == "Harlow"
    walk.page.goto(f"/child/{place.child.uid}/")
    walk.at(f"{FORENAME} {SURNAME}")
    walk.reads("Nothing has been written about this child.")
    walk.went_untold(server.log)
