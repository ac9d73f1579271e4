"""Tests that the page on which a concern is written says truly who can read it."""

import pytest

from concerns.rules.roles import Role
from tests import factories
from tests.desk import page_text

pytestmark = pytest.mark.django_db

PART = "So can a head of year or a keyworker"


def written_on(client, where, *excluded) -> str:
    factories.person(where, Role.DSL, name="Dee Lead")
    factories.sign_in(client, factories.person(where))
    if not excluded:
        return page_text(client.get("/submit/write/"))
    typed = {"excluded": [str(one.uid) for one in excluded], "account": "He was"}
    return page_text(client.post("/submit/write/", typed))


def test_where_nobody_reads_a_part_no_other_staff_can_read_it(client, where):
    page = written_on(client, where)
    assert "Dee Lead" in page
    assert "No other staff can read it." in page
    assert PART not in page


def test_where_somebody_reads_a_part_the_writer_is_told(client, where):
    reader = factories.part_reader(where)
    page = written_on(client, where)
    assert PART in page
    assert reader.person.name not in page


def test_of_whom_the_writer_excludes_nothing_is_promised(client, where):
    reader = factories.part_reader(where)
    assert PART not in written_on(client, where, reader.person)
