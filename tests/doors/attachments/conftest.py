"""Fixtures: a member of staff and a lead at their browsers, and a child."""

import pytest

from concerns.rules.roles import Role
from tests import factories
from tests.doors.attachments.adding_files import staff_of


@pytest.fixture
def lead(where):
    return staff_of(where, Role.DSL)


@pytest.fixture
def staff(where):
    return staff_of(where)


@pytest.fixture
def child(where):
    return factories.child(where)
