"""Tests for the reasons for leaving: what each asks, and what the roll records of it."""

from datetime import date

import pytest

from concerns.rules.leaving import (
    LeavingReason,
    PupilAnswer,
    destination_words,
    find_leaver_fault,
    reason_for,
    roll_answer_for,
)
from concerns.rules.words import RollAnswer

TODAY = date(2026, 9, 3)
YESTERDAY = date(2026, 9, 2)
TOMORROW = date(2026, 9, 4)


@pytest.mark.parametrize(
    ("said", "answer", "reason"),
    [
        ("still_here", RollAnswer.STILL_HERE, None),
        ("not_known", RollAnswer.NOT_KNOWN, None),
        ("years_end", RollAnswer.LEFT, LeavingReason.OTHER_SCHOOL),
        ("other_school", RollAnswer.LEFT, LeavingReason.OTHER_SCHOOL),
        ("home_education", RollAnswer.LEFT, LeavingReason.HOME_EDUCATION),
        ("abroad", RollAnswer.LEFT, LeavingReason.ABROAD),
        ("died", RollAnswer.LEFT, LeavingReason.DIED),
    ],
)
def test_each_answer_says_what_the_roll_records_and_why_the_child_left(said, answer, reason):
    assert (roll_answer_for(PupilAnswer(said)), reason_for(PupilAnswer(said))) == (answer, reason)


def test_every_answer_the_office_may_choose_is_one_of_these():
    reasons = {reason_for(said) for said in PupilAnswer} - {None}
    assert reasons == set(LeavingReason)


@pytest.mark.parametrize(
    ("reason", "place", "left_on", "says"),
    [
        ("other_school", "Leeds High", YESTERDAY, ""),
        ("other_school", " ", YESTERDAY, "Say which school, and its town."),
        ("abroad", "", TODAY, "Say which country."),
        ("home_education", "", TODAY, ""),
        ("died", "", None, ""),
        ("abroad", "x" * 150, None, ""),
        ("abroad", "x" * 151, None, "Say where they went in 150 characters or fewer."),
        ("died", "", TOMORROW, "The last day is in the future. Until then they are still here."),
    ],
)  # fmt: skip
def test_what_is_missing_of_a_leaver_is_said(reason, place, left_on, says):
    assert find_leaver_fault(reason, place, left_on, TODAY) == says


def test_a_destination_says_its_reason_and_its_place():
    assert destination_words("other_school", "Leeds High") == "Another school: Leeds High"
    assert destination_words("home_education", "") == "Home education"
