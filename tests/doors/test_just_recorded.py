"""Tests for the banner after an act: what was recorded, what happens next, what else waits."""

import pytest

from concerns.doors import just_recorded
from concerns.models import Exclusion
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.desk import Desk, page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db

BANNER = 'class="recorded'


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


def take(desk, concern):
    there = f"/triage/{concern.uid}/"
    return desk.client.post(f"{there}take/", {"version": desk.carried(there)["version"]})


def test_it_says_what_was_recorded_what_is_next_and_offers_the_next_concern(desk):
    concern, other = desk.concern(State.WAITING), desk.concern(State.WAITING)
    page = page_text(desk.open(take(desk, concern).url))
    assert BANNER in page
    assert "Said 'I have this'" in page
    assert "Next: Decide" in page
    assert f"The next concern in the queue:\n      {other.reference}" in page


def test_the_page_loaded_again_does_not_repeat_it(desk):
    concern = desk.concern(State.WAITING)
    there = take(desk, concern).url
    desk.open(there)
    assert BANNER not in page_text(desk.open(there))


def test_a_page_opened_without_an_act_says_nothing(desk):
    concern = desk.concern(State.WAITING)
    assert BANNER not in page_text(desk.open(f"/triage/{concern.uid}/"))


def test_an_act_that_was_refused_is_not_said_to_be_recorded(desk):
    concern = desk.concern(State.WAITING)
    desk.client.post(f"/triage/{concern.uid}/close/", {"version": "1"})
    assert BANNER not in page_text(desk.open("/triage/"))


def test_somebody_else_at_the_same_browser_is_told_nothing(desk, client):
    concern = desk.concern(State.WAITING)
    there = take(desk, concern).url
    kept = client.cookies[just_recorded.COOKIE].value
    client.logout()
    factories.sign_in(client, factories.person(desk.where, Role.DEPUTY))
    client.cookies[just_recorded.COOKIE] = kept
    assert BANNER not in page_text(desk.open(there))


def test_a_cookie_of_somebody_s_own_making_is_not_believed(desk, client):
    client.cookies[just_recorded.COOKIE] = "1:made:up"
    assert BANNER not in page_text(desk.open("/triage/"))


def test_whoever_may_no_longer_see_the_concern_is_told_no_more_of_it(desk):
    concern = desk.concern(State.WAITING)
    take(desk, concern)
    Exclusion.objects.create(
        school=desk.where, concern=concern, person=desk.viewer.person, by=desk.viewer.person, at=NOW
    )
    page = page_text(desk.open("/triage/"))
    assert BANNER in page
    assert concern.reference not in page


def test_a_closed_concern_has_nothing_left_to_do(desk):
    concern = desk.concern(State.CLOSED)
    answer = desk.press(
        f"/triage/{concern.uid}/sort/", {"categories": ["neglect"], "why": "Hunger"}
    )
    assert answer.status_code == 302
    page = page_text(desk.open(f"/triage/{concern.uid}/"))
    assert "It is closed, and nothing is left to do on it." in page


def test_the_reader_of_a_concern_about_an_adult_is_told_its_next_step(where, client):
    desk = Desk(client, where, Role.HEAD)
    concern = adults.send_adult_concern(factories.viewer(where))
    there = f"/adult/{concern.uid}/"
    desk.client.post(f"{there}take/", {"version": desk.carried(there)["version"]})
    page = page_text(desk.open(there))
    assert concern.reference in page
    assert "Next: " in page
    assert "next concern in the queue" not in page


def test_who_wrote_a_concern_is_told_that_what_they_added_is_recorded(where, client):
    writer = factories.viewer(where)
    factories.sign_in(client, writer.person)
    concern = factories.send_concern(writer, factories.child(where)).concern
    form = {"words": "And again today"}
    answer = client.post(f"/submit/add/{concern.uid}/", form)
    page = page_text(client.get(answer.url))
    assert "Added to a concern" in page
    assert "Next: " not in page


def test_an_act_about_no_concern_is_said_to_be_recorded(desk):
    desk.client.post("/chase/messages/", {"first": "8", "second": "14:15"})
    page = page_text(desk.open("/triage/"))
    assert "Chose when e-mails come" in page
    assert "Next: " not in page
