"""Where one is signed in, and ending it from another browser, with and without script."""

from playwright.sync_api import expect

from tests import factories
from tests.conftest import SecureClient


def test_a_teacher_ends_what_they_left_open_elsewhere(walk, place, server):
    left = factories.sign_in(SecureClient(), place.teacher)
    walk.sign_in(place.teacher)
    walk.at("My concerns")
    walk.follow("Where you are signed in")
    walk.at("Where you are signed in")
    button = walk.page.get_by_role("button", name="End it")
    button.focus()
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    walk.at("Where you are signed in")
    walk.reads("the one you are using now")
    expect(walk.page.get_by_role("button", name="End it")).to_have_count(0)
    assert left.get("/submit/").status_code == 302
    walk.went_untold(server.log)


def test_the_head_signs_somebody_out(walk, place):
    theirs = factories.sign_in(SecureClient(), place.teacher)
    walk.sign_in(place.head)
    walk.page.goto(f"/people/{place.teacher.uid}/")
    walk.follow("Sign them out everywhere")
    walk.at("Sign Jo Brennan out everywhere")
    walk.press("Sign them out")
    walk.is_told_what_is_wrong()
    walk.choose("Sign them out of every computer and telephone now")
    walk.press("Sign them out")
    walk.at("Jo Brennan")
    assert theirs.get("/submit/").status_code == 302
