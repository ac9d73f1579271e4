"""The children a concern is filed under, and refiling: moving a concern to the right child.

When a concern was filed under the wrong child, that child's `ConcernChild` row stays, because
decisions and conversations refer to it, but its `child` is set to null. So no page, count, print,
search or exclusion that looks up a child can find the concern through it, even if that code does
not check for refilings. Only the `Refiling` row says which child it was, with who moved it, when
and why, and only the concern's own pages show that. The right child gets a new `ConcernChild` row,
on which nothing has been decided or said yet. What else follows from a move is in `refiling.py`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.composed_rows import read_by_keys
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Person, Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.words import ChildPart


class ConcernChildren(CaseRows[ConcernRow]):
    def not_misfiled(self) -> Self:
        """Without the rows of children it was filed under by mistake."""
        return self.exclude(part=ChildPart.MOVED)

    def subjects_only(self) -> Self:
        """Only the children it is about, not those also involved."""
        return self.filter(part=ChildPart.ABOUT)

    def newest_concern_of_each_child(self, children: Collection[int]) -> dict[int, int]:
        """Key of each of `children` -> key of the newest open concern among these rows that is
        about them; if all are closed, the newest. Whoever has none is left out."""
        about = self.subjects_only().filter(child__in=children)
        rows = about.order_by("concern").values_list("child", "concern", "concern__closed_at")
        found: dict[int, tuple[bool, int]] = {}
        for child, concern, closed_at in rows:
            found[child] = max(found.get(child, (False, 0)), (closed_at is None, concern))
        return {child: concern for child, (_, concern) in found.items()}


class ConcernChild(CaseRow):
    """A child the concern is about or who is also involved, or a description if not on the roll."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_concern_child = "pk"
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="children")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="concern_rows")
    described = EncryptedText()
    part = models.CharField(max_length=10, default=ChildPart.ABOUT)
    # As they were on the day the concern was written.
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)
    # If the concern was moved to this child: the id of its last conversation before the move.
    # What was said of "the children" up to that one was said of another child. Null: it has been
    # filed under this child since it was sent.
    said_before = models.BigIntegerField(null=True)

    objects: ClassVar = ConcernChildren.as_manager()
    # The name of the child it was moved away from, where a query fetched it.
    misfiled_child_name = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "child"], name="child_once_in_a_concern"),
            models.CheckConstraint(
                condition=models.Q(part__in=[part.value for part in ChildPart]),
                name="part_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(part=ChildPart.MOVED) | models.Q(child__isnull=True),
                name="moved_from_nobody",
            ),
        ]
        indexes = [models.Index(fields=["child", "-concern"], name="concerns_of_a_child")]

    def __str__(self) -> str:
        return f"child of concern {self.concern_id}"

    @property
    def name(self) -> str:
        """The child's name or description, for a page. Needs `child` fetched."""
        if self.part == ChildPart.MOVED:
            return f"{self.misfiled_child_name or 'A child'}, by mistake"
        return self.child.name if self.child else f"Not on the roll: {self.described}"

    @property
    def name_told_apart(self) -> str:
        """`name` with what tells the child from another of that name. Needs `child` fetched."""
        return self.child.name_told_apart if self.child else self.name


class Refilings(CaseRows[ConcernRow]):
    def with_children_named(self) -> Self:
        """With the people and children named in each fetched, oldest first."""
        return self.select_related("by", "row", "was", "to").order_by("id")

    def move_to_child(
        self: "Refilings[Refiling]",
        by: Viewer,
        row: ConcernChild,
        to: Child,
        why: str,
        now: datetime,
    ) -> "Refiling":
        """File the concern of `row` under the child `to` instead of the child of `row`.

        If `to` was only also involved, the concern is now about them.
        """
        concern = row.concern
        part = row.part
        made = self.create(
            school=by.school,
            concern=concern,
            row=row,
            was=row.child,
            to=to,
            by=by.person,
            at=now,
            why=why,
        )
        row.child = None
        row.part = ChildPart.MOVED
        row.save(update_fields=["child", "part"])
        there = ConcernChild.objects.filter(concern=concern, child=to).first()
        if there is None:
            then = (
                to.placements.covering_day(concern.received_at.date())
                .order_by("-since", "-id")
                .first()
            )
            ConcernChild.objects.create(
                school=by.school,
                concern=concern,
                child=to,
                part=part,
                year=(then or to).year,
                class_name=(then or to).class_name,
                said_before=concern.conversations.aggregate(last=models.Max("id"))["last"] or 0,
            )
        elif there.part != part and part == ChildPart.ABOUT:
            there.part = part
            there.save(update_fields=["part"])
        return made


class Refiling(CaseRow):
    """A record that a concern was moved from one child to another: by whom, when and why."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="refilings")
    row = models.ForeignKey(ConcernChild, models.PROTECT, related_name="+", db_index=False)
    # Null: it was filed under a description, not under a child on the roll.
    was = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+", db_index=False)
    to = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    why = EncryptedText()

    objects: ClassVar = Refilings.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="refilings_in_order")]

    def __str__(self) -> str:
        return f"refiling {self.uid}"

    @property
    def misfiled_child_words(self) -> str:
        """The child it was moved away from. Needs `was` and `row` fetched."""
        return self.was.name if self.was else f"Not on the roll: {self.row.described}"

    @property
    def refiling_in_words(self) -> str:
        return f"Filed under {self.to.name}, and no longer under {self.misfiled_child_words}"


def list_uids_of_children(concern: int) -> list[UUID]:
    """The uids of the children on the roll whom the concern with this primary key is about, or who
    are named in it. One query."""
    return [uid for (uid,) in read_by_keys(_uids_of_children, "concern", [concern])]


def _uids_of_children() -> models.QuerySet[Any, Any]:
    return ConcernChild.objects.filter(child__isnull=False).values_list("child__uid")
