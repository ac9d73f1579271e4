"""Tests that a concern's page offers nothing that the act behind it would refuse its reader."""

import re

import pytest

from concerns.rules import roles
from concerns.rules.lifecycle import State
from concerns.rules.roles import PART_READERS, READERS, ROLES, May, Role
from tests.desk import Desk

pytestmark = pytest.mark.django_db

OFFERED = re.compile(r'(?:href|action)="(/(?:triage|refer|chase|child)/[^"#?]+)')
CHILD_READERS = [role for role in READERS if May.READ in ROLES[role]]
# Every power of a role that can be taken away and leave its reader a page to look at.
POWERS = {role: ROLES[role] - {May.SUBMIT, May.READ} for role in CHILD_READERS}


# One state for each reader is tried by `make quick` and on PostgreSQL.
REST = pytest.mark.more_of_a_kind
STATES = [State.DECIDED, *(pytest.param(one, marks=REST) for one in State if one != State.DECIDED)]


def offered_by(page: str) -> set[str]:
    """The addresses of the page's own links and buttons, without the header that every page has."""
    return set(OFFERED.findall(page.split("</header>", 1)[1]))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", sorted(CHILD_READERS))
def test_without_a_power_nothing_is_offered_that_needs_it(client, where, monkeypatch, role, state):
    Desk(client, where, role)
    concern = Desk(type(client)(), where, Role.DSL).concern(state)
    refused = set()
    for power in sorted(POWERS[role]):
        monkeypatch.setitem(roles.ROLES, role, ROLES[role] - {power})
        page = client.get(f"/triage/{concern.uid}/").content.decode()
        refused |= {
            (power, address)
            for address in offered_by(page)
            if client.get(address).status_code == 403
        }
        monkeypatch.undo()
    assert refused == set()


@pytest.mark.parametrize("role", sorted(set(CHILD_READERS) - PART_READERS))
def test_with_every_power_each_is_offered(client, where, role):
    desk = Desk(client, where, role)
    concern = desk.concern(State.DECIDED)
    offered = offered_by(client.get(f"/triage/{concern.uid}/").content.decode())
    acts = ("decide", "close", "hand", "note", "exclude", "refile")
    assert {f"/triage/{concern.uid}/{act}/" for act in acts} <= offered
