"""How far a school may change the time limits of next steps, and where each default comes from.

A school may shorten a clock down to one unit, or to 0 if 0 is the default. It may lengthen a clock
up to the figure in `BOUNDS` and no further. No clock can be switched off. A kind of step without a
row in `BOUNDS` cannot be changed; `FIXED` says why. No figure in school minutes can make a step
wait for the end of a weekend or a break: `clocks.calculate_due_at`. The defaults are in
`clocks.CLOCKS`, and the figures a school has chosen are in the database
(`reading/school_clocks.py`).
"""

from datetime import datetime, timedelta

from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.clocks import CLOCKS, Clock, ClockUnit, StepKind, calculate_due_at

_KCSIE = "Keeping Children Safe in Education"
_TOGETHER = "Working Together to Safeguard Children"
_PRACTICE = "practice in schools; no guidance gives a figure"
_LEARNT = "what reviews of children's deaths found, again and again"

# The longest amount a school may set, in the clock's own unit, and the source of the default.
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
    StepKind.HOME_EDUCATION: (
        1,
        "the Education Act 1996, section 434A: consent before the child is withdrawn",
    ),
    StepKind.SEND_FILE: (5, f"{_KCSIE}: within five days"),
    StepKind.FILE_RECEIPT: (10, _PRACTICE),
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

# Why clocks counted in these units cannot be changed.
FIXED = {
    ClockUnit.DATE: "The person who decides chooses the day.",
    ClockUnit.BELL: "Before the child goes home. It is never left over a weekend or a holiday.",
    ClockUnit.MINUTES: "At once: the person who wrote it tells a named person, face to face or by "
    "phone.",
}

# A day that a person chooses is at most a year ahead, and is due at that day's closing bell; this
# leaves a month for the days of a meeting.
LONGEST_CHOSEN = timedelta(days=400)
# How far the calendar of a school may have changed since a step was opened: a closure or a holiday
# entered then and withdrawn since, other bells.
CALENDAR_CHANGED = timedelta(days=14)
BELLS_CHANGED = timedelta(days=1)


def shortest_amount(kind: StepKind | AdultStepKind) -> int:
    """The shortest amount a school may set, in the clock's unit: 1, or 0 if the default is 0."""
    return min(CLOCKS[kind].amount, 1)


def longest_amount(kind: StepKind | AdultStepKind) -> int:
    """The longest amount a school may set, in the clock's unit; the default if it has no row."""
    return BOUNDS[kind][0] if kind in BOUNDS else CLOCKS[kind].amount


def may_change_clock(kind: StepKind | AdultStepKind) -> bool:
    """Whether a school may set any amount other than the default."""
    return shortest_amount(kind) < longest_amount(kind)


def clamp_clock_amount(kind: StepKind | AdultStepKind, amount: int) -> int:
    """`amount`, or the nearest amount that is allowed, in the clock's unit.

    Needed for figures that a school set when an older version of `BOUNDS` allowed them.
    """
    return max(shortest_amount(kind), min(amount, longest_amount(kind)))


def clock_default_source(kind: StepKind | AdultStepKind) -> str:
    """The guidance or practice that the default amount comes from; empty without a row."""
    return BOUNDS[kind][1] if kind in BOUNDS else ""


def clock_unit_in_words(kind: StepKind | AdultStepKind, amount: int) -> str:
    """The unit of a clock, singular if `amount` is 1: "school minutes", "working day"."""
    clock = CLOCKS[kind]
    calendar = "" if clock.calendar is Calendar.REAL else f"{clock.calendar} "
    unit = "day" if clock.unit is ClockUnit.DAYS else "minute"
    return f"{calendar}{unit}" if amount == 1 else f"{calendar}{unit}s"


def clock_amount_in_words(kind: StepKind | AdultStepKind, amount: int) -> str:
    """An `amount` in the clock's unit, in words: "120 school minutes", "the same working day"."""
    clock: Clock = CLOCKS[kind]
    if not amount:
        return f"the same {clock.calendar} day" if clock.unit is ClockUnit.DAYS else "at once"
    return f"{amount} {clock_unit_in_words(kind, amount)}"


def why_clock_is_fixed(kind: StepKind | AdultStepKind) -> str:
    """Why a school cannot change this clock; empty if it can."""
    if may_change_clock(kind):
        return ""
    if kind in BOUNDS:
        amount = clock_amount_in_words(kind, CLOCKS[kind].amount).capitalize()
        return f"{amount}: {clock_default_source(kind)}."
    return FIXED[CLOCKS[kind].unit]


def latest_due_at(
    kind: StepKind | AdultStepKind,
    days: SchoolDays,
    opened_at: datetime,
    amount: int | None = None,
    *,
    has_calendar_changed: bool = False,
) -> datetime:
    """The latest moment, in UTC, for which a step of `kind` opened at `opened_at` (aware) can be
    due.

    `amount` is the school's own figure when it was opened, in the clock's unit; None means the
    default, and a figure that is no longer allowed counts as the nearest that is. What is due later
    was not written by an act. If the school's calendar has changed since, there is some room; a
    clock that counts real time then has a day. Raises ValueError for a naive `opened_at`.
    """
    clock = CLOCKS[kind]
    if clock.unit is ClockUnit.DATE:
        return opened_at + LONGEST_CHOSEN
    own = None if amount is None else clamp_clock_amount(kind, amount)
    due_at = calculate_due_at(kind, days, opened_at, amount=own)
    if not has_calendar_changed:
        return due_at
    return due_at + (BELLS_CHANGED if clock.calendar is Calendar.REAL else CALENDAR_CHANGED)
