"""Builds the rows of the queue: each concern in words, why it is there and how long it has waited.

The queue is shown more often than any other page. Children and steps are therefore loaded as
tuples that borrow the properties of their models; prefetched model objects cost four times as much.
"""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from concerns.models import story
from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.filed import ConcernChild
from concerns.models.known import EarlierFile
from concerns.models.person import Viewer
from concerns.models.step import Step
from concerns.models.written import Mark
from concerns.rules import saying
from concerns.rules.clocks import LATE
from concerns.rules.roles import Role
from concerns.rules.words import Part

UNREAD = "An earlier school's file is expected and unread"


class Named(NamedTuple):
    """A child of a concern in a row. Tuples sort by their first values: concern, part, key."""

    concern_id: int
    part: str
    pk: int
    uid: UUID
    described: bytes
    known_as: str | None
    forename: str | None
    surname: str | None
    year: str | None
    class_name: str | None

    of_child = Child.name
    detail = Child.detail

    @property
    def name(self) -> str:
        if self.forename is None:
            return ConcernChild(uid=self.uid, described=self.described).name
        return self.of_child

    @property
    def words(self) -> str:
        also = "also involved" if self.part == Part.INVOLVED else ""
        return ", ".join([part for part in (self.name, self.detail, also) if part])


class Owed(NamedTuple):
    """An open step of a concern in a row. Tuples sort by concern, then by when they are due."""

    concern_id: int
    due_at: datetime
    pk: int
    kind: str
    holder_role: str
    holder_name: str | None
    route: str | None

    KINDS = Step.KINDS
    words = Step.words
    late_words = Step.late_words

    @property
    def holder_words(self) -> str:
        return self.holder_name or Role(self.holder_role).title


class Row(NamedTuple):
    """The values of one row, in the order the page shows them. Several lines are joined into one
    text, because each value costs time in a template, least if looked up by a name of its own."""

    uid: str
    reference: str
    state: str
    children: str
    why: str
    also_late: str
    since: str
    late: str
    holder_words: str


def shown(concerns):
    """What of each concern a row needs: of the sealed words, only whether the child said any."""
    columns = (
        "uid", "reference", "state", "rank", "next_due_at", "received_at", "closed_at", "danger",
        "going_home", "how_known", "child_words", "outcome",
    )  # fmt: skip
    marked = Exists(Mark.objects.filter(concern=OuterRef("pk")))
    return concerns.annotate(marked=marked, has_it=F("holder__name")).only(*columns)


def rows(viewer: Viewer, concerns: list[Concern]) -> list[Row]:
    """A row for each of `concerns`, which must come from `with_queue_columns`."""
    keys = [concern.pk for concern in concerns]
    owed = Step.objects.filter(concern__in=keys).open()
    owed = owed.values_list(*Owed._fields[:5], "holder__name", "referral__route")
    children, steps = named(keys), _by_concern(Owed, owed)
    unread = EarlierFile.objects.concerns_waiting(viewer.school)
    return [
        _row(viewer, each, children[each.pk], steps[each.pk], each.pk in unread)
        for each in concerns
    ]


def named(concerns: list[int]) -> dict[int, list[Named]]:
    """The children of each concern. `concerns` and the keys of the result are primary keys."""
    names = ("known_as", "forename", "surname", "year", "class_name")
    about = ConcernChild.objects.standing().filter(concern__in=concerns)
    about = about.values_list(*Named._fields[:5], *(f"child__{name}" for name in names))
    return _by_concern(Named, about)


def _by_concern(kind, tuples) -> dict[int, list]:
    found = defaultdict(list)
    for each in sorted(tuples):
        found[each[0]].append(kind(*each))
    return found


def _row(
    viewer: Viewer, concern: Concern, children: list[Named], steps: list[Owed], unread: bool
) -> Row:
    days, now = viewer.school.days, viewer.now
    first = story.most_pressing(steps)
    late = {step: step.late_words(days, now) for step in steps if step.due_at < now}
    also = [f"{s.words}: {words}" for s, words in late.items() if s is not first]
    return Row(
        uid=str(concern.uid),
        reference=concern.reference,
        state=concern.state,
        children="\n".join([child.words for child in children]),
        why=story.why(concern, first, first and first.route, viewer.today, concern.marked),
        also_late="\n".join([UNREAD, *also] if unread else also),
        since=_since(viewer, concern, first, late.get(first, "")),
        late=late.get(first, ""),
        holder_words=concern.has_it or (first.holder_words if first else ""),
    )


def _since(viewer: Viewer, concern: Concern, first: Owed | None, late: str) -> str:
    if first is None:
        return f"Closed {saying.when(concern.closed_at)}"
    # Counted from when it was received: taking it or deciding does not restart the wait.
    waited = f"Waited {saying.waited(viewer.school.days, concern.received_at, viewer.now)}"
    # Once it is late, the row says how late instead. In a holiday of its calendar it can only say
    # "late" (LATE), so the due time stays.
    due = f"\nDue {saying.when(first.due_at)}" if late in ("", LATE) else ""
    return waited + due
