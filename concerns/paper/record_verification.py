"""Reads the whole record and finds what was altered: lines of the ledger that are not what their
own hash says, words that cannot be decrypted in the row in which they stand, added files that are
gone or are not what was kept, and earlier records that are not what was brought in.

It reads everything, so it takes minutes on a large record. It says which row, never a word of it.
"""

import hashlib
import json
from collections.abc import Iterator

from django.apps import apps

from concerns.doors.ledger import canonical_json
from concerns.models import (
    Attachment,
    DocumentFile,
    DraftFile,
    EarlierAttachment,
    EarlierLine,
    EarlierRecord,
    HistoryImport,
    LedgerLine,
    LedgerLineWords,
)
from concerns.models.base.encrypted_text import DecryptionFailed, EncryptedText
from concerns.models.child.earlier_attachment import digest_of_attachments
from concerns.models.child.earlier_record import digest_of_lines
from concerns.models.concern.attachment import FileNotThere
from concerns.rules.kinds import Kind

AT_ONCE = 500


def find_altered_rows() -> Iterator[str]:
    """Each row that is not as it was written, as a sentence without a name."""
    yield from _find_altered_lines()
    yield from _find_unreadable_words()
    yield from find_altered_files()
    yield from _find_altered_history()


def _find_altered_lines() -> Iterator[str]:
    lines = LedgerLine.objects.order_by("pk").only("uid", "kind", "body", "digest")
    for line in lines.iterator(AT_ONCE):
        if hashlib.sha256(line.body.encode()).hexdigest() != line.digest:
            yield f"line {line.pk} of the ledger is not what its hash says"
        elif json.loads(line.body).get("line") != str(line.uid):
            yield f"line {line.pk} of the ledger stands in the place of another"


def _find_unreadable_words() -> Iterator[str]:
    for model in apps.get_app_config("concerns").get_models():
        fields = [field for field in model._meta.fields if isinstance(field, EncryptedText)]
        if not fields:
            continue
        rows = model._default_manager.order_by("pk")
        columns = [field.attname for field in fields]
        for key, uid, *kept in rows.values_list("pk", "uid", *columns).iterator(AT_ONCE):
            for field, value in zip(fields, kept, strict=True):
                try:
                    field.decrypt_value(value, uid)
                except DecryptionFailed:
                    yield f"{model._meta.db_table}, row {key}: '{field.name}' cannot be read"


def find_altered_files() -> Iterator[str]:
    """Each added file that is not as it was kept, as a sentence without a name.

    One file in memory at a time. The ledger commits to the hash of each file of a concern or of a
    child's file."""
    kinds: tuple[type[Attachment | DocumentFile | DraftFile | EarlierAttachment], ...] = (
        Attachment,
        DocumentFile,
        DraftFile,
        EarlierAttachment,
    )
    for model in kinds:
        rows = model._default_manager.filter(missing="").select_related("school")
        for file in rows.order_by("pk").iterator(1):
            try:
                digest = hashlib.sha256(file.read_content()).hexdigest()
            except FileNotThere:
                if not model._default_manager.filter(pk=file.pk).exists():
                    # It was of a draft, and has been taken away since the row was read.
                    continue
                yield f"{model._meta.db_table}, row {file.pk}: the file is gone or cannot be read"
                continue
            if digest != file.digest:
                yield f"{model._meta.db_table}, row {file.pk}: the file is not the one kept"
            elif isinstance(file, Attachment | DocumentFile) and not _is_committed_to(file):
                yield f"{model._meta.db_table}, row {file.pk}: no line of the ledger says this file"


def _is_committed_to(file: Attachment | DocumentFile) -> bool:
    """Whether the line of its adding commits to this hash and name, and to what it came with."""
    of = file.concern.uid if isinstance(file, Attachment) else None
    lines = LedgerLine.objects.filter(concern=of, about=str(file.uid), kind=Kind.ATTACHED)
    line = lines.first()
    return _commits_to(line, file.committed_words)


def _find_altered_history() -> Iterator[str]:
    """One import at a time. The ledger commits to all lines of each together."""
    for brought in HistoryImport.objects.order_by("pk").iterator(AT_ONCE):
        rows = EarlierLine.objects.filter(record__brought=brought).order_by("uid")
        kept = LedgerLine.objects.filter(kind=Kind.HISTORY_BROUGHT, about=str(brought.uid)).first()
        try:
            digest = digest_of_lines(rows.iterator(AT_ONCE))
        except DecryptionFailed:
            # The row that cannot be decrypted is said above.
            continue
        if not _commits_to(kept, {"lines": digest}):
            yield f"{brought}: its lines are not those that were brought in"
    yield from _find_altered_package_files()


def _find_altered_package_files() -> Iterator[str]:
    """One earlier record at a time. The ledger commits to all files that came with it together."""
    with_files = EarlierAttachment.objects.values("record")
    for record in EarlierRecord.objects.filter(pk__in=with_files).order_by("pk"):
        rows = EarlierAttachment.objects.of_record(record).order_by("uid")
        kept = LedgerLine.objects.filter(kind=Kind.PACKAGE_BROUGHT, about=str(record.uid)).first()
        try:
            digest = digest_of_attachments(rows.iterator(AT_ONCE))
        except DecryptionFailed:
            continue
        if not _commits_to(kept, {"files": digest}):
            yield f"{record}: its files are not those that were brought in"


def _commits_to(line: LedgerLine | None, words: dict[str, str]) -> bool:
    """Whether `line` of the ledger commits to `words`."""
    beside = LedgerLineWords.objects.filter(line=line).first() if line else None
    if line is None or beside is None:
        return False
    said = canonical_json(words)
    committed = hashlib.sha256((beside.salt + said).encode()).hexdigest()
    return json.loads(line.body).get("words") == committed
