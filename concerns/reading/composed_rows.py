"""Reads rows of several tables in one statement, each part of which is composed once in a process.

A page about a child shows rows of some twenty kinds. To compose a statement takes Django five to
nine hundred calls, and to send it twenty; it is the same for every child and every viewer but for
their keys. So it is composed once, with stand-ins for these keys, and each time the keys take the
stand-ins' places among its parameters. What is read for one page goes out as one `UNION ALL`.

The columns of a union have one type each on PostgreSQL, so there every value comes as text. What
the models get is what a queryset would give them (`tests/reading/test_composed_rows.py`).
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import query

from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.roles import Role

# No row has keys like these.
CHILD_STAND_IN, SCHOOL_STAND_IN, PERSON_STAND_IN, CONCERN_STAND_IN = (
    9_007_199_254_740_000 + number for number in (1, 2, 3, 4)
)
UID_STAND_IN = uuid.UUID("5a4d1b0e-0000-4000-8000-000000000000")
MOMENT_STAND_IN = datetime(1, 1, 2, tzinfo=UTC)
_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
_UID: "models.Field[Any, Any]" = models.UUIDField()
_MOMENT: "models.Field[Any, Any]" = models.DateTimeField()

# Stand-in -> the keys that take its place: for a list as many as it has.
Keys = Mapping[Any, Sequence[Any]]


def stand_in_viewer() -> Viewer:
    """A lead of the stand-in's school. What is composed for them may ask nothing of the time."""
    school = School(pk=SCHOOL_STAND_IN)
    return Viewer(Person(pk=PERSON_STAND_IN), school, frozenset({Role.DSL}), _NO_TIME)


def keys_of_viewer(viewer: Viewer) -> dict[Any, Sequence[Any]]:
    return {SCHOOL_STAND_IN: [viewer.school.pk], PERSON_STAND_IN: [viewer.person.pk]}


def keys_of_moment(moment: datetime) -> dict[Any, Sequence[Any]]:
    """The key for what was composed with MOMENT_STAND_IN, as this database keeps it."""
    stand_in, kept = (_MOMENT.get_db_prep_value(at, connection) for at in (MOMENT_STAND_IN, moment))
    return {stand_in: [kept]}


def keys_of_uids(uids: Iterable[uuid.UUID]) -> dict[Any, Sequence[Any]]:
    """The keys for what was composed with UID_STAND_IN, as this database keeps them."""
    kept = [_UID.get_db_prep_value(uid, connection) for uid in uids]
    return {_UID.get_db_prep_value(UID_STAND_IN, connection): kept}


@dataclass(frozen=True)
class BoundStatement:
    """A statement with places for parameters, which stand in `parameters` in their order, and in
    which some may be stand-ins."""

    sql: str
    parameters: tuple[Any, ...]

    @cached_property
    def _pieces(self) -> list[str]:
        pieces = self.sql.split("%s")
        if len(pieces) != len(self.parameters) + 1:
            raise ValueError(f"a place for each parameter was expected: {self.sql}")
        return pieces

    def bind_keys(self, keys: Keys) -> tuple[str, list[Any]]:
        """The statement and its parameters with `keys` in place of their stand-ins."""
        first, *rest = self._pieces
        told = [first]
        given: list[Any] = []
        for piece, parameter in zip(rest, self.parameters, strict=True):
            own = keys.get(parameter)
            if own is None:
                told.append("%s")
                given.append(parameter)
            else:
                told.append(", ".join(["%s"] * len(own)))
                given += own
            told.append(piece)
        return "".join(told), given


class ComposedRows:
    """The rows of a queryset, whose statement is composed here and sent with other keys each time.

    They are models, or tuples if `rows` is a `values_list`. `rows` is made with stand-ins. What it
    prefetches is composed too, and read in the same statement. It is ordered by columns of its own
    that are never empty.
    """

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        self.rows = rows
        self._order = [str(name) for name in rows.query.order_by]
        lookups = rows._prefetch_related_lookups  # type: ignore[attr-defined]
        self.belongings = [_compose_belongings(rows, lookup) for lookup in lookups]
        # The order is brought about here, but where it says which are the first so many.
        unordered = rows if rows.query.is_sliced else rows.order_by()
        compiler = unordered.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql(with_col_aliases=True)
        self.statement = BoundStatement(sql, tuple(parameters))
        selected: Any = compiler.select
        self._readers = [_reader_of(expression.output_field) for expression, _, _ in selected]
        self._columns = _columns_by_alias([alias for _, _, alias in selected])
        self._is_tuple = rows._fields is not None  # type: ignore[attr-defined]
        # What Django's own `ModelIterable` asks of the compiler.
        info: Any = compiler.klass_info
        self._model = info["model"]
        begins, ends = info["select_fields"][0], info["select_fields"][-1] + 1
        self._own = slice(begins, ends)
        self._names = [column[0].target.attname for column in selected[begins:ends]]
        # The stubs leave it out.
        related = query.get_related_populators  # type: ignore[attr-defined]
        self._related = related(info, selected, rows.db)
        self._annotations = list(compiler.annotation_col_map.items())

    @property
    def width(self) -> int:
        return len(self._columns)

    def part_of_union(self, number: int, width: int, keys: Keys) -> tuple[str, list[Any]]:
        """This as a part of a union whose rows have `width` columns after their part's number."""
        sql, given = self.statement.bind_keys(keys)
        columns = self._columns + ["NULL"] * (width - len(self._columns))
        # All of it is Django's own words and numbers; what was asked is in parameters.
        told = f"SELECT {number}, {', '.join(columns)} FROM ({sql}) AS part{number}"  # noqa: S608
        return told, given

    def build_row(self, kept: Sequence[Any]) -> Any:
        """What one row is read as: `kept` are the values of its columns."""
        values = [
            value if value is None or read is None else read(value)
            for value, read in zip(kept, self._readers, strict=False)
        ]
        if self._is_tuple:
            return tuple(values)
        row = self._model.from_db(DEFAULT_DB_ALIAS, self._names, values[self._own])
        for related in self._related:
            related.populate(values, row)
        for name, place in self._annotations:
            setattr(row, name, values[place])
        return row

    def prefetch_rows(self, owner: models.Model, name: str, rows: list[Any]) -> None:
        """Leave `rows`, which were read by this, on `owner` as what it has prefetched by `name`."""
        kept: Any = self.rows._chain()  # type: ignore[attr-defined]
        kept._result_cache = rows
        kept._prefetch_done = True
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept

    def sort_rows(self, rows: list[Any]) -> None:
        for name in reversed(self._order):
            rows.sort(key=attrgetter(name.removeprefix("-")), reverse=name.startswith("-"))


@dataclass(frozen=True)
class Belongings:
    """What belongs to the rows of a queryset: by the `name` of what it prefetches, the rows that
    hang on them by their foreign key `field`."""

    name: str
    field: "models.ForeignKey[Any, Any]"
    composed: ComposedRows

    def attach_to(self, owners: Iterable[Any], rows: Iterable[Any]) -> None:
        """Give each of `owners` its own of `rows`, as Django leaves what it has prefetched."""
        by_owner: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            by_owner[getattr(row, self.field.attname)].append(row)
        for owner in owners:
            for row in by_owner[owner.pk]:
                self.field.set_cached_value(row, owner)
            self.composed.prefetch_rows(owner, self.name, by_owner[owner.pk])


def _compose_belongings(
    owners: models.QuerySet[Any], lookup: "str | models.Prefetch[Any]"
) -> Belongings:
    """What `owners` prefetch by `lookup`, the name of their side of a foreign key, which may go on
    to a relation of what is found there."""
    found = models.Prefetch(lookup) if isinstance(lookup, str) else lookup
    name, *further = found.prefetch_to.split("__")
    relation: Any = owners.model._meta.get_field(name)
    rows: Any = found.queryset
    if rows is None:
        rows = relation.related_model._default_manager.order_by("id")
    if further:
        rows = rows.select_related("__".join(further))
    of_owners = {f"{relation.field.name}__in": owners.order_by().values("pk")}
    return Belongings(name, relation.field, ComposedRows(rows.filter(**of_owners)))


def read_composed_rows(parts: Sequence[tuple[ComposedRows, Keys]]) -> list[list[Any]]:
    """The rows of each of `parts`, in order, with what belongs to them, by one statement. No
    statement without parts."""
    every = [(part, keys) for owner, keys in parts for part in _with_belongings(owner)]
    found = dict(zip((id(part) for part, _ in every), _read_union(every), strict=True))
    for part, _ in every:
        for own in part.belongings:
            own.attach_to(found[id(part)], found[id(own.composed)])
    return [found[id(part)] for part, _ in parts]


def _with_belongings(part: ComposedRows) -> Iterator[ComposedRows]:
    yield part
    for own in part.belongings:
        yield from _with_belongings(own.composed)


def _read_union(parts: Sequence[tuple[ComposedRows, Keys]]) -> list[list[Any]]:
    if not parts:
        return []
    width = max(part.width for part, _ in parts)
    told: list[str] = []
    given: list[Any] = []
    for number, (part, keys) in enumerate(parts):
        sql, parameters = part.part_of_union(number, width, keys)
        told.append(sql)
        given += parameters
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(told), given)
        kept = cursor.fetchall()
    found: list[list[Any]] = [[] for _ in parts]
    for number, *values in kept:
        found[number].append(parts[number][0].build_row(values))
    for (part, _), rows in zip(parts, found, strict=True):
        part.sort_rows(rows)
    return found


def _columns_by_alias(aliases: list[str | None]) -> list[str]:
    """The columns that Django selects, by the names it gives them: their own, or a number."""
    numbers = iter(range(1, len(aliases) + 1))
    names = [connection.ops.quote_name(alias or f"col{next(numbers)}") for alias in aliases]
    # With a plus, which changes nothing, SQLite does not take the type of the first part's column
    # for that of all.
    column = "{}::text" if connection.vendor == "postgresql" else "+{}"
    return [column.format(name) for name in names]


def read_moment(value: str | datetime) -> datetime:
    """A moment as a plain cursor gives it: SQLite keeps it as text, in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read_hexadecimal(value: str) -> bytes:
    """Bytes as PostgreSQL writes them: as hexadecimal, after a backslash and an x."""
    return bytes.fromhex(value[2:])


_READERS: tuple[tuple[Any, Callable[[Any], Any] | None], ...] = (
    (models.DateTimeField, read_moment),
    (models.DateField, date.fromisoformat),
    (models.TimeField, time.fromisoformat),
    (models.UUIDField, uuid.UUID),
    (models.BooleanField, lambda value: value in (1, "true")),
    ((models.IntegerField, models.ForeignKey), int),
    ((models.CharField, models.TextField), None),
)


def _reader_of(field: Any) -> Callable[[Any], Any] | None:
    """What makes a value of `field` from what the statement gives; None if that is the value.

    Raises TypeError for a kind of field that no composed statement has had yet.
    """
    if isinstance(field, models.DecimalField):
        places = Decimal(1).scaleb(-field.decimal_places)
        # SQLite keeps a number, which need not have as many places.
        return lambda value: Decimal(str(value)).quantize(places)
    if isinstance(field, EncryptedText):
        return _read_hexadecimal if connection.vendor == "postgresql" else None
    for kinds, reader in _READERS:
        if isinstance(field, kinds):
            return reader
    raise TypeError(f"say in `_READERS` how a {type(field).__name__} is read")
