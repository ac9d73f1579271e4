"""A post without one of its powers, as if the table of posts and powers said so."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from concerns.rules import roles
from concerns.rules.roles import May, Role
from tests.composed import forget_composed_statements


@contextmanager
def post_without(role: Role, *powers: May) -> Iterator[None]:
    """Takes `powers` from the post `role`. Who has a power is written into statements that are
    composed once in a process, so they are composed anew, and once more afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(roles.ROLES, role, roles.ROLES[role] - set(powers))
        forget_composed_statements()
        try:
            yield
        finally:
            forget_composed_statements()
