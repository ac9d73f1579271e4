"""This file knows how a late step climbs: how often it is pushed on, and to whose turn it has come.

Nothing is counted or stored: from when a step was due, and the time now, follows how far it has
climbed. First the holder again, then each role its clock names, then an adviser outside the school,
and round again until somebody acts: nothing is exempt for being urgent, and no ladder ends.
"""

from datetime import datetime, timedelta

from concerns.rules import calendars
from concerns.rules.adults import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.clocks import CLOCKS, DAY, StepKind, Unit

_MINUTE = timedelta(minutes=1)
# So many pushes are a whole round of an ordinary ladder: the holder, the deputy, the head, and the
# adviser outside. While school is shut those after the first round come so many times less often.
A_ROUND = 4


def pushes(
    kind: StepKind | AdultStepKind, days: SchoolDays, due_at: datetime, now: datetime
) -> int:
    """How many times a step of `kind`, due at `due_at`, has been pushed by `now`.

    0 until it is late; 1 from the moment it is (the holder again); one more with each spacing of
    its clock (`every`), in its clock's own calendar. A spacing of a day is a day of that calendar.
    What is owed in minutes and fell due after the last bell before a weekend or a break is pushed
    in real time, since it was given two real hours: it does not wait for Monday. What runs in real
    time is pushed less often by night (`_by_the_wall`). Raises ValueError for a naive moment.
    """
    if now <= due_at:
        return 0
    clock = CLOCKS[kind]
    calendar = clock.calendar
    owed_in_hours = calendar is Calendar.SCHOOL and clock.unit is Unit.MINUTES
    if owed_in_hours and calendars.before_a_break(days, due_at):
        calendar = Calendar.REAL
    every = spacing(clock.every, calendar, days)
    if calendar is Calendar.REAL and clock.rank:
        return 1 + _by_the_wall(days, due_at, now, every)
    return 1 + calendars.minutes_between(calendar, days, due_at, now) // every


def _by_the_wall(days: SchoolDays, due_at: datetime, now: datetime, every: int) -> int:
    """A whole round each `every` minutes, at whatever hour. If all were silent then: as often again
    while school is open, and a fourth as often while it is shut. Sixty mails a night about one
    concern teach people to silence them. A child in danger now is pushed on as ever."""
    first = due_at + every * A_ROUND * _MINUTE
    if now <= first:
        return calendars.minutes_between(Calendar.REAL, days, due_at, now) // every
    passed = calendars.minutes_between(Calendar.REAL, days, first, now)
    in_school = calendars.minutes_between(Calendar.SCHOOL, days, first, now)
    return A_ROUND + in_school // every + (passed - in_school) // (every * A_ROUND)


def spacing(every: int, calendar: Calendar, days: SchoolDays) -> int:
    """`every` in minutes that run in `calendar`: a day of school is from bell to bell."""
    return every // DAY * calendars.day_minutes(calendar, days) if every >= DAY else every


def turn(pushed: int, ladder: int) -> tuple[int, int]:
    """Whose turn it is after `pushed` pushes up a ladder of so many people, and in which round.

    The place on the ladder and the round both begin at 0. Raises ValueError for an empty ladder:
    then nobody is left, and that is told to everybody (`unheld`).
    """
    if ladder < 1:
        raise ValueError("nobody stands on this ladder")
    rounds, place = divmod(max(pushed - 1, 0), ladder)
    return place, rounds
