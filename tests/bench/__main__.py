"""Measures the pages on made-up schools, or plays a simulated year of a secondary school.

    python -m tests.bench 1000 10000          measures schools of so many concerns
    python -m tests.bench year 300 900 2500   plays a year at so many incidents per 1,000 pupils

For each size a new database is made, then migrated and filled in one process (as the owner of the
tables), measured in another (as the web's role), and thrown away. Nothing is asserted here: figures
stand beside their goals. But a year in which anything was lost ends with a failure. DATABASE_URL
names a PostgreSQL to work in, with DATABASE_OWNER_URL; with neither, the schools are SQLite files
in a temporary folder. A database with real people in it is refused.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.goals import ORDINARY

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> None:
    steps = (_look, _fill, _measure, _open, _sweep, _first, _play)
    alone = {step.__name__[1:]: step for step in steps}
    if arguments and arguments[0] in alone:
        alone[arguments[0]](*arguments[1:])
    elif arguments and arguments[0] == "year":
        _year([int(level) for level in arguments[1:]] or [900])
    else:
        _bench([int(size) for size in arguments] or [1_000])


# Steps, each in a process of its own


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()


def _look() -> None:
    """Ends with a refusal if the database has real people in it."""
    _set_up()
    from tests.bench import school

    try:
        school.must_have_nobody_real()
    except school.NotForTheBench as refused:
        sys.exit(str(refused))


def _fill(size: str) -> None:
    _set_up()
    from tests.bench import past, school

    try:
        past.fill(int(size), say=_tell)
    except school.NotForTheBench as refused:
        sys.exit(str(refused))


def _measure(size: str) -> None:
    """Prints every figure of every page as one line of JSON."""
    _set_up()
    from django.db import connection

    # As a web server starts it, with all that it does first.
    from safeguarding.wsgi import application
    from tests.bench import pages
    from tests.bench.visitor import through_wsgi

    through = through_wsgi(application)
    beside = pages.floors(through)
    said = {"vendor": connection.vendor, "pages": {}}
    for page in pages.pages(through):
        _tell(f"  {int(size):,}: {page.words}")
        said["pages"][page.key] = {"words": page.words, **pages.measure(page, through, beside)}
    print(json.dumps(said | {"weights": pages.weights(through), "paths": pages.paths()}))


def _open(size: str) -> None:
    _set_up()
    from tests.bench import past

    past.open_more(int(size))


def _sweep(size: str) -> None:
    """Prints the figures of the clock's round as one line of JSON."""
    _set_up()
    from tests.bench import sweep

    _tell(f"  {int(size):,}: the clock's round")
    print(json.dumps(sweep.measured()))


def _first(which: str) -> None:
    from tests.bench import worker

    worker.first_answer(which)


def _play(level: str) -> None:
    """Plays a year at so many incidents for each 1,000 pupils and prints it as one line of JSON."""
    # No machine has this name: the year has a mail server of its own.
    os.environ["EMAIL_HOST"] = "mail.bench.example"
    _set_up()
    from tests.bench import counted, school
    from tests.bench.simulated import Year

    # A fortnight without mail: each letter that fails is a warning.
    logging.getLogger("concerns.doors.mail").setLevel(logging.ERROR)
    school.must_be_empty()
    print(json.dumps(counted.of(Year(int(level), say=_tell).play())))


# All steps together


def _tell(words: str) -> None:
    """Prints progress to stderr, so that it is not mixed with the figures."""
    print(words, file=sys.stderr, flush=True)


def _bench(sizes: list[int]) -> None:
    from tests.bench import settings, table
    from tests.databases import PostgreSQLCluster, SQLiteFiles

    os.environ.update(settings.SAYS)
    url = os.environ.get("DATABASE_URL", "")
    owner_url = os.environ.get("DATABASE_OWNER_URL", "")
    if url:
        _alone(os.environ, "look")
    found = []
    site = {}
    # The worker is weighed in an ordinary school, or in the nearest to it that is measured.
    weighed = min(sizes, key=lambda size: abs(size - ORDINARY))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        on_postgresql = url.startswith("postgres")
        engine = "PostgreSQL" if on_postgresql else "SQLite"
        files = SQLiteFiles(Path(folder))
        databases = PostgreSQLCluster(url, owner_url, "bench") if on_postgresql else files
        try:
            for size in sizes:
                found.append(_one(databases, size, Path(folder), site, size == weighed))
                if len(sizes) > 1:
                    # The largest takes most of an hour: figures of smaller ones are printed first.
                    print("\n".join(table.figures(engine, [size], found[-1:])), flush=True)
        finally:
            print("\n".join(table.lines(engine, sizes[: len(found)], found, site)))


def _year(levels: list[int]) -> None:
    """Plays the year at each of `levels` and lays them side by side. Fails if anything was lost."""
    from tests.bench import settings, table
    from tests.databases import PostgreSQLCluster, SQLiteFiles

    os.environ.update(settings.SAYS)
    url = os.environ.get("DATABASE_URL", "")
    owner_url = os.environ.get("DATABASE_OWNER_URL", "")
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        on_postgresql = url.startswith("postgres")
        files = SQLiteFiles(Path(folder))
        databases = PostgreSQLCluster(url, owner_url, "bench") if on_postgresql else files
        for level in levels:
            _tell(f"{level:,} incidents for each 1,000 pupils: a year")
            database = databases.migrate(f"year_{level}")
            try:
                found.append(json.loads(_alone(database.environment, "play", level)))
            finally:
                databases.drop(database)
    print("\n".join(table.years(levels, found)))
    if lost := table.lost(found):
        sys.exit(lost)


def _one(databases, size: int, folder: Path, site: dict, weighed: bool) -> dict:
    """Measures everything in a school of `size`, whose database is thrown away.

    What is measured only once goes into `site`.
    """
    from tests.bench import worker

    database = databases.create(f"bench_{size}")
    try:
        _tell(f"{size:,}: a database, migrated")
        database.manage("migrate", "--verbosity=0")
        if not (folder / "static").exists():
            os.environ["STATIC_ROOT"] = str(folder / "static")
            database.manage("collectstatic", "--no-input", "--verbosity=0")
        as_owner = database.environment | {"DATABASE_URL": database.owner_url or database.url}
        _alone(as_owner, "fill", size)
        found = json.loads(_alone(database.environment, "measure", size))
        _alone(as_owner, "open", size)
        found["pages"] |= json.loads(_alone(database.environment, "sweep", size))
        if weighed:
            _tell("  starting, and 5,000 requests to one worker")
            site |= found["weights"] | worker.starts(database.environment)
            site |= worker.memory(database.environment, found["paths"])
    finally:
        databases.drop(database)
    return found


def _alone(environment, *arguments) -> str:
    """Runs one of our own steps as a process. Ends this one with the reason if it fails."""
    command = [sys.executable, "-m", "tests.bench", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
