"""Tests for a writer who is still worried: a second person looks, and the writer hears back."""

from datetime import timedelta

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.chase import queries
from concerns.doors.act import ActRefused
from concerns.models import Addition, Concern, Step, WordBack
from concerns.people import acts as people
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from concerns.workflow.escalation import EscalationLadders
from tests import factories, homes
from tests.deciding import decide_concern, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
SAID = {"words": "It is right as it is.", "words_back": "I have looked: help is coming."}


@pytest.fixture
def deputy(where):
    return factories.viewer(where, Role.DEPUTY)


@pytest.fixture
def concern(where, lead, deputy, writer):
    return factories.concern_at(State.DECIDED, where=where, by=writer, lead=lead)


def press(writer, concern, words="She is thinner.", now=LATER):
    submit.still_worried(by=writer, concern=concern, words=words, now=now)
    return again(concern)


def again(concern) -> Step:
    rows = Step.objects.open().select_related("concern", "holder", "decision")
    return rows.get(concern=concern, kind=StepKind.STILL_WORRIED)


def look(by, step, **more):
    return chase.look_again(by=by, step=step, now=LATER, **{**SAID, **more})


def test_it_goes_to_somebody_else_than_who_decided(writer, concern, deputy):
    assert press(writer, concern).holder == deputy.person


def test_before_a_decision_it_goes_to_somebody_else_than_who_has_it(where, lead, deputy, writer):
    concern = factories.concern_at(State.TAKEN, where=where, by=writer, lead=lead)
    assert press(writer, concern).holder == deputy.person


def test_not_to_the_childs_family_nor_to_who_is_worried(where, lead, deputy):
    head = factories.person(where, Role.HEAD)
    second = factories.viewer(where, Role.DEPUTY)
    concern = factories.concern_at(State.DECIDED, where=where, by=second, lead=lead)
    factories.relate_to_child(deputy.person, concern.children.get().child)
    assert press(second, concern).holder == head


def test_who_decided_cannot_be_the_one_who_looks_again(writer, concern, lead):
    with pytest.raises(ActRefused):
        look(lead, press(writer, concern))


def test_who_decided_reads_on_the_page_why_they_cannot(client, writer, concern, lead):
    step = press(writer, concern)
    factories.sign_in(client, lead.person)
    shown = client.get(f"/chase/again/{step.uid}/").content.decode()
    assert "You cannot do this yourself" in shown
    assert "disabled" in shown


def test_it_does_not_climb_to_who_decided(where, writer, concern, lead, deputy):
    head = factories.person(where, Role.HEAD)
    step = press(writer, concern)
    assert EscalationLadders(where, LATER, [step]).people_on_ladder(step) == [deputy.person, head]


def test_deciding_again_does_not_let_the_first_who_decided_do_it(writer, concern, lead, deputy):
    step = press(writer, concern)
    decide_concern(deputy, concern, now=LATER)
    with pytest.raises(ActRefused):
        look(lead, again(concern))
    look(deputy, step)


def test_taking_or_handing_the_concern_does_not_bring_it_to_who_decided(writer, concern, lead):
    press(writer, concern)
    triage.take(by=lead, concern=concern, now=LATER)
    assert again(concern).holder != lead.person


def test_of_a_leaver_it_goes_to_another_who_did_not_decide_whoever_takes_over(
    where, writer, concern, lead, deputy
):
    head = factories.viewer(where, Role.HEAD)
    second = factories.person(where, Role.HEAD)
    press(writer, concern)
    leaving = {"person": deputy.person, "last": NOW.date(), "to": lead.person}
    people.leave(by=head, now=LATER, **leaving)
    assert again(concern).holder in {head.person, second}


def test_where_nobody_else_is_left_that_is_found(where, lead, writer):
    concern = factories.concern_at(State.DECIDED, where=where, by=writer, lead=lead)
    assert press(writer, concern).holder is None
    assert [said for said in find_integrity_breaches(where, NOW.date()) if "still worried" in said]


def test_pressed_twice_it_is_one(writer, concern):
    for _ in range(2):
        press(writer, concern)
    assert Addition.objects.filter(concern=concern).count() == 1


def test_pressed_again_with_more_words_they_are_kept(writer, concern):
    press(writer, concern)
    press(writer, concern, words="And she is bruised.")
    assert Addition.objects.filter(concern=concern).count() == 2


def test_no_words_are_needed(writer, concern):
    press(writer, concern, words="")
    assert Addition.objects.get(concern=concern).words == "I am still worried."


def test_a_closed_one_is_open_again_and_new(where, lead, deputy, writer):
    concern = factories.concern_at(State.CLOSED, where=where, by=writer, lead=lead)
    press(writer, concern)
    assert Concern.objects.get(pk=concern.pk).state == State.WAITING
    assert open_step_kinds(concern) == {StepKind.STILL_WORRIED, StepKind.FIRST_LOOK}


def test_whoever_looks_again_at_what_is_new_has_it_and_decides(where, lead, deputy, writer):
    concern = factories.concern_at(State.CLOSED, where=where, by=writer, lead=lead)
    look(deputy, press(writer, concern))
    concern.refresh_from_db()
    assert (concern.state, concern.holder) == (State.TAKEN, deputy.person)
    assert open_step_kinds(concern) == {StepKind.DECIDE}


def test_who_looks_again_gives_them_a_word(writer, concern, deputy):
    step = press(writer, concern)
    with pytest.raises(ActRefused):
        look(deputy, step, words_back=" ")
    look(deputy, step)
    assert WordBack.objects.get().words == SAID["words_back"]
    assert StepKind.TELL_REPORTER not in open_step_kinds(concern)


def test_it_holds_the_concern_open(writer, concern, lead):
    step = press(writer, concern)
    ended = {"outcome": "kept", "why": "Calm.", "words_back": "Thank you."}
    for owed_step in concern.steps.open().filter(kind="support"):
        chase.do_step(by=lead, step=owed_step, words="Done.", now=LATER)
    with pytest.raises(ActRefused):
        triage.close(by=lead, concern=step.concern, now=LATER, **ended)


def test_nobody_else_presses_it(where, concern):
    with pytest.raises(Http404):
        press(factories.viewer(where), concern)


def test_its_page_says_who_looks_again_and_gives_the_numbers_of_the_childs_home(
    client, writer, concern
):
    authority = {"front_door": "01632 960801", "out_of_hours": "01632 960802", "lado": "1"}
    child = concern.children.get().child
    lead = factories.viewer(writer.school, Role.DSL)
    homes.set_authority(lead, child, name="Eastshire", numbers=authority)
    factories.sign_in(client, writer.person)
    here = f"/submit/mine/{concern.uid}/"
    for number in ("999", "01632 960001", "01632 960801", "01632 960802"):
        assert number in client.get(here).content.decode()
    client.post(f"/submit/worried/{concern.uid}/", {"worry": "She is thinner."})
    assert "You said that you are still worried" in client.get(here).content.decode()


def test_what_was_written_and_decided_stands_beside_looking_again(writer, concern, deputy):
    page = queries.read_still_worried_page(deputy, press(writer, concern))
    assert [row.words for row in page["additions"]] == ["She is thinner."]
    assert (page["decided"].concern, page["not_yours"]) == (concern, False)


# Hearing back


@pytest.mark.parametrize("times", [1, 2])
def test_every_decision_owes_who_wrote_it_a_word(writer, concern, lead, times):
    for _ in range(times - 1):
        chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=LATER)
        decide_concern(lead, concern, now=LATER)
    assert StepKind.TELL_REPORTER in open_step_kinds(concern)


def test_reopened_and_decided_again_they_are_owed_another(where, lead, writer):
    concern = factories.concern_at(State.CLOSED, where=where, by=writer, lead=lead)
    triage.reopen(by=lead, concern=concern, why="New.", now=LATER)
    decide_concern(lead, concern, now=LATER)
    assert StepKind.TELL_REPORTER in open_step_kinds(concern)
