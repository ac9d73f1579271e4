"""Tests that the bench refuses a database with real people, and writes only what acts allow.

The bench itself is run by `make bench` alone: nothing is measured here.
"""

import os
import subprocess
import sys
from contextlib import closing
from hashlib import sha256

import pytest
from django.db import connection

from concerns.models import (
    Child,
    Concern,
    LedgerLine,
    Person,
    School,
    Step,
    Viewer,
    WordKey,
)
from concerns.models.base import append_only
from concerns.models.concern import word_index
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.word_stems import searchable_stems
from concerns.workflow.next_steps import NextSteps
from tests import factories
from tests.bench import goals, table
from tests.bench.goals import Goal
from tests.bench.past import OPEN, ten_years
from tests.bench.school import NOW, ON_ROLL, begin
from tests.databases import ROOT, Database

SIZE = 400


def bench(database: Database, *arguments: str):
    """Runs a step of the bench as `make bench` does: as the owner of the tables."""
    settings = {"DATABASE_URL": database.owner_url or database.url}
    command = [sys.executable, "-W", "error", "-m", "tests.bench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


@pytest.fixture
def filled(fresh_database):
    done = bench(fresh_database, "fill", str(SIZE))
    assert done.returncode == 0, done.stderr
    return School.objects.get(pk=1)


def indexes() -> set[str]:
    """Every index and constraint of the database, read by a connection that is then closed."""
    with closing(connection), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {
            f"{table}: {details['columns']} {details['unique']} {details['foreign_key']}"
            for table in tables
            for details in connection.introspection.get_constraints(cursor, table).values()
        }


@pytest.mark.parametrize("step", [("look",), ("fill", "10")])
def test_the_bench_refuses_a_database_with_real_people_in_it(fresh_database, step):
    factories.person(factories.school())
    refused = bench(fresh_database, *step)
    assert refused.returncode != 0
    assert "real people" in refused.stderr
    assert (School.objects.count(), Person.objects.count()) == (1, 1)


def test_the_bench_fills_no_database_that_has_anything_in_it(fresh_database):
    factories.school(invented=True)
    refused = bench(fresh_database, "fill", "10")
    assert refused.returncode != 0
    assert "not empty" in refused.stderr
    assert Concern.objects.count() == 0


def test_the_same_size_is_the_same_school_to_the_letter():
    def unsealed() -> dict:
        place = begin(SIZE)
        list(ten_years(place, SIZE))
        return {
            name: [[cell for cell in row if not isinstance(cell, bytes)] for row in table.rows]
            for name, table in place.tables.by_name.items()
        }

    first = unsealed()
    assert first == unsealed()
    assert len(first["Concern"]) == SIZE


def test_nothing_in_the_school_has_gone_quiet(filled):
    assert list(find_integrity_breaches(filled)) == []
    assert Concern.objects.open().count() == min(OPEN, SIZE // 2)
    assert not Step.objects.open().filter(concern__closed_at__isnull=False).exists()
    by = Viewer(Person.objects.get(pk=1), filled, frozenset({Role.DSL}), NOW)
    for concern in Concern.objects.open():
        kept = concern.rank, concern.next_due_at
        # Raises where the write door would not have let it stand so.
        NextSteps(
            concern, by, NOW, Step.objects.filter(concern=concern).open()
        ).update_rank_and_due_time()
        assert (concern.rank, concern.next_due_at) == kept
        assert concern.changed_at <= NOW


def test_every_open_state_is_there_and_every_word_can_be_read(filled):
    assert set(Concern.objects.values_list("state", flat=True)) == set(State)
    assert Child.objects.filter(school=filled, left__isnull=True).count() == ON_ROLL
    assert all(concern.account for concern in Concern.objects.all())
    for line in LedgerLine.objects.all():
        assert line.digest == sha256(line.body.encode()).hexdigest()


def test_every_word_of_a_concern_is_one_it_is_found_by(filled):
    for key, said in word_index.decrypt_concern_texts(range(1, SIZE, 40)).items():
        kept = set(WordKey.objects.filter(concern=key).values_list("token", flat=True))
        assert {word_index.word_token(filled, word) for word in searchable_stems(*said)} == kept


def test_the_bench_leaves_the_database_as_it_found_it_and_it_goes_on(fresh_database):
    before = indexes()
    assert bench(fresh_database, "fill", str(SIZE)).returncode == 0
    assert indexes() == before
    assert append_only.missing_triggers() == []
    where = School.objects.get(pk=1)
    who = Person.objects.get(email="staff1@bench.example")
    by = factories.viewer(where, Role.STAFF, who=who)
    assert factories.send_concern(by, Child.objects.last()).concern.pk == SIZE + 1


@pytest.mark.parametrize(
    ("goal", "values", "said"),
    [
        (Goal("queue", "sql", 12), [9, 12], "goal 12: ok"),
        (Goal("queue", "sql", 12), [9, 15], "goal 12: MISSED by 3 (25%)"),
        (Goal("submit", "commits", 1, exactly=True), [0, 1], "goal exactly 1: MISSED, 1"),
        (Goal("queue", "steps", 100, grows=0.1), [50, 60], "goal 100: ok; flat within 10%: MISSED"),
    ],
)
def test_a_figure_stands_beside_its_goal(goal, values, said):
    assert goals.verdict(goal, [1_000, 10_000], values).startswith(said)


def test_growth_is_judged_from_the_size_it_is_promised_from():
    goal = Goal("sweep", "engine", 10**9, grows=0.1, since=10_000)
    sizes = [1_000, 10_000, 100_000]
    assert goals.verdict(goal, sizes, [1, 50, 54]) == "flat within 10% from 10,000: ok"
    assert goals.verdict(goal, sizes, [50, 50, 60]).endswith("MISSED by 10%")


def test_a_miss_stands_beside_its_reason_or_says_that_none_is_known():
    page = {"words": "w", "sql": 10**6, "engine": 1, "cpu": 1, "wall": 1, "of_blank": 1}
    page |= {"of_bare": 1, "of_insert": 1, "bytes": 10**6, "gzipped": 1, "calls": 10**6}
    found = [{"vendor": "sqlite", "pages": {"queue": page, "search": page}}]
    site = {"grown": 1, "start": 9}
    said = list(table.lines("SQLite", [1_000], found, site))
    beside = [said[at + 1].strip() for at, line in enumerate(said) if "MISSED" in line]
    assert goals.WHY["search", "calls"] in beside
    assert goals.WHY["site", "start"] in beside
    assert set(beside) - {*goals.WHY.values()} == {goals.NO_REASON}


def test_every_reason_is_of_a_goal_that_there_is():
    assert [key for key in goals.WHY if goals.of(*key) is None] == []
