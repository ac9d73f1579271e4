"""Tests for what it costs to read a concern and to decide on it: statements, calls and commits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concerns.rules.lifecycle import State
from tests import factories
from tests.counting import count_calls, list_statements
from tests.desk import FULL, Desk

# Whose the page is, who reads it and what the clock says take three; the concern, its children and
# the line of the record three; what there is of it, its steps, children and marks five; the child's
# family and what their file says four; the earlier concerns about the child four. The form that
# decides asks for the staff, the whole file, whether advice comes first, and its draft too. One
# asks how many children's files the reader has opened.
MOST = {"": 20, "decide/": 24}
# Python and C, on either database, of a young concern about one child with three others beside it:
# 36,700 and 83,000 (and the post 44,600), and a tenth for what a request does once in a while.
MOST_CALLS = {"": 40_400, "decide/": 91_000}
MOST_TO_DECIDE = 28
MOST_CALLS_TO_DECIDE = 49_000


@pytest.fixture
def desk(client, fresh_database):
    return Desk(client, factories.school())


@pytest.fixture
def path(desk):
    child = factories.child(desk.where)
    for _ in range(3):
        desk.concern(State.WAITING, children=(child,))
    concern = desk.concern(State.WAITING, children=(child,), marks=(factories.body_mark(),))
    return f"/triage/{concern.uid}/"


def count_commits(asked) -> int:
    return sum(one["sql"].startswith("COMMIT") for one in asked)


@pytest.mark.parametrize("part", MOST)
def test_a_concern_is_read_and_decided_beside_in_one_commit_and_few_statements(desk, path, part):
    desk.open(path + part)
    with CaptureQueriesContext(connection) as asked:
        assert desk.open(path + part).status_code == 200
    assert count_commits(asked) == 1
    assert len(list_statements(lambda: desk.open(path + part))) <= MOST[part]
    assert count_calls(lambda: desk.open(path + part)) <= MOST_CALLS[part]


def test_deciding_takes_one_commit_and_few_statements(desk, path):
    given = desk.carried(f"{path}decide/") | FULL
    with CaptureQueriesContext(connection) as asked:
        assert desk.client.post(f"{path}decide/", given).status_code == 302
    assert count_commits(asked) == 1
    said = [one["sql"] for one in asked if not one["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len(said) <= MOST_TO_DECIDE


def test_deciding_takes_few_calls(desk, path):
    # A process composes some of its statements when they are first sent.
    other = f"/triage/{desk.concern(State.WAITING).uid}/decide/"
    desk.client.post(other, desk.carried(other) | FULL)
    given = desk.carried(f"{path}decide/") | FULL
    calls = count_calls(lambda: desk.client.post(f"{path}decide/", given))
    assert "Nothing has been decided yet." not in desk.open(path).content.decode()
    assert calls <= MOST_CALLS_TO_DECIDE


def test_a_draft_that_cannot_end_leaves_nothing_decided(desk, path, monkeypatch):
    def fail(*_given, **_more):
        raise RuntimeError

    given = desk.carried(f"{path}decide/") | FULL
    monkeypatch.setattr("concerns.doors.unsent_words.delete_kept_words", fail)
    with pytest.raises(RuntimeError):
        desk.client.post(f"{path}decide/", given)
    assert "Nothing has been decided yet." in desk.open(path).content.decode()
