"""Tests that what is read of one child, or sent by one person, is found by indexes of their own: on
SQLite too, which keeps no statistics and takes a school for a few rows."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from concerns.models import Child, Concern, ConcernChild, Person
from concerns.reading import child_story, chronology_sources
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.workflow.re_referral import follows_no_further_action
from tests import factories
from tests.counting import count_sqlite_steps, list_statements

pytestmark = [
    pytest.mark.django_db,
    # PostgreSQL chooses its plans by statistics.
    pytest.mark.sqlite_alone,
]


@pytest.fixture
def child(where):
    return factories.child(where)


def plan_of(rows) -> str:
    sql = list_statements(lambda: list(rows))[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[-1] for row in cursor.fetchall())


def earlier(lead, concern, child):
    since = lead.now - timedelta(days=365)
    return child_story.concerns_of_children_since(lead, concern, [child.pk], since)


def test_a_childs_earlier_concerns_are_found_by_the_childs_own_index(where, lead, child):
    concern = factories.send_concern(factories.viewer(where), child).concern
    plan = plan_of(earlier(lead, concern, child).prefetch_related(None))
    assert "concerns_of_a_child (child_id=?)" in plan
    assert "SEARCH concerns_concern USING INTEGER PRIMARY KEY" in plan
    assert "school_id" not in plan


def test_a_childs_earlier_concerns_cost_the_same_however_full_the_schools_year(where, lead, child):
    by = factories.viewer(where)
    concern, *_ = [factories.send_concern(by, child).concern for _ in range(3)]

    def steps() -> int:
        with count_sqlite_steps() as taken:
            assert len(earlier(lead, concern, child)) == 2
        return taken[0]

    before = steps()
    add_years(where, by.person, [factories.child(where) for _ in range(3)], 500)
    assert abs(steps() - before) <= before / 10


def add_years(where, reporter, children, number: int) -> None:
    """Adds `number` concerns of this year about other children."""
    moments = ("begun_at", "received_at", "occurred_at", "changed_at", "closed_at")
    came = dict.fromkeys(moments, factories.NOW)
    made = Concern.objects.bulk_create(
        Concern(
            school=where,
            reference=uuid.uuid4().hex[:12],
            draft=uuid.uuid4(),
            reporter=reporter,
            going_home="no",
            changed_by=reporter,
            changed_how="closed",
            holder=reporter,
            state=State.CLOSED,
            outcome="kept",
            **came,
        )
        for _ in range(number)
    )
    ConcernChild.objects.bulk_create(
        ConcernChild(school=where, concern=one, child=children[at % len(children)])
        for at, one in enumerate(made)
    )


def test_a_chronology_finds_a_childs_concerns_by_the_childs_own_index(where, lead, child):
    plan = plan_of(chronology_sources._concern_source_rows(lead, child))
    assert "concerns_of_a_child" in plan
    assert "school_id" not in plan


def test_whether_no_further_action_went_before_is_read_of_the_child_alone(where, lead, child):
    rows = Child.objects.filter(pk=child.pk).filter(follows_no_further_action(lead.now))
    assert "(route=?)" not in plan_of(rows)


def test_the_own_no_further_action_is_still_found(where, lead, child):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    decided = factories.decision_answers(concern, Route.NO_FURTHER, reason="It is explained.")
    triage.decide(by=lead, concern=concern, decided=decided, now=lead.now)
    assert Child.objects.filter(follows_no_further_action(lead.now)).get() == child


def test_sending_a_concern_reads_the_people_of_one_school_alone(where, child):
    by = factories.viewer(where)
    factories.person(where, Role.DSL)
    factories.send_concern(by, child)

    def steps() -> int:
        with count_sqlite_steps() as taken:
            factories.send_concern(by, child)
        return taken[0]

    before = steps()
    for _ in range(3):
        other = factories.school()
        Person.objects.bulk_create(
            Person(email=f"more{number}@{other.pk}.example", name="More", password="!")
            for number in range(100)
        )
        factories.person(other, Role.DSL)
        factories.send_concern(factories.viewer(other), factories.child(other))
    assert abs(steps() - before) <= before / 10
