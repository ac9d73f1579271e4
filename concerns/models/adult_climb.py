"""Escalation of concerns about adults: which ones have come to the other reader, and who is told.

The first reminder of a late step goes to the post that owes it. From the second on the concern is
escalated to the other reader, until somebody acts (`rules/climbing.py`). This is computed on every
request, as for children's steps. The other reader sees nothing of the content: only the reference,
whose it is, since when and how late. To read it they must take it over, and then it is theirs.

It never escalates to its subject or to anybody excluded. If the post is empty or its holder away,
the concern is the other reader's already (`adult.py`) and need not escalate.
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

# The first reminder goes to the reader who has it, the second to the other reader.
FIRST_OF_THE_OTHER = 2


@dataclass(frozen=True)
class Silent:
    """What the other reader may see of an escalated concern: nothing that was written on it."""

    uid: UUID
    reference: str
    went_to: str
    due_at: datetime
    late: str


def come_to(viewer: Viewer) -> list[Silent]:
    """Every concern escalated to `viewer`, the longest late first. One query."""
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
    """Late steps of concerns that did not go to the viewer, but may be escalated to them."""
    steps = AdultStep.objects.open().filter(school=viewer.school, due_at__lt=viewer.now)
    steps = steps.exclude(concern__goes_to__in=sorted(viewer.roles)).not_kept_from(viewer)
    seen = AdultConcern.objects.visible_to(viewer)
    rows = steps.exclude(concern__in=seen.values("pk")).in_order().select_related("concern")
    # Loads no encrypted column.
    names = ("uid", "reference", "goes_to")
    return rows.only("kind", "due_at", *(f"concern__{name}" for name in names))


def _has_come(step: AdultStep, school: School, now: datetime) -> bool:
    return pushes(AdultStepKind(step.kind), school.days, step.due_at, now) >= FIRST_OF_THE_OTHER


def rungs(school: School, step: AdultStep, now: datetime) -> list[Person]:
    """The people told of a late `step`, in this order: the readers who have it, then the other
    reader. Needs `concern` fetched."""
    concern, day = step.concern, local_day(school.days, now)
    with_it = who_reads(concern, day)
    roles = [role for role in READERS if role != concern.goes_to]
    others = [post for role in roles for post in who_reads(concern, day, role) if post.role == role]
    return list(dict.fromkeys(post.person for post in (*with_it, *others)))


def come(school: School, step: AdultStep, now: datetime) -> Come | None:
    """To whom `step` is escalated now; None if it is not late. `to` is None if nobody is left."""
    pushed = pushes(AdultStepKind(step.kind), school.days, step.due_at, now)
    people = rungs(school, step, now) if pushed else []
    if not people:
        return Come(None, pushed) if pushed else None
    place, rounds = turn(pushed, len(people))
    return Come(people[place], pushed, rounds)
