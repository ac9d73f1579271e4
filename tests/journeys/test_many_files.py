"""A lead opens the files of many children, is stopped, says why and goes on; the head sees it, asks
sooner, and answers who wants to take out the whole school. With script and without."""

import re

from concerns.models import School
from concerns.rules.bulk_brake import FEWEST
from tests import factories
from tests.journeys.conftest import Place


def ask_sooner(place: Place) -> None:
    """The school allows the fewest files that it may, so that the walk is short."""
    School.objects.filter(pk=place.school.pk).update(files_an_hour=FEWEST, files_a_day=FEWEST)


def test_a_lead_who_opens_many_files_says_why_and_the_head_reads_it(place, walk):
    ask_sooner(place)
    files = [f"/child/{factories.child(place.school).uid}/" for _ in range(FEWEST + 1)]
    walk.sign_in(place.lead)
    walk.at("Queue")
    for file in files:
        walk.page.goto(file)
    walk.at("You have opened many files")
    walk.press("Go on")
    walk.is_told_what_is_wrong()
    walk.fill(words="Preparing the termly review.")
    walk.press("Go on")
    walk.page.wait_for_url(re.compile(re.escape(files[-1])))
    walk.sign_out()
    walk.sign_in(place.head)
    walk.page.goto("/people/")
    walk.follow("Who opened many files")
    walk.at("Who opened many files")
    walk.reads("Preparing the termly review.")
    walk.reads("11 in a day")
    walk.fill(an_hour="20", a_day="50")
    with walk.page.expect_navigation():
        walk.press("Save")
    walk.at("Who opened many files")
    assert School.objects.get(pk=place.school.pk).files_a_day == 50


def test_the_whole_school_is_taken_out_by_two(place, walk):
    ask_sooner(place)
    writer = factories.viewer(place.school, who=place.teacher)
    for _ in range(FEWEST + 1):
        factories.send_concern(writer, factories.child(place.school))
    walk.sign_in(place.lead)
    walk.page.goto("/child/tracker/")
    walk.follow("Print the tracker")
    walk.at("Take out the whole school")
    walk.fill(words="The termly review.")
    walk.press("Ask for it")
    walk.reads("Not answered.")
    walk.see()
    walk.sign_out()
    walk.sign_in(place.head)
    walk.page.goto("/access/export/")
    walk.follow("Answer")
    walk.at("Sara Malik asks to take out the whole school")
    walk.choose("Yes, for a day")
    walk.press("Answer")
    walk.reads("Allowed")
    walk.sign_out()
    walk.sign_in(place.lead)
    walk.page.goto("/child/tracker/print/")
    walk.at("Tracker")


def test_a_lead_says_why_they_read_outside_their_caseload_and_the_head_reads_it(place, walk):
    School.objects.filter(pk=place.school.pk).update(asks_why_read=True)
    other = factories.child(place.school)
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/child/{place.child.uid}/")
    walk.at("Why do you open this?")
    walk.press("Open it for this reason")
    walk.is_told_what_is_wrong()
    walk.fill(words="Her new school has rung.")
    walk.press("Open it for this reason")
    walk.page.wait_for_url(re.compile(f"/child/{place.child.uid}/"))
    walk.page.goto(f"/child/{other.uid}/")
    walk.at("Why do you open this?")
    walk.press("A child may be in danger now")
    walk.page.wait_for_url(re.compile(f"/child/{other.uid}/"))
    walk.sign_out()
    walk.sign_in(place.head)
    walk.page.goto("/people/")
    walk.follow("Reasons for reading outside a caseload")
    walk.at("Reasons for reading outside a caseload")
    walk.reads("Her new school has rung.")
    walk.reads("A child may be in danger now")
    walk.follow("The week before")
    walk.reads("Nobody else gave one in this week.")
    walk.follow("The week after")
    walk.reads("Her new school has rung.")
