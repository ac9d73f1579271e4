"""Tests that the database itself refuses to change what was recorded, on both engines."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from concerns.chase import acts as chase
from concerns.models import Concern, LedgerLine
from concerns.models.base import append_only
from concerns.models.base.encrypted_text import EncryptedText
from concerns.paper.pupil_rows import PupilLine
from concerns.roll import acts as roll
from concerns.rules.roles import Role
from tests import adults, factories, homes
from tests.access.second_person import ask_and_say_why, stop_and_allow
from tests.elsewhere.test_elsewhere import review_elsewhere
from tests.leavers import make_whole_leaving
from tests.packages import bring_package
from tests.people.conftest import whole_staff
from tests.roll.conftest import Office

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def concern():
    where = factories.school()
    adults.make_whole_adult_case(where)
    whole_staff(where)
    concern = factories.make_whole_case(where)
    lead = factories.viewer(where, Role.DSL)
    child = concern.children.not_misfiled().get().child
    homes.write_whole_file(lead, child)
    bring_package(lead, child, files=[b"A letter."])
    office = Office(where, factories.viewer(where, Role.OFFICE))
    office.bring_contact_of(child)
    new = PupilLine(line=0, surname="Nolan", forename="Aoife", born=date(2017, 2, 1))
    roll.add_pupil(by=office.viewer, pupil=new, now=lead.now)
    make_whole_leaving(lead)
    review_elsewhere(lead)
    ask_and_say_why(lead, child)
    stop_and_allow(where)
    factories.part_reader(where, years=("Year 4",))
    nobody = dict.fromkeys(("adviser_name", "adviser_email", "adviser_of"), "")
    figures = {"decide": 1}
    read = where.calendar_version
    chase.set_clocks(by=lead, figures=figures, adviser=nobody, read=read, now=lead.now)
    return concern


def refused(sql: str, *values) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError:
        return True
    return False


def test_no_frozen_row_can_be_updated(concern):
    tables = append_only._table_names_of(append_only.FROZEN)
    assert [table for table in tables if not _rows(table)] == []
    changed = [
        table for table in tables if not refused(f"UPDATE {table} SET school_id = school_id")
    ]
    assert changed == []


def test_no_row_of_the_record_can_be_deleted(concern):
    names = ["LedgerLine", "Decision", "Concern", "Step", "Person", "AdultStep"]
    tables = append_only._table_names_of(names)
    assert [table for table in tables if not refused(f"DELETE FROM {table}")] == []


def test_a_line_of_a_childs_file_stays_as_it_was_written(concern):
    for table in append_only._table_names_of(append_only.ENDED_ONCE):
        assert _rows(table), table
        assert refused(f"UPDATE {table} SET since = since"), table
        assert refused(f"DELETE FROM {table}"), table


def test_a_line_of_a_childs_file_is_ended_once(concern):
    for name in append_only.ENDED_ONCE:
        (table,) = append_only._table_names_of([name])
        how = ", ended_how = 'read'" if name == "EarlierFile" else ""
        ended = f"ended_at = at, ended_by_id = by_id, over_at = at{how}"
        assert not refused(f"UPDATE {table} SET {ended}"), table
        assert refused(f"UPDATE {table} SET ended_at = at"), table


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_a_line_cannot_be_replaced(concern):
    line = LedgerLine.objects.first()
    if connection.vendor == "sqlite":
        names = ", ".join(field.column for field in LedgerLine._meta.fields)
        sql = f"INSERT OR REPLACE INTO concerns_line ({names}) SELECT {names} FROM concerns_line"
    else:
        sql = (
            "INSERT INTO concerns_line SELECT * FROM concerns_line WHERE id = "
            f"{line.pk} ON CONFLICT (id) DO UPDATE SET body = ''"
        )
    assert refused(sql)


def test_the_words_of_a_concern_never_change(concern):
    assert refused("UPDATE concerns_concern SET account = account")


def test_the_state_of_a_concern_moves_on(concern):
    assert not refused("UPDATE concerns_concern SET rank = rank")


def test_every_sealed_column_of_a_moving_row_is_guarded():
    fields = Concern._meta.fields
    sealed = {field.column for field in fields if isinstance(field, EncryptedText)}
    assert set(append_only.encrypted_columns()["concerns_concern"]) == sealed


def test_every_trigger_stands_after_migrating():
    assert append_only.missing_triggers() == []


def test_the_check_says_nothing_while_every_trigger_is_there():
    assert append_only.check_triggers_present(None, ["default"]) == []


def test_the_check_looks_at_no_database_unless_asked():
    assert append_only.check_triggers_present(None) == []


def test_a_trigger_that_should_stand_and_does_not_is_named(monkeypatch):
    wanted = append_only.required_triggers()
    monkeypatch.setattr(
        append_only, "required_triggers", lambda: wanted | {"gone": ("x", "DELETE", "")}
    )
    found = append_only.check_triggers_present(None, ["default"])
    assert [error.msg for error in found] == ["the trigger gone is missing"]


def test_the_words_of_a_concern_about_an_adult_never_change(concern):
    assert refused("UPDATE concerns_adultconcern SET account = account")


def test_while_a_migration_waits_no_trigger_of_its_release_is_missed(db, monkeypatch):
    tomorrows = {
        **append_only.required_triggers(),
        "concerns_line_tomorrow": ("concerns_line", "UPDATE", ""),
    }
    monkeypatch.setattr(append_only, "required_triggers", lambda: tomorrows)
    assert append_only.check_triggers_present(None, databases=["default"])
    # Take out the last migration: the check does not wait for an earlier one that is missing.
    MigrationRecorder.Migration.objects.filter(app="concerns").latest("name").delete()
    assert append_only.check_triggers_present(None, databases=["default"]) == []
