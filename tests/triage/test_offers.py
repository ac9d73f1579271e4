"""Tests that a concern's page offers nothing that the act behind it would refuse its reader."""

import re
from itertools import product

import pytest
from django.urls import resolve

from concerns.doors.gate import may_open
from concerns.rules.lifecycle import State
from concerns.rules.roles import PART_READERS, READERS, ROLES, May, Role
from tests.desk import Desk
from tests.posts import post_without

# What a page offers, Python alone decides.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_alone]

OFFERED = re.compile(r'(?:href|action)="(/(?:triage|refer|chase|child)/[^"#?]+)')
CHILD_READERS = [role for role in READERS if May.READ in ROLES[role]]
# Every power of a role that can be taken away and leave its reader a page to look at.
POWERS = {role: ROLES[role] - {May.SUBMIT, May.READ} for role in CHILD_READERS}


# Every page offered is opened by whoever has most powers, in the state in which most is offered.
# Elsewhere the gate is asked, which also answers for the page itself where it is opened.
MOST_POWERS, MOST_OFFERED = max(CHILD_READERS, key=lambda role: len(ROLES[role])), State.DECIDED
ELSEWHERE = [
    (role, state)
    for role, state in product(sorted(CHILD_READERS), sorted(State))
    if (role, state) != (MOST_POWERS, MOST_OFFERED)
]


def offered_by(page: str) -> set[str]:
    """The addresses of the page's own links and buttons, without the header that every page has."""
    return set(OFFERED.findall(page.split("</header>", 1)[1]))


def refusals(client, role, concern, is_refused) -> set[tuple[May, str]]:
    """Each power without which the page of `concern` offers what is refused then, and the address
    of that."""
    found = set()
    for power in sorted(POWERS[role]):
        with post_without(role, power):
            page = client.get(f"/triage/{concern.uid}/").content.decode()
            found |= {(power, address) for address in offered_by(page) if is_refused(address)}
    return found


def test_without_a_power_nothing_is_offered_whose_page_is_refused(client, where):
    Desk(client, where, MOST_POWERS)
    concern = Desk(type(client)(), where, Role.DSL).concern(MOST_OFFERED)

    def is_refused(address: str) -> bool:
        return client.get(address).status_code == 403

    assert refusals(client, MOST_POWERS, concern, is_refused) == set()


@pytest.mark.long
@pytest.mark.parametrize(("role", "state"), ELSEWHERE)
def test_nor_to_anybody_else_or_in_another_state_what_the_gate_refuses(client, where, role, state):
    desk = Desk(client, where, role)
    concern = Desk(type(client)(), where, Role.DSL).concern(state)

    def is_refused(address: str) -> bool:
        return not may_open(desk.viewer, resolve(address).url_name)

    assert refusals(client, role, concern, is_refused) == set()


@pytest.mark.parametrize("role", sorted(set(CHILD_READERS) - PART_READERS))
def test_with_every_power_each_is_offered(client, where, role):
    desk = Desk(client, where, role)
    concern = desk.concern(State.DECIDED)
    offered = offered_by(client.get(f"/triage/{concern.uid}/").content.decode())
    acts = ("decide", "close", "hand", "note", "exclude", "refile")
    assert {f"/triage/{concern.uid}/{act}/" for act in acts} <= offered
