"""Tests that the second factor is asked for again before what lets something out."""

import time

import pytest

from concerns.doors.factor_session import ASKED_AGAIN
from concerns.rules.roles import Role
from tests import factories
from tests.access.codes import code_of_app, give_factor, set_up_app
from tests.conftest import SecureClient
from tests.doors.world import routes

pytestmark = pytest.mark.django_db

RECORDS = "account_authentication_methods"


@pytest.fixture
def head():
    """A head who has given the code of their app, and the app's secret."""
    person = factories.person(factories.real_school(), Role.HEAD)
    secret = set_up_app(person)
    client = factories.sign_in(SecureClient(), person)
    assert give_factor(client, secret).status_code == 302
    return client, secret


def let_pass(client, minutes: int) -> None:
    """As if the factor had been given that many minutes ago."""
    session = client.session
    for record in session[RECORDS]:
        record["at"] = time.time() - 60 * minutes
    session.save()


def test_each_of_these_pages_is_there():
    assert set(routes()) >= ASKED_AGAIN


@pytest.mark.parametrize("page", ["/audit/csv/?year=all", "/chase/clocks/", "/access/"])
def test_it_is_asked_for_again_after_a_quarter_of_an_hour(head, page):
    client, secret = head
    let_pass(client, 14)
    assert client.get(page).status_code == 200
    let_pass(client, 16)
    there = client.get(page).headers["Location"]
    assert there.startswith("/access/factor/?next=")
    assert "in the last 15 minutes" in client.get(there).content.decode()
    assert client.post(there, {"code": code_of_app(secret, 1)}).headers["Location"] == page
    assert client.get(page).status_code == 200


def test_other_pages_do_not_ask(head):
    client, _ = head
    let_pass(client, 600)
    assert client.get("/audit/").status_code == 200


def test_what_was_typed_meanwhile_is_still_taken(head):
    client, _ = head
    let_pass(client, 40)
    assert client.post("/access/", {"days": "3"}).headers["Location"] == "/access/"
    let_pass(client, 46)
    answer = client.post("/access/", {"days": "4"})
    assert answer.headers["Location"].startswith("/access/factor/")


def test_a_school_that_does_not_ask_for_a_factor_does_not_ask_again(where):
    client = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    assert client.get("/chase/clocks/").status_code == 200
