"""Escalation of concerns about adults: which ones have come to the other reader, and who is told.

The first reminder of a late step goes to the post that owes it. From the second on the concern is
escalated to the other reader, until somebody acts (`rules/escalation_timing.py`). This is computed
on every request, as for children's steps. The other reader sees nothing of the content: only the
reference, whose it is, since when and how late. To read it they must take it over, and then it is
theirs.

It never escalates to its subject or to anybody excluded. If the post is empty or its holder away,
the concern is the other reader's already (`models/adult/adult_concern.py`) and need not escalate.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from concerns.models.adult.adult_concern import AdultConcern, find_reader_posts
from concerns.models.adult.adult_entries import AdultStep, AdultSteps
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.adult_vocabulary import READERS, AdultStepKind
from concerns.rules.escalation_timing import count_escalations, place_on_ladder
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import May, Role
from concerns.workflow.escalation import EscalationTarget

# The first reminder goes to the reader who has it, the second to the other reader.
FIRST_OF_THE_OTHER = 2


@dataclass(frozen=True)
class EscalatedAdultConcern:
    """What the other reader may see of an escalated concern: nothing that was written on it."""

    uid: UUID
    reference: str
    went_to: str
    due_at: datetime
    late: str


def list_escalated_to(viewer: Viewer) -> list[EscalatedAdultConcern]:
    """Every concern escalated to `viewer`, the longest late first. One query."""
    if not viewer.has_power(May.ADULT):
        return []
    found: dict[int, EscalatedAdultConcern] = {}
    for step in _late_steps_of_other_post(viewer):
        concern = step.concern
        if concern.pk not in found and _is_escalated_now(step, viewer.school, viewer.now):
            late = step.how_late_in_words(viewer.school.school_calendar, viewer.now)
            whose = Role(concern.goes_to).title_words
            found[concern.pk] = EscalatedAdultConcern(
                concern.uid, concern.reference, whose, step.due_at, late
            )
    return list(found.values())


def _late_steps_of_other_post(viewer: Viewer) -> AdultSteps[AdultStep]:
    """Late steps of concerns that did not go to the viewer, but may be escalated to them."""
    steps = AdultStep.objects.open().filter(school=viewer.school, due_at__lt=viewer.now)
    steps = steps.exclude(concern__goes_to__in=sorted(viewer.roles)).not_hidden_from(viewer)
    seen = AdultConcern.objects.visible_to(viewer)
    rows = steps.exclude(concern__in=seen.values("pk")).in_order().select_related("concern")
    # Loads no encrypted column.
    names = ("uid", "reference", "goes_to")
    return rows.only("kind", "due_at", *(f"concern__{name}" for name in names))


def _is_escalated_now(step: AdultStep, school: School, now: datetime) -> bool:
    return (
        count_escalations(AdultStepKind(step.kind), school.school_calendar, step.due_at, now)
        >= FIRST_OF_THE_OTHER
    )


def people_on_adult_ladder(school: School, step: AdultStep, now: datetime) -> list[Person]:
    """The people told of a late `step`, in this order: the readers who have it, then the other
    reader. Needs `concern` fetched."""
    concern = step.concern
    day = local_day(school.school_calendar, now)
    with_it = find_reader_posts(concern, day)
    roles = [role for role in READERS if role != concern.goes_to]
    others = [
        post
        for role in roles
        for post in find_reader_posts(concern, day, role)
        if post.role == role
    ]
    return list(dict.fromkeys(post.person for post in (*with_it, *others)))


def find_adult_recipient(school: School, step: AdultStep, now: datetime) -> EscalationTarget | None:
    """To whom `step` is escalated now; None if it is not late. `to` is None if nobody is left."""
    pushed = count_escalations(AdultStepKind(step.kind), school.school_calendar, step.due_at, now)
    people = people_on_adult_ladder(school, step, now) if pushed else []
    if not people:
        return EscalationTarget(None, pushed) if pushed else None
    place, rounds = place_on_ladder(pushed, len(people))
    return EscalationTarget(people[place], pushed, rounds)
