"""The categories that a lead sorts a concern into, each time in a row with who, when and why.

A sorting never changes: a later one replaces it, and the concern points to the newest
(`Concern.sorting`). What its writer chose is in `ConcernCategory` and stays as it was written.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import connection, models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import AuthoredText
from concerns.models.school.person import Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.words import SORTED_INTO, Category

CHOOSE = "Choose the categories that it fits, or say that none of them does."
ALONE = "Choose categories, or say that none of them fits: not both."


def sorting_fault(categories: Iterable[str], why: str) -> str:
    """What is missing or inconsistent in a sorting, in a sentence; "" if nothing is."""
    chosen = set(categories)
    if not chosen <= SORTED_INTO.keys() or not chosen:
        return CHOOSE
    if Category.UNSORTED in chosen and len(chosen) > 1:
        return ALONE
    return "" if why.strip() else "Say why these categories fit."


class CategorySortings(CaseRows[ConcernRow]):
    def record_sorting(
        self: "CategorySortings[CategorySorting]",
        by: Viewer,
        concern: Concern,
        categories: Iterable[str],
        why: str,
        now: datetime,
    ) -> "CategorySorting":
        """Save a sorting, and make it the one in force. The act saves the concern."""
        made = self.create(school=by.school, concern=concern, by=by.person, at=now, words=why)
        SortedCategory.objects.bulk_create(
            SortedCategory(school=by.school, sorting=made, category=word)
            for word in dict.fromkeys(categories)
        )
        concern.sorting = made
        return made


# Where a category or a mark in `categories_and_marks` is from.
BY_LEAD = 0
BY_WRITER = 1
MARK = 2


def categories_and_marks(concerns: Iterable[int]) -> dict[tuple[int, int], list[str]]:
    """By what it is (BY_LEAD, BY_WRITER, MARK) and the key of the concern: the categories a lead
    sorted it into, those its writer chose, and the places of its marks, in the order written.
    `concerns` are the keys of concerns that the caller may read.

    This is raw SQL because the queue is shown more often than any other page, and building three
    queries in Django would be a tenth of that page's work.
    """
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    keys = list(concerns)
    if not keys:
        return found
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {BY_LEAD}, concern.id, word.id, word.category "  # noqa: S608 - marks
            "FROM concerns_concern AS concern JOIN concerns_sortedcategory AS word "
            f"ON word.sorting_id = concern.sorting_id WHERE concern.id IN ({marks}) "
            f"UNION ALL SELECT {BY_WRITER}, concern_id, id, category "
            f"FROM concerns_concerncategory WHERE concern_id IN ({marks}) "
            f"UNION ALL SELECT {MARK}, concern_id, id, place "
            f"FROM concerns_mark WHERE concern_id IN ({marks})",
            [*keys, *keys, *keys],
        )
        rows = sorted(cursor.fetchall())
    for what, concern, _, value in rows:
        found[what, concern].append(value)
    return found


class CategorySorting(AuthoredText):
    """Which categories a lead found that a concern fits, and why."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="sortings")

    objects: ClassVar = CategorySortings.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="sortings_in_order")]

    @property
    def category_labels(self) -> list[str]:
        """Labels of its categories. Uses `categories` if prefetched."""
        return [SORTED_INTO[row.category] for row in self.categories.all()]


class SortedCategory(CaseRow):
    """One category of a sorting. `Category.UNSORTED` here means that none of them fits."""

    shown_in_part = ShownInPart.AS_THE_CONCERN
    to_concern = "sorting__concern_id"
    sorting = models.ForeignKey(CategorySorting, models.PROTECT, related_name="categories")
    category = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sorting", "category"], name="sorted_once"),
            models.CheckConstraint(
                condition=models.Q(category__in=list(SORTED_INTO)),
                name="sorted_category_is_known",
            ),
        ]
        indexes = [models.Index(fields=["category", "sorting"], name="sortings_by_category")]

    def __str__(self) -> str:
        return self.category
