"""Handover of the steps and concerns that a person holds.

Used when somebody leaves, turns out to be family of a child, or has a post that ends. The rows are
locked here, and saved by `doors/act.py` at the end of the act, so only acts may change them. No
concern read here is ever shown: the school office does all this and may not see concerns.
"""

from django.db.models import Q

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.base.kept_out import hidden_concerns_filter
from concerns.models.concern.concern import Concern, ConcernQuerySet
from concerns.models.response.step import Step
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.workflow.act_recorder import ActRecorder

# The reasons in the ledger line of each concern.
OVER = "handed over"
BACK = "given back to its post, or to the person who asked for it"


def open_concerns_held_by(person: Person, school: School) -> ConcernQuerySet[Concern]:
    """The open concerns of `school` that `person` holds, or on which they hold an open step."""
    owing = Step.objects.open().filter(holder=person, school=school)
    whose = Q(holder=person) | Q(pk__in=owing.values("concern"))
    return Concern.objects.open().filter(whose, school=school)


def count_open_work(person: Person, viewer: Viewer) -> tuple[int, int]:
    """How many open (concerns, steps) `person` holds.

    Leaves out concerns about the viewer's own family and those the viewer is excluded from,
    because even a number may give something away.
    """
    mine = Concern.objects.open().filter(holder=person, school=viewer.school)
    steps = Step.objects.open().filter(holder=person, school=viewer.school)
    return (
        mine.not_hidden_from(viewer).count(),
        steps.not_hidden_from(viewer).count(),
    )


def lock_concerns(rows: ConcernQuerySet[Concern]) -> list[Concern]:
    """Lock the concerns of `rows`, in key order so that two acts at once do not deadlock."""
    return list(rows.select_related("holder").order_by("pk").select_for_update(of=("self",)))


def release_to_roles(record: ActRecorder, person: Person, concerns: list[Concern]) -> None:
    """Reassign all that `person` holds on `concerns` to the roles named by the steps' clocks."""
    for agenda in record.agendas_of_concerns(concerns):
        agenda.release_steps_of(person)
        _record_handover_line(record, agenda.concern, BACK)


def release_and_reassign(record: ActRecorder, person: Person, concerns: list[Concern]) -> None:
    """Reassign all that `person`, who may no longer see `concerns`, holds to the next who may."""
    release_to_roles(record, person, concerns)
    for agenda in record.agendas_of_concerns(concerns):
        agenda.reassign_role_steps()


def hand_over_concerns(
    record: ActRecorder, person: Person, to: Person | None, concerns: list[Concern]
) -> list[list[Step]]:
    """Hand all that `person` holds on `concerns` to `to`.

    It goes to the role instead if `to` is None or may not see the concern. Returns one list of
    steps for each concern from which `to` received something: those now for `to` to do.
    """
    _leave_adult_concerns(record, person)
    if to is None:
        release_to_roles(record, person, concerns)
        return []
    keys = [concern.pk for concern in concerns]
    hidden = Concern.objects.filter(hidden_concerns_filter(to, "pk"), pk__in=keys)
    shut = set(hidden.values_list("pk", flat=True))
    release_to_roles(record, person, [concern for concern in concerns if concern.pk in shut])
    over = [concern for concern in concerns if concern.pk not in shut]
    came = [agenda.hand_over_steps(person, to) for agenda in record.agendas_of_concerns(over)]
    for concern, steps in zip(over, came, strict=True):
        _record_handover_line(record, concern, OVER if steps else BACK)
    return [steps for steps in came if steps]


def _leave_adult_concerns(record: ActRecorder, person: Person) -> None:
    """Remove `person` as the holder of concerns about adults, which then belong to their post."""
    taken = AdultConcern.objects.filter(holder=person, school=record.by.school)
    for concern in taken.order_by("pk"):
        _record_handover_line(record, concern, BACK)
    taken.update(holder=None)


def _record_handover_line(record: ActRecorder, concern: Concern | AdultConcern, what: str) -> None:
    record(about=concern, concern=concern, reason=what)
