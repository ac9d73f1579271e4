"""Reads children's files: all that social care asks for in a telephone call.

Files are read for several children at once, and all kinds of entry in one query
(`composed_rows.py`), so a page takes the same number of queries however many children there are.
Brothers and sisters at this school are only those whom the viewer may see. The entries themselves
are in `household.py` and `child_fact.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from concerns.models.child.child import Child, ChildName, Enrolment
from concerns.models.child.child_details import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.child.child_fact import ChildFact
from concerns.models.child.household import AdultFact, AdultHome, Home, HouseholdAdult, Sibling, Tie
from concerns.models.school.person import Viewer
from concerns.models.school.school import Authority
from concerns.reading.composed_rows import (
    CHILD_STAND_IN,
    ComposedRows,
    keys_of_viewer,
    read_composed_rows,
    stand_in_viewer,
)
from concerns.rules import calendars
from concerns.rules.calendars import Calendar
from concerns.rules.child_file_vocabulary import (
    EARLIER_FILE_DAYS,
    AdultFactKind,
    Profession,
    SeenHow,
    YesNo,
)

# In the order in which they began.
_AS_BEGUN = ("began_at", "id")


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
class FileInShort:
    """As much of one child's file as stands beside a concern, to be read at a glance.

    `statuses` are those in force. Of files of earlier schools only an unread one is here.
    """

    child: Child
    siblings_here: list[Child] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    professionals: list[Professional] = field(default_factory=list)
    earlier: list[EarlierFileProgress] = field(default_factory=list)
    seen: Sighting | None = None
    alone: Sighting | None = None

    @property
    def social_workers(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession == Profession.SOCIAL_WORKER]

    @property
    def unread_earlier_file(self) -> EarlierFileProgress | None:
        return next((one for one in self.earlier if one.is_unread), None)


@dataclass(frozen=True, kw_only=True)
class ChildFile(FileInShort):
    """One child's file as it is now, with every file of an earlier school."""

    # Whose numbers are shown: the authority in `lives_in`, the child's home authority, if there is
    # one; otherwise the school's.
    authority: Authority
    lives_in: HomeAuthority | None = None
    names_before: list[ChildName] = field(default_factory=list)
    addresses: list[FileAddress] = field(default_factory=list)
    elsewhere: list[FileAdult] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    # The times at this school, the last first.
    enrolments: list[Enrolment] = field(default_factory=list)
    siblings_elsewhere: list[Sibling] = field(default_factory=list)
    ended_statuses: list[Status] = field(default_factory=list)

    @property
    def all_adults(self) -> list[FileAdult]:
        return [adult for address in self.addresses for adult in address.adults] + self.elsewhere

    @property
    def responsible_adults(self) -> list[FileAdult]:
        return list({one.adult.pk: one for one in self.all_adults if one.is_responsible}.values())

    @property
    def other_professionals(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession != Profession.SOCIAL_WORKER]


# What a name in `_lines_in_short` or `_lines_of_whole_file` stands for -> rows, in their order.
FileLines = dict[str, list[Any]]


def load_files_in_short(viewer: Viewer, children: Iterable[Child]) -> list[FileInShort]:
    """What stands beside a concern of the file of each of `children`, in three queries.

    Children whom the viewer may not read about are left out.
    """
    children, here = _find_readable_with_siblings(viewer, list(children))
    lines = _read_lines(viewer, [child.pk for child in children], _compose_lines_in_short)
    by_child = {name: _group_by_child(rows) for name, rows in lines.items()}
    return [
        FileInShort(
            child=child,
            siblings_here=here[child.pk],
            statuses=by_child["in_force"][child.pk],
            professionals=by_child["professionals"][child.pk],
            earlier=[
                _earlier_file_progress(viewer, row, []) for row in by_child["unread"][child.pk]
            ],
            seen=next(iter(by_child["seen"][child.pk]), None),
            alone=next(iter(by_child["alone"][child.pk]), None),
        )
        for child in children
    ]


def load_child_files(viewer: Viewer, children: Iterable[Child]) -> list[ChildFile]:
    """The file of each of `children`, in three queries.

    Children whom the viewer may not read about are left out.
    """
    children, here = _find_readable_with_siblings(viewer, list(children))
    lines = _read_lines(viewer, [child.pk for child in children], _compose_whole_file)
    adults = _FileAdults(lines)
    events = defaultdict(list)
    for event in lines["events"]:
        events[event.file_id].append(event)
    by_child = {
        name: _group_by_child(rows) for name, rows in lines.items() if name not in _NOT_OF_A_CHILD
    }
    return [
        _build_child_file(
            viewer,
            child,
            here[child.pk],
            {name: rows[child.pk] for name, rows in by_child.items()},
            adults,
            events,
        )
        for child in children
    ]


def _build_child_file(
    viewer: Viewer,
    child: Child,
    siblings_here: list[Child],
    lines: FileLines,
    adults: "_FileAdults",
    events: dict[int, list[FileEvent]],
) -> ChildFile:
    return ChildFile(
        child=child,
        lives_in=next(iter(lines["lives_in"]), None),
        authority=_authority_for_file(viewer, lines["lives_in"]),
        enrolments=lines["enrolments"],
        names_before=lines["names"],
        addresses=[
            FileAddress(home, adults.adults_at_home(child, home)) for home in lines["homes"]
        ],
        elsewhere=adults.adults_elsewhere(child, lines["homes"]),
        siblings_here=siblings_here,
        siblings_elsewhere=lines["elsewhere"],
        statuses=[row for row in lines["statuses"] if row.ended_at is None],
        ended_statuses=[row for row in lines["statuses"] if row.ended_at],
        professionals=lines["professionals"],
        languages=lines["languages"],
        earlier=[_earlier_file_progress(viewer, row, events[row.pk]) for row in lines["earlier"]],
        seen=next(iter(lines["seen"]), None),
        alone=next(iter(lines["alone"]), None),
    )


def _lines_in_short(viewer: Viewer, of: list[int]) -> dict[str, QuerySet[Any]]:
    """The rows about the children with the keys `of` that stand beside a concern."""
    return {
        "in_force": Status.objects.not_ended().filter(child__in=of).order_by(*_AS_BEGUN),
        "professionals": Professional.objects.not_ended().filter(child__in=of).order_by(*_AS_BEGUN),
        "unread": EarlierFile.objects.unread_files().filter(child__in=of).order_by(*_AS_BEGUN),
        **_last_sightings(viewer, of),
    }


def _lines_of_whole_file(viewer: Viewer, of: list[int]) -> dict[str, QuerySet[Any]]:
    """All rows of the files of the children with the keys `of`."""

    def not_ended(model: type[ChildFact]) -> QuerySet[Any]:
        return model.objects.not_ended().filter(child__in=of).order_by(*_AS_BEGUN)

    homes = not_ended(Home)
    ties = not_ended(Tie)
    living = AdultHome.objects.not_ended().filter(household__in=homes.values("household"))
    facts = AdultFact.objects.not_ended().order_by(*_AS_BEGUN)
    earlier = EarlierFile.objects.filter(child__in=of).select_related("by", "ended_by")
    events = FileEvent.objects.filter(file__child__in=of).select_related("by")
    return {
        "homes": homes.select_related("household"),
        "ties": ties.select_related("adult"),
        "living": living.select_related("adult").order_by(*_AS_BEGUN),
        # An adult who lives there and has a tie is in both.
        "facts_of_living": facts.filter(adult__in=living.values("adult")),
        "facts_of_tied": facts.filter(adult__in=ties.values("adult")),
        "elsewhere": not_ended(Sibling).filter(other=None),
        "statuses": Status.objects.filter(child__in=of).order_by(*_AS_BEGUN),
        "professionals": not_ended(Professional),
        "languages": not_ended(Language),
        "names": ChildName.objects.former_names().filter(child__in=of).order_by("-until", "-id"),
        "lives_in": not_ended(HomeAuthority).select_related("authority"),
        "enrolments": Enrolment.objects.filter(child__in=of).order_by("-since", "-id"),
        "earlier": earlier.order_by("-id"),
        "events": events.order_by("happened_at", "id"),
        **_last_sightings(viewer, of),
    }


_NOT_OF_A_CHILD = ("living", "facts_of_living", "facts_of_tied", "events")


@cache
def _compose_lines_in_short() -> dict[str, ComposedRows]:
    return _compose_lines(_lines_in_short)


@cache
def _compose_whole_file() -> dict[str, ComposedRows]:
    return _compose_lines(_lines_of_whole_file)


def _compose_lines(
    lines: Callable[[Viewer, list[int]], dict[str, QuerySet[Any]]],
) -> dict[str, ComposedRows]:
    wanted = lines(stand_in_viewer(), [CHILD_STAND_IN])
    return {name: ComposedRows(rows) for name, rows in wanted.items()}


def _read_lines(
    viewer: Viewer, of: list[int], compose: Callable[[], dict[str, ComposedRows]]
) -> FileLines:
    """The rows about the children with the keys `of`. No query without children."""
    composed = compose()
    if not of:
        return {name: [] for name in composed}
    keys = {CHILD_STAND_IN: of, **keys_of_viewer(viewer)}
    found = read_composed_rows([(part, keys) for part in composed.values()])
    return dict(zip(composed, found, strict=True))


def _authority_for_file(viewer: Viewer, lines: list[HomeAuthority]) -> Authority:
    return lines[0].authority if lines else viewer.school.authority


def _group_by_child(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Child key -> those of `rows` about the child, in their order."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.child_id].append(row)
    return found


class _FileAdults:
    """The adults of some children: those in their homes and those with a tie to them."""

    def __init__(self, lines: FileLines):
        self.ties: dict[int, list[Tie]] = _group_by_child(lines["ties"])
        self.homes: dict[int, list[AdultHome]] = defaultdict(list)
        for row in lines["living"]:
            self.homes[row.household_id].append(row)
        self.facts: dict[tuple[int, str], list[AdultFact]] = defaultdict(list)
        living = {row.adult_id for row in lines["living"]}
        tied = [fact for fact in lines["facts_of_tied"] if fact.adult_id not in living]
        for fact in [*lines["facts_of_living"], *tied]:
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

    Child key -> children, in name order; only those the viewer may see. Takes two queries, or one
    if there is nobody.
    """
    keys = [child.pk for child in children]
    pairs = Home.objects.family_or_home_pairs(keys)
    here = _visible_children(viewer, {other for one, other in pairs if one in keys})
    return _group_siblings(keys, pairs, here)


def _find_readable_with_siblings(
    viewer: Viewer, children: list[Child]
) -> tuple[list[Child], dict[int, list[Child]]]:
    """Those of `children` whom the viewer may read about, and as `find_siblings_here`. One query
    asks of all of them whether the viewer may."""
    keys = [child.pk for child in children]
    pairs = Home.objects.family_or_home_pairs(keys)
    here = _visible_children(viewer, {*keys, *(other for _, other in pairs)})
    readable = {child.pk for child in here}
    return [child for child in children if child.pk in readable], _group_siblings(keys, pairs, here)


def _visible_children(viewer: Viewer, keys: set[int]) -> list[Child]:
    rows = Child.objects.visible_to(viewer).filter(pk__in=keys)
    return list(rows.in_surname_order()) if keys else []


def _group_siblings(
    keys: list[int], pairs: set[tuple[int, int]], here: list[Child]
) -> dict[int, list[Child]]:
    return {key: [child for child in here if (key, child.pk) in pairs] for key in keys}


def has_known_siblings(viewer: Viewer, children: list[Child]) -> bool:
    """Whether the file of one of `children` has a brother or sister, here or elsewhere, or another
    child of this school in the same home."""
    elsewhere = Sibling.objects.not_ended().filter(child__in=children, other=None)
    return elsewhere.exists() or any(find_siblings_here(viewer, children).values())


def _earlier_file_progress(
    viewer: Viewer, row: EarlierFile, events: list[FileEvent]
) -> EarlierFileProgress:
    due = calendars.add_school_days(viewer.school.school_calendar, row.at, EARLIER_FILE_DAYS)
    late = lateness_in_school_time(viewer, due) if row.ended_at is None else ""
    return EarlierFileProgress(row, events, due, late)


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
    """Child key -> when the child was last seen, and when last heard alone. No query without
    children."""
    of = [child.pk for child in children]
    rows = _last_sightings(viewer, of) if of else {}
    seen, alone = ({row.child_id: row for row in rows.get(name, ())} for name in ("seen", "alone"))
    return {key: (seen.get(key), alone.get(key)) for key in of}


def _last_sightings(viewer: Viewer, of: list[int]) -> dict[str, QuerySet[Sighting]]:
    """For each of the children with the keys `of` the last time that they were seen, and the last
    time that they were heard alone."""
    newest = Sighting.objects.not_hidden_from(viewer).filter(child=OuterRef("pk"))
    newest = newest.order_by("-happened_at", "-id")
    children = Child.objects.filter(pk__in=of)
    return {
        name: Sighting.objects.filter(
            pk__in=children.values(last=Subquery(rows.values("pk")[:1]))
        ).select_related("by")
        for name, rows in (("seen", newest), ("alone", newest.filter(how=SeenHow.ALONE)))
    }
