"""Tests that a child who was described, and not picked, is found for the lead."""

import re

import pytest

from concerns.models import Concern, Refiling
from concerns.reading import described_child
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def robyn(where):
    return factories.child(where, "Robyn", "Hart")


def describe(where, words: str, **more):
    by = factories.viewer(where)
    return factories.send_concern(by, account="He hid.", described=words, **more).concern


def found(lead, words: str) -> list[str]:
    return [child.name for child in described_child.find_described(lead, words)]


@pytest.mark.parametrize(
    "words",
    [
        "Robin, I think, from 4B", "robin from year 4", "A boy called Robbin", "robyn",
        "ROBYN HART", "the little one, Hart I think", "“Robin”?", "Robynn in y4, with red hair",
    ],
)  # fmt: skip
def test_who_was_described_by_name_is_found(where, lead, robyn, words):
    factories.child(where, "Gwendolyn", "Zimmer")
    assert found(lead, words) == ["Robyn Hart"]


@pytest.mark.parametrize(
    "words", ["", "a boy in a red coat", "4B", "year 4", "the small one with fair hair", "12 34"]
)
def test_nobody_is_offered_where_no_name_was_said(where, lead, robyn, words):
    for forename in ("Kate", "Harry", "Reid"):
        factories.child(where, forename, "Zimmer")
    assert found(lead, words) == []


def test_the_class_says_which_of_two_is_likelier(where, lead, robyn):
    factories.child(where, "Robyn", "Able", class_name="1B", year="Year 1")
    assert found(lead, "Robin in 4 B") == ["Robyn Hart", "Robyn Able"]
    assert found(lead, "Robin in year 1") == ["Robyn Able", "Robyn Hart"]


def test_at_most_five_are_offered(where, lead):
    for _ in range(8):
        factories.child(where, "Robyn")
    assert len(found(lead, "Robin")) == described_child.MOST_OFFERED


def test_a_child_the_lead_may_not_read_about_is_not_offered(where, lead, robyn):
    factories.relate_to_child(lead.person, robyn)
    factories.child(factories.school(), "Robyn", "Hart")
    assert found(lead, "Robyn Hart") == []


def test_one_press_files_the_concern_to_the_child(client, db):
    desk = Desk(client, factories.school())
    robyn = factories.child(desk.where, "Robyn", "Hart", left=factories.NOW.date())
    concern = describe(desk.where, "Robin Heart")
    page = page_text(client.get(f"/triage/{concern.uid}/"))
    assert "It is Robyn Hart" in page
    assert "left 3 November 2026" in page
    form = re.search(
        r'<form method="post" action="([^"]+refile/)" class="described">(.*?)</form>', page, re.S
    )
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    answer = client.post(form[1], fields)
    assert answer["Location"] == f"/triage/{concern.uid}/"
    assert list(Concern.objects.involving_children(robyn)) == [concern]
    assert Refiling.objects.get().why == fields["why"]
    assert "Which child is this?" not in page_text(client.get(f"/triage/{concern.uid}/"))


def test_where_no_name_fits_the_lead_is_sent_to_look(client, db):
    desk = Desk(client, factories.school())
    concern = describe(desk.where, "A boy in a red coat")
    page = page_text(client.get(f"/triage/{concern.uid}/"))
    assert "No child here has a name like this" in page
    assert f'href="/triage/{concern.uid}/refile/"' in page


def test_a_description_costs_two_statements_and_a_picked_child_none(where, lead, robyn):
    described = describe(where, "Robin Hart, or Robyn, in 4B")
    picked = factories.send_concern(factories.viewer(where), robyn).concern
    rows = {one: list(one.children.all()) for one in (described, picked)}
    asked = [
        len(list_statements(lambda: described_child.match_descriptions(lead, some)))  # noqa: B023 - now
        for some in rows.values()
    ]
    assert asked == [2, 0]


def test_two_of_one_name_in_a_concern_are_told_apart_where_one_is_chosen(client, db):
    desk = Desk(client, factories.school())
    twins = [
        factories.child(desk.where, "Robyn", "Hart", class_name=f"{group}B", year=f"Year {group}")
        for group in (4, 5)
    ]
    other = factories.child(desk.where, "Ali", "Khan")
    concern = desk.concern(children=(*twins, other))
    for page in ("refile", "decide"):
        shown = page_text(desk.open(f"/triage/{concern.uid}/{page}/"))
        for group in (4, 5):
            assert f"Robyn Hart (Year {group}, {group}B, born 17 May 2017)" in shown, page
        assert "Ali Khan (" not in shown
