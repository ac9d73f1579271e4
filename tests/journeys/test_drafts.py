"""Journey of a decision begun and not sent: a lead follows a link and comes back, and opens the
same page in two windows."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from concerns.models import Decision, Draft
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories

REASON = "She flinched when her stepfather came to the gate."
OTHER = "The attendance officer has rung twice this week."
SEVERAL = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@pytest.fixture
def decide(place):
    """The address of the page that decides a concern the lead has taken."""
    lead = factories.viewer(
        place.school, Role.DSL, who=place.lead, now=place.now - timedelta(hours=1)
    )
    concern = factories.concern_at(State.TAKEN, where=place.school, lead=lead, now=lead.now)
    return f"/triage/{concern.uid}/decide/"


def type_reason(page, words):
    """Types a reason and leaves the box. Returns when the server has it."""
    reason_on(page).fill(words)
    with page.expect_response(lambda told: words.split()[-1] in (told.request.post_data or "")):
        page.keyboard.press("Tab")


def reason_on(page):
    return page.locator("[name=reason]")


def test_a_reason_is_there_after_following_a_link_and_coming_back(walk, place, decide):
    walk.sign_in(place.lead)
    walk.at("Queue")
    walk.page.goto(decide)
    walk.choose("A full decision")
    if walk.page.evaluate("document.body.classList.contains('js-enabled')"):
        type_reason(walk.page, REASON)
        walk.reads("Saved at")
        walk.page.locator(".govuk-back-link").click()
        walk.page.wait_for_url("**" + decide.replace("decide/", ""))
        walk.page.go_back()
    else:
        walk.fill(reason=REASON)
        walk.press("Save and finish later")
        walk.at("My concerns")
        walk.reads("Saved, but not sent.")
        walk.follow("Go on with what you started")
    walk.at("Decide")
    walk.reads("What you typed is saved, but not sent yet.")
    expect(reason_on(walk.page)).to_have_value(REASON)
    walk.press("Throw it away")
    expect(reason_on(walk.page)).to_have_value("")
    walk.at("Decide")
    assert not Draft.objects.filter(ended_at__isnull=True).exists()


def test_two_windows_keep_both_texts_and_say_so(place, decide, new_context, axe):
    context = new_context()
    first = context.new_page()
    first.goto("/")
    first.get_by_label("Your school e-mail address").fill(place.lead.email)
    first.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    first.get_by_role("button", name="Sign in", exact=True).click()
    first.goto(decide)
    second = context.new_page()
    second.goto(decide)
    for page, typed in ((first, REASON), (second, OTHER)):
        page.get_by_label("A full decision").check()
        type_reason(page, typed)
        expect(page.get_by_text("Saved at")).to_be_visible()
    expect(second.get_by_text("Both are saved.")).to_be_visible()
    second.get_by_role("link", name="See both").click()
    expect(reason_on(second)).to_have_value(REASON)
    expect(second.get_by_text(OTHER)).to_be_visible()
    axe(second)
    assert not Decision.objects.exists()


def test_the_page_of_a_decision_with_its_draft_fits_a_phone(place, decide, new_context, tmp_path):
    page = new_context().new_page()
    page.goto("/")
    page.get_by_label("Your school e-mail address").fill(place.lead.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(decide)
    page.get_by_label("A full decision").check()
    type_reason(page, REASON)
    expect(page.get_by_text("Saved at")).to_be_visible()
    for size in SEVERAL:
        page.set_viewport_size(size)
        page.goto(decide)
        expect(reason_on(page)).to_have_value(REASON)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.screenshot(path=tmp_path / f"decide-{size['width']}.png", full_page=True)
