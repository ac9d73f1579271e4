"""This file knows how a child's chronology is opened, and made into a print with no other child.

In the print every name of another child of the school is covered, unless whoever makes it says that
one is to stay; what else may tell of another child they write down, and it is covered too. What was
covered is said in the print.
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
# More than any child has had written of them; a print of more says that it is not all.
MOST = 2_000
CALLED = ("surname", "forename", "known_as")


@dataclass(frozen=True)
class Chronicle:
    child: Child
    entries: list[Entry]
    more: str


@dataclass(frozen=True)
class Line:
    """An entry in a print: its heading and its words, cut where another child's name stands."""

    entry: Entry
    heading: list[Piece]
    words: list[Piece]
    shown: frozenset[str]

    @property
    def names(self) -> list[tuple[str, str]]:
        """(by which key it is left in the print, the name), of each that was found."""
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
    child: Child
    lines: list[Line]
    more: bool
    names: Names

    @property
    def hidden(self) -> int:
        """How many names are covered."""
        return sum(line.hidden for line in self.lines)

    def covered(self, words: str) -> str:
        """`words` from beside the chronology, with every name of another child covered."""
        return masking.covered(self.names.pieces(words))


def opened(viewer: Viewer, uid, wanted: Wanted) -> Chronicle:
    """A page of it. Recorded, with the concerns it shows. Raises Http404."""
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
    """All of it that is wanted, as it is looked over, or (`made`) as it leaves. Recorded."""
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
    """Every other child of the school by whole name; those about whom one may well be writing - at
    home, in class, in the same concern - by forename too; and what was written down to be covered.
    What a child was called before is covered as what they are called now.
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
    # A print about the child says the child's own names.
    return Names(names, less=own)
