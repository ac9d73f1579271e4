"""Tests that the README's pictures can still be taken, with the module that takes them."""

from concerns.rules.roles import Role
from tests import factories
from tests.journeys import pictures


def test_the_first_page_of_each_can_still_be_pictured(place, server, browser, tmp_path):
    people = {Role.STAFF: place.teacher, Role.DSL: place.lead, Role.HEAD: place.head}
    assert set(pictures.WHO) == {role.value for role in people}
    for role, who in people.items():
        somebody = {"email": who.email, "password": factories.PASSWORD}
        to = tmp_path / f"{role.value}.png"
        pictures.take(browser, server.url, somebody, to)
        assert to.stat().st_size > 10_000
        assert (pictures.FOLDER / to.name).exists()
