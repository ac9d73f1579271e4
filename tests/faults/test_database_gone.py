"""Tests that nothing is lost when the database is away for a moment.

PostgreSQL cuts its connections, or takes no new ones. SQLite has neither: there another process
holds the one lock for writing.
"""

import itertools
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import dj_database_url
import psycopg2
import pytest
from django.db import connection, connections
from psycopg2 import sql

from concerns.models import Concern, LedgerLine
from concerns.rules.kinds import Kind

LOCK = (
    "import sqlite3, sys, time; held = sqlite3.connect(sys.argv[1], isolation_level=None); "
    "held.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(float(sys.argv[2]))"
)
WRITERS = 4
FORMS = 8
TROUBLES = 10


@contextmanager
def locked(database, seconds: float):
    """Another process holds the write lock for so long and then lets go."""
    command = [sys.executable, "-c", LOCK, database.name, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        yield


CLIENTS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = {1} AND usename IS NOT NULL"
)


def as_owner(statement: str, database) -> None:
    """Runs SQL from the cluster's other database, since nobody can shut out themselves."""
    owner = dj_database_url.parse(os.environ["DATABASE_OWNER_URL"])
    place = {"host": owner["HOST"], "user": owner["USER"], "dbname": owner["NAME"]}
    with closing(psycopg2.connect(**place)) as told:
        told.autocommit = True
        with told.cursor() as cursor:
            named = sql.Identifier(database.name), sql.Literal(database.name)
            cursor.execute(sql.SQL(statement).format(*named))


def cut(database) -> None:
    """Ends every client's connection, whatever each is doing; new ones are let in.

    PostgreSQL's own cleaning process is nobody's connection and is left alone.
    """
    connections.close_all()
    as_owner(CLIENTS, database)


@contextmanager
def away(database):
    """Nobody is connected, and nobody can connect."""
    as_owner("ALTER DATABASE {0} ALLOW_CONNECTIONS false", database)
    cut(database)
    yield
    as_owner("ALTER DATABASE {0} ALLOW_CONNECTIONS true", database)


def trouble(database) -> None:
    if connection.vendor == "sqlite":
        with locked(database, 0.3):
            pass
    else:
        cut(database)


def press_until_sent(window, forms) -> int:
    """How many presses failed before every form was sent. Each failure had a fault of its own."""
    failed = 0
    for form in forms:
        codes = (window.submit("/submit/write/", form).status_code for _ in range(TROUBLES + 1))
        pressed = list(itertools.takewhile(lambda code: code != 302, codes))
        assert len(pressed) <= TROUBLES, "a form never went through"
        failed += len(pressed)
    return failed


@pytest.mark.long
def test_a_database_that_keeps_going_away_loses_no_form_and_doubles_none(server, place, sits_down):
    desk = sits_down(place.writer)
    forms = [[desk.form(place.child) for _ in range(FORMS)] for _ in range(WRITERS)]
    windows = [desk.window() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [
            pool.submit(press_until_sent, *each) for each in zip(windows, forms, strict=True)
        ]
        for _ in range(TROUBLES):
            trouble(server.database)
            time.sleep(0.1)
        failed = sum(each.result() for each in running)
    # SQLite's waiting presses go through; PostgreSQL's are cut in the middle.
    assert (failed > 0) == (connection.vendor == "postgresql")
    drafts = sorted(str(draft) for draft in Concern.objects.values_list("draft", flat=True))
    assert drafts == sorted(form["draft"] for each in forms for form in each)
    assert LedgerLine.objects.filter(kind=Kind.SUBMITTED).count() == WRITERS * FORMS
    assert server.database.manage("unheld").returncode == 0


def test_the_next_press_after_every_connection_was_cut_goes_through(server, place, sits_down):
    if connection.vendor == "sqlite":
        return  # A connection to SQLite is the process's own file: nobody else can end it.
    desk = sits_down(place.writer)
    form = desk.form(place.child)
    cut(server.database)
    assert desk.visitor.submit("/submit/write/", form).status_code == 302
    assert Concern.objects.count() == 1


def test_a_form_pressed_while_nobody_reaches_the_database_goes_through_afterwards(
    server, place, sits_down
):
    if connection.vendor == "sqlite":
        return  # SQLite's file can always be reached.
    desk = sits_down(place.writer)
    form = desk.form(place.child)
    with away(server.database):
        answer = desk.visitor.submit("/submit/write/", form)
    assert answer.status_code == 500
    assert "it has not been sent" in answer.text
    assert not Concern.objects.exists()
    assert desk.visitor.submit("/submit/write/", form).status_code == 302
    assert Concern.objects.count() == 1


def test_a_form_pressed_while_another_process_writes_waits_and_goes_through(
    server, place, sits_down
):
    if connection.vendor != "sqlite":
        return  # PostgreSQL has no single lock to wait for.
    desk = sits_down(place.writer)
    form = desk.form(place.child)
    with locked(server.database, 3):
        began = time.monotonic()
        assert desk.visitor.submit("/submit/write/", form).status_code == 302
    assert time.monotonic() - began > 2
    assert Concern.objects.count() == 1
