"""Builds what a page shows beside a concern: the earlier concerns about each child, their file, and
the earlier concerns about brothers and sisters.

Reviews of harm to children keep finding that each person who wrote held only one piece.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.school.person import Viewer
from concerns.reading.child_file import ChildFile
from concerns.rules.concern_counts import weeks_in_words

# How far back the earlier concerns go.
LOOKING_BACK = timedelta(days=365)
# The newest concerns that are shown: of the child, and of each brother or sister.
CHILD_SHOWN = 12
SIBLING_SHOWN = 6
# A filter by category is offered from this many categories on.
FILTERED_FROM = 2


@dataclass(frozen=True)
class SiblingStory:
    """A brother or sister and the earlier concerns they are in, newest first, with their part in
    each (about them, or only involved)."""

    child: Child
    earlier: list[tuple[Concern, ConcernChild]]

    @property
    def newest(self) -> list[tuple[Concern, ConcernChild]]:
        return self.earlier[:SIBLING_SHOWN]


@dataclass(frozen=True)
class ChildStory:
    """One child of a concern: the earlier concerns they are in, newest first, with their part in
    each; their file; and their brothers and sisters."""

    row: ConcernChild
    earlier: list[tuple[Concern, ConcernChild]]
    count: str
    file: ChildFile
    siblings: list[SiblingStory]

    @property
    def newest(self) -> list[tuple[Concern, ConcernChild]]:
        return self.earlier[:CHILD_SHOWN]


@dataclass(frozen=True)
class StoryFilter:
    """The filter of what is shown beside a concern: the labels of its categories, and the chosen
    one; "" for all."""

    labels: list[str]
    chosen: str

    @property
    def lines(self) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, label, choices, chosen), as `parts/filter_line.html` takes it."""
        choices = [("", "All categories"), *((label, label) for label in self.labels)]
        return [("about", "Show", choices, self.chosen)]


def filter_stories(
    stories: list[ChildStory], label: str
) -> tuple[list[ChildStory], StoryFilter | None]:
    """The stories with only what is filed under the category called `label`, and their filter.

    "" or a label that none of them has leaves them as they are. There is no filter (None) where
    there is nothing to choose between.
    """
    every = [one for story in stories for one, _ in _all_rows(story)]
    labels = sorted({each for one in every for each in one.labels_in_force})
    if len(labels) < FILTERED_FROM:
        return stories, None
    if label not in labels:
        return stories, StoryFilter(labels, "")
    return [_with_label(story, label) for story in stories], StoryFilter(labels, label)


def _all_rows(story: ChildStory) -> list[tuple[Concern, ConcernChild]]:
    return [*story.earlier, *(row for sibling in story.siblings for row in sibling.earlier)]


def _with_label(story: ChildStory, label: str) -> ChildStory:
    siblings = [
        replace(one, earlier=_rows_with_label(one.earlier, label)) for one in story.siblings
    ]
    return replace(story, earlier=_rows_with_label(story.earlier, label), siblings=siblings)


def _rows_with_label(
    rows: list[tuple[Concern, ConcernChild]], label: str
) -> list[tuple[Concern, ConcernChild]]:
    return [row for row in rows if label in row[0].labels_in_force]


def concerns_of_children_since(
    viewer: Viewer, concern: Concern, keys: Iterable[int], since: datetime
) -> QuerySet[Concern]:
    """Other concerns about the children with these primary keys, received after `since`, that
    `viewer` may read; what happened last comes first.

    The caller shows the rows through `doors/sight.py`, which records the reading.
    """
    of_these = ConcernChild.objects.filter(child__in=keys)
    return (
        Concern.objects.visible_by_key_to(viewer)
        .involving_children(*keys)
        .filter(received_at__gt=since)
        .exclude(pk=concern.pk)
        .select_related("reporter")
        .prefetch_related(
            "category_rows", "sorting__categories", "marks", Prefetch("children", of_these)
        )
        .order_by("-occurred_at", "-received_at", "-id")
    )


def build_child_stories(
    concern: Concern, rows: list[ConcernChild], files: list[ChildFile], found: list[Concern]
) -> list[ChildStory]:
    """A story for the child of each of `rows`. `files` are the children's files in the same order;
    `found` are the earlier concerns, with their children prefetched."""
    here = {row.child_id for row in rows}
    pairs = zip(rows, files, strict=True)
    return [_build_child_story(concern, row, file, found, here) for row, file in pairs]


def _build_child_story(
    concern: Concern,
    row: ConcernChild,
    file: ChildFile,
    found: list[Concern],
    here: set[int | None],
) -> ChildStory:
    """A concern about both the child and a brother or sister is listed once, under the child. A
    brother or sister in `here`, the keys of this concern's children, has a story of their own."""
    own = _concerns_with_part(found, row.child_id)
    told = {one.pk for one, _ in own}
    others = [one for one in found if one.pk not in told]
    siblings = [
        SiblingStory(child, _concerns_with_part(others, child.pk))
        for child in file.siblings_here
        if child.pk not in here
    ]
    count = count_writers_and_entries([concern, *(one for one, _ in own)])
    return ChildStory(row, own, count, file, siblings)


def _concerns_with_part(
    found: list[Concern], child: int | None
) -> list[tuple[Concern, ConcernChild]]:
    return [(one, row) for one in found for row in one.children.all() if row.child_id == child]


def count_writers_and_entries(concerns: Sequence[Concern | AdultConcern]) -> str:
    """How many different people wrote, how many entries, and over how long: "3 adults, 4 entries,
    3 weeks". The queue counts the weeks alike."""
    times = [concern.received_at for concern in concerns]
    return ", ".join(
        [
            _count_with_noun(len({concern.reporter_id for concern in concerns}), "adult", "adults"),
            _count_with_noun(len(concerns), "entry", "entries"),
            weeks_in_words(max(times) - min(times)),
        ]
    )


def _count_with_noun(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
