"""This file knows how far a school may change its own clocks, and where each default comes from.

A clock may be shortened freely: to one unit, or to none where none is the default. It may be made
longer up to the figure here, and no further; none can be switched off. What has no row here is no
school's to change, and `FIXED` says why.
"""

from concerns.rules.adults import AdultStepKind
from concerns.rules.calendars import Calendar
from concerns.rules.clocks import CLOCKS, Clock, StepKind, Unit

_KCSIE = "Keeping Children Safe in Education"
_TOGETHER = "Working Together to Safeguard Children"
_PRACTICE = "practice in schools; no guidance gives a figure"
_LEARNT = "what reviews of children's deaths found, again and again"

# The longest a school may make each, in the clock's own unit; and where the default comes from.
BOUNDS: dict[StepKind | AdultStepKind, tuple[int, str]] = {
    StepKind.FIRST_LOOK_NOW: (60, _PRACTICE),
    StepKind.REFER_NOW: (30, "local protocols on bruising in infants: at once"),
    StepKind.FIRST_LOOK: (240, _PRACTICE),
    StepKind.READ_ADDITION: (240, _PRACTICE),
    StepKind.STILL_WORRIED: (240, _LEARNT),
    StepKind.SEEK_ADVICE: (1, _KCSIE),
    StepKind.SEND_REFERRAL: (0, f"{_KCSIE}: immediately"),
    StepKind.HEAR_BACK: (1, f"{_KCSIE}: the authority decides within one working day"),
    StepKind.REFER_AGAIN: (1, _LEARNT),
    StepKind.REPORT_FGM: (
        1,
        "the Female Genital Mutilation Act 2003, section 5B: by the close of the next working day",
    ),
    StepKind.PUT_RIGHT: (1, _PRACTICE),
    StepKind.MISSING_FROM_ROLL: (1, _LEARNT),
    StepKind.DECIDE: (5, _PRACTICE),
    StepKind.SPEAK_TO_PARENTS: (2, _PRACTICE),
    StepKind.HEAR_BACK_OTHER: (10, _PRACTICE),
    StepKind.AGREE_OR_CHALLENGE: (5, _LEARNT),
    StepKind.CHALLENGE: (5, "local procedures for professional disagreement; they differ"),
    StepKind.NEXT_MOVE: (5, _PRACTICE),
    StepKind.CONFERENCE: (15, _TOGETHER),
    StepKind.CORE_GROUP: (10, _TOGETHER),
    StepKind.ASSESSMENT: (45, _TOGETHER),
    StepKind.SUPPORT: (10, _PRACTICE),
    StepKind.TELL_REPORTER: (10, _LEARNT),
    AdultStepKind.FIRST_LOOK_NOW: (60, _PRACTICE),
    AdultStepKind.FIRST_LOOK: (240, _PRACTICE),
    AdultStepKind.READ_ADDITION: (240, _PRACTICE),
    AdultStepKind.DECIDE_NOW: (0, _KCSIE),
    AdultStepKind.TELL_LADO: (1, f"{_KCSIE}: within one working day"),
    AdultStepKind.HEAR_LADO: (2, _PRACTICE),
    AdultStepKind.TELL_POLICE: (0, _KCSIE),
    AdultStepKind.HEAR_POLICE: (5, _PRACTICE),
    AdultStepKind.DECIDE: (5, _PRACTICE),
    AdultStepKind.NEXT_MOVE: (5, _PRACTICE),
    AdultStepKind.FOLLOW_LADO: (10, _PRACTICE),
    AdultStepKind.FOLLOW_POLICE: (10, _PRACTICE),
    AdultStepKind.TELL_REPORTER: (10, _LEARNT),
}

FIXED = {
    Unit.DATE: "Whoever decides names the day.",
    Unit.BELL: "Before the child goes home: never over a weekend or a holiday.",
    Unit.MINUTES: "At once: the writer tells a named person by voice.",
}


def least(kind: StepKind | AdultStepKind) -> int:
    """The shortest a clock may be made: one unit, or none where that is the default."""
    return min(CLOCKS[kind].amount, 1)


def most(kind: StepKind | AdultStepKind) -> int:
    """The longest. A clock without a row stays what it is."""
    return BOUNDS[kind][0] if kind in BOUNDS else CLOCKS[kind].amount


def may_change(kind: StepKind | AdultStepKind) -> bool:
    """Whether there is any other figure that a school may give it."""
    return least(kind) < most(kind)


def within(kind: StepKind | AdultStepKind, amount: int) -> int:
    """`amount`, or the nearest that keeps the promise: a figure set under an older table, too."""
    return max(least(kind), min(amount, most(kind)))


def source(kind: StepKind | AdultStepKind) -> str:
    return BOUNDS[kind][1] if kind in BOUNDS else ""


def unit_words(kind: StepKind | AdultStepKind, amount: int) -> str:
    """What its figure counts: "school minutes", "working day"."""
    clock = CLOCKS[kind]
    calendar = "" if clock.calendar is Calendar.REAL else f"{clock.calendar} "
    unit = "day" if clock.unit is Unit.DAYS else "minute"
    return f"{calendar}{unit}" if amount == 1 else f"{calendar}{unit}s"


def in_words(kind: StepKind | AdultStepKind, amount: int) -> str:
    """A figure of `kind`: "120 school minutes", "the same working day"."""
    clock: Clock = CLOCKS[kind]
    if not amount:
        return f"the same {clock.calendar} day" if clock.unit is Unit.DAYS else "at once"
    return f"{amount} {unit_words(kind, amount)}"


def fixed_words(kind: StepKind | AdultStepKind) -> str:
    """Why a clock is no school's to change; empty where it is."""
    if may_change(kind):
        return ""
    if kind in BOUNDS:
        return f"{in_words(kind, CLOCKS[kind].amount).capitalize()}: {source(kind)}."
    return FIXED[CLOCKS[kind].unit]
