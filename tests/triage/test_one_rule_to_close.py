"""Whether a concern may be closed is asked in one place: page and act give the same sentence."""

import pytest
from django.utils import timezone

from concerns.adult import acts as adult
from concerns.adult.queries import read_adult_concern
from concerns.doors.act import ActRefused
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.triage import queries
from tests import adults, factories
from tests.deciding import decide_concern
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
CLOSING = {"outcome": "kept", "why": "It is over.", "words_back": "Thank you."}

# What stands in the way, and what page and act say of it.
CHILDREN = {
    "waiting": "Decide first: a concern can be closed only after a decision.",
    "taken": "Decide first: a concern can be closed only after a decision.",
    "owing": "Still to do before it can be closed: Send the referral.",
    "closed": "It is already closed.",
}
ADULTS = {
    "taken": "Decide first: a concern can be closed only after a decision.",
    "owing": "Still to do before it can be closed: Tell the designated officer (LADO).",
    "closed": "It is already closed.",
}


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.DSL)


def arranged(desk, state: str):
    if state != "owing":
        return desk.concern(State(state))
    concern = desk.concern(State.TAKEN)
    decide_concern(desk.viewer, concern, Route.POLICE, now=desk.now)
    return concern


def refused_by(act, by, concern, **said) -> str:
    with pytest.raises(ActRefused) as refused:
        act(by=by, concern=concern, now=timezone.now(), **said)
    return refused.value.words


@pytest.mark.parametrize("state", CHILDREN)
def test_the_act_refuses_with_the_sentence_of_the_page(desk, state):
    concern = arranged(desk, state)
    assert refused_by(triage.close, desk.viewer, concern, **CLOSING) == CHILDREN[state]
    assert CHILDREN[state] in page_text(desk.open(f"/triage/{concern.uid}/close/"))
    moves = queries.read_concern_page(desk.viewer, concern.uid)["moves"]
    assert [move.why_not for move in moves if move.words == "Close it"] == (
        [CHILDREN[state]] if state != "closed" else []
    )


@pytest.mark.parametrize("state", ADULTS)
def test_so_it_is_with_a_concern_about_an_adult(where, state):
    head = factories.viewer(where, Role.HEAD)
    writer = factories.viewer(where)
    dan = factories.person(where)
    came = State.TAKEN if state == "owing" else State(state)
    concern = adults.adult_concern_at(came, by=writer, reader=head, whom=dan)
    if state == "owing":
        adult.decide(
            by=head,
            concern=concern,
            decided=adults.adult_decision_answers("lado"),
            now=timezone.now(),
        )
    said = CLOSING | {"outcome": "unsubstantiated"}
    assert refused_by(adult.close, head, concern, **said) == ADULTS[state]
    moves = read_adult_concern(head, concern.uid)["moves"]
    assert [move.why_not for move in moves if move.words == "Close it"] == [ADULTS[state]]
