"""Tests of what a search costs, in statements, calls and steps of the database's machine."""

from datetime import date

import pytest
from django.db import connection

from concerns.doors import search
from concerns.models import Child, NameKey
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories
from tests.conftest import SecureClient
from tests.counting import count_calls, count_sqlite_steps, list_statements

pytestmark = pytest.mark.django_db
MOST_CALLS = 60_000
ORDINARY = "He came in late and said that nobody had been at home since the evening before. " * 8


@pytest.fixture
def client(lead):
    return factories.sign_in(SecureClient(), lead.person)


def post(client, words):
    return client.post("/child/search/", {"words": words})


@pytest.mark.parametrize("where_it_is", ["early", "late", "in an addition"])
def test_a_search_for_one_word_costs_at_most_sixty_thousand_calls(where, lead, client, where_it_is):
    texts = {"early": f"otter {ORDINARY}", "late": f"{ORDINARY * 20} otter {ORDINARY * 20}"}
    for _ in range(30):
        by = factories.viewer(where)
        text = texts.get(where_it_is, ORDINARY)
        sent = factories.send_concern(by, factories.child(where), account=text).concern
        if where_it_is not in texts:
            note = f"{ORDINARY} otter"
            triage.note(by=lead, concern=sent, words=note, now=factories.NOW)
    post(client, "otter")
    answer = post(client, "otter")
    assert answer.content.decode().count("<mark") == search.PAGE
    calls = count_calls(lambda: post(client, "otter"))

    assert calls <= MOST_CALLS


def fill_roll(where, number: int) -> None:
    """Adds children of other names, whose parts sound like no name that is looked for."""
    names = [("Zeb" + "abcdefghij"[n % 10], f"Kwok{n}") for n in range(number)]
    made = [
        Child(school=where, forename=forename, surname=surname, born=date(2017, 5, 17))
        for forename, surname in names
    ]
    NameKey.objects.add_names(Child.objects.bulk_create(made))


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("typed", ["Robin", "Robyn", "Robyn 4B", "hart robin", "quill"])
def test_finding_a_name_costs_the_same_in_a_school_and_a_site_of_any_size(where, lead, typed):
    factories.child(where, "Robyn", "Hart")
    factories.child(where, "Aneurin", "Quillfeather")

    def steps() -> int:
        with count_sqlite_steps() as taken:
            found = list(Child.objects.pickable_by(lead).found_by(typed, where)[:13])
        assert found
        return taken[0]

    before = steps()
    fill_roll(where, 2_000)
    other = factories.school()
    for _ in range(20):
        factories.child(other, "Robyn", "Hart")
        factories.child(other, "Aneurin", "Quillfeather")
    assert abs(steps() - before) <= max(before / 10, 10)


@pytest.mark.parametrize("typed", ["Robin", "Robin H", "Robyn Hart 4B"])
def test_a_name_of_several_words_is_asked_for_in_one_cheap_statement(where, lead, typed):
    for _ in range(15):
        factories.child(where, "Robyn", "Hart")

    def find():
        return list(Child.objects.pickable_by(lead).found_by(typed, where)[:13])

    assert len(find()) == 13
    assert len(list_statements(find)) == 1
    assert count_calls(find) <= 5_300


def test_a_number_is_found_by_the_index_of_numbers(where, lead):
    assert Role.DSL in lead.roles
    visible = Child.objects.visible_to(lead)
    plans = {
        "upn_once_in_a_school": visible.with_upn(["A123456789012"]).explain(),
        "child_by_identifier": visible.with_identifier(["9434765919"]).explain(),
    }
    for index, plan in plans.items():
        assert connection.vendor == "postgresql" or index in plan, plan
