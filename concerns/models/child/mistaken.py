"""Which children were put on the roll by mistake, and have nothing written about them.

Nobody is ever deleted. Whoever a wrong roll file added has left the roll again, and is not found by
name. If somebody writes about such a child nevertheless, from a form that was open, or had written
before the file was taken back, the child is found as others are who have left. The office is told
the same of each of them: it must not learn that a concern exists.

The condition is SQL that names the table of children, for the reason that `name_search.py` gives.
"""

from functools import cache

from django.apps import apps
from django.db import models
from django.db.models.expressions import RawSQL

# Rows that come with being on the roll, and say of nobody that something was written about them.
OF_THE_ROLL = frozenset({
    "ChildName", "Enrolment", "NameKey", "Placement", "RollContact", "RollCorrection", "RollDetail",
    "RollQuestion",
})  # fmt: skip


@cache
def not_mistaken_filter() -> RawSQL:
    return RawSQL(_condition(), (), output_field=models.BooleanField())  # noqa: S611


def _condition() -> str:
    written = " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE "{table}"."{column}" = "concerns_child"."id")'  # noqa: S608
        for table, column in written_about_children()
    )
    return f'("concerns_child"."mistaken_at" IS NULL OR {written})'


def written_about_children() -> list[tuple[str, str]]:
    """(table, column) of everything that is written about a child, beside the roll."""
    found = [
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("concerns").get_models()
        if model.__name__ not in OF_THE_ROLL
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and getattr(field.related_model, "__name__", "") == "Child"
    ]
    return sorted(found)
