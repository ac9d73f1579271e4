"""Journey of one concern, from a worried teacher to the head's audit."""

import pytest
from playwright.sync_api import expect

from concerns.models import Concern
from concerns.rules.lifecycle import State
from tests.journeys.conftest import FORENAME, SURNAME, TELLING

pytestmark = pytest.mark.both_databases

WORRY = f"She hid {TELLING} sandwiches in her sleeve, and said there is no tea at home."
MORE_BACK = "It is closed, and kept."
BACK = "Thank you. The family has help now. Tell me anything else you see."
DECISION = {
    "reason": "The third time in a month, and the younger one is thin too.",
    "considered": "Speaking to her mother alone first.",
    "agency": "Front door team", "spoken_to": "Ann Price, duty worker",
    "their_reference": "FD-7781",
}  # fmt: skip


def write_and_finish_later(walk, place) -> str:
    """Does what the teacher does; gives the reference of the concern."""
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.press("Write a concern")
    walk.at("Who is it about?")
    walk.choose("A child")
    walk.press("Continue")
    walk.at("Write a concern about a child")
    walk.pick("quill", f"{FORENAME} {SURNAME}")
    walk.fill(account=WORRY)
    walk.choose("Not sure")
    walk.press("Save and finish later")
    walk.reads("Saved, but not sent.")
    walk.at("My concerns")
    assert not Concern.objects.exists()
    walk.follow("Finish the concern you started")
    walk.at("Write a concern about a child")
    expect(walk.page.locator("[name=account]")).to_have_value(WORRY)
    walk.page.get_by_text("When and where").click()
    walk.fill(place="Dining hall")
    walk.press("Send")
    walk.at("Thank you. It has been sent.")
    walk.reads("Sara Malik")
    reference = Concern.objects.get().reference
    walk.reads(reference)
    walk.sign_out()
    return reference


def take_and_decide(walk, place, reference) -> None:
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.reads(f"{FORENAME} {SURNAME}")
    walk.follow(reference)
    walk.at(f"Concern {reference}")
    walk.reads(WORRY)
    walk.press("I have this")
    walk.reads("Sara Malik has it.")
    walk.press("Decide")
    walk.at("Decide")
    walk.press("Decide")
    walk.is_told_what_is_wrong()
    walk.choose(
        "A full decision",
        "Speak to parents or carers",
        "Refer to children's social care",
        "Not yet, but they will be",
        "None that we know of",
        "Seen and spoken to",
    )
    walk.fill(**DECISION)
    walk.page.locator("[name=method]").select_option(label="Telephone")
    walk.page.locator("[name=seen_by]").select_option(label="Sara Malik")
    walk.see()
    # The vendored button takes two presses within a second for one.
    walk.page.wait_for_timeout(1000)
    walk.press("Decide")
    walk.at(f"Concern {reference}")
    walk.reads(DECISION["their_reference"])
    walk.reads("Get social care's answer")


def carry_it_out(walk, reference) -> None:
    walk.follow("Speak to parents or carers")
    walk.at("Record a conversation")
    walk.choose("Parent or carer")
    walk.fill(who="Her mother", said="She wept. She has asked nobody for help yet.")
    walk.press("Record it")
    walk.reads("She wept.")
    walk.follow("Get social care's answer")
    walk.at("Refer to children's social care")
    walk.choose("Early help or family help")
    walk.fill(spoken_to="Ann Price", words="A family worker begins on Monday.")
    walk.press("Record their answer")
    walk.reads("Answered, waiting for the school's view")
    walk.choose("We agree")
    walk.fill(words="It fits what we see.")
    walk.press("Record our view")
    walk.reads("Answered, and the school agrees")
    walk.see()
    walk.follow(f"Concern {reference}")


def tell_and_close(walk, reference) -> None:
    walk.follow("Reply to the person who wrote it")
    walk.at("Reply to the person who wrote it")
    walk.fill(words=BACK)
    walk.press("Send this reply")
    walk.at(f"Concern {reference}")
    walk.follow("Close it")
    walk.at("Close it")
    walk.choose("Help is in place and working")
    asked = {"question": f"How is {FORENAME} these days?"}
    walk.fill(why="The family worker is there each week.", words_back=MORE_BACK, **asked)
    walk.page.locator("[name=adult]").select_option(label="Jo Brennan")
    walk.press("End it, and watch")
    walk.at(f"Concern {reference}")
    walk.reads("Watched for 12 school weeks")
    walk.follow("Ask how the child is now that it has ended")
    walk.at("How is the child now?")
    walk.choose("End the watch now")
    walk.page.get_by_text("If the watch ends here", exact=True).click()
    walk.fill(words="Fed and cheerful.", why="They have moved away.", words_back=MORE_BACK)
    walk.press("Save")
    walk.at(f"Concern {reference}")
    walk.reads("Closed: Help is in place and working")
    walk.sign_out()
    walk.page.go_back()
    expect(walk.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert SURNAME not in walk.page.content()


def hear_what_became_of_it(walk, place, reference) -> None:
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.reads("Closed. It stays on the child's record.")
    walk.reads(BACK)
    walk.follow(reference)
    walk.at(f"Your concern {reference}")
    for kept_from_the_writer in (DECISION["reason"], "Ann Price", "She wept."):
        assert kept_from_the_writer not in walk.page.content()
    walk.sign_out()


def audit(walk, place, reference) -> None:
    walk.sign_in(place.head)
    walk.at("Audit")
    walk.page.locator("main p a[href*='/audit/rows/']").first.click()
    walk.reads("1 concern, newest first")
    walk.see()
    with walk.page.expect_download() as taken:
        walk.follow("All of these as a CSV file")
    sheet = taken.value.path().read_text()
    assert reference in sheet
    assert not [name for name in (FORENAME, SURNAME, TELLING, "Brennan") if name in sheet]
    walk.follow(reference)
    walk.at(f"Whole trail of {reference}")
    knew = walk.page.locator("table").first
    for who in ("Jo Brennan", "Sara Malik", "Ann Price", "Margaret Oduya"):
        expect(knew).to_contain_text(who)
    happened = walk.page.locator("table").last
    for said in (WORRY, *DECISION.values(), "She wept.", "A family worker begins", BACK):
        expect(happened).to_contain_text(said)
    walk.follow("This trail, for printing")
    walk.see()
    walk.sign_out()


def test_a_concern_goes_from_a_worried_teacher_to_the_heads_audit(walk, place, server):
    reference = write_and_finish_later(walk, place)
    take_and_decide(walk, place, reference)
    carry_it_out(walk, reference)
    tell_and_close(walk, reference)
    assert Concern.objects.get().state == State.CLOSED
    hear_what_became_of_it(walk, place, reference)
    audit(walk, place, reference)
    walk.went_untold(server.log)
