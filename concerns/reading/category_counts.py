"""Counts a child's concerns by category and month, for the drawing and the table on their page.

A concern counts in each of its categories: those a lead sorted it into, or those its writer chose
where no lead has sorted it yet, as in `reading/concern_categories.py`. It counts in the month in
which it happened.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern, ConcernCategory
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
    rows = Concern.objects.visible_by_key_to(viewer).filter(
        children__child=child, occurred_at__gte=local_midnight(days, first)
    )
    return [
        CountedConcern(key, local_day(days, at).replace(day=1), writer)
        for key, at, writer in rows.values_list("pk", "occurred_at", "reporter")
    ]


def find_categories(concerns: Collection[int]) -> dict[int, list[str]]:
    """The categories of each concern in words, by its primary key. At most two queries.

    Does not check permission: the caller has read the concerns already.
    """
    found: dict[int, list[str]] = defaultdict(list)
    sorted_into = Concern.objects.filter(pk__in=concerns).order_by("sorting__categories")
    unsorted: list[int] = []
    for key, category in sorted_into.values_list("pk", "sorting__categories__category"):
        if category is None:
            unsorted.append(key)
        else:
            found[key].append(SORTED_INTO[category])
    chosen = ConcernCategory.objects.filter(concern__in=unsorted).order_by("id")
    for key, category in chosen.values_list("concern", "category"):
        if category != Category.UNSORTED:
            found[key].append(Category.label_of_value(category))
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
