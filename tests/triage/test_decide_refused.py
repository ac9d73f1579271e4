"""Tests for decisions that are refused: each leaves one line in the ledger and nothing else."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from concerns.doors.act import ActRefused, StalePage
from concerns.models import Decision, DecisionRoute, LedgerLine
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import (
    LATER,
    UNTIL,
    conversation_answers,
    count_ledger_lines,
    decide_concern,
    open_step_kinds,
    referral_sent_answers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


@pytest.fixture
def taken(where, lead):
    return factories.concern_at(State.TAKEN, where=where, lead=lead)


WRONG = [
    "no reason",
    "nothing considered",
    "parents not asked about",
    "brothers and sisters not asked about",
    "child not asked about",
    "parents not told and no reason",
    "no further action and more",
    "kept without a day",
    "watched without a day",
    "watched by nobody",
    "watched by a stranger",
    "a day gone by",
    "a day too far off",
    "a light one with more",
    "sent and not decided",
    "sent tomorrow",
    "spoken tomorrow",
]


def bad(where):
    """The routes of each refused decision, and its other answers."""
    tomorrow = LATER + timedelta(days=1)
    far = date(2028, 1, 1)
    watcher = factories.person(where)
    stranger = factories.person(factories.school())
    return {
        "no reason": ((), {"reason": " "}),
        "nothing considered": ((), {"considered": " "}),
        "parents not asked about": ((), {"parents_told": ""}),
        "brothers and sisters not asked about": ((), {"siblings": ""}),
        "child not asked about": ((), {"child_seen": ""}),
        "parents not told and no reason": ((), {"parents_told": "no"}),
        "no further action and more": ((Route.NO_FURTHER, Route.POLICE), {}),
        "kept without a day": ((Route.KEEP,), {}),
        "watched without a day": ((Route.WATCH,), {"watched_by": watcher}),
        "watched by nobody": ((Route.WATCH,), {"watch_until": UNTIL}),
        "watched by a stranger": (
            (Route.WATCH,),
            {"watch_until": UNTIL, "watched_by": stranger},
        ),
        "a day gone by": ((Route.KEEP,), {"keep_until": date(2026, 11, 2)}),
        "a day too far off": ((Route.KEEP,), {"keep_until": far}),
        "a light one with more": ((Route.POLICE,), {"light": True}),
        "sent and not decided": ((), {"sent": {Route.POLICE: referral_sent_answers()}}),
        "sent tomorrow": (
            (Route.POLICE,),
            {"sent": {Route.POLICE: referral_sent_answers(happened_at=tomorrow)}},
        ),
        "spoken tomorrow": ((), {"spoken": conversation_answers(happened_at=tomorrow)}),
    }


@pytest.mark.parametrize("wrong", WRONG)
def test_a_decision_that_is_not_whole_is_refused_and_only_the_refusal_is_on_record(
    where, lead, taken, wrong
):
    routes, more = bad(where)[wrong]
    version = taken.version
    with pytest.raises(ActRefused) as refused:
        decide_concern(lead, taken, *routes, **more)
    assert refused.value.words.endswith(".")
    taken.refresh_from_db()
    assert (taken.state, taken.version) == (State.TAKEN, version)
    assert not Decision.objects.filter(concern=taken).exists()
    assert not DecisionRoute.objects.filter(decision__concern=taken).exists()
    assert not taken.referrals.exists()
    assert (count_ledger_lines(taken, Kind.REFUSED), count_ledger_lines(taken, Kind.DECIDED)) == (
        1,
        0,
    )


def test_a_decision_for_nobody_is_refused(lead, taken):
    with pytest.raises(ActRefused, match="Choose the child and what happens next"):
        decide_concern(lead, taken, rows=[])


def test_a_decision_for_a_child_of_another_concern_is_refused(where, lead, taken):
    other = factories.concern_at(State.TAKEN, where=where, lead=lead)
    with pytest.raises(ActRefused, match="this concern is about"):
        decide_concern(lead, taken, rows=other.children.all())


def test_a_child_only_involved_is_not_decided_for(where, lead):
    involved = factories.child(where)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, involved=(involved,))
    with pytest.raises(ActRefused, match="this concern is about"):
        decide_concern(lead, concern, rows=concern.children.filter(part="involved"))


def test_family_of_the_child_does_not_watch(where, lead, taken):
    relative = factories.person(where)
    factories.relate_to_child(relative, taken.children.get().child)
    with pytest.raises(ActRefused, match="family"):
        decide_concern(lead, taken, Route.WATCH, watch_until=UNTIL, watched_by=relative)


# Light


def test_a_light_decision_keeps_one_reason_and_a_day(lead, taken):
    made = triage.decide(
        by=lead, concern=taken, decided=factories.light_decision_answers(taken), now=LATER
    )
    assert (made.light, made.review_on) == (True, UNTIL)
    assert open_step_kinds(taken) == {"keep", "tell_reporter"}


PRESSES = [
    {"marks": (factories.body_mark(),)},
    {"how_known": "child_told"},
    {"child_words": "He hurts me"},
    {"going_home": "yes"},
    {"danger": True},
]


@pytest.mark.parametrize("said", PRESSES)
def test_a_light_decision_is_refused_where_something_presses(where, lead, said):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, **said)
    with pytest.raises(ActRefused, match="full decision"):
        triage.decide(
            by=lead, concern=concern, decided=factories.light_decision_answers(concern), now=LATER
        )


@pytest.mark.parametrize("said", PRESSES)
def test_what_presses_is_to_be_decided_before_the_child_goes_home(where, lead, said):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, **said)
    assert StepKind.DECIDE_TODAY in open_step_kinds(concern)


# Who, and when


def test_deciding_on_another_schools_concern_is_a_404(taken):
    stranger = factories.viewer(factories.school(), Role.DSL)
    with pytest.raises(Http404):
        decide_concern(stranger, taken)


def test_a_lead_of_the_childs_family_meets_a_404(where, taken):
    relative = factories.viewer(where, Role.DEPUTY)
    factories.relate_to_child(relative.person, taken.children.get().child)
    with pytest.raises(Http404):
        decide_concern(relative, taken)


@pytest.mark.parametrize("role", [Role.STAFF, Role.CHAIR, Role.OFFICE])
def test_only_a_lead_or_the_head_decides(where, taken, role):
    with pytest.raises(ActRefused):
        decide_concern(factories.viewer(where, role), taken)


def test_of_two_who_decide_the_second_is_told_who_and_when(where, lead, taken):
    second = factories.viewer(where, Role.DEPUTY)
    version = taken.version
    decide_concern(lead, taken)
    made = factories.decision_answers(taken)
    with pytest.raises(StalePage) as stale:
        triage.decide(by=second, concern=taken, decided=made, now=LATER, version=version)
    assert (stale.value.who, stale.value.at) == (lead.person.name, LATER)
    assert stale.value.what == "Decided, and said why"
    assert Decision.objects.filter(concern=taken).count() == 1


def test_a_decision_leaves_one_line_with_its_children_and_routes_and_no_words(lead, taken):
    decision = decide_concern(lead, taken, Route.PARENTS)
    line = LedgerLine.objects.get(concern=taken.uid, kind=Kind.DECIDED)
    assert line.about == str(decision.uid)
    assert str(taken.children.get().child.uid) in line.body
    assert "parents" in line.body
    assert "third time" not in line.body
