"""Journeys about what is late: from the number to why it is late, and the end of a past day.

Also the page of the school's own clocks, and a teacher whose own duty it is to ring the police.
"""

from datetime import timedelta

from playwright.sync_api import expect

from concerns.models import Cover, School, Term
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.journeys.conftest import SURNAME, TELLING


def late_for_a_month(place):
    writer = factories.viewer(place.school, who=place.teacher)
    return factories.concern_at(
        State.WAITING,
        where=place.school,
        by=writer,
        children=(place.child,),
        now=place.now - timedelta(days=30),
        account=f"There was {TELLING} on everything.",
    )


def test_a_head_follows_what_is_late_today_and_on_a_past_day(walk, place):
    concern = late_for_a_month(place)
    walk.sign_in(place.head)
    walk.page.goto("/audit/")
    walk.at("Audit")
    walk.follow("1 late now")
    walk.reads("All years, late now")
    walk.see()
    walk.page.locator("main").get_by_role("link", name="Why?").click()
    walk.at("First look")
    walk.reads(concern.reference)
    walk.reads("Who is asked from now on, in this order")
    walk.reads(place.lead.name)
    walk.page.goto("/audit/")
    walk.follow("See these numbers for a past day")
    walk.at("The end of a past day")
    walk.press("Show")
    walk.is_told_what_is_wrong()
    day = place.now.date() - timedelta(days=3)
    walk.fill(day_day=str(day.day), day_month=str(day.month), day_year=str(day.year))
    walk.press("Show")
    walk.reads(f"As it stood at the end of {day.day} {day:%B %Y}")
    walk.see()
    walk.follow("1 late")
    walk.reads(concern.reference)
    walk.see()


def test_a_lead_who_is_back_reads_what_came_while_she_was_away(walk, place):
    concern = late_for_a_month(place)
    today = place.now.date()
    # Whatever day it is, there was school.
    Term.objects.create(
        school=place.school, first=today - timedelta(days=50), last=today + timedelta(days=50)
    )
    Cover.objects.create(
        school=place.school,
        kind=CoverKind.LEAVE,
        person=place.lead,
        since=today - timedelta(days=35),
        until=today - timedelta(days=1),
        by=place.head,
        at=place.now,
    )
    walk.sign_in(place.lead)
    walk.page.goto("/chase/")
    walk.reads("Late, the most pressing first")
    walk.page.get_by_text("While you were away").click()
    walk.reads("Nobody has it yet")
    walk.see()
    came = walk.page.locator("details").get_by_role("link", name=concern.reference)
    came.first.click()
    walk.reads("Nothing has been decided yet.")


def test_a_lead_makes_a_clock_shorter_and_names_an_adviser(walk, place):
    late_for_a_month(place)
    walk.sign_in(place.lead)
    walk.page.goto("/chase/")
    walk.at("Next steps")
    walk.follow("How long this school allows for each next step")
    walk.at("How long this school allows for each next step")
    walk.fill(first_look="500")
    walk.press("Save these figures")
    walk.is_told_what_is_wrong()
    walk.fill(first_look="45", adviser_name="Priya Rao", adviser_email="priya@council.example")
    walk.press("Save these figures")
    walk.reads("First look: 45 school minutes.")
    walk.at("How long this school allows for each next step")
    assert School.objects.get().own_clock_amounts == {StepKind.FIRST_LOOK: 45}
    walk.page.goto("/chase/?whose=all")
    walk.page.locator("main").get_by_role("link", name="Why?").click()
    walk.at("First look")
    walk.reads("Priya Rao, the adviser outside the school")


def test_a_teacher_who_knows_of_it_reports_it_herself(walk, place):
    factories.person(place.school, Role.DEPUTY)
    walk.sign_in(place.teacher)
    walk.page.goto("/submit/write/")
    walk.at("Write a concern about a child")
    walk.pick("quillf", SURNAME)
    walk.fill(account=f"She told me. {TELLING}")
    walk.choose("No")
    walk.page.get_by_text("What you think it may mean").click()
    known = walk.page.locator("[name=fgm_known]")
    expect(known).to_be_hidden()
    walk.choose("Female genital mutilation (FGM)")
    known.check()
    walk.see()
    walk.press("Send")
    walk.at("Thank you. It has been sent.")
    walk.reads("Report it to the police yourself")
    walk.follow("record when you rang")
    walk.at("Your report to the police")
    walk.press("I have reported it")
    walk.is_told_what_is_wrong()
    walk.fill(how="Rang 101, a call handler", reference="W 71")
    walk.press("I have reported it")
    walk.reads("Their reference: W 71")
    walk.see()
