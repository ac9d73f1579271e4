"""Tests of what stands in the calendar: which steps are meetings and reviews, and weeks."""

from datetime import date

import pytest

from concerns.rules import calendar_entries
from concerns.rules.calendar_entries import CalendarEntryKind
from concerns.rules.clocks import StepKind

MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (StepKind.GO_TO_MEETING, CalendarEntryKind.MEETING),
        (StepKind.CORE_GROUP, CalendarEntryKind.CONFERENCE),
        (StepKind.REVIEW_CONFERENCE, CalendarEntryKind.CONFERENCE),
        (StepKind.LOOK_AFTER, CalendarEntryKind.REVIEW),
        (StepKind.REVIEW_PART_TIME, CalendarEntryKind.REVIEW),
        (StepKind.HEAR_BACK, CalendarEntryKind.STEP),
    ],
)
def test_a_step_is_a_meeting_a_conference_a_review_or_work(step, kind):
    assert calendar_entries.calendar_entry_kind(step) is kind
    assert calendar_entries.is_meeting_or_review(step) is (kind is not CalendarEntryKind.STEP)


def test_what_comes_round_on_a_day_has_a_short_name_and_the_rest_its_label():
    assert calendar_entries.calendar_words(StepKind.LOOK_AFTER) == "Watch review"
    assert calendar_entries.calendar_words(StepKind.HEAR_BACK) == "Get social care's answer"


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2026-11-30", MONDAY),
        ("2026-12-06", MONDAY),
        ("2026-12-07", date(2026, 12, 7)),
        ("", date(2026, 11, 2)),
        ("soon", date(2026, 11, 2)),
        ("9999-12-31", date(2026, 11, 2)),
        ("0001-01-01", date(2026, 11, 2)),
    ],
)
def test_a_week_is_read_from_any_of_its_days_and_is_else_this_one(written, first):
    assert calendar_entries.read_week(written, date(2026, 11, 3)) == first
