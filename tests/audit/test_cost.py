"""Tests that what the audit asks of the database does not grow with what there is to tell."""

from datetime import timedelta

import pytest

from concerns.audit import queries
from concerns.doors import sight
from concerns.models import LedgerLine
from concerns.paper import csv_writing
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from tests import counting, factories
from tests.audit.conftest import Year, look

MOST_STATEMENTS = 20
PAGES = {
    "/audit/": MOST_STATEMENTS,
    "/audit/?year=all": MOST_STATEMENTS,
    "/audit/print/": MOST_STATEMENTS,
    "/audit/rows/?year=all&which=open": 12,
    "/audit/csv/?year=all": 9,
}
MOST_CALLS_A_CSV_ROW = 150
MOST_STATEMENTS_A_PIECE = 7


def read(viewer, page: str) -> None:
    b"".join(look(viewer, page))


def fill(where, writer, lead, count: int) -> None:
    children = [factories.child(where) for _ in range(3)]
    for number in range(count):
        factories.concern_at(
            list(State)[number % 3],
            where=where,
            by=writer,
            lead=lead,
            now=factories.NOW,
            children=(children[number % 3],),
            categories=["neglect", "housing"][: number % 3],
        )


def test_pages_ask_as_much_of_fifty_concerns_as_of_five(head, where, writer, lead):
    fill(where, writer, lead, 5)
    at_five = {page: len(counting.list_statements(lambda: read(head, page))) for page in PAGES}  # noqa: B023
    fill(where, writer, lead, 45)
    at_fifty = {page: len(counting.list_statements(lambda: read(head, page))) for page in PAGES}  # noqa: B023
    assert at_five == at_fifty
    assert all(at_fifty[page] <= most for page, most in PAGES.items()), at_fifty


def test_a_trail_asks_as_much_of_fifty_readings_as_of_five(head, where, lead):
    concern = factories.concern_at(State.CLOSED, where=where, lead=lead)
    page = f"/audit/concern/{concern.uid}/"
    asked = []
    for count in (5, 45):
        for _ in range(count):
            sight.open_concern(lead, concern.uid, Kind.OPENED)
        asked.append(len(counting.list_statements(lambda: read(head, page))))
    assert asked[0] == asked[1]
    assert asked[0] <= 30


def test_a_year_costs_at_most_five_times_the_queue(audit_head):
    cost = {}
    for page in ("/triage/", "/audit/?year=2025"):
        read(audit_head, page)
        cost[page] = counting.count_calls(lambda: read(audit_head, page))  # noqa: B023
    assert cost["/audit/?year=2025"] <= 5 * cost["/triage/"], cost


@pytest.fixture
def add_concerns(where, writer, lead):
    """Adds so many concerns of every kind, the newest at the time of the tests."""
    year = Year(where, writer, lead)

    def add(number: int) -> None:
        for each in range(number):
            year.make(factories.NOW - timedelta(days=3 * each + 40))

    return add


def test_a_row_of_the_csv_file_costs_few_calls(head, add_concerns):
    cost = []
    for number in (10, 40):
        add_concerns(number)
        read(head, "/audit/csv/?year=all")
        cost.append(counting.count_calls(lambda: read(head, "/audit/csv/?year=all")))
    assert (cost[1] - cost[0]) / 40 <= MOST_CALLS_A_CSV_ROW, cost


def test_the_csv_file_is_recorded_before_its_first_byte_and_read_as_it_is_taken(head, add_concerns):
    add_concerns(1)
    answer = look(head, "/audit/csv/?year=all")
    assert answer.streaming
    assert LedgerLine.objects.filter(kind=Kind.EXPORTED).count() == 1
    pieces = iter(answer.streaming_content)
    assert not counting.list_statements(lambda: next(pieces))
    assert counting.list_statements(lambda: next(pieces))


def test_a_csv_file_goes_on_after_each_piece_and_nothing_is_lost_or_twice(
    head, add_concerns, monkeypatch
):
    add_concerns(7)
    whole = b"".join(look(head, "/audit/csv/?year=all"))
    for piece in (1, 3, 7):
        monkeypatch.setattr(queries, "CSV_PIECE", piece)
        assert b"".join(look(head, "/audit/csv/?year=all")) == whole


def test_a_reader_who_goes_away_leaves_nothing_open_and_the_rest_unread(
    head, add_concerns, monkeypatch
):
    add_concerns(3)
    monkeypatch.setattr(queries, "CSV_PIECE", 1)
    monkeypatch.setattr(csv_writing, "ROWS_IN_A_PIECE", 1)
    answer = look(head, "/audit/csv/?year=all")
    pieces = iter(answer.streaming_content)
    next(pieces)
    first = counting.list_statements(lambda: next(pieces))
    assert 0 < len(first) <= MOST_STATEMENTS_A_PIECE
    assert not counting.list_statements(answer.close)
