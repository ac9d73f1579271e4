"""This file knows every kind of next step: who owes it, by when, in which calendar, how it climbs.

Three calendars: school (term days and hours), working (bank holidays of the nation only) and real
(the wall clock). Sources are the guidance and practice named beside each row. Late is always
computed from the times of a step at reading, never from a counter.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from concerns.rules import calendars, spans
from concerns.rules.adults import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.roles import Role
from concerns.rules.words import OUTSIDE, Choice, Route


class StepKind(Choice):
    DANGER_NOW = "danger_now", "Tell a named person by voice: a child may be in danger now"
    FIRST_LOOK_NOW = "first_look_now", "First look, today"
    FIRST_LOOK = "first_look", "First look"
    READ_ADDITION = "read_addition", "Read what was added"
    DECIDE_TODAY = "decide_today", "Decide before the child goes home"
    DECIDE = "decide", "Decide"
    SEEK_ADVICE = "seek_advice", "Get advice before parents are told"
    SPEAK_TO_PARENTS = "speak_to_parents", "Speak to parents or carers"
    SEND_REFERRAL = "send_referral", "Send the referral"
    HEAR_BACK = "hear_back", "Hear what social care will do"
    HEAR_BACK_OTHER = "hear_back_other", "Hear what the agency will do"
    AGREE_OR_CHALLENGE = "agree_or_challenge", "Agree with the answer or challenge it"
    CHALLENGE = "challenge", "Hear back on the challenge"
    REFER_NOW = "refer_now", "Refer at once: a mark on a child who cannot yet move about"
    REFER_AGAIN = "refer_again", "A new sign after 'no further action': refer again, or say why not"
    REPORT_FGM = "report_fgm", "Report it to the police yourself (FGM)"
    STILL_WORRIED = "still_worried", "Who wrote it is still worried: look again"
    ASSESSMENT = "assessment", "Hear what the social worker's assessment found"
    CONFERENCE = "conference", "Hear when the initial conference is"
    CORE_GROUP = "core_group", "Meet as a core group"
    REVIEW_CONFERENCE = "review_conference", "Go to the review conference"
    AGREED_ACTION = "agreed_action", "Do what was agreed at the meeting"
    LOOK_AFTER = "look_after", "Ask how the child is now that it has ended"
    TASK = "task", "Do what a lead has asked"
    PUT_RIGHT = "put_right", "Tell who was told or had read it that it was about another child"
    MISSING_FROM_ROLL = "missing_from_roll", "Find out why the child is missing from the roll"
    SUPPORT = "support", "Put the support in school in place"
    WATCH = "watch", "Look again: the watch ends"
    KEEP = "keep", "Look at the picture again"
    NEXT_MOVE = "next_move", "All that was decided is done: close, or decide again"
    TELL_REPORTER = "tell_reporter", "Give the person who wrote it a word back"


class Unit(StrEnum):
    MINUTES = "minutes"
    DAYS = "days"
    BELL = "closing bell"
    DATE = "its own date"


@dataclass(frozen=True)
class Clock:
    """One row: what is owed, by whom (`None`: a person by name), how long, in which calendar.

    `rank` is how pressing it is before anything is late: 0 is a child in danger now.
    `climbs` is who is told next, each a different human being, and `every` the minutes between.
    """

    holder: Role | None
    amount: int
    unit: Unit
    calendar: Calendar
    rank: int
    climbs: tuple[Role, ...]
    every: int


_LEADS = (Role.DEPUTY, Role.HEAD)
_LEAD = (Role.DSL,)
_HEAD = (Role.HEAD,)
_CHAIR = (Role.CHAIR,)
# Late, and its calendar has not run since: said without a figure that would read as nothing.
LATE = "late"
# A spacing of a day: of the clock's own calendar (`climbing.py`).
DAY = 24 * 60

CLOCKS: dict[StepKind | AdultStepKind, Clock] = {
    # The writer holds it until a named person has accepted it by voice; this form rings nobody.
    StepKind.DANGER_NOW: Clock(None, 0, Unit.MINUTES, Calendar.REAL, 0, _LEADS, 15),
    # Worried about the child going home today, or a mark, or a disclosure.
    StepKind.FIRST_LOOK_NOW: Clock(Role.DSL, 30, Unit.MINUTES, Calendar.REAL, 1, _LEADS, 15),
    # Bruising in infants: any mark is referred at once; deciding later is not offered.
    StepKind.REFER_NOW: Clock(Role.DSL, 30, Unit.MINUTES, Calendar.REAL, 1, _HEAD, 30),
    StepKind.FIRST_LOOK: Clock(Role.DSL, 120, Unit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    StepKind.READ_ADDITION: Clock(Role.DSL, 120, Unit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    # To somebody else than who decided: reviews find that a second worry was read by the same eyes.
    StepKind.STILL_WORRIED: Clock(Role.DSL, 120, Unit.MINUTES, Calendar.SCHOOL, 2, _LEADS, 60),
    # Never across a weekend or a break.
    StepKind.DECIDE_TODAY: Clock(Role.DSL, 0, Unit.BELL, Calendar.REAL, 3, _HEAD, 30),
    StepKind.SEEK_ADVICE: Clock(Role.DSL, 0, Unit.DAYS, Calendar.WORKING, 3, _LEADS, DAY),
    StepKind.SEND_REFERRAL: Clock(Role.DSL, 0, Unit.DAYS, Calendar.WORKING, 3, _LEADS, 60),
    # KCSIE: the authority should decide within one working day and say so; if not, follow it up.
    StepKind.HEAR_BACK: Clock(Role.DSL, 1, Unit.DAYS, Calendar.WORKING, 3, _HEAD, DAY),
    StepKind.REFER_AGAIN: Clock(Role.DSL, 0, Unit.DAYS, Calendar.WORKING, 3, _HEAD, 60),
    # A duty of the teacher's own (Female Genital Mutilation Act 2003, s.5B): by the close of the
    # next working day, and never passed to the lead, who only helps.
    StepKind.REPORT_FGM: Clock(None, 1, Unit.DAYS, Calendar.WORKING, 3, _HEAD, DAY),
    # A family, an agency and every reader went on knowing something untrue of a child.
    StepKind.PUT_RIGHT: Clock(Role.DSL, 0, Unit.DAYS, Calendar.SCHOOL, 3, _LEADS, DAY),
    StepKind.MISSING_FROM_ROLL: Clock(Role.DSL, 0, Unit.DAYS, Calendar.SCHOOL, 3, _LEAD, DAY),
    StepKind.DECIDE: Clock(Role.DSL, 2, Unit.DAYS, Calendar.SCHOOL, 4, _LEADS, DAY),
    StepKind.SPEAK_TO_PARENTS: Clock(Role.DSL, 0, Unit.DAYS, Calendar.SCHOOL, 4, _LEAD, DAY),
    StepKind.HEAR_BACK_OTHER: Clock(Role.DSL, 5, Unit.DAYS, Calendar.WORKING, 4, _HEAD, DAY),
    StepKind.AGREE_OR_CHALLENGE: Clock(Role.DSL, 2, Unit.DAYS, Calendar.WORKING, 4, _HEAD, DAY),
    StepKind.CHALLENGE: Clock(Role.DSL, 2, Unit.DAYS, Calendar.WORKING, 4, _HEAD, DAY),
    StepKind.NEXT_MOVE: Clock(Role.DSL, 2, Unit.DAYS, Calendar.SCHOOL, 4, _LEAD, DAY),
    StepKind.AGREED_ACTION: Clock(Role.DSL, 0, Unit.DATE, Calendar.SCHOOL, 4, _LEAD, DAY),
    # Working Together: 15 working days from the strategy discussion, 10 from the conference; the
    # first review within three months and then within six; 45 working days for an assessment.
    StepKind.CONFERENCE: Clock(Role.DSL, 15, Unit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.CORE_GROUP: Clock(Role.DSL, 10, Unit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.REVIEW_CONFERENCE: Clock(Role.DSL, 0, Unit.DATE, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.ASSESSMENT: Clock(Role.DSL, 45, Unit.DAYS, Calendar.WORKING, 4, _LEAD, DAY),
    StepKind.LOOK_AFTER: Clock(Role.DSL, 0, Unit.DATE, Calendar.SCHOOL, 5, _HEAD, DAY),
    # Undone, it comes back to who asked: a task is of a concern that a lead holds.
    StepKind.TASK: Clock(None, 0, Unit.DATE, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.SUPPORT: Clock(Role.DSL, 5, Unit.DAYS, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.WATCH: Clock(Role.DSL, 0, Unit.DATE, Calendar.SCHOOL, 5, _HEAD, DAY),
    StepKind.KEEP: Clock(Role.DSL, 0, Unit.DATE, Calendar.SCHOOL, 5, _LEAD, DAY),
    StepKind.TELL_REPORTER: Clock(Role.DSL, 5, Unit.DAYS, Calendar.SCHOOL, 5, _LEAD, DAY),
    # About an adult. The holder is whom it goes to where nothing speaks against it: each concern
    # says whose post owes its steps, and it climbs to the other, never to its subject.
    AdultStepKind.FIRST_LOOK_NOW: Clock(Role.HEAD, 30, Unit.MINUTES, Calendar.REAL, 1, _CHAIR, 15),
    AdultStepKind.FIRST_LOOK: Clock(Role.HEAD, 120, Unit.MINUTES, Calendar.SCHOOL, 2, _CHAIR, 60),
    AdultStepKind.READ_ADDITION: Clock(
        Role.HEAD, 120, Unit.MINUTES, Calendar.SCHOOL, 2, _CHAIR, 60
    ),
    AdultStepKind.DECIDE_NOW: Clock(Role.HEAD, 0, Unit.DAYS, Calendar.WORKING, 2, _CHAIR, 60),
    # The guidance's one working day to the LADO runs from when the school came to know of it, not
    # from the decision: a late decision is a late call. What they say is asked for after one more.
    AdultStepKind.TELL_LADO: Clock(Role.HEAD, 1, Unit.DAYS, Calendar.WORKING, 3, _CHAIR, DAY),
    AdultStepKind.HEAR_LADO: Clock(Role.HEAD, 1, Unit.DAYS, Calendar.WORKING, 3, _CHAIR, DAY),
    AdultStepKind.TELL_POLICE: Clock(Role.HEAD, 0, Unit.DAYS, Calendar.WORKING, 3, _CHAIR, 60),
    AdultStepKind.HEAR_POLICE: Clock(Role.HEAD, 2, Unit.DAYS, Calendar.WORKING, 4, _CHAIR, DAY),
    AdultStepKind.DECIDE: Clock(Role.HEAD, 2, Unit.DAYS, Calendar.SCHOOL, 4, _CHAIR, DAY),
    AdultStepKind.NEXT_MOVE: Clock(Role.HEAD, 2, Unit.DAYS, Calendar.SCHOOL, 4, _CHAIR, DAY),
    AdultStepKind.FOLLOW_LADO: Clock(Role.HEAD, 5, Unit.DAYS, Calendar.WORKING, 5, _CHAIR, DAY),
    AdultStepKind.FOLLOW_POLICE: Clock(Role.HEAD, 5, Unit.DAYS, Calendar.WORKING, 5, _CHAIR, DAY),
    AdultStepKind.LOOK_AGAIN: Clock(Role.HEAD, 0, Unit.DATE, Calendar.SCHOOL, 5, _CHAIR, DAY),
    AdultStepKind.TELL_REPORTER: Clock(Role.HEAD, 5, Unit.DAYS, Calendar.SCHOOL, 5, _CHAIR, DAY),
}

# Whose own each step is that no post holds.
NAMED = {
    StepKind.DANGER_NOW: "The writer",
    StepKind.REPORT_FGM: "The writer",
    StepKind.TASK: "The colleague who was asked",
}

# What is the writer's own to do, whoever has the concern.
OWN = frozenset({StepKind.DANGER_NOW, StepKind.REPORT_FGM})

FIRST_LOOKS = frozenset({StepKind.FIRST_LOOK_NOW, StepKind.FIRST_LOOK})
DECISIONS = frozenset({StepKind.DECIDE_TODAY, StepKind.DECIDE})

# What must be done, or undone by a second person, before a concern may be closed. The others end
# with the closing, which says the outcome and gives the reporter a word.
HOLD_OPEN = frozenset(
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
        StepKind.MISSING_FROM_ROLL,
        StepKind.PUT_RIGHT,
        StepKind.REFER_NOW,
        StepKind.REFER_AGAIN,
        StepKind.REPORT_FGM,
        StepKind.STILL_WORRIED,
        StepKind.LOOK_AFTER,
    }
)

# What ends when a new decision supersedes the old. What has gone outside, or was promised to go,
# does not: a referral is undone by a second person, never by a later tick.
SUPERSEDED = frozenset(
    {StepKind.SPEAK_TO_PARENTS, StepKind.SEEK_ADVICE, StepKind.SUPPORT, StepKind.WATCH}
    | {StepKind.KEEP, StepKind.NEXT_MOVE}
)

# What each route of a decision opens. No further action opens nothing of its own: what is owed then
# is the next move, or a word to who wrote it.
NEXT: dict[Route, StepKind] = {
    **dict.fromkeys(sorted(OUTSIDE), StepKind.SEND_REFERRAL),
    Route.PARENTS: StepKind.SPEAK_TO_PARENTS,
    Route.SCHOOL_SUPPORT: StepKind.SUPPORT,
    Route.WATCH: StepKind.WATCH,
    Route.KEEP: StepKind.KEEP,
}

# Steps that end when a meeting is written down: `meetings.py` says which.
MEETINGS = frozenset({StepKind.CONFERENCE, StepKind.CORE_GROUP, StepKind.REVIEW_CONFERENCE})

# Steps a lead does by saying in a sentence what was found; the others by the act they ask for. A
# child in danger now is the writer's until somebody was told by voice; that somebody may say so
# too, or a writer who has gone home would hold it for good.
BY_A_NOTE = frozenset(
    {StepKind.READ_ADDITION, StepKind.SUPPORT, StepKind.WATCH, StepKind.MISSING_FROM_ROLL}
    | {StepKind.DANGER_NOW, StepKind.PUT_RIGHT, StepKind.AGREED_ACTION}
)

# Those whose doing leaves a note for the leads, by a form of their own too.
NOTED = BY_A_NOTE | {StepKind.STILL_WORRIED, StepKind.LOOK_AFTER}

BREAK_HOURS = timedelta(hours=2)

# A concern begun and not sent: its writer is reminded within the hour, on every page of theirs.
REMIND_AFTER = timedelta(minutes=30)


def unsent_known_to_leads(days: SchoolDays, now: datetime) -> datetime:
    """Concerns begun before this moment (aware, UTC) and not sent are known of to the leads.

    They hear of one on the morning after, when school opens: on any day, term or not, since a
    page that says so disturbs nobody's holiday.
    """
    today = spans.local_day(days, now)
    opened = now.astimezone(ZoneInfo(days.zone)).time() >= days.opens
    return spans.midnight(days, today if opened else today - timedelta(days=1))


def due(
    kind: StepKind | AdultStepKind,
    days: SchoolDays,
    now: datetime,
    on: date | None = None,
    amount: int | None = None,
) -> datetime:
    """When a step of `kind` opened at `now` is due: an aware datetime in UTC.

    `on` is the date named by a person, for kinds whose unit is their own date; ValueError without.
    `amount` is the school's own figure in the clock's unit, where it has one (`bounds.py`).
    After the last bell before a weekend or a break, minutes of the school calendar become two real
    hours to a named reader: nothing that worries somebody waits for Monday unread.
    """
    clock, now = CLOCKS[kind], now.astimezone(UTC)
    amount = clock.amount if amount is None else amount
    if clock.unit is Unit.DATE:
        if on is None:
            raise ValueError(f"a step of kind {kind} needs its own date")
        return _bell_on(days, on)
    if clock.unit is Unit.BELL:
        bell = calendars.end_of_school_day(days, now)
        return bell if _same_day(days, bell, now) else now + BREAK_HOURS
    if clock.unit is Unit.MINUTES:
        if clock.calendar is Calendar.REAL:
            return now + timedelta(minutes=amount)
        if calendars.before_a_break(days, now):
            return now + BREAK_HOURS
        return calendars.add_school_minutes(days, now, amount)
    if clock.calendar is Calendar.WORKING:
        return calendars.add_working_days(days.nation, now, amount)
    return calendars.add_school_days(days, now, amount)


def _same_day(days: SchoolDays, one: datetime, other: datetime) -> bool:
    zone = ZoneInfo(days.zone)
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def _bell_on(days: SchoolDays, on: date) -> datetime:
    local = datetime.combine(on, days.closes, ZoneInfo(days.zone))
    return local.astimezone(UTC)


def late_words(
    kind: StepKind | AdultStepKind, days: SchoolDays, due_at: datetime, now: datetime
) -> str:
    """How late a step is, in its own calendar: "2 school hours late". Empty while it is not."""
    if now <= due_at:
        return ""
    calendar = CLOCKS[kind].calendar
    minutes = calendars.minutes_between(calendar, days, due_at, now)
    if not minutes:
        return LATE
    return f"{calendars.in_words(minutes, calendar, days)} late"
