"""Which children's files are outside a reader's caseload. The rule is in `rules/caseload.py`, and
this is the only place that says it in SQL: each ground is one condition here."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from concerns.models.child.child import Child, Children
from concerns.models.child.child_details import Status
from concerns.models.child.household import Home
from concerns.models.concern.concern import Concern, ConcernQuerySet
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.ledger.reading_reason import ReadingQuestionFile
from concerns.models.school.person import Viewer
from concerns.rules.caseload import ANSWER_LASTS, HAD_A_HAND_FOR
from concerns.rules.roles import May


def is_asked_why(viewer: Viewer) -> bool:
    """Whether `viewer` is ever asked. Not whoever reads a part of the record, all of which is their
    caseload, nor in an invented school that does not ask."""
    asks: bool = viewer.school.asks_why_read
    return asks and viewer.has_power(May.READ_ALL)


def list_outside_caseload(viewer: Viewer, among: Q) -> list[Child]:
    """The children `among` those of the viewer's school whose files are outside their caseload, in
    the order of their keys. One query, or three if there are any before their families are looked
    at."""
    found = list(_children_without_own_ground(viewer).filter(among).distinct().order_by("pk"))
    theirs = _keys_by_family(viewer, {child.pk for child in found})
    return [child for child in found if child.pk not in theirs]


def _keys_by_family(viewer: Viewer, children: set[int]) -> set[int]:
    """Those of the keys `children` that are in the caseload by a brother or sister, or by another
    child of their home."""
    pairs = Home.objects.family_or_home_pairs(children)
    rows = Child.objects.filter(school=viewer.school, pk__in={other for _, other in pairs})
    if not pairs:
        return set()
    ground = Exists(_concerns_of_row(viewer).open()) | Exists(_statuses_of_row())
    relatives = set(rows.filter(ground).values_list("pk", flat=True))
    return {child for child, other in pairs if other in relatives}


def _concerns_of_row(viewer: Viewer) -> ConcernQuerySet[Concern]:
    return Concern.objects.visible_to(viewer).filter(children__child=OuterRef("pk"))


def _statuses_of_row() -> QuerySet[Status]:
    return Status.objects.not_ended().filter(child=OuterRef("pk"))


def _children_without_own_ground(viewer: Viewer) -> Children[Child]:
    """The children of the viewer's school whose files are outside their caseload but for their
    families.

    A concern counts for a child who was filed under it by mistake too, so that nobody is asked for
    such a child when they open a concern that is open. One that the viewer may not see counts for
    nothing, because the question would tell that there is one.
    """
    since = viewer.now - HAD_A_HAND_FOR
    wrote = Q(reporter=viewer.person, received_at__gt=since)
    changed = Q(changed_by=viewer.person, changed_at__gt=since)
    concerns = _concerns_of_row(viewer)
    answers = ReadingQuestionFile.objects.filter(
        child=OuterRef("pk"),
        question__person=viewer.person,
        question__answer__at__gt=viewer.now - ANSWER_LASTS,
    )
    return Child.objects.filter(school=viewer.school).filter(
        ~Exists(concerns.filter(Q(closed_at__isnull=True) | wrote | changed)),
        ~Exists(_statuses_of_row()),
        ~Exists(answers),
    )


def concerns_outside_caseload(viewer: Viewer, concerns: Collection[int]) -> set[int]:
    """Those of `concerns`, by key, that are about a child whose file is outside the viewer's
    caseload: a list shows none of their words. No query if nobody is asked."""
    if not concerns or not is_asked_why(viewer):
        return set()
    outside = list_outside_caseload(viewer, Q(concern_rows__concern__in=concerns))
    rows = ConcernChild.objects.filter(concern__in=concerns, child__in=outside)
    return set(rows.values_list("concern", flat=True)) if outside else set()
