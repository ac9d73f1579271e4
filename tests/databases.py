"""The databases of the tests.

The migrations are run once for all workers, by the real `manage.py migrate`: on PostgreSQL as the
owner of the tables, while every test connects as the web's role, which owns nothing. An ordinary
`db` test runs inside a transaction that is rolled back.

The record refuses to be emptied, so pytest-django's transactional tests, which empty every table,
cannot work here. A test that needs real commits - threads, a server of its own - asks for
`fresh_database` and gets a whole copy. Where filling a database takes long, a file of tests fills
one once (`filled_once`), and each test undoes what it did there (`undone_afterwards`).
"""

import fcntl
import hashlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dj_database_url
import django
import psycopg2
import pytest
from django.db import connection, connections, transaction
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
TRANSACTIONAL = {"transactional_db", "live_server", "django_db_reset_sequences"}


# As if a round had just ended and none were running.
CLOCK_BEATS = """
UPDATE concerns_beat SET at = CURRENT_TIMESTAMP, leased_until = '2000-01-01 00:00:00'
"""


@dataclass(frozen=True)
class Database:
    """One migrated database, with the addresses by which its two roles reach it."""

    name: str
    url: str
    owner_url: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment that makes a process of the site use this database."""
        told = dict(os.environ, DJANGO_SETTINGS_MODULE="safeguarding.settings")
        return told | {"DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.owner_url}

    def manage(self, *arguments: str, env: dict | None = None, check: bool = True):
        """Runs `manage.py` on this database in its own process. Returns its output."""
        done = subprocess.run(
            [sys.executable, "-W", "error", ROOT / "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | (env or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            # Only the end of the output: every test that needs this database repeats it.
            said = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
            pytest.fail(f"manage.py {' '.join(arguments)}:\n{said}", pytrace=False)
        return done


@contextmanager
def one_at_a_time(run_folder: Path) -> Iterator[None]:
    """Lets one worker of a run in, while the others wait."""
    with (run_folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SQLiteFiles:
    """Databases as files, in a folder of the worker's own. `run_folder` is that of all workers."""

    def __init__(self, folder: Path, run_folder: Path):
        self.folder = folder
        self.run_folder = run_folder

    def create(self, name: str) -> Database:
        path = self.folder / f"{name}.sqlite3"
        return Database(str(path), f"sqlite:///{path}", "")

    def copy(self, source: Database, name: str) -> Database:
        database = self.create(name)
        shutil.copyfile(source.name, database.name)
        return database

    def migrate(self, name: str) -> Database:
        """A migrated database. Migrating takes ten seconds, so the first worker of a run does
        it, and the others wait and copy.

        Away from CI the result is used again by later runs, until anything the migrations are made
        from changes.
        """
        database = self.create(name)
        kept = _kept() or self.run_folder / "migrated.sqlite3"
        with one_at_a_time(self.run_folder):
            if not kept.exists():
                database.manage("migrate", "--verbosity=0")
                # Renamed in one step: another run, which this one does not wait for, may read it.
                half = Path(f"{kept}.{os.getpid()}")
                shutil.copyfile(database.name, half)
                half.rename(kept)
        shutil.copyfile(kept, database.name)
        return database

    def say(self, database: Database, statement: str) -> None:
        with closing(sqlite3.connect(database.name)) as connection, connection:
            connection.execute(statement)

    def drop(self, database: Database) -> None:
        for left in Path(database.name).parent.glob(f"{Path(database.name).name}*"):
            left.unlink()


def _kept() -> Path | None:
    if os.environ.get("CI"):
        return None
    made_from = hashlib.sha256(f"{django.VERSION} {sys.version}".encode())
    for folder in ("migrations", "models", "rules"):
        for path in sorted((ROOT / "concerns" / folder).rglob("*.py")):
            made_from.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"migrated-{made_from.hexdigest()[:16]}.sqlite3"


class PostgreSQLCluster:
    """Databases of one cluster, made and dropped by the owner's role."""

    def __init__(self, url: str, owner_url: str, worker: str, run_folder: Path):
        if not owner_url:
            pytest.exit("On PostgreSQL run the tests through tests/with_postgres", returncode=4)
        self.url = url
        self.owner_url = owner_url
        self.worker = worker
        self.run_folder = run_folder

    def create(self, name: str, template: str = "template1") -> Database:
        name = f"test_{name}_{self.worker}"
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._say("CREATE DATABASE {} TEMPLATE {}", name, template)
        return Database(name, self._at(self.url, name), self._at(self.owner_url, name))

    def migrate(self, name: str) -> Database:
        """A migrated database. The first worker of a run migrates, the others wait and copy."""
        whole = self.run_folder / "migrated"
        with one_at_a_time(self.run_folder):
            if not whole.exists():
                made = self.create("of_all_workers")
                made.manage("migrate", "--verbosity=0")
                whole.write_text(made.name)
            return self.create(name, template=whole.read_text())

    def copy(self, source: Database, name: str) -> Database:
        return self.create(name, template=source.name)

    def say(self, database: Database, statement: str) -> None:
        with closing(psycopg2.connect(database.owner_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def drop(self, database: Database) -> None:
        self._say("DROP DATABASE {} WITH (FORCE)", database.name)

    def _at(self, url: str, name: str) -> str:
        return f"{url.rpartition('/')[0]}/{name}"

    def _say(self, statement: str, *names: str) -> None:
        owner = dj_database_url.parse(self.owner_url)
        place = {"host": owner["HOST"], "port": owner["PORT"] or None, "dbname": owner["NAME"]}
        login = {"user": owner["USER"], "password": owner["PASSWORD"] or None}
        with closing(psycopg2.connect(**place, **login)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory) -> Path:
    """A folder of this run, which its workers share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def databases(tmp_path_factory, run_folder) -> SQLiteFiles | PostgreSQLCluster:
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        return SQLiteFiles(tmp_path_factory.mktemp("databases"), run_folder)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return PostgreSQLCluster(url, os.environ.get("DATABASE_OWNER_URL", ""), worker, run_folder)


@pytest.fixture(scope="session")
def migrated(databases) -> Iterator[Database]:
    """The database that all others are copied from. Nobody connects to it once it is made."""
    database = databases.migrate("migrated")
    databases.say(database, CLOCK_BEATS)
    yield database
    databases.drop(database)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, databases, migrated):
    """Replaces pytest-django's fixture: the database of the tests that roll back."""
    database = databases.copy(migrated, "rolled_back")
    connections.settings["default"]["NAME"] = database.name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    databases.drop(database)


@pytest.fixture(autouse=True)
def a_round_has_just_ended(request) -> None:
    """For tests that roll back: their database was copied long before the last of them runs."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        with connections["default"].cursor() as cursor:
            cursor.execute(CLOCK_BEATS)


@pytest.fixture
def fresh_database(request, django_db_setup, django_db_blocker, databases, migrated):
    """A database for this test alone, where commits are real, for this process and its threads."""
    if "_django_db_helper" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("A test has either a fresh database or one that is rolled back, not both.")
    database = databases.copy(migrated, f"fresh_{next(_count)}")
    databases.say(database, CLOCK_BEATS)
    settings = connections.settings["default"]
    before = settings["NAME"]
    with django_db_blocker.unblock():
        connections.close_all()
        settings["NAME"] = database.name
        yield database
        connections.close_all()
        settings["NAME"] = before
    databases.drop(database)


_count = itertools.count(1)


# How many cases of one test are tried on PostgreSQL. The others differ in what Python does.
CASES = 2
NEEDS_A_DATABASE = {"db", "databases", "django_db_setup", "migrated", "fresh_database"}


def pytest_collection_modifyitems(config, items):
    _refuse_tests_that_empty_tables(items)
    if not os.environ["DATABASE_URL"].startswith("sqlite"):
        _leave_out_what_sqlite_showed(config, items)


def _leave_out_what_sqlite_showed(config, items) -> None:
    """Leaves out on PostgreSQL what was run on SQLite: tests that touch no database, those marked
    `sqlite_alone`, what is one more of its kind, and, unless marked `both_databases`, journeys and
    all but the first cases of a test. Of a file named on the command line only those marked
    `sqlite_alone` are left out."""
    named = any("::" in argument or argument.endswith(".py") for argument in config.args)
    kept = {item for item in items if not item.get_closest_marker("sqlite_alone")}
    if not named:
        kept = _first_cases({item for item in kept if _says_more_on_postgresql(item)})
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def _first_cases(items: set) -> set:
    """Of the cases of each test the first `CASES` as they are written, or all if it is marked."""
    cases = defaultdict(list)
    for item in items:
        cases[item.path, getattr(item, "originalname", item.name)].append(item)
    return {
        item
        for tried in cases.values()
        for item in sorted(tried, key=_place_of_case)[
            : None if tried[0].get_closest_marker("both_databases") else CASES
        ]
    }


def _place_of_case(item) -> tuple[int, ...]:
    case = getattr(item, "callspec", None)
    return tuple(case.indices[name] for name in sorted(case.indices)) if case else ()


def _says_more_on_postgresql(item) -> bool:
    if item.get_closest_marker("more_of_a_kind"):
        return False
    if item.get_closest_marker("both_databases"):
        return True
    if "browser_type" in getattr(item, "fixturenames", ()):
        return False
    asked_for = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or NEEDS_A_DATABASE & asked_for)


def _refuse_tests_that_empty_tables(items) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        emptied = marker and {"transaction", "reset_sequences"} & {
            name for name, wanted in marker.kwargs.items() if wanted
        }
        if emptied or TRANSACTIONAL & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(
                f"{item.nodeid}: the record cannot be emptied. Ask for fresh_database instead."
            )


@contextmanager
def in_place(database: Database):
    """Sends everything to `database` meanwhile, and not to the worker's own."""
    settings = connections.settings["default"]
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = database.name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


@contextmanager
def filled_once(databases, migrated, blocker, name: str) -> Iterator[Database]:
    """Sends everything meanwhile to a database called `name`, for a file of tests to fill."""
    database = databases.copy(migrated, name)
    with blocker.unblock(), in_place(database):
        yield database
    databases.drop(database)


@contextmanager
def undone_afterwards() -> Iterator[None]:
    """Undoes at the end what was done meanwhile to the database. It begins as if a round of the
    clock had just ended."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLOCK_BEATS)
        yield
        transaction.set_rollback(True)
