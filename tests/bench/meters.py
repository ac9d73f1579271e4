"""Meters of what a request costs, in counts that are the same each time, and by the clock.

SQL statements: every one through Django's cursor, but BEGIN and COMMIT. (PostgreSQL's health check
of a kept connection, `SELECT 1` once a request, does not pass the cursor and is not counted.)
Commits: every COMMIT, and every write outside a transaction.
Engine work on SQLite: steps of its virtual machine, by a progress handler called after each one.
Engine work on PostgreSQL: blocks of tables, indexes and oversized values touched, hit or read, by
`pg_statio_user_tables`; the connection's own counters are flushed before and after by
`pg_stat_force_next_flush`, and nothing else runs: the fill has turned autovacuum off.
Calls: of Python functions, by `sys.setprofile`; C functions are not counted.
CPU: of this process, without the database server's own on PostgreSQL. The floors, which are the
least a request can cost, are run in between, so that whatever slows the machine slows both.
Wall clock: everything together.
"""

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

from django.db import connection

# Runs for the clock: so many, or so many seconds of them.
MOST = 60
LONG_ENOUGH = 3
WRITES = ("INSERT", "UPDATE", "DELETE")
_BLOCKS = """
SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0)
  + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0)
  + coalesce(tidx_blks_read, 0) + coalesce(tidx_blks_hit, 0)) FROM pg_statio_user_tables
"""


class Statements:
    def __init__(self):
        self.sql = self.commits = 0
        # (verb, table) of what was written.
        self.written: Counter = Counter()

    @contextmanager
    def measuring(self):
        commit = connection._commit
        connection._commit = lambda: self._commit(commit)
        try:
            with connection.execute_wrapper(self._execute):
                yield
        finally:
            del connection._commit

    def _commit(self, commit):
        self.commits += 1
        return commit()

    def _execute(self, execute, sql, params, many, context):
        verb = sql.lstrip().split(None, 1)[0].upper()
        if verb not in {"BEGIN", "COMMIT"}:
            self.sql += 1
        if verb in WRITES:
            self.written[verb, sql.split('"')[1]] += 1
            self.commits += not connection.in_atomic_block
        return execute(sql, params, many, context)

    @property
    def said(self) -> dict[str, int]:
        return {"sql": self.sql, "commits": self.commits}


class Engine:
    """The database's own work: SQLite's steps or PostgreSQL's blocks."""

    def __init__(self):
        self.work = 0

    @contextmanager
    def measuring(self):
        connection.ensure_connection()
        measured = self._blocks if connection.vendor == "postgresql" else self._steps
        yield from measured()

    def _steps(self):
        def step():
            self.work += 1

        connection.connection.set_progress_handler(step, 1)
        try:
            yield
        finally:
            connection.connection.set_progress_handler(None, 0)

    def _blocks(self):
        before = self._touched()
        yield
        self.work += self._touched() - before

    def _touched(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(_BLOCKS)
            return int(cursor.fetchone()[0])

    @property
    def said(self) -> dict[str, int]:
        return {"engine": self.work}


class Calls:
    def __init__(self):
        self.count = 0

    @contextmanager
    def measuring(self):
        def called(frame, event, argument):
            if event == "call":
                self.count += 1

        sys.setprofile(called)
        try:
            yield
        finally:
            sys.setprofile(None)
            # Leaving this block makes two more calls, which are not the site's.
            self.count -= 2

    @property
    def said(self) -> dict[str, int]:
        return {"calls": self.count}


class Clock:
    """CPU seconds of this process, and seconds by the clock, which include a server's work."""

    def __init__(self):
        self.cpu = self.wall = 0.0

    @contextmanager
    def measuring(self):
        wall = time.perf_counter()
        cpu = time.process_time()
        yield
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall


def metered(through, meter):
    """`through`, with `meter` running only while a request is on its way."""

    def measured(sent):
        with meter.measuring():
            return through(sent)

    return measured


def least(asked: dict[str, Callable], often: int = 0) -> dict[str, Clock]:
    """The least of each of `asked`, run in turn: `often` times, or as there is time for.

    The least, because whatever disturbs a run only ever adds to it.
    """
    gc.collect()
    found: dict[str, Clock] = {}
    begun = time.perf_counter()
    rounds = 0
    while rounds < (often or MOST) and (often or time.perf_counter() - begun < LONG_ENOUGH):
        rounds += 1
        for name, ask in asked.items():
            clock = Clock()
            ask(clock)
            best = found.setdefault(name, clock)
            best.cpu = min(best.cpu, clock.cpu)
            best.wall = min(best.wall, clock.wall)
    return found
