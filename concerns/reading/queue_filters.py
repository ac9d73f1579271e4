"""The filters of the queue: what each offers, which were chosen, and the concerns they leave.

They combine, and stand in the address of the page. No value there is a child's name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from concerns.models.child.child import Child
from concerns.models.child.child_details import EarlierFile, Status
from concerns.models.child.earlier_record import EarlierRecord
from concerns.models.concern.concern import ConcernQuerySet
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.school.person import Viewer
from concerns.reading.concern_categories import in_category
from concerns.rules.child_file_vocabulary import (
    STATUS_FLAGS,
    UNREAD_FILE_FLAG,
    UNREAD_RECORD_FLAG,
)
from concerns.rules.lifecycle import OPEN, State
from concerns.rules.words import SORTED_INTO, YEARS, QueueOrder

# Values that are not a state, a person, a category, a year or class, or a status.
NOT_SORTED = "none"
LATE = "late"
NOBODY = "nobody"
OFF_ROLL = "off-roll"
ANY_STATUS = "any"
UNREAD_FILE = "unread-file"
UNREAD_RECORD = "unread-record"

# For how many seconds a process remembers which year groups and classes a school has. Reading the
# roll for each page of the queue would cost more than the page.
REMEMBER_GROUPS = 600

Choices = tuple[tuple[str, str], ...]


class QueueFilter(NamedTuple):
    """One filter: its name in the address, its label, and the (value, words) it offers."""

    name: str
    label: str
    choices: Choices


_STATES = tuple((state.value, state.label) for state in State if state in OPEN)
_STATE = QueueFilter(
    "state",
    "State",
    (("", "All open"), (LATE, "Late now"), *_STATES, (State.CLOSED.value, State.CLOSED.label)),
)
_CATEGORY = QueueFilter(
    "category",
    "Category",
    (("", "Any category"), (NOT_SORTED, "Not sorted by a lead yet"), *SORTED_INTO.items()),
)
_FLAG = QueueFilter(
    "flag",
    "Flag",
    (
        ("", "Any flag"),
        (ANY_STATUS, "Any status"),
        *((kind.value, flag.words) for kind, flag in STATUS_FLAGS.items()),
        (UNREAD_FILE, UNREAD_FILE_FLAG.words),
        (UNREAD_RECORD, UNREAD_RECORD_FLAG.words),
    ),
)
_ORDER = QueueFilter(
    "order",
    "Order",
    tuple(
        ("" if order is QueueOrder.PRESSING else order.value, order.label) for order in QueueOrder
    ),
)

# Whoever reads a part of the record sees no steps: nothing is late there, nor more pressing.
_STATE_OF_PART = _STATE._replace(choices=tuple(one for one in _STATE.choices if one[0] != LATE))
_FIRST_IN_PART = QueueOrder.NEWEST
_ORDER_OF_PART = _ORDER._replace(
    choices=(
        ("", _FIRST_IN_PART.label),
        *(one for one in _ORDER.choices if one[0] not in ("", _FIRST_IN_PART)),
    )
)


@dataclass(frozen=True)
class QueueFilters:
    """The queue's filters as read from the query string. Values that are not offered are dropped,
    and `unknown` says that there were some."""

    offered: tuple[QueueFilter, ...]
    chosen: dict[str, str]
    unknown: bool
    # The order if none was chosen.
    first_order: QueueOrder = QueueOrder.PRESSING

    @classmethod
    def from_query(
        cls, asked: Mapping[str, str], viewer: Viewer, holders: Choices
    ) -> "QueueFilters":
        """Read the filters. No form is used, as the page is rendered often and its form is cached.
        `holders` are (uid, name) of the people the filter offers."""
        part = viewer.reads_part
        offered = (
            _STATE_OF_PART if part else _STATE,
            QueueFilter("holder", "Who has it", _holder_choices(viewer, holders)),
            _CATEGORY,
            QueueFilter("group", "Year or class", _group_choices(viewer, asked.get("group", ""))),
            *([_FLAG] if viewer.reads_files else []),
            _ORDER_OF_PART if part else _ORDER,
        )
        said = {one.name: asked[one.name] for one in offered if asked.get(one.name)}
        known = {
            one.name: said[one.name] for one in offered if said.get(one.name) in dict(one.choices)
        }
        first = _FIRST_IN_PART if part else QueueOrder.PRESSING
        return cls(offered, known, unknown=known != said, first_order=first)

    @property
    def order(self) -> QueueOrder:
        return QueueOrder(self.chosen.get("order", self.first_order))

    @property
    def order_in_words(self) -> str:
        """The order of the rows: closed ones are never pressing."""
        pressing = self.order is QueueOrder.PRESSING
        return "Closed last first" if self.closed and pressing else self.order.label

    @property
    def closed(self) -> bool:
        """Whether closed concerns are asked for; all others are open."""
        return self.chosen.get("state") == State.CLOSED

    @property
    def selects(self) -> tuple[tuple[str, str, Choices, str], ...]:
        """(name, label, choices, chosen value) of each filter."""
        return tuple((*one, self.chosen.get(one.name, "")) for one in self.offered)

    @property
    def chosen_in_words(self) -> str:
        """What was chosen, in the words of the filters: "Late now, EHCP, Newest first"."""
        words = {one.name: dict(one.choices) for one in self.offered}
        return ", ".join(words[name][value] for name, value in self.chosen.items())

    @property
    def query(self) -> str:
        return urlencode(self.chosen)

    def query_string(self, **more: str) -> str:
        """The query string of the chosen filters, with the parameters `more` added."""
        return "?" + urlencode({**self.chosen, **more})


def _holder_choices(viewer: Viewer, holders: Choices) -> Choices:
    own = str(viewer.person.uid)
    others = tuple(one for one in holders if one[0] != own)
    return (("", "Anybody"), (NOBODY, "Nobody yet"), (own, f"{viewer.person.name} (you)"), *others)


def _group_choices(viewer: Viewer, asked: str) -> Choices:
    """The year groups, then the classes, that the school has now. They are remembered for a while,
    and read again if one is asked for that is not among them."""
    key = f"queue-groups:{viewer.school.uid}"
    known = cache.get(key)
    if known is None or asked not in {"", OFF_ROLL, *known}:
        known = _list_groups(viewer)
        cache.set(key, known, REMEMBER_GROUPS)
    return (("", "Any class"), *((one, one) for one in known), (OFF_ROLL, "Not on the roll"))


def _list_groups(viewer: Viewer) -> list[str]:
    pairs = list(Child.objects.on_roll(viewer).values_list("year", "class_name").distinct())
    years = {year for year, _ in pairs} - {""}
    ordered = [year for year in YEARS if year in years]
    return [
        *ordered,
        *sorted(years - set(ordered)),
        *sorted({name for _, name in pairs} - {"", *years}, key=_natural_order),
    ]


def _natural_order(name: str) -> list[tuple[int, str]]:
    """Sorts 9A before 10A."""
    return [
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]


def apply_queue_filters(
    visible: ConcernQuerySet, wanted: QueueFilters, viewer: Viewer
) -> ConcernQuerySet:
    """The concerns among `visible` that the chosen filters leave, in no order."""
    chosen = wanted.chosen
    state = chosen.get("state")
    rows = visible.closed() if wanted.closed else visible.open()
    if state == LATE:
        rows = rows.late(viewer.now)
    elif state:
        rows = rows.filter(state=state)
    holder = chosen.get("holder")
    if holder == NOBODY:
        rows = rows.filter(holder__isnull=True)
    elif holder:
        rows = rows.filter(holder__uid=holder)
    if category := chosen.get("category"):
        not_sorted = Q(sorting__isnull=True)
        rows = rows.filter(not_sorted if category == NOT_SORTED else in_category(category))
    if group := chosen.get("group"):
        rows = rows.filter(Exists(_children_of_group(viewer, group)))
    if flag := chosen.get("flag"):
        about = ConcernChild.objects.subjects_only().filter(concern=OuterRef("pk"))
        about = about.in_part_of(viewer)
        rows = rows.filter(Exists(about.filter(child__in=_children_flagged(viewer, flag))))
    return rows


def _children_of_group(viewer: Viewer, group: str) -> QuerySet[ConcernChild]:
    children = ConcernChild.objects.not_misfiled().filter(concern=OuterRef("pk"))
    children = children.in_part_of(viewer)
    if group == OFF_ROLL:
        return children.filter(Q(child__isnull=True) | Q(child__left__isnull=False))
    return children.filter(Q(child__year=group) | Q(child__class_name=group))


def _children_flagged(viewer: Viewer, flag: str) -> QuerySet[Any, Any]:
    """The keys of the school's children with `flag`, for a query; none whose file the viewer does
    not read."""
    rows: QuerySet[Any, Any] = Status.objects.not_ended()
    if flag == UNREAD_FILE:
        rows = EarlierFile.objects.unread_files()
    elif flag == UNREAD_RECORD:
        rows = EarlierRecord.objects.unread_records()
    elif flag != ANY_STATUS:
        rows = rows.filter(kind=flag)
    if viewer.reads_categories:
        rows = rows.filter(child__in=Child.objects.with_file_for(viewer).values("pk"))
    return rows.filter(school=viewer.school).values("child")
