"""The way back in for somebody who has forgotten their password, at the keyboard, with and without
script."""

import pytest

from tests import factories

PASSWORD = "three quiet herons"


@pytest.fixture
def by_mail(server, post_office):
    """The site's settings with a mail server."""
    server.stop()
    server.start(**post_office.settings)
    return post_office


def wait_for_mail(walk, by_mail, count: int) -> None:
    """The page comes before the e-mail is sent."""
    for _ in range(100):
        if len(by_mail.arrived) >= count:
            return
        walk.page.wait_for_timeout(100)
    raise AssertionError("no e-mail came")


def ask_by_keyboard(walk, address: str) -> None:
    walk.page.goto("/sign-in/")
    walk.follow("I have forgotten my password")
    walk.at("Have you forgotten your password?")
    walk.page.get_by_label("Your school e-mail address").focus()
    walk.page.keyboard.type(address)
    walk.page.keyboard.press("Enter")
    walk.at("Now read your e-mail")


def test_a_teacher_comes_back_in_by_a_link(walk, place, server, by_mail):
    ask_by_keyboard(walk, place.teacher.email)
    wait_for_mail(walk, by_mail, 1)
    walk.page.goto(by_mail.newest_link())
    walk.at("Choose your password")
    walk.fill(password=PASSWORD, again=PASSWORD)
    walk.page.keyboard.press("Enter")
    walk.at("Your password is set")
    wait_for_mail(walk, by_mail, 2)
    assert [message.to_whom for message in by_mail.arrived] == [[place.teacher.email]] * 2
    walk.went_untold(server.log)


def test_a_lead_waits_until_the_head_approves_it(walk, place, server, by_mail):
    walk.page.goto("/account/forgotten/")
    walk.press("Send me a link")
    assert "Enter your school e-mail address" in walk.page.locator("main").inner_text()
    ask_by_keyboard(walk, place.lead.email)
    wait_for_mail(walk, by_mail, 2)
    assert sorted(message.to_whom[0] for message in by_mail.arrived) == sorted(
        [place.head.email, place.lead.email]
    )
    walk.page.goto(by_mail.newest_link())
    walk.at("Sign in")
    walk.page.get_by_label("Your school e-mail address").fill(place.head.email)
    walk.page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    walk.press("Sign in")
    walk.at("A new password: Sara Malik")
    walk.choose("Approve it. The change is made at once")
    walk.press("Answer")
    walk.at("Sara Malik")
    assert by_mail.arrived[-1].to_whom == [place.lead.email]
