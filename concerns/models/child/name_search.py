"""The condition by which children are found by name, and its order, as SQL.

Django would take five times the work of the picker's whole page to build them for three words. The
SQL names the table of children, so it stands in a query of that table alone. Words are passed as
parameters.

A prefix is looked up in a way that uses the index on each database. SQLite does not use an index
for LIKE, so it gets a range. PostgreSQL compares in the order of its collation, where that range
ends too early (under en_GB only the prefix itself was found). It gets LIKE, for which there is a
pattern index.
"""

from collections.abc import Iterable, Sequence

from django.db import connections, models
from django.db.models.expressions import RawSQL

from concerns.models.school.school import School
from concerns.rules.name_folding import LONGEST
from concerns.rules.name_sounds import class_names_meant, keys_of_words, name_readings

# What stands between the words of a class.
BETWEEN = " -/._"
# Only so much of what was typed is a name.
LONGEST_QUERY = 100
CHILD = '"concerns_child"."id"'
NOBODY = RawSQL("1 = 0", (), output_field=models.BooleanField())


class NameCondition:
    """Builds the two expressions for what was `typed`, for children of `school`.

    `meant`: the child is meant. `only_alike`: 0 if found by the words as they were typed, 1 if by
    another reading, a sound or the class.
    """

    def __init__(self, school: School, typed: str):
        self.school = school
        self.readings = name_readings(typed[:LONGEST_QUERY])
        self.parameters: list[object] = []

    def meant(self) -> RawSQL:
        if not self.readings:
            return NOBODY
        self.parameters = []
        words = sorted({word for reading in self.readings for word in reading})
        readings = " OR ".join(self._all_words_of(reading) for reading in self.readings)
        condition = f"({readings})"
        if len(words) > 1:
            # What the search begins with: a class alone finds nobody. A single letter would begin
            # with half the roll.
            longer = [word for word in words if len(word) > 1] or words
            condition += f" AND {self._has_name(longer)}"
        return RawSQL(condition, self.parameters, output_field=models.BooleanField())  # noqa: S611

    def only_alike(self) -> RawSQL:
        self.parameters = []
        words = self.readings[0] if self.readings else []
        typed = " AND ".join(self._has_name([word], by_sound=False) for word in words) or "1 = 0"
        order = f"CASE WHEN {typed} THEN 0 ELSE 1 END"
        return RawSQL(order, self.parameters, output_field=models.IntegerField())  # noqa: S611

    def _all_words_of(self, reading: Sequence[str]) -> str:
        if len(reading) == 1:
            return self._has_name(reading)
        every = [f"({self._has_name([word])} OR {self._is_in_class(word)})" for word in reading]
        return f"({' AND '.join(every)})"

    def _has_name(self, words: Iterable[str], by_sound: bool = True) -> str:
        """A name of the child begins with one of `words`, or sounds like one.

        The school stands in each alternative: once for all, SQLite reads every name of it.
        """
        alternatives = [self._begins_with(word) for word in words]
        sounds = sorted(keys_of_words(words)) if by_sound else []
        if sounds:
            marks = ", ".join(["%s"] * len(sounds))
            alternatives.append(f'("school_id" = %s AND "word" IN ({marks}))')
            self.parameters += [self.school.pk, *sounds]
        either = " OR ".join(alternatives)
        return f'{CHILD} IN (SELECT "child_id" FROM "concerns_namekey" WHERE {either})'  # noqa: S608

    def _begins_with(self, word: str) -> str:
        start = word[:LONGEST]
        if connections["default"].vendor == "postgresql":
            # A folded word has no character that LIKE reads otherwise.
            self.parameters += [self.school.pk, f"{start}%"]
            return '("school_id" = %s AND "word" LIKE %s)'
        self.parameters += [self.school.pk, start, f"{start}\U0010ffff"]
        return '("school_id" = %s AND "word" >= %s AND "word" < %s)'

    def _is_in_class(self, word: str) -> str:
        meant = class_names_meant(word)
        alternatives = []
        for column, names in (("class_name", meant.classes), ("year", meant.years)):
            marks = ", ".join(["%s"] * len(names))
            joined = f'LOWER("concerns_child"."{column}")'
            for mark in BETWEEN:
                joined = f"REPLACE({joined}, '{mark}', '')"
            alternatives.append(f"{joined} IN ({marks})")
            self.parameters += names
        return f"({' OR '.join(alternatives)})"
