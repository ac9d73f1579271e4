"""Tests that whoever guesses at an account is slowed down, and that its owner still gets in."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import mail

from concerns.doors import known_browser
from concerns.doors.password_links import build_password_link
from concerns.models import Person
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import Role
from tests import factories, house
from tests.conftest import SecureClient
from tests.people.test_links import link_in

pytestmark = pytest.mark.django_db
KNOWN = "__Host-known"


def try_password(browser, who: Person, password: str, **more) -> bool:
    """Whether `browser` is let in; it is signed out again."""
    said = {"login": who.email, "password": password}
    answer = browser.post("/sign-in/", said, **more)
    if answer.status_code == 302:
        browser.post("/sign-out/")
    return answer.status_code == 302


def get_in(browser, who: Person, **more) -> bool:
    return try_password(browser, who, factories.PASSWORD, **more)


def guess(browser, who: Person, times: int = 12, **more) -> None:
    for number in range(times):
        assert not try_password(browser, who, f"wrong guess {number}", **more)


@pytest.fixture
def owner(where) -> Person:
    return factories.person(where, Role.DSL)


@pytest.fixture
def own_browser(owner) -> SecureClient:
    """The owner has signed in here before."""
    browser = SecureClient()
    assert get_in(browser, owner)
    return browser


def test_a_guesser_is_stopped_and_the_owner_gets_in_however_often_it_is_repeated(
    owner, own_browser
):
    guesser = SecureClient()
    for _ in range(3):
        guess(guesser, owner)
        assert not get_in(guesser, owner)
        assert get_in(own_browser, owner)


def test_a_guesser_who_takes_a_new_browser_each_time_is_stopped_all_the_same(owner, own_browser):
    for _ in range(12):
        guess(SecureClient(), owner, times=1)
    assert not get_in(SecureClient(), owner)
    assert get_in(own_browser, owner)


def test_from_another_network_the_owner_gets_in_with_a_new_browser(owner):
    guess(SecureClient(), owner, REMOTE_ADDR="192.0.2.1")
    assert not get_in(SecureClient(), owner, REMOTE_ADDR="192.0.2.1")
    assert get_in(SecureClient(), owner, REMOTE_ADDR="198.51.100.7")


def test_guessing_from_many_networks_is_stopped_and_the_owner_gets_in(owner, own_browser):
    for number in range(6):
        guess(SecureClient(), owner, times=9, REMOTE_ADDR=f"192.0.2.{number}")
    assert not get_in(SecureClient(), owner, REMOTE_ADDR="198.51.100.7")
    assert get_in(own_browser, owner)


def test_guessing_in_the_owner_s_own_browser_is_stopped_there_alone(owner, own_browser):
    other = SecureClient()
    assert get_in(other, owner)
    guess(own_browser, owner)
    assert not get_in(own_browser, owner)
    assert get_in(other, owner)


def test_one_password_tried_at_many_accounts_is_stopped_and_the_owner_gets_in(
    where, owner, own_browser, settings
):
    limits = {**settings.ACCOUNT_RATE_LIMITS, "sign_in_address": "5/m/ip"}
    settings.ACCOUNT_RATE_LIMITS = limits
    for _ in range(5):
        guess(SecureClient(), factories.person(where), times=1)
    assert not get_in(SecureClient(), factories.person(where))
    assert get_in(own_browser, owner)


def test_a_browser_in_which_a_colleague_signed_in_is_not_the_owner_s(where, owner):
    colleague = factories.person(where)
    browser = SecureClient()
    assert get_in(browser, colleague)
    guess(SecureClient(), owner)
    assert not get_in(browser, owner)


def test_a_computer_of_the_staff_room_knows_everybody_who_signed_in_there(where):
    staff = [factories.person(where) for _ in range(known_browser.MOST_ACCOUNTS)]
    browser = SecureClient()
    for who in staff:
        assert get_in(browser, who)
    for who in staff:
        guess(SecureClient(), who)
        assert get_in(browser, who)


def test_a_new_password_ends_the_marks_of_the_old_and_the_link_leaves_one(where, owner):
    teacher = factories.person(where)
    old = SecureClient()
    assert get_in(old, teacher)
    office = factories.sign_in(SecureClient(), factories.person(where, Role.OFFICE))
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    new = SecureClient()
    said = {"password": "three quiet herons", "again": "three quiet herons"}
    assert new.post(link_in(mail.outbox[0]), said).status_code == 200
    guess(SecureClient(), teacher)
    assert not try_password(old, teacher, "three quiet herons")
    assert try_password(new, teacher, "three quiet herons")


def test_whoever_left_and_came_back_has_no_mark_left(where, owner, own_browser):
    today = factories.NOW.date()
    before = owner.password
    owner.end_all_posts(where, today, today)
    request = own_browser.get("/sign-in/").wsgi_request
    assert known_browser.find_known_browser(request, owner) == ""
    owner.password = before
    assert known_browser.find_known_browser(request, owner)


def test_a_mark_lasts_half_a_year_and_each_sign_in_renews_it(owner, own_browser, monkeypatch):
    cookie = own_browser.cookies[KNOWN]
    assert cookie["max-age"] == timedelta(days=180).total_seconds()
    first = cookie.value.split(":")[0]
    assert get_in(own_browser, owner)
    assert own_browser.cookies[KNOWN].value.split(":")[0] == first
    monkeypatch.setattr(known_browser, "MARK_LASTS", timedelta(seconds=-1))
    guess(SecureClient(), owner)
    assert not get_in(own_browser, owner)


def test_the_cookie_names_nobody_and_is_out_of_reach_of_script(owner, own_browser):
    cookie = own_browser.cookies[KNOWN]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    for told in (owner.name, owner.email, str(owner.uid), owner.uid.hex):
        assert told not in cookie.value


@pytest.mark.parametrize("value", ["", "|", "nothing", "a:b:c|" * 50])
def test_a_cookie_that_somebody_made_up_is_no_mark(owner, value):
    browser = SecureClient()
    browser.cookies[KNOWN] = value
    guess(browser, owner)
    assert not get_in(browser, owner)


def test_a_hall_of_staff_who_mistype_their_passwords_is_not_held_up(where):
    staff = [factories.person(where) for _ in range(105)]
    for who in staff:
        guess(SecureClient(), who, times=2)
    assert get_in(SecureClient(), staff[0])


def test_a_hall_of_staff_can_choose_passwords_behind_one_address(where):
    for _ in range(65):
        link = build_password_link(factories.person(where), PasswordLinkKind.INVITATION)
        link = link.removeprefix("https://testserver")
        assert SecureClient().post(link, {"password": "short", "again": ""}).status_code == 422


@pytest.mark.parametrize(("flag", "count"), [("0", "0"), ("1", "1")])
def test_behind_a_proxy_the_address_is_the_one_it_adds(flag, count):
    code = "import tests.settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    environment = {"BEHIND_PROXY": flag, "PATH": ""}
    command = [sys.executable, "-c", code]
    told = subprocess.run(
        command, cwd=house.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == count
