"""The blind index by which concerns are searched by word, although their texts are encrypted.

The texts are encrypted (`base/encrypted_text.py`), so a separate table holds, for each concern and
each of its words, folded and shortened (`rules/word_stems.py`), one row of (school, token,
concern). The token is the first 32 bits of HMAC-SHA256 of the word. The HMAC key is derived
(HKDF-SHA256) from a record key, for this purpose and this school alone. `doors/act.py` adds a
concern's rows in the transaction of the act that wrote the words, from what that act put in the
ledger, so no act can forget to. Every candidate from the index is decrypted and checked before it
is shown (`doors/search.py`), so two words that share a token give no false hit.

**What it leaks.** To somebody with the database but not the key: how many different words each
concern has; which concerns of one school share a word, and how many do. A word always has the same
token, so the commonest words can be guessed by their frequency (for that reason the very commonest
are not indexed). Children's names are not encrypted, so a token that is in nearly all of one
child's concerns and in few others can be guessed to be their name, and other concerns that mention
the child can then be found. A guess cannot be tested without the key, and says nothing about
another school, which has another key. Shortening the token hides nothing of note; it halves the
row. To somebody who has the key too it leaks nothing more: they can read the texts themselves.

**What it costs.** Sending takes one more statement, however much was written. A row is about 35
bytes on SQLite and 95 on PostgreSQL, with its index. A concern of sixty words, of which some thirty
are indexed, takes 1 or 3 KB, beside the 6 KB of its record; ten years of a secondary school take 25
or 60 MB. A search for one word reads the rows of one page; for several words, at most `LOOKED_AT`
rows of each, after the last that was shown. It decrypts one page of concerns, whatever their
number, and counts nothing. The alternative, decrypting a school's recent years one concern at a
time, needs no index and leaks nothing, but takes 0.1 s per thousand concerns and finds nothing
older.

**Keys.** Words indexed with an older key of `RECORD_KEYS` are still found: the search tries every
key. Once an old key is removed, its rows are not found until `manage.py findable --anew` has
written them again. The same command without `--anew` adds the concerns that were written before
there was an index. Until that is done, the search page says so.
"""

import hmac
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow, RowOfConcern
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.models.school.school import School
from concerns.rules.word_stems import searchable_stems

PURPOSE = b"the words a concern is found by, v1|"
# In a search for several words, how many of the newest rows of each word are compared.
LOOKED_AT = 1_000
# How many words of a search are looked up in the index. `doors/search.py` checks the others in
# the texts of the concerns found.
WORDS_LOOKED_UP = 5
# How many rows of three values one statement inserts: SQLite allows 32,766 values in one.
AT_ONCE = 5_000


@lru_cache(maxsize=4_096)
def _derive_index_key(record_key: bytes, school: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE + school).derive(record_key)


def _hash_word(key: bytes, word: str) -> int:
    return int.from_bytes(hmac.digest(key, word.encode(), "sha256")[:4], "big", signed=True)


def word_token(school: School, word: str) -> int:
    """The token of `word` under the newest key, the one used for writing."""
    newest = next(iter(settings.RECORD_KEYS.values()))
    return _hash_word(_derive_index_key(newest, school.uid.bytes), word)


def word_tokens_any_key(school: School, word: str) -> list[int]:
    """The tokens of `word` under every key of `RECORD_KEYS`, newest key first."""
    return [
        _hash_word(_derive_index_key(key, school.uid.bytes), word)
        for key in settings.RECORD_KEYS.values()
    ]


def insert_index_rows(
    model: type[models.Model], column: str, rows: Sequence[tuple[int, int, int]]
) -> None:
    """Insert (school, token, key in `column`) into an index of words. Existing rows stay.

    Plain SQL: with `bulk_create`, thirty words would be a third of the cost of sending a concern.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    table = connection.ops.quote_name(model._meta.db_table)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        marks = ", ".join(["(%s, %s, %s)"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (school_id, token, {column}) VALUES {marks} "  # noqa: S608 - marks
                "ON CONFLICT DO NOTHING",
                [value for row in some for value in row],
            )


class WordKeys(CaseRows[ConcernRow]):
    def add_word_keys(self, school: School, words: dict[int, set[str]]) -> None:
        """Index concerns by their words, given by primary key. Existing rows stay."""
        rows = [
            (school.pk, word_token(school, word), concern)
            for concern, found in words.items()
            for word in sorted(found)
        ]
        insert_index_rows(self.model, "concern_id", rows)

    def newest_with_word(
        self, viewer: Viewer, word: str, before: int | None, most: int
    ) -> list[int]:
        """Primary keys of the newest concerns the viewer may see that may contain `word`.

        At most `most` of them, below the key `before` if it is given.
        """
        found: set[int] = set()
        for kept in word_tokens_any_key(viewer.school, word):
            rows = self.visible_to(viewer).filter(token=kept)
            if before is not None:
                rows = rows.filter(concern__lt=before)
            keys = rows.order_by("-concern").values_list("concern", flat=True)
            found.update(keys[:most])
        return sorted(found, reverse=True)[:most]

    def those_with_word(self, viewer: Viewer, word: str, concerns: list[int]) -> set[int]:
        """Those of `concerns`, by primary key, that may contain `word`."""
        rows = self.filter(school=viewer.school, token__in=word_tokens_any_key(viewer.school, word))
        return set(rows.filter(concern__in=concerns).values_list("concern", flat=True))

    def find_with_all_words(
        self, viewer: Viewer, words: list[str], before: int | None, enough: int
    ) -> tuple[list[int], int]:
        """Primary keys of concerns that may contain all of `words`, newest first.

        Also returns the key down to which the index was read: 0 if nothing is left below it. For
        one word, at most `enough` rows are read. For several, the search starts from the word
        with the fewest rows: a concern with all the words is among those.
        """
        words = words[:WORDS_LOOKED_UP]
        most = LOOKED_AT if len(words) > 1 else enough
        lists = {word: self.newest_with_word(viewer, word, before, most) for word in words}
        first = min(lists, key=lambda word: len(lists[word]))
        found = lists.pop(first)
        down_to = found[-1] if len(found) == most else 0
        for word, newest in lists.items():
            whole = len(newest) < most
            having = set(newest) if whole else self.those_with_word(viewer, word, found)
            found = [key for key in found if key in having]
        return found, down_to


class WordKey(RowOfConcern):
    """One word of a concern, as a token for the search. Can be rebuilt from the texts."""

    pk = models.CompositePrimaryKey("school", "token", "concern")
    school = models.ForeignKey(
        # Always the school of the concern, whose row has the constraint.
        "concerns.School",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    token = models.IntegerField()
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="+", db_index=False)

    objects = WordKeys.as_manager()

    def __str__(self) -> str:
        return f"word key of concern {self.concern_id}"


def decrypt_concern_texts(concerns: Iterable[int]) -> dict[int, list[str]]:
    """Every text ever written on each of `concerns`, decrypted, by primary key.

    The concern's own texts come first. One query for each model, whatever the number of concerns.
    """
    keys = list(concerns)
    found: dict[int, list[str]] = {key: [] for key in keys}
    for model in models_with_concern_texts():
        for key, texts in decrypt_texts_of_model(model, keys).items():
            found[key] += texts
    return found


def decrypt_texts_of_model(model: type[CaseRow], concerns: Iterable[int]) -> dict[int, list[str]]:
    """The texts of the rows of `model` on each of `concerns`, oldest row first. One query."""
    keys = list(dict.fromkeys(concerns))
    found: dict[int, list[str]] = {}
    if not keys:
        return found
    fields = _sealed_fields(model)
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql_of_texts(model, len(keys)), keys)
        rows = cursor.fetchall()
    for key, uid, *kept in rows:
        # SQLite keeps a uid as text.
        whole = uid if isinstance(uid, UUID) else UUID(uid)
        for column, words in zip(fields, kept, strict=True):
            if words:
                found.setdefault(key, []).append(column.decrypt_value(words, whole))
    return found


@cache
def _sealed_fields(model: type[CaseRow]) -> list[EncryptedText]:
    return [column for column in model._meta.fields if isinstance(column, EncryptedText)]


@cache
def _sql_of_texts(model: type[CaseRow], concerns: int) -> str:
    """The query for the texts of `model` on so many concerns, whose keys are its parameters.

    Kept, because a search asks it of every model: to build the query costs far more than to ask it.
    """
    of_concern = model.to_concern.removesuffix("_id")
    names = [column.attname for column in _sealed_fields(model)]
    keys = range(1, concerns + 1)
    rows = model.objects.filter(**{f"{of_concern}__in": keys}).order_by("pk")
    sql, parameters = rows.values_list(of_concern, "uid", *names).query.sql_with_params()
    if sorted(parameters) != list(keys):
        raise ValueError("the query for texts has more parameters than keys of concerns")
    return sql


# Model names. Who must not see a concern, and why, says nothing about the child.
NOT_SEARCHED = {"Exclusion"}


@cache
def models_with_concern_texts() -> list[type[CaseRow]]:
    """The models with encrypted texts of a concern about a child, `Concern` first."""
    found = [
        model
        for model in apps.get_app_config("concerns").get_models()
        if issubclass(model, CaseRow)
        and model.__name__ not in NOT_SEARCHED
        and any(isinstance(field, EncryptedText) for field in model._meta.fields)
        and _concern_model_for_rows(model) is Concern
    ]
    return sorted(found, key=lambda model: model is not Concern)


def _concern_model_for_rows(model: type[CaseRow]) -> type[models.Model]:
    """The model of the concern its rows belong to, found by following `to_concern`."""
    if model.to_concern == "id":
        return model
    found: Any = model
    for name in model.to_concern.removesuffix("_id").split("__"):
        found = found._meta.get_field(name).related_model
    return found


def make_findable(concerns: list[Concern]) -> None:
    """Index `concerns`, of any schools, from their texts. Call it inside a transaction."""
    said = decrypt_concern_texts([concern.pk for concern in concerns])
    by_school: dict[int, list[Concern]] = {}
    for concern in concerns:
        by_school.setdefault(concern.school_id, []).append(concern)
    for some in by_school.values():
        words = {concern.pk: searchable_stems(*said[concern.pk]) for concern in some}
        WordKey.objects.add_word_keys(some[0].school, words)
    Concern.objects.filter(pk__in=[concern.pk for concern in concerns]).update(findable=True)
