"""Tests for refiling: the right child has the concern and its trail, the wrong child nothing."""

from datetime import timedelta

import pytest

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Concern, LedgerLine, Refiling
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts
from tests import deciding, factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=3)
WHY = "I asked Jo: it was the other Amelia."


@pytest.fixture
def where(db):
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


@pytest.fixture
def wrong(where):
    return factories.child(where, "Amelia", "Wrong")


@pytest.fixture
def right(where):
    return factories.child(where, "Amelie", "Right", year="Year 2", class_name="2A")


def refile(by, concern, to, *, row=None, now=LATER):
    row = row or concern.children.not_misfiled().get(part="about")
    return acts.refile(by=by, concern=concern, row=row, to=to, why=WHY, now=now)


def fresh(concern):
    return Concern.objects.get(pk=concern.pk)


def test_it_is_the_right_childs_and_nothing_of_it_the_wrong_ones(where, lead, wrong, right):
    concern = factories.concern_at(State.WAITING, where=where, children=(wrong,))
    refile(lead, concern, right)
    assert list(Concern.objects.involving_children(wrong)) == []
    assert list(Concern.objects.involving_children(right)) == [concern]
    row = concern.children.not_misfiled().get()
    assert (row.child, row.part, row.year, row.class_name) == (right, "about", "Year 2", "2A")


def test_who_moved_it_when_and_why_is_kept(where, lead, wrong, right):
    concern = factories.concern_at(State.WAITING, where=where, children=(wrong,))
    made = refile(lead, concern, right)
    kept = Refiling.objects.get()
    assert (kept, kept.was, kept.to, kept.by, kept.at, kept.why) == (
        made,
        wrong,
        right,
        lead.person,
        LATER,
        WHY,
    )
    line = LedgerLine.objects.get(concern=concern.uid, kind=Kind.REFILED)
    assert str(wrong.uid) in line.body
    assert str(right.uid) in line.body
    assert WHY not in line.body


@pytest.mark.parametrize("state", [State.WAITING, State.TAKEN])
def test_before_it_is_decided_it_is_owed_as_it_was(where, lead, wrong, right, state):
    concern = factories.concern_at(state, where=where, lead=lead, children=(wrong,))
    owed = deciding.open_step_kinds(concern)
    refile(lead, concern, right)
    assert fresh(concern).state == state
    assert deciding.open_step_kinds(concern) == owed


def test_decided_it_is_to_be_decided_again_for_the_right_child(where, lead, wrong, right):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, children=(wrong,))
    refile(lead, concern, right)
    assert fresh(concern).state == State.TAKEN
    assert deciding.open_step_kinds(concern) == {"decide", "tell_reporter"}
    deciding.decide_concern(lead, fresh(concern), now=LATER + timedelta(hours=1))
    assert fresh(concern).state == State.DECIDED


def test_closed_it_opens_again_and_says_why(where, lead, wrong, right):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead, children=(wrong,))
    refile(lead, concern, right)
    now = fresh(concern)
    assert (now.state, now.closed_at, now.outcome, now.holder) == (
        State.TAKEN,
        None,
        "",
        lead.person,
    )
    assert now.endings.filter(reopened=True).get().words == WHY
    assert "decide" in deciding.open_step_kinds(concern)


def test_what_presses_is_decided_again_the_same_day(where, lead, wrong, right):
    concern = factories.concern_at(
        State.DECIDED, where=where, lead=lead, children=(wrong,), going_home="yes"
    )
    refile(lead, concern, right)
    assert "decide_today" in deciding.open_step_kinds(concern)


def test_what_went_outside_is_owed_still_and_who_was_told_is_to_be_told(where, lead, wrong, right):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(wrong,))
    sent = {Route.SOCIAL_CARE: deciding.referral_sent_answers()}
    deciding.decide_concern(lead, concern, Route.SOCIAL_CARE, Route.PARENTS, sent=sent)
    refile(lead, fresh(concern), right)
    assert deciding.open_step_kinds(concern) == {
        "decide",
        "hear_back",
        "put_right",
        "tell_reporter",
    }
    step = concern.steps.open().get(kind="put_right")
    chase.do_step(by=lead, step=step, words="Rang the duty worker at three.", now=LATER)
    assert "put_right" not in deciding.open_step_kinds(concern)


def test_what_was_said_to_the_wrong_childs_parent_answers_nothing(where, lead, wrong, right):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(wrong,))
    said = {"spoken_to": "parent", "who": "Mother", "said": "She listened.", "happened_at": NOW}
    refer.speak(by=lead, concern=concern, now=LATER - timedelta(hours=1), **said)
    refile(lead, fresh(concern), right)
    assert "put_right" in deciding.open_step_kinds(concern)
    then = LATER + timedelta(hours=1)
    deciding.decide_concern(lead, fresh(concern), Route.PARENTS, now=then)
    assert "speak_to_parents" in deciding.open_step_kinds(concern)
    refer.speak(by=lead, concern=fresh(concern), now=then, **said | {"happened_at": then})
    assert "speak_to_parents" not in deciding.open_step_kinds(concern)


def test_the_family_of_the_right_child_sees_it_no_longer_and_the_wrong_ones_may(
    where, lead, wrong, right
):
    theirs, family = (factories.viewer(where, Role.DEPUTY) for _ in range(2))
    factories.relate_to_child(theirs.person, wrong)
    factories.relate_to_child(family.person, right)
    concern = factories.concern_at(State.TAKEN, where=where, lead=family, children=(wrong,))
    assert not Concern.objects.visible_to(theirs).exists()
    refile(lead, concern, right)
    assert Concern.objects.visible_to(theirs).exists()
    assert not Concern.objects.visible_to(family).exists()
    now = fresh(concern)
    assert now.holder is None
    assert not now.steps.open().filter(holder=family.person).exists()
    assert list(find_integrity_breaches(where, NOW.date())) == []


def test_a_lead_who_is_family_files_it_and_holds_nothing_of_it(where, lead, wrong, right):
    factories.relate_to_child(lead.person, right)
    factories.viewer(where, Role.DEPUTY)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, children=(wrong,))
    refile(lead, concern, right)
    assert fresh(concern).holder is None
    assert {step.holder_role for step in concern.steps.open()} == {Role.DEPUTY}


def test_it_is_not_filed_where_nobody_could_act_on_it(where, lead, wrong, right):
    factories.relate_to_child(lead.person, right)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(wrong,))
    with pytest.raises(ActRefused) as refused:
        refile(lead, concern, right)
    assert "It cannot be moved there, because nobody here could act on it" in refused.value.words
    assert list(Concern.objects.involving_children(wrong)) == [concern]


def test_who_is_described_is_found_on_the_roll(where, lead, right):
    by = factories.viewer(where)
    concern = factories.send_concern(by, described="A tall girl with a red bag.").concern
    refile(lead, concern, right)
    assert list(Concern.objects.involving_children(right)) == [concern]
    assert "put_right" not in deciding.open_step_kinds(concern)
    assert Refiling.objects.get().refiling_in_words.endswith(
        "Not on the roll: A tall girl with a red bag."
    )


def test_one_of_two_is_moved_and_the_others_decision_stands(where, lead, wrong, right):
    other = factories.child(where)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, children=(wrong, other))
    refile(lead, concern, right, row=concern.children.get(child=wrong))
    assert {row.child for row in concern.children.not_misfiled()} == {other, right}
    assert "support" in deciding.open_step_kinds(concern)
    assert fresh(concern).state == State.TAKEN


def test_who_was_also_involved_is_then_whom_it_is_about(where, lead, wrong, right):
    concern = factories.concern_at(
        State.TAKEN, where=where, lead=lead, children=(wrong,), involved=(right,)
    )
    refile(lead, concern, right)
    assert concern.children.not_misfiled().get().part == "about"


def test_moved_to_a_child_it_is_about_already_it_only_leaves_the_wrong_one(
    where, lead, wrong, right
):
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, children=(wrong, right))
    refile(lead, concern, right, row=concern.children.get(child=wrong))
    assert [row.child for row in concern.children.not_misfiled()] == [right]
    assert fresh(concern).state == State.DECIDED


def test_moved_by_mistake_it_is_moved_back(where, lead, wrong, right):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(wrong,))
    refile(lead, concern, right)
    refile(lead, fresh(concern), wrong, now=LATER + timedelta(minutes=5))
    assert list(Concern.objects.involving_children(right)) == []
    assert list(Concern.objects.involving_children(wrong)) == [concern]


def test_it_is_not_moved_where_it_stands_nor_from_where_it_does_not(where, lead, wrong, right):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(wrong,))
    with pytest.raises(ActRefused):
        refile(lead, concern, wrong)
    old = concern.children.get()
    refile(lead, concern, right)
    old.refresh_from_db()
    with pytest.raises(ActRefused):
        refile(lead, fresh(concern), wrong, row=old)
