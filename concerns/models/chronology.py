"""This file knows one child's chronology: everything written of them, in the order of time.

Each kind of row is asked for once, a page of it at most, behind the place the page before came to;
the page is what comes first of them all. Of a concern about several children only what was decided,
said and sent for this one is there, as in their story.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.db.models import Q

from concerns.models.child import Child
from concerns.models.person import Viewer
from concerns.models.sources import SOURCES
from concerns.rules.homes import Sort
from concerns.rules.spans import midnight

STAMP = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class Entry:
    """One thing that happened, for this child."""

    at: datetime
    sort: Sort
    uid: uuid.UUID
    heading: str
    words: str
    by: str = ""
    concern: uuid.UUID | None = None
    reference: str = ""
    ended: bool = False
    # Where only a day was written, or none.
    on: date | None = None

    @property
    def day(self) -> date | datetime:
        """When, as it was written."""
        return self.on or self.at

    @property
    def key(self) -> str:
        """A line that began and ended is told twice."""
        return f"{self.uid}{'-ended' if self.ended else ''}"


class Place(NamedTuple):
    """Where in the order an entry stands."""

    at: datetime
    source: int
    uid: uuid.UUID

    def __str__(self):
        """For an address: no name in it."""
        return f"{self.at.astimezone(UTC):{STAMP}}.{self.source}.{self.uid}"

    @classmethod
    def read(cls, written: str) -> "Place | None":
        try:
            at, source, uid = written.split(".")
            moment = datetime.strptime(at, STAMP).replace(tzinfo=UTC)
            return cls(moment, int(source), uuid.UUID(uid))
        except ValueError:
            return None


@dataclass(frozen=True)
class Wanted:
    """Which part of it, in which order, behind which place."""

    sort: str = ""
    since: date | None = None
    until: date | None = None
    newest_first: bool = False
    after: Place | None = None


def page(viewer: Viewer, child: Child, wanted: Wanted, most: int) -> tuple[list[Entry], str]:
    """The first `most` entries that are wanted, and the place behind which the others stand."""
    found: list[tuple[Place, Entry]] = []
    for number, source in enumerate(SOURCES):
        if wanted.sort not in ("", source.sort):
            continue
        rows = _between(viewer, source.rows(viewer, child), source.moment, wanted)
        rows = _behind(rows, source.moment, number, wanted)
        way = "-" if wanted.newest_first else ""
        for row in rows.order_by(f"{way}{source.moment}", f"{way}uid")[: most + 1]:
            at = getattr(row, source.moment)
            entry = Entry(at, source.sort, row.uid, **source.tell(row))
            found.append((Place(at, number, row.uid), entry))
    found.sort(key=lambda pair: pair[0], reverse=wanted.newest_first)
    more = str(found[most - 1][0]) if len(found) > most else ""
    return [entry for _, entry in found[:most]], more


def _between(viewer: Viewer, rows, moment: str, wanted: Wanted):
    days = viewer.school.days
    if wanted.since:
        rows = rows.filter(**{f"{moment}__gte": midnight(days, wanted.since)})
    if wanted.until:
        rows = rows.filter(**{f"{moment}__date__lte": wanted.until})
    return rows


def _behind(rows, moment: str, number: int, wanted: Wanted):
    if wanted.after is None:
        return rows
    at, source, uid = wanted.after
    way = "lt" if wanted.newest_first else "gt"
    beyond = Q(**{f"{moment}__{way}": at})
    if number == source:
        beyond |= Q(**{moment: at, f"uid__{way}": uid})
    elif (number < source) == wanted.newest_first:
        beyond |= Q(**{moment: at})
    return rows.filter(beyond)
