"""Tests for the words of the queue: why something presses, which of how many, when it is due."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.rules.clocks import StepKind
from concerns.rules.concern_counts import ConcernCount, count_concern, ordinal_number
from concerns.rules.pressing_reasons import (
    AGENCY_IN_SHORT,
    STEP_IN_SHORT,
    mark_in_words,
    reason_in_short,
    referral_reason_in_short,
)
from concerns.rules.wording import due_in_short
from concerns.rules.words import OUTSIDE

MOMENT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


def test_every_step_has_its_short_words_and_no_two_the_same():
    assert set(STEP_IN_SHORT) == set(StepKind)
    assert len(set(STEP_IN_SHORT.values())) == len(STEP_IN_SHORT)
    assert max(map(len, STEP_IN_SHORT.values())) <= 45


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([], ""),
        ([""], "a visible mark"),
        (["other"], "a visible mark"),
        (["knee", "thigh"], "mark on the knee or shin"),
        (["knee", "", "ear"], "mark on the ear"),
    ],
)
def test_the_mark_rarest_by_accident_is_named(places, words):
    assert mark_in_words(places) == words


def test_a_reason_joins_the_step_and_what_is_behind_it():
    assert reason_in_short("decide") == "Decide"
    assert reason_in_short("decide_today", ["mark on the ear"]) == (
        "Decide before home: mark on the ear"
    )
    assert reason_in_short("danger_now", ["mark on the ear"]) == (
        "In danger now: tell a named person, mark on the ear"
    )


def test_an_agency_is_named_where_the_step_does_not_say_which():
    assert set(AGENCY_IN_SHORT) == OUTSIDE
    assert referral_reason_in_short("send_referral", "police") == "Send the referral: police"
    assert referral_reason_in_short("hear_back", "social_care") == "Get social care's answer"


@pytest.mark.parametrize(
    ("number", "days", "adults", "words"),
    [
        (1, 0, 1, "1st in 52 weeks"),
        (2, 0, 1, "2nd in a week"),
        (2, 7, 2, "2nd in a week, 2 adults"),
        (3, 8, 1, "3rd in 2 weeks"),
        (5, 140, 3, "5th in 20 weeks, 3 adults"),
    ],
)
def test_the_count_says_which_in_how_many_weeks_and_by_whom(number, days, adults, words):
    assert ConcernCount(number, timedelta(days=days), adults).count_in_words == words


def test_only_the_year_up_to_the_concern_is_counted():
    ago = {1: timedelta(weeks=52), 2: timedelta(weeks=51), 3: timedelta(0), 4: timedelta(weeks=-1)}
    of_child = [(MOMENT - before, writer) for writer, before in ago.items()]
    assert count_concern(MOMENT, of_child) == (2, timedelta(weeks=51), 2)
    assert count_concern(MOMENT, []) == (1, timedelta(0), 1)


def test_ordinal_numbers_are_as_one_says_them():
    said = [ordinal_number(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    assert said == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (MOMENT + timedelta(minutes=45), "due 10:45"),
        (MOMENT + timedelta(days=3), "Thu 3 Dec"),
        (MOMENT + timedelta(days=33), "Sat 2 Jan 2027"),
    ],
)
def test_today_a_time_is_given_and_else_the_day(due, words):
    assert due_in_short(due, MOMENT) == words
