"""Tests that the pages about a child cost the same however much has been written about them."""

import pytest

from concerns.models import Child
from concerns.rules.roles import Role
from tests import factories, homes
from tests.counting import count_calls, list_statements
from tests.desk import Desk

pytestmark = pytest.mark.django_db
# The most statements each page takes: a sheet of the file reads the whole file twice, to act and to
# show it. A print reads what its form was left with, as every form does.
# The strip that says whose page it is takes five on the two that do not read the file. One finds
# all places of a chronology. Each reading of a file asks once which kinds of line there are: one
# more for a whole file such as this, and up to eight fewer for one in which little is written.
# What a lead wrote of religion and the like is one more for each reading of the file, if there
# is any.
MOST = {
    # One for what was brought in from another system, where there is some.
    "": 47,
    "write/?what=status": 44,
    "write/?what=authority": 45,
    "end/?what=status&row={status}": 50,
    "seen/": 26,
    "print/": 34,
    "chronology/": 28,
}
SEARCH = "/child/search/"
LOOKED_FOR = {"find": "amel", "do": "find"}


@pytest.fixture
def child(where):
    return factories.child(where, "Aoife", "Byrne")


def fill(desk, child, times: int) -> None:
    """Writes more of everything that these pages show."""
    for number in range(times):
        other = factories.child(desk.where, f"Amelie{number}")
        factories.send_concern(desk.viewer, child, other, account="A bag again", now=desk.now)
        household = homes.move_to_address(desk.viewer, child)
        homes.add_adult(desk.viewer, child, household=household)
        homes.add_sibling(desk.viewer, child, other)
        homes.add_status(desk.viewer, child)
        homes.record_seen(desk.viewer, child)


def few_and_many(desk, child, ask) -> tuple[int, int]:
    fill(desk, child, 2)
    ask()
    few = len(list_statements(ask))
    fill(desk, child, 6)
    return few, len(list_statements(ask))


@pytest.mark.parametrize("page", MOST)
def test_a_page_of_the_file(client, where, child, page):
    desk = Desk(client, where)
    homes.write_whole_file(desk.viewer, child)
    status = child.status_rows.get()
    path = f"/child/{child.uid}/{page.format(status=status.uid)}"
    assert desk.open(path).status_code == 200
    few, many = few_and_many(desk, child, lambda: desk.open(path))
    # A chronology has one for each kind of row on its page: with more concerns there are fewer.
    assert many <= few <= MOST[page], (few, many)


@pytest.mark.parametrize(
    ("path", "role", "most"),
    [("/child/seen/", Role.STAFF, 4), ("/child/arrived/", Role.OFFICE, 4)],
)
def test_looking_for_a_name_on_a_page_of_ones_own(client, where, child, path, role, most):
    desk = Desk(client, where, role)
    lead = Desk(client, where)
    factories.sign_in(client, desk.viewer.person)
    few, many = few_and_many(lead, child, lambda: client.post(path, LOOKED_FOR))
    assert few == many <= most, many


@pytest.mark.parametrize(
    ("path", "role"),
    [("/child/seen/said/", Role.STAFF), ("/child/arrived/said/", Role.OFFICE)],
)
def test_that_it_was_written_down_costs_the_session_alone(client, where, child, path, role):
    desk = Desk(client, where, role)
    few = list_statements(lambda: desk.open(path))
    assert len(few) <= 4, few


# Words are looked for with one statement for each kind of words: also why a lead sorted a concern,
# what was promised, and meetings to come and their changes. One is for earlier records.
@pytest.mark.parametrize(("words", "most"), [("amelie", 8), ("bag", 30)])
def test_a_search_costs_the_same_for_few_found_as_for_many(client, where, child, words, most):
    desk = Desk(client, where)
    few, many = few_and_many(desk, child, lambda: client.post(SEARCH, {"words": words}))
    assert Child.objects.count() == 9
    assert few == many <= most, many


def test_keeping_without_a_reason_costs_the_same_however_much_was_written_before(
    client, where, child
):
    desk = Desk(client, where)
    concern = desk.concern(children=(child,))
    path = f"/triage/{concern.uid}/keep/"
    assert client.post(path, {}).status_code == 422
    few, many = few_and_many(desk, child, lambda: client.post(path, {}))
    # Four of them read how a lead sorted the concern, the meetings to come, and whose page it is.
    assert few == many <= 28, many


# Python and C functions, of the page of a child with a whole file and eight concerns: 67,200, and
# room for what a request does once in a while.
MOST_CALLS = 74_000


def test_the_page_of_a_child_takes_few_calls(client, where, child):
    desk = Desk(client, where)
    homes.write_whole_file(desk.viewer, child)
    fill(desk, child, 8)
    path = f"/child/{child.uid}/"
    desk.open(path)
    assert count_calls(lambda: desk.open(path)) <= MOST_CALLS
