"""Reads a page of one child's chronology: everything recorded about them, in order of time.

One query finds the places of a page (`chronology_places.py`), after the place where the previous
page ended; then the rows at these places are read, with one query for each
kind that is among them. Of a concern about several children it has only what was decided, said and
sent for this child.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from concerns.models.base.composed_rows import UIDS, ComposedRows, uids_in_list
from concerns.models.child.child import Child
from concerns.models.child.composed_for_viewer import (
    is_composed_for,
    keys_of_viewer,
    stand_in_child,
    stand_in_viewer,
)
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.reading.chronology_entry import ChronologySource, EntryText
from concerns.reading.chronology_places import (
    ChronologyFilters,
    ChronologyPlace,
    find_places,
)
from concerns.reading.chronology_sources import SOURCES
from concerns.reading.when_written import written_later_in_words
from concerns.rules.child_file_vocabulary import ChronologySort
from concerns.rules.wording import day_in_short, format_date_or_time, shorten_to_one_line

# Letters of a rough date in a narrow column.
MOST_OF_WHEN = 24


@dataclass(frozen=True)
class ChronologyEntry:
    """One event in the child's chronology."""

    at: datetime
    sort: ChronologySort
    uid: uuid.UUID
    heading: str
    words: str
    by: str = ""
    concern: uuid.UUID | None = None
    reference: str = ""
    ended: bool = False
    # The day, if only a day was written down. None if `at` is the time, or if no day is known.
    on: date | None = None
    # When it happened in the writer's own precision, if they gave one: "About 5 November 2026".
    when: str = ""
    # When it was written down, in words, if that was later than it happened.
    written: str = ""
    # For a concern itself: where it stands, and its primary key.
    state: str = ""
    concern_key: int | None = None
    # Whether it was brought in from another system.
    is_brought: bool = False
    # Of a file that can be opened: its name, and the URL name of the page that gives it out.
    file_name: str = ""
    opened_by: str = ""

    @property
    def when_in_words(self) -> str:
        """When it happened, as precisely as it was written down."""
        return self.when or format_date_or_time(self.on or self.at)

    @property
    def is_vague(self) -> bool:
        """Whether its writer was not sure when it happened."""
        return bool(self.when) and self.when != format_date_or_time(self.on or self.at)

    @property
    def day_in_short(self) -> str:
        """The day for a narrow column: "26 Nov 2026". What was brought in without a day is as it
        was written there: "May 2021"."""
        if self.is_brought and self.when:
            return shorten_to_one_line(self.when, MOST_OF_WHEN)
        return day_in_short(self.on or self.at)

    @property
    def entry_key(self) -> str:
        """Unique within a chronology: a fact that began and ended has two entries with one uid."""
        return f"{self.uid}{'-ended' if self.ended else ''}"


def read_chronology_page(
    viewer: Viewer, child: Child, wanted: ChronologyFilters, most: int
) -> tuple[list[ChronologyEntry], str]:
    """The first `most` entries that match `wanted`, and the place of the last of them as text, from
    which the next page continues; empty text if there are no more.

    No entries if the viewer may not read about `child`.
    """
    found = find_places(viewer, child, wanted, most + 1)
    shown = found[:most]
    more = str(shown[-1]) if len(found) > most else ""
    return _load_entries(viewer, child, shown), more


def _load_entries(
    viewer: Viewer, child: Child, places: list[ChronologyPlace]
) -> list[ChronologyEntry]:
    """The entries at `places`, in their order: one query for each kind of row among them."""
    keys: dict[int, list[uuid.UUID]] = defaultdict(list)
    for place in places:
        keys[place.source].append(place.uid)
    read = _rows_reader(viewer, child)
    rows = {(number, row.uid): row for number, uids in keys.items() for row in read(number, uids)}
    return [
        _build_entry(SOURCES[place.source], rows[place.source, place.uid], place)
        for place in places
        if (place.source, place.uid) in rows
    ]


def _rows_reader(viewer: Viewer, child: Child) -> Callable[[int, list[uuid.UUID]], Iterable[Any]]:
    """A function that reads those rows of the source with a number that have one of some uids."""

    def read_afresh(number: int, uids: list[uuid.UUID]) -> Iterable[Any]:
        return SOURCES[number].rows(viewer, child).filter(uid__in=uids)

    if not is_composed_for(viewer):
        return read_afresh
    keys = keys_of_viewer(viewer, child)

    def read_composed(number: int, uids: list[uuid.UUID]) -> Iterable[Any]:
        if len(uids) > len(UIDS):
            return read_afresh(number, uids)
        return _compose_rows(number).fetch(keys | uids_in_list(uids))

    return read_composed


@cache
def _compose_rows(number: int) -> ComposedRows[Any]:
    rows = SOURCES[number].rows(stand_in_viewer(), stand_in_child())
    return ComposedRows(rows.filter(uid__in=UIDS))


def _written_later(told: EntryText, place: ChronologyPlace) -> str:
    """When it was written down, if that was later; nothing of what was brought in, which says so
    itself."""
    if told.brought:
        return ""
    return written_later_in_words(told.on or told.over_at or place.at, place.written_at)


def _build_entry(source: ChronologySource, row: Any, place: ChronologyPlace) -> ChronologyEntry:
    told = source.tell(row)
    return ChronologyEntry(
        at=place.at,
        sort=source.sort,
        uid=row.uid,
        heading=told.heading,
        words=told.words,
        by=told.brought or row.writer,
        concern=told.concern.uid if told.concern else None,
        reference=told.concern.reference if told.concern else "",
        ended=told.ended,
        on=told.on,
        when=told.when,
        written=_written_later(told, place),
        state=getattr(row, "state", ""),
        concern_key=row.pk if isinstance(row, Concern) else None,
        is_brought=bool(told.brought),
        file_name=told.file_name,
        opened_by=told.opened_by,
    )
