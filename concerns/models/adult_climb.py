"""This file knows to whom a late step about an adult has come: only ever somebody who may see it.

Such a step is a post's. While nobody of that post acts it is told again to each of its readers, in
turn and round and round, as `climb.py` does for children's concerns.
"""

from datetime import datetime

from concerns.models.adult import who_reads
from concerns.models.adult_record import AdultStep
from concerns.models.climb import Come
from concerns.models.person import Person
from concerns.models.school import School
from concerns.rules.climbing import pushes, turn
from concerns.rules.spans import local_day


def rungs(school: School, step: AdultStep, now: datetime) -> list[Person]:
    """Who may act on `step`: the readers it is with. Needs its `concern`."""
    readers = who_reads(step.concern, local_day(school.days, now))
    return list(dict.fromkeys(post.person for post in readers))


def come(school: School, step: AdultStep, now: datetime) -> Come | None:
    """To whom `step` has come; None while it is not late."""
    pushed = pushes(step.KINDS(step.kind), school.days, step.due_at, now)
    people = rungs(school, step, now) if pushed else []
    if not people:
        return Come(None, pushed) if pushed else None
    place, rounds = turn(pushed, len(people))
    return Come(people[place], pushed, rounds)
