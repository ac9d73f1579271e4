"""Reads children's files: all that social care asks for in a telephone call.

Files are read for several children at once, one kind of entry at a time, so a page takes the same
number of queries however many children there are. Brothers and sisters at this school are only
those whom the viewer may see. The entries themselves are in `household.py` and `child_fact.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery

from concerns.models.base.composed_rows import (
    KEYS,
    ComposedRows,
    RowsAsked,
    keys_in_list,
    read_by_keys,
)
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
from concerns.models.child.composed_for_viewer import (
    is_composed_for,
    keys_of_viewer,
    stand_in_viewer,
)
from concerns.models.child.earlier_record import EarlierRecord
from concerns.models.child.household import Home, Sibling, Tie
from concerns.models.child.roll_contact import RollContact
from concerns.models.child.roll_detail import LeadDetail, RollDetail
from concerns.models.school.person import Viewer
from concerns.models.school.school import Authority
from concerns.reading.child_file_lines import (
    lines_of_earlier_files,
    lines_of_earlier_records,
    lines_of_file_events,
    lines_of_former_names,
    lines_of_home_authorities,
    lines_of_homes,
    lines_of_languages,
    lines_of_lead_details,
    lines_of_professionals,
    lines_of_roll_contacts,
    lines_of_roll_details,
    lines_of_siblings_elsewhere,
    lines_of_statuses,
    lines_of_statuses_in_force,
    lines_of_ties,
    lines_of_unread_files,
    lines_of_unread_records,
)
from concerns.reading.file_adults import FileAddress, FileAdult, FileAdults
from concerns.reading.kinds_present import find_kinds_present
from concerns.reading.roll_contacts import FileContacts, build_file_contacts
from concerns.rules import calendars
from concerns.rules.calendars import Calendar
from concerns.rules.child_file_vocabulary import (
    EARLIER_FILE_DAYS,
    STATUS_PROPOSED_BY,
    LeadDetailKind,
    Profession,
    RollDetailKind,
    SeenHow,
)


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

    `statuses` are those in force. Of files of earlier schools, and of records that were brought in
    from another system, only those that are unread are here.
    `is_read`: whoever reads a part of categories reads the file of no child of their concerns. Then
    nothing but the child is here, and pages leave out the file rather than call it empty.
    """

    child: Child
    is_read: bool = True
    siblings_here: list[Child] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    professionals: list[Professional] = field(default_factory=list)
    earlier: list[EarlierFileProgress] = field(default_factory=list)
    records: list[EarlierRecord] = field(default_factory=list)
    seen: Sighting | None = None
    alone: Sighting | None = None

    @property
    def social_workers(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession == Profession.SOCIAL_WORKER]

    @property
    def unread_earlier_file(self) -> EarlierFileProgress | None:
        return next((one for one in self.earlier if one.is_unread), None)

    @property
    def unread_records(self) -> list[EarlierRecord]:
        return [row for row in self.records if row.ended_at is None]


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
    siblings_elsewhere: list[Sibling] = field(default_factory=list)
    ended_statuses: list[Status] = field(default_factory=list)
    contacts: FileContacts = field(default_factory=FileContacts)
    # What roll files say now, in the order of their kinds.
    details: list[RollDetail] = field(default_factory=list)
    # What leads wrote of the same, in the same order.
    lead_details: list[LeadDetail] = field(default_factory=list)

    @property
    def proposed_statuses(self) -> list[str]:
        """Statuses that the school's system gives the child and of which none is in force here."""
        said = {one.kind for one in self.details if one.words == "Yes"}
        recorded = {status.kind for status in self.statuses}
        return [
            status.label
            for kind, status in STATUS_PROPOSED_BY.items()
            if kind in said and status not in recorded
        ]

    @property
    def all_adults(self) -> list[FileAdult]:
        return [adult for address in self.addresses for adult in address.adults] + self.elsewhere

    @property
    def responsible_adults(self) -> list[FileAdult]:
        return list({one.adult.pk: one for one in self.all_adults if one.is_responsible}.values())

    @property
    def other_professionals(self) -> list[Professional]:
        return [one for one in self.professionals if one.profession != Profession.SOCIAL_WORKER]


# The kinds of line that a child's file may have, each asked for only if there are any.
_KINDS_IN_SHORT: tuple[type[Model], ...] = (
    Status, Professional, EarlierFile, EarlierRecord, Sighting,
)  # fmt: skip
_KINDS_OF_LINE: tuple[type[Model], ...] = (
    *_KINDS_IN_SHORT, Home, Tie, Sibling, Language, ChildName, HomeAuthority, RollContact,
    RollDetail, LeadDetail,
)  # fmt: skip


_DETAIL_ORDER = [*LeadDetailKind, *RollDetailKind]


def _place_of_detail(row: RollDetail | LeadDetail) -> int:
    return _DETAIL_ORDER.index(row.kind)


def load_files_in_short(viewer: Viewer, children: Iterable[Child]) -> list[FileInShort]:
    """What stands beside a concern of the file of each of `children`, in a fixed number of queries.

    Children whom the viewer may not read about are left out.
    """
    children, of, here = _find_readable_with_siblings(viewer, list(children))
    found = find_kinds_present(_KINDS_IN_SHORT, "child_id", of)
    statuses = _group_by_child(lines_of_statuses_in_force, of, Status in found)
    professionals = _group_by_child(lines_of_professionals, of, Professional in found)
    unread = _group_by_child(lines_of_unread_files, of, EarlierFile in found)
    records = _group_by_child(lines_of_unread_records, of, EarlierRecord in found)
    seen = _find_last_sightings_in_files(viewer, children, of if Sighting in found else [])
    return [
        FileInShort(
            child=child,
            is_read=child.pk in of,
            siblings_here=here[child.pk],
            statuses=statuses[child.pk],
            professionals=professionals[child.pk],
            earlier=[_earlier_file_progress(viewer, row, []) for row in unread[child.pk]],
            records=records[child.pk],
            seen=seen.get(child.pk, (None, None))[0],
            alone=seen.get(child.pk, (None, None))[1],
        )
        for child in children
    ]


def load_child_files(viewer: Viewer, children: Iterable[Child]) -> list[ChildFile]:
    """The file of each of `children`, in a fixed number of queries.

    Children whom the viewer may not read about are left out.
    """
    children, of, here = _find_readable_with_siblings(viewer, list(children))
    found = find_kinds_present(_KINDS_OF_LINE, "child_id", of)
    contacts = _read_roll_contacts(children, of, found)
    homes, adults = _read_homes_and_adults(of, found, contacts)
    details = _group_by_child(lines_of_roll_details, of, RollDetail in found)
    written = _group_by_child(lines_of_lead_details, of, LeadDetail in found)
    elsewhere = _group_by_child(lines_of_siblings_elsewhere, of, Sibling in found)
    statuses = _group_by_child(lines_of_statuses, of, Status in found)
    professionals = _group_by_child(lines_of_professionals, of, Professional in found)
    languages = _group_by_child(lines_of_languages, of, Language in found)
    earlier = _earlier_files_by_child(viewer, of if EarlierFile in found else [])
    seen = _find_last_sightings_in_files(viewer, children, of if Sighting in found else [])
    records = _group_by_child(lines_of_earlier_records, of, EarlierRecord in found)
    names = _group_by_child(lines_of_former_names, of, ChildName in found)
    lives_in = _group_by_child(lines_of_home_authorities, of, HomeAuthority in found)
    return [
        ChildFile(
            child=child,
            is_read=child.pk in of,
            lives_in=next(iter(lives_in[child.pk]), None),
            authority=_authority_for_file(viewer, lives_in[child.pk]),
            names_before=names[child.pk],
            addresses=adults.addresses_of(child, homes[child.pk]),
            elsewhere=adults.adults_elsewhere(child, homes[child.pk]),
            siblings_here=here[child.pk],
            siblings_elsewhere=elsewhere[child.pk],
            statuses=[row for row in statuses[child.pk] if row.ended_at is None],
            ended_statuses=[row for row in statuses[child.pk] if row.ended_at],
            professionals=professionals[child.pk],
            languages=languages[child.pk],
            contacts=contacts[child.pk],
            details=sorted(details[child.pk], key=_place_of_detail),
            lead_details=sorted(written[child.pk], key=_place_of_detail),
            earlier=earlier[child.pk],
            records=records[child.pk],
            seen=seen.get(child.pk, (None, None))[0],
            alone=seen.get(child.pk, (None, None))[1],
        )
        for child in children
    ]


def _read_roll_contacts(
    children: list[Child], of: list[int], found: set[type[Model]]
) -> dict[int, FileContacts]:
    rows = _group_by_child(lines_of_roll_contacts, of, RollContact in found)
    return {child.pk: build_file_contacts(rows[child.pk]) for child in children}


def _read_homes_and_adults(
    of: list[int], found: set[type[Model]], contacts: dict[int, FileContacts]
) -> tuple[dict[int, list[Home]], FileAdults]:
    homes = _group_by_child(lines_of_homes, of, Home in found)
    at = {home.household_id for rows in homes.values() for home in rows}
    ties = _group_by_child(lines_of_ties, of, Tie in found)
    return homes, FileAdults(ties, at, contacts)


def _authority_for_file(viewer: Viewer, lines: list[HomeAuthority]) -> Authority:
    return lines[0].authority if lines else viewer.school.authority


def _group_by_child(rows: RowsAsked, of: list[int], are_there: bool) -> dict[int, list[Any]]:
    """Child key -> those of `rows` about the children with the keys `of`, in their order. No query
    if it is known that none `are_there`."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in read_by_keys(rows, "child", of if are_there else ()):
        found[row.child_id].append(row)
    return found


def find_siblings_here(viewer: Viewer, children: Iterable[Child]) -> dict[int, list[Child]]:
    """Brothers, sisters and other children of the same homes who are at this school.

    Child key -> children, in name order; only those the viewer may see, and nobody for a child
    whose file they do not read. Takes two queries, or one if there is nobody.
    """
    keys = [child.pk for child in children]
    pairs = _pairs_in_files(Child.objects.keys_with_file(viewer, keys))
    here = _visible_children(viewer, {other for _, other in pairs})
    return _group_siblings(keys, pairs, here)


def _pairs_in_files(keys: set[int]) -> set[tuple[int, int]]:
    """(child key, key of a brother, a sister or another child of the home) of the files `keys`."""
    return {pair for pair in Home.objects.family_or_home_pairs(keys) if pair[0] in keys}


def _find_readable_with_siblings(
    viewer: Viewer, children: list[Child]
) -> tuple[list[Child], list[int], dict[int, list[Child]]]:
    """Those of `children` whom the viewer may read about, the keys of those of them whose file they
    may read, and as `find_siblings_here`. One query asks of all of them whether the viewer may read
    about them."""
    keys = [child.pk for child in children]
    with_file = Child.objects.keys_with_file(viewer, keys)
    pairs = _pairs_in_files(with_file)
    here = _visible_children(viewer, {*keys, *(other for _, other in pairs)})
    readable = {child.pk for child in here}
    return (
        [child for child in children if child.pk in readable],
        [key for key in keys if key in readable & with_file],
        _group_siblings(keys, pairs, here),
    )


def _visible_children(viewer: Viewer, keys: set[int]) -> list[Child]:
    """Those of the children with `keys` whom the viewer may read about, in the order of names."""
    if not keys:
        return []
    if not is_composed_for(viewer) or len(keys) > len(KEYS):
        return list(_children_in_order(viewer, keys))
    return _compose_visible_children().fetch(keys_of_viewer(viewer) | keys_in_list(list(keys)))


@cache
def _compose_visible_children() -> ComposedRows[Child]:
    return ComposedRows(_children_in_order(stand_in_viewer(), KEYS))


def _children_in_order(viewer: Viewer, keys: Collection[int]) -> QuerySet[Child]:
    return Child.objects.visible_to(viewer).filter(pk__in=keys).in_surname_order()


def _group_siblings(
    keys: list[int], pairs: set[tuple[int, int]], here: list[Child]
) -> dict[int, list[Child]]:
    return {key: [child for child in here if (key, child.pk) in pairs] for key in keys}


def has_known_siblings(viewer: Viewer, children: list[Child]) -> bool:
    """Whether the file of one of `children` has a brother or sister, here or elsewhere, or another
    child of this school in the same home."""
    elsewhere = Sibling.objects.not_ended().filter(child__in=children, other=None)
    return elsewhere.exists() or any(find_siblings_here(viewer, children).values())


def _earlier_files_by_child(viewer: Viewer, of: list[int]) -> dict[int, list[EarlierFileProgress]]:
    """Child key -> files of earlier schools, the last first. No query without children."""
    rows = read_by_keys(lines_of_earlier_files, "child", of)
    events: dict[int, list[FileEvent]] = defaultdict(list)
    for event in read_by_keys(lines_of_file_events, "file", [row.pk for row in rows]):
        events[event.file_id].append(event)
    found: dict[int, list[EarlierFileProgress]] = defaultdict(list)
    for row in rows:
        found[row.child_id].append(_earlier_file_progress(viewer, row, events[row.pk]))
    return found


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


def _find_last_sightings_in_files(
    viewer: Viewer, children: list[Child], of: list[int]
) -> dict[int, tuple[Sighting | None, Sighting | None]]:
    """As `find_last_sightings`, of those of `children` with the keys `of`."""
    return find_last_sightings(viewer, [child for child in children if child.pk in of])


def find_last_sightings(
    viewer: Viewer, children: list[Child]
) -> dict[int, tuple[Sighting | None, Sighting | None]]:
    """Child key -> when the child was last seen, and when last heard alone. No query without
    children."""
    keys = [child.pk for child in children]
    last: dict[int, tuple[Sighting | None, Sighting | None]] = {}
    for row in _read_last_sightings(viewer, keys) if keys else ():
        seen, alone = last.get(row.child_id, (None, None))
        heard = row if row.how == SeenHow.ALONE else None
        last[row.child_id] = (seen or row, alone or heard)
    return {key: last.get(key, (None, None)) for key in keys}


def _read_last_sightings(viewer: Viewer, keys: list[int]) -> Sequence[Sighting]:
    """The last sighting of each of the children with `keys`, and the last at which they were heard
    alone, the newest first. One query."""
    if not is_composed_for(viewer) or len(keys) > len(KEYS):
        return list(_last_sightings(viewer, keys))
    return _compose_last_sightings().fetch(keys_of_viewer(viewer) | keys_in_list(keys))


@cache
def _compose_last_sightings() -> ComposedRows[Sighting]:
    return ComposedRows(_last_sightings(stand_in_viewer(), KEYS))


def _last_sightings(viewer: Viewer, keys: Sequence[int]) -> QuerySet[Sighting]:
    newest = Sighting.objects.not_hidden_from(viewer).filter(child=OuterRef("pk"))
    newest = newest.order_by("-happened_at", "-id")
    children = Child.objects.filter(pk__in=keys)
    seen, alone = (
        children.values_list(Subquery(rows.values("pk")[:1]))
        for rows in (newest, newest.filter(how=SeenHow.ALONE))
    )
    rows = Sighting.objects.filter(pk__in=seen.union(alone, all=True))
    return rows.select_related("by").order_by("-happened_at", "-id")
