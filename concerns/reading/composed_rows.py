"""Puts a queryset into SQL once in a process, and sends it again and again with other keys.

To compose a statement takes Django 500 to 2,000 calls, and to send it twenty. Most statements of a
page are the same each time but for a few keys: of the viewer, their school, the child, the rows. So
a queryset is composed with stand-ins for these keys, and each time the keys themselves take the
stand-ins' places among its parameters. Who may see what is still said by the queryset alone.

This holds only where nothing else of the viewer makes a difference: for whoever reads the whole
record of their school (`is_composed_for`). For a reader of a part, whose part and whose day make a
difference, a queryset that asks what its viewer may see is composed afresh each time.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from concerns.models.child.child import Child
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.roles import May, Role

Row = TypeVar("Row", bound=Model)
Keys = dict[Any, Any]

# Stand-ins for the keys of one child, of a school and of a person, for a list of keys, and for a list
# of uids: no row has keys like these.
_CHILD, _SCHOOL, _PERSON = (9_007_199_254_740_000 + number for number in (1, 2, 3))
KEYS = tuple(9_007_199_254_741_000 + number for number in range(16))
UIDS = tuple(uuid.UUID(int=number) for number in range(1, 65))
# Stands in for a moment.
MOMENT = datetime(1, 1, 1, tzinfo=UTC)


def stand_in_viewer() -> Viewer:
    """The viewer for whom a statement is composed: they read the whole record of their school."""
    return Viewer(Person(pk=_PERSON), School(pk=_SCHOOL), frozenset({Role.DSL}), MOMENT)


def stand_in_child() -> Child:
    return Child(pk=_CHILD, school=School(pk=_SCHOOL))


def is_composed_for(viewer: Viewer) -> bool:
    """Whether `viewer` may see just what `stand_in_viewer` may, in their own school."""
    return viewer.has_power(May.READ) and not viewer.reads_part


def keys_of_viewer(viewer: Viewer, child: Child | None = None) -> Keys:
    """What takes the places of the stand-ins for the viewer and, where there is one, the child.

    Raises ValueError if what was composed for `stand_in_viewer` is not for them.
    """
    if not is_composed_for(viewer):
        raise ValueError("They do not read the whole record: compose it for them.")
    keys = {_SCHOOL: viewer.school.pk, _PERSON: viewer.person.pk}
    return keys | {_CHILD: child.pk} if child else keys


def key_of_moment(at: datetime) -> Keys:
    """What takes the place of `MOMENT`."""
    adapt = connection.ops.adapt_datetimefield_value
    return {adapt(MOMENT): adapt(at)}


def keys_in_list(keys: Sequence[int]) -> Keys:
    """What takes the places of `KEYS`: at least one key, and no more than there are places."""
    return dict(zip(KEYS, _fill_up(keys, len(KEYS)), strict=True))


def uids_in_list(uids: Sequence[uuid.UUID]) -> Keys:
    """What takes the places of `UIDS`: at least one uid, and no more than there are places."""
    return dict(zip(_as_stored(UIDS), _fill_up(_as_stored(uids), len(UIDS)), strict=True))


def _fill_up(values: Sequence[Any], length: int) -> list[Any]:
    """`values`, and the last of them again until there are `length`."""
    return [*values, *[values[-1]] * (length - len(values))]


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
        self._given = tuple(given)
        columns = [column for column, *_ in self.compiler.select or ()]
        self.converters = self.compiler.get_converters(columns)

    def fetch(self, keys: Mapping[Any, Any]) -> list[Row]:
        """The rows where `keys` take the places of the stand-ins. One query, and those of what it
        prefetches."""
        given = tuple(keys.get(one, one) for one in self._given)
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


def read_by_keys(rows: RowsAsked, column: str, keys: Collection[int]) -> Sequence[Any]:
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
