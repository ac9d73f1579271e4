"""The encrypted text field: AES-256-GCM, bound to its own row, decrypted when first read.

The stored value is one byte for the key's number, twelve bytes of nonce, then the ciphertext. The
associated data is a fixed label, the table and column, and the row's `uid`, so that one row's text
cannot be put in another row's place. The keys are in the environment (`RECORD_KEYS`), never in the
database. If the keys are lost, all encrypted text is lost.

This protects a stolen database or backup. It does not protect against a server that has been taken
over, because the server holds the keys. Fernet is sixteen times slower, a third larger and has no
associated data, so we do the encryption ourselves on top of `cryptography`'s AESGCM.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup
from django.db.models.query_utils import DeferredAttribute

from concerns.models.base.case_row import SchoolOwnedModel

LABEL = b"safeguarding record v1"


class DecryptionFailed(Exception):
    """A row's text could not be decrypted: wrong key, altered, or moved from another row."""


@lru_cache(maxsize=8)
def _cipher_for_key(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt_text(words: str, bound_to: bytes) -> bytes:
    """Encrypt `words` with the current key, the first of `RECORD_KEYS`.

    `bound_to` is the associated data. Returns the bytes to store in the column.
    """
    return encrypt_bytes(words.encode(), bound_to)


def encrypt_bytes(content: bytes, bound_to: bytes) -> bytes:
    """As `encrypt_text`, of bytes: what an added file holds."""
    number, key = next(iter(settings.RECORD_KEYS.items()))
    nonce = os.urandom(12)
    encrypted = _cipher_for_key(key).encrypt(nonce, content, LABEL + bound_to)
    return bytes([number]) + nonce + encrypted


def decrypt_text(kept: bytes, bound_to: bytes) -> str:
    """Decrypt the stored bytes `kept`; `bound_to` is the associated data they were encrypted with.

    Raises DecryptionFailed if the key is unknown or anything was altered.
    """
    return decrypt_bytes(kept, bound_to).decode()


def decrypt_bytes(kept: bytes, bound_to: bytes) -> bytes:
    """As `decrypt_text`, of bytes. Raises DecryptionFailed, also if there are too few of them."""
    key = settings.RECORD_KEYS.get(kept[0]) if kept else None
    if key is None:
        raise DecryptionFailed("the key these words were written with is not in RECORD_KEYS")
    try:
        return _cipher_for_key(key).decrypt(kept[1:13], kept[13:], LABEL + bound_to)
    except (InvalidTag, ValueError):
        raise DecryptionFailed("these words were altered, or belong to another row") from None


class _DecryptingAttribute(DeferredAttribute):
    """Decrypts the value on first access and keeps the plain text on the instance.

    Plain text is `str`, encrypted text `bytes`. `from_db_value` cannot do this because it does not
    get the row, whose `uid` is needed.
    """

    field: "EncryptedText"

    def __get__(self, row: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        kept = super().__get__(row, cls)
        if row is None or not isinstance(kept, bytes | memoryview):
            return kept
        words = decrypt_text(bytes(kept), self.field.bound_to(row)) if kept else ""
        row.__dict__[self.field.attname] = words
        return words

    def __set__(self, row: models.Model, value: str | bytes) -> None:
        row.__dict__[self.field.attname] = value


class EncryptedText(models.BinaryField):
    """Text that is encrypted when saved and decrypted when first read."""

    # The types that are assigned and read, for mypy and its Django plugin.
    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment] # stubs: bytes for ever
    descriptor_class = _DecryptingAttribute
    description = "Encrypted text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "concerns.models.base.encrypted_text.EncryptedText", args, kwargs

    def bound_to(self, row: models.Model) -> bytes:
        # Every model with such a field has a `uid`.
        uid = cast(SchoolOwnedModel, row).uid
        return f"|{row._meta.db_table}.{self.column}|".encode() + uid.bytes

    def decrypt_value(self, kept: bytes, uid: UUID) -> str:
        """Decrypt `kept`, a value read with `values()` or `values_list()`, of the row `uid`.

        For long lists: a thousand values cost half as much as a thousand model instances. Raises
        DecryptionFailed.
        """
        table = self.model._meta.db_table
        return (
            decrypt_text(bytes(kept), f"|{table}.{self.column}|".encode() + uid.bytes)
            if kept
            else ""
        )

    def pre_save(self, row: models.Model, add: bool) -> bytes:
        words = getattr(row, self.attname)
        return encrypt_text(words, self.bound_to(row)) if words else b""

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if isinstance(value, str):
            # update() and bulk_update() do not pass the row, so the text could not be bound to it.
            raise TypeError(
                "encrypted words are written by save() or bulk_create(), never update()"
            )
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, name: str) -> type[Lookup] | None:
        return super().get_lookup(name) if name == "isnull" else None

    def value_to_string(self, row: models.Model) -> str:
        raise TypeError("encrypted words are not serialised")
