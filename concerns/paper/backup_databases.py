"""Copies a whole database out to a file, and back: SQLite and PostgreSQL.

Both copies are of one moment, while the site goes on writing. Both ways back are one transaction:
the database is wholly what it was or wholly what was restored. A database that is no database of
ours is never written over.

On PostgreSQL the programs pg_dump, pg_restore and psql are used, of the server's version or newer,
and everything is done as the owner of the tables (`DATABASE_OWNER_URL`). What these programs print
may quote a row, so only the kind of an error is passed on.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from django.db import connection

from concerns.paper.backup_archive import BackupRefused, LedgerSize

# Tables that have a row as soon as anybody uses the site. Others have rows after `migrate`.
USED = ("concerns_school", "concerns_person", "concerns_line")
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
LEDGER = "SELECT count(*), coalesce(max(id), 0) FROM concerns_line"
HEAD = "SELECT digest FROM concerns_line WHERE id = {}"
NOT_WHOLE = "The database in this backup is not whole. Use another backup."


class DatabaseCopier(Protocol):
    """What a backup and a restore need from a database, whichever of the two kinds it is. `kind` is
    its name in the manifest."""

    kind: str

    def copy_out(self, to: Path) -> tuple[dict[str, list[str]], LedgerSize]:
        """Copy the whole database to the file `to`. Returns its migrations and its ledger's
        size, of the same moment."""

    def check_copy(self, copy: Path, ledger: LedgerSize) -> None:
        """Raise BackupRefused if `copy` is not a whole database with this ledger."""

    def copy_in(self, copy: Path, ledger: LedgerSize) -> None:
        """Put `copy` in the place of all that is there. Raises BackupRefused, and changes nothing
        then."""


def choose_copier() -> DatabaseCopier:
    """For the database of this installation."""
    return SQLiteCopier() if connection.vendor == "sqlite" else PostgreSQLCopier()


def find_tables() -> set[str]:
    return set(connection.introspection.table_names())


def is_database_used(tables: set[str]) -> bool:
    """Whether the database with these `tables` has rows that somebody made. Raises BackupRefused
    if they are not ours."""
    if tables and "django_migrations" not in tables:
        raise BackupRefused(
            "The database here is not one of this product. Give DATABASE_URL an empty one."
        )
    with connection.cursor() as cursor:
        for table in tables.intersection(USED):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - names of our own
            if cursor.fetchone():
                return True
    return False


def _group_migrations(rows: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in rows:
        found.setdefault(app, []).append(name)
    return found


def _read_state(cursor: Any) -> tuple[dict[str, list[str]], LedgerSize]:
    """The migrations and the ledger's size, by any database's `cursor`."""
    cursor.execute(MIGRATIONS)
    migrations = _group_migrations(cursor.fetchall())
    cursor.execute(LEDGER)
    lines, last = cursor.fetchone()
    cursor.execute(HEAD.format(int(last)))
    head = cursor.fetchone()
    return migrations, LedgerSize(lines, last, head[0] if head else "")


class SQLiteCopier:
    """By SQLite's own online backup, which copies a database in use, page by page and whole."""

    kind = "sqlite"

    def copy_out(self, to: Path) -> tuple[dict[str, list[str]], LedgerSize]:
        connection.ensure_connection()
        to.touch(mode=0o600)
        with closing(sqlite3.connect(to)) as copy:
            connection.connection.backup(copy)
            # One file, which needs no other beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            if _sqlite_faults(copy):
                raise BackupRefused(
                    "The database here is damaged, so there is nothing to back up. Keep the file, "
                    "and restore the last good backup."
                )
            return _read_state(copy.cursor())

    def check_copy(self, copy: Path, ledger: LedgerSize) -> None:
        try:
            with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as found:
                whole = not _sqlite_faults(found) and _read_state(found.cursor())[1] == ledger
        except sqlite3.Error as wrong:
            raise BackupRefused(NOT_WHOLE) from wrong
        if not whole:
            raise BackupRefused(NOT_WHOLE)

    def copy_in(self, copy: Path, ledger: LedgerSize) -> None:
        target = connection.settings_dict["NAME"]
        connection.close()
        try:
            with (
                closing(sqlite3.connect(copy)) as source,
                closing(sqlite3.connect(target, timeout=20)) as here,
            ):
                source.backup(here)
        except sqlite3.Error as wrong:
            raise BackupRefused(
                "The database could not be written, and is as it was. Stop the site and "
                "manage.py clock, and see that the disk has room."
            ) from wrong


def _sqlite_faults(database: sqlite3.Connection) -> bool:
    (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    return said != "ok" or database.execute("PRAGMA foreign_key_check").fetchone() is not None


class PostgreSQLCopier:
    """By pg_dump's custom format, and back through psql in one transaction."""

    kind = "postgresql"

    def copy_out(self, to: Path) -> tuple[dict[str, list[str]], LedgerSize]:
        to.touch(mode=0o600)
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                state = _read_state(cursor)
                _run_program(
                    "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                    f"--snapshot={snapshot}", f"--file={to}", _connection_words(),
                )  # fmt: skip
            finally:
                cursor.execute("ROLLBACK")
        return state

    def check_copy(self, copy: Path, ledger: LedgerSize) -> None:
        """All of it is read and unpacked, and nothing of it run. The ledger is compared while it is
        restored, before that counts."""
        try:
            _run_program("pg_restore", f"--file={os.devnull}", str(copy))
        except BackupRefused as wrong:
            raise BackupRefused(f"{NOT_WHOLE} {wrong}") from wrong

    def copy_in(self, copy: Path, ledger: LedgerSize) -> None:
        written = copy.with_suffix(".sql")
        _run_program("pg_restore", "--no-owner", "--no-privileges", f"--file={written}", str(copy))
        tables = ", ".join(f'"{table}"' for table in sorted(find_tables()))
        connection.close()
        before = ["--command=DROP FUNCTION IF EXISTS concerns_refuse() CASCADE"]
        if tables:
            before.insert(0, f"--command=DROP TABLE {tables} CASCADE")
        try:
            # All of it is one transaction: an error anywhere leaves the database as it was.
            _run_program(
                "psql", "--no-psqlrc", "--quiet", "--single-transaction",
                "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate", f"--output={os.devnull}",
                _connection_words(), *before, f"--file={written}",
                f"--command={_fail_unless_ledger_is(ledger)}",
            )  # fmt: skip
        except BackupRefused as wrong:
            raise BackupRefused(
                f"The database is as it was. {wrong} Does DATABASE_OWNER_URL name the owner of the "
                "tables, and is PostgreSQL as new as the one backed up?"
            ) from wrong


def _fail_unless_ledger_is(ledger: LedgerSize) -> str:
    """SQL that fails unless the ledger has this size and this last line."""
    # pg_restore leaves no schema to look in.
    return (
        "DO $$ BEGIN "  # noqa: S608 - a number, and a hash that was read as one
        f"IF (SELECT count(*) FROM public.concerns_line) <> {int(ledger.lines)} "
        "OR coalesce((SELECT digest FROM public.concerns_line ORDER BY id DESC LIMIT 1), '') "
        f"<> '{ledger.head}' THEN "
        "RAISE EXCEPTION 'the ledger is not the one described'; END IF; END $$"
    )


def _find_program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not on this machine: apt-get install postgresql-client.")
    return found


def _run_program(name: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - programs of our own choice
        [_find_program(name), *arguments],
        env=_program_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupRefused(f"{name} could not do it: {_kind_of_error(done.stderr)}.")


def _kind_of_error(said: str) -> str:
    """The first error of a program, without what may quote a row."""
    errors = [line for line in said.splitlines() if "error:" in line.lower()]
    return errors[0].partition("rror:")[2].strip() if errors else "it says no more"


def _connection_words() -> str:
    """How the programs reach the database, without the password."""
    params: Mapping[str, Any] = connection.get_connection_params()
    return "--dbname=" + " ".join(
        f"{name}='{str(value).replace(chr(92), chr(92) * 2).replace(chr(39), chr(92) + chr(39))}'"
        for name, value in params.items()
        if isinstance(value, str | int) and name not in ("password", "client_encoding")
    )


def _program_environment() -> dict[str, str]:
    password = connection.settings_dict["PASSWORD"]
    return os.environ | ({"PGPASSWORD": password} if password else {})
