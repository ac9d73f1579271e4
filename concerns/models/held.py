"""This file knows what a person holds - steps and concerns - and how it goes to somebody else.

For who leaves, who turns out to be family of a child, and whose post ends. Acts alone call it: the
rows are locked here, and written by the door at the end of the act. Nothing read here is shown: the
office does all of this and sees no concern.
"""

from django.db.models import Q

from concerns.models.adult import AdultConcern
from concerns.models.concern import Concern
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild
from concerns.models.person import Person, Relation, Viewer
from concerns.models.step import Step

# What became of it: in the record of each concern.
OVER = "handed over"
BACK = "given back to its post, or to who had asked for it"


def held(person: Person, school):
    """The open concerns of `school` that `person` has, or on which they owe something."""
    owing = Step.objects.open().filter(holder=person, school=school)
    whose = Q(holder=person) | Q(pk__in=owing.values("concern"))
    return Concern.objects.open().filter(whose, school=school)


def counted(person: Person, viewer: Viewer) -> tuple[int, int]:
    """How many (concerns, steps) of `person` are open. Less those about the viewer's own family or
    from which they are excluded: even a number may tell."""
    hidden = shut_out_of(viewer.person)
    mine = Concern.objects.open().filter(holder=person, school=viewer.school)
    steps = Step.objects.open().filter(holder=person, school=viewer.school)
    return (
        mine.exclude(hidden("pk")).count(),
        steps.exclude(hidden("concern")).count(),
    )


def shut_out_of(person: Person):
    """What finds the concerns `person` may never see: named in them, or family of their child."""
    named = Exclusion.objects.filter(person=person).values("concern")
    families = Relation.objects.filter(shuts_out=person).values("child")
    family = ConcernChild.objects.filter(child__in=families).values("concern")
    return lambda key: Q(**{f"{key}__in": named}) | Q(**{f"{key}__in": family})


def locked(rows) -> list[Concern]:
    """`rows` in order, each locked: two acts that meet here wait for each other."""
    return list(rows.select_related("holder").order_by("pk").select_for_update(of=("self",)))


def release(record, person: Person, concerns: list[Concern]) -> None:
    """What `person` holds on `concerns` is owed by the roles its clocks name."""
    for agenda in record.agendas(concerns):
        agenda.release(person)
        _tell(record, agenda.concern, BACK)


def step_aside(record, person: Person, concerns: list[Concern]) -> None:
    """`person` may see `concerns` no longer: what they hold there goes to the next who may."""
    release(record, person, concerns)
    for agenda in record.agendas(concerns):
        agenda.seat()


def hand_over(record, person: Person, to: Person | None, concerns: list[Concern]) -> list[list]:
    """What `person` holds on `concerns` goes to `to`; where `to` may not see one, or nobody is
    named, to its role.

    Gives for each of which something went to `to` the steps that are now theirs to do.
    """
    _leave_to_post(record, person)
    keys = [concern.pk for concern in concerns]
    hidden = Concern.objects.filter(pk__in=keys)
    if to:
        hidden = hidden.filter(shut_out_of(to)("pk"))
    shut = set(hidden.values_list("pk", flat=True))
    release(record, person, [concern for concern in concerns if concern.pk in shut])
    over = [concern for concern in concerns if concern.pk not in shut]
    came = [agenda.hand_over(person, to) for agenda in record.agendas(over)]
    for concern, steps in zip(over, came, strict=True):
        _tell(record, concern, OVER if steps else BACK)
    return [steps for steps in came if steps]


def _leave_to_post(record, person: Person) -> None:
    """A concern about an adult is a post's; whoever had taken it has it no longer."""
    taken = AdultConcern.objects.filter(holder=person, school=record.by.school)
    for concern in taken.order_by("pk"):
        _tell(record, concern, BACK)
    taken.update(holder=None)


def _tell(record, concern: Concern | AdultConcern, what: str) -> None:
    record(about=concern, concern=concern, reason=what)
