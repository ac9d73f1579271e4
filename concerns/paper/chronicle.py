"""Reads a child's chronology, and makes a print of it without the names of other children.

The print covers the name of every other child of the school, unless the person printing says that a
name stays. They can also list further names to cover. The print says how many names are covered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from concerns.doors import sight
from concerns.models import Child, ChildName, Concern, Viewer, chronology, file
from concerns.models.chronology import Entry, Wanted
from concerns.paper import masking
from concerns.paper.masking import Names, Piece
from concerns.rules.kinds import Kind

PAGE = 50
# Most entries in one print. No child has had so many; a longer print says that it is cut short.
MOST = 2_000
CALLED = ("surname", "forename", "known_as")


@dataclass(frozen=True)
class Chronicle:
    """One page of a child's chronology. `more` is the place to read on from, empty at the end."""

    child: Child
    entries: list[Entry]
    more: str


@dataclass(frozen=True)
class Line:
    """One entry of a print, its heading and words split at the names of other children.

    `shown` are the keys of names that the person printing wants left readable.
    """

    entry: Entry
    heading: list[Piece]
    words: list[Piece]
    shown: frozenset[str]

    @property
    def names(self) -> list[tuple[str, str]]:
        """(key, name) for each name found. A key in `shown` leaves its name readable."""
        parts = (("h", self.heading), ("w", self.words))
        return [
            (f"{self.entry.key}.{part}{piece.number}", piece.words)
            for part, pieces in parts
            for piece in pieces
            if piece.found
        ]

    def _covered(self, part: str, pieces: list[Piece]) -> str:
        start = f"{self.entry.key}.{part}"
        own = {key.removeprefix(start) for key in self.shown if key.startswith(start)}
        return masking.covered(pieces, {int(number) for number in own if number.isdecimal()})

    @property
    def printed_heading(self) -> str:
        return self._covered("h", self.heading)

    @property
    def printed_words(self) -> str:
        return self._covered("w", self.words)

    @property
    def hidden(self) -> int:
        return sum(key not in self.shown for key, _ in self.names)


@dataclass(frozen=True)
class Print:
    """A child's chronology for printing. `more`: there are more entries than fit in one print."""

    child: Child
    lines: list[Line]
    more: bool
    names: Names

    @property
    def hidden(self) -> int:
        """How many names are covered in all entries together."""
        return sum(line.hidden for line in self.lines)

    def covered(self, words: str) -> str:
        """`words` from outside the chronology, with every name of another child covered."""
        return masking.covered(self.names.pieces(words))


def opened(viewer: Viewer, uid, wanted: Wanted) -> Chronicle:
    """One page of the chronology of child `uid`. Records the reading and the concerns it shows.

    Raises Http404 if the viewer may not see the child.
    """
    return _opened(viewer, uid, wanted, PAGE, Kind.STORY, "chronology")


def printed(
    viewer: Viewer,
    uid,
    wanted: Wanted,
    *,
    made: bool,
    shown: Iterable[str] = (),
    also: str = "",
    what: str = "a chronology",
) -> Print:
    """The chronology of child `uid` for printing, filtered by `wanted`. Recorded.

    `made` is False for the preview, which is recorded as reading, and True for the print itself,
    which is recorded as taken out, with `what` it is for. `shown` are the keys of names to leave
    readable; `also` holds further names to cover, one to a line. Raises Http404 if the viewer may
    not see the child.
    """
    kind, reason = (Kind.EXPORTED, f"printed {what}") if made else (Kind.STORY, "to print")
    found = _opened(viewer, uid, wanted, MOST, kind, reason)
    names = _names(viewer, found.child, also)
    shown = frozenset(shown)
    lines = [
        Line(entry, names.pieces(entry.heading), names.pieces(entry.words), shown)
        for entry in found.entries
    ]
    return Print(found.child, lines, bool(found.more), names)


def _opened(viewer: Viewer, uid, wanted: Wanted, most: int, kind: Kind, reason: str) -> Chronicle:
    child = sight.one(viewer, Child.objects.visible_to(viewer), uid)
    entries, more = chronology.page(viewer, child, wanted, most)
    concerns = dict.fromkeys(entry.concern for entry in entries if entry.concern)
    told = {"about": child.uid, "children": [child.uid], "shown": list(concerns)}
    sight.looked(viewer, kind, reason, **told)
    return Chronicle(child, entries, more)


def _names(viewer: Viewer, child: Child, also: str) -> Names:
    """The names to cover in a print about `child`.

    Every other child of the school is covered by full name. Siblings, classmates and children in
    the same concerns are also covered by forename alone, because people write about them that way.
    Former names count as well as current ones. `also` adds further names, one to a line.
    """
    concerns = Concern.objects.visible_to(viewer).of(child.pk).values("pk")
    beside = Child.objects.of_school(viewer).filter(concern_rows__concern__in=concerns)
    near = set(beside.values_list("pk", flat=True))
    near |= {one.pk for one in file.siblings_here(viewer, [child])[child.pk]}
    rows = list(Child.objects.of_school(viewer).values_list("pk", *CALLED, "year", "class_name"))
    near |= {pk for pk, *_, year, group in rows if (year, group) == (child.year, child.class_name)}
    called = [row[:4] for row in rows]
    called += ChildName.objects.before().filter(school=viewer.school).values_list("child", *CALLED)
    names, own = {masking.name(line) for line in also.splitlines()}, set()
    for pk, surname, *first in called:
        found = own if pk == child.pk else names
        for one in filter(None, first):
            found.add(masking.name(one, surname))
            if pk in near:
                found.add(masking.name(one))
    # The child's own names stay readable, even where another child has the same.
    return Names(names, less=own)
