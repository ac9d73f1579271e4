"""Tests for the reading door: 404 for what the viewer may not see, on record for what they open."""

import uuid

import pytest
from django.http import Http404

from concerns.doors import sight
from concerns.doors.sight import NotScoped
from concerns.models import Child, Concern, Exclusion, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def concern(where):
    return factories.concern_at(State.WAITING, where=where)


def test_opening_a_concern_is_recorded_with_its_child(lead, concern):
    sight.open_concern(lead, concern.uid)
    line = LedgerLine.objects.get(kind=Kind.OPENED, concern=concern.uid)
    assert str(concern.children.get().child.uid) in line.body


def test_what_does_not_exist_is_a_404_and_not_recorded(lead):
    with pytest.raises(Http404):
        sight.open_concern(lead, uuid.uuid4())
    assert not LedgerLine.objects.filter(kind=Kind.OPENED).exists()


def test_a_named_exclusion_beats_every_role(where, concern):
    head = factories.viewer(where, Role.HEAD)
    Exclusion.objects.create(
        school=where, concern=concern, person=head.person, by=concern.reporter, at=NOW
    )
    with pytest.raises(Http404):
        sight.open_concern(head, concern.uid)


def test_a_relative_of_a_child_also_involved_is_excluded(where, lead):
    also = factories.child(where)
    factories.relate_to_child(lead.person, also)
    by = factories.viewer(where)
    concern = factories.send_concern(by, factories.child(where), involved=(also,)).concern
    with pytest.raises(Http404):
        sight.open_concern(lead, concern.uid)


def test_who_only_writes_sees_no_concern(where, concern):
    assert not Concern.objects.visible_to(factories.viewer(where, Role.OFFICE)).exists()


def test_the_writer_sees_their_own(where):
    writer = factories.viewer(where)
    concern = factories.concern_at(State.WAITING, where=where, by=writer)
    assert sight.get_one_or_404(writer, Concern.objects.written_by(writer), concern.uid) == concern


def test_rows_below_a_concern_follow_its_writer(where):
    writer = factories.viewer(where)
    concern = factories.concern_at(State.WAITING, where=where, by=writer)
    assert type(concern.children.get()).objects.written_by(writer).count() == 1


def test_a_list_is_one_line_that_names_what_it_shows(lead, concern):
    sight.read_list(lead, Concern.objects.visible_to(lead).order_by("pk"))
    line = LedgerLine.objects.get(kind=Kind.LISTED)
    assert str(concern.uid) in line.body


def test_a_list_that_was_not_narrowed_is_not_shown(lead, concern):
    with pytest.raises(NotScoped):
        sight.read_list(lead, Concern.objects.all())


def test_a_list_narrowed_for_somebody_else_is_not_shown(where, lead, concern):
    with pytest.raises(NotScoped):
        sight.read_list(lead, Concern.objects.visible_to(factories.viewer(where, Role.HEAD)))


def test_opening_a_story_is_recorded(lead, concern):
    child = concern.children.get().child
    sight.open_child_story(lead, Child.objects.visible_to(lead), child.uid)
    assert LedgerLine.objects.get(kind=Kind.STORY).about == str(child.uid)


def test_a_relative_cannot_open_the_story(lead, concern):
    child = concern.children.get().child
    factories.relate_to_child(lead.person, child)
    with pytest.raises(Http404):
        sight.open_child_story(lead, Child.objects.visible_to(lead), child.uid)


def test_who_only_writes_opens_no_story(where, concern):
    assert not Child.objects.visible_to(factories.viewer(where)).exists()


def test_looking_at_figures_is_recorded(where):
    sight.record_reading(factories.viewer(where, Role.HEAD), Kind.AUDITED, reason="2026")
    assert LedgerLine.objects.filter(kind=Kind.AUDITED).count() == 1
