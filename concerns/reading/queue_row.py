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

from django.db.models import F, QuerySet

from concerns.models.child.child import Child
from concerns.models.concern.category_sorting import (
    BY_LEAD,
    BY_WRITER,
    MARK,
    categories_and_marks,
)
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading import concern_history
from concerns.reading.caseload import concerns_outside_caseload
from concerns.reading.status_flags import find_status_flags
from concerns.rules import clocks, wording
from concerns.rules.caseload import NOT_SHOWN
from concerns.rules.child_file_vocabulary import StatusFlag
from concerns.rules.clocks import LATE, StepKind
from concerns.rules.concern_counts import COUNT_WINDOW, ConcernCount, count_concern
from concerns.rules.pressing_reasons import STEP_IN_SHORT
from concerns.rules.roles import Role
from concerns.rules.school_days import SchoolDays
from concerns.rules.words import SORTED_INTO, Category, ChildPart

# Letters of what was written that a row shows.
FIRST_LINE = 150
NOT_SORTED = "Not sorted yet"
NOBODY_YET = "Nobody yet"
COVERED = "Covered"
# What a row says of when it is due; each is a class of the stylesheet too.
IS_LATE = "late"
IS_TODAY = "today"


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class QueueColumns(TypedDict):
    """What `with_queue_columns` adds to a concern: the name of its holder."""

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
    known_surname: str | None
    year: str | None
    class_name: str | None
    child_pk: int | None


class QueueChild(_ChildColumns):
    """A child of a concern in a row. Tuples sort by their first values: concern, part, key."""

    __slots__ = ()
    # mypy takes a property that is read from its class for a function.
    detail = cast(property, Child.detail)

    @property
    def name(self) -> str:
        if self.forename is None:
            # Sealed words are given as bytes, and read as text.
            sealed = cast(str, self.described)
            return ConcernChild(uid=self.uid, described=sealed).name
        return Child.format_name(
            self.known_as or "", self.forename, self.surname or "", self.known_surname or ""
        )

    @property
    def class_or_year(self) -> str:
        return self.class_name or self.year or ""

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
    """The values of one row of the queue. `when_kind`: IS_LATE, IS_TODAY or empty."""

    uid: str
    version: str
    reference: str
    name: str
    class_name: str
    others: str
    flags: tuple[StatusFlag, ...]
    counted: str
    when_kind: str
    when: str
    why: str
    also_late: str
    words: str
    categories: str
    wait: str
    holder_words: str


class _OfConcerns(NamedTuple):
    """What rows are built from, besides the concerns: children and steps by the primary key of
    each, flags and history by that of a child, the rest as `categories_and_marks` gives it."""

    children: dict[int, list[QueueChild]]
    steps: dict[int, list[QueueStep]]
    flags: dict[int, list[StatusFlag]]
    history: dict[int, list[tuple[datetime, int]]]
    words: dict[tuple[int, int], list[str]]


def with_queue_columns(
    concerns: QuerySet[Concern],
) -> "QuerySet[WithAnnotations[Concern, QueueColumns]]":
    """What of each concern a row needs: of the sealed words, the account or what was told."""
    columns = (
        "uid",
        "version",
        "reference",
        "rank",
        "next_due_at",
        "received_at",
        "closed_at",
        "state",
        "danger",
        "going_home",
        "how_known",
        "cannot_move",
        "account",
        "told_words",
        "child_words",
        "outcome",
        "sorting",
    )
    return concerns.annotate(has_it=F("holder__name")).only(*columns)


def build_queue_rows(
    viewer: Viewer,
    concerns: "list[WithAnnotations[Concern, QueueColumns]]",
    *,
    covered: bool = False,
) -> list[QueueRow]:
    """A row for each of `concerns`, which must come from `with_queue_columns`. `covered`: without
    the names and classes of children, and without words, for a screen that others can see. Of a
    closed concern outside the viewer's caseload no word that was written is shown."""
    keys = [concern.pk for concern in concerns]
    open_steps = Step.objects.filter(concern__in=keys).open().in_part_of(viewer)
    owed = open_steps.values_list(*QueueStep._fields[:5], "holder__name", "referral__route")
    children = find_queue_children(viewer, keys)
    rolled = {one.child_pk for of_one in children.values() for one in of_one if one.child_pk}
    found = _OfConcerns(
        children,
        _group_by_concern(QueueStep, owed),
        find_status_flags(viewer, rolled),
        _find_history_of_children(viewer, rolled, concerns),
        categories_and_marks(concern.pk for concern in concerns),
    )
    rows = [_build_queue_row(viewer, each, found) for each in concerns]
    outside = concerns_outside_caseload(viewer, [one.pk for one in concerns if one.closed_at])
    if outside:
        rows = [
            row._replace(words=NOT_SHOWN) if concern.pk in outside else row
            for row, concern in zip(rows, concerns, strict=True)
        ]
    return [_cover_row(row) for row in rows] if covered else rows


def _cover_row(row: QueueRow) -> QueueRow:
    name = f"Concern {row.reference}"
    return row._replace(name=name, class_name="", others="", words=COVERED)


def _find_history_of_children(
    viewer: Viewer, children: Iterable[int], concerns: Iterable[Concern]
) -> dict[int, list[tuple[datetime, int]]]:
    """(when received, key of who wrote it) of every concern of each of `children` that could count
    beside one of `concerns`, and that the viewer may see."""
    since = min((each.received_at for each in concerns), default=viewer.now) - COUNT_WINDOW
    rows = ConcernChild.objects.visible_to(viewer).filter(child__in=children)
    rows = rows.filter(concern__received_at__gt=since)
    history: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for child, at, writer in rows.values_list("child", "concern__received_at", "concern__reporter"):
        history[child].append((at, writer))
    return history


def find_queue_children(viewer: Viewer, concerns: list[int]) -> dict[int, list[QueueChild]]:
    """The children of each concern of whom the viewer may read. `concerns` and the keys of the
    result are primary keys."""
    names = ("known_as", "forename", "surname", "known_surname", "year", "class_name", "pk")
    rows = ConcernChild.objects.not_misfiled().filter(concern__in=concerns)
    about = rows.in_part_of(viewer).values_list(
        *QueueChild._fields[:5], *(f"child__{name}" for name in names)
    )
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
    viewer: Viewer, concern: "WithAnnotations[Concern, QueueColumns]", found: _OfConcerns
) -> QueueRow:
    children = found.children[concern.pk]
    steps = found.steps[concern.pk]
    first = concern_history.most_pressing_step(steps)
    name, class_name, others = _name_children(children)
    count = _count_of_concern(concern, children, found)
    when_kind, when = _due_in_words(viewer, concern, first)
    return QueueRow(
        uid=str(concern.uid),
        version=str(concern.version),
        reference=concern.reference,
        name=name,
        class_name=class_name,
        others=others,
        flags=_flags_of_children(children, found.flags),
        counted=count.count_in_words if count else "",
        when_kind=when_kind,
        when=when,
        why=concern_history.explain_queue_position(
            concern,
            first,
            first and first.route,
            viewer.todays_date,
            found.words.get((MARK, concern.pk), []),
        ),
        also_late=_also_late_in_words(viewer, steps, first),
        words=_first_words(concern),
        categories=_categories_in_words(concern, found),
        wait="" if when_kind == IS_LATE else _wait_in_words(viewer, concern),
        holder_words=concern.has_it or (first and first.holder_name) or NOBODY_YET,
    )


def _name_children(children: list[QueueChild]) -> tuple[str, str, str]:
    """The name and class of the first child, and those of the others in one text."""
    if not children:
        return "No child", "", ""
    first, *others = children
    also = [
        f"{'with' if one.part == ChildPart.INVOLVED else 'and'} {one.name} {one.class_or_year}"
        for one in others
    ]
    return first.name, first.class_or_year, " ".join(also).strip()


def _flags_of_children(
    children: list[QueueChild], flags: dict[int, list[StatusFlag]]
) -> tuple[StatusFlag, ...]:
    """The flags of the children a concern is about, each once."""
    about = [flags.get(one.child_pk or 0, []) for one in children if one.part == ChildPart.ABOUT]
    return tuple(dict.fromkeys(flag for of_one in about for flag in of_one))


def _count_of_concern(
    concern: Concern, children: list[QueueChild], found: _OfConcerns
) -> ConcernCount | None:
    """The count of the child it is about; of several, the highest. None if no child is known."""
    about = [one.child_pk for one in children if one.part == ChildPart.ABOUT and one.child_pk]
    counts = [count_concern(concern.received_at, found.history[key]) for key in about]
    return max(counts, default=None)


def _due_in_words(viewer: Viewer, concern: Concern, first: QueueStep | None) -> tuple[str, str]:
    """Whether what presses most is late or due today, and how late, or when it is due."""
    if first is None:
        day = concern.closed_at
        return "", f"Closed {wording.due_in_short(day, viewer.now)}" if day else ""
    due = wording.due_in_short(first.due_at, viewer.now)
    if first.due_at < viewer.now:
        late = first.how_late_in_words(viewer.school.school_calendar, viewer.now)
        # In a holiday of its calendar it can only say "late", so it says since when.
        return IS_LATE, f"late, due {due.removeprefix('due ')}" if late == LATE else late
    return (IS_TODAY if due.startswith("due") else ""), due


def _also_late_in_words(viewer: Viewer, steps: list[QueueStep], first: QueueStep | None) -> str:
    """The other steps that are late, in short."""
    late = [one for one in steps if one.due_at < viewer.now and one is not first]
    words = [STEP_IN_SHORT[StepKind(one.kind)] for one in late]
    return f"also late: {'; '.join(dict.fromkeys(words))}" if words else ""


def _first_words(concern: Concern) -> str:
    """The first line of the account, or of what the writer was told, in quotation marks."""
    if concern.account:
        return wording.shorten_to_one_line(concern.account, FIRST_LINE)
    return f"“{wording.shorten_to_one_line(concern.told_words, FIRST_LINE)}”"


def _categories_in_words(concern: Concern, found: _OfConcerns) -> str:
    """The lead's categories; or those of the writer, who may have chosen none."""
    if concern.sorting_id:
        return "; ".join(SORTED_INTO[word] for word in found.words[BY_LEAD, concern.pk])
    chosen = [
        word for word in found.words.get((BY_WRITER, concern.pk), []) if word != Category.UNSORTED
    ]
    if not chosen:
        return NOT_SORTED
    words = ", ".join(Category.label_of_value(word) for word in chosen)
    return f"{words}, {NOT_SORTED.lower()}"


def _wait_in_words(viewer: Viewer, concern: Concern) -> str:
    """How long it has waited, counted from when it was received: taking it or deciding does not
    restart the wait. Once it is late, the row says how late instead."""
    if concern.closed_at:
        return ""
    calendar = viewer.school.school_calendar
    return f"waited {wording.school_wait_in_words(calendar, concern.received_at, viewer.now)}"
