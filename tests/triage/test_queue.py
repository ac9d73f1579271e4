"""Tests for the queue: what presses most first, with why it is there and how long it has waited."""

import json
from datetime import timedelta

import pytest

from concerns.models import Exclusion, LedgerLine
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.triage import queries, views
from tests import factories
from tests.counting import render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def at(viewer, now):
    return factories.viewer(viewer.school, *viewer.roles, who=viewer.person, now=now)


def rows(viewer, **asked):
    return queries.read_queue_page(viewer, asked).rows


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
        ({}, "First look: not worried about home"),
        ({"how_known": "saw"}, "First look: the writer saw it, not worried about home"),
        ({"how_known": "feeling"}, "First look: a feeling, not worried about home"),
        ({"going_home": "yes"}, "Read today: worried about going home"),
        ({"going_home": "not_sure"}, "Read today: not sure about going home"),
        ({"marks": (factories.body_mark(),)}, "Read today: mark on the ear"),
        ({"how_known": "child_told"}, "Read today: the child told somebody"),
        ({"child_words": "he did it"}, "Read today: the child told somebody"),
        ({"danger": True}, "In danger now: tell a named person"),
    ],
)
def test_a_row_says_in_words_why_it_is_there(where, lead, written, why):
    waiting(where, **written)
    assert [row.why for row in rows(lead)] == [why]


def test_going_home_today_is_that_day_once_the_day_is_over(where, lead):
    waiting(where, going_home="yes")
    tomorrow = at(lead, NOW + timedelta(days=1))
    assert rows(tomorrow)[0].why == "Read today: worried about going home that day"


def test_a_row_names_the_agency_that_has_still_to_be_told(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.POLICE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + timedelta(hours=1))
    assert rows(lead)[0].why == "Send the referral: police"


def test_a_row_says_in_school_time_how_long_it_waited_or_how_late_it_is(where, lead):
    waiting(where)
    assert "waited 1 school hour<" in render_view(views.queue, at(lead, NOW + timedelta(hours=1)))
    # Sent at ten on Tuesday, due at noon. At nine on Wednesday three and three quarters of an hour
    # of school have gone by since it was due.
    shown = render_view(views.queue, at(lead, NOW + timedelta(hours=23)))
    assert '<span class="late">3 school hours late</span>' in shown
    assert "waited" not in shown


def test_a_row_that_is_not_late_says_when_it_is_due(where, lead):
    waiting(where)
    shown = render_view(views.queue, lead)
    assert '<span class="today">due 12:00</span>' in shown
    assert "late</span>" not in shown


def test_taking_it_and_deciding_do_not_begin_the_wait_again(where, lead):
    later = at(lead, NOW + timedelta(hours=1))
    for state in (State.WAITING, State.TAKEN, State.DECIDED):
        factories.concern_at(state, where=where, lead=lead)
    assert {row.wait for row in rows(later)} == {"waited 1 school hour"}


def test_a_row_that_is_late_in_a_time_its_calendar_does_not_count_says_when_it_was_due(where, lead):
    # Two school hours from half past one end at the bell; at four no school time has run since.
    waiting(where, now=NOW + timedelta(hours=3, minutes=30))
    row = rows(at(lead, NOW + timedelta(hours=6)))[0]
    assert (row.when_kind, row.when) == ("late", "late, due 15:30")


def test_what_else_is_late_is_said_beside_what_presses_most(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.SCHOOL_SUPPORT)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW + timedelta(hours=1))
    two_weeks_on = at(lead, NOW + timedelta(days=14))
    row = rows(two_weeks_on)[0]
    assert (row.why, row.also_late) == (
        "Put the support in place",
        "also late: Reply to the writer",
    )


def test_a_row_names_the_child_the_class_and_who_has_it(where, lead):
    child = factories.child(where, "Amara", "Okafor", year="Year 5", class_name="5K")
    factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))
    shown = render_view(views.queue, lead)
    assert "Amara Okafor" in shown
    assert "<span>5K</span>" in shown
    assert lead.person.name in shown


def test_what_nobody_has_taken_is_with_nobody_yet(where, lead):
    waiting(where)
    assert rows(lead)[0].holder_words == "Nobody yet"


def test_what_is_open_is_counted_by_state_and_by_late(where, lead):
    for _ in range(2):
        waiting(where)
    for state in (State.TAKEN, State.DECIDED, State.CLOSED):
        factories.concern_at(state, where=where, lead=lead, now=NOW + timedelta(hours=2))
    found = queries.read_queue_page(at(lead, NOW + timedelta(hours=3)), {}).counts
    assert found == [
        ("late", "late", 2),
        ("waiting", "waiting for a first look", 2),
        ("taken", "being decided", 1),
        ("decided", "being carried out", 1),
    ]


def test_a_list_is_one_line_that_names_what_it_shows_and_no_more(where, lead):
    for number in range(27):
        waiting(where, now=NOW + timedelta(minutes=number))
    found = rows(lead)
    line = LedgerLine.objects.get(kind=Kind.LISTED)
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
    relative = factories.viewer(where, Role.DSL)
    excluded = factories.viewer(where, Role.HEAD)
    factories.relate_to_child(relative.person, child)
    hide(hidden, excluded, lead)
    assert references(rows(relative)) == [hidden.reference]
    assert hidden.reference not in references(rows(excluded))
    for viewer in (relative, excluded):
        counts = dict((key, n) for key, _, n in queries.read_queue_page(viewer, {}).counts)
        assert counts["waiting"] == 1


def test_another_schools_concerns_are_not_in_the_queue(lead):
    waiting(factories.school())
    assert rows(lead) == []


def test_an_empty_queue_says_what_it_means(lead):
    assert "No concern is open" in render_view(views.queue, lead)
    assert "No concern that you can see matches" in render_view(
        views.queue, lead, "/triage/?state=taken"
    )


def test_a_conversation_that_ends_a_step_moves_the_row(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.PARENTS)
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
    assert rows(lead)[0].why == "Reply to the writer"


def test_a_row_and_the_story_beside_the_concern_count_the_same_weeks(where, lead):
    child = factories.child(where)
    for days in (69, 0):
        concern = factories.send_concern(
            factories.viewer(where), child, now=NOW - timedelta(days=days)
        ).concern
    row = next(one for one in rows(lead) if one.reference == concern.reference)
    (story,) = queries.read_concern_page(lead, concern.uid)["stories"]
    assert row.counted == "2nd in 10 weeks, 2 adults"
    assert story.count == "2 adults, 2 entries, 10 weeks"
