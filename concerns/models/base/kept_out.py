"""Who is kept out of a concern, whatever their role. This is the only place that says it.

Everything else asks one of the functions here: which concerns are hidden from a person (lists and
pages), which people are kept out of a concern (pickers, acts, whom to ask), and the same for many
concerns at once (escalation, the daily check).

The rows are stored in `models/concern/exclusion.py` (people named) and `models/school/person.py`
(`Relation`). They are reached through the person, so that this file imports neither.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.expressions import RawSQL

# The rows of a person that keep them out, by the name under which they hang on the person, and the
# lookup from such a row to the concern. A further way of being kept out is a further line.
KEPT_OUT_THROUGH = {
    # Named as involved, or by the writer as somebody who must not see it.
    "excluded_from": "concern",
    # Family of any child in it. A relation that was withdrawn no longer hangs on the person.
    "relations": "child__concern_rows__concern",
}


def hidden_concerns_filter(person: Any, key: str) -> models.Q:
    """A filter for rows of concerns from which `person` is kept out.

    `key` is the lookup from the row to the key of its concern, such as "pk" or "step__concern".
    """
    hidden = models.Q()
    for name, to_concern in KEPT_OUT_THROUGH.items():
        # Without the filter a child nobody wrote about would bring a NULL, and hide every row.
        rows = getattr(person, name).filter(**{f"{to_concern}__isnull": False})
        hidden |= models.Q(**{f"{key}__in": rows.values(to_concern)})
    return hidden


def kept_out_people_filter(concerns: Collection[Any], key: str) -> models.Q:
    """A filter for rows of people who are kept out of at least one of `concerns`.

    `key` is the lookup from the row to the key of the person, such as "pk" or "person".
    """
    people = models.Q()
    for rows, to_concern, to_person in _rows_that_keep_out():
        found = rows.filter(**{f"{to_concern}__in": concerns})
        people |= models.Q(**{f"{key}__in": found.values(to_person)})
    return people


def kept_out_people_sql(concerns: Collection[Any], column: str) -> RawSQL:
    """`kept_out_people_filter` as a condition on `column`, the key of a person, in SQL.

    The SQL is made once for each number of concerns: made each time it would be a tenth of the work
    of sending a concern.
    """
    keys = [concern.pk for concern in concerns]
    ways = _sql_of_each_way(len(keys))
    sql = " OR ".join(f"{column} IN ({way})" for way in ways)
    return RawSQL(f"({sql})", keys * len(ways), output_field=models.BooleanField())  # noqa: S611


@cache
def _sql_of_each_way(count: int) -> list[str]:
    found = []
    for rows, to_concern, to_person in _rows_that_keep_out():
        people = rows.filter(**{f"{to_concern}__in": range(count)}).values(to_person)
        found.append(people.query.sql_with_params()[0])
    return found


def kept_out_by_concern(concerns: Collection[int]) -> dict[int, set[int]]:
    """The keys of the people kept out of each of `concerns`, by the key of the concern. One query
    for each way of being kept out, however many concerns there are."""
    found: dict[int, set[int]] = defaultdict(set)
    for rows, to_concern, to_person in _rows_that_keep_out():
        pairs = rows.filter(**{f"{to_concern}__in": concerns}).values_list(to_concern, to_person)
        for concern, person in pairs:
            found[concern].add(person)
    return found


def _rows_that_keep_out() -> Iterator[tuple[models.QuerySet[Any], str, str]]:
    """For each way: its rows, and the lookups from a row to the concern and to the person."""
    for name, to_concern in KEPT_OUT_THROUGH.items():
        # The person's side of a foreign key; the stubs do not know which kind of field it is.
        person_side: Any = get_user_model()._meta.get_field(name)
        to_person = person_side.field.name
        rows = person_side.related_model._default_manager.filter(**{f"{to_person}__isnull": False})
        yield rows, to_concern, to_person
