"""Journeys: somebody's posts and family change, and they leave, by the office and a lead."""

import re
import uuid

from concerns.doors import unsent_words
from concerns.models import Draft, Person, Relation, StaffChangeRequest
from concerns.models.concern.draft import CONCERN
from concerns.rules.roles import Role
from tests import factories
from tests.journeys.conftest import FORENAME, SURNAME, TELLING
from tests.journeys.test_staff import to_staff

NAME = "Tom Fairley"


def change(walk) -> None:
    walk.follow("Change these details")
    walk.at(f"Details of {NAME}")
    walk.fill(name="")
    walk.press("Save")
    walk.is_told_what_is_wrong()
    walk.fill(name=NAME, room="Room 12")
    walk.press("Save")
    walk.at(NAME)
    walk.reads("Room 12")


def give_and_end_a_post(walk) -> None:
    walk.follow("Give them another post")
    walk.at(f"Another post for {NAME}")
    walk.choose("Member of staff")
    walk.fill(since_day="", since_month="", since_year="")
    walk.press("Give this post")
    walk.is_told_what_is_wrong()
    walk.fill(since_day="1", since_month="9", since_year="2025")
    walk.press("Give this post")
    walk.at(NAME)
    walk.follow(re.compile("End this post.*School office"))
    walk.at(f"End a post of {NAME}")
    walk.press("End this post")
    walk.at(NAME)


def take_back_a_family(walk) -> None:
    walk.follow("Take this back")
    walk.at(f"{NAME} and {FORENAME} {SURNAME}")
    walk.press("Take it back")
    walk.is_told_what_is_wrong()
    walk.page.get_by_label("They are not, or no longer, family of this pupil").check()
    walk.press("Take it back")
    walk.at(NAME)
    walk.reads("Nobody has said so.")


def leave(walk) -> None:
    walk.follow("They have left")
    walk.at(f"{NAME} has left")
    walk.reads("ask them to sign in and send what they have started")
    walk.press("They have left")
    walk.at(NAME)
    to_staff(walk)
    walk.follow("Who has left")
    walk.at("Who has left")
    walk.reads(NAME)


def test_what_is_known_of_somebody_changes_until_they_leave(walk, place, server):
    who = factories.person(place.school, Role.OFFICE, name=NAME)
    factories.relate_to_child(who, place.child)
    words = {"account": [f"All of {TELLING}"]}
    unsent_words.save_draft_words(who, place.school, CONCERN, uuid.uuid4(), words, place.now)
    walk.sign_in(place.office)
    walk.at("Roll")
    to_staff(walk)
    walk.follow(NAME)
    walk.at(NAME)
    change(walk)
    give_and_end_a_post(walk)
    take_back_a_family(walk)
    leave(walk)
    assert not Person.objects.get(pk=who.pk).is_active
    assert not Relation.objects.not_withdrawn().exists()
    assert Draft.objects.get().typed_fields == words
    walk.went_untold(server.log)


def test_a_lead_is_out_of_their_niece_s_record_at_once_and_the_head_is_told(walk, place, server):
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto("/people/own/")
    walk.at("Is a pupil here part of your family?")
    walk.fill(find="quill")
    walk.press("Find")
    walk.page.get_by_label(f"{FORENAME} {SURNAME}").check()
    walk.fill(how="Aunt")
    walk.press("Register")
    walk.reads("Is one of these wrong?")
    walk.see()
    walk.sign_out()
    walk.sign_in(place.office)
    to_staff(walk)
    walk.follow(place.lead.name)
    walk.follow("Take this back")
    walk.page.get_by_label("They are not, or no longer, family of this pupil").check()
    walk.press("Take it back")
    walk.at(place.lead.name)
    walk.reads("Waiting for the headteacher: No longer family of a pupil here")
    walk.sign_out()
    walk.sign_in(place.head)
    walk.at("Audit")
    walk.follow("1 change to the staff waits for you")
    walk.at("Waiting for the headteacher")
    walk.reads("What people said about themselves in the last month")
    walk.follow(f"No longer family of a pupil here: {place.lead.name}")
    walk.at(f"No longer family of a pupil here: {place.lead.name}")
    walk.choose("Refuse it. Nothing changes")
    walk.press("Answer")
    walk.is_told_what_is_wrong()
    walk.fill(why="She is her aunt.")
    walk.press("Answer")
    walk.at("Waiting for the headteacher")
    assert Relation.objects.not_withdrawn().get().person == place.lead
    assert not StaffChangeRequest.objects.get().answer.approved
    walk.went_untold(server.log)
