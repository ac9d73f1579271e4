"""Journeys that count what a lead's hands do to add a run of concerns to the picture.

Beside each count stands an estimate in seconds by the keystroke-level model (Card, Moran and
Newell, "The keystroke-level model for user performance time with interactive systems",
Communications of the ACM 23(7), 1980): 0.28 s for a key by an average typist who is no secretary,
1.1 s to point, 0.1 s to press or let go of the mouse's button, 0.4 s to move a hand between
keyboard and mouse, 1.35 s to make up one's mind. It is a model of hands that know the page: reading
what was written takes as long as it takes, and is what the time is for.
"""

import sys
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from concerns.models import Decision, Step
from concerns.rules.lifecycle import State
from tests import factories

KEY = 0.28
POINT = 1.1
BUTTON = 0.1
HOMING = 0.4
MIND = 1.35
REASONS = (
    "Fits what his aunt said.",
    "Seen to by the nurse.",
    "Small; add to the others.",
    "Explained. Keep an eye.",
    "First of its kind.",
)


class Hands:
    """Counts everything a lead's hands do at a page."""

    def __init__(self, page: Page):
        self.page = page
        self.keys = 0
        self.clicks = 0
        self.seconds = 0.0
        self.on_mouse = False

    def _move(self, to_mouse: bool) -> None:
        self.seconds += HOMING if to_mouse != self.on_mouse else 0
        self.on_mouse = to_mouse

    def click(self, what: Locator) -> None:
        self._move(to_mouse=True)
        what.click()
        self.clicks += 1
        self.seconds += POINT + 2 * BUTTON

    def type(self, words: str) -> None:
        """Types into whatever has the focus: text is entered by the keyboard only."""
        self._move(to_mouse=False)
        self.page.keyboard.type(words)
        self._keyed(len(words))

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self._keyed(1)

    def _keyed(self, keys: int) -> None:
        self.keys += keys
        self.seconds += keys * KEY

    def decide(self) -> None:
        self.seconds += MIND


def test_two_thirds_of_a_busy_day_take_a_sentence_and_one_key_each(walk, place, server, capsys):
    page = walk.page
    hour = datetime.now(UTC) - timedelta(hours=1)
    writer = factories.viewer(place.school, who=place.teacher)
    run = [
        factories.concern_at(
            State.WAITING,
            where=place.school,
            by=writer,
            children=(place.child,),
            now=hour + timedelta(minutes=number),
        )
        for number in range(len(REASONS))
    ]
    walk.sign_in(place.lead)
    walk.at("Queue")
    hands = Hands(page)
    spent = []
    for number, (concern, reason) in enumerate(zip(run, REASONS, strict=True)):
        before = hands.keys, hands.clicks, hands.seconds
        if number == 0:
            hands.click(page.get_by_role("link", name=concern.reference))
            hands.click(page.locator("[name=reason]"))
        expect(page.locator("[name=reason]")).to_be_focused()
        hands.decide()
        hands.type(reason)
        hands.press("Enter")
        expect(page.locator(".recorded")).to_contain_text(concern.reference)
        walk.see()
        now = hands.keys, hands.clicks, hands.seconds
        spent.append([new - old for new, old in zip(now, before, strict=True)])

    whole = sum(seconds for *_, seconds in spent)
    told = ["", "A run of concerns added to the picture: keys, clicks, seconds by the model"]
    for reason, (keys, clicks, seconds) in zip(REASONS, spent, strict=True):
        told.append(f"  {keys:3} keys  {clicks} clicks  {seconds:4.1f} s   {reason}")
    told.append(f"  {whole / len(spent):.1f} s each, reading not counted")
    with capsys.disabled():
        sys.stdout.write("\n".join([*told, ""]))
    assert [keys for keys, *_ in spent] == [len(reason) + 1 for reason in REASONS]
    # Into the first, and its box; from then on the box has the focus.
    assert hands.clicks == 2
    assert max(seconds for *_, seconds in spent[1:]) < 10
    assert whole / len(spent) < 10
    page.get_by_text("There is nothing else in the queue for you").wait_for()
    assert Decision.objects.filter(light=True).count() == len(run)
    # Only looking again is left: the writer has had their word.
    assert set(Step.objects.open().values_list("kind", flat=True)) == {"keep"}
    walk.went_untold(server.log)
