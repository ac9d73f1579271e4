"""Puts a queryset into SQL once in a process, and sends it again and again with other keys.

To compose a statement takes Django 500 to 2,000 calls, and to send it twenty. Most statements of a
page are the same each time but for a few keys: of the viewer, their school, the child, the rows. So
a queryset is composed with stand-ins for these keys, and each time the keys themselves take the
stand-ins' places among its parameters. Who may see what is still said by the queryset alone.

What asks who its viewer is, is composed with `models/child/composed_for_viewer.py`.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)
Keys = dict[Any, Any]

# Stand-ins for a list of keys, and for a list of as many uids as a page has rows: no row has such a
# one.
KEYS = tuple(9_007_199_254_741_000 + number for number in range(16))
UIDS = tuple(uuid.UUID(int=number) for number in range(1, 51))
# Stand-ins for a moment and for a day.
MOMENT = datetime(1, 1, 1, tzinfo=UTC)
DAY = date(1, 1, 2)


def key_of_moment(at: datetime) -> Keys:
    """What takes the place of `MOMENT`."""
    adapt = connection.ops.adapt_datetimefield_value
    return {adapt(MOMENT): adapt(at)}


def key_of_day(day: date) -> Keys:
    """What takes the place of `DAY`."""
    adapt = connection.ops.adapt_datefield_value
    return {adapt(DAY): adapt(day)}


def keys_in_list(keys: Sequence[int]) -> Keys:
    """What takes the places of `KEYS`: at least one key, and no more than there are places."""
    return dict(zip(KEYS, _fill_up(keys, len(KEYS)), strict=True))


def uids_in_list(uids: Sequence[uuid.UUID]) -> Keys:
    """What takes the places of `UIDS`: at least one uid, and no more than there are places."""
    return dict(zip(_stored_stand_ins(), _fill_up(_as_stored(uids), len(UIDS)), strict=True))


def _fill_up(values: Sequence[Any], length: int) -> list[Any]:
    """`values`, and the last of them again until there are `length`."""
    return [*values, *[values[-1]] * (length - len(values))]


@cache
def _stored_stand_ins() -> Sequence[Any]:
    return _as_stored(UIDS)


def _as_stored(uids: Sequence[uuid.UUID]) -> Sequence[Any]:
    """`uids` as this database keeps them."""
    return uids if connection.features.has_native_uuid_field else [uid.hex for uid in uids]


class ComposedRows(Generic[Row]):
    """The statement of a queryset in which stand-ins are. `rows` may select related rows, prefetch
    and annotate, as any queryset."""

    def __init__(self, rows: QuerySet[Row]):
        self._rows = rows
        self.compiler = rows.query.get_compiler(using=rows.db)
        self.sql, given = self.compiler.as_sql()
        self.given = tuple(given)
        columns = [column for column, *_ in self.compiler.select or ()]
        self.converters = self.compiler.get_converters(columns)

    def fetch(self, keys: Mapping[Any, Any]) -> list[Row]:
        """The rows where `keys` take the places of the stand-ins. One query, and those of what it
        prefetches."""
        given = tuple([keys.get(one, one) for one in self.given])
        rows = self._rows.all()
        # Django asks this of the query when it reads the rows. It is a query of its own, which is
        # narrowed no further.
        rows.query.get_compiler = lambda *_, **__: _SentCompiler(self, given)  # type: ignore[method-assign]
        return list(rows)


class _SentCompiler(SQLCompiler):
    """Has composed its statement already, and knows how its columns are read."""

    def __init__(self, composed: ComposedRows[Any], given: tuple[Any, ...]):
        self.__dict__ |= composed.compiler.__dict__
        self.connection = connections[composed.compiler.using]
        self._composed = composed
        self._sent = given

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        return self._composed.sql, self._sent

    def get_converters(self, _expressions: Any) -> Any:
        return self._composed.converters


RowsAsked = Callable[[], QuerySet[Any]]


def read_by_keys(rows: RowsAsked, column: str, keys: Collection[int]) -> list[Any]:
    """Those of `rows()` whose `column` is one of `keys`. No query without keys.

    `rows` is a function of a module: its statement is composed once.
    """
    keys = list(keys)
    if not keys:
        return []
    if len(keys) > len(KEYS):
        return list(rows().filter(**{f"{column}__in": keys}))
    return _compose_by_keys(rows, column).fetch(keys_in_list(keys))


@cache
def _compose_by_keys(rows: RowsAsked, column: str) -> ComposedRows[Any]:
    return ComposedRows(rows().filter(**{f"{column}__in": KEYS}))
