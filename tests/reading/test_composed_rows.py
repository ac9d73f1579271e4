"""Tests that rows read by one composed statement are those that their own querysets give."""

from typing import Any

import pytest
from django.db import models

from concerns.reading import child_file, chronology, concern_history
from concerns.reading.chronology_sources import SOURCES
from concerns.reading.composed_rows import (
    CHILD_STAND_IN,
    CONCERN_STAND_IN,
    BoundStatement,
    ComposedRows,
    keys_of_uids,
    keys_of_viewer,
    read_composed_rows,
)
from concerns.rules.roles import Role
from tests import factories, homes
from tests.counting import list_statements

pytestmark = pytest.mark.django_db
# Kinds of row that a whole case and a whole file do not bring about.
RARE = {"names", "refilings"}


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


@pytest.fixture
def case(lead, child):
    """A concern from which everything has followed, about a child with a whole file."""
    homes.write_whole_file(lead, child)
    homes.record_seen(lead, child, how="alone")
    writer = factories.viewer(lead.school)
    deputy = factories.viewer(lead.school, Role.DEPUTY)
    near = factories.viewer(lead.school).person
    return factories.make_case_of_child(child, writer, lead, deputy, near)[0]


def describe(row: models.Model) -> dict[str, Any]:
    """All that was read with a row, by name, and nothing that was not."""
    kept = vars(row)
    told = describe_columns(row)
    told |= {name: kept[name] for name in kept if not name.startswith("_") and name not in told}
    others = row._state.fields_cache
    told |= {name: other and describe_columns(other) for name, other in others.items()}
    prefetched = kept.get("_prefetched_objects_cache", {})
    return told | {name: [describe(one) for one in rows] for name, rows in prefetched.items()}


def describe_columns(row: models.Model) -> dict[str, Any]:
    deferred = row.get_deferred_fields()
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: getattr(row, name) for name in names if name not in deferred}


def rows_of_stand_in(name: str) -> models.QuerySet:
    return concern_history._rows_of_concern(CONCERN_STAND_IN)[name]


def test_the_timeline_reads_every_kind_of_row_as_its_queryset_does(lead, child, case):
    met = 0
    for number, source in enumerate(SOURCES):
        own = {row.uid: describe(row) for row in source.rows(lead, child)}
        keys = {CHILD_STAND_IN: [child.pk], **keys_of_viewer(lead), **keys_of_uids(own)}
        if own:
            met += 1
            (found,) = read_composed_rows([(chronology._compose_source(number), keys)])
            assert {row.uid: describe(row) for row in found} == own, number
    assert met >= 15


@pytest.mark.parametrize("lines", ["_lines_in_short", "_lines_of_whole_file"])
def test_a_file_reads_every_kind_of_line_as_its_queryset_does(lead, child, case, lines):
    compose = {
        "_lines_in_short": child_file._compose_lines_in_short,
        "_lines_of_whole_file": child_file._compose_whole_file,
    }[lines]
    own = getattr(child_file, lines)(lead, [child.pk])
    found = child_file._read_lines(lead, [child.pk], compose)
    for name, rows in own.items():
        assert [describe(row) for row in found[name]] == [describe(row) for row in rows], name
        assert found[name] or name in RARE, name


def test_a_concern_reads_every_kind_of_row_as_its_queryset_does(case):
    keys = {CONCERN_STAND_IN: [case.pk]}
    for name, rows in concern_history._rows_of_concern(case.pk).items():
        (found,) = read_composed_rows([(ComposedRows(rows_of_stand_in(name)), keys)])
        assert [describe(row) for row in found] == [describe(row) for row in rows], name
        assert found or name in RARE, name


def test_rows_of_many_kinds_take_one_statement(case):
    parts = [
        (part, {CONCERN_STAND_IN: [case.pk]})
        for part in concern_history._compose_rows_of_concern().values()
    ]
    assert len(list_statements(lambda: read_composed_rows(parts))) == 1
    assert list_statements(lambda: read_composed_rows([])) == []


def test_what_belongs_to_a_row_is_not_asked_for_again(case):
    history = concern_history.load_concern_history(case)
    events = [event for referral in history.referrals for event in referral.events.all()]
    assert events
    assert list_statements(lambda: [list(event.promises.all()) for event in events]) == []


def test_a_statement_that_has_not_a_place_for_each_parameter_is_refused():
    with pytest.raises(ValueError, match="a place for each parameter"):
        BoundStatement("SELECT %s, '%s'", (1,)).bind_keys({})


def test_a_kind_of_field_that_no_statement_has_had_is_refused(lead):
    with pytest.raises(TypeError, match="JSONField"):
        ComposedRows(
            type(lead.school).objects.annotate(
                new=models.Value({}, output_field=models.JSONField())
            )
        )
