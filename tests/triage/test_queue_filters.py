"""Tests for narrowing the queue, and for its paging by key."""

import uuid
from datetime import timedelta

import pytest
from django.http import QueryDict

from concerns.models import Child, Concern
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from concerns.triage import queries, views
from tests import factories, homes
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


def test_the_list_is_narrowed_by_category_and_by_year_or_class(where, lead):
    infant = factories.child(where, year="Year 1", class_name="1B")
    one = waiting(where, categories=("neglect", "bullying"), children=(infant,))
    other = waiting(where, categories=("bullying",))
    assert references(rows(lead, category="neglect")) == [one.reference]
    assert set(references(rows(lead, category="bullying"))) == {one.reference, other.reference}
    for group in ("Year 1", "1B"):
        assert references(rows(lead, group=group)) == [one.reference]


def offered(viewer, name, **asked):
    found = queries.read_queue_page(viewer, asked).wanted.offered
    return [words for one in found if one.name == name for _, words in one.choices]


def test_the_year_groups_and_classes_are_those_that_the_school_has(where, lead):
    factories.child(factories.school(), year="Year 7", class_name="7X")
    for year, class_name in [("Year 10", "10A"), ("P4", ""), ("Year 9", "9C"), ("Year 9", "9A")]:
        factories.child(where, year=year, class_name=class_name)
    assert offered(lead, "group") == [
        *("Any class", "Year 9", "Year 10", "P4", "9A", "9C", "10A", "Not on the roll")
    ]


def test_a_class_that_has_just_begun_can_be_asked_for(where, lead):
    rows(lead)
    one = waiting(where, children=(factories.child(where, class_name="2Z"),))
    assert references(rows(lead, group="2Z")) == [one.reference]
    assert "2Z" in offered(lead, "group")


def test_a_child_who_has_left_and_one_who_was_never_on_the_roll_can_be_found(where, lead):
    waiting(where)
    gone = waiting(where, children=(factories.child(where, left=NOW.date()),))
    unknown = factories.send_concern(
        factories.viewer(where), described="a boy in a red coat"
    ).concern
    assert set(references(rows(lead, group="off-roll"))) == {gone.reference, unknown.reference}


def test_the_list_is_narrowed_by_the_status_of_the_child_it_is_about(where, lead):
    planned, taught, unread, other = (factories.child(where) for _ in range(4))
    homes.add_status(lead, planned, "plan", category="neglect")
    homes.add_status(lead, taught, "ehcp")
    homes.end_line(lead, other, homes.add_status(lead, other, "ehcp"))
    homes.add_earlier_file(lead, unread)
    each = [waiting(where, children=(child,)) for child in (planned, taught, unread)]
    waiting(where, children=(other,), involved=(planned,))
    assert references(rows(lead, flag="plan")) == [each[0].reference]
    assert references(rows(lead, flag="ehcp")) == [each[1].reference]
    assert set(references(rows(lead, flag="any"))) == {one.reference for one in each[:2]}
    assert references(rows(lead, flag="unread-file")) == [each[2].reference]


def test_the_filters_combine(where, lead):
    child = factories.child(where, class_name="3C")
    homes.add_status(lead, child, "ehcp")
    one = waiting(where, children=(child,), categories=("neglect",))
    waiting(where, children=(child,))
    factories.concern_at(
        State.TAKEN, where=where, lead=lead, children=(child,), categories=("neglect",)
    )
    wanted = {"state": "waiting", "holder": "nobody", "category": "neglect", "group": "3C"}
    assert references(rows(lead, **wanted, flag="ehcp")) == [one.reference]


def test_whoever_holds_something_open_is_offered_even_after_leaving(where, lead):
    gone = factories.viewer(where, Role.DEPUTY)
    factories.concern_at(State.TAKEN, where=where, lead=gone)
    gone.person.is_active = False
    gone.person.save()
    assert gone.person.name in offered(lead, "holder")


def test_a_colleague_who_holds_nothing_now_can_still_be_asked_for(where, lead):
    deputy = factories.viewer(where, Role.DEPUTY)
    waiting(where)
    asked = {"holder": str(deputy.person.uid)}
    assert deputy.person.name not in offered(lead, "holder")
    assert deputy.person.name in offered(lead, "holder", **asked)
    assert rows(lead, **asked) == []
    elsewhere = factories.viewer(factories.school(), Role.DSL)
    assert queries.read_queue_page(lead, {"holder": str(elsewhere.person.uid)}).wanted.unknown


@pytest.mark.parametrize(
    "asked",
    ["state=lost", "holder=somebody", "category=%27", "group=Year+99", "flag=x", "state=%00"],
)
def test_a_filter_nobody_knows_is_left_out_and_said_to_be(where, lead, asked):
    concern = waiting(where)
    shown = render_view(views.queue, lead, f"/triage/?{asked}")
    assert "was not understood and has been ignored" in shown
    assert concern.reference in shown


def test_the_other_filters_stand_when_one_is_left_out(where, lead):
    other = waiting(where)
    taken = factories.concern_at(State.TAKEN, where=where, lead=lead)
    shown = render_view(views.queue, lead, "/triage/?state=taken&group=none")
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
    """The references on each page of the queue, one page after the other."""
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


def test_newest_and_oldest_go_by_when_it_was_received(where, lead):
    pressing = waiting(where, going_home="yes", now=NOW + timedelta(minutes=1))
    last = waiting(where, now=NOW + timedelta(minutes=2))
    first = waiting(where)
    by_time = [one.reference for one in (first, pressing, last)]
    assert references(rows(lead, order="oldest")) == by_time
    assert references(rows(lead, order="newest")) == by_time[::-1]


def test_by_child_goes_by_surname_and_those_not_on_the_roll_come_last(where, lead):
    names = [("Zoe", "adams"), ("Ann", "Baker"), ("Ben", "Adams")]
    zoe, ann, ben = (
        waiting(where, children=(factories.child(where, *name),)).reference for name in names
    )
    unknown = factories.send_concern(factories.viewer(where), described="a boy").concern
    again = waiting(where, children=(Child.objects.get(forename="Ben"),)).reference
    assert references(rows(lead, order="child")) == [ben, again, zoe, ann, unknown.reference]


@pytest.mark.parametrize("order", ["newest", "oldest", "child"])
def test_pages_follow_each_other_in_every_order_with_filters(where, lead, order, monkeypatch):
    children = [factories.child(where, surname=name) for name in ("Ash", "ash", "Cole")]
    for number in range(33):
        now = NOW + timedelta(minutes=number // 10)
        waiting(where, now=now, children=(children[number % 3],), categories=("neglect",))
    waiting(where)
    for number in range(2):
        factories.send_concern(
            factories.viewer(where), described=f"boy {number}", categories=("neglect",)
        )
    pages = pages_of(lead, order=order, category="neglect", state="waiting")
    assert [len(shown) for shown in pages] == [25, 10]
    assert len({reference for shown in pages for reference in shown}) == 35
    monkeypatch.setattr(queries, "PAGE", 50)
    (whole,) = pages_of(lead, order=order, category="neglect", state="waiting")
    assert [one for shown in pages for one in shown] == whole


def test_by_child_no_name_stands_in_the_address_of_the_next_page(where, lead):
    for _ in range(26):
        waiting(where, children=(factories.child(where, "Zebedee", "Quill"),))
    more = queries.read_queue_page(lead, {"order": "child"}).more
    assert "uill" not in more
    lost = {"order": "child", "after": str(uuid.uuid4())}
    assert queries.read_queue_page(lead, lost).lost
    assert queries.read_queue_page(lead, {**lost, "after": "x"}).lost


@pytest.mark.parametrize("order", ["", "newest", "oldest", "child"])
def test_closed_ones_can_be_read_in_every_order(where, lead, order):
    each = [
        factories.concern_at(
            State.CLOSED, where=where, lead=lead, now=NOW + timedelta(minutes=number)
        ).reference
        for number in range(3)
    ]
    found = references(rows(lead, state="closed", order=order))
    assert sorted(found) == sorted(each)
    if order != "child":
        assert found == (each if order == "oldest" else each[::-1])
