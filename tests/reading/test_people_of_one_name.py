"""Tests that two people of one name can be told apart wherever one of them is chosen."""

import pytest

from concerns.child.queries import read_tracker_page
from concerns.forms.conditional_questions import named_choices
from concerns.reading.pickers import find_colleagues_by_name
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage.queries import list_deciders_beside, read_queue_page
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def namesakes(where):
    """Two deputies of one name, each of whom has a concern."""
    people = [factories.person(where, Role.DEPUTY, name="Sara Malik") for _ in range(2)]
    for person in people:
        holder = factories.viewer(where, Role.DEPUTY, who=person)
        factories.concern_at(State.TAKEN, where=where, lead=holder)
    return people


def told_apart(people) -> set[str]:
    return {f"Sara Malik, {person.email}" for person in people}


def test_they_are_told_apart_where_a_concern_is_handed_on(lead, namesakes):
    people = {str(person.uid): person for person in list_deciders_beside(lead)}
    assert {words for _, words in named_choices(people)} == told_apart(namesakes)


def test_they_are_told_apart_in_the_picker_of_staff(lead, namesakes):
    found, _ = find_colleagues_by_name(lead, "sara")
    assert {one.name_with_detail for one in found} == {
        f"Sara Malik, Deputy safeguarding lead, {person.email}" for person in namesakes
    }


def test_they_are_told_apart_in_the_filters_of_the_queue_and_the_tracker(lead, namesakes):
    shown = read_queue_page(lead, {}).filters_as_html
    rows = read_tracker_page(lead, {}, None).wanted.rows_of_line
    (offered,) = (dict(choices).values() for name, _, choices, _ in rows if name == "lead")
    for words in told_apart(namesakes):
        assert words in shown
        assert words in offered


def test_somebody_whose_name_nobody_shares_is_shown_without_an_address(lead, where):
    factories.person(where, Role.DEPUTY, name="Tom Fairley")
    people = {str(person.uid): person for person in list_deciders_beside(lead)}
    assert [words for _, words in named_choices(people)] == ["Tom Fairley"]
    assert [one.name_with_detail for one in find_colleagues_by_name(lead, "tom")[0]] == [
        "Tom Fairley, Deputy safeguarding lead"
    ]
