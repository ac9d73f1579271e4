"""Counts what a page costs, in figures that are the same each time: statements, calls, steps."""

import gc
import sys
from contextlib import contextmanager

from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

# What opens, closes or marks a transaction is not counted as a statement.
BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def list_statements(ask) -> list[str]:
    """The SQL that `ask()` sends to the database."""
    with CaptureQueriesContext(connection) as caught:
        ask()
    return [query["sql"] for query in caught if not query["sql"].startswith(BOUNDS)]


def count_calls(ask) -> int:
    """How many Python and C functions `ask()` calls.

    It is within a hundred of the same each time, and some hundreds more once in a while: whoever
    sets a limit to it leaves room of a twentieth.
    """
    counted = 0

    def count(_frame, event, _argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    # Garbage of an earlier test is not counted for this page.
    gc.collect()
    gc.disable()
    sys.setprofile(count)
    try:
        ask()
    finally:
        sys.setprofile(None)
        gc.enable()
    return counted


@contextmanager
def count_sqlite_steps():
    """Gives a list whose one figure is, at the end, the steps of SQLite's virtual machine."""
    connection.ensure_connection()
    taken = [0]

    def step():
        taken[0] += 1
        return 0

    connection.connection.set_progress_handler(step, 1)
    try:
        yield taken
    finally:
        connection.connection.set_progress_handler(None, 1)


def render_view(view, viewer, address: str = "/", **given) -> str:
    """The page that `view` shows to `viewer`, at the viewer's own time."""
    request = RequestFactory().get(address)
    request.viewer = viewer
    request.session = {}
    return view(request, **given).content.decode()
