"""Tests for taking, handing on and closing: only as the states allow, never without a step."""

from datetime import timedelta

import pytest

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Addition, Concern, Ending, Handing, LedgerLine, Person, WordBack
from concerns.rules.clocks import HOLD_OPEN, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State, may_concern_become
from concerns.rules.roles import Role
from concerns.rules.words import ConcernOutcome, Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories, homes
from tests.deciding import count_ledger_lines, decide_concern, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)
CLOSING = {
    "outcome": ConcernOutcome.EXPLAINED,
    "why": "It is explained.",
    "words_back": "Thank you.",
}


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


@pytest.fixture
def deputy(where):
    return factories.viewer(where, Role.DEPUTY)


def concern_at(state, where, lead, **more):
    return factories.concern_at(state, where=where, lead=lead, **more)


# Every pair of states


def ways_to(state, writer, lead, concern):
    """Every act that could bring `concern` to `state`."""
    both = {"concern": concern, "now": LATER}
    ways = {
        State.TAKEN: [
            lambda: triage.take(by=lead, **both),
            lambda: triage.reopen(by=lead, why="A new sign.", **both),
            lambda: refile(lead, concern),
        ],
        State.DECIDED: [
            lambda: decide_concern(lead, concern, Route.NO_FURTHER, now=LATER),
            lambda: status_ends(lead, concern),
        ],
        State.CLOSED: [lambda: triage.close(by=lead, **both, **CLOSING)],
        State.WAITING: [lambda: submit.add(by=writer, words="And again.", **both)],
    }
    return ways[state]


def status_ends(lead, concern):
    child = concern.children.get().child
    homes.end_line(lead, child, homes.add_status(lead, child))


def refile(lead, concern):
    right = factories.child(lead.school)
    row = concern.children.get()
    triage.refile(by=lead, concern=concern, row=row, to=right, why="Her cousin.", now=LATER)


def ready(state, where, writer, lead):
    """A concern at `state`; if it was decided, with nothing left that holds it open."""
    concern = concern_at(state, where, lead, by=writer)
    if state is State.DECIDED:
        support = concern.steps.get(kind=StepKind.SUPPORT)
        chase.do_step(by=lead, step=support, words="In place.", now=NOW + timedelta(hours=2))
    return concern


@pytest.mark.parametrize("then", list(State))
@pytest.mark.parametrize("now", list(State))
def test_only_the_drawn_pairs_of_states_pass(where, lead, now, then):
    writer = factories.viewer(where)
    came = False
    for way in range(len(ways_to(then, writer, lead, None))):
        concern = ready(now, where, writer, lead)
        before = LedgerLine.objects.filter(concern=concern.uid, kind=Kind.DECIDED).count()
        try:
            ways_to(then, writer, lead, concern)[way]()
        except ActRefused:
            continue
        decided = LedgerLine.objects.filter(concern=concern.uid, kind=Kind.DECIDED).count() > before
        concern.refresh_from_db()
        came = came or (concern.state == then and (now is not then or decided))
    assert came == may_concern_become(now, then)


# Taking


def test_i_have_this_ends_the_first_look_and_owes_the_decision(where, lead):
    waiting = concern_at(State.WAITING, where, lead)
    triage.take(by=lead, concern=waiting, now=LATER)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.holder, waiting.first_looked_at) == (
        State.TAKEN,
        lead.person,
        LATER,
    )
    assert open_step_kinds(waiting) == {"decide"}
    assert waiting.steps.open().get().holder == lead.person
    assert count_ledger_lines(waiting, Kind.TAKEN) == 1


def test_taking_it_over_moves_every_step_and_keeps_the_first_look(where, lead, deputy):
    taken = concern_at(State.TAKEN, where, lead)
    first = taken.first_looked_at
    triage.take(by=deputy, concern=taken, now=LATER)
    taken.refresh_from_db()
    assert (taken.holder, taken.first_looked_at) == (deputy.person, first)
    assert {step.holder for step in taken.steps.open()} == {deputy.person}


def test_a_child_in_danger_stays_with_the_writer_when_a_lead_takes_it(where, lead):
    writer = factories.viewer(where)
    taken = concern_at(State.TAKEN, where, lead, by=writer, danger=True)
    assert taken.steps.open().get(kind=StepKind.DANGER_NOW).holder == writer.person


# Handing on


def test_handing_on_moves_the_concern_and_its_steps_with_a_note(where, lead, deputy):
    taken = concern_at(State.TAKEN, where, lead)
    triage.hand(by=lead, concern=taken, to=deputy.person, note="I know the family.", now=LATER)
    taken.refresh_from_db()
    assert taken.holder == deputy.person
    assert {step.holder for step in taken.steps.open()} == {deputy.person}
    assert Handing.objects.get(concern=taken).words == "I know the family."
    assert count_ledger_lines(taken, Kind.HANDED) == 1


def test_handing_on_an_unread_one_is_no_first_look(where, lead, deputy):
    waiting = concern_at(State.WAITING, where, lead)
    triage.hand(by=lead, concern=waiting, to=deputy.person, note="Please look.", now=LATER)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.first_looked_at) == (State.WAITING, None)
    assert waiting.steps.open().get(kind=StepKind.FIRST_LOOK).holder == deputy.person


def unfit(kind, where, concern):
    if kind == "staff":
        return factories.person(where)
    person = factories.person(factories.school() if kind == "elsewhere" else where, Role.DEPUTY)
    if kind == "family":
        factories.relate_to_child(person, concern.children.get().child)
    if kind == "gone":
        Person.objects.filter(pk=person.pk).update(is_active=False)
    return person


@pytest.mark.parametrize("kind", ["staff", "elsewhere", "family", "gone"])
def test_it_is_handed_only_to_who_may_decide_on_it(where, lead, kind):
    taken = concern_at(State.TAKEN, where, lead)
    with pytest.raises(ActRefused, match="may not decide"):
        triage.hand(by=lead, concern=taken, to=unfit(kind, where, taken), note="Yours.", now=LATER)
    assert count_ledger_lines(taken, Kind.REFUSED) == 1


def test_a_concern_is_not_handed_to_who_holds_it(where, lead):
    taken = concern_at(State.TAKEN, where, lead)
    with pytest.raises(ActRefused, match="already has it"):
        triage.hand(by=lead, concern=taken, to=lead.person, note="Mine.", now=LATER)


# Notes


def test_a_note_is_for_the_leads_and_moves_the_concern_on(where, lead):
    taken = concern_at(State.TAKEN, where, lead)
    version = taken.version
    triage.note(by=lead, concern=taken, words="Rang the duty team.", now=LATER)
    taken.refresh_from_db()
    assert taken.version == version + 1
    note = Addition.objects.get(concern=taken)
    assert (note.words, note.for_leads) == ("Rang the duty team.", True)
    assert count_ledger_lines(taken, Kind.ADDED) == 1


# Closing


@pytest.mark.parametrize("kind", sorted(HOLD_OPEN))
def test_each_step_that_holds_open_is_named_by_what_refuses_the_closing(where, lead, kind):
    decided = concern_at(State.DECIDED, where, lead)
    step = decided.steps.open().get(kind=StepKind.SUPPORT)
    decided.steps.filter(pk=step.pk).update(kind=kind)
    with pytest.raises(ActRefused) as refused:
        triage.close(by=lead, concern=decided, now=LATER, **CLOSING)
    assert StepKind.label_of_value(kind) in refused.value.words


def test_closing_ends_every_step_and_gives_the_reporter_a_word(where, lead):
    decided = concern_at(State.DECIDED, where, lead)
    triage.close(by=lead, concern=decided, now=LATER, **CLOSING)
    decided.refresh_from_db()
    assert (decided.state, decided.closed_at, decided.next_due_at) == (State.CLOSED, LATER, None)
    assert not open_step_kinds(decided)
    ends = dict(decided.steps.values_list("kind", "ended"))
    assert (ends["tell_reporter"], ends["support"]) == ("done", "closed")
    assert WordBack.objects.get(concern=decided).words == "Thank you."
    ending = Ending.objects.get(concern=decided)
    assert (ending.outcome, ending.words) == (ConcernOutcome.EXPLAINED, "It is explained.")
    assert count_ledger_lines(decided, Kind.CLOSED) == 1


def test_closing_without_a_word_to_the_reporter_is_refused(where, lead):
    decided = concern_at(State.DECIDED, where, lead)
    with pytest.raises(ActRefused, match="Write a reply"):
        triage.close(by=lead, concern=decided, now=LATER, **{**CLOSING, "words_back": " "})
    decided.refresh_from_db()
    assert decided.state == State.DECIDED
    assert count_ledger_lines(decided, Kind.CLOSED) == 0


def test_who_closes_what_they_wrote_need_not_write_to_themselves(where, lead):
    own = concern_at(State.DECIDED, where, lead, by=lead)
    triage.close(by=lead, concern=own, now=LATER, **{**CLOSING, "words_back": ""})
    assert not WordBack.objects.filter(concern=own).exists()


@pytest.mark.parametrize(
    "does",
    [
        lambda lead, c, deputy: triage.take(by=lead, concern=c, now=LATER),
        lambda lead, c, deputy: triage.hand(
            by=lead, concern=c, to=deputy.person, note="Yours.", now=LATER
        ),
        lambda lead, c, deputy: decide_concern(lead, c, now=LATER),
        lambda lead, c, deputy: triage.note(by=lead, concern=c, words="So.", now=LATER),
    ],
)
def test_a_closed_concern_is_reopened_before_anything_else(where, lead, deputy, does):
    closed = concern_at(State.CLOSED, where, lead)
    with pytest.raises(ActRefused, match="Reopen it first"):
        does(lead, closed, deputy)


# Reopening


def test_reopening_makes_it_the_reopeners_to_decide_again(where, lead, deputy):
    closed = concern_at(State.CLOSED, where, lead)
    triage.reopen(by=deputy, concern=closed, why="A new sign.", now=LATER)
    closed.refresh_from_db()
    assert (closed.state, closed.closed_at, closed.outcome) == (State.TAKEN, None, "")
    assert closed.holder == deputy.person
    assert open_step_kinds(closed) == {"decide"}
    assert count_ledger_lines(closed, Kind.REOPENED) == 1


def test_what_was_decided_before_it_was_reopened_is_decided_again(where, lead):
    pair = (factories.child(where), factories.child(where))
    closed = concern_at(State.CLOSED, where, lead, children=pair)
    triage.reopen(by=lead, concern=closed, why="A new sign.", now=LATER)
    first = closed.children.order_by("id")[0]
    decide_concern(lead, closed, rows=[first], now=LATER + timedelta(hours=1))
    assert Concern.objects.get(pk=closed.pk).state == State.TAKEN


@pytest.mark.parametrize("state", [State.WAITING, State.TAKEN, State.DECIDED])
def test_what_is_open_is_not_reopened(where, lead, state):
    concern = concern_at(state, where, lead)
    with pytest.raises(ActRefused, match="is already open"):
        triage.reopen(by=lead, concern=concern, why="Again.", now=LATER)
    assert not Ending.objects.filter(concern=concern).exists()
