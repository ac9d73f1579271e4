"""Tests for the office's questions about pupils missing from a file, answered by the page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concerns.models import RollQuestion
from concerns.roll import queries
from concerns.rules.words import RollAnswer
from tests import factories
from tests.roll import exports
from tests.roll.test_pages import brought, text


def test_an_answer_is_kept_and_shown(office, desk):
    pupils = exports.roll(20)
    brought(desk, pupils)
    brought(desk, pupils[1:])
    question = RollQuestion.objects.get()
    here = reverse("roll_answer", args=[question.uid])
    assert here in text(desk.client.get(reverse("roll")))
    answer = desk.client.post(
        here,
        {
            "answer": "other_school",
            "place": "Leeds",
            "left_on_day": "2",
            "left_on_month": "11",
            "left_on_year": "2026",
        },
    )
    assert answer.status_code == 302
    shown = text(desk.client.get(reverse("roll")))
    assert "There is nothing to answer" in shown
    assert "Has left, Another school: Leeds" in shown
    question.refresh_from_db()
    assert question.answer == RollAnswer.LEFT


WRONG_ANSWERS = (
    ({}, "Say where this pupil is"),
    ({"answer": "other_school"}, "Say which school, and its town"),
    ({"answer": "abroad"}, "Say which country"),
    ({"answer": "home_education"}, "Enter the last day"),
    (
        {"answer": "other_school", "place": "Leeds", "left_on_day": "1", "left_on_month": "1",
         "left_on_year": "2090"},
        "in the future",
    ),
    ({"answer": "gone"}, "Choose one of the answers"),
)  # fmt: skip


@pytest.mark.parametrize(("given", "says"), WRONG_ANSWERS)
def test_an_answer_that_says_too_little_is_asked_for_again(office, desk, given, says):
    pupils = exports.roll(20)
    brought(desk, pupils)
    brought(desk, pupils[1:])
    here = reverse("roll_answer", args=[RollQuestion.objects.get().uid])
    answer = desk.client.post(here, given)
    assert answer.status_code == 422
    assert says in text(answer)


def test_a_second_answer_is_told_who_gave_the_first(office, desk):
    pupils = exports.roll(20)
    brought(desk, pupils)
    brought(desk, pupils[1:])
    here = reverse("roll_answer", args=[RollQuestion.objects.get().uid])
    desk.client.post(here, {"answer": "not_known"})
    again = text(desk.client.post(here, {"answer": "still_here"}))
    assert "This has been answered" in again
    assert "We do not know where the child is" in again
    assert office.viewer.person.name in again


def test_more_questions_than_a_page_are_paged_by_key(office, desk):
    office.bring(exports.roll(100))
    office.bring(exports.roll(100)[30:])
    first = text(desk.client.get(reverse("roll")))
    last = RollQuestion.objects.order_by("id")[queries.PAGE - 1]
    assert first.count("Say where") == queries.PAGE
    assert f"?after={last.uid}" in first
    second = text(desk.client.get(reverse("roll"), {"after": last.uid}))
    assert second.count("Say where") == 10


def asked_cost(desk, missing: int) -> int:
    with CaptureQueriesContext(connection) as said:
        shown = text(desk.client.get(reverse("roll")))
    assert shown.count("Say where") == missing
    return len([q for q in said if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])


def test_the_page_costs_the_same_for_five_questions_as_for_twenty(office, desk):
    office.bring(exports.roll(100))
    office.bring(exports.roll(100)[5:])
    # The first page of a process also reads the school's calendar.
    asked_cost(desk, 5)
    five = asked_cost(desk, 5)
    office.bring(exports.roll(100)[25:])
    assert asked_cost(desk, 20) == five <= 14


def test_the_page_is_the_same_whether_a_child_has_a_concern_or_not(office, desk):
    pupils = exports.roll(20)
    office.bring(pupils)
    office.bring(pupils[2:])
    before = text(desk.client.get(reverse("roll")))
    child = RollQuestion.objects.order_by("id").first().child
    factories.send_concern(factories.viewer(office.school), child)
    office.bring(pupils[2:], factories.NOW)
    after = text(desk.client.get(reverse("roll")))
    assert _same(before) == _same(after)


def _same(shown: str) -> str:
    return re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"|last file was brought[^.]*|roll/file/[-\w]+',
        "",
        shown,
    )
