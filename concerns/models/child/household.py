"""Where a child lives and with whom: households, adults, brothers and sisters.

A child may have two homes. An adult is one row for all the children of a household. What they are
to each child, and whether they have parental responsibility, is a separate row for each child
(`Tie`), so that nothing written about one child is taken to be true of another.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connections, models

from concerns.models.base.case_row import SchoolOwnedModel
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_fact import ChildFact, Fact, FactRow, Facts
from concerns.models.school.person import Person, Viewer
from concerns.rules.child_file_vocabulary import AdultFactKind, YesNo


class Household(SchoolOwnedModel):
    """An address where children live. A family that moves gets a new row."""

    address = EncryptedText()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"household {self.uid}"


class Homes(Facts[FactRow]):
    def family_or_home_pairs(self, children: Collection[int]) -> set[tuple[int, int]]:
        """(child key, key of another child of this school) for each of `children`, both ways: who
        lives in the same home now, or is recorded as a brother or sister.

        This is raw SQL because every page about a child asks it: building these queries in Django
        would cost more than reading a whole kind of entry.
        """
        if not children:
            return set()
        marks = ", ".join(["%s"] * len(children))
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT own.child_id, beside.child_id FROM concerns_home own "  # noqa: S608 - marks
                "JOIN concerns_home beside ON beside.household_id = own.household_id "
                "WHERE own.ended_at IS NULL AND beside.ended_at IS NULL "
                f"AND own.child_id IN ({marks}) "
                "UNION ALL SELECT child_id, other_id FROM concerns_sibling "
                f"WHERE ended_at IS NULL AND other_id IS NOT NULL AND child_id IN ({marks}) "
                "UNION ALL SELECT other_id, child_id FROM concerns_sibling "
                f"WHERE ended_at IS NULL AND other_id IN ({marks})",
                [*children, *children, *children],
            )
            pairs = {(one, other) for one, other in cursor.fetchall() if one != other}
        return pairs | {(other, one) for one, other in pairs}


class Home(ChildFact):
    """A child lives in a household, from `since` until `until`."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="homes")

    objects: ClassVar = Homes.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["child", "household"],
                condition=models.Q(ended_at__isnull=True),
                name="at_home_once",
            ),
        ]


class HouseholdAdult(SchoolOwnedModel):
    """An adult in a child's life, wherever they live."""

    name = EncryptedText()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"adult {self.uid}"


class AdultHome(Fact):
    """An adult lives in a household, from `since` until `until`."""

    to_child = "adult__ties__child"

    adult = models.ForeignKey(HouseholdAdult, models.PROTECT, related_name="homes")
    household = models.ForeignKey(Household, models.PROTECT, related_name="adults")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["adult", "household"],
                condition=models.Q(ended_at__isnull=True),
                name="adult_at_home_once",
            ),
        ]


class Tie(ChildFact):
    """What an adult is to one child, and whether they have parental responsibility for them."""

    adult = models.ForeignKey(HouseholdAdult, models.PROTECT, related_name="ties")
    relation = EncryptedText()
    responsibility = models.CharField(max_length=10)

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(responsibility__in=[word.value for word in YesNo]),
                name="responsibility_is_known",
            ),
            models.UniqueConstraint(
                fields=["adult", "child"],
                condition=models.Q(ended_at__isnull=True),
                name="tied_once",
            ),
        ]

    @property
    def responsibility_words(self) -> str:
        return YesNo.label_of_value(self.responsibility)


class AdultFact(Fact):
    """A telephone number of an adult, when they were born, or something else to know about them:
    "new partner"."""

    to_child = "adult__ties__child"

    adult = models.ForeignKey(HouseholdAdult, models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=10)
    words = EncryptedText()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=[word.value for word in AdultFactKind]),
                name="adult_fact_is_known",
            ),
        ]


class Sibling(ChildFact):
    """A brother or sister: a child of this school (`other`), or one elsewhere, in words."""

    other = models.ForeignKey(Child, models.PROTECT, null=True, related_name="sibling_of")
    name = EncryptedText()
    where = EncryptedText()
    born = EncryptedText()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(other=None) | ~models.Q(other=models.F("child")),
                name="nobody_is_their_own_sibling",
            ),
        ]


def move_household(
    by: Viewer,
    now: datetime,
    since: date | None,
    uid: UUID,
    address: str,
    children: list[Child],
    adults: list[HouseholdAdult],
    leaving: bool,
) -> Household:
    """Record that `children` and `adults` live at a new address, and return its household.

    With `leaving` their present homes end; otherwise the new address is a further home.
    """
    if leaving:
        _end_current_homes(by, children, adults, since, now)
    person = {"school": by.school, "by": by.person, "at": now}
    made = Household.objects.create(uid=uid, address=address, **person)
    for child in children:
        Home.objects.record_fact(by, now, since, child=child, household=made)
    for adult in adults:
        AdultHome.objects.record_fact(by, now, since, adult=adult, household=made)
    return made


def _end_current_homes(
    by: Viewer,
    children: list[Child],
    adults: list[HouseholdAdult],
    until: date | None,
    now: datetime,
) -> None:
    """End the present homes of `children` and `adults` on the day `until`, if known."""
    for row in Home.objects.not_ended().filter(child__in=children):
        Home.objects.end_fact(row, by, now, end_day_within(row, until))
    for theirs in AdultHome.objects.not_ended().filter(adult__in=adults):
        AdultHome.objects.end_fact(theirs, by, now, end_day_within(theirs, until))


def end_day_within(row: Fact, until: date | None) -> date | None:
    """The day on which an entry ends: `until`, but never before the entry began."""
    return max(until, row.since) if until and row.since else until


def add_household_adult(
    by: Viewer,
    now: datetime,
    since: date | None,
    uid: UUID,
    name: str,
    household: Household | None,
    telephone: str,
    fact: str,
    born: str = "",
    **tie: Any,
) -> HouseholdAdult:
    """Create an adult in a child's life, what they are to the child (`tie`), where they live if
    known, and what else is known about them (`telephone`, `fact`, `born`)."""
    person = {"school": by.school, "by": by.person, "at": now}
    adult = HouseholdAdult.objects.create(uid=uid, name=name, **person)
    Tie.objects.record_fact(by, now, since, adult=adult, **tie)
    if household:
        AdultHome.objects.record_fact(by, now, since, adult=adult, household=household)
    said = (
        (AdultFactKind.TELEPHONE, telephone, None),
        (AdultFactKind.FACT, fact, since),
        (AdultFactKind.BORN, born, None),
    )
    for kind, words, day in said:
        if words:
            AdultFact.objects.record_fact(by, now, day, adult=adult, kind=kind, words=words)
    return adult
