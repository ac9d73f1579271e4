"""Of which children or categories somebody reads whose post reads a part of the record.

The rows hang on the post, or on the request for it while it waits for the head: then they are
written again for the post. They never change. What follows from them is in `base/reader_part.py`.
"""

from collections.abc import Iterable
from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, RowsViewer, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.child.child import Child
from concerns.models.school.approval import StaffChangeRequest
from concerns.models.school.part_answers import PartAnswers
from concerns.models.school.person import Post
from concerns.rules.reader_parts import CATEGORIES_OF_PARTS


class ReaderParts(ViewerScopedQuerySet[Row]):
    def in_force_for(self, viewer: RowsViewer) -> Self:
        """The rows of the viewer's posts that are in force today."""
        posts = Post.objects.filter(person=viewer.person, school=viewer.school)
        return self.filter(post__in=posts.in_force_on(viewer.todays_date).values("pk"))

    def record_part(
        self: "ReaderParts[ReaderPart]",
        chosen: PartAnswers,
        school_id: int,
        **of: Post | StaffChangeRequest,
    ) -> None:
        """Save the rows of a part: `post=` or `asked=` says of what."""
        rows = (ReaderPart(school_id=school_id, **of, **one) for one in chosen.values_of_rows())
        self.bulk_create(rows)


class ReaderPart(SchoolOwnedModel):
    """One year, class, named child or category of a part, of a post or of the request for it."""

    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="part_rows")
    asked = models.ForeignKey(
        StaffChangeRequest, models.PROTECT, null=True, related_name="part_rows"
    )
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+", db_index=False)
    category = models.CharField(max_length=30, blank=True)

    objects = ReaderParts.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(post__isnull=True, asked__isnull=False)
                | models.Q(post__isnull=False, asked__isnull=True),
                name="part_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~models.Q(year="")
                & models.Q(class_name="", child__isnull=True, category="")
                | ~models.Q(class_name="") & models.Q(year="", child__isnull=True, category="")
                | models.Q(year="", class_name="", child__isnull=False, category="")
                | ~models.Q(category="") & models.Q(year="", class_name="", child__isnull=True),
                name="part_says_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=["", *CATEGORIES_OF_PARTS]),
                name="part_category_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.uid}"


def part_of_request(asked: StaffChangeRequest) -> PartAnswers:
    """The part that `asked` is about; of one that was not saved what was set on it, if anything."""
    if asked.part or asked.pk is None:
        return asked.part or PartAnswers()
    return part_of_rows(asked.part_rows.select_related("child").order_by("pk"))


def part_of_rows(rows: Iterable[ReaderPart]) -> PartAnswers:
    """What `rows` say together. Needs `child` fetched."""
    rows = list(rows)
    return PartAnswers(
        years=tuple(row.year for row in rows if row.year),
        classes=tuple(row.class_name for row in rows if row.class_name),
        children=tuple(row.child for row in rows if row.child),
        categories=tuple(row.category for row in rows if row.category),
    )
