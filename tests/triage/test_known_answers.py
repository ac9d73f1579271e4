"""Tests that a decision form is filled with what the children's files already say, and no more."""

from datetime import timedelta

import pytest

from concerns.models import Decision
from concerns.rules.lifecycle import State
from concerns.rules.words import ParentsTold, Route
from concerns.triage import queries
from tests import factories, homes
from tests.desk import FULL, Desk, page_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


@pytest.fixture
def child(where):
    return factories.child(where)


def known(desk, concern) -> dict:
    page = queries.read_concern_to_decide(desk.viewer, concern.uid)
    offered = queries.get_decision_questions_beside(desk.viewer, page["history"], page["stories"])
    again = queries.get_decision_questions(desk.viewer, concern)
    # A light decision that is sent has read no file.
    assert queries.find_known_answers(desk.viewer, concern, again["rows"]) == offered["known"]
    return offered["known"]


def test_a_child_nobody_has_spoken_to_since_is_not_yet_seen(desk, child):
    concern = desk.concern(children=(child,))
    assert known(desk, concern)["child_seen"] == "not_yet"


def test_who_spoke_to_the_child_since_then_and_when_stand_there(desk, child):
    concern = desk.concern(children=(child,))
    at = desk.now + timedelta(minutes=10)
    homes.record_seen(desk.viewer, child, "alone", at=at, now=at)
    found = known(desk, concern)
    assert found["child_seen"] == "heard_alone"
    assert found["seen_by"] == str(desk.viewer.person.uid)


def test_what_was_seen_before_it_was_written_is_not_offered(desk, child):
    before = desk.now - timedelta(days=1)
    homes.record_seen(desk.viewer, child, "spoke", at=before, now=before)
    assert known(desk, desk.concern(children=(child,)))["child_seen"] == "not_yet"


def test_where_no_brother_or_sister_is_known_that_is_filled_in(desk, child):
    assert known(desk, desk.concern(children=(child,)))["siblings"] == "none"


@pytest.mark.parametrize("here", [True, False])
def test_where_one_is_known_whoever_decides_says_that_they_were_considered(desk, child, here):
    other = factories.child(desk.where, "Kai") if here else None
    words = {} if here else {"name": "Kai", "where": "Hill School"}
    homes.add_sibling(desk.viewer, child, other, **words)
    assert "siblings" not in known(desk, desk.concern(children=(child,)))


def test_nothing_is_known_of_a_child_who_is_not_on_the_roll(desk):
    concern = desk.concern(children=(), described="A boy in a red coat")
    assert "siblings" not in known(desk, concern)


def test_whoever_decides_to_speak_to_parents_need_not_say_that_they_will_be_told(desk, child):
    concern = desk.concern(State.TAKEN, children=(child,))
    form = {**FULL, "routes": ["parents"], "parents_told": "", "parents_why_not": ""}
    assert desk.press(f"/triage/{concern.uid}/decide/", form).status_code == 302
    assert Decision.objects.get().parents_told == ParentsTold.WILL_BE


def test_where_parents_are_not_spoken_to_it_is_asked(desk, child):
    concern = desk.concern(State.TAKEN, children=(child,))
    form = {**FULL, "routes": [Route.SOCIAL_CARE], "parents_told": "", "parents_why_not": ""}
    answer = desk.press(f"/triage/{concern.uid}/decide/", form)
    assert "Say whether parents or carers have been told" in page_text(answer)
