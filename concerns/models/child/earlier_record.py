"""Earlier records: what another system had on a child, brought in as dated lines from a file.

They stand in the child's chronology, marked as brought in from which system, when and by whom. They
are never concerns of this school, and owe nothing: no next step and no clock comes from them. A
lead signs once that they have read them; until then an empty history would reassure falsely.

They are visible as the rest of the child's file is. Whoever brings them in reads that child's file.

The search finds them by an index of their own, made as that of concerns is
(`concern/word_index.py` says what it leaks): a row of (school, token, line) for each word.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable
from datetime import UTC
from functools import lru_cache
from typing import Any, ClassVar, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from concerns.models.base.case_row import SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.child.child import Child
from concerns.models.child.child_fact import ChildFact, FactRow, Facts, RowOfChild, RowsOfChild
from concerns.models.concern.word_index import (
    insert_index_rows,
    word_token,
    word_tokens_any_key,
)
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.roles import May
from concerns.rules.word_stems import searchable_stems

PURPOSE = b"whether an earlier record is here already, v1|"
# What a line says, in the order in which it is read. All of it is encrypted, and is searched.
SAID = ("category", "words", "action", "outcome", "who")


class HistoryFiles(ViewerScopedQuerySet[Any]):
    def own_files(self, viewer: Viewer) -> Self:
        """The files of the viewer. To others they would tell that there is a record."""
        return self.of_school(viewer).filter(by=viewer.person)

    def permitted_for(self, viewer: Viewer, power: May) -> Self:
        return self.own_files(viewer)


class HistoryUpload(SchoolOwnedModel):
    """A file of earlier records, kept encrypted until it is confirmed, and deleted then."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    content = EncryptedText()

    objects = HistoryFiles.as_manager()

    def __str__(self) -> str:
        return f"history upload {self.uid}"


class HistoryImport(SchoolOwnedModel):
    """A file of earlier records that was brought in: from which system, when and by whom. It has
    the uid of its upload."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    source = EncryptedText()
    lines = models.PositiveIntegerField()
    # Lines of the file that were not brought in, and why: see `history/acts.py`.
    here_already = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()

    objects = HistoryFiles.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "-id"], name="history_imports_newest")]

    def __str__(self) -> str:
        return f"history import {self.uid}"


class EarlierRecords(Facts[FactRow]):
    def unread_records(self) -> Self:
        """Those that nobody has signed as read yet."""
        return self.not_ended()


class EarlierRecord(ChildFact):
    """What one import brought in about one child. It ends when somebody signs that they read it."""

    brought = models.ForeignKey(
        HistoryImport, models.PROTECT, related_name="records", db_index=False
    )
    lines = models.PositiveIntegerField()
    # Added files that came with it: only a package has any.
    files = models.PositiveIntegerField(default=0)

    objects: ClassVar = EarlierRecords.as_manager()

    class Meta(ChildFact.Meta):
        constraints = [
            *ChildFact.Meta.constraints,
            models.UniqueConstraint(fields=["brought", "child"], name="one_record_of_an_import"),
        ]
        indexes = [
            models.Index(
                fields=["child"],
                condition=models.Q(ended_at__isnull=True),
                name="earlier_records_unread",
            )
        ]


class EarlierLines(RowsOfChild[FactRow]):
    def with_words(self, viewer: Viewer, words: Collection[str]) -> Self:
        """The lines the viewer may read that may have all of `words`, which are stems: whoever
        shows them decrypts them first."""
        rows = self.visible_to(viewer)
        for word in words:
            tokens = word_tokens_any_key(viewer.school, word)
            having = EarlierLineWord.objects.filter(school=viewer.school, token__in=tokens)
            rows = rows.filter(pk__in=having.values("line"))
        return rows

    def fingerprints_here(self, viewer: Viewer) -> set[str]:
        """The fingerprints of all lines the viewer may read."""
        return set(self.visible_to(viewer).values_list("fingerprint", flat=True))


class EarlierLine(RowOfChild):
    """One dated line of an earlier record. Never changed, never deleted.

    If only a day was written, it is in `happened_on`; if less, or something else, `when_written`
    has it as it was written. `happened_at` is its place in the order of time, and the time itself
    if both are empty.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="earlier_lines", db_index=False)
    record = models.ForeignKey(
        EarlierRecord, models.PROTECT, related_name="record_lines", db_index=False
    )
    happened_at = models.DateTimeField()
    happened_on = models.DateField(null=True)
    when_written = EncryptedText()
    who = EncryptedText()
    category = EncryptedText()
    words = EncryptedText()
    action = EncryptedText()
    outcome = EncryptedText()
    # By which the same line is recognised when it comes again (`line_fingerprints`).
    fingerprint = models.CharField(max_length=64)

    objects: ClassVar = EarlierLines.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "fingerprint"], name="earlier_line_once")
        ]
        indexes = [models.Index(fields=["child", "-happened_at"], name="earlier_lines_newest")]

    def __str__(self) -> str:
        return f"earlier line {self.uid}"

    @property
    def texts(self) -> list[str]:
        """What it says, without what it does not."""
        return [said for name in SAID if (said := getattr(self, name))]


class EarlierLineWords(models.QuerySet["EarlierLineWord"]):
    def index_lines(self, school: School, lines: Iterable[EarlierLine]) -> None:
        """Make `lines` findable by their words. Existing rows stay."""
        token = lru_cache(maxsize=None)(lambda word: word_token(school, word))
        rows = [
            (school.pk, token(word), line.pk)
            for line in lines
            for word in sorted(searchable_stems(*line.texts))
        ]
        insert_index_rows(self.model, "line_id", rows)


class EarlierLineWord(models.Model):
    """One word of an earlier line, as a token for the search. Can be rebuilt from the texts."""

    pk = models.CompositePrimaryKey("school", "token", "line")
    school = models.ForeignKey(
        # Always the school of the line, whose row has the constraint.
        "concerns.School",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    token = models.IntegerField()
    line = models.ForeignKey(EarlierLine, models.PROTECT, related_name="+", db_index=False)

    objects = EarlierLineWords.as_manager()

    def __str__(self) -> str:
        return f"word of earlier line {self.line_id}"


@lru_cache(maxsize=4_096)
def _derive_fingerprint_key(record_key: bytes, school: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE + school).derive(record_key)


def line_fingerprints(school: School, child: Child, said: Iterable[str]) -> list[str]:
    """The fingerprints of a line about `child` that says `said`, under each key of `RECORD_KEYS`,
    the newest first. Nobody can guess at the words with it but whoever has the key."""
    text = json.dumps([str(child.uid), *said], ensure_ascii=False).encode()
    return [
        hmac.digest(_derive_fingerprint_key(key, school.uid.bytes), text, "sha256").hex()
        for key in settings.RECORD_KEYS.values()
    ]


def digest_of_lines(lines: Iterable[EarlierLine]) -> str:
    """SHA-256 of all that `lines` say, about whom and of when, to which the ledger commits.

    They must be in the order of their uids, with `child` and `record` known.
    """
    digest = hashlib.sha256()
    for line in lines:
        at = line.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
        said = [getattr(line, name) for name in ("when_written", *SAID)]
        whose = [str(line.uid), line.child_id, line.record_id]
        whole = [*whose, at, str(line.happened_on or ""), *said]
        digest.update(json.dumps(whole, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
