"""Reads a page of one child's chronology: everything recorded about them, in order of time.

Each kind of row (`chronology_sources.py`) is queried once, for at most one page of rows after the
place where the previous page ended. The first of all these rows make the page. Of a concern about
several children it has only what was decided, said and sent for this child, as in their story.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from concerns.models.child.child import Child
from concerns.models.school.person import Viewer
from concerns.reading.chronology_sources import SOURCES, ChronologySource
from concerns.reading.when_written import written_later_in_words
from concerns.rules.child_file_vocabulary import ChronologySort
from concerns.rules.reporting_periods import local_midnight
from concerns.rules.wording import format_date_or_time

STAMP = "%Y%m%dT%H%M%S%f"


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

    @property
    def when_in_words(self) -> str:
        """When it happened, as precisely as it was written down."""
        return self.when or format_date_or_time(self.on or self.at)

    @property
    def entry_key(self) -> str:
        """Unique within a chronology: a fact that began and ended has two entries with one uid."""
        return f"{self.uid}{'-ended' if self.ended else ''}"


class ChronologyPlace(NamedTuple):
    """An entry's place in the order of time: when it happened and, at one moment (or on one day
    without a time), when it was written. `source` is its index in SOURCES."""

    at: datetime
    written_at: datetime
    source: int
    uid: uuid.UUID

    def __str__(self) -> str:
        """For use in an address, so it holds no name."""
        moments = [f"{one.astimezone(UTC):{STAMP}}" for one in (self.at, self.written_at)]
        return ".".join([*moments, str(self.source), str(self.uid)])

    @classmethod
    def parse_place(cls, written: str) -> "ChronologyPlace | None":
        """The place that `str` wrote; None if malformed."""
        try:
            *stamps, source, uid = written.split(".")
            at, written_at = (datetime.strptime(one, STAMP).replace(tzinfo=UTC) for one in stamps)
            return cls(at, written_at, int(source), uuid.UUID(uid))
        except ValueError:
            return None


@dataclass(frozen=True)
class ChronologyFilters:
    """Which entries to show, in which order, and after which place. The days are inclusive."""

    sort: str = ""
    since: date | None = None
    until: date | None = None
    newest_first: bool = False
    after: ChronologyPlace | None = None


def read_chronology_page(
    viewer: Viewer, child: Child, wanted: ChronologyFilters, most: int
) -> tuple[list[ChronologyEntry], str]:
    """The first `most` entries that match `wanted`, and the place of the last of them as text, from
    which the next page continues; empty text if there are no more."""
    found: list[tuple[ChronologyPlace, ChronologyEntry]] = []
    for number, source in enumerate(SOURCES):
        if wanted.sort not in ("", source.sort):
            continue
        rows = _filter_by_days(viewer, source.rows(viewer, child), source.moment, wanted)
        rows = _filter_after_place(rows, source, number, wanted)
        way = "-" if wanted.newest_first else ""
        order = [f"{way}{name}" for name in (source.moment, source.written, "uid")]
        for row in rows.order_by(*order)[: most + 1]:
            place = ChronologyPlace(
                getattr(row, source.moment), getattr(row, source.written), number, row.uid
            )
            found.append((place, _build_entry(source, row, place)))
    found.sort(key=lambda pair: pair[0], reverse=wanted.newest_first)
    more = str(found[most - 1][0]) if len(found) > most else ""
    return [entry for _, entry in found[:most]], more


def _build_entry(source: ChronologySource, row: Any, place: ChronologyPlace) -> ChronologyEntry:
    told = source.tell(row)
    return ChronologyEntry(
        at=place.at,
        sort=source.sort,
        uid=row.uid,
        heading=told.heading,
        words=told.words,
        by=row.writer,
        concern=told.concern.uid if told.concern else None,
        reference=told.concern.reference if told.concern else "",
        ended=told.ended,
        on=told.on,
        when=told.when,
        written=written_later_in_words(told.on or place.at, place.written_at),
    )


def _filter_by_days(
    viewer: Viewer, rows: QuerySet[Any], moment: str, wanted: ChronologyFilters
) -> QuerySet[Any]:
    days = viewer.school.school_calendar
    if wanted.since:
        rows = rows.filter(**{f"{moment}__gte": local_midnight(days, wanted.since)})
    if wanted.until:
        rows = rows.filter(**{f"{moment}__date__lte": wanted.until})
    return rows


def _filter_after_place(
    rows: QuerySet[Any], source: ChronologySource, number: int, wanted: ChronologyFilters
) -> QuerySet[Any]:
    if wanted.after is None:
        return rows
    last = wanted.after
    way = "lt" if wanted.newest_first else "gt"
    here = Q(**{source.moment: last.at})
    beyond = Q(**{f"{source.moment}__{way}": last.at})
    beyond |= here & Q(**{f"{source.written}__{way}": last.written_at})
    here &= Q(**{source.written: last.written_at})
    if number == last.source:
        beyond |= here & Q(**{f"uid__{way}": last.uid})
    elif (number < last.source) == wanted.newest_first:
        beyond |= here
    return rows.filter(beyond)
