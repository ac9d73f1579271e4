"""Tests for the clocks by worked examples, when a promise is most easily broken."""

from dataclasses import replace
from datetime import date

import pytest

from concerns.rules.calendars import Calendar
from concerns.rules.clocks import (
    CLOCKS,
    COUNTED,
    ClockUnit,
    StepKind,
    calculate_due_at,
    lateness_in_words,
)
from concerns.rules.escalation_timing import count_escalations
from tests.rules.schools import HIGHLAND, PRIMARY, at, wall


def owed(kind, when, days=PRIMARY):
    return wall(calculate_due_at(kind, days, at(when)))


# Friday at 15:31: the last bell has gone, and a weekend is to come.

FRIDAY = "2026-11-06T15:31"


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        (StepKind.DANGER_NOW, "2026-11-06 15:31"),
        (StepKind.FIRST_LOOK_NOW, "2026-11-06 16:01"),
        (StepKind.REFER_NOW, "2026-11-06 16:01"),
        (StepKind.DECIDE_TODAY, "2026-11-06 17:31"),
        (StepKind.FIRST_LOOK, "2026-11-06 17:31"),
        (StepKind.STILL_WORRIED, "2026-11-06 17:31"),
        (StepKind.SEND_REFERRAL, "2026-11-06 17:00"),
        (StepKind.HEAR_BACK, "2026-11-09 17:00"),
        (StepKind.REPORT_FGM, "2026-11-09 17:00"),
        (StepKind.DECIDE, "2026-11-10 15:30"),
        (StepKind.SPEAK_TO_PARENTS, "2026-11-09 15:30"),
    ],
)
def test_on_friday_at_15_31(kind, by):
    assert owed(kind, FRIDAY) == by


def test_what_presses_on_friday_is_pushed_on_by_the_wall_and_not_on_monday():
    done_by = calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, at(FRIDAY))
    assert count_escalations(StepKind.FIRST_LOOK, PRIMARY, done_by, at("2026-11-06T19:32")) == 3


# The last day of July: no school for weeks, and the council at work.

JULY = "2026-07-31T11:00"


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        (StepKind.FIRST_LOOK_NOW, "2026-07-31 11:30"),
        (StepKind.REFER_NOW, "2026-07-31 11:30"),
        (StepKind.DECIDE_TODAY, "2026-07-31 13:00"),
        (StepKind.FIRST_LOOK, "2026-07-31 13:00"),
        (StepKind.SEND_REFERRAL, "2026-07-31 17:00"),
        (StepKind.HEAR_BACK, "2026-08-03 17:00"),
        (StepKind.AGREE_OR_CHALLENGE, "2026-08-04 17:00"),
        (StepKind.HEAR_BACK_OTHER, "2026-08-07 17:00"),
        # The first school day is an INSET day; the second, and the third, count.
        (StepKind.DECIDE, "2026-09-04 15:30"),
        (StepKind.SPEAK_TO_PARENTS, "2026-09-03 15:30"),
    ],
)
def test_on_the_last_day_of_july(kind, by):
    assert owed(kind, JULY) == by


def test_a_referral_is_late_in_august_and_says_so():
    done_by = calculate_due_at(StepKind.HEAR_BACK, PRIMARY, at(JULY))
    said = lateness_in_words(StepKind.HEAR_BACK, PRIMARY, done_by, at("2026-08-12T17:00"))
    assert said == "7 working days late"


# Half-term, INSET days and bank holidays.


def test_half_term_is_not_counted_but_the_day_before_it_waits_for_nobody():
    # Friday 23 October is the last day; Monday 2 November is an INSET day.
    assert owed(StepKind.DECIDE, "2026-10-22T10:00") == "2026-11-03 15:30"
    assert owed(StepKind.FIRST_LOOK, "2026-10-23T13:30") == "2026-10-23 15:30"
    assert owed(StepKind.FIRST_LOOK, "2026-10-23T13:31") == "2026-10-23 15:31"
    assert owed(StepKind.FIRST_LOOK, "2026-10-23T14:50") == "2026-10-23 16:50"
    assert owed(StepKind.FIRST_LOOK, "2026-10-23T15:31") == "2026-10-23 17:31"
    assert owed(StepKind.FIRST_LOOK, "2026-10-28T09:00") == "2026-10-28 11:00"


def test_an_inset_day_in_term_is_stepped_over_but_no_first_look_waits_for_its_end():
    assert owed(StepKind.DECIDE, "2026-06-16T10:00") == "2026-06-19 15:30"
    assert owed(StepKind.FIRST_LOOK, "2026-06-16T15:00") == "2026-06-16 17:00"


@pytest.mark.parametrize(
    ("sent", "amount", "by"),
    [
        # A school that allows itself less has as little in real time.
        ("2026-11-06T14:45", 45, "2026-11-06 15:30"),
        ("2026-11-06T15:00", 45, "2026-11-06 15:45"),
        ("2026-11-07T15:00", 45, "2026-11-07 15:45"),
        # One that allows itself more has until the bell, as on another day, or two hours.
        ("2026-11-06T11:30", 240, "2026-11-06 15:30"),
        ("2026-11-06T12:00", 240, "2026-11-06 15:30"),
        ("2026-11-06T14:00", 240, "2026-11-06 16:00"),
        ("2026-11-07T14:00", 240, "2026-11-07 16:00"),
        ("2026-11-05T14:00", 240, "2026-11-06 11:15"),
    ],
)
def test_a_schools_own_figure_before_a_break(sent, amount, by):
    assert wall(calculate_due_at(StepKind.FIRST_LOOK, PRIMARY, at(sent), amount=amount)) == by


NATIONS = {
    # 2 January is Scotland's, St Andrew's Day too, and the last Monday of August is not.
    "England": ("2027-01-04", "2026-09-01", "2026-12-01", "2026-03-18"),
    "Wales": ("2027-01-04", "2026-09-01", "2026-12-01", "2026-03-18"),
    "Scotland": ("2027-01-05", "2026-08-31", "2026-12-01", "2026-03-18"),
    "Northern Ireland": ("2027-01-04", "2026-09-01", "2026-12-01", "2026-03-18"),
}
SENT = ("2026-12-31", "2026-08-28", "2026-11-30", "2026-03-17")


@pytest.mark.parametrize("nation", NATIONS)
def test_an_answer_is_owed_by_the_working_days_of_the_nation(nation):
    days = replace(PRIMARY, nation=nation)
    found = [owed(StepKind.HEAR_BACK, f"{day}T10:00", days)[:10] for day in SENT]
    assert found == list(NATIONS[nation])


def test_st_patricks_day_is_northern_irelands():
    sent = "2026-03-16T10:00"
    there = replace(PRIMARY, nation="Northern Ireland")
    assert owed(StepKind.HEAR_BACK, sent, there) == "2026-03-18 17:00"
    assert owed(StepKind.HEAR_BACK, sent) == "2026-03-17 17:00"


# Both changes of the clocks.


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        # In spring, from Friday to Monday, and in autumn the other way: by the bell on the wall.
        ("2027-03-24T15:00", "2027-03-25 10:15"),
        ("2026-03-26T15:00", "2026-03-27 10:15"),
    ],
)
def test_school_hours_are_kept_by_the_clock_on_the_wall_in_spring(sent, by):
    assert owed(StepKind.FIRST_LOOK, sent) == by


def test_school_hours_are_kept_by_the_clock_on_the_wall_in_autumn():
    # Highland schools are in on both sides of Sunday 25 October.
    assert owed(StepKind.FIRST_LOOK, "2026-10-22T14:30", HIGHLAND) == "2026-10-23 10:30"
    assert owed(StepKind.DECIDE, "2026-10-23T10:00", HIGHLAND) == "2026-10-27 15:00"
    assert owed(StepKind.HEAR_BACK, "2026-10-23T10:00", HIGHLAND) == "2026-10-26 17:00"


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        ("2026-03-29T00:45", "2026-03-29 02:15"),  # one o'clock was left out
        ("2026-10-25T00:45", "2026-10-25 01:15"),
    ],
)
def test_half_an_hour_is_half_an_hour_while_the_clocks_change(sent, by):
    assert owed(StepKind.FIRST_LOOK_NOW, sent) == by


# A school day that starts while the clock runs.


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        ("2026-11-04T07:00", "2026-11-04 10:45"),  # before the bell: two hours from it
        ("2026-11-03T22:00", "2026-11-04 10:45"),  # on an ordinary night
        ("2026-11-03T14:30", "2026-11-04 09:45"),  # an hour today, an hour tomorrow
        ("2026-11-08T23:00", "2026-11-09 01:00"),  # on Sunday: two real hours
        ("2026-11-09T08:44", "2026-11-09 10:44"),  # before Monday's bell: no later than from it
        ("2026-11-09T08:45", "2026-11-09 10:45"),
    ],
)
def test_a_clock_that_runs_into_a_school_day(sent, by):
    assert owed(StepKind.FIRST_LOOK, sent) == by


# The table is the field's.

# Kept by hand: each promise about a concern, a decision, a referral or a draft, and the row that is
# its clock. (A draft has two moments of its own: `REMIND_AFTER`, `unsent_known_to_leads`.)
KEPT_BY = {
    "child in danger now": "danger_now",
    "first look where the writer is worried, or there is a mark or a disclosure": "first_look_now",
    "first look at any other": "first_look",
    "decide, for a mark, a disclosure or a rare-accident site": "decide_today",
    "decide, any other": "decide",
    "a bruise or mark on a child who cannot move about": "refer_now",
    "send the referral, once decided": "send_referral",
    "speak to parents, once decided": "speak_to_parents",
    "speak to parents, after advice": "seek_advice",
    "authority acknowledges and decides": "hear_back",
    "agree with or challenge the answer": "agree_or_challenge",
    "challenge, each stage": "challenge",
    "allegation about an adult to the LADO": "adult_tell_lado",
    "FGM known: the teacher's own report to police": "report_fgm",
    "strategy discussion to initial conference": "conference",
    "first core group after conference": "core_group",
    "review conference": "review_conference",
    "social worker's assessment": "assessment",
    "watch": "watch",
    "look after a step-down or a closure": "look_after",
    "kept with the picture until a date": "keep",
    "tell the reporter what came of it": "tell_reporter",
    "colleague's task": "task",
    "child with an open concern missing from a roll import": "missing_from_roll",
    "a child's file to the new school": "send_file",
    "receipt of a child's file": "file_receipt",
    "home education of a child whom social care protects": "home_education",
    "part-time timetable": "review_part_time",
    "education off site": "review_off_site",
    "alternative provision": "review_alternative",
    "a new sign after no further action": "refer_again",
    "the reporter is still worried": "still_worried",
}


@pytest.mark.parametrize(("row", "kind"), KEPT_BY.items(), ids=list(KEPT_BY))
def test_every_promise_of_the_field_has_its_clock(row, kind):
    found = {key.value: clock for key, clock in CLOCKS.items()}
    assert kind in found
    assert found[kind].climbs, row


def test_a_step_with_its_own_date_is_owed_at_that_days_bell_even_in_a_holiday():
    assert (
        wall(calculate_due_at(StepKind.LOOK_AFTER, PRIMARY, at(JULY), date(2026, 8, 12)))
        == "2026-08-12 15:30"
    )


# One example of each unit in each calendar, from Friday 6 November 2026 at two, in term.


@pytest.mark.parametrize(
    ("unit", "calendar", "amount", "due"),
    [
        (ClockUnit.MINUTES, Calendar.SCHOOL, 60, "2026-11-06 15:00"),
        (ClockUnit.MINUTES, Calendar.REAL, 240, "2026-11-06 18:00"),
        (ClockUnit.DAYS, Calendar.SCHOOL, 3, "2026-11-11 15:30"),
        (ClockUnit.DAYS, Calendar.WORKING, 3, "2026-11-11 17:00"),
        (ClockUnit.DATE, Calendar.SCHOOL, 0, "2026-11-12 15:30"),
        (ClockUnit.DATE, Calendar.WORKING, 0, "2026-11-12 15:30"),
        (ClockUnit.BELL, Calendar.REAL, 0, "2026-11-06 15:30"),
    ],
)
def test_each_unit_is_counted_in_its_calendar(monkeypatch, unit, calendar, amount, due):
    clock = replace(CLOCKS[StepKind.DECIDE], amount=amount, unit=unit, calendar=calendar)
    monkeypatch.setitem(CLOCKS, StepKind.DECIDE, clock)
    found = calculate_due_at(StepKind.DECIDE, PRIMARY, at("2026-11-06T14:00"), date(2026, 11, 12))
    assert wall(found) == due


@pytest.mark.parametrize(
    ("unit", "calendar"),
    sorted({(unit, calendar) for unit in ClockUnit for calendar in Calendar} - COUNTED),
)
def test_a_clock_in_a_calendar_it_is_not_counted_in_cannot_be_written(unit, calendar):
    with pytest.raises(ValueError, match="is not counted in"):
        replace(CLOCKS[StepKind.DECIDE], unit=unit, calendar=calendar)
