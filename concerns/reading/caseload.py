"""Which children's files are outside a reader's caseload. The rule is in `rules/caseload.py`, and
this is the only place that says it in SQL: each ground is one condition here."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from concerns.models.child.child import Child, Children
from concerns.models.child.child_details import Status
from concerns.models.concern.concern import Concern
from concerns.models.ledger.reading_reason import ReadingQuestionFile
from concerns.models.school.person import Viewer
from concerns.rules.caseload import ANSWER_LASTS, HAD_A_HAND_FOR
from concerns.rules.roles import May


def is_asked_why(viewer: Viewer) -> bool:
    """Whether `viewer` is ever asked. Not whoever reads a part of the record, all of which is their
    caseload, nor in an invented school that does not ask."""
    asks: bool = viewer.school.asks_why_read
    return asks and viewer.has_power(May.READ_ALL)


def children_outside_caseload(viewer: Viewer) -> Children[Child]:
    """The children of the viewer's school whose files are outside their caseload.

    A concern counts for a child who was filed under it by mistake too, so that nobody is asked for
    such a child when they open a concern that is open. One that the viewer may not see counts for
    nothing, because the question would tell that there is one.
    """
    since = viewer.now - HAD_A_HAND_FOR
    wrote = Q(reporter=viewer.person, received_at__gt=since)
    changed = Q(changed_by=viewer.person, changed_at__gt=since)
    concerns = Concern.objects.visible_to(viewer).filter(children__child=OuterRef("pk"))
    statuses = Status.objects.not_ended().filter(child=OuterRef("pk"))
    answers = ReadingQuestionFile.objects.filter(
        child=OuterRef("pk"),
        question__person=viewer.person,
        question__answer__at__gt=viewer.now - ANSWER_LASTS,
    )
    return Child.objects.filter(school=viewer.school).filter(
        ~Exists(concerns.filter(Q(closed_at__isnull=True) | wrote | changed)),
        ~Exists(statuses),
        ~Exists(answers),
    )


def concerns_outside_caseload(viewer: Viewer, concerns: Collection[int]) -> set[int]:
    """Those of `concerns`, by key, that are about a child whose file is outside the viewer's
    caseload: a list shows none of their words. One query, or none if nobody is asked."""
    if not concerns or not is_asked_why(viewer):
        return set()
    rows = children_outside_caseload(viewer).filter(concern_rows__concern__in=concerns)
    return set(rows.values_list("concern_rows__concern", flat=True)) & set(concerns)
