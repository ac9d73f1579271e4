"""A school: its hours, terms, closures and own time limits, and the authority's numbers to ring."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Self

from django.db import models
from django.utils import timezone

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.rules import clock_bounds
from concerns.rules.bulk_brake import FEWEST, MOST, BulkLimit
from concerns.rules.calendars import SchoolDays
from concerns.rules.clocks import CLOCKS
from concerns.rules.second_factor import MOST_GRACE_DAYS


class Authorities(models.QuerySet[Row]):
    def ordered_by_name(self) -> Self:
        return self.order_by("name", "pk")

    def add_if_new(
        self: "Authorities[Authority]", name: str, numbers: dict[str, str]
    ) -> "Authority | None":
        """Create the authority. Returns None if one of that name, in any case, exists: its numbers
        are then corrected with `correct_numbers`, not added again."""
        made, new = self.get_or_create(name__iexact=name, defaults={"name": name, **numbers})
        return made if new else None

    def correct_numbers(self, one: "Authority", numbers: dict[str, str]) -> dict[str, str]:
        """Update `numbers` of `one`.

        Returns what changed, by field: "01632 960001, now 01632 960009".
        """
        found = self.select_for_update().get(pk=one.pk)
        was = {name: getattr(found, name) for name in numbers}
        self.filter(pk=found.pk).update(**numbers)
        return {
            name: f"{was[name]}, now {new}" for name, new in numbers.items() if was[name] != new
        }


class Authority(models.Model):
    """A local authority, shared by every school on the site, so a corrected number is correct for
    all. A child's home authority decides which numbers are shown."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    front_door = models.CharField(max_length=40)
    out_of_hours = models.CharField(max_length=40)
    lado = models.CharField(max_length=40)
    police = models.CharField(max_length=40, default="101")

    NUMBERS = ("front_door", "out_of_hours", "lado", "police")

    objects = Authorities.as_manager()

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    urn = models.CharField(max_length=12, unique=True)
    # The local authority's number with the establishment's: seven digits. Empty where not known. A
    # Common Transfer File names schools by it.
    dfe_number = models.CharField(max_length=7, blank=True)
    phase = models.CharField(max_length=40)
    nation = models.CharField(max_length=20, default="England")
    opens = models.TimeField()
    closes = models.TimeField()
    telephone = models.CharField(max_length=40, blank=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="schools")
    # The person outside the school (at its trust or council) who is told that something is late
    # when nobody in the school responds.
    adviser_name = models.CharField(max_length=100, blank=True)
    adviser_email = models.EmailField(blank=True)
    adviser_of = models.CharField(max_length=200, blank=True)
    # Increased whenever a term, a closure or a clock changes, so that web processes drop what they
    # have cached of them.
    calendar_version = models.PositiveIntegerField(default=1)
    # When its terms, closures or hours were last changed; null: never since the school was made. A
    # release that shortens a clock sets it too, in a migration: what was opened before may be due
    # later than it would be now (`clock_bounds.latest_due_at`).
    calendar_changed_at = models.DateTimeField(null=True)
    # True for demonstration and synthetic schools: no real child is on the roll.
    invented = models.BooleanField(default=False)
    # From when on the school asks for a second factor, and how many days of grace it gives. Only an
    # invented school may never ask: see rules/second_factor.py.
    factor_since = models.DateTimeField(null=True, default=timezone.now)
    factor_grace_days = models.PositiveSmallIntegerField(default=MOST_GRACE_DAYS)
    # How many children's files one person may open before they are asked why: rules/bulk_brake.py.
    files_an_hour = models.PositiveSmallIntegerField(default=MOST[BulkLimit.HOUR])
    files_a_day = models.PositiveSmallIntegerField(default=MOST[BulkLimit.DAY])

    # Whether it asks why somebody reads outside their caseload: rules/caseload.py. Only an invented
    # school may not.
    asks_why_read = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asks_why_read=True) | models.Q(invented=True),
                name="school_asks_why_read",
            ),
            models.CheckConstraint(
                condition=models.Q(factor_since__isnull=False) | models.Q(invented=True),
                name="school_asks_for_a_factor",
            ),
            models.CheckConstraint(
                condition=models.Q(factor_grace_days__lte=MOST_GRACE_DAYS),
                name="factor_grace_is_short",
            ),
            models.CheckConstraint(
                condition=models.Q(files_an_hour__range=(FEWEST, MOST[BulkLimit.HOUR])),
                name="files_an_hour_are_few",
            ),
            models.CheckConstraint(
                condition=models.Q(files_a_day__range=(FEWEST, MOST[BulkLimit.DAY])),
                name="files_a_day_are_few",
            ),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="school_opens_then_closes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save_from_file(self, said: "SchoolDetails", now: datetime) -> None:
        """Create or update the school from its file, at `now` (aware).

        Terms that ended before the file's first term begins, and closures before that day, are
        left as they are.
        """
        numbers = {key: value for key, value in said.authority.items() if key != "name"}
        self.authority, _ = Authority.objects.update_or_create(
            name=said.authority["name"], defaults=numbers
        )
        for name in (
            "name", "urn", "dfe_number", "phase", "nation", "opens", "closes", "telephone",
        ):  # fmt: skip
            setattr(self, name, getattr(said, name))
        for name, words in said.adviser.items():
            setattr(self, name, words)
        # A new version makes web processes drop their cached calendar.
        self.calendar_version = self.calendar_version + 1 if self.pk else 1
        self.calendar_changed_at = now if self.pk else None
        self.save()
        begins = min(first for first, _ in said.terms)
        Term.objects.filter(school=self, last__gte=begins).delete()
        Term.objects.bulk_create(Term(school=self, first=a, last=b) for a, b in said.terms)
        Closure.objects.filter(school=self, day__gte=begins).delete()
        Closure.objects.bulk_create(Closure(school=self, day=d, why=w) for d, w in said.closures)

    @property
    def school_calendar(self) -> SchoolDays:
        """The school's calendar. Cached: read once per version and process."""
        return _calendar_and_clocks(self.pk, self.calendar_version)[0]

    @property
    def own_clock_amounts(self) -> Mapping[str, int]:
        """The school's own time limits by kind of step. Read and cached with the calendar."""
        return _calendar_and_clocks(self.pk, self.calendar_version)[1]

    @property
    def bulk_limits(self) -> dict[BulkLimit, int]:
        """How many children's files one person may open before they are asked why."""
        return {BulkLimit.HOUR: self.files_an_hour, BulkLimit.DAY: self.files_a_day}

    @property
    def adviser_words(self) -> str:
        """The adviser outside the school and whom they work for; empty if nobody is named."""
        of = f" of {self.adviser_of}" if self.adviser_of else ""
        return f"{self.adviser_name}{of}" if self.adviser_name else ""


@lru_cache(maxsize=256)
def _calendar_and_clocks(pk: int, version: int) -> tuple[SchoolDays, Mapping[str, int]]:
    school = School.objects.get(pk=pk)
    days = SchoolDays(
        nation=school.nation,
        opens=school.opens,
        closes=school.closes,
        terms=tuple(Term.objects.filter(school=pk).order_by("first").values_list("first", "last")),
        closures=frozenset(Closure.objects.filter(school=pk).values_list("day", flat=True)),
    )
    return days, MappingProxyType(ClockSet.objects.amounts_in_force(school))


class Term(models.Model):
    """A run of school days, including the first and last. Half-terms are the gaps between terms."""

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

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Closure(models.Model):
    """A day in term on which the school is closed: INSET, snow, polling."""

    school = models.ForeignKey(School, models.PROTECT, related_name="closures")
    day = models.DateField()
    why = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "day"], name="closure_once")]

    def __str__(self) -> str:
        return f"{self.day}"


@dataclass(frozen=True)
class SchoolDetails:
    """A school as its file describes it. `authority` holds the authority's name and numbers, by
    field."""

    name: str
    urn: str
    phase: str
    nation: str
    opens: time
    closes: time
    telephone: str
    # Seven digits, or empty.
    dfe_number: str
    terms: tuple[tuple[date, date], ...]
    closures: tuple[tuple[date, str], ...]
    authority: dict[str, str]
    # The adviser outside the school, by column of School; empty if the file names nobody.
    adviser: dict[str, str] = field(default_factory=dict)


_KINDS = {kind.value: kind for kind in CLOCKS}


class ClockSets(ViewerScopedQuerySet[Row]):
    def amounts_in_force(self, school: "School", at: datetime | None = None) -> dict[str, int]:
        """The school's own amounts by kind of step, for kinds that have one; as of `at` if given.

        Limited to what the table of bounds allows now, whatever it allowed when they were set.
        """
        rows = self.filter(school=school)
        rows = rows.filter(since__lte=at) if at else rows
        newest = dict(rows.order_by("id").values_list("kind", "amount"))
        return {
            kind: clock_bounds.clamp_clock_amount(_KINDS[kind], amount)
            for kind, amount in newest.items()
            if amount is not None and kind in _KINDS
        }


class ClockSet(SchoolOwnedModel):
    """From `since` on the school allows `amount` for steps of `kind`. None means the default in the
    table of clocks. The unit is the clock's, in `rules/clocks.py`."""

    kind = models.CharField(max_length=20)
    amount = models.PositiveSmallIntegerField(null=True)
    since = models.DateTimeField()
    by = models.ForeignKey("concerns.Person", models.PROTECT, related_name="+", db_index=False)

    objects = ClockSets.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "id"], name="clocks_of_a_school")]

    @property
    def clock_change_words(self) -> str:
        """The name of the clock and what it was set to."""
        kind = _KINDS[self.kind]
        usual = self.amount is None
        amount = CLOCKS[kind].amount if self.amount is None else self.amount
        said = clock_bounds.clock_amount_in_words(kind, amount)
        return f"{kind.label}: {said}{' (the usual time)' if usual else ''}"

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
