"""Tests for `manage.py unheld`: it finds what has gone quiet and names nobody."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from concerns.models import Concern, Exclusion, Post, Step
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def found(where):
    return list(find_integrity_breaches(where, NOW.date()))


def test_a_school_with_a_lead_in_post_has_nothing_unheld(where, lead):
    factories.concern_at(State.WAITING, where=where)
    assert found(where) == []


def test_an_open_concern_without_a_step_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    Step.objects.filter(concern=concern).update(done_at=NOW, done_by=lead.person, ended="done")
    assert f"{concern.reference} is open and has no next step" in found(where)


def test_a_closed_concern_that_still_owes_is_found(where, lead):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead)
    step = Step.objects.filter(concern=concern).first()
    Step.objects.filter(pk=step.pk).update(done_at=None, done_by=None, ended="")
    assert found(where)[0].startswith(f"{concern.reference} is closed but still has this next step")


def test_a_step_whose_holder_was_deactivated_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    lead.person.is_active = False
    lead.person.save(update_fields=["is_active"])
    assert found(where) == [f"{concern.reference}: nobody in post can do 'Decide'"]


def test_a_step_of_a_post_that_ended_is_found(where, lead):
    factories.concern_at(State.TAKEN, where=where, lead=lead)
    Post.objects.filter(person=lead.person).update(until=NOW.date().replace(day=1))
    assert len(found(where)) == 1


def test_a_school_with_no_lead_at_all_is_found(where):
    factories.concern_at(State.WAITING, where=where)
    assert len(found(where)) == 1


def test_the_deputy_stands_in_for_an_empty_post(where):
    factories.viewer(where, Role.DEPUTY)
    factories.concern_at(State.WAITING, where=where)
    assert found(where) == []


def test_the_writer_s_own_step_needs_no_power_to_decide(where, lead):
    factories.concern_at(State.WAITING, where=where, danger=True)
    assert found(where) == []


def test_the_writer_s_own_step_is_nobody_else_s(where, lead):
    concern = factories.concern_at(State.WAITING, where=where, danger=True)
    someone = factories.person(where)
    Step.objects.filter(concern=concern, kind=StepKind.DANGER_NOW).update(holder=someone)
    assert len(found(where)) == 1


def test_a_holder_excluded_by_name_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    Exclusion.objects.create(
        school=where, concern=concern, person=lead.person, by=concern.reporter, at=NOW
    )
    assert len(found(where)) == 1


def test_a_holder_who_is_family_is_found(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    factories.relate_to_child(lead.person, concern.children.get().child)
    assert len(found(where)) == 1


def test_the_command_ends_well_when_nothing_is_quiet(where, lead):
    factories.concern_at(State.WAITING, where=where)
    told = StringIO()
    call_command("unheld", stdout=told)
    assert "Every open concern has a next step" in told.getvalue()


def test_the_command_ends_non_zero_and_names_the_reference(where):
    concern = factories.concern_at(State.WAITING, where=where)
    told = StringIO()
    with pytest.raises(CommandError, match="1 found"):
        call_command("unheld", stdout=told)
    assert concern.reference in told.getvalue()


def test_the_database_refuses_an_open_concern_with_no_time(where, lead):
    from django.db import IntegrityError, transaction

    concern = factories.concern_at(State.WAITING, where=where)
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=concern.pk).update(next_due_at=None)
