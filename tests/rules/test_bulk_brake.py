"""Tests when somebody who opens many children's files is asked why."""

from datetime import timedelta

import pytest

from concerns.rules.bulk_brake import MOST, BulkLimit, find_limit_met, role_to_tell
from concerns.rules.roles import Role
from tests.factories import NOW

HOUR, DAY = BulkLimit.HOUR, BulkLimit.DAY


def opened(count: int, minutes_ago: float = 10) -> dict:
    at = NOW - timedelta(minutes=minutes_ago)
    return {f"child {number} of {minutes_ago}": at for number in range(count)}


def met(before: dict, *opening: str, said_why: dict | None = None):
    return find_limit_met(before, opening or ("another",), said_why or {}, MOST, NOW)


def test_the_fortieth_child_in_an_hour_is_shown_and_the_next_is_not():
    assert met(opened(39)) is None
    assert met(opened(40)) == (HOUR, 41)


def test_after_an_hour_the_hour_begins_again():
    assert met(opened(40, minutes_ago=61)) is None


def test_the_hundredth_child_in_a_day_is_shown_and_the_next_is_not():
    day = opened(33, 70) | opened(33, 600) | opened(33, 1400)
    assert met(day) is None
    assert met(day | opened(1)) == (DAY, 101)


def test_a_child_opened_before_is_no_other_child():
    before = opened(40)
    assert met(before, next(iter(before))) is None


def test_whoever_said_why_goes_on_to_as_many_again():
    said = {HOUR: NOW - timedelta(minutes=5)}
    assert met(opened(40), said_why=said) is None
    assert met(opened(40) | opened(39, 2), said_why=said) is None
    assert met(opened(40) | opened(40, 2), said_why=said) == (HOUR, 41)


def test_a_reason_for_the_hour_is_none_for_the_day():
    said = {HOUR: NOW - timedelta(minutes=5)}
    assert met(opened(100, 70), said_why=said) == (DAY, 101)


def test_a_reason_for_the_day_is_one_for_the_hour():
    said = {DAY: NOW - timedelta(minutes=5)}
    assert met(opened(100), said_why=said) is None


def test_a_reason_of_the_day_before_has_no_weight():
    said = {DAY: NOW - timedelta(hours=25)}
    assert met({}, *(str(number) for number in range(101)), said_why=said) == (DAY, 101)


def test_a_large_print_is_asked_about_and_shown_after_one_reason():
    whole = [f"pupil {number}" for number in range(280)]
    assert met({}, *whole) == (DAY, 280)
    assert met({}, *whole, said_why={DAY: NOW - timedelta(minutes=1)}) is None


@pytest.mark.parametrize("role", [Role.DSL, Role.DEPUTY])
def test_of_a_lead_the_head_is_told(role):
    assert role_to_tell(frozenset({role})) is Role.HEAD


def test_of_a_head_who_leads_too_the_chair_is_told():
    assert role_to_tell(frozenset({Role.HEAD, Role.DSL})) is Role.CHAIR
