"""Tests that each page about adults asks the database the same, however much has been written."""

import uuid

import pytest

from concerns.adult import acts as adult
from concerns.doors import unsent_words
from concerns.models.concern.draft import ADULT
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.desk import Desk
from tests.submit.conftest import Staff
from tests.submit.test_cost import spent

READERS = ("", "take/", "decide/", "speak/", "note/", "tell/", "hand/", "about/", "exclude/")
READERS += ("close/", "reopen/")


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.HEAD, name="Hedda Head")


@pytest.fixture
def concern(desk, dan):
    return adults.send_adult_concern(desk.viewer, dan, desk.now, sort="harm")


def more(desk, concern, dan, much: int) -> None:
    """Writes so many more of everything that a page may show."""
    for number in range(much):
        said = {"by": desk.viewer, "concern": concern, "now": desk.now}
        adult.add(**said, words=f"Again, {number}.")
        adult.note(**said, words=f"Read, {number}.")
        adult.tell(**said, words=f"Thank you, {number}.")
        adult.exclude(**said, person=factories.person(desk.where), why="A friend.")
        decided = adults.adult_decision_answers("low_level", look_again=desk.today)
        adult.decide(**said, decided=decided)
        adults.adult_concern_at(
            State.CLOSED, by=desk.viewer, reader=desk.viewer, whom=dan, now=desk.now
        )
        typed = {"account": ["The door"]}
        unsent_words.save_draft_words(
            desk.viewer.person, desk.where, ADULT, uuid.uuid4(), typed, desk.now
        )


def costs(desk, pages) -> dict[str, int]:
    return {page: len(list_statements(lambda page=page: desk.open(page))) for page in pages}


def test_every_page_costs_the_same_at_few_and_at_many_rows(desk, concern, dan):
    draft = uuid.uuid4()
    unsent_words.save_draft_words(
        desk.viewer.person, desk.where, ADULT, draft, {"account": ["It"]}, desk.now
    )
    own = [f"/adult/{page}/{concern.uid}/" for page in ("sent", "mine")]
    pages = ["/adult/mine/", "/adult/write/", f"/adult/draft/{draft}/", *own]
    pages += [f"/adult/{concern.uid}/{name}" for name in READERS]
    more(desk, concern, dan, 1)
    costs(desk, pages)
    few = costs(desk, pages)
    more(desk, concern, dan, 4)
    assert costs(desk, pages) == few


def test_sending_one_commits_once(fresh_database):
    where = factories.school()
    write = "/adult/write/"
    factories.person(where, Role.HEAD)
    person = factories.person(where)
    whom = factories.person(where)
    staff = Staff(factories.sign_in(SecureClient(), person), where, person)
    staff.open(write)
    form = staff.carried(write) | {"account": "The door.", "whom": str(whom.uid)}
    staff.send(form | {"do": "later"}, write)
    answer, _, commits = spent(lambda: staff.send(form, write))
    assert answer.status_code == 302
    assert commits == 1
