"""Reads the whole record and finds what was altered: lines of the ledger that are not what their
own hash says, and words that cannot be decrypted in the row in which they stand.

It reads everything, so it takes minutes on a large record. It says which row, never a word of it.
"""

import hashlib
import json
from collections.abc import Iterator

from django.apps import apps

from concerns.models import LedgerLine
from concerns.models.base.encrypted_text import DecryptionFailed, EncryptedText

AT_ONCE = 500


def find_altered_rows() -> Iterator[str]:
    """Each row that is not as it was written, as a sentence without a name."""
    yield from _find_altered_lines()
    yield from _find_unreadable_words()


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
