"""Builds what a page shows beside a concern: the earlier concerns about each child, their file, and
the earlier concerns about brothers and sisters.

Reviews of harm to children keep finding that each person who wrote held only one piece.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.file import File
from concerns.models.filed import ConcernChild

# How far back the earlier concerns go.
LOOKING_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Sibling:
    """A brother or sister and the earlier concerns they are in, newest first, with their part in
    each (about them, or only involved)."""

    child: Child
    earlier: list[tuple[Concern, ConcernChild]]


@dataclass(frozen=True)
class Story:
    """One child of a concern: the earlier concerns they are in, newest first, with their part in
    each; their file; and their brothers and sisters."""

    row: ConcernChild
    earlier: list[tuple[Concern, ConcernChild]]
    count: str
    file: File
    siblings: list[Sibling]


def earlier(viewer, concern: Concern, keys: list[int], since: datetime):
    """Other concerns about the children with these primary keys, received after `since`, that
    `viewer` may read; newest first. The caller shows the rows through `doors/sight.py`, which
    records the reading."""
    of_these = ConcernChild.objects.filter(child__in=keys)
    return (
        Concern.objects.visible_to(viewer)
        .of(*keys)
        .filter(received_at__gt=since)
        .exclude(pk=concern.pk)
        .select_related("reporter")
        .prefetch_related("category_rows", "marks", Prefetch("children", of_these))
        .order_by("-received_at", "-id")
    )


def stories(
    concern: Concern, rows: list[ConcernChild], files: list[File], found: list[Concern]
) -> list[Story]:
    """A story for the child of each of `rows`. `files` are the children's files in the same order;
    `found` are the earlier concerns, with their children prefetched."""
    here = {row.child_id for row in rows}
    pairs = zip(rows, files, strict=True)
    return [_story(concern, row, file, found, here) for row, file in pairs]


def _story(concern: Concern, row: ConcernChild, file: File, found, here: set[int]) -> Story:
    """A concern about both the child and a brother or sister is listed once, under the child. A
    brother or sister in `here`, the keys of this concern's children, has a story of their own."""
    own = _part_in(found, row.child_id)
    told = {one.pk for one, _ in own}
    others = [one for one in found if one.pk not in told]
    siblings = [
        Sibling(child, _part_in(others, child.pk))
        for child in file.siblings_here
        if child.pk not in here
    ]
    count = count_words([concern, *(one for one, _ in own)])
    return Story(row, own, count, file, siblings)


def _part_in(found: list[Concern], child: int) -> list[tuple[Concern, ConcernChild]]:
    return [(one, row) for one in found for row in one.children.all() if row.child_id == child]


def count_words(concerns: list[Concern]) -> str:
    """How many different people wrote, how many entries, and over how long: "3 adults, 4 entries,
    3 weeks"."""
    times = [concern.received_at for concern in concerns]
    weeks = (max(times) - min(times)).days // 7
    return ", ".join(
        [
            _many(len({concern.reporter_id for concern in concerns}), "adult", "adults"),
            _many(len(concerns), "entry", "entries"),
            _many(weeks, "week", "weeks") if weeks else "less than a week",
        ]
    )


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
