"""Tests for narrowing the queue, and for its paging by key."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from concerns.models import Concern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from concerns.triage import queries, views
from tests import factories
from tests.counting import render_view
from tests.factories import NOW
from tests.triage.test_queue import at, references, rows, waiting

pytestmark = pytest.mark.django_db


def test_the_list_is_narrowed_by_state_and_closed_ones_come_newest_first(where, lead):
    each = {state: factories.concern_at(state, where=where, lead=lead) for state in State}
    later = factories.concern_at(State.CLOSED, where=where, lead=lead, now=NOW + timedelta(hours=1))
    for state in (State.WAITING, State.TAKEN, State.DECIDED):
        assert references(rows(lead, state=state)) == [each[state].reference]
    closed = [later.reference, each[State.CLOSED].reference]
    assert references(rows(lead, state="closed")) == closed


def test_the_list_is_narrowed_to_what_is_late(where, lead):
    late = waiting(where)
    waiting(where, now=NOW + timedelta(hours=3))
    assert references(rows(at(lead, NOW + timedelta(hours=3)), state="late")) == [late.reference]


def test_the_list_is_narrowed_by_holder(where, lead):
    deputy = factories.viewer(where, Role.DEPUTY)
    theirs = factories.concern_at(State.TAKEN, where=where, lead=deputy)
    factories.concern_at(State.TAKEN, where=where, lead=lead)
    nobodys = waiting(where)
    found = rows(lead, holder=str(deputy.person.uid))
    assert references(found) == [theirs.reference]
    assert references(rows(lead, holder="nobody")) == [nobodys.reference]


def test_the_list_is_narrowed_by_category_and_by_year(where, lead):
    infant = factories.child(where, year="Year 1")
    one = waiting(where, categories=("neglect", "bullying"), children=(infant,))
    other = waiting(where, categories=("bullying",))
    assert references(rows(lead, category="neglect")) == [one.reference]
    assert set(references(rows(lead, category="bullying"))) == {one.reference, other.reference}
    assert references(rows(lead, year="Year 1")) == [one.reference]


def test_a_year_of_another_name_and_a_child_not_on_the_roll_can_be_found(where, lead):
    waiting(where)
    mixed = waiting(where, children=(factories.child(where, year="P4"),))
    unknown = factories.send_concern(
        factories.viewer(where), described="a boy in a red coat"
    ).concern
    assert set(references(rows(lead, year="other"))) == {mixed.reference, unknown.reference}


def test_whoever_holds_something_open_is_offered_even_after_leaving(where, lead):
    gone = factories.viewer(where, Role.DEPUTY)
    factories.concern_at(State.TAKEN, where=where, lead=gone)
    gone.person.is_active = False
    gone.person.save()
    offered = dict(dict(queries.read_queue_page(lead, {}).wanted.offered)["holder"])
    assert offered[str(gone.person.uid)] == gone.person.name


@pytest.mark.parametrize(
    "asked", ["state=lost", "holder=somebody", "category=%27", "year=Year+99", "state=%00"]
)
def test_a_filter_nobody_knows_is_left_out_and_said_to_be(where, lead, asked):
    concern = waiting(where)
    shown = render_view(views.queue, lead, f"/triage/?{asked}")
    assert "was not understood and has been ignored" in shown
    assert concern.reference in shown


def test_the_other_filters_stand_when_one_is_left_out(where, lead):
    other = waiting(where)
    taken = factories.concern_at(State.TAKEN, where=where, lead=lead)
    shown = render_view(views.queue, lead, "/triage/?state=taken&year=none")
    assert taken.reference in shown
    assert other.reference not in shown


def test_no_name_stands_in_an_address_or_the_title(where, lead):
    child = factories.child(where, "Zebedee", "Quill")
    for _ in range(26):
        waiting(where, children=(child,))
    shown = render_view(views.queue, lead, "/triage/?state=waiting")
    addresses = "".join(part.split('"')[0] for part in shown.split('href="')[1:])
    title = shown.split("<title>")[1].split("</title>")[0]
    for name in ("Zebedee", "Quill", lead.person.name):
        assert name not in addresses
        assert name not in title


def pages_of(viewer, **wanted):
    pages = []
    asked = wanted
    while True:
        found = queries.read_queue_page(viewer, asked)
        pages.append(references(found.rows))
        if not found.more:
            return pages
        asked = QueryDict(found.more.removeprefix("?"))
        assert wanted.items() <= asked.dict().items()


def test_pages_follow_each_other_without_a_gap_or_a_repeat(where, lead):
    # Many steps due at the same moment, at a bell.
    for number in range(60):
        waiting(where, now=NOW + timedelta(minutes=number // 20))
    pages = pages_of(lead)
    assert [len(shown) for shown in pages] == [25, 25, 10]
    together = [reference for shown in pages for reference in shown]
    first_to_last = Concern.objects.order_by("next_due_at", "id")
    assert together == [concern.reference for concern in first_to_last]


def test_pages_of_closed_ones_follow_each_other_too(where, lead):
    for number in range(30):
        factories.concern_at(
            State.CLOSED, where=where, lead=lead, now=NOW + timedelta(minutes=number // 20)
        )
    pages = pages_of(lead, state="closed")
    assert [len(shown) for shown in pages] == [25, 5]
    assert len({reference for shown in pages for reference in shown}) == 30


def test_nothing_is_skipped_when_the_last_row_of_a_page_is_taken_meanwhile(where, lead):
    for number in range(30):
        waiting(where, now=NOW + timedelta(minutes=number))
    first = queries.read_queue_page(lead, {})
    last = Concern.objects.get(uid=first.rows[-1].uid)
    triage.take(by=lead, concern=last, now=NOW + timedelta(hours=1))
    second = queries.read_queue_page(lead, QueryDict(first.more.removeprefix("?")))
    seen = {*references(first.rows), *references(second.rows)}
    assert len(seen) == 30


@pytest.mark.parametrize("after", ["x", "1.2.3", "2.20261103T101500000000.no", "9" * 50 + ".a.b"])
def test_a_page_that_does_not_exist_is_the_beginning_and_says_so(where, lead, after):
    concern = waiting(where)
    shown = render_view(views.queue, lead, f"/triage/?after={after}")
    assert concern.reference in shown
    assert "This is the first page" in shown
