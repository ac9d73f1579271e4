"""Builds the rows of the queue: each concern in words, why it is there and how long it has waited.

The queue is shown more often than any other page. Children and steps are therefore loaded as
tuples that say the same of themselves as their models; prefetched model objects cost four times as
much.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar, cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from concerns.models.child.child import Child
from concerns.models.child.child_details import EarlierFile
from concerns.models.concern.category_sorting import SortedCategory
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.later_entries import Mark
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading import concern_history
from concerns.rules import clocks, wording
from concerns.rules.clocks import LATE, StepKind
from concerns.rules.roles import Role
from concerns.rules.school_days import SchoolDays
from concerns.rules.words import SORTED_INTO, ChildPart

NOT_SORTED = "Not sorted into categories yet"
UNREAD = "An earlier school's file is expected and unread"


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class QueueColumns(TypedDict):
    """What `with_queue_columns` adds to a concern: whether it has a mark, and its holder's name."""

    marked: bool
    has_it: str | None


class _ChildColumns(NamedTuple):
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


class QueueChild(_ChildColumns):
    """A child of a concern in a row. Tuples sort by their first values: concern, part, key."""

    __slots__ = ()
    # mypy takes a property that is read from its class for a function.
    of_child = cast(property, Child.name)
    detail = cast(property, Child.detail)

    @property
    def name(self) -> str:
        if self.forename is None:
            # Sealed words are given as bytes, and read as text.
            sealed = cast(str, self.described)
            return ConcernChild(uid=self.uid, described=sealed).name
        return self.of_child

    @property
    def name_with_detail(self) -> str:
        also = "also involved" if self.part == ChildPart.INVOLVED else ""
        return ", ".join([part for part in (self.name, self.detail, also) if part])


class QueueStep(NamedTuple):
    """An open step of a concern in a row. Tuples sort by concern, then by when they are due."""

    concern_id: int
    due_at: datetime
    pk: int
    kind: str
    holder_role: str
    holder_name: str | None
    route: str | None

    @property
    def step_in_words(self) -> str:
        return StepKind.label_of_value(self.kind)

    def how_late_in_words(self, days: SchoolDays, now: datetime) -> str:
        return clocks.lateness_in_words(StepKind(self.kind), days, self.due_at, now)

    @property
    def holder_words(self) -> str:
        return self.holder_name or Role(self.holder_role).title_words


class QueueRow(NamedTuple):
    """The values of one row, in the order the page shows them. Several lines are joined into one
    text, because each value costs time in a template, least if looked up by a name of its own."""

    uid: str
    reference: str
    state: str
    children: str
    sorted_into: str
    why: str
    also_late: str
    since: str
    late: str
    holder_words: str


def with_queue_columns(
    concerns: QuerySet[Concern],
) -> "QuerySet[WithAnnotations[Concern, QueueColumns]]":
    """What of each concern a row needs: of the sealed words, only whether the child said any."""
    columns = (
        "uid",
        "reference",
        "state",
        "rank",
        "next_due_at",
        "received_at",
        "closed_at",
        "danger",
        "going_home",
        "how_known",
        "cannot_move",
        "child_words",
        "outcome",
        "sorting",
    )
    marked = Exists(Mark.objects.filter(concern=OuterRef("pk")))
    return concerns.annotate(marked=marked, has_it=F("holder__name")).only(*columns)


def build_queue_rows(
    viewer: Viewer, concerns: "list[WithAnnotations[Concern, QueueColumns]]"
) -> list[QueueRow]:
    """A row for each of `concerns`, which must come from `with_queue_columns`."""
    keys = [concern.pk for concern in concerns]
    open_steps = Step.objects.filter(concern__in=keys).open()
    owed = open_steps.values_list(*QueueStep._fields[:5], "holder__name", "referral__route")
    children = find_queue_children(keys)
    steps = _group_by_concern(QueueStep, owed)
    sorted_into = _find_sorted_categories(concerns)
    unread = EarlierFile.objects.concerns_awaiting_file(viewer.school)
    return [
        _build_queue_row(
            viewer, each, children[each.pk], steps[each.pk], sorted_into, each.pk in unread
        )
        for each in concerns
    ]


def _find_sorted_categories(concerns: Iterable[Concern]) -> dict[int | None, str]:
    """The categories of each sorting in force, in words, by the primary key of the sorting."""
    found: dict[int | None, list[str]] = defaultdict(list)
    sortings = [each.sorting_id for each in concerns if each.sorting_id]
    if not sortings:
        return {}
    rows = SortedCategory.objects.filter(sorting__in=sortings).order_by("id")
    for key, category in rows.values_list("sorting_id", "category"):
        found[key].append(SORTED_INTO[category])
    return {key: "; ".join(words) for key, words in found.items()}


def find_queue_children(concerns: list[int]) -> dict[int, list[QueueChild]]:
    """The children of each concern. `concerns` and the keys of the result are primary keys."""
    names = ("known_as", "forename", "surname", "year", "class_name")
    rows = ConcernChild.objects.not_misfiled().filter(concern__in=concerns)
    about = rows.values_list(*QueueChild._fields[:5], *(f"child__{name}" for name in names))
    return _group_by_concern(QueueChild, about)


ColumnsOfRow = TypeVar("ColumnsOfRow", QueueChild, QueueStep)


def _group_by_concern(
    kind: type[ColumnsOfRow], tuples: Iterable[tuple[Any, ...]]
) -> dict[int, list[ColumnsOfRow]]:
    found: dict[int, list[ColumnsOfRow]] = defaultdict(list)
    for each in sorted(tuples):
        found[each[0]].append(kind(*each))
    return found


def _build_queue_row(
    viewer: Viewer,
    concern: "WithAnnotations[Concern, QueueColumns]",
    children: list[QueueChild],
    steps: list[QueueStep],
    sorted_into: dict[int | None, str],
    unread: bool,
) -> QueueRow:
    days = viewer.school.school_calendar
    now = viewer.now
    first = concern_history.most_pressing_step(steps)
    late = {step: step.how_late_in_words(days, now) for step in steps if step.due_at < now}
    late_first = late.get(first, "") if first else ""
    also = [f"{s.step_in_words}: {words}" for s, words in late.items() if s is not first]
    return QueueRow(
        uid=str(concern.uid),
        reference=concern.reference,
        state=concern.state,
        children="\n".join([child.name_with_detail for child in children]),
        sorted_into=sorted_into.get(concern.sorting_id, NOT_SORTED),
        why=concern_history.explain_queue_position(
            concern, first, first and first.route, viewer.todays_date, concern.marked
        ),
        also_late="\n".join([UNREAD, *also] if unread else also),
        since=_waiting_time_in_words(viewer, concern, first, late_first),
        late=late_first,
        holder_words=concern.has_it or (first.holder_words if first else ""),
    )


def _waiting_time_in_words(
    viewer: Viewer, concern: Concern, first: QueueStep | None, late: str
) -> str:
    if first is None:
        return f"Closed {wording.format_date_or_time(concern.closed_at)}"
    # Counted from when it was received: taking it or deciding does not restart the wait.
    calendar = viewer.school.school_calendar
    waited = f"Waited {wording.school_wait_in_words(calendar, concern.received_at, viewer.now)}"
    # Once it is late, the row says how late instead. In a holiday of its calendar it can only say
    # "late" (LATE), so the due time stays.
    due = f"\nDue {wording.format_date_or_time(first.due_at)}" if late in ("", LATE) else ""
    return waited + due
