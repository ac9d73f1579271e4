"""Runs every step of the bench, each in a process of its own, and says so where a run ends early.

A run ends early when a step fails, when something is wrong in the bench itself, and when somebody
stops it. What was measured until then is printed, then what was not, and the exit is a failure. (A
run that is killed outright prints nothing more: `.ci/bench` says it then.)
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import table, worker
from tests.bench.goals import CROWDS, ORDINARY
from tests.bench.installation import SAYS
from tests.bench.progress import end_when_asked, reported_to_the_end, tell_progress
from tests.bench.shape import TRUST
from tests.databases import PostgreSQLCluster, SQLiteFiles

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30


@contextmanager
def databases_to_fill() -> Iterator[tuple]:
    """Where databases are made, and a folder for what else is needed; both are thrown away."""
    os.environ.update(SAYS)
    url = os.environ.get("DATABASE_URL", "")
    owner_url = os.environ.get("DATABASE_OWNER_URL", "")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if url.startswith("postgres"):
            yield PostgreSQLCluster(url, owner_url, "bench", Path(folder)), Path(folder)
        else:
            yield SQLiteFiles(Path(folder), Path(folder)), Path(folder)


def measure_sizes(sizes: list[int]) -> None:
    """Measures schools of `sizes`, and prints their figures beside the goals."""
    end_when_asked()
    engine = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    if os.environ.get("DATABASE_URL"):
        run_step(os.environ | SAYS, "look")
    found: list[dict] = []
    site: dict = {}
    planned = [*map(_of_size, sizes), TRUST.words]
    trust: list[dict] = []

    def figures() -> str:
        of_trust = table.trust(engine, weighed, trust)
        return "\n".join([*table.lines(engine, sizes[: len(found)], found, site), *of_trust])

    # The worker is weighed in an ordinary school, or in the nearest to it that is measured.
    weighed = min(sizes, key=lambda size: abs(size - ORDINARY))
    with databases_to_fill() as (databases, folder), reported_to_the_end(planned, figures) as run:
        for size in sizes:
            with run.part(_of_size(size)):
                found.append(_measure_school(databases, size, folder, site, size == weighed))
            if len(sizes) > 1:
                # The largest takes most of an hour: figures of smaller ones are printed first.
                print("\n".join(table.figures(engine, [size], found[-1:])), flush=True)
        with run.part(TRUST.words):
            trust.append(_measure_trust(databases, weighed))
    if failed := "\n".join(
        filter(None, [table.failures(found + trust), table.lost_submissions(site)])
    ):
        sys.exit(failed)


def _of_size(size: int) -> str:
    return f"a school of {size:,}"


def _measure_school(databases, size: int, folder: Path, site: dict, weighed: bool) -> dict:
    """Measures everything in a school of `size`, whose database is thrown away.

    What is measured only once goes into `site`.
    """
    database = databases.create(f"bench_{size}")
    try:
        tell_progress(f"{size:,}: a database, migrated")
        database.manage("migrate", "--verbosity=0")
        if not (folder / "static").exists():
            os.environ["STATIC_ROOT"] = str(folder / "static")
            database.manage("collectstatic", "--no-input", "--verbosity=0")
        as_owner = database.environment | {"DATABASE_URL": database.owner_url or database.url}
        run_step(as_owner, "fill", size)
        found = json.loads(run_step(database.environment, "measure", size))
        run_step(as_owner, "open", size)
        found["pages"] |= json.loads(run_step(database.environment, "sweep", size))
        if weighed:
            tell_progress("  starting")
            site |= found["weights"] | worker.starts(database.environment)
            for clients in CROWDS:
                crowd = json.loads(run_step(database.environment, "crowd", clients))
                site.setdefault("crowds", []).append(crowd)
    finally:
        databases.drop(database)
    return found


def _measure_trust(databases, size: int) -> dict:
    """Measures the pages in a trust of so many concerns beside those of its longest story."""
    database = databases.create(f"bench_trust_{size}")
    try:
        tell_progress(f"{size:,}, {TRUST.words}: a database, migrated")
        database.manage("migrate", "--verbosity=0")
        as_owner = database.environment | {"DATABASE_URL": database.owner_url or database.url}
        run_step(as_owner, "fill", size, TRUST.key)
        return json.loads(run_step(database.environment, "measure", size, TRUST.key))
    finally:
        databases.drop(database)


def play_years(levels: list[int]) -> None:
    """Plays the year at each of `levels` and lays them side by side. Fails if anything was lost."""
    end_when_asked()
    found: list[dict] = []
    planned = [_of_level(level) for level in levels]

    def figures() -> str:
        return "\n".join(table.years(levels[: len(found)], found))

    with databases_to_fill() as (databases, _), reported_to_the_end(planned, figures) as run:
        for level in levels:
            tell_progress(f"{level:,} incidents for each 1,000 pupils: a year")
            database = databases.migrate(f"year_{level}")
            try:
                with run.part(_of_level(level)):
                    found.append(json.loads(run_step(database.environment, "play", level)))
            finally:
                databases.drop(database)
    if lost := table.lost(found):
        sys.exit(lost)


def _of_level(level: int) -> str:
    return f"a year of {level:,}"


def run_step(environment, *arguments) -> str:
    """Runs one step as a process and returns what it printed.

    Ends this process with the reason if the step fails, and the step if this process is stopped.
    """
    command = [sys.executable, "-m", "tests.bench", *map(str, arguments)]
    step = subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True
    )
    try:
        said, _ = step.communicate()
    finally:
        stop_process(step)
    if step.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}: {describe_ending(step.returncode)}")
    return said


def stop_process(process: subprocess.Popen) -> None:
    """Asks the process to end, if it still runs; kills it if it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def describe_ending(code: int) -> str:
    return f"failed with {code}" if code > 0 else f"was killed by {signal.Signals(-code).name}"
