"""A child on the roll: names, the words they are found by, enrolment, class and year.

Name, class, year and enrolment may be asked about for a past day, so each is a dated row that is
never overwritten. The child's file (home, adults, statuses) is in `household.py`, `child_fact.py`
and `child_details.py`.
"""

from collections.abc import Collection
from datetime import date
from typing import Self

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.reader_part import (
    children_in_part,
    children_with_file_in_part,
)
from concerns.models.child.mistaken import not_mistaken_filter
from concerns.models.child.name_search import LONGEST_QUERY, NameCondition
from concerns.models.school.person import Relation, Viewer
from concerns.models.school.school import School
from concerns.rules.child_file_vocabulary import IdentifierKind
from concerns.rules.name_folding import name_search_words
from concerns.rules.name_sounds import (
    is_name_meant,
    name_readings,
    name_sound_keys,
)
from concerns.rules.nhs_number import group_nhs_number
from concerns.rules.roles import May
from concerns.rules.wording import format_date_or_time

MOST_FOUND = 12
PICKING_ORDER = (models.F("left").desc(nulls_first=True), "surname", "forename", "pk")


class Children(ViewerScopedQuerySet[Row]):
    def on_roll(self, viewer: Viewer) -> Self:
        """The children on the roll of the viewer's school. Picking a name from it does not count as
        reading about a child."""
        return self.of_school(viewer).filter(left__isnull=True)

    def pickable_by(self, viewer: Viewer) -> Self:
        """The children whom `viewer` may pick by name to write or file something about.

        They are the children on the roll; for somebody who reads concerns of all children
        also each whom the school ever had, but for family who have left.
        """
        on_roll = models.Q(left__isnull=True)
        if viewer.has_power(May.READ_ALL):
            related = Relation.objects.filter(shuts_out=viewer.person)
            on_roll |= ~models.Q(pk__in=related.values("child"))
        return self.of_school_by_key(viewer).filter(on_roll, not_mistaken_filter())

    def not_mistaken(self) -> Self:
        """Without those who were put on the roll by mistake, unless something is written about
        them: then their record is read as that of anybody who has left."""
        return self.filter(not_mistaken_filter())

    def found_by(self, typed: str, school: School) -> Self:
        """Children of `school` whom `typed` may mean: words of a name, perhaps with the class.

        Each word begins a word of a name the child has or had, or sounds like one, or means their
        class or year (`is_name_meant`). The words may come in any order, and it does not matter how
        they are joined or split: a surname of four words finds its child whether typed as one word
        or as five. Nobody if there is no word. Who is found by the words as they were typed comes
        first, then those who only sound alike; in each, those on the roll before those who left.
        """
        condition = NameCondition(school, typed)
        rows = self.filter(condition.meant()).annotate(only_alike=condition.only_alike())
        return rows.order_by("only_alike", *PICKING_ORDER)

    def with_upn(self, numbers: list[str]) -> Self:
        """The children with one of these UPNs. It says that none is empty, so that the index of
        those that are not is used."""
        return self.filter(~models.Q(upn=""), upn__in=numbers)

    def with_identifier(self, numbers: list[str]) -> Self:
        """The children with one of these identifiers. None is empty, as above."""
        return self.filter(~models.Q(identifier=""), identifier__in=numbers)

    def in_picking_order(self) -> Self:
        """Those on the roll first, then those who left, the last to leave first."""
        return self.order_by(*PICKING_ORDER)

    def in_surname_order(self) -> Self:
        return self.order_by("surname", "forename", "pk")

    def following_in_surname_order(self, child: "Child") -> Self:
        """Those after `child` in the order of surnames: the start of the next page."""
        name = {"surname": child.surname, "forename": child.forename}
        return self.filter(
            models.Q(surname__gt=child.surname)
            | models.Q(surname=child.surname, forename__gt=child.forename)
            | models.Q(**name, pk__gt=child.pk)
        )

    def permitted_for(self, viewer: Viewer, power: May) -> Self:
        """The children that an act needing `power` may be about.

        SUBMIT (anybody may say whom they saw) and ROLL (the office may say where a child came
        from): every child of the school. Otherwise those whose chronology `viewer` may read.
        """
        unread = power in (May.SUBMIT, May.ROLL)
        return self.of_school(viewer) if unread else self.visible_to(viewer)

    def visible_to(self, viewer: Viewer) -> Self:
        """The children whose chronology `viewer` may read: with a role that reads concerns, all of
        the school or those of their part, except those they are related to."""
        rows = self._not_family_of(viewer)
        return rows.filter(children_in_part(viewer)) if viewer.reads_part else rows

    def with_file_for(self, viewer: Viewer) -> Self:
        """Those of `visible_to` whose file `viewer` may read: statuses, home and family, sightings.
        Of the children of concerns in their categories a reader of a part reads no file."""
        rows = self._not_family_of(viewer)
        return rows.filter(children_with_file_in_part(viewer)) if viewer.reads_part else rows

    def _not_family_of(self, viewer: Viewer) -> Self:
        if not viewer.has_power(May.READ):
            return self.none().for_viewer(viewer)
        related = Relation.objects.filter(shuts_out=viewer.person)
        return self.of_school_by_key(viewer).exclude(pk__in=related.values("child"))

    def keys_with_file(self, viewer: Viewer, keys: Collection[int]) -> set[int]:
        """Those of `keys`, of children of whom `viewer` may read, whose file they may read too. No
        query but for whoever reads a part of categories."""
        if not viewer.reads_categories or not keys:
            return set(keys)
        return set(self.with_file_for(viewer).filter(pk__in=keys).values_list("pk", flat=True))


class ChildNameFields(models.Model):
    """Abstract base with a child's names: how they are written, and the words they are found by.

    Forename and surname are the legal ones, for which police and social care ask. `known_as` and
    `known_surname` are those that people use, empty where that is not known to differ.
    """

    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    known_as = models.CharField(max_length=100, blank=True)
    known_surname = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return self.format_name(self.known_as, self.forename, self.surname, self.known_surname)

    @property
    def legal_name(self) -> str:
        return f"{self.forename} {self.surname}"

    @property
    def other_name(self) -> str:
        """The name that people use, if it is not the legal one; else empty."""
        return self.name if self.name != self.legal_name else ""

    @staticmethod
    def format_name(known_as: str, forename: str, surname: str, known_surname: str) -> str:
        return f"{known_as or forename} {known_surname or surname}"

    def own_name_words(self) -> set[str]:
        return name_search_words(self.forename, self.surname, self.known_as, self.known_surname)

    def own_name_keys(self) -> set[str]:
        """All they are found by: the words of their name, and how these sound."""
        names = (self.forename, self.surname, self.known_as, self.known_surname)
        return self.own_name_words() | name_sound_keys(*names)

    def is_found_by(self, readings: list[list[str]], of: "Child") -> bool:
        """Whether one of the `readings` of what was typed means this name of the child `of`, by the
        rule of `Children.found_by`."""
        return is_name_meant(readings, self.own_name_words(), of.year, of.class_name)


class Child(ChildNameFields, SchoolOwnedModel):
    # Not a column: the former name that a search just found them by. Set by
    # `ChildNames.mark_former_names`.
    former_name = ""
    # Nor this: 1 if a search found them only by a sound or the class. Set by `Children.found_by`.
    only_alike = 0

    born = models.DateField()
    upn = models.CharField(max_length=13, blank=True)
    # The single identifier for each child: Children's Wellbeing and Schools Act 2026, s.4.
    identifier = models.CharField(max_length=40, blank=True)
    identifier_kind = models.CharField(max_length=10, blank=True)
    # The number in the school's own system, for children without a UPN yet.
    admission_number = models.CharField(max_length=40, blank=True)
    # The day a member of staff said the child left. An import never sets it.
    left = models.DateField(null=True, blank=True)
    # The roll file that put them on the roll; empty for those who were added by hand.
    added_by_file = models.ForeignKey(
        "concerns.RollFile", models.PROTECT, null=True, blank=True, related_name="added_children"
    )
    # When the office took them off the roll again, because that file was a mistake. They have left,
    # and are found by name only if something is written about them: `Children.not_mistaken`.
    mistaken_at = models.DateTimeField(null=True, blank=True)
    # Today's year and class, also in the dated rows, so that a list of names takes one query.
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)

    objects = Children.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "upn"], condition=~models.Q(upn=""), name="upn_once_in_a_school"
            ),
            models.CheckConstraint(
                condition=models.Q(identifier_kind="")
                | ~models.Q(identifier="")
                & models.Q(identifier_kind__in=[word.value for word in IdentifierKind]),
                name="identifier_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(mistaken_at__isnull=True) | models.Q(left__isnull=False),
                name="mistaken_is_off_the_roll",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "surname", "forename", "id"], name="child_by_name"),
            models.Index(fields=["school", "admission_number"], name="child_by_admission"),
            models.Index(
                fields=["identifier"],
                condition=~models.Q(identifier=""),
                name="child_by_identifier",
            ),
        ]

    def __str__(self) -> str:
        return f"child {self.uid}"

    @property
    def identifier_words(self) -> str:
        """ "NHS number 943 476 5919"; empty if there is no identifier."""
        if not self.identifier:
            return ""
        number = self.identifier
        if self.identifier_kind == IdentifierKind.NHS:
            number = group_nhs_number(number)
        kind = IdentifierKind.label_of_value(self.identifier_kind) or "Identifier"
        return f"{kind} {number}"

    @property
    def label(self) -> str:
        """The name in a picker. The forename is added if the child is known by another, or the
        whole legal name if by another surname too; and the former name if that found them."""
        also = self.forename if self.known_as and self.known_as != self.forename else ""
        if self.known_surname and self.known_surname != self.surname:
            also = self.legal_name
        more = filter(None, [also, self.former_name and f"was {self.former_name}"])
        said = ", ".join(more)
        return f"{self.name} ({said})" if said else self.name

    @property
    def name_told_apart(self) -> str:
        """The name with what tells this child from another of that name."""
        left = f"left {format_date_or_time(self.left)}" if self.left else ""
        born = f"born {format_date_or_time(self.born)}"
        return f"{self.name} ({', '.join(filter(None, [self.detail, born, left]))})"

    @property
    def detail(self) -> str:
        """Year and class: enough to tell two children of the same name apart, and no more."""
        return ", ".join(part for part in (self.year, self.class_name) if part)


class DatedRows(models.QuerySet[Row]):
    def covering_day(self, day: date) -> Self:
        return self.filter(since__lte=day).filter(
            models.Q(until__isnull=True) | models.Q(until__gt=day)
        )

    def end_on_day(self, day: date) -> int:
        """End on `day` those that would last longer: so a row that begins then follows them, and
        does not overlap. Whoever left today, or was to, has rows that end tomorrow."""
        longer = models.Q(until__isnull=True) | models.Q(until__gt=day)
        return self.filter(longer).update(until=day)


class ChildNames(DatedRows[Row]):
    def former_names(self) -> Self:
        """Names that a child had and no longer has."""
        return self.filter(until__isnull=False)

    def mark_former_names(
        self: "ChildNames[ChildName]", found: list[Child], part: str
    ) -> list[Child]:
        """Set `was` on each child whom `part` found by a former name. Returns `found`.

        `was` is the newest former name that matches. Nothing is read unless there is such a child.
        """
        readings = name_readings(part[:LONGEST_QUERY])
        others = {child.pk: child for child in found if not child.is_found_by(readings, child)}
        rows = self.former_names().filter(child__in=others).order_by("pk") if others else ()
        for row in sorted(
            rows, key=lambda row: (row.is_found_by(readings, others[row.child_id]), row.pk)
        ):
            others[row.child_id].former_name = row.name
        return found


class ChildName(ChildNameFields, SchoolOwnedModel):
    """A name of a child, from `since` until `until` (the first day it no longer applies).

    Former names are kept because people elsewhere may still use one, such as a mother's maiden name
    or a stepfather's.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="names")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = ChildNames.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until__isnull=True), name="named_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["school"], condition=models.Q(until__isnull=False), name="names_before"
            )
        ]

    def __str__(self) -> str:
        return f"name {self.uid}"

    @classmethod
    def from_child(cls, child: Child, since: date) -> "ChildName":
        """An unsaved row with the name of `child` now, from `since` on."""
        called = {field.name: getattr(child, field.name) for field in ChildNameFields._meta.fields}
        return cls(school_id=child.school_id, child=child, since=since, **called)


class Enrolment(SchoolOwnedModel):
    """A child is on this school's roll from `since` until `until` (the first day not on it)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="enrolments")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    destination = models.CharField(max_length=200, blank=True)

    objects = DatedRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until__isnull=True), name="enrolled_once"
            )
        ]

    def __str__(self) -> str:
        return f"enrolment {self.uid}"


class Placement(SchoolOwnedModel):
    """A child's class and year from `since` until `until` (the first day not in them)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="placements")
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = DatedRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until__isnull=True), name="placed_once"
            )
        ]

    def __str__(self) -> str:
        return f"placement {self.uid}"
