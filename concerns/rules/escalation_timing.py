"""How often a late step has been escalated by now, and whose turn on the ladder it is.

No count is stored: it is computed from the time the step was due and the time now. A late step goes
to its holder again, then to each role that its clock names, then to an adviser outside the school,
and then round again until somebody acts. Urgent steps are no exception, and no ladder ends. Who the
people on a ladder are is decided in `workflow/escalation.py` and `workflow/adult_escalation.py`.
The ladder of a challenge to an agency is something else: see `escalation.py`.
"""

from datetime import datetime, timedelta

from concerns.rules import calendars
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.clocks import CLOCKS, DAY, StepKind

_MINUTE = timedelta(minutes=1)
# The number of escalations in a whole round of an ordinary ladder: the holder, the deputy, the head
# and the adviser outside. After the first round, escalations outside school time come this many
# times less often.
A_ROUND = 4


def count_escalations(
    kind: StepKind | AdultStepKind, days: SchoolDays, due_at: datetime, now: datetime
) -> int:
    """How many times a step of `kind`, due at `due_at`, has been escalated by `now`.

    0 until the step is late, 1 from the moment it is late (the holder is told again), and one more
    after each interval of its clock (`Clock.every`), counted in the clock's calendar. An interval
    of a day is a day of that calendar.

    A step with a limit in school minutes does not wait out a weekend, a closure or a break,
    whenever it was due: see `_count_through_breaks`. In real time, all but a child in danger now is
    escalated less often while school is shut (see `_count_real_time_rounds`). Raises ValueError for
    a naive moment.
    """
    if now <= due_at:
        return 0
    clock = CLOCKS[kind]
    calendar = clock.calendar
    if clock.in_school_minutes:
        # Where a day is shorter than three hours, each is asked after a third of it.
        every = max(1, min(clock.every, days.school_day_length // 3 // _MINUTE))
        return 1 + _count_through_breaks(days, due_at, now, every)
    every = escalation_interval(clock.every, calendar, days)
    if calendar is Calendar.REAL and clock.rank:
        return 1 + _count_real_time_rounds(days, due_at, now, every)
    return 1 + calendars.minutes_between(calendar, days, due_at, now) // every


def _count_through_breaks(days: SchoolDays, due_at: datetime, now: datetime, every: int) -> int:
    """Escalations after the first of a limit in school minutes; `every` is the interval in minutes.

    School time counts, and in a break the waking day does too: nobody is asked by night, because
    by morning it would have been everybody's turn and nobody would have read it. In breaks, one
    round comes at every interval, and after that a quarter as often.
    """
    in_school = calendars.school_minutes_between(days, due_at, now)
    in_breaks = calendars.waking_break_minutes_between(days, due_at, now)
    a_round = every * A_ROUND
    slowed = max(in_breaks - a_round, 0) // A_ROUND
    return (in_school + min(in_breaks, a_round) + slowed) // every


def _count_real_time_rounds(days: SchoolDays, due_at: datetime, now: datetime, every: int) -> int:
    """Escalations after the first, in real time; `every` is the interval in minutes.

    In the first round they come at every interval, at any hour. If nobody has acted by then, they
    come as often while school is open, but only a quarter as often while it is shut: sixty mails a
    night about one concern teach people to silence them. A child in danger now is not slowed down,
    because `count_escalations` does not call this for it.
    """
    first = due_at + every * A_ROUND * _MINUTE
    if now <= first:
        return calendars.minutes_between(Calendar.REAL, days, due_at, now) // every
    passed = calendars.minutes_between(Calendar.REAL, days, first, now)
    in_school = calendars.minutes_between(Calendar.SCHOOL, days, first, now)
    return A_ROUND + in_school // every + (passed - in_school) // (every * A_ROUND)


def escalation_interval(every: int, calendar: Calendar, days: SchoolDays) -> int:
    """The interval `every` of a clock, in minutes of `calendar`.

    Multiples of a day (`DAY`) become days of that calendar: a school day is from bell to bell.
    """
    return every // DAY * calendars.day_minutes(calendar, days) if every >= DAY else every


def place_on_ladder(pushed: int, ladder: int) -> tuple[int, int]:
    """Whose turn it is after `pushed` escalations on a ladder of `ladder` people, and which round.

    Returns (place on the ladder, round); both begin at 0. Raises ValueError for an empty ladder:
    then nobody is left who may act, and everybody is told so (`reading/integrity_check.py`).
    """
    if ladder < 1:
        raise ValueError("nobody stands on this ladder")
    rounds, place = divmod(max(pushed - 1, 0), ladder)
    return place, rounds
