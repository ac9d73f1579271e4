"""What stands in the calendar: which next steps are conferences and which are reviews, and weeks.

A meeting to come stands at its own time. Every other step stands on the day on which it is due.
"""

from datetime import date, timedelta

from concerns.rules.clocks import MEETINGS, StepKind
from concerns.rules.education_elsewhere import ELSEWHERE_REVIEW_STEPS
from concerns.rules.words import Choice


class CalendarEntryKind(Choice):
    """What an entry of the calendar is. The order is that of the entries of one day."""

    MEETING = "meeting", "Meeting"
    CONFERENCE = "conference", "Conference or core group"
    REVIEW = "review", "Review"
    STEP = "step", "Step due"


# Steps on which somebody looks at a child again, on a day chosen before.
REVIEW_STEPS = frozenset(
    {StepKind.LOOK_AFTER, StepKind.WATCH, StepKind.KEEP, *ELSEWHERE_REVIEW_STEPS.values()}
)
# What such a step is called where there is room for a word or two; each has a day beside it.
SHORT_WORDS: dict[StepKind, str] = {
    StepKind.CONFERENCE: "Initial conference",
    StepKind.CORE_GROUP: "Core group",
    StepKind.REVIEW_CONFERENCE: "Review conference",
    StepKind.LOOK_AFTER: "Watch review",
    StepKind.WATCH: "The watch ends",
    StepKind.KEEP: "Look at the picture",
    StepKind.REVIEW_PART_TIME: "Part-time review",
    StepKind.REVIEW_OFF_SITE: "Off-site review",
    StepKind.REVIEW_ALTERNATIVE: "Alternative review",
}
DAYS_OF_WEEK = 7


def calendar_entry_kind(step: StepKind) -> CalendarEntryKind:
    """What a step of this kind is in the calendar. Source: `clocks.MEETINGS`, `REVIEW_STEPS`."""
    if step is StepKind.GO_TO_MEETING:
        return CalendarEntryKind.MEETING
    if step in MEETINGS:
        return CalendarEntryKind.CONFERENCE
    return CalendarEntryKind.REVIEW if step in REVIEW_STEPS else CalendarEntryKind.STEP


def is_meeting_or_review(step: StepKind) -> bool:
    """Whether a step of this kind is more than work to be done: a meeting, or a look at a child."""
    return calendar_entry_kind(step) is not CalendarEntryKind.STEP


def calendar_words(step: StepKind) -> str:
    """What a step of this kind is called in the calendar. Source: `SHORT_WORDS`, else its label."""
    return SHORT_WORDS.get(step, step.label)


def first_day_of_week(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def read_week(written: str, today: date) -> date:
    """The Monday of the week that contains the day `written` as 2026-11-30.

    That of this week if `written` is empty or no day, or so far off that a week before or after it
    could not be written.
    """
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = today
    near = date.min.year < day.year < date.max.year
    return first_day_of_week(day if near else today)
