"""Tests that one concern is printed whole, for whoever may read it, and that the record says so."""

import re

import pytest

from concerns.models import LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.words import Route
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
# One for each kind of row that a concern can have.
MOST = 36


@pytest.fixture
def desk(client, where):
    return Desk(client, where, name="Sara Malik")


def plain(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page_text(answer)).split())


def printed(desk, concern):
    return desk.open(f"/triage/{concern.uid}/print/")


def test_it_has_what_was_written_decided_sent_said_and_is_still_to_do(desk, where):
    concern = factories.make_whole_case(where)
    text = plain(printed(desk, concern))
    for said in (
        "He said his tummy hurt and he had not eaten.",
        "Added by",
        "And again today.",
        "The third time this term.",
        Route.SOCIAL_CARE.label,
        "Will see.",
        "Duty worker",
        "Spoken to",
        "Listened.",
        "Ring the school nurse.",
        "A new sign.",
        "Printed",
        "by Sara Malik",
        "Confidential.",
    ):
        assert said in text, said
    steps = text[text.rindex("Still to do") :]
    assert "By when" in steps


def test_it_says_whose_it_is_and_names_nobody_of_the_family(desk, where):
    child = factories.child(where, "Robyn", "Jarvis")
    concern = desk.concern(children=(child,))
    answer = printed(desk, concern)
    assert "Robyn Jarvis , born 17 May 2017, Year 4, 4B." in plain(answer)
    assert 'class="identity"' not in answer.content.decode()


def test_the_record_says_that_it_was_taken_out(desk):
    concern = desk.concern()
    printed(desk, concern)
    line = LedgerLine.objects.get(kind=Kind.EXPORTED)
    assert (line.concern, line.actor) == (concern.uid, desk.viewer.person)


def test_who_may_not_read_it_may_not_print_it(desk, where):
    child = factories.child(where)
    concern = factories.concern_at(State.WAITING, where=where, children=(child,))
    factories.relate_to_child(desk.viewer.person, child)
    assert printed(desk, concern).status_code == 404
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()


def test_the_concern_leads_to_its_print(desk):
    concern = desk.concern()
    page = page_text(desk.open(f"/triage/{concern.uid}/"))
    assert f'href="/triage/{concern.uid}/print/">Print it' in page


def test_a_concern_with_everything_costs_one_statement_for_each_kind_of_row(desk, where):
    whole = factories.make_whole_case(where)
    small = factories.concern_at(State.DECIDED, where=where)
    printed(desk, small)
    few, many = (len(list_statements(lambda one=one: printed(desk, one))) for one in (small, whole))
    assert few <= many <= MOST, (few, many)
