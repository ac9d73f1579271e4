"""A lead with forty waiting: how many are in sight at once, and what is done with several."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from concerns.models import Concern
from concerns.rules.roles import Role
from tests import factories, homes

# Of a phone the header takes at most this much; its own test says so.
HEADER = 100
WRITTEN = (
    "By the bins behind the kitchen again, eating what was left there. Third day this week.",
    "Fell asleep twice this morning. No breakfast, she says.",
    "Would not change for PE.",
)


@pytest.fixture
def forty(place):
    """Forty concerns that wait, of twenty children, some with statuses, marks and worries."""
    by = factories.viewer(place.school)
    lead = factories.viewer(place.school, Role.DSL, who=place.lead, now=place.now)
    children = [factories.child(place.school, surname=f"Ash{number}") for number in range(20)]
    homes.add_status(lead, children[0], "plan", category="neglect")
    homes.add_status(lead, children[1], "ehcp")
    pressing = [{"going_home": "not_sure"}, {"marks": (factories.body_mark(),)}, {}, {}]
    for number in range(40):
        sent = place.now - timedelta(hours=3, minutes=7 * number)
        factories.send_concern(
            by,
            children[number % 20],
            account=WRITTEN[number % 3],
            categories=("neglect",) if number % 2 else (),
            now=sent,
            **pressing[number % 4],
        )
    return place


def count_rows_in_sight(page, height: int) -> int:
    """Rows that end above the edge of the screen, as they stand under a header of HEADER pixels."""
    return page.evaluate(
        """([height, header]) => {
            const tall = document.querySelector(".site-header").getBoundingClientRect().height;
            const edge = height + Math.max(0, tall - header);
            const rows = [...document.querySelectorAll(".queue-rows tbody tr")];
            return rows.filter((row) => row.getBoundingClientRect().bottom <= edge).length;
        }""",
        [height, HEADER],
    )


@pytest.mark.parametrize(("width", "height", "least"), [(1280, 900, 12), (360, 740, 3)])
def test_of_forty_waiting_enough_are_in_sight_without_scrolling(walk, forty, width, height, least):
    walk.sign_in(forty.lead)
    walk.at("Queue")
    walk.page.set_viewport_size({"width": width, "height": height})
    assert count_rows_in_sight(walk.page, height) >= least


def test_several_are_handed_on_at_once(walk, forty):
    deputy = factories.person(forty.school, Role.DEPUTY, name="Tom Fairley")
    walk.sign_in(forty.lead)
    walk.at("Queue")
    for number in (0, 2):
        walk.page.get_by_role("checkbox").nth(number).check()
    walk.press("Hand the ticked on")
    walk.at("Hand several on")
    walk.press("Hand them on")
    walk.is_told_what_is_wrong()
    walk.choose("Tom Fairley")
    walk.fill(note="I am on a course from noon.")
    walk.press("Hand them on")
    walk.reads("2 handed to Tom Fairley, with your note.")
    walk.at("Queue")
    assert Concern.objects.filter(holder=deputy).count() == 2


def test_a_view_is_saved_and_names_are_covered(walk, forty):
    walk.sign_in(forty.lead)
    walk.at("Queue")
    walk.page.get_by_label("Flag", exact=True).select_option("EHCP")
    walk.page.get_by_label("Order", exact=True).select_option("By child")
    walk.press("Show")
    expect(walk.page.locator(".queue-rows tbody tr")).to_have_count(2)
    walk.follow("Save this view")
    walk.at("My views of the queue")
    walk.fill(name="With a plan")
    walk.press("Save this view")
    walk.at("Queue")
    walk.press("Cover names")
    walk.reads("Names, classes and words are covered in this browser")
    walk.see()
    assert "Ash" not in walk.page.locator(".queue-rows").inner_text()
    walk.press("Show names")
    expect(walk.page.get_by_role("button", name="Cover names")).to_be_visible()
    walk.follow("With a plan")
    expect(walk.page.locator(".queue-rows")).to_contain_text("Ash1")
