"""Journeys that count what a concern asks of a hand: a thumb on a phone, or a keyboard alone."""

import pytest
from playwright.sync_api import expect

from concerns.models import Concern
from tests.journeys.conftest import FORENAME, SURNAME, Walk

FEELING = "Not himself all week."
MOST_TAPS = 8
MOST_TABS = 40


class Thumb:
    """One thumb, whose every touch is counted."""

    def __init__(self, page):
        self.page = page
        self.taps = 0
        self.keys = 0

    def tap(self, what) -> None:
        what.tap()
        self.taps += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.keys += len(words)


@pytest.fixture
def phone(place, new_context, axe, complaints) -> Walk:
    small = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 3}
    return Walk(new_context(**small, has_touch=True, is_mobile=True).new_page(), axe, complaints)


def test_a_feeling_is_sent_from_a_phone_in_eight_taps(phone, place):
    phone.sign_in(place.teacher)
    phone.page.set_viewport_size({"width": 360, "height": 740})
    page = phone.page
    thumb = Thumb(phone.page)
    thumb.tap(page.get_by_role("button", name="Write a concern"))
    thumb.tap(page.get_by_label("A child", exact=True))
    thumb.tap(page.get_by_role("button", name="Continue"))
    thumb.tap(page.get_by_label("Which child?"))
    thumb.type("quillf")
    thumb.tap(page.get_by_role("option", name=f"{FORENAME} {SURNAME}"))
    thumb.tap(page.get_by_label("What worried you?"))
    thumb.type(FEELING)
    thumb.tap(page.get_by_label("No", exact=True))
    thumb.tap(page.get_by_role("button", name="Send", exact=True))
    phone.at("Thank you. It has been sent.")
    assert Concern.objects.get().account == FEELING
    assert thumb.taps <= MOST_TAPS
    assert thumb.keys - len(FEELING) <= 6


class Keys:
    """A keyboard and nothing else."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def reach(self, what) -> None:
        """Presses Tab until the element has the focus, and checks that the focus can be seen."""
        for _ in range(MOST_TABS):
            if what.evaluate("one => one === document.activeElement"):
                assert what.evaluate("one => one.matches(':focus-visible')")
                return
            self.press("Tab")
        pytest.fail(f"Not reached by {MOST_TABS} tabs")


def test_a_concern_is_written_by_keyboard_alone(walk, place):
    walk.page.goto("/")
    page = walk.page
    keys = Keys(walk.page)
    keys.reach(page.get_by_label("Your school e-mail address"))
    keys.type(place.teacher.email)
    keys.press("Tab")
    keys.type("a long password for tests")
    keys.press("Enter")
    keys.reach(page.get_by_role("button", name="Write a concern"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Who is it about?")).to_be_visible()
    keys.reach(page.get_by_label("A child", exact=True))
    keys.press("Space")
    keys.reach(page.get_by_role("button", name="Continue"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Write a concern about a child")).to_be_visible()
    pick(page, keys)
    keys.reach(page.get_by_label("What worried you?"))
    keys.type(FEELING)
    keys.reach(page.get_by_label("No", exact=True))
    keys.press("Space", "ArrowRight")
    expect(page.get_by_label("Not sure", exact=True)).to_be_checked()
    keys.reach(page.get_by_text("How you know, and what the child said"))
    keys.press("Enter")
    keys.reach(page.get_by_label("I saw it", exact=True))
    keys.press("Space", "ArrowUp")
    keys.reach(page.get_by_role("button", name="Send", exact=True))
    keys.press("Enter")
    walk.at("Thank you. It has been sent.")
    concern = Concern.objects.get()
    assert (concern.account, concern.how_known) == (FEELING, "feeling")
    assert concern.children.get().child == place.child


def pick(page, keys) -> None:
    keys.reach(page.get_by_label("Which child?"))
    keys.type("quillf")
    search = page.get_by_role("button", name="Find", exact=True)
    if search.count():
        keys.reach(search)
        keys.press("Enter")
        keys.reach(page.get_by_label(f"{FORENAME} {SURNAME}"))
        keys.press("Space")
    else:
        expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
        keys.press("ArrowDown", "Enter")
