"""Tests in a browser of the button that prints, and of charts in high contrast."""

import re

import pytest
from playwright.sync_api import expect

from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories

# Text of this size needs 4.5 to 1 (WCAG 2.2, 1.4.3).
LEAST = 4.5
PRINTS = "window.printed = 0; window.print = () => { window.printed += 1; };"


def sign_in(page, place):
    page.goto("/sign-in/")
    page.fill("#id_login", place.head.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("main button")
    page.get_by_role("button", name="Sign out").wait_for()


@pytest.fixture
def place(place):
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    factories.concern_at(
        State.DECIDED, where=place.school, lead=lead, children=(place.child,), now=place.now
    )
    return place


def test_with_script_a_button_prints_the_page(page, place):
    page.add_init_script(PRINTS)
    sign_in(page, place)
    page.goto("/audit/print/")
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed") == 1
    expect(page.get_by_text("press Ctrl and P")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print this page")).to_have_count(0)


def test_without_script_a_sentence_says_how_to_print(no_script, place):
    sign_in(no_script, place)
    no_script.goto("/audit/print/")
    expect(no_script.get_by_text("press Ctrl and P")).to_be_visible()
    expect(no_script.get_by_role("button", name="Print this page")).to_have_count(0)


def luminance(colour: str) -> float:
    """The relative luminance of a computed colour, as WCAG defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_counted_as_it_is_defined():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_words_and_bars_of_a_chart_can_be_read_in_high_contrast(page, place, scheme):
    sign_in(page, place)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    page.goto("/audit/")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    fills = "nodes => nodes.map(node => getComputedStyle(node).fill)"
    for what in (".bars text", ".bars__bar"):
        found = page.locator(what).evaluate_all(fills)
        assert found
        assert min(contrast(fill, ground) for fill in found) >= LEAST, (what, found[0], ground)
