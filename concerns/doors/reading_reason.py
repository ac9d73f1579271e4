"""Asks whoever opens a file outside their caseload why, before it is shown.

`sight.py` asks here before it records a reading, once it has found that the reader may see the
file, so that the question tells nobody of what is not theirs to see. The gate then writes the
question, keeps what was typed, and leads to the page where it is answered. Sending a concern and
reading one's own opens nothing and is never asked about. Which files these are:
`reading/caseload.py`.
"""

import uuid
from collections.abc import Iterable
from contextvars import ContextVar

from django.db import transaction
from django.db.models import Q

from concerns.doors import ledger
from concerns.models import Child, Concern, Person, ReadingQuestion, ReadingQuestionFile, Viewer
from concerns.reading.caseload import is_asked_why, list_outside_caseload
from concerns.rules.bulk_brake import OPENS_FILES
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role

# The children whose files this request may open, and the request's id: a page that shows a concern
# and the child's file looks once.
_let_open: ContextVar[tuple[str, frozenset[uuid.UUID]]] = ContextVar(
    "let_open_by_reason", default=("", frozenset())
)


class ReasonNeeded(Exception):
    """The page would open files outside the reader's caseload. Nothing was shown."""

    def __init__(self, children: list[Child], concern: uuid.UUID | None):
        super().__init__(len(children))
        self.children = children
        self.concern = concern


def require_reason(
    viewer: Viewer, kind: Kind, children: Iterable[uuid.UUID], concern: uuid.UUID | None
) -> None:
    """Raise ReasonNeeded if a reading of `kind` opens a file outside the viewer's caseload for
    which they have given no reason. `concern` is the one that is opened, if it is one.

    At most one query for a reading that opens files, and two more before somebody is asked.
    """
    if kind not in OPENS_FILES or not is_asked_why(viewer):
        return
    named = frozenset(children)
    request = ledger.request_id.get()
    let_by, let_open = _let_open.get()
    known = let_open if request and request == let_by else frozenset()
    if named <= known:
        return
    outside = list_outside_caseload(viewer, Q(uid__in=named - known))
    if outside:
        raise ReasonNeeded(outside, concern)
    _let_open.set((request, named | known))


def record_question(viewer: Viewer, needed: ReasonNeeded) -> ReadingQuestion:
    """Write that the viewer was asked why they open these files. Whoever asks for the same files
    again, and has not answered, is asked by the same question."""
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=viewer.person.pk)
        own = ReadingQuestion.objects.own_questions(viewer).order_by("-pk")
        newest = own.filter(answer__isnull=True).prefetch_related("files").first()
        keys = {child.pk for child in needed.children}
        if newest and {one.child_id for one in newest.files.all()} == keys:
            return newest
        question = ReadingQuestion.objects.create(
            school=viewer.school,
            person=viewer.person,
            at=viewer.now,
            concern=_concern_asked_for(viewer, needed.concern),
            by_head=Role.HEAD in viewer.roles,
        )
        ReadingQuestionFile.objects.bulk_create(
            ReadingQuestionFile(school=viewer.school, question=question, child=child)
            for child in needed.children
        )
        ledger.write_ledger_line(
            Kind.READING_ASKED,
            school=viewer.school,
            by=viewer.person,
            role=viewer.role_words,
            now=viewer.now,
            about=question.uid,
            children=[child.uid for child in needed.children],
            outcome=ledger.REFUSED,
        )
    return question


def _concern_asked_for(viewer: Viewer, uid: uuid.UUID | None) -> Concern | None:
    return Concern.objects.visible_to(viewer).filter(uid=uid).first() if uid else None
