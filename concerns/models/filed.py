"""This file knows under which children a concern is filed, and how one is moved to the right child.

The row of a wrong child stays, for what was decided and said when it stood under them, but it loses
its child: so no page, count, print, search or exclusion that goes by a child can find the concern
through it, whether or not it remembers to ask. Whose it was is in the row of the moving alone, with
who moved it, when and why, and only the concern's own pages show that. The right child has a row of
its own, on which nothing has been decided or said yet.
"""

from django.db import models

from concerns.models.case import CaseRow, CaseRows
from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.fields import EncryptedText
from concerns.models.person import Person
from concerns.rules.words import Part


class ConcernChildren(CaseRows):
    def standing(self):
        """Less those that were another child's by mistake."""
        return self.exclude(part=Part.MOVED)

    def about(self):
        """Less those also involved."""
        return self.filter(part=Part.ABOUT)


class ConcernChild(CaseRow):
    """A child it is about, or one also involved; or the description of one not on the roll."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="children")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="concern_rows")
    described = EncryptedText()
    part = models.CharField(max_length=10, default=Part.ABOUT)
    # As they were on the day it was written.
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)
    # Moved here: by key, the last conversation there was then. What was said of "the children" up
    # to it was said of another. Empty: it stands here since it was sent.
    said_before = models.BigIntegerField(null=True)

    objects = ConcernChildren.as_manager()
    # Whose it was before it was moved, where that was fetched.
    was = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "child"], name="child_once_in_a_concern"),
            models.CheckConstraint(
                condition=models.Q(part__in=[part.value for part in Part]), name="part_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(part=Part.MOVED) | models.Q(child__isnull=True),
                name="moved_from_nobody",
            ),
        ]
        indexes = [models.Index(fields=["child", "-concern"], name="concerns_of_a_child")]

    def __str__(self):
        return f"child of concern {self.concern_id}"

    @property
    def name(self) -> str:
        """For a page. Needs `child` fetched."""
        if self.part == Part.MOVED:
            return f"{self.was or 'A child'}, by mistake"
        return self.child.name if self.child_id else f"Not on the roll: {self.described}"


class Refilings(CaseRows):
    def told(self):
        """With everybody named, in the order they were made."""
        return self.select_related("by", "row", "was", "to").order_by("id")

    def move(self, by, row: ConcernChild, to: Child, why: str, now) -> "Refiling":
        """File the concern of `row` under `to` and not under whose it was. It may be there already:
        as also involved, it is then about that child."""
        concern, part = row.concern, row.part
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
        row.child, row.part = None, Part.MOVED
        row.save(update_fields=["child", "part"])
        there = ConcernChild.objects.filter(concern=concern, child=to).first()
        if there is None:
            then = to.placements.on(concern.received_at.date()).order_by("-since", "-id").first()
            ConcernChild.objects.create(
                school=by.school,
                concern=concern,
                child=to,
                part=part,
                year=(then or to).year,
                class_name=(then or to).class_name,
                said_before=concern.conversations.aggregate(last=models.Max("id"))["last"] or 0,
            )
        elif there.part != part and part == Part.ABOUT:
            there.part = part
            there.save(update_fields=["part"])
        return made


class Refiling(CaseRow):
    """It was moved from one child to another: by whom, when, and why."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="refilings")
    row = models.ForeignKey(ConcernChild, models.PROTECT, related_name="+", db_index=False)
    # Nobody on the roll: it stood under a description.
    was = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+", db_index=False)
    to = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    why = EncryptedText()

    objects = Refilings.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "id"], name="refilings_in_order")]

    def __str__(self):
        return f"refiling {self.uid}"

    @property
    def was_words(self) -> str:
        """Whose it was. Needs `was` and `row` fetched."""
        return self.was.name if self.was_id else f"Not on the roll: {self.row.described}"

    @property
    def words(self) -> str:
        return f"Filed under {self.to.name}, and no longer under {self.was_words}"
