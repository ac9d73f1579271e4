"""Tests for our own script on a real page: no word is lost, and none is left on the screen."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories

WORDS = "Three days without lunch. Said that nobody was in."


@pytest.fixture
def writing(server, page):
    """The long form, open in the browser of a member of staff; two children are on the roll."""
    school = factories.school()
    factories.child(school, "Maya", "Keane")
    factories.child(school, "Marek", "Nowak")
    sign_in(page, factories.person(school))
    page.goto("/submit/write/")
    return page


def sign_in(page, who):
    page.goto("/sign-in/")
    page.fill("#id_login", who.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("main button")
    page.wait_for_url("**/submit/")


def offered(page):
    return page.get_by_role("listbox", name="Children found").get_by_role("option")


def pick(page, part="may"):
    page.locator("#find").press_sequentially(part)
    expect(offered(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def fill(page):
    pick(page)
    page.fill("#id_account", WORDS)
    page.get_by_label("Yes", exact=True).check()


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_child_is_picked_and_removed_by_keyboard_alone(writing, axe):
    writing.locator("#find").press_sequentially("ma")
    expect(offered(writing)).to_have_count(2)
    writing.keyboard.press("ArrowUp")
    active = writing.locator("#find").get_attribute("aria-activedescendant")
    expect(offered(writing).last).to_have_id(active)
    expect(offered(writing).last).to_have_attribute("aria-selected", "true")
    axe(writing)
    writing.keyboard.press("Enter")
    expect(writing.locator("#find")).to_be_focused()
    expect(writing.locator("[data-picked] li")).to_have_count(1)
    writing.keyboard.press("Tab")
    writing.keyboard.press("Enter")
    expect(writing.locator("[data-picked] li")).to_have_count(0)
    expect(writing.locator("#find")).to_be_focused()


def test_a_child_picked_twice_is_there_once(writing):
    pick(writing)
    pick(writing)
    expect(writing.locator("input[name=child]")).to_have_count(1)


def test_a_name_that_nobody_has_says_what_to_do(writing):
    writing.locator("#find").press_sequentially("zzz")
    expect(writing.locator(".picker__note")).to_contain_text("describe the child")


def test_enter_in_a_box_of_one_line_sends_nothing(writing):
    asked = []
    writing.on("request", lambda request: asked.append(request.url.endswith("/submit/write/")))
    writing.get_by_text("When and where").click()
    writing.fill("#id_place", "Hall")
    writing.press("#id_place", "Enter")
    expect(writing.locator(".saved")).to_have_text(
        re.compile(r"Saved at \d\d:\d\d"), timeout=15_000
    )
    assert not any(asked)


def test_words_are_saved_on_leaving_the_box_and_are_there_again(writing):
    writing.fill("#id_account", WORDS)
    writing.press("#id_account", "Tab")
    expect(writing.locator(".saved")).to_have_text(re.compile(r"Saved at \d\d:\d\d"))
    writing.goto("/submit/")
    writing.locator("main a[href^='/submit/draft/']").first.click()
    expect(writing.locator("#id_account")).to_have_value(WORDS)


def test_words_that_could_not_be_saved_say_so_and_are_saved_later(writing, complaints):
    writing.route("**/submit/keep/", lambda route: route.abort())
    writing.fill("#id_account", WORDS)
    writing.press("#id_account", "Tab")
    expect(writing.locator(".saved")).to_contain_text("Not saved yet")
    writing.unroute("**/submit/keep/")
    expect(writing.locator(".saved")).to_contain_text("Saved at", timeout=15_000)
    complaints.clear()


def test_a_dead_server_leaves_the_words_and_pressing_again_sends_them(server, writing, complaints):
    fill(writing)
    server.kill()
    send(writing)
    told = writing.locator("[data-send-status]")
    expect(told).to_contain_text("Not sent yet. Your words are still on this page. Press again.")
    expect(told).to_be_focused()
    expect(writing.locator("#id_account")).to_have_value(WORDS)
    server.start()
    writing.wait_for_timeout(1100)  # the vendored button takes two presses in a second for one
    send(writing)
    writing.wait_for_url("**/submit/sent/**")
    complaints.clear()


def test_an_error_page_never_takes_the_place_of_the_words(writing, complaints):
    fill(writing)
    broken = {"status": 500, "content_type": "text/html", "body": "<main><h1>No</h1></main>"}
    writing.route("**/submit/write/", lambda route: route.fulfill(**broken))
    send(writing)
    expect(writing.locator("[data-send-status]")).to_be_focused()
    expect(writing.locator("#id_account")).to_have_value(WORDS)
    complaints.clear()


@pytest.mark.both_databases
def test_pressing_twice_sends_once(writing):
    fill(writing)
    posts = []
    writing.on("request", lambda request: posts.append((request.method, request.url)))
    writing.get_by_role("button", name="Send", exact=True).dblclick()
    writing.wait_for_url("**/submit/sent/**")
    sent = [url for method, url in posts if method == "POST" and url.endswith("/submit/write/")]
    assert len(sent) == 1


def test_what_is_wrong_is_told_first_and_each_link_reaches_its_box(writing, axe, complaints):
    send(writing)
    expect(writing.locator(".govuk-error-summary")).to_be_focused()
    assert writing.title().startswith("Error: ")
    axe(writing)
    for link in writing.locator(".govuk-error-summary a").all():
        link.click()
        expect(writing.locator(link.get_attribute("href"))).to_be_focused()
    complaints.clear()


def test_a_form_drawn_again_still_picks_saves_and_sends(writing, complaints):
    send(writing)
    expect(writing.locator(".govuk-error-summary")).to_be_focused()
    fill(writing)
    expect(writing.locator(".saved")).to_contain_text("Saved at")
    writing.wait_for_timeout(1100)
    send(writing)
    writing.wait_for_url("**/submit/sent/**")
    complaints.clear()


def test_back_after_signing_out_brings_no_word_back(writing):
    writing.fill("#id_account", WORDS)
    writing.get_by_role("button", name="Sign out").click()
    writing.wait_for_url("**/sign-in/**")
    writing.go_back()
    expect(writing.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert WORDS not in writing.content()


def test_a_page_that_is_left_blanks_itself_and_is_fetched_anew_when_brought_back(writing):
    writing.fill("#id_account", WORDS)
    writing.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert writing.inner_html("body") == ""
    writing.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(writing.locator("#id_account")).to_have_value("")


def test_a_page_left_idle_warns_is_kept_by_one_press_and_else_blanks_itself(writing, axe):
    writing.clock.install()
    writing.reload()
    idle = int(writing.locator("body").get_attribute("data-idle-seconds"))
    writing.clock.fast_forward((idle - 100) * 1000)
    warning = writing.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible()
    axe(writing)
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_have_count(0)
    writing.clock.fast_forward((idle - 200) * 1000)
    expect(warning).to_have_count(0)
    writing.clock.fast_forward(300 * 1000)
    expect(writing.get_by_role("heading", name="This page was closed")).to_be_visible()
    expect(writing.locator("form")).to_have_count(0)
    axe(writing)
