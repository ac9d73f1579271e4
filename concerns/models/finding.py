"""This file knows how a concern is found by its words, which no database can read.

The words are sealed (`fields.py`), so beside them stands a blind index: for each concern and each
of its words, folded and shortened (`rules/finding.py`), one row of (school, token, concern), where
the token is the first 32 bits of HMAC-SHA256 of the word. Its key is derived (HKDF-SHA256) from a
record key for this purpose and this school alone. The write door adds a concern's rows in the
transaction of the act that wrote the words (`doors/act.py`), from what that act told the ledger, so
that no act can forget them. What the index gives is opened and looked through before it is shown
(`Found.of`): two words that share a token give no false hit.

**What it leaks.** To whoever has the database and not the key: how many different words each
concern has; which concerns of one school share a word, and how many do. A token is the same
wherever its word is, so the commonest can be guessed by how often they stand (the very commonest
are not kept, for that reason), and since children's names are not sealed, the token that stands in
nearly all of one child's concerns and few others may be guessed to be the name, and so found where
the child is spoken of elsewhere. A guess cannot be tried out without the key, and says nothing of
another school: its key is another. Cutting the token short hides nothing worth the name; it halves
the row. To whoever has the key as well it adds nothing: they can read the words themselves.

**What it costs.** One statement more in sending, whatever was written. A row is about 35 bytes on
SQLite and 95 on PostgreSQL with its index, so a concern of sixty words, some thirty of them kept,
is 1 or 3 KB beside the 6 KB that its record takes; a secondary's ten years are 25 or 60 MB. A
search reads for one word the rows of one page, for several at most `LOOKED_AT` of each, behind the
last that was shown, and opens one page of concerns, whatever the number of concerns. Nothing is
counted. The alternative, opening a school's recent years one by one, needs no index and leaks
nothing: it takes 0.1 s for each thousand concerns and finds nothing that is older.

**Keys.** What was written with an older key of `RECORD_KEYS` is still found: every key is looked
for. When an old one is taken out, what stands under it is found no longer until `manage.py findable
--anew` has written the rows again; the same command, without that, adds the concerns that were
written before there was an index. Until it is done the search says so.
"""

import hmac
from collections.abc import Iterable
from functools import cache, lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import connections, models

from concerns.models.case import CaseRow, CaseRows
from concerns.models.concern import Concern
from concerns.models.fields import EncryptedText
from concerns.rules.finding import found_by

PURPOSE = b"the words a concern is found by, v1|"
# Of each of several words, the newest so many rows are compared with those of the others.
LOOKED_AT = 1_000
# More words than these are looked for in what the first of them found.
WORDS_LOOKED_UP = 5
# How many rows one statement writes: SQLite takes 32,766 values in one.
AT_ONCE = 5_000


@lru_cache(maxsize=4_096)
def _key(record_key: bytes, school: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE + school).derive(record_key)


def _token(key: bytes, word: str) -> int:
    return int.from_bytes(hmac.digest(key, word.encode(), "sha256")[:4], "big", signed=True)


def token(school, word: str) -> int:
    """What is kept of `word`, as it is written today."""
    newest = next(iter(settings.RECORD_KEYS.values()))
    return _token(_key(newest, school.uid.bytes), word)


def tokens(school, word: str) -> list[int]:
    """What may have been kept of `word`, under any key there is; newest first."""
    return [_token(_key(key, school.uid.bytes), word) for key in settings.RECORD_KEYS.values()]


class WordKeys(CaseRows):
    def keep(self, school, words: dict[int, set[str]]) -> None:
        """Let each concern, by key, be found by its words; what is kept already stays.

        Written out: by `bulk_create` thirty words would be a third of the cost of sending.
        """
        rows = [
            (school.pk, token(school, word), concern)
            for concern, found in words.items()
            for word in sorted(found)
        ]
        table = connections[self.db].ops.quote_name(self.model._meta.db_table)
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            marks = ", ".join(["(%s, %s, %s)"] * len(some))
            with connections[self.db].cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {table} (school_id, token, concern_id) VALUES {marks} "  # noqa: S608 - marks
                    "ON CONFLICT DO NOTHING",
                    [value for row in some for value in row],
                )

    def newest(self, viewer, word: str, before: int | None, most: int) -> list[int]:
        """The newest concerns the viewer may see that may have `word`, by key, behind `before`:
        at most `most`."""
        found: set[int] = set()
        for kept in tokens(viewer.school, word):
            rows = self.visible_to(viewer).filter(token=kept)
            if before is not None:
                rows = rows.filter(concern__lt=before)
            keys = rows.order_by("-concern").values_list("concern", flat=True)
            found.update(keys[:most])
        return sorted(found, reverse=True)[:most]

    def among(self, viewer, word: str, concerns: list[int]) -> set[int]:
        """Those of `concerns` that may have `word`."""
        rows = self.filter(school=viewer.school, token__in=tokens(viewer.school, word))
        return set(rows.filter(concern__in=concerns).values_list("concern", flat=True))

    def with_all(
        self, viewer, words: list[str], before: int | None, enough: int
    ) -> tuple[list[int], int]:
        """Concerns that may have all of `words`, newest first, and the key down to which was
        looked: 0 where nothing stands behind. Of one word, no more than `enough` are looked at.

        The rarest word leads: as its rows are all in hand, so are all that have every word.
        """
        words = words[:WORDS_LOOKED_UP]
        most = LOOKED_AT if len(words) > 1 else enough
        lists = {word: self.newest(viewer, word, before, most) for word in words}
        first = min(lists, key=lambda word: len(lists[word]))
        found = lists.pop(first)
        down_to = found[-1] if len(found) == most else 0
        for word, newest in lists.items():
            whole = len(newest) < most
            having = set(newest) if whole else self.among(viewer, word, found)
            found = [key for key in found if key in having]
        return found, down_to


class WordKey(models.Model):
    """One word of a concern, as its token: what the search reads. Made again from the words."""

    pk = models.CompositePrimaryKey("school", "token", "concern")
    school = models.ForeignKey(
        # The concern's own school, which its row is held to.
        "concerns.School",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    token = models.IntegerField()
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="+", db_index=False)

    to_concern = "concern_id"
    objects = WordKeys.as_manager()

    def __str__(self):
        return f"word key of concern {self.concern_id}"


def texts(concerns: Iterable[int]) -> dict[int, list[str]]:
    """Everything that was ever written of each of `concerns`, by key: the account first, then what
    came after. One read for each kind of row, whatever their number."""
    found: dict[int, list[str]] = {key: [] for key in concerns}
    for model in told():
        sealed = [field for field in model._meta.fields if isinstance(field, EncryptedText)]
        of_concern = model.to_concern.removesuffix("_id")
        rows = model.objects.filter(**{f"{of_concern}__in": list(found)}).order_by("pk")
        for key, uid, *kept in rows.values_list(
            of_concern, "uid", *(field.attname for field in sealed)
        ):
            said = (field.opened(words, uid) for field, words in zip(sealed, kept, strict=True))
            found[key] += filter(None, said)
    return found


# Who must not see a concern, and why, is no part of what was said of the child.
NOT_SEARCHED = {"Exclusion"}


@cache
def told() -> list[type[CaseRow]]:
    """Every kind of row with words of a concern, its own first."""
    found = [
        model
        for model in apps.get_app_config("concerns").get_models()
        if issubclass(model, CaseRow)
        and model.__name__ not in NOT_SEARCHED
        and any(isinstance(field, EncryptedText) for field in model._meta.fields)
        and _is_about(model) is Concern
    ]
    return sorted(found, key=lambda model: model is not Concern)


def _is_about(model: type[CaseRow]) -> type[CaseRow]:
    """What kind of concern its rows belong to: never one about an adult who works here."""
    if model.to_concern == "id":
        return model
    for name in model.to_concern.removesuffix("_id").split("__"):
        model = model._meta.get_field(name).related_model
    return model


def make_findable(concerns: list[Concern]) -> None:
    """Write the rows of `concerns`, which are of any school, from their words. In a transaction."""
    said = texts([concern.pk for concern in concerns])
    by_school: dict[int, list[Concern]] = {}
    for concern in concerns:
        by_school.setdefault(concern.school_id, []).append(concern)
    for some in by_school.values():
        words = {concern.pk: found_by(*said[concern.pk]) for concern in some}
        WordKey.objects.keep(some[0].school, words)
    Concern.objects.filter(pk__in=[concern.pk for concern in concerns]).update(findable=True)
