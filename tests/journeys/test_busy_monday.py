"""Journey: a lead signs in to forty concerns that wait, with a stopwatch that counts her clicks.

It prints what each piece of work took. A click counts only on what is in sight: for an act on a
concern nobody scrolls. On the way it takes the pictures of the workbench, into a folder of its own;
with RETAKE=1 into `pictures/`, from where the README shows them.
"""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from concerns.management.demo import school as invented
from concerns.models import Concern, Notice
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.lifecycle import State
from tests.databases import in_place
from tests.journeys.pictures import FOLDER
from tests.server import Server

pytestmark = pytest.mark.long

LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
FORTY = 40


@pytest.fixture(scope="module")
def made(databases, migrated):
    database = databases.copy(migrated, "busy")
    database.manage("demo", "--busy", "--json", env={"DEMO": "1"})
    # As `manage.py clock` would: pages say in red that the clock stands after ten minutes.
    database.manage("clock", "--once", env={"DEMO": "1"})
    yield database
    databases.drop(database)


@pytest.fixture(scope="module")
def server(made, certificate, static, tmp_path_factory):
    running = Server(made, certificate, tmp_path_factory.mktemp("busy"), static)
    running.start(DEMO="1")
    yield running
    running.stop()


@pytest.fixture
def record(made, django_db_setup, django_db_blocker):
    """The database that the server uses, for this process."""
    with django_db_blocker.unblock(), in_place(made):
        yield made


@pytest.fixture
def folder(tmp_path) -> Path:
    return FOLDER if os.environ.get("RETAKE") else tmp_path


class Stopwatch:
    """Counts clicks and typed fields, from the moment it is made."""

    def __init__(self, page: Page):
        self.page = page
        self.clicks = 0
        self.fields = 0

    def press(self, what: Locator) -> None:
        """Clicks what is in sight: it fails if one had to scroll to it."""
        what = what.first
        expect(what).to_be_visible()
        assert self.is_in_sight(what), "one has to scroll to it"
        what.click()
        self.clicks += 1

    def choose(self, what: Locator) -> None:
        """Ticks an answer of a form, wherever it stands in it."""
        what.first.check()
        self.clicks += 1

    def type(self, what: Locator, words: str) -> None:
        what.fill(words)
        self.fields += 1

    def is_in_sight(self, what: Locator) -> bool:
        box = what.bounding_box()
        return box is not None and box["y"] >= 0 and self._foot(box) <= self._height

    @staticmethod
    def _foot(box) -> float:
        return box["y"] + box["height"]

    @property
    def _height(self) -> int:
        return self.page.viewport_size["height"]

    def in_words(self, work: str) -> str:
        return f"{work}: {self.clicks} clicks, {self.fields} typed fields"


@pytest.fixture
def page(server, new_context) -> Page:
    """The lead's browser, signed in: the queue."""
    page = new_context(viewport=LAPTOP).new_page()
    page.goto(server.url)
    lead = next(one for one in invented.PEOPLE if one.role == "dsl")
    page.get_by_label("Your school e-mail address").fill(lead.email)
    page.get_by_label("Password", exact=True).fill(invented.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Queue", exact=True)).to_be_visible()
    return page


@pytest.fixture
def say(capsys):
    """Prints a line, though pytest keeps what tests print."""

    def aloud(words: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {words}\n")

    return aloud


def rows(page: Page) -> Locator:
    return page.locator(".queue-rows tbody tr")


def count_rows_in_sight(page: Page) -> int:
    watch = Stopwatch(page)
    return sum(watch.is_in_sight(row) for row in rows(page).all())


def test_forty_wait_and_the_most_pressing_is_known_without_opening_anything(page, record):
    assert Concern.objects.filter(state=State.WAITING).count() >= FORTY
    first = rows(page).first.inner_text()
    pressing = Concern.objects.open().most_pressing_first().first()
    assert pressing.reference in first
    assert "Read today" in first or "Decide before home" in first
    assert pressing.in_short[:20] in first


def test_twelve_rows_are_in_sight_on_a_laptop_and_three_on_a_telephone(page, say):
    on_laptop = count_rows_in_sight(page)
    page.set_viewport_size(PHONE)
    on_phone = count_rows_in_sight(page)
    say(f"rows in sight: {on_laptop} at 1280 pixels, {on_phone} at 360")
    assert on_laptop >= 12
    assert on_phone >= 3


def test_parents_and_social_care_are_decided_in_six_clicks_and_two_typed_fields(page, axe, say):
    watch = Stopwatch(page)
    watch.press(rows(page).first.get_by_role("link"))
    axe(page)
    watch.press(page.get_by_role("button", name="Decide", exact=True))
    axe(page)
    watch.choose(page.get_by_label("Speak to parents or carers", exact=True))
    watch.choose(page.get_by_label("Refer to children's social care", exact=True))
    watch.type(page.get_by_label("Why?", exact=True), "The third mark this term.")
    watch.type(page.get_by_label("What else did you consider?"), "Waiting: it would be too late.")
    considered = page.get_by_label("Considered", exact=True)
    if not page.get_by_label("None that we know of", exact=True).is_checked():
        watch.choose(considered)
    watch.press(page.get_by_role("button", name="Decide", exact=True))
    done = page.locator(".recorded")
    expect(done).to_contain_text("Decided, and said why")
    expect(done).to_contain_text("The next concern in the queue")
    say(watch.in_words("parents and social care decided"))
    assert watch.clicks <= 6
    assert watch.fields <= 2


def test_the_reference_in_yesterdays_mail_is_found_in_one_search(page, record, say):
    sent = Notice.objects.filter(ended=NoticeEnding.SENT, step__isnull=False)
    reference = sent.order_by("-id").first().step.concern.reference
    watch = Stopwatch(page)
    watch.press(page.get_by_role("link", name="Search", exact=True))
    watch.type(page.get_by_label("Name, or word"), reference.replace("-", "").lower())
    watch.press(page.get_by_role("button", name="Search", exact=True))
    expect(page.locator("main").get_by_role("link", name=reference).first).to_be_visible()
    say(watch.in_words("the reference in yesterday's mail found"))
    assert watch.fields == 1


def test_who_knew_of_one_child_and_when_takes_three_clicks(page, axe, say):
    watch = Stopwatch(page)
    watch.press(rows(page).first.get_by_role("link"))
    watch.press(page.locator(".identity__name"))
    axe(page)
    watch.press(page.get_by_role("link", name="Who knew"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who knew")
    axe(page)
    say(watch.in_words("who knew of one child, and when"))
    assert watch.clicks <= 3


PICTURES = {
    "queue": (),
    "concern": (".queue-rows tbody a",),
    "child": (".queue-rows tbody a", ".identity__name"),
    "tracker": ("nav >> text=Tracker",),
    "calendar": ("nav >> text=Calendar",),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_workbench_is_pictured_at_both_widths(page, axe, folder, name):
    for place in PICTURES[name]:
        page.locator(place).first.click()
        page.wait_for_load_state()
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        header = page.locator(".site-header").bounding_box()
        assert header["height"] <= 100
        file = f"{name}-{size['width']}.png"
        page.screenshot(path=folder / file)
        assert (FOLDER / file).exists()
