"""Fixtures: a school with a head who is not the lead, a chair, a lead, and a writer."""

import pytest

from concerns.rules.adult_vocabulary import AdultConcernSort
from concerns.rules.roles import Role
from tests import adults, factories


@pytest.fixture
def where(db):
    return factories.school()


@pytest.fixture
def head(where):
    return _in_post(where, Role.HEAD, "Hedda Head")


@pytest.fixture
def chair(where):
    return _in_post(where, Role.CHAIR, "Cho Chair")


@pytest.fixture
def lead(where):
    return _in_post(where, Role.DSL, "Dee Lead")


@pytest.fixture
def writer(where):
    return _in_post(where, Role.STAFF, "Wyn Writer")


@pytest.fixture
def dan(where):
    """The person the concern is about."""
    return factories.person(where, name="Dan Dubious")


@pytest.fixture
def harm(writer, dan, head):
    """A concern that Dan may harm somebody; the head has it."""
    return adults.send_adult_concern(writer, dan, sort=AdultConcernSort.HARM)


def _in_post(where, role, name):
    return factories.viewer(where, role, who=factories.person(where, role, name=name))
