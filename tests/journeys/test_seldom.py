"""Journeys through the pages that are seldom opened: each is looked at as every other page is."""

from datetime import date

from concerns.models import Post
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from tests import factories
from tests.deciding import decide_concern
from tests.journeys.test_unanswered import CARE


def concern_at(place, state):
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    writer = factories.viewer(place.school, who=place.teacher, now=place.now)
    return lead, factories.concern_at(
        state, where=place.school, lead=lead, by=writer, children=(place.child,), now=place.now
    )


def test_a_second_person_agrees_not_to_refer_and_the_figures_are_printed(walk, place, server):
    lead, concern = concern_at(place, State.TAKEN)
    decide_concern(lead, concern, Route.SOCIAL_CARE, now=place.now)
    referral = concern.referrals.get()
    walk.sign_in(place.head)
    walk.page.goto(f"/refer/{referral.uid}/withdraw/")
    walk.at("Agree not to send it")
    walk.press("Agree not to send it")
    walk.is_told_what_is_wrong()
    walk.fill(words="Their own doctor has explained it, in writing.")
    walk.press("Agree not to send it")
    walk.at(CARE)
    walk.reads("Not sent, agreed by a second person")
    walk.page.goto("/audit/print/")
    walk.at("Audit of safeguarding concerns")
    walk.went_untold(server.log)


def test_a_governor_reads_figures_and_opens_them_for_printing(walk, place, server):
    walk.sign_in(factories.person(place.school, Role.GOVERNOR))
    walk.at("Figures for governors")
    walk.reads("Fewer than 5")
    walk.page.goto("/audit/figures/print/")
    walk.at("Safeguarding concerns: figures for governors")
    walk.went_untold(server.log)


def test_a_lead_notes_what_was_found_and_opens_again_what_was_closed(walk, place, server):
    _, concern = concern_at(place, State.CLOSED)
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(f"/triage/{concern.uid}/reopen/")
    walk.at("Reopen it")
    walk.press("Reopen it")
    walk.is_told_what_is_wrong()
    walk.fill(why="A new sign.")
    walk.press("Reopen it")
    walk.at(f"Concern {concern.reference}")
    walk.page.goto(f"/triage/{concern.uid}/note/")
    walk.at("Add a note for the leads")
    walk.press("Add the note")
    walk.is_told_what_is_wrong()
    walk.went_untold(server.log)


def test_a_teacher_of_two_schools_chooses_one_and_finds_the_numbers(walk, place, server):
    other = factories.school("Elmfield Infant School")
    since = date(2026, 9, 1)
    Post.objects.create(person=place.teacher, school=other, role=Role.STAFF, since=since)
    walk.sign_in(place.teacher)
    walk.at("Which school are you working in today?")
    walk.press("Elmfield Infant School (Member of staff)")
    walk.at("My concerns")
    walk.follow("Is a child in danger now?")
    walk.at("Ring 999")
    walk.went_untold(server.log)
