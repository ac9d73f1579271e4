"""Tests for the write door: permission, one transaction, a line of the ledger, and no silence."""

import pytest
from django.http import Http404

from concerns.doors.act import ActRefused, NothingRecorded, StalePage, act
from concerns.models import Addition, Concern, LedgerLine, Step
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May, Role
from concerns.workflow.open_steps import WouldGoQuiet
from tests import adults, factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def concern(where):
    return factories.concern_at(State.WAITING, where=where)


@act(May.DECIDE, Kind.ADDED, on="concern")
def jot(*, by, concern, words, now, record):
    row = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words
    )
    record.agenda_of_concern(concern)
    record(about=row, concern=concern)
    return row


@act(May.DECIDE, Kind.ADDED, on="concern")
def say_nothing(*, by, concern, now, record):
    concern.outcome = "kept"
    concern.save(update_fields=["outcome"])


@act(May.DECIDE, Kind.ADDED, on="concern")
def drop_every_step(*, by, concern, now, record):
    record.agenda_of_concern(concern).complete_steps(*StepKind)
    record(about=concern, concern=concern)


@act(May.DECIDE, Kind.ADDED, on="concern")
def refuse(*, by, concern, now, record):
    record(about=concern, concern=concern)
    raise ActRefused("Not like this.")


@act(May.DECIDE, Kind.ADDED, on="concern")
def nest(*, by, concern, now, record):
    jot(by=by, concern=concern, words="within", now=now)


@act(May.CLOSE, Kind.CLOSED, on="concern")
def close_with_a_step(*, by, concern, now, record):
    concern.state = State.CLOSED
    concern.closed_at = now
    record.agenda_of_concern(concern)
    record(about=concern, concern=concern)


def test_an_act_that_records_nothing_did_not_happen(lead, concern):
    with pytest.raises(NothingRecorded):
        say_nothing(by=lead, concern=concern, now=NOW)
    assert Concern.objects.get(pk=concern.pk).outcome == ""


def test_an_open_concern_cannot_lose_its_next_step(lead, concern):
    with pytest.raises(WouldGoQuiet):
        drop_every_step(by=lead, concern=concern, now=NOW)
    assert Step.objects.open().filter(concern=concern).exists()


def test_a_closed_concern_cannot_keep_a_step(lead, concern):
    with pytest.raises(WouldGoQuiet):
        close_with_a_step(by=lead, concern=concern, now=NOW)


def test_who_has_no_such_power_is_refused(where, concern):
    with pytest.raises(ActRefused):
        jot(by=factories.viewer(where, Role.OFFICE), concern=concern, words="x", now=NOW)


def test_a_refusal_is_a_line_and_nothing_else_is_kept(lead, concern):
    before = LedgerLine.objects.count()
    with pytest.raises(ActRefused):
        refuse(by=lead, concern=concern, now=NOW)
    kinds = list(LedgerLine.objects.order_by("pk").values_list("kind", "outcome")[before:])
    assert kinds == [("refused", "refused")]


def test_a_refusal_for_want_of_power_is_a_line_too(where, concern):
    with pytest.raises(ActRefused):
        jot(by=factories.viewer(where), concern=concern, words="x", now=NOW)
    assert LedgerLine.objects.filter(kind=Kind.REFUSED, concern=concern.uid).count() == 1


def test_acts_never_nest(lead, concern):
    with pytest.raises(RuntimeError, match="inside nest"):
        nest(by=lead, concern=concern, now=NOW)


def test_after_a_nested_act_was_refused_the_door_opens_again(lead, concern):
    with pytest.raises(RuntimeError):
        nest(by=lead, concern=concern, now=NOW)
    assert jot(by=lead, concern=concern, words="after", now=NOW).words == "after"


def test_a_stale_page_is_told_who_and_when(lead, concern):
    jot(by=lead, concern=concern, words="first", now=NOW)
    with pytest.raises(StalePage) as told:
        jot(by=lead, concern=concern, words="second", now=NOW, version=1)
    assert (told.value.who, told.value.at) == (lead.person.name, NOW)


def test_a_stale_page_changes_nothing(lead, concern):
    jot(by=lead, concern=concern, words="first", now=NOW)
    with pytest.raises(StalePage):
        jot(by=lead, concern=concern, words="second", now=NOW, version=1)
    assert concern.additions.count() == 1


def test_each_act_moves_the_version_on(lead, concern):
    jot(by=lead, concern=concern, words="first", now=NOW, version=1)
    assert Concern.objects.get(pk=concern.pk).version == 2


def test_what_may_not_be_seen_cannot_be_changed(lead, where, concern):
    factories.relate_to_child(lead.person, concern.children.get().child)
    with pytest.raises(Http404):
        jot(by=lead, concern=concern, words="x", now=NOW)


def test_another_school_s_lead_cannot_change_it(concern):
    with pytest.raises(Http404):
        jot(by=factories.viewer(factories.school(), Role.DSL), concern=concern, words="x", now=NOW)


def test_a_step_below_a_concern_is_found_through_it(lead, concern):
    @act(May.DECIDE, Kind.STEP_DONE, on="step")
    def touch(*, by, step, now, record):
        record(about=step, concern=step.concern)
        return step.concern.pk

    assert touch(by=lead, step=concern.steps.open().first(), now=NOW) == concern.pk


def test_a_row_of_no_concern_is_locked_within_its_school(where):
    from concerns.models import RollFile

    office = factories.viewer(where, Role.OFFICE)
    file = RollFile.objects.create(school=where, by=office.person, read_at=NOW)

    @act(May.ROLL, Kind.ROLL_READ, on="file")
    def touch(*, by, file, now, record):
        record(about=file)
        return file

    assert touch(by=office, file=file, now=NOW) == file
    elsewhere = factories.viewer(factories.school(), Role.OFFICE)
    with pytest.raises(Http404):
        touch(by=elsewhere, file=file, now=NOW)


def test_an_act_must_be_told_who_and_when():
    with pytest.raises(TypeError, match="does not take now"):

        @act(May.DECIDE, Kind.DECIDED)
        def broken(*, by, record):
            return record


def test_an_act_must_name_the_row_it_changes():
    with pytest.raises(TypeError, match="does not take concern"):

        @act(May.DECIDE, Kind.DECIDED, on="concern")
        def broken(*, by, now, record):
            return record


def test_an_act_must_be_keyword_only():
    with pytest.raises(TypeError, match="keyword-only"):

        @act(May.DECIDE, Kind.DECIDED)
        def broken(by, *, now, record):
            return record


def test_a_stale_page_of_a_row_nobody_changed_still_says_somebody(lead, concern):
    Concern.objects.filter(pk=concern.pk).update(changed_by=None)
    with pytest.raises(StalePage) as told:
        jot(by=lead, concern=concern, words="x", now=NOW, version=9)
    assert told.value.who == "Somebody"


def test_what_is_owed_is_one_agenda_however_often_it_is_asked_for(lead, concern):
    @act(May.DECIDE, Kind.ADDED, on="concern")
    def ask_twice(*, by, concern, now, record):
        first = record.agenda_of_concern(concern)
        record(about=concern, concern=concern)
        return {
            id(first),
            id(record.agenda_of_concern(concern)),
            id(record.agendas_of_concerns([concern])[0]),
        }

    assert len(ask_twice(by=lead, concern=concern, now=NOW)) == 1


def test_the_next_steps_of_a_concern_about_an_adult_are_loaded_once(where):
    head = factories.viewer(where, Role.HEAD)

    @act(May.ADULT, Kind.ADDED, on="concern")
    def ask_twice(*, by, concern, now, record):
        first = record.agenda_of_adult_concern(concern)
        record(about=concern, concern=concern)
        return {id(first), id(record.agenda_of_adult_concern(concern))}

    concern = adults.send_adult_concern(factories.viewer(where))
    assert len(ask_twice(by=head, concern=concern, now=NOW)) == 1
