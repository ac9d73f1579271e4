"""Tests for what a file does to the roll once it is confirmed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from concerns.models import (
    Child,
    ChildName,
    Enrolment,
    LedgerLine,
    NameKey,
    Placement,
    RollFile,
    RollQuestion,
)
from concerns.roll import acts, queries
from tests import factories
from tests.factories import NOW
from tests.roll import exports
from tests.roll.exports import moved

LATER = NOW + timedelta(days=7)


def roll_rows(school):
    """Every row that an import may write about pupils."""
    return {
        "children": list(Child.objects.filter(school=school).order_by("pk").values()),
        "placements": list(Placement.objects.filter(school=school).order_by("pk").values()),
        "enrolments": list(Enrolment.objects.filter(school=school).order_by("pk").values()),
        "names": list(ChildName.objects.filter(school=school).order_by("pk").values()),
        "keys": list(NameKey.objects.filter(child__school=school).order_by("pk").values()),
        "questions": list(RollQuestion.objects.filter(school=school).order_by("pk").values()),
    }


@pytest.mark.parametrize("way", exports.WAYS.values(), ids=exports.WAYS)
def test_an_export_goes_in_as_each_system_writes_it(office, way):
    pupils = exports.roll(40)
    if way.encoding == "cp1252":
        pupils = [p for p in pupils if p.surname not in {"Wójcik"}]
    office.bring(exports.written(pupils, way))
    found = Child.objects.filter(school=office.school).order_by("admission_number")
    assert [(c.surname, c.forename, c.born, c.upn, c.year, c.class_name) for c in found] == [
        (p.surname, p.forename, p.born, p.upn, p.year, p.class_name) for p in pupils
    ]


def test_a_pupil_added_can_be_found_and_is_enrolled_and_placed_from_today(office):
    office.bring([moved(exports.roll(1)[0], surname="O'Brien", forename="Zoë", known_as="")])
    child = Child.objects.on_roll(office.viewer).found_by("obrien zo", office.school).get()
    assert child.enrolments.get().since == NOW.date()
    assert (child.placements.get().since, child.placements.get().year) == (NOW.date(), child.year)


def test_a_second_identical_import_writes_no_row(office):
    pupils = exports.roll(30)
    office.bring(pupils)
    before = roll_rows(office.school)
    file = office.bring(pupils, LATER)
    assert roll_rows(office.school) == before
    assert (file.added, file.changed, file.missing, file.bad) == (0, 0, 0, 0)


def test_a_second_identical_import_with_some_missing_writes_no_row(office):
    office.bring(exports.roll(30))
    office.bring(exports.roll(30)[2:], LATER)
    before = roll_rows(office.school)
    office.bring(exports.roll(30)[2:], LATER + timedelta(days=7))
    assert roll_rows(office.school) == before


def test_a_change_of_class_closes_the_old_placement_and_opens_a_new_one(office):
    pupil = exports.roll(1)[0]
    office.bring([pupil])
    office.bring([moved(pupil, class_name="9Z")], LATER)
    old, new = Placement.objects.filter(school=office.school).order_by("pk")
    assert (old.class_name, old.until) == (pupil.class_name, LATER.date())
    assert (new.class_name, new.since, new.until) == ("9Z", LATER.date(), None)
    assert Child.objects.get(school=office.school).class_name == "9Z"


def test_a_change_of_name_alone_opens_no_placement(office):
    pupil = exports.roll(1)[0]
    office.bring([pupil])
    office.bring([moved(pupil, surname="Ferreira")], LATER)
    assert Placement.objects.filter(school=office.school).count() == 1


def test_an_empty_cell_changes_nothing(office):
    pupil = exports.roll(1)[0]
    office.bring([moved(pupil, known_as="Zed")])
    office.bring([moved(pupil, known_as="", upn="", class_name="")], LATER)
    child = Child.objects.get(school=office.school)
    assert (child.known_as, child.upn, child.class_name) == ("Zed", pupil.upn, pupil.class_name)


def test_a_column_the_file_lacks_changes_nothing(office):
    office.bring(exports.roll(3))
    before = roll_rows(office.school)
    pupils = exports.roll(3)
    lines = [f"{p.surname},{p.forename},{p.born:%d/%m/%Y}" for p in pupils]
    office.bring("\r\n".join(["Surname,Forename,DOB", *lines]).encode(), LATER)
    assert roll_rows(office.school) == before


def test_who_had_left_and_is_in_the_file_is_on_the_roll_again(office):
    pupil = exports.roll(1)[0]
    office.bring([pupil])
    child = Child.objects.get(school=office.school)
    office.leave(child, NOW.date())
    office.bring([pupil], LATER)
    child.refresh_from_db()
    assert child.left is None
    assert child.enrolments.count() == 2
    assert child.enrolments.get(until__isnull=True).since == LATER.date()


def test_a_bad_row_of_a_known_pupil_changes_nothing_and_asks_nothing(office):
    pupils = exports.roll(10)
    office.bring(pupils)
    before = roll_rows(office.school)
    content = exports.written(pupils).replace(pupils[3].born.strftime("%d/%m/%Y").encode(), b"31/2")
    file = office.bring(content, LATER)
    assert file.bad >= 1
    assert file.missing == 0
    assert roll_rows(office.school) == before


def test_one_file_leaves_one_line_for_its_reading_and_one_for_its_bringing(office):
    office.bring(exports.roll(5))
    lines = LedgerLine.objects.filter(school=office.school).values_list("kind", flat=True)
    assert sorted(lines) == ["roll_brought", "roll_read"]


def test_no_line_of_the_ledger_holds_a_name(office):
    pupils = exports.roll(25)
    office.bring(pupils)
    office.bring(pupils[5:], LATER)
    told = " ".join(LedgerLine.objects.filter(school=office.school).values_list("body", flat=True))
    assert not [p.surname for p in pupils if len(p.surname) > 4 and p.surname in told]


def test_the_file_itself_is_kept_only_until_it_is_confirmed(office):
    file = office.upload(exports.written(exports.roll(3)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM concerns_rollfile")
        kept = bytes(cursor.fetchone()[0])
    assert len(kept) > 200
    assert b"Legal Surname" not in kept
    office.bring(exports.roll(3))
    assert RollFile.objects.exclude(pk=file.pk).get().content == ""


def test_a_file_nobody_confirmed_goes_with_the_next_upload_a_day_later(office):
    office.upload(exports.written(exports.roll(3)))
    kept = office.upload(exports.written(exports.roll(3)), NOW + timedelta(days=2))
    assert list(RollFile.objects.of_school(office.viewer)) == [kept]


def test_a_much_smaller_file_is_refused_until_somebody_is_sure(office):
    office.bring(exports.roll(10))
    with pytest.raises(acts.ActRefused):
        office.bring(exports.roll(10)[4:], LATER, sure=False)
    assert not RollQuestion.objects.exists()


def test_what_was_not_seen_is_not_done(office):
    file = office.upload(exports.written(exports.roll(5)))
    guess = queries.read_roll_file(office.viewer, file).guess
    seen = office.plan(file).plan_digest
    office.bring(exports.roll(5), NOW + timedelta(minutes=5))
    with pytest.raises(acts.RollChanged, match="imported another file"):
        acts.bring(
            by=office.viewer,
            file=file,
            mapping=guess,
            seen=seen,
            sure=True,
            now=NOW + timedelta(minutes=6),
        )


def test_a_file_is_not_brought_in_twice(office):
    file = office.upload(exports.written(exports.roll(5)))
    what = {
        "file": file, "mapping": queries.read_roll_file(office.viewer, file).guess,
        "seen": office.plan(file).plan_digest, "sure": True,
    }  # fmt: skip
    acts.bring(by=office.viewer, now=NOW, **what)
    with pytest.raises(acts.RollChanged, match="already"):
        acts.bring(by=office.viewer, now=NOW, **what)
    assert Child.objects.filter(school=office.school).count() == 5


def test_another_schools_file_does_not_exist_here(office):
    other = factories.viewer(factories.school(), *office.viewer.roles)
    file = office.upload(exports.written(exports.roll(2)))
    with pytest.raises(Http404):
        acts.bring(by=other, file=file, mapping={}, seen="", sure=True, now=NOW)


def test_another_schools_pupils_are_not_touched(office):
    theirs = factories.child(factories.school(), "Ivy", "Smith", upn=exports.roll(1)[0].upn)
    office.bring(exports.roll(3))
    theirs.refresh_from_db()
    assert (theirs.forename, theirs.class_name) == ("Ivy", "4B")
    assert not theirs.roll_questions.exists()


def statements(office, pupils, when) -> list[str]:
    """Each statement of an import, by its first words and table."""
    with CaptureQueriesContext(connection) as said:
        office.bring(pupils, when)
    return [" ".join(q["sql"].split()[:3]) for q in said if "SAVEPOINT" not in q["sql"]]


def batches(count: int, *models_and_columns) -> int:
    """How many statements `count` rows take of each model, on this engine."""
    total = 0
    for model in models_and_columns:
        fields = [f for f in model._meta.concrete_fields if not f.primary_key]
        size = min(500, connection.ops.bulk_batch_size(fields, [0] * count))
        whole, rest = divmod(count, 500)
        total += whole * -(-500 // size) + -(-rest // size)
    return total


def test_what_an_import_costs_depends_on_its_batches_alone(office):
    few = exports.roll(50)
    many = exports.roll(500, seed=8)
    plain = statements(office, few, NOW)
    other = factories.school()
    office.school = other
    office.viewer = factories.viewer(other, *office.viewer.roles)
    more = statements(office, many, NOW)
    differs = {name for name in {*plain, *more} if plain.count(name) != more.count(name)}
    assert all(name.startswith("INSERT INTO") for name in differs)
    for model in (Child, ChildName, Enrolment, Placement):
        name = f'INSERT INTO "{model._meta.db_table}"'
        assert plain.count(name) == batches(50, model)
        assert more.count(name) == batches(500, model)


def test_changes_and_leavers_cost_by_the_batch_too(office):
    office.bring(exports.roll(500))
    some = [moved(p, class_name="9Z") for p in exports.roll(500)[:450]]
    said = statements(office, some, LATER)
    assert len(said) < 60
    assert Placement.objects.filter(school=office.school, class_name="9Z").count() == 450
    assert RollQuestion.objects.filter(school=office.school).count() == 50


def test_a_day_of_birth_is_read_in_the_schools_own_day(office):
    office.bring([moved(exports.roll(1)[0], born=date(2017, 1, 2))])
    assert Child.objects.get(school=office.school).born == date(2017, 1, 2)
