"""Tests that a child whose name changes is still found, by either name."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from concerns.models import Child, ChildName
from concerns.reading import pickers
from concerns.rules.roles import Role
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk, page_text
from tests.factories import NOW
from tests.roll import exports
from tests.roll.exports import moved

LATER = NOW + timedelta(days=7)
PUPIL = moved(exports.roll(1)[0], surname="Nolan", forename="Aoife", known_as="")
MARRIED = moved(PUPIL, surname="Ferreira")


@pytest.fixture
def renamed(office):
    office.bring([PUPIL])
    office.bring([MARRIED], LATER)
    return Child.objects.get(school=office.school)


def found(office, part) -> list[str]:
    children, _ = pickers.find_children_to_pick(office.viewer, part)
    return [child.label for child in children]


def test_a_name_is_a_dated_row_from_the_day_the_child_came(office):
    office.bring([PUPIL])
    name = ChildName.objects.get()
    assert (name.name, name.since, name.until) == ("Aoife Nolan", NOW.date(), None)


def test_a_change_of_name_ends_the_one_before_and_begins_another(renamed):
    old, new = renamed.names.order_by("pk")
    assert (old.surname, old.until) == ("Nolan", LATER.date())
    assert (new.surname, new.since, new.until) == ("Ferreira", LATER.date(), None)


def test_a_change_of_class_alone_begins_no_name(office):
    office.bring([PUPIL])
    office.bring([moved(PUPIL, class_name="9Z")], LATER)
    assert ChildName.objects.count() == 1


def test_a_child_is_found_by_either_name_and_by_the_old_one_it_is_said(office, renamed):
    assert found(office, "ferr") == ["Aoife Ferreira"]
    assert found(office, "nolan") == ["Aoife Ferreira (was Aoife Nolan)"]
    assert found(office, "nol aoi") == ["Aoife Ferreira (was Aoife Nolan)"]


def test_a_search_by_the_present_name_does_not_show_the_old_one(office, renamed):
    assert found(office, "aoife") == ["Aoife Ferreira"]


def test_of_several_old_names_the_one_that_was_looked_for_is_said(office, renamed):
    office.bring([moved(PUPIL, surname="Quill")], LATER + timedelta(days=7))
    assert found(office, "nolan") == ["Aoife Quill (was Aoife Nolan)"]
    assert found(office, "ferreira") == ["Aoife Quill (was Aoife Ferreira)"]


def test_a_name_that_comes_back_is_found_as_the_one_they_have(office, renamed):
    office.bring([PUPIL], LATER + timedelta(days=7))
    assert found(office, "nolan") == ["Aoife Nolan"]
    assert found(office, "ferreira") == ["Aoife Nolan (was Aoife Ferreira)"]


def test_who_had_left_and_comes_back_under_another_name_is_found_by_both(office):
    office.bring([PUPIL])
    office.leave(Child.objects.get(school=office.school), NOW.date())
    office.bring([MARRIED], LATER)
    assert found(office, "nolan") == ["Aoife Ferreira (was Aoife Nolan)"]


def test_who_comes_back_under_the_same_name_has_one_row_of_it(office):
    office.bring([PUPIL])
    office.leave(Child.objects.get(school=office.school), NOW.date())
    office.bring([PUPIL], LATER)
    assert ChildName.objects.count() == 1


def test_many_changes_of_name_cost_by_the_batch(office):
    office.bring(exports.roll(300))
    some = [moved(pupil, surname="Ferreira") for pupil in exports.roll(300)]
    assert len(list_statements(lambda: office.bring(some, LATER))) < 60
    assert ChildName.objects.filter(until__isnull=False).count() >= 299


def test_looking_by_an_old_name_costs_one_statement_more_for_one_as_for_many(office, renamed):
    few = len(list_statements(lambda: found(office, "nolan")))
    for _ in range(8):
        child = factories.child(office.school, "Ann", "Nolan")
        office.school.refresh_from_db()
        ChildName.objects.filter(child=child).update(until=NOW.date())
        Child.objects.filter(pk=child.pk).update(surname="Moss")
    assert len(found(office, "nolan")) == 9
    assert len(list_statements(lambda: found(office, "nolan"))) == few == 2
    assert len(list_statements(lambda: found(office, "moss"))) == 1


def test_a_lead_finds_a_child_by_an_old_name_and_reads_it_in_the_file(client, office, renamed):
    desk = Desk(client, office.school, Role.DSL)
    answer = page_text(desk.press("/child/search/", {"words": "nolan"}))
    assert "Aoife Ferreira</a>, was Aoife Nolan" in answer
    assert "Was Aoife Nolan, until 10 November 2026" in page_text(
        desk.open(f"/child/{renamed.uid}/file/")
    )


def test_another_childs_old_name_is_covered_in_a_print_and_the_childs_own_is_not(
    client, office, renamed
):
    desk = Desk(client, office.school, Role.DSL)
    one = factories.child(office.school, "Bilal", "Khan")
    account = "Aoife Nolan pushed him."
    factories.send_concern(desk.viewer, one, account=account)
    factories.send_concern(desk.viewer, renamed, account="Aoife Nolan fell.")
    assert "[another child] pushed him." in page_text(desk.press(f"/child/{one.uid}/print/", {}))
    assert "Aoife Nolan fell." in page_text(desk.press(f"/child/{renamed.uid}/print/", {}))


def test_the_names_of_an_earlier_release_get_their_sounds(office, renamed):
    filling = import_module("concerns.migrations.0035_name_sounds")
    child = Child.objects.get(school=office.school)
    whole = set(child.name_keys.values_list("word", flat=True))
    filling.drop_sounds(apps, None)
    assert not child.name_keys.filter(word__contains=":").exists()
    for _ in range(2):
        filling.add_sounds(apps, None)
        assert set(child.name_keys.values_list("word", flat=True)) == whole
    assert found(office, "nolann") == ["Aoife Ferreira (was Aoife Nolan)"]
