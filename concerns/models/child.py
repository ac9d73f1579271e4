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


class Called(models.Model):
    """What somebody is called, as it is written and as it is found."""

    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    known_as = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return f"{self.known_as or self.forename} {self.surname}"

    def name_words(self) -> set[str]:
        return name_words(self.forename, self.surname, self.known_as)

    def is_found_by(self, part: str) -> bool:
        """Whether it has words beginning with those of `part`: as `Children.found_by` looks."""
        own = self.name_words()
        return any(
            all(any(one.startswith(word[:LONGEST]) for one in own) for word in words)
            for words in ways(part)
        )


class Child(Called, Row):
    # The name they had by which they were just found, where it is not the one they have.
    was = ""

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
    def label(self) -> str:
        """The name as a picker offers it: with the forename, where another is used, and with the
        one they had, where that found them."""
        also = self.known_as and self.known_as != self.forename
        more = filter(None, [self.forename if also else "", self.was and f"was {self.was}"])
        said = ", ".join(more)
        return f"{self.name} ({said})" if said else self.name

    @property
    def detail(self) -> str:
        """What tells two children of one name apart, and no more than that."""
        return ", ".join(part for part in (self.year, self.class_name) if part)


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
    """One folded word of the names a child has or had: what the picker's prefix search reads."""

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


class ChildNames(Dated):
    def before(self):
        """Names that somebody had and has no more."""
        return self.filter(until__isnull=False)

    def say_was(self, found: list[Child], part: str) -> list[Child]:
        """`found` by `part`. Who was found by a name they have no more says which: the newest that
        was looked for. Only where there is one is anything read."""
        others = {child.pk: child for child in found if not child.is_found_by(part)}
        rows = self.before().filter(child__in=others).order_by("pk") if others else ()
        for row in sorted(rows, key=lambda row: (row.is_found_by(part), row.pk)):
            others[row.child_id].was = row.name
        return found


class ChildName(Called, Row):
    """What a child is called, since and until (the first day no longer). Under a mother's maiden
    name or a stepfather's, left behind here, the child may still be spoken of elsewhere."""

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

    def __str__(self):
        return f"name {self.uid}"

    @classmethod
    def of(cls, child: Child, since: date) -> "ChildName":
        """What `child` is called now, from `since` on."""
        called = {field.name: getattr(child, field.name) for field in Called._meta.fields}
        return cls(school_id=child.school_id, child=child, since=since, **called)


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
