"""Reads a child's chronology, and makes a print of it without the names of other children.

The print covers the name of every other child of the school, unless the person printing says that a
name stays. They can also list further names to cover. The print says how many names are covered.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from concerns.doors import sight
from concerns.models import Child, ChildName, Concern, Viewer
from concerns.paper import name_covering
from concerns.paper.name_covering import Name, NamesToCover, TextPiece
from concerns.reading import child_file, chronology
from concerns.reading.chronology import ChronologyEntry
from concerns.reading.chronology_places import ChronologyFilters, ChronologyPlace
from concerns.rules.kinds import Kind

PAGE = 50
# Entries that are read at once where all are wanted.
AT_ONCE = 500
# Most entries in one print. No child has had so many; a longer print says that it is cut short.
MOST = 2_000
CALLED = ("surname", "known_surname", "forename", "known_as")


@dataclass(frozen=True)
class ChildChronology:
    """One page of a child's chronology. `more` is the place to read on from, empty at the end."""

    child: Child
    entries: list[ChronologyEntry]
    more: str


@dataclass(frozen=True)
class PrintedEntry:
    """One entry of a print, its heading and words split at the names of other children.

    `shown` are the keys of names that the person printing wants left readable.
    """

    entry: ChronologyEntry
    heading: list[TextPiece]
    words: list[TextPiece]
    shown: frozenset[str]

    @property
    def found_names(self) -> list[tuple[str, str]]:
        """(key, name) for each name found. A key in `shown` leaves its name readable."""
        parts = (("h", self.heading), ("w", self.words))
        return [
            (f"{self.entry.entry_key}.{part}{piece.number}", piece.words)
            for part, pieces in parts
            for piece in pieces
            if piece.found
        ]

    def _cover_part(self, part: str, pieces: list[TextPiece]) -> str:
        start = f"{self.entry.entry_key}.{part}"
        own = {key.removeprefix(start) for key in self.shown if key.startswith(start)}
        return name_covering.cover_names(
            pieces, {int(number) for number in own if number.isdecimal()}
        )

    @property
    def printed_heading(self) -> str:
        return self._cover_part("h", self.heading)

    @property
    def printed_words(self) -> str:
        return self._cover_part("w", self.words)

    @property
    def covered_name_count(self) -> int:
        return sum(key not in self.shown for key, _ in self.found_names)


@dataclass(frozen=True)
class ChronologyPrint:
    """A child's chronology for printing. `more`: there are more entries than fit in one print."""

    child: Child
    lines: list[PrintedEntry]
    more: bool
    names: NamesToCover

    @property
    def total_covered_names(self) -> int:
        """How many names are covered in all entries together."""
        return sum(line.covered_name_count for line in self.lines)

    def cover_other_children(self, words: str) -> str:
        """`words` from outside the chronology, with every name of another child covered."""
        return name_covering.cover_names(self.names.split_at_names(words))


def read_chronology(viewer: Viewer, uid: uuid.UUID, wanted: ChronologyFilters) -> ChildChronology:
    """One page of the chronology of child `uid`. Records the reading and the concerns it shows.

    Raises Http404 if the viewer may not see the child.
    """
    return _load_chronology(viewer, uid, wanted, PAGE, Kind.STORY, "chronology")


def read_chronology_print(
    viewer: Viewer,
    uid: uuid.UUID,
    wanted: ChronologyFilters,
    *,
    made: bool,
    shown: Iterable[str] = (),
    also: str = "",
    what: str = "a chronology",
) -> ChronologyPrint:
    """The chronology of child `uid` for printing, filtered by `wanted`. Recorded.

    `made` is False for the preview, which is recorded as reading, and True for the print itself,
    which is recorded as taken out, with `what` it is for. `shown` are the keys of names to leave
    readable; `also` holds further names to cover, one to a line. Raises Http404 if the viewer may
    not see the child.
    """
    kind, reason = (Kind.EXPORTED, f"printed {what}") if made else (Kind.STORY, "to print")
    found = _load_chronology(viewer, uid, wanted, MOST, kind, reason)
    return _split_at_other_names(viewer, found, frozenset(shown), also)


def read_whole_chronology(
    viewer: Viewer,
    uid: uuid.UUID,
    *,
    kind: Kind,
    reason: str,
    most: int,
    shown: Iterable[str] = (),
    also: str = "",
) -> ChronologyPrint:
    """As `read_chronology_print`, of every entry, however many there are, up to `most`; `more` says
    whether there are more still. Recorded as `kind` for `reason`. Raises Http404."""
    child = sight.get_child_of_page(viewer, uid)
    entries: list[ChronologyEntry] = []
    wanted = ChronologyFilters()
    more = "?"
    while more and len(entries) < most:
        at_once = min(AT_ONCE, most - len(entries))
        some, more = chronology.read_chronology_page(viewer, child, wanted, at_once)
        entries += some
        wanted = ChronologyFilters(after=ChronologyPlace.parse_place(more))
    found = ChildChronology(child, entries, more)
    _record_chronology(viewer, found, kind, reason)
    return _split_at_other_names(viewer, found, frozenset(shown), also)


def _split_at_other_names(
    viewer: Viewer, found: ChildChronology, shown: frozenset[str], also: str
) -> ChronologyPrint:
    names = collect_names_to_cover(viewer, found.child, also)
    lines = [
        PrintedEntry(
            entry, names.split_at_names(entry.heading), names.split_at_names(entry.words), shown
        )
        for entry in found.entries
    ]
    return ChronologyPrint(found.child, lines, bool(found.more), names)


def _load_chronology(
    viewer: Viewer, uid: uuid.UUID, wanted: ChronologyFilters, most: int, kind: Kind, reason: str
) -> ChildChronology:
    child = sight.get_child_of_page(viewer, uid)
    entries, more = chronology.read_chronology_page(viewer, child, wanted, most)
    found = ChildChronology(child, entries, more)
    _record_chronology(viewer, found, kind, reason)
    return found


def _record_chronology(viewer: Viewer, found: ChildChronology, kind: Kind, reason: str) -> None:
    concerns = dict.fromkeys(entry.concern for entry in found.entries if entry.concern)
    uid = found.child.uid
    sight.record_reading(viewer, kind, reason, about=uid, children=[uid], shown=list(concerns))


def collect_names_to_cover(viewer: Viewer, child: Child, also: str) -> NamesToCover:
    """The names to cover in a print about `child`.

    Every other child of the school is covered by full name. Siblings, classmates and children in
    the same concerns are also covered by forename alone, because people write about them that way.
    Former names count as well as current ones. `also` adds further names, one to a line.
    """
    concerns = Concern.objects.visible_by_key_to(viewer).involving_children(child.pk).values("pk")
    beside = Child.objects.of_school(viewer).filter(concern_rows__concern__in=concerns)
    near = set(beside.values_list("pk", flat=True))
    near |= {one.pk for one in child_file.find_siblings_here(viewer, [child])[child.pk]}
    rows = list(Child.objects.of_school(viewer).values_list("pk", *CALLED, "year", "class_name"))
    near |= {pk for pk, *_, year, group in rows if (year, group) == (child.year, child.class_name)}
    called = [row[:5] for row in rows]
    called += (
        ChildName.objects.former_names().filter(school=viewer.school).values_list("child", *CALLED)
    )
    names = {name_covering.split_name_words(line) for line in also.splitlines()}
    own: set[Name] = set()
    for pk, surname, known_surname, *first in called:
        found = own if pk == child.pk else names
        for one in filter(None, first):
            for last in filter(None, (surname, known_surname)):
                found.add(name_covering.split_name_words(one, last))
            if pk in near:
                found.add(name_covering.split_name_words(one))
    # The child's own names stay readable, even where another child has the same.
    return NamesToCover(names, less=own)
