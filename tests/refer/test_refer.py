"""Tests for the acts of a referral and of a conversation, and the steps each leaves open."""

from datetime import timedelta

import pytest
from django.http import Http404

from concerns.doors.act import ActRefused
from concerns.models import Conversation, ReferralEvent
from concerns.refer import acts as refer
from concerns.rules import clocks
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import REFERRAL, ReferralStage, State, may_referral_become
from concerns.rules.roles import Role
from concerns.rules.words import OUTSIDE, Route
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import LATER, count_ledger_lines, decide_concern, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THEN = LATER + timedelta(hours=1)
SAID = {"spoken_to": "Duty worker", "happened_at": THEN}
DOES = {
    ReferralStage.SENT: lambda both: refer.send(
        agency="Front door", method="telephone", their_reference="W1", **SAID, **both
    ),
    ReferralStage.ACKNOWLEDGED: lambda both: refer.acknowledge(
        their_reference="W2", **SAID, **both
    ),
    ReferralStage.ANSWERED: lambda both: refer.hear_back(
        answer="early_help", words="They will see him.", **SAID, **both
    ),
    ReferralStage.AGREED: lambda both: refer.give_view(view="agree", words="It fits.", **both),
    ReferralStage.CHALLENGED: lambda both: refer.give_view(
        view="disagree", words="Too little.", **both
    ),
    ReferralStage.SETTLED: lambda both: refer.settle(words="They will look again.", **both),
    ReferralStage.WITHDRAWN: lambda both: refer.withdraw(words="Sent by the hospital.", **both),
}
WAYS = {
    ReferralStage.TO_SEND: (),
    ReferralStage.SENT: (ReferralStage.SENT,),
    ReferralStage.ACKNOWLEDGED: (ReferralStage.SENT, ReferralStage.ACKNOWLEDGED),
    ReferralStage.ANSWERED: (ReferralStage.SENT, ReferralStage.ANSWERED),
    ReferralStage.AGREED: (ReferralStage.SENT, ReferralStage.ANSWERED, ReferralStage.AGREED),
    ReferralStage.CHALLENGED: (
        ReferralStage.SENT,
        ReferralStage.ANSWERED,
        ReferralStage.CHALLENGED,
    ),
    ReferralStage.SETTLED: (
        ReferralStage.SENT,
        ReferralStage.ANSWERED,
        ReferralStage.CHALLENGED,
        ReferralStage.SETTLED,
    ),
    ReferralStage.WITHDRAWN: (ReferralStage.WITHDRAWN,),
}


@pytest.fixture
def deputy(where):
    return factories.viewer(where, Role.DEPUTY)


def referral_at(stage, where, lead, deputy, route=Route.SOCIAL_CARE):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decide_concern(lead, concern, route)
    referral = concern.referrals.get()
    for step in WAYS[stage]:
        go(referral, step, deputy)
    return referral


def go(referral, stage, by, now=THEN):
    return DOES[stage]({"by": by, "referral": referral, "now": now})


def on_it(referral):
    return [step.kind for step in referral.steps.open()]


# Referrals


@pytest.mark.parametrize(
    "then", [stage for stage in ReferralStage if stage is not ReferralStage.TO_SEND]
)
@pytest.mark.parametrize("now", list(ReferralStage))
def test_only_the_drawn_pairs_of_stages_pass(where, lead, deputy, now, then):
    referral = referral_at(now, where, lead, deputy)
    if may_referral_become(now, then):
        go(referral, then, deputy)
        assert referral.current_stage is then
        return
    events = referral.events.count()
    with pytest.raises(ActRefused, match="is at the stage"):
        go(referral, then, deputy)
    assert referral.events.count() == events


def test_every_stage_is_drawn():
    assert set(REFERRAL) == set(ReferralStage)


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (ReferralStage.TO_SEND, [StepKind.SEND_REFERRAL]),
        (ReferralStage.SENT, [StepKind.HEAR_BACK]),
        (ReferralStage.ANSWERED, [StepKind.AGREE_OR_CHALLENGE]),
        (ReferralStage.CHALLENGED, [StepKind.CHALLENGE]),
        (ReferralStage.ACKNOWLEDGED, [StepKind.HEAR_BACK]),
        (ReferralStage.AGREED, []),
        (ReferralStage.SETTLED, []),
        (ReferralStage.WITHDRAWN, []),
    ],
)
def test_each_stage_owes_the_next(where, lead, deputy, stage, kind):
    assert on_it(referral_at(stage, where, lead, deputy)) == kind


@pytest.mark.parametrize("route", sorted(OUTSIDE))
def test_the_answer_is_owed_by_the_clock_of_who_was_asked(where, lead, deputy, route):
    step = referral_at(ReferralStage.SENT, where, lead, deputy, route).steps.open().get()
    social_care = route == Route.SOCIAL_CARE
    assert step.kind == (StepKind.HEAR_BACK if social_care else StepKind.HEAR_BACK_OTHER)
    assert step.due_at == clocks.calculate_due_at(StepKind(step.kind), where.school_calendar, THEN)
    assert step.holder == lead.person


def test_what_was_sent_is_kept_as_it_was_told(where, lead, deputy):
    referral = referral_at(ReferralStage.SENT, where, lead, deputy)
    event = ReferralEvent.objects.get(referral=referral)
    told = (event.agency, event.spoken_to, event.method, event.their_reference, event.happened_at)
    assert told == ("Front door", "Duty worker", "telephone", "W1", THEN)


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (ReferralStage.SENT, Kind.SENT),
        (ReferralStage.ANSWERED, Kind.ANSWERED),
        (ReferralStage.AGREED, Kind.VIEWED_ANSWER),
        (ReferralStage.ACKNOWLEDGED, Kind.ACKNOWLEDGED),
        (ReferralStage.CHALLENGED, Kind.VIEWED_ANSWER),
        (ReferralStage.SETTLED, Kind.SETTLED),
        (ReferralStage.WITHDRAWN, Kind.WITHDRAWN),
    ],
)
def test_each_leaves_its_line(where, lead, deputy, stage, kind):
    assert count_ledger_lines(referral_at(stage, where, lead, deputy).concern, kind) == 1


def test_who_decided_to_refer_cannot_undo_it_alone(where, lead, deputy):
    referral = referral_at(ReferralStage.TO_SEND, where, lead, deputy)
    with pytest.raises(ActRefused, match="second person"):
        go(referral, ReferralStage.WITHDRAWN, lead)
    assert (referral.current_stage, on_it(referral)) == (
        ReferralStage.TO_SEND,
        [StepKind.SEND_REFERRAL],
    )
    assert count_ledger_lines(referral.concern, Kind.REFUSED) == 1


def test_when_the_last_thing_owed_is_done_the_next_move_is_owed(where, lead, deputy):
    own = factories.concern_at(State.TAKEN, where=where, lead=lead, by=lead)
    decide_concern(lead, own, Route.POLICE)
    go(own.referrals.get(), ReferralStage.WITHDRAWN, deputy)
    assert open_step_kinds(own) == {"next_move"}


@pytest.mark.parametrize("stage", [ReferralStage.SENT, ReferralStage.ANSWERED])
def test_nothing_is_written_down_before_it_has_happened(where, lead, deputy, stage):
    before = WAYS[stage][:-1][-1] if len(WAYS[stage]) > 1 else ReferralStage.TO_SEND
    referral = referral_at(before, where, lead, deputy)
    early = THEN - timedelta(minutes=1)
    with pytest.raises(ActRefused, match="cannot be in the future"):
        go(referral, stage, deputy, now=early)


def test_a_late_answer_on_a_closed_concern_asks_for_it_to_be_reopened(where, lead, deputy):
    referral = referral_at(ReferralStage.AGREED, where, lead, deputy)
    concern = referral.concern
    ended = {"outcome": "explained", "why": "Theirs now.", "words_back": "Thank you."}
    triage.close(by=lead, concern=concern, now=THEN, **ended)
    with pytest.raises(ActRefused, match="Reopen it first"):
        go(referral, ReferralStage.ANSWERED, deputy)
    triage.reopen(by=lead, concern=concern, why="They wrote again.", now=THEN)
    go(referral, ReferralStage.ANSWERED, deputy)
    assert on_it(referral) == [StepKind.AGREE_OR_CHALLENGE]


def test_another_schools_referral_is_a_404(where, lead, deputy):
    referral = referral_at(ReferralStage.TO_SEND, where, lead, deputy)
    stranger = factories.viewer(factories.school(), Role.DSL)
    with pytest.raises(Http404):
        go(referral, ReferralStage.SENT, stranger)


# Conversations


def speak(by, concern, to="parent", now=THEN, **more):
    said = {"who": "Mother", "said": "She listened.", "happened_at": now, **more}
    return refer.speak(by=by, concern=concern, spoken_to=to, now=now, **said)


@pytest.fixture
def to_parents(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decide_concern(lead, concern, Route.PARENTS)
    return concern


def test_speaking_to_parents_ends_the_step_that_asked_for_it(lead, to_parents):
    talk = speak(lead, to_parents, who_else="Aunt")
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(to_parents)
    assert (talk.who, talk.said, talk.who_else) == ("Mother", "She listened.", "Aunt")
    assert count_ledger_lines(to_parents, Kind.SPOKE) == 1


def test_parents_who_could_not_be_reached_stay_owed(lead, to_parents):
    speak(lead, to_parents, reached=False, said="Rang twice.")
    assert StepKind.SPEAK_TO_PARENTS in open_step_kinds(to_parents)
    assert Conversation.objects.filter(concern=to_parents, reached=False).count() == 1


@pytest.mark.parametrize("to", ["child", "adviser", "other"])
def test_speaking_to_somebody_else_is_not_speaking_to_parents(lead, to_parents, to):
    speak(lead, to_parents, to)
    assert StepKind.SPEAK_TO_PARENTS in open_step_kinds(to_parents)


@pytest.fixture
def advised(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, categories=("sexual",))
    decide_concern(lead, concern, Route.PARENTS)
    return concern


def test_advice_written_down_opens_the_conversation_with_parents(lead, advised):
    speak(lead, advised, "adviser")
    assert StepKind.SEEK_ADVICE not in open_step_kinds(advised)
    step = advised.steps.open().get(kind=StepKind.SPEAK_TO_PARENTS)
    assert step.due_at == clocks.calculate_due_at(
        StepKind.SPEAK_TO_PARENTS, lead.school.school_calendar, THEN
    )


def test_parents_told_before_advice_do_not_answer_for_it(lead, advised):
    speak(lead, advised)
    assert StepKind.SEEK_ADVICE in open_step_kinds(advised)
    speak(lead, advised, "adviser", now=THEN + timedelta(hours=1))
    assert StepKind.SPEAK_TO_PARENTS in open_step_kinds(advised)


@pytest.fixture
def two(where, lead):
    pair = (factories.child(where), factories.child(where))
    return factories.concern_at(
        State.TAKEN, where=where, lead=lead, children=pair, categories=("sexual",)
    )


def test_what_was_said_of_one_child_does_not_answer_for_the_other(lead, two):
    first, second = two.children.order_by("id")
    decide_concern(lead, two, Route.PARENTS)
    speak(lead, two, "adviser")
    speak(lead, two, concern_child=first, now=THEN + timedelta(hours=1))
    assert StepKind.SPEAK_TO_PARENTS in open_step_kinds(two)
    speak(lead, two, concern_child=second, now=THEN + timedelta(hours=2))
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(two)


def test_what_advice_opened_belongs_to_its_own_childs_decision(lead, two):
    first, second = two.children.order_by("id")
    mine = decide_concern(lead, two, Route.PARENTS, rows=[first])
    speak(lead, two, "adviser")
    decide_concern(lead, two, Route.SCHOOL_SUPPORT, rows=[second], now=THEN + timedelta(hours=1))
    assert two.steps.open().get(kind=StepKind.SPEAK_TO_PARENTS).decision == mine


def test_a_child_for_whom_it_was_superseded_need_not_be_spoken_about(lead, two):
    first, second = two.children.order_by("id")
    decide_concern(lead, two, Route.PARENTS)
    decide_concern(lead, two, Route.SCHOOL_SUPPORT, rows=[second], now=LATER + timedelta(minutes=5))
    speak(lead, two, "adviser", concern_child=first)
    speak(lead, two, concern_child=first, now=THEN + timedelta(hours=1))
    assert not open_step_kinds(two) & {"seek_advice", "speak_to_parents"}


def test_a_conversation_is_written_down_after_it_has_happened(lead, to_parents):
    with pytest.raises(ActRefused, match="cannot be in the future"):
        speak(lead, to_parents, happened_at=THEN + timedelta(minutes=1))


def test_a_conversation_is_about_a_child_of_its_own_concern(where, lead, to_parents):
    other = factories.concern_at(State.TAKEN, where=where, lead=lead)
    with pytest.raises(ActRefused, match="child that this concern"):
        speak(lead, to_parents, concern_child=other.children.get())


def test_nothing_is_said_on_a_closed_concern_until_it_is_reopened(where, lead):
    closed = factories.concern_at(State.CLOSED, where=where, lead=lead)
    with pytest.raises(ActRefused, match="Reopen it first"):
        speak(lead, closed, now=NOW + timedelta(hours=5))
