"""When somebody who was away is shown what came meanwhile, and from which days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from concerns.rules.school_days import SchoolDays, is_school_day

# It is shown on so many school days from the day they are back.
SHOWN_ON_SCHOOL_DAYS = 2
# How far back an absence is looked for, and how long one is followed to its first day.
LOOKED_BACK_DAYS = 60
LONGEST_DAYS = 400

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class EndedAbsence:
    """An absence of more than one school day: its first and last school day, and the first school
    day after it, or today. All are local dates."""

    first: date
    last: date
    back: date


def find_ended_absence(
    days: SchoolDays, is_away: Callable[[date], bool], today: date
) -> EndedAbsence | None:
    """The absence from which somebody is back `today` (a local date); None if there is none.

    `is_away` says whether they were away on a school day. An absence of one school day does not
    count, nor one from which they have been back for longer than `SHOWN_ON_SCHOOL_DAYS`.
    """
    if is_away(today):
        return None
    back = today
    present = 1
    last = today
    while not (is_school_day(days, last - _DAY) and is_away(last - _DAY)):
        last -= _DAY
        if is_school_day(days, last):
            back = last
            present += 1
        if present > SHOWN_ON_SCHOOL_DAYS or today - last >= timedelta(LOOKED_BACK_DAYS):
            return None
    last -= _DAY
    first = _first_day_away(days, is_away, last)
    return EndedAbsence(first, last, back) if first < last else None


def find_unrecorded_absence(
    days: SchoolDays, opened_before: Callable[[date], date | None], today: date
) -> EndedAbsence | None:
    """The absence that nobody recorded from which somebody is back `today` (a local date).

    `opened_before` gives the last local day before another on which they opened the record, or None
    if they never had. They were away on the school days between two such days, if those are more
    than one, and are back on the later of the two. None if there is no such absence, or if they
    have opened the record on `SHOWN_ON_SCHOOL_DAYS` days since.
    """
    back = today
    for _ in range(SHOWN_ON_SCHOOL_DAYS):
        last = opened_before(back)
        if last is None:
            return None
        between = (last + timedelta(number) for number in range(1, (back - last).days))
        missed = [day for day in between if is_school_day(days, day)]
        if len(missed) > 1:
            return EndedAbsence(missed[0], missed[-1], back)
        back = last
    return None


def _first_day_away(days: SchoolDays, is_away: Callable[[date], bool], last: date) -> date:
    first = last
    for back in range(1, LONGEST_DAYS):
        day = last - timedelta(back)
        if is_school_day(days, day):
            if not is_away(day):
                break
            first = day
    return first
