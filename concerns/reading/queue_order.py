"""The orders of the queue, and going on after the last row of a page in each.

The queue is paged by key: the next page begins after the values that the last row was sorted by, so
no row is skipped when a colleague moves one meanwhile. A place in an address holds no name: in the
order by child it is the uid of the last row, whose child is looked up again.
"""

import uuid
from typing import Any

from django.db.models import BigIntegerField, Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower

from concerns.models.concern.concern import Concern, ConcernQuerySet, QueuePlace
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.school.person import Viewer
from concerns.rules.words import QueueOrder

# What the order by child sorts by: concerns about nobody on the roll come last.
_CHILD_KEYS = ("unnamed", "surname", "forename", "first_child", "id")


def order_queue(
    viewer: Viewer, rows: ConcernQuerySet, order: QueueOrder, *, closed: bool
) -> ConcernQuerySet:
    """`rows` in `order`. Closed concerns are never pressing: those closed last come first."""
    if order is QueueOrder.CHILD:
        return _with_child_keys(viewer, rows).order_by(*_CHILD_KEYS)
    if order is not QueueOrder.PRESSING:
        return rows.in_order_of_receipt(newest=order is QueueOrder.NEWEST)
    return rows.newest_closed_first() if closed else rows.most_pressing_first()


def queue_place_of_row(row: Concern, order: QueueOrder) -> str:
    """The place of `row` as text for an address, to go on after it."""
    if order is QueueOrder.CHILD:
        return str(row.uid)
    received = None if order is QueueOrder.PRESSING else row.received_at
    return QueuePlace.place_for_address(row, received)


def go_on_after(
    viewer: Viewer,
    rows: ConcernQuerySet,
    after: str,
    visible: ConcernQuerySet,
    order: QueueOrder,
    *,
    closed: bool,
) -> ConcernQuerySet | None:
    """The rows after the place `after`, which comes from an address. None if there is no such
    place. `rows` are in `order`; `visible` are all concerns that the viewer may see."""
    if order is QueueOrder.CHILD:
        keys = _find_child_keys(viewer, visible, after)
        return rows.filter(_is_after(_CHILD_KEYS, keys)) if keys else None
    place = QueuePlace.parse_queue_place(after, visible)
    if place is None:
        return None
    if order is not QueueOrder.PRESSING:
        return rows.received_after_place(place, newest=order is QueueOrder.NEWEST)
    return rows.closed_after(place) if closed else rows.after_queue_place(place)


def _with_child_keys(viewer: Viewer, rows: ConcernQuerySet) -> ConcernQuerySet:
    """With the name and key of the first child that each concern is about, to sort by."""
    first = ConcernChild.objects.subjects_only().filter(concern=OuterRef("pk"), child__isnull=False)
    first = first.in_part_of(viewer).order_by("id")
    child = Subquery(first.values("child")[:1])
    return rows.annotate(
        first_child=Coalesce(child, Value(0), output_field=BigIntegerField()),
        surname=Coalesce(Lower(Subquery(first.values("child__surname")[:1])), Value("")),
        forename=Coalesce(Lower(Subquery(first.values("child__forename")[:1])), Value("")),
        unnamed=Case(When(first_child=0, then=Value(1)), default=Value(0)),
    )


def _find_child_keys(
    viewer: Viewer, visible: ConcernQuerySet, after: str
) -> tuple[Any, ...] | None:
    try:
        row = _with_child_keys(viewer, visible).filter(uid=uuid.UUID(after))
    except ValueError:
        return None
    return row.values_list(*_CHILD_KEYS).first()


def _is_after(names: tuple[str, ...], values: tuple[Any, ...]) -> Q:
    """Whether the columns `names`, taken together, come after `values`."""
    found = Q()
    for place, name in enumerate(names):
        same = dict(zip(names[:place], values, strict=False))
        found |= Q(**same, **{f"{name}__gt": values[place]})
    return found
