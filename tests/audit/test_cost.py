"""Tests that what the audit asks of the database does not grow with what there is to tell."""

import pytest

from concerns.doors import sight
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from tests import counting, factories
from tests.audit.conftest import look

MOST_STATEMENTS = 20
PAGES = {
    "/audit/": MOST_STATEMENTS,
    "/audit/?year=all": MOST_STATEMENTS,
    "/audit/print/": MOST_STATEMENTS,
    "/audit/rows/?year=all&which=open": 12,
    "/audit/csv/?year=all": 9,
}


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


@pytest.mark.usefixtures("two_years")
def test_a_year_costs_at_most_five_times_the_queue(head):
    cost = {}
    for page in ("/triage/", "/audit/?year=2025"):
        read(head, page)
        cost[page] = counting.count_calls(lambda: read(head, page))  # noqa: B023
    assert cost["/audit/?year=2025"] <= 5 * cost["/triage/"], cost
