"""This file knows which concerns about adults have come to the other reader: theirs was silent.

A step is pushed to the post that owes it; pushed again, it has come to the other reader, and stays
come until somebody acts (`rules/climbing.py`). Computed at every reading, as for children's steps.
What has come shows nothing of itself: its reference, whose it is, since when and how late. To read
it, the other reader takes it over, and it is theirs from then on. It never comes to whom it is
about, nor to anybody shut out; while a post is away or empty what it has is the other's already
(`adult.py`) and need not climb.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from concerns.models.adult import AdultConcern, who_reads
from concerns.models.adult_record import AdultStep
from concerns.models.climb import Come
from concerns.models.person import Person, Viewer
from concerns.models.school import School
from concerns.rules.adults import READERS, AdultStepKind
from concerns.rules.climbing import pushes, turn
from concerns.rules.roles import May, Role
from concerns.rules.spans import local_day

# The first push is the holder's again; from the second it is the next on the ladder.
FIRST_OF_THE_OTHER = 2


@dataclass(frozen=True)
class Silent:
    """What the other reader is told of one that has come to them: nothing that was written."""

    uid: UUID
    reference: str
    went_to: str
    due_at: datetime
    late: str


def come_to(viewer: Viewer) -> list[Silent]:
    """Every one that has come to `viewer`, the longest late first; one query."""
    if not viewer.may(May.ADULT):
        return []
    found: dict[int, Silent] = {}
    for step in _late(viewer):
        concern = step.concern
        if concern.pk not in found and _has_come(step, viewer.school, viewer.now):
            late = step.late_words(viewer.school.days, viewer.now)
            whose = Role(concern.goes_to).title
            found[concern.pk] = Silent(concern.uid, concern.reference, whose, step.due_at, late)
    return list(found.values())


def _late(viewer: Viewer):
    """What is late of what did not go to a post of the viewer's, and may come to them."""
    steps = AdultStep.objects.open().filter(school=viewer.school, due_at__lt=viewer.now)
    steps = steps.exclude(concern__goes_to__in=sorted(viewer.roles)).not_kept_from(viewer)
    seen = AdultConcern.objects.visible_to(viewer)
    rows = steps.exclude(concern__in=seen.values("pk")).in_order().select_related("concern")
    # Not a sealed word of it is read.
    names = ("uid", "reference", "goes_to")
    return rows.only("kind", "due_at", *(f"concern__{name}" for name in names))


def _has_come(step: AdultStep, school: School, now: datetime) -> bool:
    return pushes(AdultStepKind(step.kind), school.days, step.due_at, now) >= FIRST_OF_THE_OTHER


def rungs(school: School, step: AdultStep, now: datetime) -> list[Person]:
    """Who is told of `step`, in turn: the readers it is with, then the other reader. Needs its
    `concern`."""
    concern, day = step.concern, local_day(school.days, now)
    with_it = who_reads(concern, day)
    roles = [role for role in READERS if role != concern.goes_to]
    others = [post for role in roles for post in who_reads(concern, day, role) if post.role == role]
    return list(dict.fromkeys(post.person for post in (*with_it, *others)))


def come(school: School, step: AdultStep, now: datetime) -> Come | None:
    """To whom `step` has come; None while it is not late."""
    pushed = pushes(AdultStepKind(step.kind), school.days, step.due_at, now)
    people = rungs(school, step, now) if pushed else []
    if not people:
        return Come(None, pushed) if pushed else None
    place, rounds = turn(pushed, len(people))
    return Come(people[place], pushed, rounds)
