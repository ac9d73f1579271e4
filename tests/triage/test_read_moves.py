"""Tests for what a concern's page says a lead may do next, and why not where they may not."""

import pytest

from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.triage import queries
from tests import factories
from tests.factories import NOW
from tests.triage.test_read import HOUR, moves, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, now=NOW + 6 * HOUR)


def test_a_waiting_concern_can_be_taken_and_decided_but_not_closed(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    reading = queries.read_concern_page(lead, concern.uid)
    assert reading["take"].why_not == ""
    assert moves(lead, concern) == {
        "Decide": "",
        "Hand it on": "",
        "Record a conversation": "",
        "Record a meeting": "",
        "Record a meeting to come": "",
        "Sort it into categories": "",
        "Add a note for the leads": "",
        "Add a file": "",
        "Ask a colleague to do something": "",
        "Reply to the person who wrote it": "",
        "Say who must not see it": "",
        "It is about another child": "",
        "Close it": "Decide first: a concern can be closed only after a decision.",
    }


def test_one_that_is_mine_says_so_and_a_colleague_may_still_take_it(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    deputy = factories.viewer(where, Role.DEPUTY)
    assert queries.read_concern_page(lead, concern.uid)["take"].why_not == "You have it."
    assert queries.read_concern_page(deputy, concern.uid)["take"].why_not == ""


def test_what_still_holds_it_open_is_said_where_closing_is_not_possible(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.PARENTS, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + HOUR)
    why_not = moves(lead, concern)["Close it"]
    assert "Speak to parents or carers" in why_not
    assert "Send the referral" in why_not


def test_one_that_may_be_closed_can_be(where, lead):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    assert moves(lead, concern)["Close it"] == ""


def test_a_closed_one_can_only_be_reopened_or_answered(where, lead):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead)
    assert list(moves(lead, concern)) == [
        "Reopen it",
        "Sort it into categories",
        "Reply to the person who wrote it",
        "Say who must not see it",
        "It is about another child",
    ]
    assert "Reopen it first" in queries.read_concern_page(lead, concern.uid)["take"].why_not
    assert "Help is in place and working" in shown(lead, concern)


@pytest.mark.parametrize("state", list(State))
def test_every_way_on_leads_to_a_page_that_opens(client, where, state):
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(state, where=where, lead=lead)
    factories.sign_in(client, lead.person)
    reading = queries.read_concern_page(lead, concern.uid)
    addresses = [move.url for move in reading["moves"] if not move.why_not]
    addresses += [url for _, url in reading["steps"] if url]
    assert [url for url in addresses if client.get(url).status_code != 200] == []


def test_what_is_owed_is_there_with_its_holder_and_how_late_it_is(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    text = shown(lead, concern)
    assert "Designated safeguarding lead" in text
    assert '<span class="late">3 school hours late</span>' in text


def test_every_step_is_done_on_a_page_or_by_taking_it(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(
        concern, Route.PARENTS, Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT, review_on=NOW.date()
    )
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + HOUR)
    steps = queries.read_concern_page(lead, concern.uid)["steps"]
    assert len(steps) >= 4
    assert all(url for _, url in steps)
