"""This file knows how a late step climbs: how often it is pushed on, and to whose turn it has come.

Nothing is counted or stored: from when a step was due, and the time now, follows how far it has
climbed. First the holder again, then each role its clock names, then an adviser outside the school,
and round again until somebody acts: nothing is exempt for being urgent, and no ladder ends.
"""

from datetime import datetime, timedelta

from concerns.rules import calendars
from concerns.rules.adults import AdultStepKind
from concerns.rules.calendars import Calendar, SchoolDays
from concerns.rules.clocks import CLOCKS, DAY, StepKind

_MINUTE = timedelta(minutes=1)


def pushes(
    kind: StepKind | AdultStepKind, days: SchoolDays, due_at: datetime, now: datetime
) -> int:
    """How many times a step of `kind`, due at `due_at`, has been pushed by `now`.

    0 until it is late; 1 from the moment it is (the holder again); one more with each spacing of
    its clock (`every`), in its clock's own calendar. A spacing of a day is a day of that calendar.
    What fell due after the last bell before a weekend or a break is pushed in real time, since it
    was given two real hours: it does not wait for Monday. Raises ValueError for a naive moment.
    """
    if now <= due_at:
        return 0
    clock = CLOCKS[kind]
    calendar = clock.calendar
    if calendar is Calendar.SCHOOL and calendars.before_a_break(days, due_at):
        calendar = Calendar.REAL
    passed = calendars.minutes_between(calendar, days, due_at, now)
    return 1 + passed // spacing(clock.every, calendar, days)


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
