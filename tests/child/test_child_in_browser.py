"""Tests of a child's page and its print in a browser: on paper, on a phone, in high contrast."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from concerns.models import Concern
from concerns.rules.roles import Role
from tests import factories, homes

ENTRIES = 40
PAGES = 4
MANY = 200
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def lead(server):
    where = factories.school()
    now = datetime.now(UTC) - timedelta(hours=1)
    return factories.viewer(where, Role.DSL, now=now)


@pytest.fixture
def child(lead):
    return factories.child(lead.school, "Robyn", "Jarvis")


def sign_in(page, lead) -> None:
    page.goto("/sign-in/")
    page.get_by_label("e-mail").fill(lead.person.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def write_much(lead, child, number: int) -> None:
    for each in range(number):
        now = lead.now - timedelta(days=number - each)
        words = {"account": "No coat again and it was two degrees. We lent one.", "now": now}
        factories.send_concern(lead, child, categories=("neglect",), **words)


def sheets_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_forty_short_entries_fit_four_pages(lead, child, page):
    write_much(lead, child, ENTRIES)
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/print/")
    page.get_by_role("button", name="Make the print").click()
    page.get_by_role("heading", name="Robyn Jarvis: chronology").wait_for()
    assert page.locator(".paper tbody tr").count() == ENTRIES
    assert sheets_of(page.pdf(format="A4")) <= PAGES


def test_two_hundred_entries_are_usable_on_a_phone(lead, child, page, axe):
    write_much(lead, child, MANY)
    page.set_viewport_size(NARROW)
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/")
    found = page.locator(".timeline__row").count()
    while page.get_by_role("link", name="Older").count():
        page.get_by_role("link", name="Older").click()
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        found += page.locator(".timeline__row").count()
        assert page.locator(".timeline__row").first.bounding_box()["height"] < 120
    assert found == MANY
    axe(page)


def test_axe_finds_nothing_on_a_narrow_screen(lead, child, page, axe):
    write_much(lead, child, 3)
    homes.write_whole_file(lead, child)
    concern = Concern.objects.first()
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, lead)
    pages = [f"/child/{child.uid}/{name}" for name in ("", "knew/", "knew/print/", "chronology/")]
    for path in [*pages, f"/triage/{concern.uid}/print/", f"/triage/{concern.uid}/hand/"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        axe(page)


def test_a_row_opens_by_keyboard_to_all_its_words(lead, child, page):
    factories.send_concern(lead, child, account="First line.\nAnd more of it.", now=lead.now)
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/")
    row = page.locator(".timeline__words summary")
    assert not page.get_by_text("And more of it.").is_visible()
    row.focus()
    row.press("Enter")
    expect(page.get_by_text("And more of it.")).to_be_visible()


def test_the_drawing_is_readable_in_high_contrast(lead, child, new_context):
    write_much(lead, child, 3)
    page = new_context(forced_colors="active", color_scheme="dark").new_page()
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/")
    fill = "one => getComputedStyle(one).fill"
    system = page.evaluate(
        "() => { const one = document.createElement('p'); one.style.color = 'CanvasText';"
        " document.body.append(one); return getComputedStyle(one).color }"
    )
    drawn = page.locator(".bars--months text, .bars--months .bars__bar")
    assert drawn.count() > 1
    assert {drawn.nth(each).evaluate(fill) for each in range(drawn.count())} == {system}


def test_what_can_be_done_stays_in_sight_on_a_wide_screen(lead, child, page):
    write_much(lead, child, ENTRIES)
    homes.write_whole_file(lead, child)
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/")
    page.mouse.wheel(0, 3000)
    page.wait_for_function("scrollY > 1000")
    box = page.get_by_role("link", name="I saw this child").bounding_box()
    assert 0 <= box["y"] < 100


def test_what_can_be_done_stays_in_sight_at_the_foot_of_a_telephone(lead, child, page):
    write_much(lead, child, ENTRIES)
    homes.write_whole_file(lead, child)
    page.set_viewport_size(NARROW)
    sign_in(page, lead)
    page.goto(f"/child/{child.uid}/")
    page.mouse.wheel(0, 3000)
    page.wait_for_function("scrollY > 1000")
    page.get_by_text("More", exact=True).click()
    box = page.get_by_role("link", name="Who knew, and when").bounding_box()
    assert 370 <= box["y"] < 740
