"""Finds the places of a page among all kinds of row of a chronology, in one query.

That query unites one for each kind of row (`chronology_sources.py`). To compose it takes Django a
hundred times as long as to send it, so it is composed once in a process, with stand-ins for the
keys of the child and the viewer (`composed_rows.py`). What narrows it further (days, the place to
go on from) is added around it.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    DateTimeField,
    F,
    Field,
    IntegerField,
    QuerySet,
    UUIDField,
    Value,
)

from concerns.models.base.composed_rows import Keys
from concerns.models.child.child import Child
from concerns.models.child.composed_for_viewer import (
    is_composed_for,
    keys_of_viewer,
    stand_in_child,
    stand_in_viewer,
)
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.reading.chronology_sources import SOURCES
from concerns.reading.concern_categories import in_category
from concerns.rules.reporting_periods import day_after, local_midnight

STAMP = "%Y%m%dT%H%M%S%f"
COLUMNS = ("place_at", "place_written", "place_source", "uid")
_ALL = ", ".join(COLUMNS)
_MOMENT: "Field[Any, Any]" = DateTimeField()
_UID: "Field[Any, Any]" = UUIDField()
_CATEGORY = "stand-in for a category"


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
            return cls(at, written_at, min(int(source), len(SOURCES)), uuid.UUID(uid))
        except ValueError:
            return None


class ChronologyFilters(NamedTuple):
    """Which entries to show: of one sort, or of all (""); with a category only what is on
    concerns in it; between two days, both included; after a place; in which order."""

    sort: str = ""
    category: str = ""
    since: date | None = None
    until: date | None = None
    after: ChronologyPlace | None = None
    newest_first: bool = False


def find_places(
    viewer: Viewer, child: Child, wanted: ChronologyFilters, most: int
) -> list[ChronologyPlace]:
    """The first `most` places. Only of rows that `viewer` may read, and none if they may not read
    about `child`."""
    parts, narrowing = _narrow(viewer, wanted)
    keys: Keys = {_CATEGORY: wanted.category}
    if is_composed_for(viewer):
        sql, given = _compose_union(wanted.sort, bool(wanted.category))
        readable, asked = _compose_readable()
        keys |= keys_of_viewer(viewer, child)
        parts = [f"EXISTS ({readable})", *parts]
        narrowing = [*asked, *narrowing]
    elif Child.objects.visible_to(viewer).filter(pk=child.pk).exists():
        sql, given = _unite(_place_queries(viewer, child, wanted.sort, bool(wanted.category)))
    else:
        return []
    if not sql:
        return []
    parameters: list[Any] = [keys.get(one, one) for one in (*given, *narrowing)]
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    way = "DESC" if wanted.newest_first else "ASC"
    order = ", ".join(f"{name} {way}" for name in COLUMNS)
    # The words of the statement are Django's and this file's own; what was asked is in parameters.
    statement = f"SELECT {_ALL} FROM ({sql}) AS places{where} ORDER BY {order} LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, most])
        rows = cursor.fetchall()
    return [ChronologyPlace(_moment(a), _moment(w), number, _uid(u)) for a, w, number, u in rows]


def _narrow(viewer: Viewer, wanted: ChronologyFilters) -> tuple[list[str], list[Any]]:
    """The conditions that the days and the place to go on from add, and their parameters."""
    days = viewer.school.school_calendar
    parts: list[str] = []
    given: list[Any] = []
    if wanted.since:
        parts.append("place_at >= %s")
        given.append(_as_stored(_MOMENT, local_midnight(days, wanted.since)))
    if wanted.until:
        parts.append("place_at < %s")
        given.append(_as_stored(_MOMENT, local_midnight(days, day_after(wanted.until))))
    if wanted.after:
        beyond = "<" if wanted.newest_first else ">"
        parts.append(f"({_ALL}) {beyond} (%s, %s, %s, %s)")
        at, written, source, uid = wanted.after
        moments = [_as_stored(_MOMENT, one) for one in (at, written)]
        given += [*moments, source, _as_stored(_UID, uid)]
    return parts, given


def _as_stored(field: "Field[Any, Any]", value: object) -> Any:
    """`value` as this database keeps a value of `field`."""
    return field.get_db_prep_value(value, connection)


def _moment(value: str | datetime) -> datetime:
    """SQLite gives a moment as text, in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _uid(value: str | uuid.UUID) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


@lru_cache
def _compose_union(sort: str, has_category: bool) -> tuple[str, tuple[Any, ...]]:
    """The statement that unites the places of all kinds of row, with its parameters, in which the
    stand-ins are. Empty if no kind of row is wanted."""
    return _unite(_place_queries(stand_in_viewer(), stand_in_child(), sort, has_category))


@lru_cache
def _compose_readable() -> tuple[str, tuple[Any, ...]]:
    """The statement that finds the stand-in for the child if the viewer may read about them."""
    rows = Child.objects.visible_to(stand_in_viewer()).filter(pk=stand_in_child().pk)
    sql, given = rows.values("pk").query.sql_with_params()
    return sql, tuple(given)


def _unite(queries: Iterator[QuerySet[Any]]) -> tuple[str, tuple[Any, ...]]:
    """The statement that unites `queries`, with its parameters. Empty if there are none."""
    parts = list(queries)
    if not parts:
        return "", ()
    united = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    sql, given = united.query.sql_with_params()
    return sql, tuple(given)


def _place_queries(
    viewer: Viewer, child: Child, sort: str, has_category: bool
) -> Iterator[QuerySet[Any]]:
    """One query for each kind of row. Each gives the place of every row, in no order."""
    for number, source in enumerate(SOURCES):
        if sort not in ("", source.sort):
            continue
        rows = source.rows(viewer, child)
        if has_category:
            # What is on no concern is in no category.
            key = getattr(rows.model, "to_concern", "")
            if not key:
                continue
            own = Concern.objects.filter(in_category(_CATEGORY), children__child=child)
            rows = rows.filter(**{f"{key}__in": own.values("pk")})
        yield (
            rows.order_by()
            .annotate(
                place_at=F(source.moment),
                place_written=F(source.written),
                place_source=Value(number, output_field=IntegerField()),
            )
            .values_list(*COLUMNS)
        )
