"""A part-time timetable, education off site and alternative provision: what is asked of each, and
by when it is reviewed.

The school stays responsible for a child who is taught elsewhere. Keeping children safe in education
2025, part two ("Alternative provision"): it knows where the child is during school hours, has the
address, gets written confirmation from the provider that staff were checked, and reviews the
placement at least every half-term. Working together to improve school attendance (DfE): a part-time
timetable is agreed with the parent, has an end date, is reviewed, and is never used to manage
behaviour. No guidance sets how many weeks it may last.
"""

from datetime import date, timedelta

from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.clocks import StepKind
from concerns.rules.school_days import SchoolDays
from concerns.rules.wording import format_date_or_time

ELSEWHERE_REVIEW_STEPS: dict[StatusKind, StepKind] = {
    StatusKind.PART_TIME: StepKind.REVIEW_PART_TIME,
    StatusKind.OFF_SITE: StepKind.REVIEW_OFF_SITE,
    StatusKind.ALTERNATIVE: StepKind.REVIEW_ALTERNATIVE,
}
ELSEWHERE_STATUSES = frozenset(ELSEWHERE_REVIEW_STEPS)
# Longer than any half-term: the latest review where the school's terms are not entered so finely.
LONGEST_UNTIL_REVIEW = timedelta(weeks=8)

PART_TIME_NEEDS_END = (
    "A part-time timetable has an end. Enter the day that was agreed with the parent."
)
PLANNED_END_PASSED = "The planned end must be after today. What is over needs no review."
PLANNED_END_BEFORE_BEGIN = "The planned end cannot be before the day it began."
REVIEW_NOT_TO_COME = "The next review must be after today."
REVIEW_LATE = "Review it by {}: at least each half-term, and on the planned end at latest."
TIMETABLE_OVER = (
    "The day on which this part-time timetable was to end has come. End it. If a longer one was "
    "agreed with the parent, record that as a new one."
)


def latest_elsewhere_review_day(days: SchoolDays, today: date, planned_end: date | None) -> date:
    """The latest local day on which a review may be due: the last day of this half-term, or of the
    next one if today is its last day or a holiday; the planned end if that is still to come and
    earlier. It is always after `today`, and eight weeks from it at most."""
    ends = min(
        (last for _, last in days.terms if last > today), default=today + LONGEST_UNTIL_REVIEW
    )
    latest = min(ends, today + LONGEST_UNTIL_REVIEW)
    return min(latest, planned_end) if planned_end and planned_end > today else latest


def find_elsewhere_dates_fault(
    kind: StatusKind, since: date | None, planned_end: date | None, today: date
) -> str:
    """What is wrong with the dates of a new status, in a sentence; "" if nothing is."""
    if planned_end is None:
        return PART_TIME_NEEDS_END if kind is StatusKind.PART_TIME else ""
    if planned_end <= today:
        return PLANNED_END_PASSED
    return PLANNED_END_BEFORE_BEGIN if since and planned_end < since else ""


def find_elsewhere_review_fault(
    days: SchoolDays, today: date, planned_end: date | None, next_on: date
) -> str:
    """What is wrong with the day of the next review, in a sentence; "" if nothing is."""
    if next_on <= today:
        return REVIEW_NOT_TO_COME
    latest = latest_elsewhere_review_day(days, today, planned_end)
    return REVIEW_LATE.format(format_date_or_time(latest)) if next_on > latest else ""


def may_status_go_on(kind: StatusKind, planned_end: date | None, today: date) -> bool:
    """Whether a status may go on after a review today. A part-time timetable ends on its day."""
    over = planned_end is not None and planned_end <= today
    return not (kind is StatusKind.PART_TIME and over)
