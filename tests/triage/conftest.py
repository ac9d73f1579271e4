"""Fixtures: a school and its lead, for the tests of what a lead sees and does."""

import pytest

from concerns.rules.roles import Role
from tests import factories


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)
