"""Counts a child's concerns by category and month, for the drawing and the table on their page.

A concern counts in each of its categories: those a lead sorted it into, or those its writer chose
where no lead has sorted it yet, as in `reading/concern_categories.py`. It counts in the month in
which it happened.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from concerns.models.base.composed_rows import MOMENT, ComposedRows, key_of_moment
from concerns.models.child.child import Child
from concerns.models.child.composed_for_viewer import (
    is_composed_for,
    keys_of_viewer,
    stand_in_child,
    stand_in_viewer,
)
from concerns.models.concern.category_sorting import (
    BY_LEAD,
    BY_WRITER,
    categories_and_marks,
)
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.rules.reporting_periods import local_day, local_midnight, months_until
from concerns.rules.words import SORTED_INTO, Category

# Months that are counted, this one included.
MONTHS = 24
NOT_SORTED = "Not sorted yet"


@dataclass(frozen=True)
class CategoryCounts:
    """The concerns of a child in the last `MONTHS` months. `rows`: a category and its number in
    each month; the category with most comes first. `writers`: how many people wrote."""

    months: list[date]
    rows: list[tuple[str, list[int]]]
    concerns: int
    writers: int

    @property
    def total_by_category(self) -> list[tuple[str, int]]:
        return [(words, sum(numbers)) for words, numbers in self.rows]

    @property
    def totals(self) -> list[int]:
        return [total for _, total in self.total_by_category]

    @property
    def months_with_any(self) -> list[tuple[date, list[int]]]:
        """A month and its number in each category, newest first; months with none left out."""
        by_month = zip(*(numbers for _, numbers in self.rows), strict=True)
        found = [
            (month, list(numbers))
            for month, numbers in zip(self.months, by_month, strict=False)
            if any(numbers)
        ]
        return found[::-1]


@dataclass(frozen=True)
class CountedConcern:
    """What of a concern is counted: when it happened, and who wrote it."""

    key: int
    month: date
    writer: int


def list_counted_concerns(viewer: Viewer, child: Child) -> list[CountedConcern]:
    """The child's concerns of the last `MONTHS` months that the viewer may read. One query."""
    days = viewer.school.school_calendar
    first = months_until(viewer.todays_date, MONTHS)[0]
    since = local_midnight(days, first)
    if is_composed_for(viewer):
        keys = keys_of_viewer(viewer, child) | key_of_moment(since)
        rows: Iterable[Any] = _compose_counted().fetch(keys)
    else:
        rows = _concerns_since(viewer, child, since)
    return [
        CountedConcern(key, local_day(days, at).replace(day=1), writer) for key, at, writer in rows
    ]


@cache
def _compose_counted() -> ComposedRows[Any]:
    return ComposedRows(_concerns_since(stand_in_viewer(), stand_in_child(), MOMENT))


def _concerns_since(viewer: Viewer, child: Child, since: datetime) -> QuerySet[Any, Any]:
    rows = Concern.objects.visible_by_key_to(viewer)
    rows = rows.filter(children__child=child, occurred_at__gte=since)
    return rows.values_list("pk", "occurred_at", "reporter")


def find_categories(concerns: Collection[int]) -> dict[int, list[str]]:
    """The categories of each concern in words, by its primary key. One query.

    Does not check permission: the caller has read the concerns already.
    """
    words = categories_and_marks(concerns)
    found: dict[int, list[str]] = {}
    for key in concerns:
        chosen = [word for word in words[BY_WRITER, key] if word != Category.UNSORTED]
        found[key] = [SORTED_INTO[word] for word in words[BY_LEAD, key]] or [
            Category.label_of_value(word) for word in chosen
        ]
    return found


def count_by_category(
    viewer: Viewer, concerns: Iterable[CountedConcern], categories: dict[int, list[str]]
) -> CategoryCounts:
    """The counts of `concerns`, whose categories are `categories` (`find_categories`)."""
    months = months_until(viewer.todays_date, MONTHS)
    concerns = list(concerns)
    counted: dict[str, Counter[date]] = defaultdict(Counter)
    for concern in concerns:
        for words in categories.get(concern.key) or [NOT_SORTED]:
            # What is to have happened later than today counts in this month.
            counted[words][min(concern.month, months[-1])] += 1
    rows = [(words, [numbers[month] for month in months]) for words, numbers in counted.items()]
    rows.sort(key=lambda row: (-sum(row[1]), row[0]))
    return CategoryCounts(months, rows, len(concerns), len({one.writer for one in concerns}))
