"""Tests for a lead who keeps a colleague out of a concern, from the next request on."""

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Exclusion
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts
from tests import factories
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import Desk, page_text, summary_errors
from tests.factories import NOW


@pytest.fixture
def where(db):
    return factories.school()


@pytest.fixture
def desk(client, where):
    return Desk(client, where, name="Dora Lead")


@pytest.fixture
def deputy(where):
    return factories.person(where, Role.DEPUTY, name="Dee Deputy")


def test_it_is_asked_of_everybody_who_works_here_with_a_reason(desk, deputy):
    factories.person(desk.where, name="Sam Staff")
    path = f"/triage/{desk.concern().uid}/exclude/"
    page = page_text(desk.open(path))
    assert "Dee Deputy" in page
    assert "Sam Staff" in page
    answer = desk.press(path, {"person": "", "why": ""})
    assert summary_errors(answer) == ["Choose who it is", "Say why they must not see it"]


def test_from_then_on_they_see_nothing_and_what_they_held_is_the_next_ones(desk, deputy):
    concern = desk.concern()
    acts.hand(by=desk.viewer, concern=concern, to=deputy, note="Yours.", now=desk.now)
    path = f"/triage/{concern.uid}/exclude/"
    given = {"person": str(deputy.uid), "why": "Her sister is named in it."}
    assert desk.press(path, given)["Location"] == f"/triage/{concern.uid}/"
    concern.refresh_from_db()
    assert concern.holder is None
    assert {step.holder_words for step in concern.steps.open()} == {"Designated safeguarding lead"}
    theirs = factories.sign_in(SecureClient(), deputy)
    assert theirs.get(f"/triage/{concern.uid}/").status_code == 404
    page = page_text(desk.open(f"/triage/{concern.uid}/"))
    assert "Must not see it, or hear about it from you: Dee Deputy" in page
    assert "Her sister is named in it." in page
    assert "Her sister is named in it." in page_text(desk.open(path))


def test_the_writer_is_not_told_whom_a_lead_kept_out(desk, deputy):
    writer = factories.viewer(desk.where)
    concern = desk.concern(by=writer)
    acts.exclude(by=desk.viewer, concern=concern, person=deputy, why="Named.", now=desk.now)
    mine = factories.sign_in(SecureClient(), writer.person).get(f"/submit/mine/{concern.uid}/")
    assert "Dee Deputy" not in page_text(mine)


def test_a_lead_keeps_themselves_out_and_goes_back_to_the_queue(desk, deputy):
    concern = desk.concern()
    given = {"person": str(desk.viewer.person.uid), "why": "My neighbour's child."}
    answer = desk.press(f"/triage/{concern.uid}/exclude/", given)
    assert answer["Location"] == "/triage/"
    assert desk.open(f"/triage/{concern.uid}/").status_code == 404
    assert {step.holder_words for step in concern.steps.open()} == {"Deputy safeguarding lead"}


def test_the_last_who_may_decide_stays(desk):
    concern = desk.concern()
    given = {"person": str(desk.viewer.person.uid), "why": "Mine."}
    answer = desk.press(f"/triage/{concern.uid}/exclude/", given)
    assert answer.status_code == 422
    assert "Nobody here could act on this" in summary_errors(answer)[0]
    assert not Exclusion.objects.exists()
    concern.refresh_from_db()
    assert concern.holder == desk.viewer.person


def test_nobody_is_kept_out_twice(where, deputy):
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(State.WAITING, where=where)
    acts.exclude(by=lead, concern=concern, person=deputy, why="Named.", now=NOW)
    with pytest.raises(ActRefused):
        acts.exclude(by=lead, concern=concern, person=deputy, why="Again.", now=NOW)


def test_with_only_the_head_left_it_is_the_heads_and_says_so(where, deputy):
    head = factories.viewer(where, Role.HEAD)
    dsl = factories.person(where, Role.DSL)
    concern = factories.concern_at(State.WAITING, where=where)
    for who in (deputy, dsl):
        acts.exclude(by=head, concern=concern, person=who, why="Named.", now=NOW)
    assert concern.steps.open().get().holder_role == Role.HEAD


def test_the_page_costs_the_same_whoever_works_here_and_is_kept_out(desk, deputy):
    concern = desk.concern()
    path = f"/triage/{concern.uid}/exclude/"
    desk.open(path)
    few = list_statements(lambda: desk.open(path))
    for _ in range(10):
        who = factories.person(desk.where)
        acts.exclude(by=desk.viewer, concern=concern, person=who, why="Named.", now=desk.now)
        factories.person(desk.where)
    # Six of them read whose page it is (the strip).
    assert len(list_statements(lambda: desk.open(path))) == len(few) <= 20
