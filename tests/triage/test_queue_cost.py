"""Tests for what the page of the queue costs, whatever the number of its rows."""

from dataclasses import replace

import pytest
from django.utils import timezone

from concerns.rules.roles import Role
from concerns.triage import queries
from tests import factories
from tests.counting import count_calls, list_statements
from tests.triage.open_concerns import open_ones

pytestmark = pytest.mark.long

# The twelve of the goal, and one for the views that somebody saved.
MOST_STATEMENTS = 13
# Of a page of 25 rows, whatever the queue: 33,700, and a tenth for what a request does once in a
# while. The views that somebody saved take 600 of them.
MOST_CALLS = 37_000


@pytest.mark.django_db
@pytest.mark.parametrize("number", [5, 50])
def test_the_queue_asks_the_same_of_the_database_whatever_the_rows(client, number):
    where = factories.school()
    lead = factories.viewer(where, Role.DSL)
    open_ones(where, lead, number)
    factories.sign_in(client, lead.person)
    client.get("/triage/")

    first = list_statements(lambda: client.get("/triage/"))
    assert len(first) <= MOST_STATEMENTS, first
    more = queries.read_queue_page(replace(lead, now=timezone.now()), {}).more
    if more:
        assert len(list_statements(lambda: client.get(f"/triage/{more}"))) <= MOST_STATEMENTS
    assert count_calls(lambda: client.get("/triage/")) <= MOST_CALLS
