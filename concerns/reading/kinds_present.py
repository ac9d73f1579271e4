"""Asks once which kinds of row there are of a concern or of some children.

A page that shows a whole concern shows some twenty kinds of row, and of most concerns only a few
are there. Each kind that is not there would cost a query to find nothing. This one query finds all
that are, by their indexes. Django's own `union` would build a query for each kind, which costs more
than asking; so the text is put together here, once for each list of kinds.
"""

from collections.abc import Collection
from functools import cache

from django.db import connection
from django.db.models import Model


def find_kinds_present(
    models: tuple[type[Model], ...], column: str, keys: Collection[int]
) -> set[type[Model]]:
    """Those of `models` that have a row whose `column` is one of `keys` (primary keys).

    Each of `models` must have that column. Raises DatabaseError if one does not.
    """
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_question(models, column, len(keys)), [*keys] * len(models))
        return {models[place] for (place,) in cursor.fetchall()}


@cache
def _question(models: tuple[type[Model], ...], column: str, number: int) -> str:
    """The query. Nothing in it comes from a person: names of tables and of a column, and places
    for `number` keys."""
    quote = connection.ops.quote_name
    places = ", ".join(["%s"] * number)
    return " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {quote(model._meta.db_table)}"  # noqa: S608
        f" WHERE {quote(column)} IN ({places}))"
        for place, model in enumerate(models)
    )
