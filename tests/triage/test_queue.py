"""This file knows that the queue shows what presses most, why, and how long it has waited."""

import json
from datetime import timedelta

import pytest
from django.http import QueryDict

from concerns.models import Concern, Exclusion, Line
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.triage import queries, views
from tests import factories
from tests.counting import page
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


def at(viewer, now):
    return factories.viewer(viewer.school, *viewer.roles, who=viewer.person, now=now)


def rows(viewer, **asked):
    return queries.queue(viewer, asked).rows


def references(found):
    return [row.reference for row in found]


def waiting(where, **more):
    return factories.concern_at(State.WAITING, where=where, **more)


def test_danger_stands_before_going_home_before_an_ordinary_one_before_one_decided(where, lead):
    decided = factories.concern_at(State.DECIDED, where=where, lead=lead)
    ordinary = waiting(where)
    worried = waiting(where, going_home="yes", now=NOW + timedelta(minutes=1))
    danger = waiting(where, danger=True, now=NOW + timedelta(minutes=2))
    expected = [c.reference for c in (danger, worried, ordinary, decided)]
    assert references(rows(lead)) == expected


def test_of_two_equally_pressing_the_one_due_first_stands_first(where, lead):
    later = waiting(where, now=NOW + timedelta(minutes=5))
    sooner = waiting(where, now=NOW)
    assert references(rows(lead)) == [sooner.reference, later.reference]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({}, "First look"),
        ({"going_home": "yes"}, "First look, today: worried about going home today"),
        ({"going_home": "not_sure"}, "First look, today: not sure about going home today"),
        ({"marks": (factories.a_mark(),)}, "First look, today: a visible mark"),
        ({"how_known": "child_told"}, "First look, today: the child told somebody"),
        ({"child_words": "he did it"}, "First look, today: the child told somebody"),
        (
            {"danger": True},
            "Tell a named person by voice: a child may be in danger now",
        ),
    ],
)
def test_a_row_says_in_words_why_it_is_there(where, lead, written, why):
    waiting(where, **written)
    assert [row.why for row in rows(lead)] == [why]


def test_going_home_today_is_that_day_once_the_day_is_over(where, lead):
    waiting(where, going_home="yes")
    tomorrow = at(lead, NOW + timedelta(days=1))
    assert rows(tomorrow)[0].why == "First look, today: worried about going home that day"


def test_a_row_names_the_agency_that_has_still_to_be_told(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decided(concern, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + timedelta(hours=1))
    assert rows(lead)[0].why == "Send the referral: Police"


def test_a_row_says_how_long_it_waited_in_school_time_and_how_late_it_is(where, lead):
    waiting(where)
    # Sent at ten on Tuesday, due at noon. At nine on Wednesday five and three quarters of an hour
    # of school have gone by, and three and three quarters since it was due.
    shown = page(views.queue, at(lead, NOW + timedelta(hours=23)))
    assert "5 school hours" in shown
    assert '<span class="late">3 school hours late</span>' in shown


def test_a_row_that_is_not_late_says_when_it_is_due(where, lead):
    waiting(where)
    shown = page(views.queue, lead)
    assert "Due 3 November 2026, 12:00" in shown
    assert "late</span>" not in shown


def test_what_else_is_late_is_said_beside_what_presses_most(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decided(concern, Route.SCHOOL_SUPPORT)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + timedelta(hours=1))
    two_weeks_on = at(lead, NOW + timedelta(days=14))
    row = rows(two_weeks_on)[0]
    late = {row.why, row.also_late.split(":")[0]}
    assert late == {
        "Put the support in school in place",
        "Give the person who wrote it a word back",
    }


def test_a_row_names_the_children_their_year_and_who_has_it(where, lead):
    child = factories.child(where, "Amara", "Okafor", year="Year 5", class_name="5K")
    factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    shown = page(views.queue, lead)
    assert "Amara Okafor" in shown
    assert "Year 5, 5K" in shown
    assert lead.person.name in shown


def test_what_nobody_has_taken_is_held_by_the_post_that_owes_the_first_look(where, lead):
    waiting(where)
    assert rows(lead)[0].holder_words == "Designated safeguarding lead"


def test_what_is_open_is_counted_by_state_and_by_late(where, lead):
    for _ in range(2):
        waiting(where)
    for state in (State.TAKEN, State.DECIDED, State.CLOSED):
        factories.concern_at(state, where=where, lead=lead, now=NOW + timedelta(hours=2))
    found = queries.queue(at(lead, NOW + timedelta(hours=3)), {}).counts
    assert found == [
        ("late", "Late now", 2),
        ("waiting", "Waiting for the DSL", 2),
        ("taken", "Being looked at", 1),
        ("decided", "Decided, being carried out", 1),
    ]


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
    unknown = factories.sent(factories.viewer(where), described="a boy in a red coat").concern
    assert set(references(rows(lead, year="other"))) == {mixed.reference, unknown.reference}


def test_whoever_holds_something_open_is_offered_even_after_leaving(where, lead):
    gone = factories.viewer(where, Role.DEPUTY)
    factories.concern_at(State.TAKEN, where=where, lead=gone)
    gone.person.is_active = False
    gone.person.save()
    offered = dict(dict(queries.queue(lead, {}).wanted.offered)["holder"])
    assert offered[str(gone.person.uid)] == gone.person.name


@pytest.mark.parametrize(
    "asked", ["state=lost", "holder=somebody", "category=%27", "year=Year+99", "state=%00"]
)
def test_a_filter_nobody_knows_is_left_out_and_said_to_be(where, lead, asked):
    concern = waiting(where)
    shown = page(views.queue, lead, f"/triage/?{asked}")
    assert "was left out" in shown
    assert concern.reference in shown


def test_the_other_filters_stand_when_one_is_left_out(where, lead):
    other = waiting(where)
    taken = factories.concern_at(State.TAKEN, where=where, lead=lead)
    shown = page(views.queue, lead, "/triage/?state=taken&year=none")
    assert taken.reference in shown
    assert other.reference not in shown


def test_no_name_stands_in_an_address_or_the_title(where, lead):
    child = factories.child(where, "Zebedee", "Quill")
    for _ in range(26):
        waiting(where, children=(child,))
    shown = page(views.queue, lead, "/triage/?state=waiting")
    addresses = "".join(part.split('"')[0] for part in shown.split('href="')[1:])
    title = shown.split("<title>")[1].split("</title>")[0]
    for name in ("Zebedee", "Quill", lead.person.name):
        assert name not in addresses
        assert name not in title


def pages_of(viewer, **wanted):
    pages, asked = [], wanted
    while True:
        found = queries.queue(viewer, asked)
        pages.append(references(found.rows))
        if not found.more:
            return pages
        asked = QueryDict(found.more.removeprefix("?"))
        assert wanted.items() <= asked.dict().items()


def test_pages_follow_each_other_without_a_gap_or_a_repeat(where, lead):
    # Many due at the same moment: a bell.
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
    first = queries.queue(lead, {})
    last = Concern.objects.get(uid=first.rows[-1].uid)
    triage.take(by=lead, concern=last, now=NOW + timedelta(hours=1))
    second = queries.queue(lead, QueryDict(first.more.removeprefix("?")))
    seen = {*references(first.rows), *references(second.rows)}
    assert len(seen) == 30


@pytest.mark.parametrize("after", ["x", "1.2.3", "2.20261103T101500000000.no", "9" * 50 + ".a.b"])
def test_a_page_that_does_not_exist_is_the_beginning_and_says_so(where, lead, after):
    concern = waiting(where)
    shown = page(views.queue, lead, f"/triage/?after={after}")
    assert concern.reference in shown
    assert "this is its beginning" in shown


def test_a_list_is_one_line_that_names_what_it_shows_and_no_more(where, lead):
    for number in range(27):
        waiting(where, now=NOW + timedelta(minutes=number))
    found = rows(lead)
    line = Line.objects.get(kind=Kind.LISTED)
    assert line.actor == lead.person
    assert json.loads(line.body)["shown"] == [str(row.uid) for row in found]
    assert len(found) == 25


def hide(concern, viewer, lead):
    Exclusion.objects.create(
        school=concern.school, concern=concern, person=viewer.person, by=lead.person, at=NOW
    )


def test_a_relative_and_an_excluded_lead_see_neither_row_nor_count(where, lead):
    child = factories.child(where)
    waiting(where, children=(child,), going_home="yes")
    hidden = waiting(where)
    relative, excluded = factories.viewer(where, Role.DSL), factories.viewer(where, Role.HEAD)
    factories.related(relative.person, child)
    hide(hidden, excluded, lead)
    assert references(rows(relative)) == [hidden.reference]
    assert hidden.reference not in references(rows(excluded))
    for viewer in (relative, excluded):
        counts = dict((key, n) for key, _, n in queries.queue(viewer, {}).counts)
        assert counts["waiting"] == 1


def test_another_schools_concerns_are_not_in_the_queue(lead):
    waiting(factories.school())
    assert rows(lead) == []


def test_an_empty_queue_says_what_it_means(lead):
    assert "Nothing is open" in page(views.queue, lead)
    assert "No concern you may see is like that" in page(views.queue, lead, "/triage/?state=taken")


def test_a_conversation_that_ends_a_step_moves_the_row(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decided(concern, Route.PARENTS)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + timedelta(hours=1))
    assert rows(lead)[0].why == "Speak to parents or carers"
    refer.speak(
        by=lead,
        concern=concern,
        spoken_to="parent",
        who="Mother",
        said="She will see the doctor.",
        happened_at=NOW + timedelta(hours=2),
        now=NOW + timedelta(hours=2),
    )
    assert rows(lead)[0].why == "Give the person who wrote it a word back"
