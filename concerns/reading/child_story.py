"""Builds what a page shows beside a concern: the earlier concerns about each child, their file, and
the earlier concerns about brothers and sisters.

Reviews of harm to children keep finding that each person who wrote held only one piece.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.child.child import Child
from concerns.models.concern.category_sorting import (
    BY_LEAD,
    BY_WRITER,
    MARK,
    categories_and_marks,
)
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.later_entries import Mark
from concerns.models.school.person import Viewer
from concerns.reading.caseload import is_asked_why, list_outside_caseload
from concerns.reading.child_file import FileInShort
from concerns.rules.caseload import NOT_SHOWN
from concerns.rules.concern_counts import weeks_in_words
from concerns.rules.words import SORTED_INTO, Category

# How far back the earlier concerns go.
LOOKING_BACK = timedelta(days=365)
# The newest concerns that are shown: of the child, and of each brother or sister.
CHILD_SHOWN = 12
SIBLING_SHOWN = 6
# What a row about an earlier concern says of it.
_OF_AN_EARLIER_CONCERN = (
    "uid", "reference", "reporter__name", "received_at", "happened_on", "happened_at", "how_sure",
    "occurred_at", "state", "account", "told_words", "teller", "teller_is",
)  # fmt: skip
# A filter by category is offered from this many categories on.
FILTERED_FROM = 2


@dataclass(frozen=True)
class EarlierConcern:
    """An earlier concern, and the `part` that the child has in it. `sorted_into` are the categories
    that a lead sorted it into, `chosen` those its writer chose."""

    concern: Concern
    part: str
    sorted_into: list[str]
    chosen: list[str]
    marks: list[Mark]
    # Whether its words are left out, because the file of the child under whom it stands is outside
    # the reader's caseload.
    without_words: bool = False

    @property
    def words_shown(self) -> str:
        return NOT_SHOWN if self.without_words else self.concern.in_short

    @property
    def labels_in_force(self) -> list[str]:
        """What a lead sorted it into, else what its writer chose."""
        return self.sorted_into or self.chosen


@dataclass(frozen=True)
class SiblingStory:
    """A brother or sister and the earlier concerns they are in, newest first."""

    child: Child
    earlier: list[EarlierConcern]

    @property
    def newest(self) -> list[EarlierConcern]:
        return self.earlier[:SIBLING_SHOWN]


@dataclass(frozen=True)
class ChildStory:
    """One child of a concern: the earlier concerns they are in, newest first; their file; and their
    brothers and sisters."""

    row: ConcernChild
    earlier: list[EarlierConcern]
    count: str
    file: FileInShort
    siblings: list[SiblingStory]

    @property
    def newest(self) -> list[EarlierConcern]:
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
    every = [one for story in stories for one in _all_rows(story)]
    labels = sorted({each for one in every for each in one.labels_in_force})
    if len(labels) < FILTERED_FROM:
        return stories, None
    if label not in labels:
        return stories, StoryFilter(labels, "")
    return [_with_label(story, label) for story in stories], StoryFilter(labels, label)


def _all_rows(story: ChildStory) -> list[EarlierConcern]:
    return [*story.earlier, *(row for sibling in story.siblings for row in sibling.earlier)]


def _with_label(story: ChildStory, label: str) -> ChildStory:
    siblings = [
        replace(one, earlier=_rows_with_label(one.earlier, label)) for one in story.siblings
    ]
    return replace(story, earlier=_rows_with_label(story.earlier, label), siblings=siblings)


def _rows_with_label(rows: list[EarlierConcern], label: str) -> list[EarlierConcern]:
    return [row for row in rows if label in row.labels_in_force]


def concerns_of_children_since(
    viewer: Viewer, concern: Concern, keys: Iterable[int], since: datetime
) -> QuerySet[Concern]:
    """Other concerns about the children with these primary keys, received after `since`, that
    `viewer` may read; what happened last comes first.

    The caller shows the rows through `doors/sight.py`, which records the reading.
    """
    return (
        Concern.objects.visible_by_key_to(viewer)
        .involving_children(*keys)
        .filter(received_at__gt=since)
        .exclude(pk=concern.pk)
        .select_related("reporter")
        .only(*_OF_AN_EARLIER_CONCERN)
        .order_by("-occurred_at", "-received_at", "-id")
    )


def build_child_stories(
    viewer: Viewer,
    concern: Concern,
    rows: list[ConcernChild],
    files: Sequence[FileInShort],
    found: list[Concern],
) -> list[ChildStory]:
    """A story for the child of each of `rows`. `files` are the children's files in the same order;
    `found` are the earlier concerns. Of brothers and sisters outside the viewer's caseload they are
    without their words and marks."""
    here = {row.child_id for row in rows}
    children = {one.pk for file in files for one in (file.child, *file.siblings_here)}
    earlier = _earlier_by_child(found, children)
    siblings = {key for key in children - here if earlier[key]}
    if siblings and is_asked_why(viewer):
        for child in list_outside_caseload(viewer, Q(pk__in=siblings)):
            shown = earlier[child.pk]
            earlier[child.pk] = [replace(one, marks=[], without_words=True) for one in shown]
    pairs = zip(rows, files, strict=True)
    return [_build_child_story(concern, row, file, earlier, here) for row, file in pairs]


def _build_child_story(
    concern: Concern,
    row: ConcernChild,
    file: FileInShort,
    earlier: dict[int, list[EarlierConcern]],
    here: set[int | None],
) -> ChildStory:
    """A concern about both the child and a brother or sister is listed once, under the child. A
    brother or sister in `here`, the keys of this concern's children, has a story of their own."""
    own = earlier[file.child.pk]
    told = {one.concern.pk for one in own}
    siblings = [
        SiblingStory(child, [one for one in earlier[child.pk] if one.concern.pk not in told])
        for child in file.siblings_here
        if child.pk not in here
    ]
    count = count_writers_and_entries([concern, *(one.concern for one in own)])
    return ChildStory(row, own, count, file, siblings)


def _earlier_by_child(found: list[Concern], children: set[int]) -> dict[int, list[EarlierConcern]]:
    """Child key -> those of `found` that the child is in, in their order."""
    earlier: dict[int, list[EarlierConcern]] = {child: [] for child in children}
    parts: dict[int, list[tuple[int, str]]] = defaultdict(list)
    keys = [one.pk for one in found]
    rows = ConcernChild.objects.filter(concern__in=keys, child__in=children).order_by("id")
    for key, child, part in rows.values_list("concern", "child", "part") if found else ():
        parts[key].append((child, part))
    categories = categories_and_marks(keys)
    marks = _marks_by_concern([key for what, key in categories if what == MARK])
    for one in found:
        for child, part in parts[one.pk]:
            earlier[child].append(
                EarlierConcern(
                    concern=one,
                    part=part,
                    sorted_into=[SORTED_INTO[word] for word in categories[BY_LEAD, one.pk]],
                    chosen=[Category.label_of_value(w) for w in categories[BY_WRITER, one.pk]],
                    marks=marks[one.pk],
                )
            )
    return earlier


def _marks_by_concern(concerns: list[int]) -> dict[int, list[Mark]]:
    """The marks of the concerns with these keys. No query without any."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    rows = Mark.objects.filter(concern__in=concerns).order_by("id")
    for mark in rows if concerns else ():
        marks[mark.concern_id].append(mark)
    return marks


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
