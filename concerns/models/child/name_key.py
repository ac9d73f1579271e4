"""The index by which children are found by name: each word of a name, and how it sounds.

A word is folded, so it has no capital (`rules/name_folding.py`); a code of a sound begins with one
(`rules/name_sounds.py`). So both stand in one column without being taken for one another. The
school comes first in the index: on a site of many schools a search reads the names of one.
"""

from collections.abc import Iterable
from typing import Any, Protocol, Self

from django.db import models

from concerns.models.base.case_row import Row
from concerns.models.school.school import School
from concerns.rules.name_folding import LONGEST


class NamedChild(Protocol):
    """What the index asks of a `Child`, whose file imports this one."""

    @property
    def school_id(self) -> int: ...
    def own_name_keys(self) -> set[str]: ...


class NameKeys(models.QuerySet[Row]):
    def matching_any(self, school: School, keys: Iterable[str]) -> Self:
        """The rows of `school` with one of `keys` whole: words, or codes of sounds."""
        return self.filter(school=school, word__in=sorted(keys))

    def add_names(self, children: Iterable[NamedChild], again: bool = False) -> None:
        """Index the names that `children` have now. `again`: they may have rows already.

        Every place that writes a child's name calls this.
        """
        rows: list[Any] = [
            self.model(school_id=child.school_id, child=child, word=key)
            for child in children
            for key in sorted(child.own_name_keys())
        ]
        self.bulk_create(rows, ignore_conflicts=again)


class NameKey(models.Model):
    """One folded word of a name the child has or had, or one code of how it sounds."""

    school = models.ForeignKey(
        # Always the school of the child, whose row has the constraint.
        "concerns.School",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    child = models.ForeignKey("concerns.Child", models.PROTECT, related_name="name_keys")
    word = models.CharField(max_length=LONGEST)

    objects = NameKeys.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "word", "child"],
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
                name="name_word_once_in_school",
            )
        ]

    def __str__(self) -> str:
        return f"name key {self.pk}"
