"""Tests for what reading a concern costs: statements and commits, on a database of its own."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from concerns.rules.lifecycle import State
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk

# Whose the page is, who reads it and what the clock says take five; the concern and its line two;
# what there is of it and of the child's file two, and each kind that there is one; the earlier
# concerns about the child five; the strip above two.
MOST = 30


def test_reading_a_concern_takes_one_commit_and_few_statements(client, fresh_database):
    desk = Desk(client, factories.school())
    child = factories.child(desk.where)
    for _ in range(3):
        desk.concern(State.WAITING, children=(child,))
    concern = desk.concern(State.WAITING, children=(child,), marks=(factories.body_mark(),))
    path = f"/triage/{concern.uid}/"
    desk.open(path)
    with CaptureQueriesContext(connection) as asked:
        assert desk.open(path).status_code == 200
    commits = [one for one in asked if one["sql"].startswith("COMMIT")]
    assert len(commits) == 1
    assert len(list_statements(lambda: desk.open(path))) <= MOST
