"""Tests that the queue costs the same after ten years: it uses an index and does not read history.

What is open is arranged by real acts. The history is put in by bulk: twenty thousand concerns
through their acts would take an hour. The queue meets only closed rows of it, with their children,
categories, ended steps and lines, as closing leaves them.
"""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

import psycopg2
import pytest
from django.db import connection
from django.db.models import Count

from concerns.models import (
    Concern,
    ConcernCategory,
    ConcernChild,
    Decision,
    LedgerLine,
    Step,
)
from concerns.models.concern.concern import QueuePlace
from concerns.models.school.person import Viewer
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import queries
from tests import factories
from tests.counting import count_sqlite_steps, list_statements
from tests.databases import filled_once
from tests.factories import NOW
from tests.triage.open_concerns import open_ones

pytestmark = pytest.mark.long

# The list and its counts, with who holds what, take 3,200; the line of the record, the children,
# the steps and the look for what was begun and not sent another 2,600. What a row says beside takes
# 2,100: the concerns of each child in the year before (35 each), their statuses, unread files and
# unread earlier records, categories and marks.
MOST_STEPS = 8_400
MOST_BLOCKS = 300
MOST_CLOSED = 20_000


def past(where, person, children, number):
    """`number` concerns, each as its closing left it."""
    chance = random.Random(number)
    begun = [NOW - timedelta(days=400, minutes=chance.randrange(10**6)) for _ in range(number)]
    concerns = Concern.objects.bulk_create(
        Concern(
            school=where,
            reference=uuid.uuid4().hex[:12],
            reporter=person,
            draft=uuid.uuid4(),
            begun_at=at,
            received_at=at,
            occurred_at=at,
            going_home="no",
            state=State.CLOSED,
            holder=person,
            closed_at=at + timedelta(days=9),
            outcome="kept",
            changed_by=person,
            changed_at=at + timedelta(days=9),
            changed_how="closed",
        )
        for at in begun
    )
    own = {"school": where}
    ConcernChild.objects.bulk_create(
        ConcernChild(concern=each, child=chance.choice(children), **own) for each in concerns
    )
    ConcernCategory.objects.bulk_create(
        ConcernCategory(concern=each, category="neglect", **own) for each in concerns
    )
    Step.objects.bulk_create(
        Step(
            concern=each,
            kind=kind,
            holder=person,
            opened_at=each.received_at,
            due_at=each.received_at,
            done_at=each.closed_at,
            done_by=person,
            ended="done",
            **own,
        )
        for each in concerns
        for kind in ("first_look", "decide", "tell_reporter")
    )
    Decision.objects.bulk_create(
        Decision(
            concern=each,
            by=person,
            at=each.received_at,
            light=True,
            review_on=each.received_at.date(),
            **own,
        )
        for each in concerns
    )
    LedgerLine.objects.bulk_create(
        LedgerLine(
            received=each.received_at,
            actor=person,
            kind="submitted",
            about=str(each.uid),
            concern=each.uid,
            body="{}",
            digest="0" * 64,
            **own,
        )
        for each in concerns
    )


@dataclass(frozen=True)
class Grown:
    """A school with forty open concerns and twenty thousand closed ones; and the work of its queue
    before most of them were there, and afterwards."""

    lead: Viewer
    before: int
    after: int


@pytest.fixture(scope="module")
def grown(databases, migrated, django_db_setup, django_db_blocker):
    with filled_once(databases, migrated, django_db_blocker, "grown") as database:
        where = factories.school()
        lead = factories.viewer(where, Role.DSL, now=NOW + timedelta(hours=3))
        open_ones(where, lead, 40)
        children = [factories.child(where) for _ in range(20)]
        factories.relate_to_child(lead.person, factories.child(where))

        def work_with(more: int) -> int:
            past(where, lead.person, children, more)
            _look_at_the_tables(database)
            return work(lead)

        # A small table PostgreSQL reads whole, in fewer blocks still: it plans by index from some
        # thousand rows on.
        first = 500 if connection.vendor == "sqlite" else 5_000
        yield Grown(lead, work_with(first), work_with(MOST_CLOSED - first))


def _look_at_the_tables(database):
    """Has PostgreSQL analyse its tables now: it plans by what it last saw, and looks by itself only
    every minute or so."""
    if connection.vendor == "postgresql":
        owner = psycopg2.connect(database.owner_url)
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("ANALYZE")
        owner.close()


def ask(lead):
    return queries.read_queue_page(lead, {})


def plan(rows) -> str:
    return rows.explain()


def test_the_index_of_open_rows_is_used_by_list_and_by_page(grown):
    visible = Concern.objects.visible_to(grown.lead)
    rows = visible.open().most_pressing_first()
    place = QueuePlace.parse_queue_place(
        parse_qs(queries.read_queue_page(grown.lead, {}).more[1:])["after"][0], visible
    )
    assert "open_concerns" in plan(rows[:26])
    assert "open_concerns" in plan(rows.after_queue_place(place)[:26])
    by_receipt = visible.open().in_order_of_receipt(newest=True)
    assert "open_by_receipt" in plan(by_receipt[:26])
    assert "open_by_receipt" in plan(by_receipt.received_after_place(place, newest=True)[:26])


def test_the_counts_use_an_index_of_open_rows_and_the_closed_list_its_own(grown):
    visible = Concern.objects.visible_to(grown.lead)
    counted = visible.open().values("state", "holder").order_by().annotate(n=Count("pk"))
    assert "open_" in plan(counted)
    assert "closed_concerns" in plan(visible.newest_closed_first()[:26])


def test_a_round_of_the_clock_uses_an_index_of_open_rows(grown):
    asked = list_statements(lambda: Step.objects.open_steps_for_round(grown.lead.school))
    for table in ("step", "concern"):
        sql = next(one for one in asked if f'FROM "concerns_{table}"' in one)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{sql}")
            assert " open_" in str(cursor.fetchall())


def test_the_work_of_the_queue_does_not_grow_with_the_years(grown):
    before, after = grown.before, grown.after
    assert after <= (MOST_STEPS if connection.vendor == "sqlite" else MOST_BLOCKS)
    # PostgreSQL has two plans of a few blocks each and may change from one to the other; reading
    # the years would cost it thousands.
    more = before / 10 if connection.vendor == "sqlite" else 20
    assert abs(after - before) <= more, f"{before} before, {after} after"


def work(lead) -> int:
    """Steps of SQLite's machine, or the blocks that the list and the counts touch on PostgreSQL."""
    if connection.vendor == "sqlite":
        with count_sqlite_steps() as taken:
            ask(lead)
        return taken[0]
    with connection.cursor() as cursor:
        # With so few open rows two plans cost the same, and which is taken is a matter of chance:
        # the measure is of the one that a longer history settles on.
        cursor.execute("SET enable_bitmapscan = off")
    visible = Concern.objects.visible_to(lead)
    counted = visible.open().values("state", "holder").order_by().annotate(n=Count("pk"))
    return sum(map(blocks, [visible.open().most_pressing_first()[:26], counted]))


def blocks(rows) -> int:
    told = rows.explain(analyze=True, buffers=True, format="json")
    top = json.loads(told)[0]["Plan"]
    return top["Shared Hit Blocks"] + top["Shared Read Blocks"]
