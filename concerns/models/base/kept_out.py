"""Who is kept out of a concern, whatever their role. This is the only place that says it.

Everything else asks one of the functions here: which concerns are hidden from a person (lists and
pages), which people are kept out of a concern (pickers, acts, whom to ask), and the same for many
concerns at once (escalation, the daily check).

The rows are stored in `models/concern/exclusion.py` (people named) and `models/school/person.py`
(`Relation`). They are reached through the person, so that this file imports neither.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
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
# Stands in for the key of a person: no row has a key like this.
_PERSON = 9_007_199_254_740_000


def hidden_concerns_filter(person: Any, key: str) -> models.Q:
    """A filter for rows of concerns from which `person` is kept out.

    `key` is the lookup from the row to the key of its concern, such as "pk" or "step__concern". A
    page asks it of ten tables, so the SQL of each way is made once in a process: made each time it
    would be a tenth of what a child's page costs.
    """
    hidden = models.Q()
    for name, to_concern in KEPT_OUT_THROUGH.items():
        sql, given = _sql_of_hidden_concerns(name, to_concern)
        keys = [person.pk if one == _PERSON else one for one in given]
        hidden |= models.Q(**{f"{key}__in": RawSQL(sql, keys)})  # noqa: S611
    return hidden


@cache
def _sql_of_hidden_concerns(name: str, to_concern: str) -> tuple[str, tuple[Any, ...]]:
    """For a line of KEPT_OUT_THROUGH, the statement that finds the concerns hidden from a person,
    and its parameters, among which _PERSON stands in for the person's key."""
    # Without the filter a child nobody wrote about would bring a NULL, and hide every row.
    rows = getattr(get_user_model()(pk=_PERSON), name).filter(**{f"{to_concern}__isnull": False})
    sql, given = rows.values(to_concern).query.sql_with_params()
    return sql, tuple(given)


def concerns_hidden_at(person: Any, moment: datetime) -> models.Q:
    """A filter for the concerns from which `person` was kept out at `moment`, which is past.

    The same ways as in KEPT_OUT_THROUGH, as they stood then: a relation that was recorded later
    does not count, nor a child under whom the concern was filed later. For figures that must not
    change afterwards.
    """
    named = person.excluded_from.filter(at__lte=moment)
    recorded = models.Q(at__isnull=True) | models.Q(at__lte=moment)
    standing = models.Q(ended_at__isnull=True) | models.Q(ended_at__gt=moment)
    family = person.families.filter(recorded & standing).values("child")
    refilings = apps.get_model("concerns", "Refiling")._default_manager
    here = {"concern": models.OuterRef("concern"), "to": models.OuterRef("child")}
    filed_by_then = models.Exists(refilings.filter(at__lte=moment, **here))
    rows = apps.get_model("concerns", "ConcernChild")._default_manager.filter(child__in=family)
    # Null: the child has stood in it since it was sent.
    rows = rows.filter(models.Q(said_before__isnull=True) | filed_by_then)
    moved_away = refilings.filter(at__gt=moment, was__in=family)
    found = (named, rows, moved_away)
    return models.Q(*(("pk__in", one.values("concern")) for one in found), _connector=models.Q.OR)


def kept_out_people_filter(concerns: Collection[Any], key: str) -> models.Q:
    """A filter for rows of people who are kept out of at least one of `concerns` (or of those with
    these keys).

    `key` is the lookup from the row to the key of the person, such as "pk" or "person". The SQL is
    made once for each number of concerns, as in `hidden_concerns_filter`.
    """
    keys = [getattr(concern, "pk", concern) for concern in concerns]
    if not keys:
        return models.Q(pk__in=[])
    people = models.Q()
    for name, to_concern in KEPT_OUT_THROUGH.items():
        sql = _sql_of_kept_out_people(name, to_concern, len(keys))
        people |= models.Q(**{f"{key}__in": RawSQL(sql, keys)})  # noqa: S611
    return people


@cache
def _sql_of_kept_out_people(name: str, to_concern: str, count: int) -> str:
    """For a line of KEPT_OUT_THROUGH, the statement that finds who is kept out of `count` concerns,
    whose keys are its parameters."""
    rows, to_person = _rows_that_keep_out(name)
    people = rows.filter(**{f"{to_concern}__in": range(count)}).values(to_person)
    return people.query.sql_with_params()[0]


def kept_out_by_concern(concerns: Collection[int]) -> dict[int, set[int]]:
    """The keys of the people kept out of each of `concerns`, by the key of the concern. One query
    for each way of being kept out, however many concerns there are."""
    found: dict[int, set[int]] = defaultdict(set)
    for name, to_concern in KEPT_OUT_THROUGH.items():
        rows, to_person = _rows_that_keep_out(name)
        pairs = rows.filter(**{f"{to_concern}__in": concerns}).values_list(to_concern, to_person)
        for concern, person in pairs:
            found[concern].add(person)
    return found


def _rows_that_keep_out(name: str) -> tuple[models.QuerySet[Any], str]:
    """The rows of one way, and the lookup from a row to the person."""
    # The person's side of a foreign key; the stubs do not know which kind of field it is.
    person_side: Any = get_user_model()._meta.get_field(name)
    to_person = person_side.field.name
    rows = person_side.related_model._default_manager.filter(**{f"{to_person}__isnull": False})
    return rows, to_person
