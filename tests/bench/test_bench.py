"""Tests that the bench refuses a database with real people, and writes only what acts allow.

The bench itself is run by `make bench` alone: nothing is measured here.
"""

import json
import os
import signal
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
from tests.bench import goals, table, whole_run
from tests.bench.filling import SIZE, bench
from tests.bench.goals import Goal
from tests.bench.past import ten_years
from tests.bench.progress import reported_to_the_end
from tests.bench.school import NOW, begin
from tests.bench.shape import ON_ROLL, OPEN
from tests.databases import ROOT


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
    factories.person(factories.real_school())
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
        list(ten_years(place))
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
        (Goal("queue", "sql", 12), [9, 12], "goal 12: met"),
        (Goal("queue", "sql", 12), [9, 15], "goal 12: MISSED by 3 (25%)"),
        (Goal("submit", "commits", 1, exactly=True), [0, 1], "goal exactly 1: MISSED, 1"),
        (Goal("year", "queues", 5, up_to=500), [9, 9], "not judged at this size"),
    ],
)
def test_a_figure_stands_beside_its_goal(goal, values, said):
    assert goals.verdict(goal, [1_000, 10_000], values) == said


def page_figures(**more) -> dict:
    one = dict.fromkeys(("sql", "engine", "calls", "bytes", "gzipped", "cpu", "wall"), 100)
    one |= dict.fromkeys(("of_blank", "of_bare", "of_insert"), 1)
    return {"words": "w", "status": 200, "answers": 200, **one, **more}


def measured_school(**pages) -> dict:
    return {"vendor": "sqlite", "pages": pages}


def growth_lines(sizes: list[int], page: str, *figures: dict) -> list[str]:
    found = [measured_school(**{page: page_figures(**one)}) for one in figures]
    return "\n".join(table.growth("SQLite", sizes, found)).splitlines()[3:]


def test_the_growth_of_every_page_is_judged():
    for page in ("queue", "a page without any goal of its own"):
        met = growth_lines([1_000, 10_000], page, {}, {"engine": 110})
        assert "1.00x    1.10x    1.00x" in met[0]
        assert met[0].endswith("statements 1x, work 1.10x: met")
        more = growth_lines([1_000, 10_000], page, {}, {"engine": 112, "sql": 101})
        assert more[0].endswith("MISSED: statements 1.01x, engine 1.12x")
        assert more[1].strip() == goals.NO_REASON


def test_what_lists_everything_may_grow_as_the_school_does():
    assert growth_lines([10, 100], "csv", {}, {"engine": 1_000})[0].endswith("(10x): met")
    assert "MISSED: calls 12.00x" in growth_lines([10, 100], "csv", {}, {"calls": 1_200})[0]


def test_growth_is_judged_from_the_size_it_is_promised_from():
    sizes = [1_000, 10_000, 100_000]
    assert "met from 10,000" in growth_lines(sizes, "sweep", {"engine": 1}, {}, {})[0]
    assert "judged from two sizes" in growth_lines(sizes[:2], "sweep", {"engine": 1}, {})[0]


def test_with_one_size_it_is_said_that_growth_is_not_judged():
    lines = table.growth("SQLite", [1_000], [measured_school(queue=page_figures())])
    assert "growth is not judged" in "".join(lines)


def test_a_miss_stands_beside_its_reason_or_says_that_none_is_known():
    page = page_figures(sql=10**6, calls=10**6, bytes=10**6)
    found = [measured_school(queue=page, search=page)]
    site = {"start": 9}
    said = list(table.lines("SQLite", [1_000], found, site))
    beside = [said[at + 1].strip() for at, line in enumerate(said) if "MISSED" in line]
    assert goals.WHY["search", "calls"] in beside
    assert goals.WHY["site", "start"] in beside
    assert set(beside) - {*goals.WHY.values()} == {goals.NO_REASON}


def test_every_reason_is_of_a_goal_that_there_is():
    assert [key for key in goals.WHY if key[1] != "growth" and goals.of(*key) is None] == []


def test_a_page_that_does_not_answer_as_it_should_fails_the_run():
    right = page_figures(words="submit", status=302, answers=302)
    wrong = page_figures(words="queue of 25", status=302)
    said = table.failures([measured_school(submit=right), measured_school(queue=wrong)])
    assert said == "NOT MEASURED. queue of 25 answered 302"
    assert table.failures([measured_school(submit=right)]) == ""


@pytest.mark.long
def test_every_page_that_is_measured_answers_as_it_should(filled, fresh_database, static):
    asked = bench(fresh_database, "ask", STATIC_ROOT=str(static))
    assert asked.returncode == 0, asked.stderr
    assert {"decide", "decided", "steps", "tracker", "calendar", "csv", "print", "child"} <= set(
        json.loads(asked.stdout)
    )


# A run that ends early


def run_two_parts(second) -> None:
    with reported_to_the_end(["one", "two"], lambda: "what was found") as progress:
        with progress.part("one"):
            pass
        with progress.part("two"):
            second()


def fails():
    raise ZeroDivisionError


def stopped():
    sys.exit("somebody stopped it")


@pytest.mark.parametrize(("ends", "how"), [(fails, ZeroDivisionError), (stopped, SystemExit)])
def test_a_run_that_ends_early_prints_what_was_found_and_what_was_not(capsys, ends, how):
    with pytest.raises(how):
        run_two_parts(ends)
    assert capsys.readouterr().out == "what was found\n\nENDED EARLY. Not measured: two\n"


def test_a_part_that_was_never_begun_fails_the_run():
    with (
        pytest.raises(SystemExit, match=r"ENDED EARLY\. Not measured: two"),
        reported_to_the_end(["one", "two"], str) as progress,
        progress.part("one"),
    ):
        pass


def test_a_run_to_its_end_says_nothing_of_the_kind(capsys):
    run_two_parts(lambda: None)
    assert capsys.readouterr().out == "what was found\n"


def test_a_step_that_was_killed_ends_the_run_and_is_named(monkeypatch):
    monkeypatch.setattr(whole_run.sys, "executable", "/bin/false")
    with pytest.raises(SystemExit, match="measure 10: failed with 1"):
        whole_run.run_step(os.environ, "measure", 10)
    assert whole_run.describe_ending(-9) == "was killed by SIGKILL"


def test_a_school_that_was_not_filled_is_not_measured(fresh_database):
    refused = bench(fresh_database, "measure", "10")
    assert refused.returncode != 0
    assert "it is not filled" in refused.stderr


def test_a_run_that_is_stopped_says_so_fails_and_leaves_nothing(tmp_path):
    settings = {**os.environ, "TMPDIR": str(tmp_path)}
    settings.pop("DATABASE_URL", None)
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "400"],
        cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stderr.readline() == "400: a database, migrated\n"
    run.terminate()
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGTERM
    assert "ENDED EARLY. Not measured: a school of 400" in said
    assert list(tmp_path.iterdir()) == []
