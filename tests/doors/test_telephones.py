"""Tests that a telephone number on any page is rung by a press."""

import re
from html import unescape

import pytest
from django.template import Context, Template

from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.doors.world import made, routes

pytestmark = pytest.mark.django_db

LINKED = re.compile(r'<a class="govuk-link telephone" href="tel:[^>]*>[^<]*</a>')
# A box has what is typed in it, an option what is chosen, a summary what is read by opening it.
BOXED = re.compile(r"<(textarea|option|summary)\b.*?</\1>", re.DOTALL)
HIDDEN = re.compile(r'<span class="govuk-visually-hidden">.*?</span>', re.DOTALL)
NUMBER = re.compile(r"(?<![\w-])0\d{3,4} \d{3} ?\d{3}(?!\d)")
# On paper nothing is pressed; and a file is no page.
ON_PAPER = {name for name in routes() if name.endswith(("_print", "_csv", "_pack"))}


def numbers_without_link(page: str) -> list[str]:
    text = re.sub(r"<[^>]+>", " ", HIDDEN.sub("", BOXED.sub("", LINKED.sub("", page))))
    return NUMBER.findall(unescape(text))


@pytest.mark.parametrize("role", [Role.DSL, Role.HEAD, Role.OFFICE])
def test_every_number_on_every_page_is_a_link_that_rings_it(role):
    world = made()
    client = factories.sign_in(SecureClient(), factories.person(world.school, role))
    pages = {
        name: client.get(world.address(name)).getvalue().decode()
        for name in routes()
        if name not in ON_PAPER
    }
    assert any(LINKED.search(page) for page in pages.values())
    found = {name: numbers_without_link(page) for name, page in pages.items()}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


def test_a_number_that_somebody_wrote_is_a_link_and_the_rest_is_escaped():
    page = Template("{% load identity %}{{ words|link_telephones }}")
    drawn = page.render(Context({"words": "<b>Gran</b>: 01632 960131, mornings"}))
    assert drawn == (
        "&lt;b&gt;Gran&lt;/b&gt;: "
        '<a class="govuk-link telephone" href="tel:01632960131">01632 960131</a>, mornings'
    )
    assert page.render(Context({"words": "<b>"})) == "&lt;b&gt;"
