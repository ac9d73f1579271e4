"""Journey: a worry about an adult, begun as one about a child, that only the head reads."""

import pytest
from playwright.sync_api import expect

from concerns.models import AdultConcern, Concern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.journeys.conftest import FORENAME, SURNAME

WORRY = "She pulled him along by the arm, and it hurt. There was a red mark."
BACK = "Thank you. It is being looked at outside school."


@pytest.fixture
def chair(place):
    return factories.person(place.school, Role.CHAIR, name="Anil Mehra")


def write(walk, place) -> str:
    """Writes a concern that half-way turns out to be about the lead; gives the reference."""
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.press("Write a concern")
    walk.choose("A child")
    walk.press("Continue")
    walk.at("Write a concern about a child")
    walk.pick("quill", f"{FORENAME} {SURNAME}")
    walk.fill(account=WORRY)
    walk.press("This is about an adult who works here")
    walk.at("Write a concern about an adult who works here")
    expect(walk.page.locator("[name=account]")).to_have_value(WORRY)
    expect(walk.page.locator("[name=children]")).to_have_value(f"{FORENAME} {SURNAME}")
    walk.page.wait_for_timeout(1000)
    walk.press("Send")
    walk.is_told_what_is_wrong()
    walk.page.locator("[name=whom]").select_option(value=str(place.lead.uid))
    walk.choose("I am not sure")
    walk.page.get_by_text("Who else should not see this", exact=True).first.click()
    walk.see()
    walk.page.wait_for_timeout(1000)
    walk.press("Send")
    walk.at("Thank you. It has been sent.")
    walk.reads("Margaret Oduya")
    assert "Sara Malik" not in walk.page.locator("main").inner_text()
    reference = AdultConcern.objects.get().reference
    walk.reads(reference)
    walk.follow("Read it again")
    walk.at(f"Your concern {reference}")
    walk.sign_out()
    return reference


def nothing_to_see(walk, who, reference, heading) -> None:
    walk.sign_in(who)
    walk.at(heading)
    assert reference not in walk.page.content()
    walk.sign_out()


def read_and_decide(walk, place, reference) -> None:
    walk.sign_in(place.head)
    walk.page.get_by_role("link", name="About adults", exact=True).click()
    walk.at("Concerns about adults who work here")
    walk.reads("Sara Malik")
    walk.follow(reference)
    walk.at(f"Concern {reference}")
    walk.reads(WORRY)
    walk.press("I have this")
    walk.reads("Margaret Oduya has it.")
    walk.follow("Decide")
    walk.at("Decide")
    walk.choose(
        "An allegation: a child may have been harmed, or may not be safe with them",
        "Tell the local authority's designated officer (LADO)",
    )
    walk.fill(reason="It may meet the threshold.", considered="Asking her first.")
    walk.press("Decide")
    walk.at(f"Concern {reference}")
    walk.follow("Tell the designated officer (LADO)")
    walk.at("Record a conversation with the LADO or the police")
    walk.choose("The designated officer (LADO)", "The school deals with it, with their advice")
    walk.fill(spoken_to="Lena Ado", words="All of it. Speak to her now.", their_reference="L-7")
    walk.press("Record it")
    walk.at(f"Concern {reference}")
    walk.follow("Close it")
    walk.at("Close it")
    walk.choose("Unsubstantiated: neither proved nor disproved")
    walk.fill(why="Both were heard.", words_back=BACK)
    walk.press("Close it")
    walk.reads("Unsubstantiated")
    walk.at(f"Concern {reference}")
    walk.sign_out()


def test_a_worry_about_the_lead_is_the_heads_and_nobody_elses(walk, place, chair, server):
    reference = write(walk, place)
    nothing_to_see(walk, place.lead, reference, "Queue")
    nothing_to_see(walk, chair, reference, "Concerns about adults who work here")
    read_and_decide(walk, place, reference)
    assert AdultConcern.objects.get().state == State.CLOSED
    assert not Concern.objects.exists()
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("Concerns you wrote about adults who work here")
    walk.at("What I wrote about adults who work here")
    walk.reads(BACK)
    walk.sign_out()
    walk.went_untold(server.log)


def test_the_head_brings_a_lead_into_one_concern_and_ends_it(place, walk):
    coach = factories.person(place.school, name="Col Coach")
    writer = factories.viewer(place.school, who=place.teacher, now=place.now)
    concern = adults.send_adult_concern(writer, coach, place.now)
    heading = f"Concern {concern.reference}"
    walk.sign_in(place.head)
    walk.page.goto(f"/adult/{concern.uid}/")
    walk.follow("Bring in a lead")
    walk.at("Bring in a lead")
    walk.page.locator("[name=person]").select_option(value=str(place.lead.uid))
    walk.fill(why="She knows who his group are.")
    walk.press("Record it")
    walk.at(heading)
    walk.reads("Sara Malik, by Margaret Oduya")
    walk.sign_out()
    walk.sign_in(place.lead)
    walk.page.goto("/submit/")
    walk.at("My concerns")
    walk.follow(concern.reference)
    walk.at(heading)
    walk.reads("She knows who his group are.")
    walk.follow("Add a note")
    walk.at("Add a note")
    walk.fill(words="There are eleven in it.")
    walk.press("Add the note")
    walk.at(heading)
    walk.sign_out()
    walk.sign_in(place.head)
    walk.page.goto(f"/adult/{concern.uid}/")
    walk.reads("There are eleven in it.")
    walk.follow("End a lead's reading")
    walk.at("End a lead's reading")
    walk.page.locator("[name=person]").select_option(value=str(place.lead.uid))
    walk.fill(why="I know enough now.")
    walk.press("Record it")
    walk.at(heading)
    walk.sign_out()
    walk.sign_in(place.lead)
    assert walk.page.goto(f"/adult/{concern.uid}/").status == 404
