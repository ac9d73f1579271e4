"""The kinds of next step and the clock of each: who owes it, by when, and to whom it is escalated.

A clock counts in one of three calendars: school (term days and hours), working (all weekdays but
the nation's bank holidays) or real (all time). A limit in school minutes would be days long where
it reaches past the last bell before a weekend, a closure or a break: there it is counted in real
time, and so is the lateness. The source of a row is the guidance or practice named beside it.
Lateness is always computed from the times of a step when it is read, never from a stored counter.
How far a school may change a clock is in `clock_bounds.py`, how often a late step is escalated in
`escalation_timing.py`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from concerns.rules import calendars, reporting_periods
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.roles import Role
from concerns.rules.words import OUTSIDE, Choice, Route


class StepKind(Choice):
    DANGER_NOW = (
        "danger_now",
        "Tell a named person now, face to face or by phone: a child may be in danger",
    )
    FIRST_LOOK_NOW = "first_look_now", "First look, today"
    FIRST_LOOK = "first_look", "First look"
    READ_ADDITION = "read_addition", "Read what was added"
    DECIDE_TODAY = "decide_today", "Decide before the child goes home"
    DECIDE = "decide", "Decide"
    SEEK_ADVICE = "seek_advice", "Get advice before parents are told"
    SPEAK_TO_PARENTS = "speak_to_parents", "Speak to parents or carers"
    SEND_REFERRAL = "send_referral", "Send the referral"
    HEAR_BACK = "hear_back", "Get social care's answer"
    HEAR_BACK_OTHER = "hear_back_other", "Get the agency's answer"
    AGREE_OR_CHALLENGE = "agree_or_challenge", "Agree with the answer or challenge it"
    CHALLENGE = "challenge", "Get an answer to the challenge"
    PROMISE = "promise", "Find out whether what was promised has been done"
    REFER_NOW = "refer_now", "Refer at once: a mark on a child who cannot yet move about"
    REFER_AGAIN = (
        "refer_again",
        "Something new after 'no further action': refer again, or say why not",
    )
    REPORT_FGM = "report_fgm", "Report it to the police yourself (FGM)"
    STILL_WORRIED = "still_worried", "The person who wrote it is still worried: look again"
    ASSESSMENT = "assessment", "Find out what the social worker's assessment found"
    CONFERENCE = "conference", "Find out when the initial conference is"
    CORE_GROUP = "core_group", "Meet as a core group"
    REVIEW_CONFERENCE = "review_conference", "Go to the review conference"
    GO_TO_MEETING = "go_to_meeting", "Go to the meeting, and record what was agreed"
    AGREED_ACTION = "agreed_action", "Do what was agreed at the meeting"
    LOOK_AFTER = "look_after", "Ask how the child is now that it has ended"
    TASK = "task", "Do what a lead has asked"
    PUT_RIGHT = "put_right", "Tell everyone who was told or read it that it was about another child"
    MISSING_FROM_ROLL = "missing_from_roll", "Find out why the child is missing from the roll"
    SEND_FILE = "send_file", "Send the child's file to the new school"
    FILE_RECEIPT = "file_receipt", "Find out whether the new school has the child's file"
    HOME_EDUCATION = (
        "home_education",
        "Home education of a child whom social care protects: get the authority's answer",
    )
    REVIEW_PART_TIME = "review_part_time", "Review the part-time timetable"
    REVIEW_OFF_SITE = "review_off_site", "Review the education off site"
    REVIEW_ALTERNATIVE = "review_alternative", "Review the alternative provision"
    SUPPORT = "support", "Put the support in school in place"
    WATCH = "watch", "The watch ends: look again"
    KEEP = "keep", "Look at the picture again"
    NEXT_MOVE = "next_move", "Everything decided has been done: close, or decide again"
    TELL_REPORTER = "tell_reporter", "Reply to the person who wrote it"


class ClockUnit(StrEnum):
    """What the amount of a clock counts; BELL and DATE need no amount."""

    MINUTES = "minutes"
    DAYS = "days"
    BELL = "closing bell"
    DATE = "its own date"


# What `calculate_due_at` and `lateness_in_words` know how to count. Another pair cannot be written
# down: it would be counted silently in a calendar that the table does not name.
COUNTED = frozenset({
    (ClockUnit.MINUTES, Calendar.SCHOOL), (ClockUnit.MINUTES, Calendar.REAL),
    (ClockUnit.DAYS, Calendar.SCHOOL), (ClockUnit.DAYS, Calendar.WORKING),
    (ClockUnit.DATE, Calendar.SCHOOL), (ClockUnit.DATE, Calendar.WORKING),
    (ClockUnit.BELL, Calendar.REAL),
})  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """The time limit of one kind of step, and its escalation.

    `holder` is the role that owes the step; None if a named person owes it. `amount` is the limit,
    counted in `unit` and `calendar`. `rank` says how urgent the step is before anything is late,
    0 (a child in danger now) being most urgent. `climbs` are the roles it is escalated to in turn,
    each a different person, and `every` is the interval between escalations in minutes.

    Raises ValueError for a unit that is not counted in `calendar`: see `COUNTED`.
    """

    holder: Role | None
    amount: int
    unit: ClockUnit
    calendar: Calendar
    rank: int
    climbs: tuple[Role, ...]
    every: int

    def __post_init__(self) -> None:
        if (self.unit, self.calendar) not in COUNTED:
            raise ValueError(
                f"A clock in {self.unit} is not counted in the {self.calendar} calendar."
            )

    @property
    def in_school_minutes(self) -> bool:
        """Whether its limit is counted in school minutes: then it does not wait out a break."""
        return self.unit is ClockUnit.MINUTES and self.calendar is Calendar.SCHOOL


_LEADS = (Role.DEPUTY, Role.HEAD)
_LEAD = (Role.DSL,)
_HEAD = (Role.HEAD,)
_CHAIR = (Role.CHAIR,)
# Said of a step that is late by no time in its calendar; "less than a minute" would mislead.
LATE = "late"
# An interval of one day, in minutes. It means a day of the clock's own calendar:
# `escalation_timing.py`.
DAY = 24 * 60

CLOCKS: dict[StepKind | AdultStepKind, Clock] = {
    # The writer holds it until a named person has accepted it by voice; the form telephones nobody.
    StepKind.DANGER_NOW: Clock(None, 0, ClockUnit.MINUTES, Calendar.REAL, 0, _LEADS, 15),
    # Worried about the child going home today, or a mark, or a disclosure.
    StepKind.FIRST_LOOK_NOW: Clock(Role.DSL, 30, ClockUnit.MINUTES, Calendar.REAL, 1, _LEADS, 15),
    # Protocols on bruising in infants: any mark is referred at once, with no option to decide
    # later.
    StepKind.REFER_NOW: Clock(Role.DSL, 30, ClockUnit.MINUTES, Calendar.REAL, 1, _HEAD, 30),
    StepKind.FIRST_LOOK: Clock(Role.DSL, 120, ClockUnit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    StepKind.READ_ADDITION: Clock(Role.DSL, 120, ClockUnit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    # Goes to somebody other than the person who decided: reviews find that a second worry was
    # judged by the person who had dismissed the first.
    StepKind.STILL_WORRIED: Clock(Role.DSL, 120, ClockUnit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    # Never across a weekend or a break.
    StepKind.DECIDE_TODAY: Clock(Role.DSL, 0, ClockUnit.BELL, Calendar.REAL, 3, _HEAD, 30),
    StepKind.SEEK_ADVICE: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.WORKING, 3, _LEADS, DAY),
    StepKind.SEND_REFERRAL: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.WORKING, 3, _LEADS, 60),
    # KCSIE: the authority should decide within one working day and say so; if not, follow it up.
    StepKind.HEAR_BACK: Clock(Role.DSL, 1, ClockUnit.DAYS, Calendar.WORKING, 3, _HEAD, DAY),
    StepKind.REFER_AGAIN: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.WORKING, 3, _HEAD, 60),
    # The teacher's own duty (Female Genital Mutilation Act 2003, s.5B): by the close of the next
    # working day. It never passes to the lead, who only helps.
    StepKind.REPORT_FGM: Clock(None, 1, ClockUnit.DAYS, Calendar.WORKING, 3, _HEAD, DAY),
    # Until it is done, a family, an agency or a reader believes something untrue about a child.
    StepKind.PUT_RIGHT: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.SCHOOL, 3, _LEADS, DAY),
    StepKind.MISSING_FROM_ROLL: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.SCHOOL, 3, _LEAD, DAY),
    # Education Act 1996, section 434A (Children's Wellbeing and Schools Act 2026, section 37):
    # while enquiries go on or a plan stands, the authority consents before a child is withdrawn.
    StepKind.HOME_EDUCATION: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.WORKING, 3, _LEADS, DAY),
    StepKind.DECIDE: Clock(Role.DSL, 2, ClockUnit.DAYS, Calendar.SCHOOL, 4, _LEADS, DAY),
    # KCSIE, part two: the child protection file goes to the new school within five days in the
    # year, or in the first five days of a term, apart from the pupil file, and its receipt is
    # confirmed. How long to wait for that is practice.
    StepKind.SEND_FILE: Clock(Role.DSL, 5, ClockUnit.DAYS, Calendar.SCHOOL, 4, _LEADS, DAY),
    StepKind.FILE_RECEIPT: Clock(Role.DSL, 5, ClockUnit.DAYS, Calendar.SCHOOL, 4, _LEADS, DAY),
    # KCSIE, part two: alternative provision is reviewed at least each half-term. The others are
    # too: such a child is as easily lost from sight. The day is in `education_elsewhere.py`.
    StepKind.REVIEW_PART_TIME: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 4, _LEADS, DAY),
    StepKind.REVIEW_OFF_SITE: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 4, _LEADS, DAY),
    StepKind.REVIEW_ALTERNATIVE: Clock(
        Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 4, _LEADS, DAY
    ),
    StepKind.SPEAK_TO_PARENTS: Clock(Role.DSL, 0, ClockUnit.DAYS, Calendar.SCHOOL, 4, _LEAD, DAY),
    StepKind.HEAR_BACK_OTHER: Clock(Role.DSL, 5, ClockUnit.DAYS, Calendar.WORKING, 4, _HEAD, DAY),
    StepKind.AGREE_OR_CHALLENGE: Clock(
        Role.DSL, 2, ClockUnit.DAYS, Calendar.WORKING, 4, _HEAD, DAY
    ),
    StepKind.CHALLENGE: Clock(Role.DSL, 2, ClockUnit.DAYS, Calendar.WORKING, 4, _HEAD, DAY),
    # A promise settled the challenge; not kept, it is as if nobody had answered.
    StepKind.PROMISE: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.WORKING, 4, _HEAD, DAY),
    StepKind.NEXT_MOVE: Clock(Role.DSL, 2, ClockUnit.DAYS, Calendar.SCHOOL, 4, _LEAD, DAY),
    StepKind.GO_TO_MEETING: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 4, _LEADS, DAY),
    StepKind.AGREED_ACTION: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 4, _LEAD, DAY),
    # Working Together: 15 working days from the strategy discussion, 10 from the conference; the
    # first review within three months and then within six; 45 working days for an assessment.
    StepKind.CONFERENCE: Clock(Role.DSL, 15, ClockUnit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.CORE_GROUP: Clock(Role.DSL, 10, ClockUnit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.REVIEW_CONFERENCE: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.ASSESSMENT: Clock(Role.DSL, 45, ClockUnit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.LOOK_AFTER: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 5, _HEAD, DAY),
    # A late task comes back to the lead who asked for it, because it belongs to a concern that a
    # lead holds.
    StepKind.TASK: Clock(None, 0, ClockUnit.DATE, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.SUPPORT: Clock(Role.DSL, 5, ClockUnit.DAYS, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.WATCH: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 5, _HEAD, DAY),
    StepKind.KEEP: Clock(Role.DSL, 0, ClockUnit.DATE, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.TELL_REPORTER: Clock(Role.DSL, 5, ClockUnit.DAYS, Calendar.SCHOOL, 5, _LEAD, DAY),
    # About an adult. The holder here is only the usual one: each concern says whether the head's or
    # the chair's post owes its steps. They are escalated to the other one, never to the person whom
    # the concern is about.
    AdultStepKind.FIRST_LOOK_NOW: Clock(
        Role.HEAD, 30, ClockUnit.MINUTES, Calendar.REAL, 1, _CHAIR, 15
    ),
    AdultStepKind.FIRST_LOOK: Clock(
        Role.HEAD, 120, ClockUnit.MINUTES, Calendar.SCHOOL, 2, _CHAIR, 60
    ),
    AdultStepKind.READ_ADDITION: Clock(
        Role.HEAD, 120, ClockUnit.MINUTES, Calendar.SCHOOL, 2, _CHAIR, 60
    ),
    AdultStepKind.DECIDE_NOW: Clock(Role.HEAD, 0, ClockUnit.DAYS, Calendar.WORKING, 2, _CHAIR, 60),
    # KCSIE's one working day to tell the LADO runs from when the school learnt of the allegation,
    # not from the decision, so a late decision makes a late call. The answer is due after one more
    # day.
    AdultStepKind.TELL_LADO: Clock(Role.HEAD, 1, ClockUnit.DAYS, Calendar.WORKING, 3, _CHAIR, DAY),
    AdultStepKind.HEAR_LADO: Clock(Role.HEAD, 1, ClockUnit.DAYS, Calendar.WORKING, 3, _CHAIR, DAY),
    AdultStepKind.TELL_POLICE: Clock(Role.HEAD, 0, ClockUnit.DAYS, Calendar.WORKING, 3, _CHAIR, 60),
    AdultStepKind.HEAR_POLICE: Clock(
        Role.HEAD, 2, ClockUnit.DAYS, Calendar.WORKING, 4, _CHAIR, DAY
    ),
    AdultStepKind.DECIDE: Clock(Role.HEAD, 2, ClockUnit.DAYS, Calendar.SCHOOL, 4, _CHAIR, DAY),
    AdultStepKind.NEXT_MOVE: Clock(Role.HEAD, 2, ClockUnit.DAYS, Calendar.SCHOOL, 4, _CHAIR, DAY),
    AdultStepKind.FOLLOW_LADO: Clock(
        Role.HEAD, 5, ClockUnit.DAYS, Calendar.WORKING, 5, _CHAIR, DAY
    ),
    AdultStepKind.FOLLOW_POLICE: Clock(
        Role.HEAD, 5, ClockUnit.DAYS, Calendar.WORKING, 5, _CHAIR, DAY
    ),
    AdultStepKind.LOOK_AGAIN: Clock(Role.HEAD, 0, ClockUnit.DATE, Calendar.SCHOOL, 5, _CHAIR, DAY),
    AdultStepKind.TELL_REPORTER: Clock(
        Role.HEAD, 5, ClockUnit.DAYS, Calendar.SCHOOL, 5, _CHAIR, DAY
    ),
}

# Who owes each step that has no role as its holder.
NAMED: dict[StepKind | AdultStepKind, str] = {
    StepKind.DANGER_NOW: "The person who wrote it",
    StepKind.REPORT_FGM: "The person who wrote it",
    StepKind.TASK: "The colleague who was asked",
}

# Steps that the writer of the concern does, whoever holds the concern.
WRITERS_OWN = frozenset({StepKind.DANGER_NOW, StepKind.REPORT_FGM})

FIRST_LOOKS = frozenset({StepKind.FIRST_LOOK_NOW, StepKind.FIRST_LOOK})
DECISIONS = frozenset({StepKind.DECIDE_TODAY, StepKind.DECIDE})

# Steps that wait for what an agency works on. A watch may begin beside them, because it keeps the
# concern open and their clocks go on; but nothing closes the concern before they are done: the
# assessment by the next answer, the others by their meeting or by one after which nothing follows.
AWAITED_WORK = frozenset({StepKind.ASSESSMENT, StepKind.CONFERENCE, StepKind.CORE_GROUP})

# Steps that must be done, or withdrawn by a second person, before a concern may be closed. Closing
# ends all other steps, and records the outcome and a word back to the reporter.
HOLD_OPEN = AWAITED_WORK | frozenset(
    {
        StepKind.DANGER_NOW,
        StepKind.READ_ADDITION,
        StepKind.SEEK_ADVICE,
        StepKind.SPEAK_TO_PARENTS,
        StepKind.SEND_REFERRAL,
        StepKind.HEAR_BACK,
        StepKind.HEAR_BACK_OTHER,
        StepKind.AGREE_OR_CHALLENGE,
        StepKind.CHALLENGE,
        StepKind.PROMISE,
        StepKind.GO_TO_MEETING,
        StepKind.MISSING_FROM_ROLL,
        StepKind.SEND_FILE,
        StepKind.FILE_RECEIPT,
        StepKind.HOME_EDUCATION,
        StepKind.REVIEW_PART_TIME,
        StepKind.REVIEW_OFF_SITE,
        StepKind.REVIEW_ALTERNATIVE,
        StepKind.PUT_RIGHT,
        StepKind.REFER_NOW,
        StepKind.REFER_AGAIN,
        StepKind.REPORT_FGM,
        StepKind.STILL_WORRIED,
        StepKind.LOOK_AFTER,
    }
)

# Steps that end when a new decision supersedes the old one. A referral that was sent, or decided
# on, does not end: it can only be withdrawn by a second person, never by a new decision.
SUPERSEDED = frozenset(
    {StepKind.SPEAK_TO_PARENTS, StepKind.SEEK_ADVICE, StepKind.SUPPORT, StepKind.WATCH}
    | {StepKind.KEEP, StepKind.NEXT_MOVE}
)

# The step that each route of a decision opens. No further action opens none: what is left to do
# then is the next move or a word back to the writer.
NEXT: dict[Route, StepKind] = {
    **dict.fromkeys(sorted(OUTSIDE), StepKind.SEND_REFERRAL),
    Route.PARENTS: StepKind.SPEAK_TO_PARENTS,
    Route.SCHOOL_SUPPORT: StepKind.SUPPORT,
    Route.WATCH: StepKind.WATCH,
    Route.KEEP: StepKind.KEEP,
}

# Steps that end when a meeting is recorded; `meeting_rules.py` says which meeting ends which.
MEETINGS = frozenset({StepKind.CONFERENCE, StepKind.CORE_GROUP, StepKind.REVIEW_CONFERENCE})

# Steps that a lead completes with a note of what was found; all other steps are completed by the
# act they ask for. The step of a child in danger now is the writer's until somebody has been told
# by voice. The person who was told may complete it too, since a writer who has gone home cannot.
BY_A_NOTE = frozenset(
    {StepKind.READ_ADDITION, StepKind.SUPPORT, StepKind.WATCH, StepKind.MISSING_FROM_ROLL}
    | {StepKind.DANGER_NOW, StepKind.PUT_RIGHT, StepKind.AGREED_ACTION}
    | {StepKind.PROMISE}
)

# Steps that leave a note for the leads when completed; the two added here have their own forms.
NOTED = BY_A_NOTE | {StepKind.STILL_WORRIED, StepKind.LOOK_AFTER}

# The longest time limit where school time would mean waiting over a weekend or a break: in real
# time, from the moment of writing.
BREAK_HOURS = timedelta(hours=2)

# The writer of an unsent draft is reminded of it on every page after this time, so within the hour.
REMIND_AFTER = timedelta(minutes=30)


def unsent_draft_cutoff(days: SchoolDays, now: datetime) -> datetime:
    """The moment, in UTC, before which a draft must have been begun for the leads to be told of it.

    Leads are told of an unsent draft on the morning after it was begun, at the time school opens.
    That is so on any day, in term or not, because a notice on a page disturbs nobody's holiday.
    `now` is aware.
    """
    today = reporting_periods.local_day(days, now)
    opened = now.astimezone(ZoneInfo(days.zone)).time() >= days.opens
    return reporting_periods.local_midnight(days, today if opened else today - timedelta(days=1))


def calculate_due_at(
    kind: StepKind | AdultStepKind,
    days: SchoolDays,
    now: datetime,
    on: date | None = None,
    amount: int | None = None,
) -> datetime:
    """When a step of `kind` opened at `now` (aware) is due, in UTC.

    `on` is the local date chosen by a person, for kinds whose unit is DATE; raises ValueError if
    such a kind has none. `amount` is the school's own figure in the clock's unit, if it has set one
    (`clock_bounds.py`); None means the default. A limit in school minutes never reaches into a
    weekend, a closure or a break: see `_due_in_school_minutes`. Source: the row of `CLOCKS`.
    """
    clock = CLOCKS[kind]
    now = now.astimezone(UTC)
    amount = clock.amount if amount is None else amount
    if clock.unit is ClockUnit.DATE:
        if on is None:
            raise ValueError(f"a step of kind {kind} needs its own date")
        return _closing_bell_on(days, on)
    if clock.unit is ClockUnit.BELL:
        bell = calendars.end_of_school_day(days, now)
        return bell if _is_same_local_day(days, bell, now) else now + BREAK_HOURS
    if clock.unit is ClockUnit.MINUTES:
        if clock.calendar is Calendar.REAL:
            return now + timedelta(minutes=amount)
        return _due_in_school_minutes(days, now, amount)
    if clock.calendar is Calendar.WORKING:
        return calendars.add_working_days(days.nation, now, amount)
    return calendars.add_school_days(days, now, amount)


def _due_in_school_minutes(days: SchoolDays, now: datetime, amount: int) -> datetime:
    """When a limit of `amount` school minutes from `now` ends, in UTC.

    If it would reach past the last bell before a weekend, a closure or a break, it is real time:
    two hours, or the school's own amount if that is shorter. A concern written ten minutes before
    that bell must not wait for Monday, nor ten days for the end of half-term. A school that allows
    itself longer has at least until the bell, as it would have on any other day. Where a day is
    shorter than three hours, as in a nursery, the limit is two thirds of a day: with the interval
    of `escalation_timing.py`, a third, a second person still hears within a day.
    """
    amount = min(amount, days.school_day_length * 2 // 3 // timedelta(minutes=1))
    in_real_time = now + min(timedelta(minutes=amount), BREAK_HOURS)
    if calendars.is_before_break(days, now):
        return in_real_time
    due_at = calendars.add_school_minutes(days, now, amount)
    last_bell = calendars.last_bell_before_break(days, now)
    return due_at if due_at <= last_bell else max(last_bell, in_real_time)


def _is_same_local_day(days: SchoolDays, one: datetime, other: datetime) -> bool:
    zone = ZoneInfo(days.zone)
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def _closing_bell_on(days: SchoolDays, on: date) -> datetime:
    local = datetime.combine(on, days.closes, ZoneInfo(days.zone))
    return local.astimezone(UTC)


def lateness_in_words(
    kind: StepKind | AdultStepKind, days: SchoolDays, due_at: datetime, now: datetime
) -> str:
    """How late a step is at `now`, in the calendar it is counted in: "2 school hours late".

    That is its clock's calendar; but for a limit in school minutes it is real time ("3 hours late",
    "2 days late") once a weekend, a closure or a break has begun since it was due. Empty if it is
    not late. Both moments are aware; raises ValueError for a naive one.
    """
    if now <= due_at:
        return ""
    clock = CLOCKS[kind]
    over_a_break = clock.in_school_minutes and calendars.reaches_break(days, due_at, now)
    calendar = Calendar.REAL if over_a_break else clock.calendar
    minutes = calendars.minutes_between(calendar, days, due_at, now)
    if not minutes:
        return LATE
    return f"{calendars.duration_in_words(minutes, calendar, days)} late"
