"""Journey: a cleaner tells a colleague with a phone at the gate; each press is counted."""

import sys

import pytest

from concerns.models import Concern
from tests.journeys.conftest import FORENAME, SURNAME, TELLING

SAID = f"He eats {TELLING} out of the bins behind the kitchen."
# From the landing page to the receipt, without typing what was said.
MOST_PRESSES = 11
MOST_LETTERS = 6


class Counted:
    """A hand whose every press is counted, and every letter but those of the words said."""

    def __init__(self, page):
        self.page = page
        self.presses = 0
        self.letters = 0

    def press(self, what) -> None:
        what.click()
        self.presses += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.letters += len(words)


def test_a_cleaners_worry_told_at_the_gate_is_in_the_file_in_a_minute(walk, place, capsys):
    walk.sign_in(place.teacher)
    page = walk.page
    hand = Counted(walk.page)
    hand.press(page.get_by_role("button", name="Write a concern"))
    hand.press(page.get_by_label("A child", exact=True))
    hand.press(page.get_by_role("button", name="Continue"))
    hand.press(page.get_by_label("Which child?"))
    hand.type("quillf")
    find(page, hand)
    hand.press(page.get_by_text("Somebody told me this"))
    # A list that drops down takes one press and one letter.
    page.get_by_label("Who told you?").select_option(label="A cleaner, caretaker or cook")
    hand.presses += 1
    hand.press(page.get_by_label("What they said, in their own words"))
    page.keyboard.type(SAID)
    walk.see()
    hand.press(page.get_by_label("No", exact=True))
    hand.press(page.get_by_role("button", name="Send", exact=True))
    walk.at("Thank you. It has been sent.")
    concern = Concern.objects.get()
    assert (concern.account, concern.told_words, concern.teller_is) == ("", SAID, "site")
    walk.follow("Read it again, or add something")
    walk.reads("Told by a cleaner, caretaker or cook to you, just before it was written")
    walk.see()
    words = len(SAID.split())
    with capsys.disabled():
        sys.stdout.write(
            f"\n  told at the gate: {hand.presses} presses, {hand.letters} letters to find a "
            f"child, {words} words said: about {seconds(hand, words):.0f} seconds by hand\n"
        )
    assert hand.presses <= MOST_PRESSES
    assert hand.letters <= MOST_LETTERS
    assert seconds(hand, words) < 60


def find(page, hand) -> None:
    search = page.get_by_role("button", name="Find", exact=True)
    if search.count():
        hand.press(search)
        hand.press(page.get_by_label(f"{FORENAME} {SURNAME}"))
    else:
        hand.press(page.get_by_role("option", name=f"{FORENAME} {SURNAME}"))


def seconds(hand, words: int) -> float:
    """Two seconds for each press on a small screen, a third for a letter, and 25 words a minute."""
    return 2 * hand.presses + hand.letters / 3 + words * 60 / 25


@pytest.fixture(autouse=True)
def nothing_telling(walk, server):
    yield
    walk.went_untold(server.log)
