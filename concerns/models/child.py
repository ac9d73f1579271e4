"""This file knows a child on the roll: names, the words they are found by, class and year.

What may be asked about a past day (class, year, enrolment) is a dated row, never overwritten.
"""

from datetime import date

from django.db import connections, models

from concerns.models.case import Row, Scoped
from concerns.models.person import Relation
from concerns.rules.names import LONGEST, name_words, ways
from concerns.rules.roles import May

MOST_FOUND = 12


class Children(Scoped):
    def on_roll(self, viewer):
        """The roll of the viewer's school. Picking a name from it is not reading about a child."""
        return self.of_school(viewer).filter(left__isnull=True)

    def found_by(self, part: str):
        """Whose names have words beginning with each word of `part`, whatever the order, and
        however they are joined or parted: a surname of four words, typed as one or as five, finds
        its child. Nobody where `part` says no word."""
        meant = models.Q(pk__in=[])
        for words in ways(part):
            every = models.Q()
            for word in words:
                every &= models.Q(pk__in=NameKey.objects.beginning(word[:LONGEST]).values("child"))
            meant |= every
        return self.filter(meant).in_name_order()

    def in_name_order(self):
        return self.order_by("surname", "forename", "pk")

    def within(self, viewer, power):
        """Whom an act that needs `power` may be about: anybody may say whom they saw, and the
        office where a child came from."""
        unread = power in (May.SUBMIT, May.ROLL)
        return self.of_school(viewer) if unread else self.visible_to(viewer)

    def visible_to(self, viewer):
        """Whose story `viewer` may read: a reader's, less the children they are related to."""
        if not viewer.may(May.READ):
            return self.none().for_viewer(viewer)
        related = Relation.objects.filter(shuts_out=viewer.person)
        return self.of_school(viewer).exclude(pk__in=related.values("child"))


class Child(Row):
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    known_as = models.CharField(max_length=100, blank=True)
    born = models.DateField()
    upn = models.CharField(max_length=13, blank=True)
    # Children's Wellbeing and Schools Act 2026, s.4: one identifier for each child.
    identifier = models.CharField(max_length=40, blank=True)
    # The school system's own number, where there is no UPN yet.
    admission_number = models.CharField(max_length=40, blank=True)
    # The day somebody answered for: an import never sets it.
    left = models.DateField(null=True, blank=True)
    # Of today, beside the dated rows, so that a list of names costs one read.
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)

    objects = Children.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "upn"], condition=~models.Q(upn=""), name="upn_once_in_a_school"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "surname", "forename", "id"], name="child_by_name"),
            models.Index(fields=["school", "admission_number"], name="child_by_admission"),
        ]

    def __str__(self):
        return f"child {self.uid}"

    @property
    def name(self) -> str:
        return f"{self.known_as or self.forename} {self.surname}"

    @property
    def label(self) -> str:
        """The name as a picker offers it: with the forename, where another is used."""
        also = self.known_as and self.known_as != self.forename
        return f"{self.name} ({self.forename})" if also else self.name

    @property
    def detail(self) -> str:
        """What tells two children of one name apart, and no more than that."""
        return ", ".join(part for part in (self.year, self.class_name) if part)

    def name_words(self) -> set[str]:
        return name_words(self.forename, self.surname, self.known_as)


class NameKeys(models.QuerySet):
    def beginning(self, part: str):
        """The words that begin with `part`, by the index on either database.

        SQLite does not use an index for LIKE. PostgreSQL compares in its own language's order, in
        which the end of a range falls short (under en_GB nothing but `part` itself was found), and
        finds the beginning of a word by an index of patterns.
        """
        if connections[self.db].vendor == "postgresql":
            return self.filter(word__startswith=part)
        return self.filter(word__gte=part, word__lt=f"{part}\U0010ffff")


class NameKey(models.Model):
    """One folded word of a child's names: what the picker's prefix search reads."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="name_keys")
    word = models.CharField(max_length=LONGEST)

    objects = NameKeys.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["word", "child"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="name_word_once",
            )
        ]

    def __str__(self):
        return f"name key {self.pk}"


class Dated(models.QuerySet):
    def on(self, day: date):
        return self.filter(since__lte=day).filter(
            models.Q(until__isnull=True) | models.Q(until__gt=day)
        )


class Enrolment(Row):
    """A child on this school's roll, since and until (the first day no longer)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="enrolments")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    destination = models.CharField(max_length=200, blank=True)

    objects = Dated.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until__isnull=True), name="enrolled_once"
            )
        ]

    def __str__(self):
        return f"enrolment {self.uid}"


class Placement(Row):
    """A child's class and year, since and until (the first day no longer)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="placements")
    year = models.CharField(max_length=20, blank=True)
    class_name = models.CharField(max_length=40, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = Dated.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until__isnull=True), name="placed_once"
            )
        ]

    def __str__(self):
        return f"placement {self.uid}"
