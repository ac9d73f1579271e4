"""The meetings about a child outside the school: which steps each ends and opens, and by when.

Source: Working Together to Safeguard Children. The initial conference is held within 15 working
days of the strategy discussion, the core group within 10 working days of the conference, the first
review within three months of the conference, and each later review within six months of the last.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from concerns.rules.clocks import CLOCKS, MEETINGS, ClockUnit, StepKind
from concerns.rules.school_days import SchoolDays
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import Choice


class MeetingKind(Choice):
    STRATEGY = "strategy", "Strategy discussion"
    CONFERENCE = "conference", "Initial child protection conference"
    CORE_GROUP = "core_group", "Core group"
    REVIEW = "review", "Review conference"
    TEAM = "team", "Team around the child or family"


# The steps that each meeting ends.
ENDS: dict[MeetingKind, frozenset[StepKind]] = {
    # The clock that ran from the agency's answer is replaced by one that runs from the discussion.
    MeetingKind.STRATEGY: frozenset({StepKind.CONFERENCE}),
    MeetingKind.CONFERENCE: frozenset({StepKind.CONFERENCE}),
    MeetingKind.CORE_GROUP: frozenset({StepKind.CORE_GROUP}),
    MeetingKind.REVIEW: frozenset({StepKind.REVIEW_CONFERENCE}),
    MeetingKind.TEAM: frozenset(),
}

# The steps that each meeting opens, unless it led no further (no conference, no plan or its end).
OPENS: dict[MeetingKind, tuple[StepKind, ...]] = {
    MeetingKind.STRATEGY: (StepKind.CONFERENCE,),
    MeetingKind.CONFERENCE: (StepKind.CORE_GROUP, StepKind.REVIEW_CONFERENCE),
    MeetingKind.CORE_GROUP: (),
    MeetingKind.REVIEW: (StepKind.REVIEW_CONFERENCE,),
    MeetingKind.TEAM: (),
}

# The months after a meeting within which the next review is held.
REVIEWED_WITHIN = {MeetingKind.CONFERENCE: 3, MeetingKind.REVIEW: 6}


def coming_meeting_due_day(days: SchoolDays, begins_at: datetime) -> date:
    """The day on which going to a meeting that begins at `begins_at` (aware) is due.

    It is the meeting's own day; the day after, if the meeting begins after the last bell.
    """
    local = begins_at.astimezone(ZoneInfo(days.zone))
    return local.date() if local.time() < days.closes else local.date() + timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` months later, or that month's last day.

    For example one month after 31 January is 28 February.
    """
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def latest_review_day(kind: MeetingKind, held: date) -> date | None:
    """The latest day for the next review after a meeting of `kind` on `held`; None if none is due.

    Source: Working Together, three months after the conference and six after a review.
    """
    months = REVIEWED_WITHIN.get(kind)
    return add_months(held, months) if months else None


def steps_ended_by_meeting(kind: MeetingKind, leads_on: bool) -> frozenset[StepKind]:
    """The kinds of step that a meeting of `kind` ends.

    `leads_on` is false if the meeting led no further: no conference, no plan, or the plan ended.
    Then it ends every step that waited for a meeting, except that a team meeting ends none.
    """
    return ENDS[kind] if leads_on or kind is MeetingKind.TEAM else MEETINGS


def next_meeting_fault(kind: MeetingKind, held: date, next_on: date | None, leads_on: bool) -> str:
    """What is wrong with the day of the next meeting, in a sentence; empty if nothing is.

    `held` is the day of this meeting, `next_on` that of the next, if it is known. Source of the
    latest day: `latest_review_day`.
    """
    if next_on is None:
        return ""
    if next_on <= held:
        return "The next meeting must be after this one. Check its date."
    latest = latest_review_day(kind, held) if leads_on else None
    if latest and next_on > latest:
        return (
            f"The next review must be within {REVIEWED_WITHIN[kind]} months, by "
            f"{format_date_or_time(latest)}. Ask for an earlier day."
        )
    return ""


def has_dated_next_step(kind: MeetingKind) -> bool:
    """Whether a meeting of `kind` opens a step that is due on the day of the next meeting."""
    return any(CLOCKS[step].unit is ClockUnit.DATE for step in OPENS[kind])
