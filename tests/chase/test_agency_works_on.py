"""Tests that no ending takes away the clock of what an agency works on: a watch runs beside it."""

import pytest

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Concern
from concerns.rules.clocks import AWAITED_WORK, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from tests import factories
from tests.afterwards import LATER, open_watch, record_review
from tests.chase.test_watch import END
from tests.deciding import open_step_kinds
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
CLOSING = {"outcome": ConcernOutcome.KEPT, "why": "It is calm.", "words_back": "Thank you."}


@pytest.fixture(params=sorted(AWAITED_WORK))
def kind(request):
    return request.param


def decided_with(kind, where, lead) -> Concern:
    """A decided concern whose one step but the reply is of `kind`."""
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    concern.steps.open().filter(kind=StepKind.SUPPORT).update(kind=kind)
    return Concern.objects.get(pk=concern.pk)


def test_a_concern_is_not_closed_while_an_agency_works_on_it(where, lead, kind):
    concern = decided_with(kind, where, lead)
    with pytest.raises(ActRefused, match=r"Still to do before it can be closed|watched before"):
        triage.close(by=lead, concern=concern, now=LATER, **CLOSING)
    assert kind in open_step_kinds(concern)


def test_a_watch_begins_beside_it_and_its_clock_goes_on(where, lead, kind):
    concern = decided_with(kind, where, lead)
    before = concern.steps.open().get(kind=kind).due_at
    open_watch(lead, concern)
    assert concern.steps.open().get(kind=kind).due_at == before


def test_a_watch_does_not_end_before_it_and_may_go_on(where, lead, kind):
    concern = decided_with(kind, where, lead)
    open_watch(lead, concern)
    with pytest.raises(ActRefused, match="Still to do before it can be closed"):
        record_review(lead, concern, why="They moved.", **END)
    record_review(lead, concern)
    assert {kind, StepKind.LOOK_AFTER} <= open_step_kinds(concern)


def test_the_page_still_offers_the_ending_that_begins_a_watch(client, where, kind):
    desk = Desk(client, where)
    concern = desk.concern(State.DECIDED)
    for step in concern.steps.open().filter(kind=StepKind.SUPPORT):
        type(step).objects.filter(pk=step.pk).update(kind=kind)
    shown = page_text(desk.open(f"/triage/{concern.uid}/close/"))
    assert "Still to do before it can be closed" not in shown
    assert 'name="outcome"' in shown


def test_where_the_child_is_watched_already_the_page_says_what_is_still_to_do(client, where, kind):
    desk = Desk(client, where)
    child = factories.child(where)
    watched = desk.concern(State.DECIDED, children=(child,))
    chase_support(desk, watched)
    open_watch(desk.viewer, watched, now=desk.now, outcome=ConcernOutcome.WITH_AGENCY)
    concern = desk.concern(State.DECIDED, children=(child,))
    concern.steps.open().filter(kind=StepKind.SUPPORT).update(kind=kind)
    shown = page_text(desk.open(f"/triage/{concern.uid}/close/"))
    assert f"Still to do before it can be closed: {StepKind.label_of_value(kind)}" in shown


def chase_support(desk, concern) -> None:
    for step in concern.steps.open().filter(kind=StepKind.SUPPORT):
        chase.do_step(by=desk.viewer, step=step, words="In place.", now=desk.now)
