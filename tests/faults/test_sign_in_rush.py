"""Everybody of a school signs in within one minute, from the school's one address."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests import factories

STAFF = 150
AT_ONCE = 33


@pytest.fixture
def staff(server):
    school = factories.school()
    return [factories.person(school) for _ in range(STAFF)]


@pytest.mark.long
@pytest.mark.both_databases
def test_a_hundred_and_fifty_staff_behind_one_address_get_in_within_a_minute(server, staff):
    with ExitStack() as open_until:
        pairs = [
            (open_until.enter_context(server.visitor(timeout=60)), person.email) for person in staff
        ]

        def sign_in(pair) -> int:
            visitor, email = pair
            form = {"login": email, "password": factories.PASSWORD}
            return visitor.submit("/sign-in/", form).status_code

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(sign_in, pairs))
    assert answers == [302] * STAFF
