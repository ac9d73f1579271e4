"""Tests for doing a next step with a sentence, and for the word back to who wrote the concern."""

from datetime import timedelta

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Addition, Step, WordBack
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from tests import factories
from tests.deciding import count_ledger_lines, open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def decided(where, lead):
    return factories.concern_at(State.DECIDED, where=where, lead=lead)


def test_a_step_done_by_a_note_ends_with_what_was_found(lead, decided):
    step = decided.steps.get(kind=StepKind.SUPPORT)
    chase.do_step(by=lead, step=step, words="Lunch with Ms Hill.", now=LATER)
    step.refresh_from_db()
    assert (step.done_at, step.done_by, step.ended) == (LATER, lead.person, "done")
    assert Addition.objects.get(concern=decided).words == "Lunch with Ms Hill."
    assert count_ledger_lines(decided, Kind.STEP_DONE) == 1


@pytest.mark.parametrize("kind", sorted(set(StepKind) - BY_A_NOTE))
def test_no_other_kind_is_done_by_a_note(lead, decided, kind):
    step = decided.steps.get(kind=StepKind.SUPPORT)
    Step.objects.filter(pk=step.pk).update(kind=kind)
    with pytest.raises(ActRefused, match="has its own page"):
        chase.do_step(by=lead, step=step, words="Done.", now=LATER)
    assert Step.objects.get(pk=step.pk).done_at is None


def test_a_step_is_done_once(lead, decided):
    step = decided.steps.get(kind=StepKind.SUPPORT)
    as_it_was = Step.objects.get(pk=step.pk)
    chase.do_step(by=lead, step=step, words="In place.", now=LATER)
    with pytest.raises(ActRefused, match="has already been done"):
        chase.do_step(by=lead, step=as_it_was, words="In place.", now=LATER)
    assert Addition.objects.filter(concern=decided).count() == 1


def test_when_the_last_step_is_done_the_next_move_is_owed(where, lead):
    own = factories.concern_at(State.DECIDED, where=where, lead=lead, by=lead)
    step = own.steps.get(kind=StepKind.SUPPORT)
    chase.do_step(by=lead, step=step, words="In place.", now=LATER)
    assert open_step_kinds(own) == {"next_move"}


def test_an_addition_is_read_by_saying_what_one_makes_of_it(where, lead):
    writer = factories.viewer(where)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, by=writer)
    submit.add(by=writer, concern=concern, words="And again.", now=LATER)
    step = concern.steps.open().get(kind=StepKind.READ_ADDITION)
    chase.do_step(by=lead, step=step, words="Nothing new.", now=LATER)
    assert StepKind.READ_ADDITION not in open_step_kinds(concern)


def test_a_lead_who_was_told_by_voice_may_say_so_for_a_child_in_danger(where, lead):
    danger = factories.concern_at(State.TAKEN, where=where, lead=lead, danger=True)
    step = danger.steps.open().get(kind=StepKind.DANGER_NOW)
    chase.do_step(by=lead, step=step, words="Ms Hill told me at 10:05.", now=LATER)
    assert StepKind.DANGER_NOW not in open_step_kinds(danger)


def test_another_schools_step_is_a_404(decided):
    stranger = factories.viewer(factories.school(), Role.DSL)
    step = decided.steps.get(kind=StepKind.SUPPORT)
    with pytest.raises(Http404):
        chase.do_step(by=stranger, step=step, words="Done.", now=LATER)


def test_a_word_back_ends_the_step_that_owed_it(lead, decided):
    chase.tell_reporter(by=lead, concern=decided, words="Thank you.", now=LATER)
    assert StepKind.TELL_REPORTER not in open_step_kinds(decided)
    assert WordBack.objects.get(concern=decided).words == "Thank you."
    assert count_ledger_lines(decided, Kind.TOLD_REPORTER) == 1


def test_a_word_back_may_be_given_when_all_is_closed_and_opens_nothing(where, lead):
    closed = factories.concern_at(State.CLOSED, where=where, lead=lead)
    chase.tell_reporter(by=lead, concern=closed, words="It is still well.", now=LATER)
    assert not open_step_kinds(closed)
