"""This file knows the meetings about a child outside the school, and what each of them opens.

Working Together: the initial conference within 15 working days of the strategy discussion; the core
group within 10 working days of the conference; its first review within three months, and every
later one within six.
"""

from calendar import monthrange
from datetime import date

from concerns.rules.clocks import CLOCKS, MEETINGS, StepKind, Unit
from concerns.rules.saying import when
from concerns.rules.words import Choice


class MeetingKind(Choice):
    STRATEGY = "strategy", "Strategy discussion"
    CONFERENCE = "conference", "Initial child protection conference"
    CORE_GROUP = "core_group", "Core group"
    REVIEW = "review", "Review conference"
    TEAM = "team", "Team around the child or family"


# Which step each meeting is the end of.
ENDS: dict[MeetingKind, frozenset[StepKind]] = {
    # Whatever clock ran from the answer gives way to the one that runs from the discussion itself.
    MeetingKind.STRATEGY: frozenset({StepKind.CONFERENCE}),
    MeetingKind.CONFERENCE: frozenset({StepKind.CONFERENCE}),
    MeetingKind.CORE_GROUP: frozenset({StepKind.CORE_GROUP}),
    MeetingKind.REVIEW: frozenset({StepKind.REVIEW_CONFERENCE}),
    MeetingKind.TEAM: frozenset(),
}

# What each opens, unless it led no further (no conference, no plan, or the plan ended).
OPENS: dict[MeetingKind, tuple[StepKind, ...]] = {
    MeetingKind.STRATEGY: (StepKind.CONFERENCE,),
    MeetingKind.CONFERENCE: (StepKind.CORE_GROUP, StepKind.REVIEW_CONFERENCE),
    MeetingKind.CORE_GROUP: (),
    MeetingKind.REVIEW: (StepKind.REVIEW_CONFERENCE,),
    MeetingKind.TEAM: (),
}

# Within how many months of each the next review is.
REVIEWED_WITHIN = {MeetingKind.CONFERENCE: 3, MeetingKind.REVIEW: 6}


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: a review is due by then."""
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def last_day(kind: MeetingKind, held: date) -> date | None:
    """The latest day for the next review after a meeting of `kind`; None where none is due."""
    months = REVIEWED_WITHIN.get(kind)
    return months_after(held, months) if months else None


def ends(kind: MeetingKind, leads_on: bool) -> frozenset[StepKind]:
    """Which steps a meeting of `kind` is the end of. One that leads no further - no conference, no
    plan, or the plan ended - is the end of everything that waited for a meeting."""
    return ENDS[kind] if leads_on or kind is MeetingKind.TEAM else MEETINGS


def lacking(kind: MeetingKind, held: date, next_on: date | None, leads_on: bool) -> str:
    """What does not fit the day of the next meeting, in a sentence; empty where it fits."""
    if next_on is None:
        return ""
    if next_on <= held:
        return "The next meeting is after this one: look at its day again."
    latest = last_day(kind, held) if leads_on else None
    if latest and next_on > latest:
        return (
            f"The next review is at most {REVIEWED_WITHIN[kind]} months after: by "
            f"{when(latest)}. Ask for an earlier day."
        )
    return ""


def dated(kind: MeetingKind) -> bool:
    """Whether the day of the next meeting is that of a step it opens."""
    return any(CLOCKS[step].unit is Unit.DATE for step in OPENS[kind])
