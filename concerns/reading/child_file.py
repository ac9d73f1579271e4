"""Reads children's files: all that social care asks for in a telephone call.

Files are read for several children at once, one kind of entry at a time, so a page takes the same
number of queries however many children there are. Brothers and sisters at this school are only
those whom the viewer may see. The entries themselves are in `household.py` and `child_fact.py`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from django.db.models import Model, OuterRef, Prefetch, Q, QuerySet, Subquery

from concerns.models.child.child import Child, ChildName
from concerns.models.child.child_details import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.child.child_fact import ChildFact, Facts
from concerns.models.child.household import AdultFact, AdultHome, Home, HouseholdAdult, Sibling, Tie
from concerns.models.school.person import Viewer
from concerns.models.school.school import Authority
from concerns.reading.kinds_present import find_kinds_present
from concerns.rules import calendars
from concerns.rules.calendars import Calendar
from concerns.rules.child_file_vocabulary import (
    EARLIER_FILE_DAYS,
    AdultFactKind,
    Profession,
    SeenHow,
    YesNo,
)

FactOfChild = TypeVar("FactOfChild", bound=ChildFact)


@dataclass(frozen=True)
class FileAdult:
    """An adult in one child's file. `tie` is None if nothing says what they are to this child;
    `living` is None if they do not live in a home of the child."""

    adult: HouseholdAdult
    tie: Tie | None
    living: AdultHome | None
    telephones: list[AdultFact]
    facts: list[AdultFact]

    @property
    def is_responsible(self) -> bool:
        return self.tie is not None and self.tie.responsibility == YesNo.YES


@dataclass(frozen=True)
class FileAddress:
    """A household the child lives in, with its adults."""

    home: Home
    adults: list[FileAdult]


@dataclass(frozen=True)
class EarlierFileProgress:
    """The file of an earlier school: what was done to get it, and when it is to be read by. `late`
    says in words how late that is; empty if it is not late."""

    file: EarlierFile
    events: list[FileEvent]
    due_at: datetime
    late: str

    @property
    def is_unread(self) -> bool:
        return self.file.ended_at is None


@dataclass(frozen=True)
class ChildFile:
    """One child's file as it is now."""

    child: Child
    # Whose numbers are shown: the authority in `lives_in`, the child's home authority, if there is
    # one; otherwise the school's.
    authority: Authority
    lives_in: HomeAuthority | None = None
    names_before: list[ChildName] = field(default_factory=list)
    addresses: list[FileAddress] = field(default_factory=list)
    elsewhere: list[FileAdult] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    siblings_here: list[Child] = field(default_factory=list)
    siblings_elsewhere: list[Sibling] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    ended_statuses: list[Status] = field(default_factory=list)
    professionals: list[Professional] = field(default_factory=list)
    earlier: list[EarlierFileProgress] = field(default_factory=list)
    seen: Sighting | None = None
    alone: Sighting | None = None

    @property
    def all_adults(self) -> list[FileAdult]:
        return [adult for address in self.addresses for adult in address.adults] + self.elsewhere

    @property
    def responsible_adults(self) -> list[FileAdult]:
        return list({one.adult.pk: one for one in self.all_adults if one.is_responsible}.values())

    @property
    def social_workers(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession == Profession.SOCIAL_WORKER]

    @property
    def other_professionals(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession != Profession.SOCIAL_WORKER]

    @property
    def unread_earlier_file(self) -> EarlierFileProgress | None:
        return next((one for one in self.earlier if one.is_unread), None)


# The kinds of line that a child's file may have, each asked for only if there are any.
_KINDS_OF_LINE: tuple[type[Model], ...] = (
    Home, Tie, Sibling, Status, Professional, Language, EarlierFile, ChildName, HomeAuthority,
)  # fmt: skip


def load_child_files(viewer: Viewer, children: Iterable[Child]) -> list[ChildFile]:
    """The file of each of `children`, in a fixed number of queries.

    Does not check permission: `doors/sight.py` must already have let the viewer read `children`.
    """
    children = list(children)
    of = [child.pk for child in children]
    found = find_kinds_present(_KINDS_OF_LINE, "child_id", of)
    homes = _group_by_child(_current_facts(Home, of, found).select_related("household"))
    at = [home.household_id for rows in homes.values() for home in rows]
    adults = _FileAdults(_current_facts(Tie, of, found), at)
    here = find_siblings_here(viewer, children)
    elsewhere = _group_by_child(_current_facts(Sibling, of, found).filter(other=None))
    statuses = _group_by_child(Status.objects.filter(child__in=of if Status in found else []))
    professionals = _group_by_child(_current_facts(Professional, of, found))
    languages = _group_by_child(_current_facts(Language, of, found))
    earlier = _earlier_files_by_child(viewer, of if EarlierFile in found else [])
    seen = find_last_sightings(viewer, children)
    names = _former_names(of if ChildName in found else [])
    lines = _current_facts(HomeAuthority, of, found).select_related("authority")
    lives_in = {row.child_id: row for row in lines}
    return [
        ChildFile(
            child=child,
            lives_in=lives_in.get(child.pk),
            authority=_authority_for_file(viewer, lives_in.get(child.pk)),
            names_before=names[child.pk],
            addresses=[
                FileAddress(home, adults.adults_at_home(child, home)) for home in homes[child.pk]
            ],
            elsewhere=adults.adults_elsewhere(child, homes[child.pk]),
            siblings_here=here[child.pk],
            siblings_elsewhere=elsewhere[child.pk],
            statuses=[row for row in statuses[child.pk] if row.ended_at is None],
            ended_statuses=[row for row in statuses[child.pk] if row.ended_at],
            professionals=professionals[child.pk],
            languages=languages[child.pk],
            earlier=earlier[child.pk],
            seen=seen.get(child.pk, (None, None))[0],
            alone=seen.get(child.pk, (None, None))[1],
        )
        for child in children
    ]


def _former_names(of: list[int]) -> dict[int, list[ChildName]]:
    """Child key -> the names they had before, the last first."""
    names: dict[int, list[ChildName]] = defaultdict(list)
    rows = ChildName.objects.former_names().filter(child__in=of).order_by("-until", "-id")
    for name in rows:
        names[name.child_id].append(name)
    return names


def _authority_for_file(viewer: Viewer, line: HomeAuthority | None) -> Authority:
    return line.authority if line else viewer.school.authority


def _current_facts(
    model: type[FactOfChild], of: list[int], found: set[type[Model]]
) -> "Facts[FactOfChild]":
    """The facts that have not ended of the children with the keys `of`. No query if `model` is not
    among those `found` to have any."""
    facts = model.objects.not_ended().filter(child__in=of if model in found else [])
    return cast("Facts[FactOfChild]", facts)


def _group_by_child(rows: QuerySet[FactOfChild]) -> dict[int, list[FactOfChild]]:
    """Child key -> rows, in the order in which they began."""
    found: dict[int, list[FactOfChild]] = defaultdict(list)
    for row in rows.order_by("began_at", "id"):
        found[row.child_id].append(row)
    return found


class _FileAdults:
    """The adults of some children: those in their homes and those with a tie to them."""

    def __init__(self, ties: "Facts[Tie]", households: list[int]):
        self.ties = _group_by_child(ties.select_related("adult"))
        living = AdultHome.objects.not_ended().filter(household__in=households)
        self.homes: dict[int, list[AdultHome]] = defaultdict(list)
        for row in living.select_related("adult").order_by("began_at", "id"):
            self.homes[row.household_id].append(row)
        keys = {row.adult_id for rows in self.homes.values() for row in rows}
        keys |= {tie.adult_id for ties in self.ties.values() for tie in ties}
        self.facts: dict[tuple[int, str], list[AdultFact]] = defaultdict(list)
        facts = AdultFact.objects.not_ended().filter(adult__in=keys)
        for fact in facts.order_by("began_at", "id"):
            self.facts[fact.adult_id, fact.kind].append(fact)

    def adults_at_home(self, child: Child, home: Home) -> list[FileAdult]:
        ties = {tie.adult_id: tie for tie in self.ties[child.pk]}
        return [
            self._build_file_adult(row.adult, ties.get(row.adult_id), row)
            for row in self.homes[home.household_id]
        ]

    def adults_elsewhere(self, child: Child, homes: list[Home]) -> list[FileAdult]:
        here = {row.adult_id for home in homes for row in self.homes[home.household_id]}
        ties = [tie for tie in self.ties[child.pk] if tie.adult_id not in here]
        return [self._build_file_adult(tie.adult, tie, None) for tie in ties]

    def _build_file_adult(
        self, adult: HouseholdAdult, tie: Tie | None, living: AdultHome | None
    ) -> FileAdult:
        telephones = self.facts[adult.pk, AdultFactKind.TELEPHONE]
        return FileAdult(adult, tie, living, telephones, self.facts[adult.pk, AdultFactKind.FACT])


def find_siblings_here(viewer: Viewer, children: Iterable[Child]) -> dict[int, list[Child]]:
    """Brothers, sisters and other children of the same homes who are at this school.

    Child key -> children, in name order; only those the viewer may see. Takes three queries.
    """
    keys = [child.pk for child in children]
    own = Home.objects.not_ended().filter(child__in=keys)
    pairs = set(
        Home.objects.not_ended()
        .filter(household__homes__in=own)
        .values_list("household__homes__child", "child")
    )
    named = Sibling.objects.not_ended().filter(Q(child__in=keys) | Q(other__in=keys))
    for one, other in named.exclude(other=None).values_list("child", "other"):
        pairs |= {(one, other), (other, one)}
    wanted = {other for one, other in pairs if one in keys}
    rows = Child.objects.visible_to(viewer).filter(pk__in=wanted).in_surname_order()
    found: dict[int, list[Child]] = {key: [] for key in keys}
    for row in rows:
        for key in keys:
            if key != row.pk and (key, row.pk) in pairs:
                found[key].append(row)
    return found


def has_known_siblings(viewer: Viewer, children: list[Child]) -> bool:
    """Whether the file of one of `children` has a brother or sister, here or elsewhere, or another
    child of this school in the same home."""
    elsewhere = Sibling.objects.not_ended().filter(child__in=children, other=None)
    return elsewhere.exists() or any(find_siblings_here(viewer, children).values())


def _earlier_files_by_child(viewer: Viewer, of: list[int]) -> dict[int, list[EarlierFileProgress]]:
    events = FileEvent.objects.select_related("by").order_by("happened_at", "id")
    rows = EarlierFile.objects.filter(child__in=of).select_related("by", "ended_by")
    found: dict[int, list[EarlierFileProgress]] = defaultdict(list)
    for row in rows.prefetch_related(Prefetch("events", events)).order_by("-id"):
        due = calendars.add_school_days(viewer.school.school_calendar, row.at, EARLIER_FILE_DAYS)
        late = lateness_in_school_time(viewer, due) if row.ended_at is None else ""
        found[row.child_id].append(EarlierFileProgress(row, list(row.events.all()), due, late))
    return found


def lateness_in_school_time(viewer: Viewer, due_at: datetime) -> str:
    """How late it is after `due_at`, in school time; empty if it is not late yet."""
    days = viewer.school.school_calendar
    if viewer.now <= due_at:
        return ""
    minutes = calendars.minutes_between(Calendar.SCHOOL, days, due_at, viewer.now)
    return (
        f"{calendars.duration_in_words(minutes, Calendar.SCHOOL, days)} late" if minutes else "late"
    )


def find_last_sightings(
    viewer: Viewer, children: list[Child]
) -> dict[int, tuple[Sighting | None, Sighting | None]]:
    """Child key -> when the child was last seen, and when last heard alone."""
    keys = [child.pk for child in children]
    newest = Sighting.objects.not_hidden_from(viewer).filter(child=OuterRef("pk"))
    newest = newest.order_by("-happened_at", "-id")
    alone = newest.filter(how=SeenHow.ALONE)
    last = [Subquery(rows.values("pk")[:1]) for rows in (newest, alone)]
    pairs = list(Child.objects.filter(pk__in=keys).values_list("pk", *last))
    wanted = {pk for _, *pair in pairs for pk in pair if pk}
    rows = Sighting.objects.filter(pk__in=wanted).select_related("by").in_bulk()
    return {key: (rows.get(seen), rows.get(heard)) for key, seen, heard in pairs}
