"""Journeys of a lead to supervision: the tracker, its print, the calendar and its private link."""

from datetime import timedelta

from playwright.sync_api import expect

from concerns.models import ComingMeetingAnswers
from concerns.refer import acts as refer
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories, homes
from tests.journeys.conftest import FORENAME, SURNAME


def fill(place):
    """A child on a plan, with a social worker, a sighting, a concern and a meeting to come."""
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    writer = factories.viewer(place.school, who=place.teacher, now=place.now)
    concern = factories.concern_at(
        State.TAKEN,
        where=place.school,
        lead=lead,
        by=writer,
        children=(place.child,),
        now=place.now,
    )
    homes.add_status(lead, place.child, "plan", category="neglect")
    homes.add_social_worker(lead, place.child)
    homes.record_seen(lead, place.child, how="alone")
    when = place.now + timedelta(hours=2)
    coming = ComingMeetingAnswers("core_group", when, "The civic hall", place.lead)
    refer.plan_meeting(by=lead, concern=concern, coming=coming, now=place.now)
    homes.add_status(lead, factories.child(place.school, "Bo", "Ash"), "ehcp")
    return concern


def test_a_lead_takes_the_tracker_to_supervision(walk, place, server):
    fill(place)
    walk.sign_in(place.lead)
    walk.page.goto("/child/tracker/")
    walk.at("Tracker")
    walk.reads("CP plan: neglect")
    walk.reads("Ann Hart")
    walk.page.get_by_label("Status").select_option("ehcp")
    walk.page.get_by_role("button", name="Show", exact=True).click()
    walk.reads("Bo Ash")
    expect(walk.page.locator("main").get_by_text(SURNAME)).to_have_count(0)
    walk.follow("Show all")
    walk.reads("Ann Hart")
    walk.follow("Print the tracker")
    walk.at("Tracker")
    walk.reads(f"{FORENAME} {SURNAME}")
    walk.went_untold(server.log)


def test_a_lead_sees_the_week_and_takes_it_into_another_calendar(walk, place, server):
    concern = fill(place)
    walk.sign_in(place.lead)
    day = f"{place.now + timedelta(hours=2):%Y-%m-%d}"
    walk.page.goto(f"/chase/calendar/?kind=meeting&week={day}")
    walk.at("Calendar")
    walk.reads(walk.page.locator(".week").get_by_text("Core group", exact=True))
    walk.reads(concern.reference)
    walk.follow("Next week")
    walk.at("Calendar")
    walk.follow("See this in your own calendar program")
    walk.at("The calendar in your own calendar program")
    walk.press("Make a private link")
    walk.at("The calendar in your own calendar program")
    link = walk.page.get_by_label("Your private link").input_value()
    assert "/chase/feed/calendar.ics?link=" in link
    walk.press("End the link")
    walk.reads("You have no private link.")
    walk.went_untold(server.log)
