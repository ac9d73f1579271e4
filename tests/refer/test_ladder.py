"""Tests for chasing and challenging an answer: no rung of the ladder ends quietly."""

from datetime import timedelta

import pytest

from concerns.doors.act import ActRefused
from concerns.models import ChaseCall
from concerns.refer import acts as refer
from concerns.rules import agency_answers, clocks
from concerns.rules.challenge_ladder import ChallengeRung, next_challenge_rung
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import count_ledger_lines, decide_concern, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=2)
UP = ReferralStage.CHALLENGED
AGAIN = ""
SETTLED = ReferralStage.SETTLED
HEARD = ReferralStage.ANSWERED
# The rungs are the table's, however many it has.
FIRST, SECOND, THIRD, *_ = ChallengeRung
*_, LAST_BUT_ONE, LAST = ChallengeRung


@pytest.fixture
def lead():
    return factories.viewer(factories.school(), Role.DSL)


@pytest.fixture
def referral(lead):
    """A referral that was sent and not answered yet."""
    concern = factories.concern_at(State.TAKEN, where=lead.school, lead=lead)
    decide_concern(lead, concern, Route.SOCIAL_CARE)
    found = concern.referrals.get()
    sent = {"agency": "Front door", "spoken_to": "Ann", "method": "telephone"}
    refer.send(by=lead, referral=found, happened_at=THEN, now=THEN, **sent)
    return found


def rang(lead, referral, **more):
    call = {"telephone": "01632 960001", "minutes": 12, "happened_at": THEN, "now": THEN, **more}
    return refer.chase(by=lead, referral=referral, **call)


def hear(lead, referral, answer="no_further", now=THEN):
    said = {"spoken_to": "Ann", "words": "Not for us.", "happened_at": now}
    return refer.hear_back(by=lead, referral=referral, answer=answer, now=now, **said)


def view(lead, referral, view="disagree", words="Too little.", **more):
    given = {"whom": "Bo Hill", "now": THEN, **more}
    return refer.give_view(by=lead, referral=referral, view=view, words=words, **given)


def on_it(referral):
    return [step.kind for step in referral.steps.open().order_by("id")]


# Chasing


def test_having_it_is_no_answer_and_stops_no_clock(lead, referral):
    before = referral.steps.open().get()
    later = THEN + timedelta(hours=1)
    said = {"spoken_to": "Ann", "their_reference": "W2", "happened_at": later}
    event = refer.acknowledge(by=lead, referral=referral, now=later, **said)
    assert (event.spoken_to, event.their_reference, event.happened_at) == ("Ann", "W2", later)
    after = referral.steps.open().get()
    assert (after.pk, after.due_at) == (before.pk, before.due_at)


def test_a_chase_pushes_nothing_back(lead, referral):
    before = referral.steps.open().get()
    late = before.due_at + timedelta(days=1)
    rang(lead, referral, happened_at=late, now=late)
    after = referral.steps.open().get()
    assert (after.pk, after.kind, after.due_at) == (before.pk, StepKind.HEAR_BACK, before.due_at)
    assert count_ledger_lines(referral.concern, Kind.CHASED) == 1


def test_chases_add_up_in_words(lead, referral):
    assert referral.chasing_in_words == ""
    rang(lead, referral, minutes=0)
    assert referral.chasing_in_words == "Chased once"
    for minutes in (30, 20, 7):
        rang(lead, referral, minutes=minutes)
    assert referral.chasing_in_words == "Chased 4 times, 57 minutes waiting"


def test_a_call_that_nobody_answered_is_a_chase_too(lead, referral):
    call = rang(lead, referral)
    assert call.call_in_words == "Rang 01632 960001, 12 minutes on hold, spoke to nobody"


def test_what_is_not_waited_for_is_not_chased(lead, referral):
    hear(lead, referral, "advice")
    with pytest.raises(ActRefused, match="nothing to chase"):
        rang(lead, referral)
    assert not ChaseCall.objects.exists()


@pytest.mark.parametrize("wrong", ["still to come", "closed"])
def test_a_chase_is_of_what_has_happened_on_what_is_open(lead, referral, wrong):
    if wrong == "closed":
        hear(lead, referral, "early_help")
        view(lead, referral, "agree")
        ended = {"outcome": "explained", "why": "Theirs.", "words_back": "Thank you."}
        triage.close(by=lead, concern=referral.concern, now=THEN, **ended)
    early = THEN - timedelta(minutes=1) if wrong == "still to come" else THEN
    with pytest.raises(ActRefused, match=r"cannot be in the future|Reopen it first"):
        rang(lead, referral, now=early)


# What an answer opens


@pytest.mark.parametrize("answer", list(agency_answers.ANSWER_OPENS))
def test_what_they_will_do_has_its_clock_and_outlives_our_view_of_it(lead, referral, answer):
    hear(lead, referral, answer)
    theirs = agency_answers.ANSWER_OPENS[answer]
    assert on_it(referral) == [StepKind.AGREE_OR_CHALLENGE, theirs]
    due = clocks.calculate_due_at(theirs, lead.school.school_calendar, THEN)
    assert referral.steps.get(kind=theirs).due_at == due
    view(lead, referral, "agree")
    assert on_it(referral) == [theirs]


def test_what_the_assessment_found_ends_the_waiting_for_it(lead, referral):
    hear(lead, referral, "assessment")
    view(lead, referral, "agree")
    rang(lead, referral)
    hear(lead, referral, "no_further", THEN + timedelta(days=9))
    assert on_it(referral) == [StepKind.AGREE_OR_CHALLENGE]


def test_the_same_answer_again_does_not_wind_its_clock_back(lead, referral):
    hear(lead, referral, "assessment")
    before = referral.steps.get(kind=StepKind.ASSESSMENT).due_at
    view(lead, referral, "agree")
    hear(lead, referral, "assessment", THEN + timedelta(days=9))
    assert referral.steps.open().get(kind=StepKind.ASSESSMENT).due_at == before


@pytest.mark.parametrize("answer", sorted(agency_answers.ENDS_HELP))
def test_agreeing_that_nothing_more_happens_needs_its_reason(lead, referral, answer):
    hear(lead, referral, answer)
    with pytest.raises(ActRefused, match="Say why"):
        view(lead, referral, "agree", " ")
    assert view(lead, referral, "agree", "He is safe at his aunt's.").words


# The ladder


@pytest.mark.parametrize(
    ("happened", "rung"),
    [
        ([], FIRST),
        ([(UP, AGAIN)], SECOND),
        ([(UP, FIRST)], SECOND),
        ([(UP, FIRST), (HEARD, "")], SECOND),
        ([(UP, LAST_BUT_ONE)], LAST),
        ([(UP, LAST)], FIRST),
        (
            [(UP, SECOND), (SETTLED, ""), (HEARD, "")],
            FIRST,
        ),
        # What was promised was not done: the challenge goes on from where it was settled.
        ([(UP, FIRST), (SETTLED, "")], SECOND),
        (
            [(UP, FIRST), (SETTLED, ""), (UP, SECOND)],
            THIRD,
        ),
        (
            [(UP, SECOND), (ReferralStage.AGREED, "")],
            FIRST,
        ),
    ],
)
def test_each_rung_is_followed_by_the_next_and_the_last_by_the_first(happened, rung):
    assert next_challenge_rung(happened) is rung


def test_a_challenge_goes_up_the_ladder_and_round_again_each_rung_with_its_own_clock(
    lead, referral
):
    hear(lead, referral)
    for number, rung in enumerate([*ChallengeRung, FIRST]):
        at = THEN + timedelta(days=number)
        event = view(lead, referral, now=at)
        assert (event.escalation, event.spoken_to) == (rung, "Bo Hill")
        step = referral.steps.open().get()
        assert (step.kind, step.opened_at) == (StepKind.CHALLENGE, at)
        assert step.due_at == clocks.calculate_due_at(
            StepKind.CHALLENGE, lead.school.school_calendar, at
        )


def test_an_answer_to_a_challenge_is_agreed_with_or_goes_on_from_where_it_was(lead, referral):
    hear(lead, referral)
    view(lead, referral)
    hear(lead, referral)
    assert on_it(referral) == [StepKind.AGREE_OR_CHALLENGE]
    assert view(lead, referral).escalation == SECOND


def test_a_challenge_ends_settled_in_words_and_the_concern_moves_on(lead, referral):
    hear(lead, referral)
    view(lead, referral)
    event = refer.settle(by=lead, referral=referral, words="A joint visit on Friday.", now=THEN)
    assert (event.words, on_it(referral)) == ("A joint visit on Friday.", [])
    assert open_step_kinds(referral.concern) == {"tell_reporter"}


def test_each_agency_has_its_own_clock(lead):
    concern = factories.concern_at(State.TAKEN, where=lead.school, lead=lead)
    decide_concern(lead, concern, Route.SOCIAL_CARE, Route.POLICE)
    care, police = concern.referrals.order_by("route").reverse()
    sent = {"agency": "Them", "spoken_to": "Ann", "method": "telephone", "happened_at": THEN}
    for one in (care, police):
        refer.send(by=lead, referral=one, now=THEN, **sent)
    hear(lead, care)
    assert on_it(care) == [StepKind.AGREE_OR_CHALLENGE]
    assert on_it(police) == [StepKind.HEAR_BACK_OTHER]


def test_silence_may_be_challenged_as_an_answer_may(lead, referral):
    event = view(lead, referral, words="Three calls, and nobody answers.")
    assert (event.escalation, on_it(referral)) == (FIRST, [StepKind.CHALLENGE])
    assert referral.is_awaiting_agency
