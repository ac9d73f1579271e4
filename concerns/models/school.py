"""This file knows a school: its hours, terms, closures, own clocks and the numbers to ring."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType

from django.db import models

from concerns.rules.calendars import SchoolDays


class Authorities(models.QuerySet):
    def in_name_order(self):
        return self.order_by("name", "pk")

    def add(self, name: str, numbers: dict[str, str]) -> "Authority | None":
        """None where one of that name is known: its numbers are put right, never added again."""
        made, new = self.get_or_create(name__iexact=name, defaults={"name": name, **numbers})
        return made if new else None

    def put_right(self, one: "Authority", numbers: dict[str, str]) -> dict[str, str]:
        """Give it `numbers`. What changed, by name: "01632 960001, now 01632 960009"."""
        found = self.select_for_update().get(pk=one.pk)
        was = {name: getattr(found, name) for name in numbers}
        self.filter(pk=found.pk).update(**numbers)
        return {
            name: f"{was[name]}, now {new}" for name, new in numbers.items() if was[name] != new
        }


class Authority(models.Model):
    """A local authority, the same for every school of the site: a number that is put right in one
    is right in all. A child's home authority decides which numbers are shown."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    front_door = models.CharField(max_length=40)
    out_of_hours = models.CharField(max_length=40)
    lado = models.CharField(max_length=40)
    police = models.CharField(max_length=40, default="101")

    NUMBERS = ("front_door", "out_of_hours", "lado", "police")

    objects = Authorities.as_manager()

    def __str__(self):
        return self.name


class School(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    urn = models.CharField(max_length=12, unique=True)
    phase = models.CharField(max_length=40)
    nation = models.CharField(max_length=20, default="England")
    opens = models.TimeField()
    closes = models.TimeField()
    telephone = models.CharField(max_length=40, blank=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="schools")
    # Who outside it (its trust or council) is told that something is late, when everybody here is
    # silent.
    adviser_name = models.CharField(max_length=100, blank=True)
    adviser_email = models.EmailField(blank=True)
    adviser_of = models.CharField(max_length=200, blank=True)
    # Moved by whoever changes a term, a closure or a clock: what a web process remembers of them
    # goes with it.
    calendar_version = models.PositiveIntegerField(default=1)
    # True of the demonstration and of synthetic data: no real child is on its roll.
    invented = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="school_opens_then_closes"
            )
        ]

    def __str__(self):
        return self.name

    def keep(self, said: "SchoolSaid") -> None:
        """Make it, or bring it up to date; past terms and closures stay as they were."""
        numbers = {key: value for key, value in said.authority.items() if key != "name"}
        self.authority, _ = Authority.objects.update_or_create(
            name=said.authority["name"], defaults=numbers
        )
        for name in ("name", "urn", "phase", "nation", "opens", "closes", "telephone"):
            setattr(self, name, getattr(said, name))
        for name, words in said.adviser.items():
            setattr(self, name, words)
        # What a web process remembers of the calendar goes with its number.
        self.calendar_version = self.calendar_version + 1 if self.pk else 1
        self.save()
        begins = min(first for first, _ in said.terms)
        Term.objects.filter(school=self, last__gte=begins).delete()
        Term.objects.bulk_create(Term(school=self, first=a, last=b) for a, b in said.terms)
        Closure.objects.filter(school=self, day__gte=begins).delete()
        Closure.objects.bulk_create(Closure(school=self, day=d, why=w) for d, w in said.closures)

    @property
    def days(self) -> SchoolDays:
        """The school's calendar, read once per version and process."""
        return _days(self.pk, self.calendar_version)[0]

    @property
    def figures(self) -> Mapping[str, int]:
        """Its own figures of clocks, for the kind of step: read with the calendar."""
        return _days(self.pk, self.calendar_version)[1]

    @property
    def adviser_words(self) -> str:
        """Who is told outside the school; empty where nobody is named."""
        of = f" of {self.adviser_of}" if self.adviser_of else ""
        return f"{self.adviser_name}{of}" if self.adviser_name else ""


@lru_cache(maxsize=256)
def _days(pk: int, version: int) -> tuple[SchoolDays, Mapping[str, int]]:
    from concerns.models.clocks import ClockSet

    school = School.objects.get(pk=pk)
    days = SchoolDays(
        nation=school.nation,
        opens=school.opens,
        closes=school.closes,
        terms=tuple(Term.objects.filter(school=pk).order_by("first").values_list("first", "last")),
        closures=frozenset(Closure.objects.filter(school=pk).values_list("day", flat=True)),
    )
    return days, MappingProxyType(ClockSet.objects.in_force(school))


class Term(models.Model):
    """A run of school days, first and last included. Half-terms are the gaps between."""

    school = models.ForeignKey(School, models.PROTECT, related_name="terms")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "first"], name="term_once"),
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last")), name="term_begins_then_ends"
            ),
        ]

    def __str__(self):
        return f"{self.first} to {self.last}"


class Closure(models.Model):
    """A day in term on which the school is shut: INSET, snow, polling."""

    school = models.ForeignKey(School, models.PROTECT, related_name="closures")
    day = models.DateField()
    why = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "day"], name="closure_once")]

    def __str__(self):
        return f"{self.day}"


@dataclass(frozen=True)
class SchoolSaid:
    """A school as its file describes it; the authority's numbers are by its name."""

    name: str
    urn: str
    phase: str
    nation: str
    opens: time
    closes: time
    telephone: str
    terms: tuple[tuple[date, date], ...]
    closures: tuple[tuple[date, str], ...]
    authority: dict[str, str]
    # Who is told outside it, by its column; nothing where the file names nobody.
    adviser: dict[str, str] = field(default_factory=dict)
