"""Writes a million rows into either database in minutes.

A table's rows are lists in the order of its columns, written by SQLite's `executemany` or by
PostgreSQL's COPY. Indexes and foreign keys are dropped while the rows go in and are made again
afterwards, when the database checks every row against them. No model is saved and no act is called:
`test_bench.py` checks that the rows are such as the acts would have let through.
"""

import io
import random
import sqlite3
from contextlib import contextmanager
from datetime import time

from django.core.management.color import no_style
from django.db import connection
from django.db.models import NOT_PROVIDED, Max

from concerns.models.base import encrypted_text


class Table:
    """One table that is being filled: `add` takes a row by attribute names and returns its id."""

    def __init__(self, model, chance: random.Random, said: list[str]):
        columns = model._meta.concrete_fields
        self.name = model._meta.db_table
        self.columns = [field.column for field in columns]
        self.place = {field.attname: number for number, field in enumerate(columns)}
        self.blank = [_blank(field) for field in columns]
        self.bound = {
            field.attname: f"|{self.name}.{field.column}|".encode()
            for field in columns
            if isinstance(field, encrypted_text.EncryptedText)
        }
        self.uids = "uid" in self.place
        self.chance = chance
        self.said = said
        self.last = 0
        self.rows: list[list] = []

    def add(self, **values) -> int:
        self.last += 1
        row = self.blank.copy()
        row[0] = self.last
        if self.uids and "uid" not in values:
            values["uid"] = self.uid()
        for name, value in values.items():
            if value and name in self.bound:
                self.said.append(value)
                value = encrypted_text.encrypt_text(
                    value, self.bound[name] + bytes.fromhex(values["uid"])
                )
            row[self.place[name]] = value
        self.rows.append(row)
        return self.last

    def uid(self) -> str:
        """The next row's uid. Its first part rises, so that the index grows only at its end."""
        return f"{self.last:08x}{self.chance.getrandbits(96):024x}"


def _blank(field):
    default = field.default
    if default is NOT_PROVIDED or callable(default):
        return "" if field.empty_strings_allowed and not field.null else None
    return default


class Tables:
    """Every table that is being filled, ordered so that each refers only to those before it."""

    def __init__(self, *models, seed: int):
        self.chance = random.Random(seed)
        self.models = models
        # Every text that was encrypted, until somebody has taken them.
        self.said: list[str] = []
        self.by_name = {m.__name__: Table(m, self.chance, self.said) for m in models}

    def __getattr__(self, name: str) -> Table:
        return self.by_name[name]

    def go_on(self) -> None:
        """Continues counting after what is in the database already."""
        for model, table in zip(self.models, self.by_name.values(), strict=True):
            key = model._meta.concrete_fields[0].attname
            table.rows = []
            table.last = model.objects.aggregate(last=Max(key))["last"] or 0

    def write(self) -> None:
        """Writes everything gathered so far into the database."""
        for table in self.by_name.values():
            if table.rows:
                _write(table)
                table.rows = []

    def at_once(self):
        return _indexes_aside([table.name for table in self.by_name.values()])

    def continue_counting(self) -> None:
        """Sets the database's own counters to go on after the last row."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), self.models):
                cursor.execute(statement)


def _write(table: Table) -> None:
    names = ", ".join(f'"{column}"' for column in table.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = io.StringIO("".join(map(_line, table.rows)))
            cursor.copy_expert(f'COPY "{table.name}" ({names}) FROM STDIN', lines)
        else:
            # SQLite's driver has no type for a time of day.
            sqlite3.register_adapter(time, str)
            marks = ", ".join("?" * len(table.columns))
            insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
            raw = connection.connection
            raw.execute("BEGIN")
            raw.executemany(insert, table.rows)
            raw.execute("COMMIT")


def _line(row: list) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value) -> str:
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(int(value)) if isinstance(value, bool) else str(value)


@contextmanager
def _indexes_aside(tables: list[str]):
    with connection.cursor() as cursor:
        aside = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
        yield from aside(cursor, tables)


def _on_sqlite(cursor, tables):
    """Turns off SQLite's safety while filling, which loses nothing: the file is thrown away.

    What the web relies on is turned on again at the end.
    """
    cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index'")
    indexes = [(name, sql) for name, table, sql in cursor.fetchall() if sql and table in tables]
    for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1500000", "foreign_keys=0"):
        cursor.execute(f"PRAGMA {setting}")
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, sql in indexes:
        cursor.execute(sql)
    cursor.execute("PRAGMA foreign_key_check")
    if cursor.fetchone():
        raise ValueError("a row of the bench refers to a row that is not there")
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-2000", "foreign_keys=1"):
        cursor.execute(f"PRAGMA {setting}")


def _on_postgresql(cursor, tables):
    cursor.execute("SET maintenance_work_mem = '1GB'")
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('f', 'u') AND conrelid::regclass::text = ANY(%s)"
        " ORDER BY contype DESC, conname",
        [tables],
    )
    constraints = cursor.fetchall()
    # Foreign keys go first and come last: they stand on the unique columns.
    for table, name, _ in reversed(constraints):
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [tables],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, sql in indexes:
        cursor.execute(sql)
    for table, name, sql in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {sql}')
    for table in tables:
        # What the database's own housekeeping would have done by night; not in the middle of a
        # measurement.
        cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
