"""Counts a child's concerns by category and month, for the drawing and the table on their page.

A concern counts in each of its categories: those a lead sorted it into, or those its writer chose
where no lead has sorted it yet, as in `reading/concern_categories.py`. It counts in the month in
which it happened.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from concerns.models.concern.category_sorting import BY_LEAD, BY_WRITER, categories_and_marks
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.reading.composed_rows import (
    CHILD_STAND_IN,
    MOMENT_STAND_IN,
    ComposedRows,
    stand_in_viewer,
)
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


def counted_since(viewer: Viewer) -> datetime:
    """When the months begin that are counted."""
    first = months_until(viewer.todays_date, MONTHS)[0]
    return local_midnight(viewer.school.school_calendar, first)


@cache
def compose_counted_concerns() -> ComposedRows:
    """The concerns of a child since a moment that the viewer may read, for `read_composed_rows`."""
    rows = Concern.objects.visible_by_key_to(stand_in_viewer()).filter(
        children__child=CHILD_STAND_IN, occurred_at__gte=MOMENT_STAND_IN
    )
    return ComposedRows(rows.only("occurred_at", "reporter"))


def list_counted_concerns(viewer: Viewer, rows: Iterable[Concern]) -> list[CountedConcern]:
    """What is counted of `rows`, which `compose_counted_concerns` read."""
    days = viewer.school.school_calendar
    return [
        CountedConcern(row.pk, local_day(days, row.occurred_at).replace(day=1), row.reporter_id)
        for row in rows
    ]


def find_categories(concerns: Iterable[int]) -> dict[int, list[str]]:
    """The categories of each concern in words, by its primary key: those a lead sorted it into, or
    else those its writer chose. One query.

    Does not check permission: the caller has read the concerns already.
    """
    keys = list(concerns)
    found = categories_and_marks(keys)
    categories: dict[int, list[str]] = {}
    for key in keys:
        chosen = [word for word in found[BY_WRITER, key] if word != Category.UNSORTED]
        sorted_into = [SORTED_INTO[word] for word in found[BY_LEAD, key]]
        categories[key] = sorted_into or [Category.label_of_value(word) for word in chosen]
    return categories


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
