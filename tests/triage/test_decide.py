"""Tests that a decision opens the steps it promises, for each child apart."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from concerns.doors.act import ActRefused
from concerns.models import (
    Conversation,
    Decision,
    Step,
    WordBack,
)
from concerns.rules import clocks
from concerns.rules.clocks import NEXT, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import OUTSIDE, Route
from tests import factories
from tests.deciding import (
    LATER,
    UNTIL,
    conversation_answers,
    count_ledger_lines,
    decide_concern,
    further_answers_for,
    open_step_kinds,
    referral_sent_answers,
)
from tests.factories import NOW

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


@pytest.fixture
def two(where, lead):
    """A concern about two children."""
    pair = (factories.child(where), factories.child(where))
    return factories.concern_at(State.TAKEN, where=where, lead=lead, children=pair)


@pytest.mark.parametrize("route", sorted(NEXT))
def test_each_route_opens_its_own_step_with_its_holder_and_its_time(where, lead, taken, route):
    decide_concern(lead, taken, route, **further_answers_for(where, route))
    step = taken.steps.open().get(kind=NEXT[route])
    assert step.holder == lead.person
    assert step.due_at == clocks.calculate_due_at(NEXT[route], where.school_calendar, LATER, UNTIL)


@pytest.mark.parametrize("route", sorted(OUTSIDE))
def test_each_way_outside_makes_a_referral_to_be_sent(lead, taken, route):
    decision = decide_concern(lead, taken, route)
    referral = taken.referrals.get()
    assert (referral.decision, referral.route, referral.current_stage) == (
        decision,
        route,
        ReferralStage.TO_SEND,
    )


def test_several_routes_at_once_open_several_steps(lead, taken):
    decide_concern(lead, taken, Route.PARENTS, Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT)
    assert open_step_kinds(taken) == {
        "speak_to_parents",
        "send_referral",
        "support",
        "tell_reporter",
    }


def test_no_further_action_by_the_writer_themselves_still_owes_the_next_move(where, lead):
    own = factories.concern_at(State.TAKEN, where=where, lead=lead, by=lead)
    decide_concern(lead, own, Route.NO_FURTHER, parents_told="yes")
    assert open_step_kinds(own) == {"next_move"}


def test_a_decision_owes_the_reporter_a_word_unless_it_gives_one(lead, taken):
    decide_concern(lead, taken)
    assert StepKind.TELL_REPORTER in open_step_kinds(taken)
    decide_concern(
        lead, taken, words_back="Thank you. We are on it.", now=LATER + timedelta(hours=1)
    )
    assert StepKind.TELL_REPORTER not in open_step_kinds(taken)
    assert WordBack.objects.get(concern=taken).words == "Thank you. We are on it."


def test_a_review_day_is_a_step_of_its_own_beside_a_watch(where, lead, taken):
    review = date(2026, 11, 20)
    decide_concern(
        lead, taken, Route.WATCH, review_on=review, **further_answers_for(where, Route.WATCH)
    )
    assert {"watch", "keep"} <= open_step_kinds(taken)
    step = taken.steps.open().get(kind=StepKind.KEEP)
    assert step.due_at == clocks.calculate_due_at(
        StepKind.KEEP, where.school_calendar, LATER, review
    )


def test_a_review_on_the_day_the_watch_ends_is_one_step(where, lead, taken):
    decide_concern(
        lead, taken, Route.WATCH, review_on=UNTIL, **further_answers_for(where, Route.WATCH)
    )
    assert StepKind.KEEP not in open_step_kinds(taken)


def test_deciding_without_having_taken_it_is_a_first_look_too(where, lead):
    waiting = factories.concern_at(State.WAITING, where=where)
    decide_concern(lead, waiting)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.holder) == (State.DECIDED, lead.person)
    assert waiting.first_looked_at == waiting.decided_at == LATER
    assert not open_step_kinds(waiting) & {"first_look", "first_look_now", "decide", "decide_today"}


# Of several children each has their own


def test_a_concern_is_decided_once_each_child_has_a_decision(lead, two):
    first, second = two.children.order_by("id")
    decide_concern(lead, two, rows=[first])
    two.refresh_from_db()
    assert (two.state, two.decided_at) == (State.TAKEN, None)
    assert StepKind.DECIDE in open_step_kinds(two)
    decide_concern(lead, two, rows=[second], now=LATER + timedelta(hours=1))
    two.refresh_from_db()
    assert two.state == State.DECIDED
    assert StepKind.DECIDE not in open_step_kinds(two)


def test_one_decision_may_be_for_several_children(lead, two):
    decision = decide_concern(lead, two)
    assert decision.children.count() == 2


def test_one_childs_decision_does_not_end_the_others_steps(lead, two):
    first, second = two.children.order_by("id")
    mine = decide_concern(lead, two, Route.PARENTS, rows=[first])
    decide_concern(lead, two, Route.SCHOOL_SUPPORT, rows=[second], now=LATER + timedelta(hours=1))
    assert two.steps.open().get(kind=StepKind.SPEAK_TO_PARENTS).decision == mine


def test_a_decision_for_one_of_two_waiting_children_leaves_a_pressing_one_due_today(where, lead):
    pair = (factories.child(where), factories.child(where))
    waiting = factories.concern_at(
        State.WAITING, where=where, children=pair, marks=(factories.body_mark(),)
    )
    decide_concern(lead, waiting, rows=[waiting.children.order_by("id")[0]])
    assert StepKind.DECIDE_TODAY in open_step_kinds(waiting)


def test_a_sisters_referral_is_not_her_brothers(lead, two):
    first, second = two.children.order_by("id")
    decide_concern(lead, two, Route.SOCIAL_CARE, rows=[first])
    decide_concern(lead, two, Route.SOCIAL_CARE, rows=[second], now=LATER + timedelta(hours=1))
    assert two.referrals.count() == 2
    assert two.steps.open().filter(kind=StepKind.SEND_REFERRAL).count() == 2


def test_what_is_already_going_outside_for_a_child_is_not_doubled(lead, taken):
    decide_concern(lead, taken, Route.SOCIAL_CARE)
    decide_concern(lead, taken, Route.SOCIAL_CARE, now=LATER + timedelta(hours=1))
    assert taken.referrals.count() == 1


# A new decision supersedes


def test_a_new_decision_ends_what_the_old_one_opened(lead, taken):
    decide_concern(lead, taken, Route.SCHOOL_SUPPORT)
    decide_concern(lead, taken, Route.KEEP, keep_until=UNTIL, now=LATER + timedelta(hours=1))
    old = Step.objects.get(concern=taken, kind=StepKind.SUPPORT)
    assert (old.ended, old.done_by) == ("superseded", lead.person)
    assert open_step_kinds(taken) == {"keep", "tell_reporter"}


def test_a_decision_still_in_force_for_another_child_keeps_its_steps(lead, two):
    both = decide_concern(lead, two, Route.SCHOOL_SUPPORT)
    first = two.children.order_by("id")[0]
    decide_concern(
        lead, two, Route.KEEP, keep_until=UNTIL, rows=[first], now=LATER + timedelta(hours=1)
    )
    assert two.steps.open().get(kind=StepKind.SUPPORT).decision == both


def test_what_is_promised_outside_outlives_a_later_tick(lead, taken):
    decide_concern(lead, taken, Route.SOCIAL_CARE)
    decide_concern(lead, taken, Route.NO_FURTHER, now=LATER + timedelta(hours=1))
    assert StepKind.SEND_REFERRAL in open_step_kinds(taken)


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_decision_is_never_edited_nor_taken_away(lead, taken, verb):
    decision = decide_concern(lead, taken)
    rows = Decision.objects.filter(pk=decision.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(light=True, review_on=UNTIL) if verb == "update" else rows._raw_delete(
            "default"
        )


# Advice before parents


@pytest.mark.parametrize("category", ["sexual", "fgm", "forced_marriage", "fabricated"])
def test_what_a_parent_may_be_the_cause_of_asks_for_advice_first(where, lead, category):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, categories=(category,))
    decide_concern(lead, concern, Route.PARENTS)
    assert StepKind.SEEK_ADVICE in open_step_kinds(concern)
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(concern)


def test_a_lead_may_ask_for_advice_first_where_the_reporter_named_no_category(lead, taken):
    decide_concern(lead, taken, Route.PARENTS, advice_first=True)
    assert StepKind.SEEK_ADVICE in open_step_kinds(taken)
    assert StepKind.SPEAK_TO_PARENTS not in open_step_kinds(taken)


# What was done before it was decided


def test_a_referral_sent_already_waits_for_its_answer_from_the_same_press(lead, taken):
    decide_concern(
        lead, taken, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    referral = taken.referrals.get()
    event = referral.events.get()
    assert (referral.current_stage, event.agency, event.happened_at) == (
        ReferralStage.SENT,
        "Front door",
        NOW,
    )
    assert open_step_kinds(taken) == {"hear_back", "tell_reporter"}
    assert (count_ledger_lines(taken, Kind.DECIDED), count_ledger_lines(taken, Kind.SENT)) == (1, 1)


def test_saying_later_that_it_was_sent_sends_the_referral_that_stood_waiting(lead, taken):
    decide_concern(lead, taken, Route.SOCIAL_CARE)
    decide_concern(
        lead,
        taken,
        Route.SOCIAL_CARE,
        sent={Route.SOCIAL_CARE: referral_sent_answers()},
        now=LATER + timedelta(hours=1),
    )
    assert taken.referrals.get().current_stage is ReferralStage.SENT
    assert open_step_kinds(taken) == {"hear_back", "tell_reporter"}


def test_a_referral_on_its_way_is_not_sent_again_by_a_decision(lead, taken):
    decide_concern(
        lead, taken, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    again = {
        "sent": {Route.SOCIAL_CARE: referral_sent_answers()},
        "now": LATER + timedelta(hours=1),
    }
    with pytest.raises(ActRefused, match="has already been sent"):
        decide_concern(lead, taken, Route.SOCIAL_CARE, **again)
    assert Decision.objects.filter(concern=taken).count() == 1


def test_parents_spoken_to_already_are_on_record_and_owed_no_more(lead, taken):
    decide_concern(lead, taken, Route.PARENTS, parents_told="yes", spoken=conversation_answers())
    talk = Conversation.objects.get(concern=taken)
    assert (talk.who, talk.happened_at, talk.at) == ("Mother", NOW, LATER)
    assert open_step_kinds(taken) == {"tell_reporter"}
    assert count_ledger_lines(taken, Kind.SPOKE) == 1


def test_parents_spoken_to_before_advice_are_spoken_to_again_after_it(lead, taken):
    decide_concern(
        lead,
        taken,
        Route.PARENTS,
        parents_told="yes",
        spoken=conversation_answers(),
        advice_first=True,
    )
    assert StepKind.SEEK_ADVICE in open_step_kinds(taken)
