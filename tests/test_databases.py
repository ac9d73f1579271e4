"""Tests that the databases of the tests are what the tests rely on."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from concerns.models import School
from concerns.models.base import append_only
from safeguarding import start
from tests import factories


def as_many_as(schools):
    return School.objects.count() == schools


def test_the_role_of_the_web_owns_nothing_and_may_make_nothing(db):
    if connection.vendor == "sqlite":
        return  # SQLite has no roles: whoever may open the file may do everything.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("CREATE TABLE mine (id int)")


def test_the_real_migrate_command_leaves_every_trigger_standing(db):
    assert append_only.missing_triggers() == []


def test_a_fresh_database_holds_what_another_thread_commits(fresh_database):
    def commit():
        factories.school()
        connection.close()

    thread = threading.Thread(target=commit)
    thread.start()
    thread.join()
    assert as_many_as(schools=1)


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_fresh_database_is_not_the_one_of_the_test_before(fresh_database, time):
    assert as_many_as(schools=0)
    factories.school()


def test_a_fresh_database_keeps_its_triggers(fresh_database):
    assert append_only.missing_triggers() == []


def test_a_site_that_starts_lets_sqlite_count_its_rows(fresh_database):
    factories.school()
    start.analyse_sqlite_indexes()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'concerns_school'")
        else:  # PostgreSQL counts by itself.
            cursor.execute(
                "SELECT count(*) FROM pg_settings WHERE name || setting = 'autovacuumon'"
            )
        assert cursor.fetchone()[0] > 0


def test_a_command_runs_on_the_fresh_database(fresh_database):
    assert fresh_database.manage("check").stdout.startswith("System check identified no issues")


def test_a_killed_server_comes_back_on_the_same_address_with_what_was_committed(server):
    factories.school()
    before = server.url
    with server.visitor() as visitor:
        assert visitor.get("/healthz").json() == {"ok": True}
        server.kill()
        server.start()
        assert visitor.get("/healthz").json() == {"ok": True}
    assert server.url == before
    assert as_many_as(schools=1)


def test_a_server_can_be_told_something_else(server):
    server.stop()
    server.start(SITE_ORIGIN="https://other.example.org")
    assert server.environment["SITE_ORIGIN"] == "https://other.example.org"
