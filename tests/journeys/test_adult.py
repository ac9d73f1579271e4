"""Journey: a worry about an adult, begun as one about a child, that only the head reads."""

import pytest
from playwright.sync_api import expect

from concerns.models import AdultConcern, Concern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
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
