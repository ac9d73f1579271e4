"""The index by which children are found by name: each word of a name, and how it sounds.

A word is folded, so it has no capital (`rules/name_folding.py`); a code of a sound begins with one
(`rules/name_sounds.py`). So both stand in one column without being taken for one another. The
school comes first in the index: on a site of many schools a search reads the names of one.
"""

from collections.abc import Iterable
from typing import Any, Protocol, Self

from django.db import connections, models

from concerns.models.base.case_row import Row
from concerns.models.school.school import School
from concerns.rules.name_folding import LONGEST
from concerns.rules.name_sounds import keys_of_words


class NamedChild(Protocol):
    """What the index asks of a `Child`, whose file imports this one."""

    @property
    def school_id(self) -> int: ...
    def own_name_keys(self) -> set[str]: ...


class NameKeys(models.QuerySet[Row]):
    def starting_with(self, school: School, part: str) -> Self:
        """The words that begin with `part`, in a way that uses the index on each database.

        SQLite does not use an index for LIKE, so it gets a range. PostgreSQL compares in the order
        of its collation, where that range ends too early (under en_GB only `part` itself was
        found). It gets a prefix search, for which there is a pattern index.
        """
        return self.filter(self._beginning(school, part))

    def _beginning(self, school: School, part: str) -> models.Q:
        word = part[:LONGEST]
        if connections[self.db].vendor == "postgresql":
            return models.Q(school=school, word__startswith=word)
        return models.Q(school=school, word__gte=word, word__lt=f"{word}\U0010ffff")

    def meant_by(self, school: School, words: Iterable[str]) -> Self:
        """The rows of `school` that begin with one of `words`, or that sound like it.

        The school stands in each alternative: once for all, SQLite reads every name of it.
        """
        words = sorted(words)
        meant = models.Q(school=school, word__in=sorted(keys_of_words(words)))
        for word in words:
            meant |= self._beginning(school, word)
        return self.filter(meant)

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
