"""Tests that what a script sent just before a session got its new key signs nobody out."""

import pytest
from django.conf import settings

from concerns.rules.roles import Role
from tests import factories
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient

pytestmark = pytest.mark.django_db

SESSION, IDLE = settings.SESSION_COOKIE_NAME, settings.IDLE_COOKIE_NAME
SCRIPT = {"Sec-Fetch-Mode": "cors"}


@pytest.fixture
def lead():
    """A lead who has yet to give the code of their app, and the app's secret."""
    person = factories.person(factories.real_school(), Role.DSL)
    secret = set_up_app(person)
    return factories.sign_in(SecureClient(), person), secret


def with_cookies_of(client) -> SecureClient:
    """What the same browser has sent and not yet had an answer to."""
    late = SecureClient()
    late.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return late


def test_a_late_answer_to_a_script_takes_no_cookie_away(lead):
    client, secret = lead
    late = with_cookies_of(client)
    assert give_factor(client, secret).status_code == 302
    answer = late.get("/submit/", headers=SCRIPT)
    assert answer.status_code == 302
    assert not {SESSION, IDLE} & set(answer.cookies)
    assert "Clear-Site-Data" not in answer.headers


def test_a_page_opened_with_a_key_that_nobody_has_loses_it(lead):
    client, secret = lead
    late = with_cookies_of(client)
    assert give_factor(client, secret).status_code == 302
    answer = late.get("/submit/", headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.cookies[SESSION].value == answer.cookies[IDLE].value == ""
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_script_that_finds_the_session_idle_ends_it(lead):
    client, _ = lead
    del client.cookies[IDLE]
    answer = client.get("/submit/", headers=SCRIPT)
    assert answer.cookies[SESSION].value == ""


def test_an_answer_under_way_while_the_key_changes_brings_a_cookie_that_counts(lead):
    client, secret = lead
    under_way = client.get("/submit/").cookies[IDLE].value
    assert give_factor(client, secret).status_code == 302
    client.cookies[IDLE] = under_way
    assert client.get("/triage/").status_code == 200
