"""Tests that a statement composed once finds what its queryset finds, for whoever asks."""

import pytest

from concerns.models import Child, Concern
from concerns.models.base.composed_rows import KEYS, ComposedRows
from concerns.models.child.composed_for_viewer import keys_of_viewer, stand_in_viewer
from concerns.reading import category_counts, child_file, chronology
from concerns.reading.chronology_places import ChronologyFilters
from concerns.rules.roles import May, Role, powers_of_roles
from tests import factories, homes
from tests.counting import list_statements

pytestmark = pytest.mark.django_db
# Where a statement is taken that was composed before.
COMPOSING = (chronology, child_file, category_counts)


@pytest.fixture
def child(where, lead):
    child = factories.child(where, "Aoife", "Byrne")
    homes.write_whole_file(lead, child)
    homes.add_sibling(lead, child, factories.child(where, "Orla", "Byrne"))
    factories.send_concern(lead, child, marks=(factories.body_mark(),))
    factories.concern_at("closed", where=where, lead=lead, children=(child,))
    homes.record_seen(lead, child, "alone", "She drew her house.")
    return child


def read_everything(viewer, child):
    entries, _ = chronology.read_chronology_page(viewer, child, ChronologyFilters(), 60)
    counted = category_counts.list_counted_concerns(viewer, child)
    return entries, child_file.load_child_files(viewer, [child]), counted


def compose_afresh(monkeypatch):
    for module in COMPOSING:
        monkeypatch.setattr(module, "is_composed_for", lambda _viewer: False)


def test_what_is_composed_once_finds_the_same_as_what_is_composed_afresh(lead, child, monkeypatch):
    composed = read_everything(lead, child)
    compose_afresh(monkeypatch)
    assert read_everything(lead, child) == composed
    assert len(composed[0]) > 10


def test_one_statement_serves_two_schools_and_shows_neither_the_others(lead, child):
    mine = read_everything(lead, child)
    other_school = factories.school()
    stranger = factories.viewer(other_school, Role.DSL)
    assert read_everything(stranger, child) == ([], [], [])
    assert read_everything(lead, child) == mine


def test_whoever_is_family_of_the_child_reads_nothing_by_a_statement_made_for_another(
    where, lead, child
):
    assert read_everything(lead, child)[0]
    deputy = factories.viewer(where, Role.DEPUTY)
    factories.relate_to_child(deputy.person, child)
    assert read_everything(deputy, child) == ([], [], [])


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if {May.READ, May.READ_ALL} <= powers_of_roles([role]))
)
def test_what_is_composed_for_a_lead_is_what_is_composed_for_whoever_reads_the_whole(where, role):
    viewer = factories.viewer(where, role)
    keys = keys_of_viewer(viewer)
    for model in (Concern, Child):
        composed = ComposedRows(model.objects.visible_to(stand_in_viewer()))
        own = ComposedRows(model.objects.visible_to(viewer))
        assert own.sql == composed.sql
        assert [keys.get(one, one) for one in composed.given] == list(own.given)


def test_nothing_that_depends_on_the_time_is_composed_once():
    with pytest.raises(AttributeError):
        stand_in_viewer().todays_date  # noqa: B018
    with pytest.raises(ValueError, match="None"):
        ComposedRows(Concern.objects.filter(received_at__lt=stand_in_viewer().now))


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.YEAR_LEAD])
def test_no_statement_composed_for_a_lead_is_sent_for_whoever_reads_less(where, role):
    viewer = factories.viewer(where, role)
    with pytest.raises(ValueError, match="compose it for them"):
        keys_of_viewer(viewer)


def test_more_files_than_there_are_places_are_read_in_as_many_statements(where, lead, child):
    many = [*(factories.child(where) for _ in KEYS), child]
    asked = list_statements(lambda: child_file.load_child_files(lead, [child]))
    found = child_file.load_child_files(lead, many)
    assert [file.child for file in found] == many
    assert found[-1] == child_file.load_child_files(lead, [child])[0]
    assert len(list_statements(lambda: child_file.load_child_files(lead, many))) == len(asked)


def test_more_entries_than_there_are_places_stand_in_their_order(lead, child, monkeypatch):
    composed = read_everything(lead, child)[0]
    monkeypatch.setattr(chronology, "UIDS", ())
    assert read_everything(lead, child)[0] == composed
