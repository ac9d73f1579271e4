"""Journeys: every page about an adult that the short journey of test_adult.py does not pass.

They are what its writer may add, each thing its reader may do, and taking over what lies unread.
"""

from datetime import timedelta

import pytest

from concerns.models import AdultConcern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.journeys.conftest import FORENAME, TELLING

SEEN = f"He was alone with {FORENAME}, and there was {TELLING} on the door."
AGAIN = f"And the {TELLING} again, today."


@pytest.fixture
def chair(place):
    return factories.person(place.school, Role.CHAIR, name="Anil Mehra")


def sent(place) -> AdultConcern:
    """What the teacher wrote an hour ago about somebody who is not on the list."""
    writer = factories.viewer(place.school, who=place.teacher)
    then = place.now - timedelta(hours=1)
    return adults.send_adult_concern(writer, now=then, account=SEEN, sort="harm")


def opened(walk, who, concern) -> None:
    """Opens it as its reader, from their list."""
    walk.sign_in(who)
    walk.page.get_by_role("link", name="About adults", exact=True).click()
    walk.at("Concerns about adults who work here")
    walk.follow(concern.reference)
    walk.at(f"Concern {concern.reference}")


def test_its_writer_opens_the_page_by_itself_and_finishes_it_later(walk, place, chair, server):
    page = "Write a concern about an adult who works here"
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("Concerns you wrote about adults who work here")
    walk.at("What I wrote about adults who work here")
    walk.follow(page)
    walk.at(page)
    walk.press("Send")
    walk.is_told_what_is_wrong()
    walk.fill(account=SEEN, described="The man who mends the boiler")
    walk.press("Save and finish later")
    walk.at("My concerns")
    walk.follow("Go on with what you started")
    walk.at(page)
    walk.reads("Not sent yet.")
    walk.press("Send")
    walk.at("Thank you. It has been sent.")
    walk.went_untold(server.log)


def test_its_writer_adds_to_it(walk, place, chair, server):
    concern = sent(place)
    walk.sign_in(place.teacher)
    walk.follow("Concerns you wrote about adults who work here")
    walk.follow(concern.reference)
    walk.at(f"Your concern {concern.reference}")
    walk.press("Add")
    walk.is_told_what_is_wrong()
    walk.fill(words=AGAIN)
    walk.press("Add")
    walk.reads("What you added")
    walk.reads(AGAIN)
    walk.at(f"Your concern {concern.reference}")
    walk.went_untold(server.log)


def test_i_have_this_asks_again_where_something_was_added_meanwhile(walk, place, chair):
    concern = sent(place)
    opened(walk, place.head, concern)
    writer = factories.viewer(place.school, who=place.teacher)
    adults.adult.add(by=writer, concern=concern, words=AGAIN, now=place.now)
    walk.press("I have this")
    walk.at("I have this")
    walk.reads("Jo Brennan did something while this page was open")
    walk.press("I have this")
    walk.at(f"Concern {concern.reference}")
    walk.reads(f"{place.head.name} has it.")
    walk.reads(AGAIN)


class Reader:
    """Opens the page of one act from the concern, is told what is missing, does it, and is back at
    the concern."""

    def __init__(self, walk, concern):
        self.walk = walk
        self.concern = concern

    def goes_to(self, link: str, press: str, heading: str = "") -> None:
        self.walk.follow(link)
        self.walk.at(heading or link)
        self.walk.press(press)
        self.walk.is_told_what_is_wrong()

    def does(self, press: str, **words: str) -> None:
        self.walk.fill(**words)
        self.walk.press(press)

    def is_back_and_reads(self, *words: str) -> None:
        for said in words:
            self.walk.reads(said)
        self.walk.at(f"Concern {self.concern.reference}")


@pytest.fixture
def reader(walk, place, chair) -> Reader:
    """The head, who reads what was sent."""
    concern = sent(place)
    opened(walk, place.head, concern)
    return Reader(walk, concern)


def test_its_reader_adds_a_note_and_gives_a_word_back(reader, server):
    reader.goes_to("Add a note", "Add the note")
    reader.does("Add the note", words="His line manager knows.")
    reader.is_back_and_reads("His line manager knows.")
    link = "Reply to the person who wrote it"
    reader.goes_to(link, "Send this reply")
    reader.does("Send this reply", words="Thank you. I am looking at it.")
    reader.is_back_and_reads("Thank you. I am looking at it.")
    reader.walk.went_untold(server.log)


def test_its_reader_says_whom_it_is_about_and_shuts_their_friend_out(reader, place, server):
    choose = reader.walk.page.locator("[name=person]")
    reader.goes_to("Say who it is about", "Record it")
    choose.select_option(value=str(place.lead.uid))
    reader.does("Record it", why="She was on duty there.")
    reader.is_back_and_reads("It is now recorded as being about Sara Malik.")
    reader.goes_to("Say who must not see it", "Record it")
    choose.select_option(value=str(place.office.uid))
    reader.does("Record it", why="They are close.")
    reader.is_back_and_reads("Sara Malik, Pat Linton")
    reader.walk.went_untold(server.log)


def test_its_reader_closes_it_and_opens_it_again(reader, place, server):
    head = factories.viewer(place.school, Role.HEAD, who=place.head)
    decided = adults.adult_decision_answers("no_further")
    adults.adult.decide(by=head, concern=reader.concern, decided=decided, now=place.now)
    reader.walk.page.reload()
    reader.goes_to("Close it", "Close it")
    reader.walk.choose("Explained, and nothing more is needed")
    reader.does("Close it", why="He was mending the door.", words_back="Thank you for saying.")
    reader.is_back_and_reads("Reopen it")
    assert adults.reload_adult_concern(reader.concern).state == State.CLOSED
    reader.goes_to("Reopen it", "Reopen it")
    reader.does("Reopen it", why="A second person has written.")
    reader.is_back_and_reads("Being looked at", "A second person has written.")
    reader.walk.went_untold(server.log)


def test_its_reader_hands_it_to_the_other_and_no_longer_sees_it(reader, chair, server):
    walk = reader.walk
    concern = reader.concern
    reader.goes_to("Hand it on", "Hand it on", "Hand it on")
    reader.does("Hand it on", note="I am too near to this.")
    walk.at("Concerns about adults who work here")
    walk.reads("There are none that you can see.")
    walk.sign_out()
    opened(walk, chair, concern)
    walk.reads("I am too near to this.")
    walk.went_untold(server.log)


def test_what_its_reader_lets_lie_is_taken_over_by_the_other(walk, place, chair, server):
    concern = sent(place)
    walk.sign_in(chair)
    walk.page.get_by_role("link", name="About adults", exact=True).click()
    walk.at("Concerns about adults who work here")
    walk.reads("Nobody has acted on these")
    walk.page.get_by_role("button", name="Take it over").click()
    walk.at("Take it over")
    assert SEEN not in walk.page.content()
    walk.press("Take it over")
    walk.is_told_what_is_wrong()
    walk.fill(why="She does not answer.")
    walk.press("Take it over")
    walk.at(f"Concern {concern.reference}")
    walk.reads(SEEN)
    walk.went_untold(server.log)
