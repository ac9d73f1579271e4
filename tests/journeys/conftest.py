"""Fixtures: a school for the journeys, and somebody who walks through it page by page.

Every page passed is looked at in the same way: axe finds nothing, nothing is wider than a phone of
320 pixels, and neither its address nor its title tells of a child. At the end the server's log and
every address that was asked for are searched for the same.
"""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from concerns.models import Person
from concerns.rules.roles import Role
from tests import factories

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
# Names and words that may stand in a page's text and nowhere else.
FORENAME = "Amelia"
SURNAME = "Quillfeather"
TELLING = "marmalade"
SECRET = re.compile(rf"{FORENAME}|{SURNAME}|{TELLING}", re.IGNORECASE)


def tells(words: str) -> bool:
    return bool(SECRET.search(words))


class Place:
    """A school with one person in each post, a child, and others with similar names."""

    def __init__(self):
        self.school = factories.school("Oakfield Primary School", telephone="01632 960000")
        self.teacher = factories.person(self.school, name="Jo Brennan")
        self.lead = factories.person(self.school, Role.DSL, name="Sara Malik")
        self.head = factories.person(self.school, Role.HEAD, name="Margaret Oduya")
        self.office = factories.person(self.school, Role.OFFICE, name="Pat Linton")
        self.child = factories.child(self.school, FORENAME, SURNAME)
        factories.child(self.school, "Amelie", "Harlow")
        factories.child(self.school, "Noah", "Quill", year="Year 1", class_name="1A")
        self.now = datetime.now(UTC)


class Walk:
    """Somebody at a browser, who follows links and buttons by the words on the page."""

    def __init__(self, page: Page, axe, complaints):
        self.page = page
        self._axe = axe
        self._complaints = complaints
        self.asked: list[str] = []
        page.context.on("request", lambda request: self.asked.append(unquote(request.url)))
        page.set_viewport_size(WIDE)

    def sign_in(self, who: Person) -> None:
        self.page.goto("/")
        self.at("Sign in")
        self.page.get_by_label("Your school e-mail address").fill(who.email)
        self.page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
        self.press("Sign in")

    def sign_out(self) -> None:
        self.press("Sign out")
        expect(self.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()

    def at(self, heading: str) -> None:
        """Waits for the page with this heading, and checks it."""
        self.reads(self.page.get_by_role("heading", name=heading, level=1, exact=True))
        self.see()

    def see(self) -> None:
        self._axe(self.page)
        assert not tells(self.page.title()), "a title tells of a child"
        self.page.set_viewport_size(PHONE)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(WIDE)
        assert width <= PHONE["width"], f"{width} pixels wide on a phone"

    def reads(self, what: str | Locator) -> None:
        seen = self.page.locator("main, .identity")
        found = seen.get_by_text(what) if isinstance(what, str) else what
        expect(found.locator("visible=true").first).to_be_visible()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        """Follows a link of the page, or of the bar above it, where it may stand under "More"."""
        place = self.page.locator("main, .identity")
        found = place.get_by_role("link", name=link).or_(
            place.locator("a[role=button]", has_text=link)
        )
        self.page.wait_for_load_state()
        more = self.page.locator(".acts__more summary")
        if more.count() and not found.locator("visible=true").count():
            more.click()
        found.locator("visible=true").first.click()

    def fill(self, **words: str) -> None:
        """Fills by the name of the field, since two labels of a page may be alike."""
        for name, said in words.items():
            self.page.locator(f"[name={name}]").fill(said)

    def choose(self, *answers: str) -> None:
        for answer in answers:
            self.page.get_by_label(answer, exact=True).check()

    def pick(self, part: str, name: str) -> None:
        """Picks a child by part of a name: from the list while typing, or else by searching."""
        search = self.page.get_by_role("button", name="Find", exact=True)
        if search.count():
            self.page.locator("#find").fill(part)
            search.click()
            self.page.get_by_label(name).check()
        else:
            self.page.locator("#find").press_sequentially(part)
            self.page.get_by_role("option", name=name).click()

    def is_told_what_is_wrong(self) -> None:
        """Checks that the summary has the focus and each of its links leads to its question."""
        summary = self.page.locator(".govuk-error-summary")
        expect(summary).to_be_focused()
        assert self.page.title().startswith("Error: ")
        self.see()
        for link in summary.get_by_role("link").all():
            link.click()
            expect(self.page.locator(link.get_attribute("href"))).to_be_focused()
        # With script the form is sent from where it stands, and the console repeats the answer.
        self._complaints.forget("status of 422")

    def went_untold(self, log: str) -> None:
        """Checks that no address asked for, and no line the server wrote, tells of a child."""
        assert not any(map(tells, self.asked)), "an address tells of a child"
        assert not tells(log), "the server's log tells of a child"


@pytest.fixture
def place(server) -> Place:
    return Place()


@pytest.fixture
def walk(place, any_page, axe, complaints) -> Walk:
    """The same walk, with script and without."""
    return Walk(any_page, axe, complaints)
