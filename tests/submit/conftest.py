"""Fixtures: a member of staff who is signed in and has the form open."""

import re

import pytest

from tests import factories


class Staff:
    """Somebody signed in, who opens pages and sends forms as a browser does."""

    def __init__(self, client, where, person):
        self.client = client
        self.where = where
        self.person = person

    @property
    def viewer(self):
        return factories.viewer(self.where, who=self.person)

    def open(self, address="/submit/write/"):
        page = self.client.get(address)
        assert page.status_code == 200, page.status_code
        return page

    def carried(self, address="/submit/write/"):
        """The hidden fields of the long form at `address`."""
        page = self.open(address).content.decode()
        return {
            name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("draft", "keep")
        }

    def answers(self, *children, **more):
        """A whole form as a browser posts it, fresh from its page."""
        said = {"account": "He had not eaten.", "going_home": "no", **more}
        return self.carried() | {"child": [str(child.uid) for child in children]} | said

    def send(self, answers, address="/submit/write/", **headers):
        return self.client.post(address, answers, **headers)


@pytest.fixture
def where(db):
    return factories.school()


@pytest.fixture
def staff(client, where):
    person = factories.person(where, name="Wyn Writer")
    return Staff(factories.sign_in(client, person), where, person)


@pytest.fixture
def child(where):
    return factories.child(where, "Aneurin", "Quillfeather")


@pytest.fixture
def another(where):
    """Makes somebody else who is signed in, at the same school unless another is given."""
    from tests.conftest import SecureClient

    def made(at=None, *roles, name=""):
        at = at or where
        person = factories.person(at, *roles, name=name)
        return Staff(factories.sign_in(SecureClient(), person), at, person)

    return made
