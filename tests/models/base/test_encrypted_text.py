"""Tests that every narrative is encrypted, and bound to its own row."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.test import override_settings

from concerns.models import Concern
from concerns.models.base.encrypted_text import (
    DecryptionFailed,
    EncryptedText,
    decrypt_text,
    encrypt_text,
)
from concerns.rules.lifecycle import State
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def raw(concern, column="account") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM concerns_concern WHERE id = %s", [concern.pk])
        return bytes(cursor.fetchone()[0])


def concern_with(where, words):
    return factories.concern_at(State.WAITING, where=where, account=words)


@pytest.mark.parametrize("words", ["quiet", "naïve — ’", "🙂 عربى 中文", "a\nb\tc", "x" * 50_000])
def test_words_come_back_as_they_were_typed(where, words):
    assert Concern.objects.get(pk=concern_with(where, words).pk).account == words


def test_the_database_does_not_hold_the_words(where):
    assert b"quiet" not in raw(concern_with(where, "quiet all morning"))


def test_the_same_words_twice_are_sealed_differently(where):
    assert raw(concern_with(where, "quiet")) != raw(concern_with(where, "quiet"))


def test_words_moved_to_another_row_do_not_open(where):
    one = concern_with(where, "one")
    other = concern_with(where, "other")
    with pytest.raises(DecryptionFailed):
        decrypt_text(raw(one), EncryptedText.bound_to(Concern._meta.get_field("account"), other))


def test_words_altered_by_one_bit_do_not_open():
    sealed = bytearray(encrypt_text("quiet", b"row"))
    sealed[-1] ^= 1
    with pytest.raises(DecryptionFailed):
        decrypt_text(bytes(sealed), b"row")


def test_words_of_an_unknown_key_say_so():
    sealed = encrypt_text("quiet", b"row")
    with (
        override_settings(RECORD_KEYS={2: b"2" * 32}),
        pytest.raises(DecryptionFailed, match="key"),
    ):
        decrypt_text(sealed, b"row")


def test_an_old_key_still_opens_what_it_wrote(settings):
    sealed = encrypt_text("quiet", b"row")
    settings.RECORD_KEYS = {9: b"9" * 32, **settings.RECORD_KEYS}
    assert (decrypt_text(sealed, b"row"), encrypt_text("new", b"row")[0]) == ("quiet", 9)


def test_update_cannot_write_words(where):
    with pytest.raises(TypeError, match="save"):
        Concern.objects.filter(pk=1).update(account="changed")


def test_words_cannot_be_filtered_by(where):
    with pytest.raises(FieldError):
        Concern.objects.filter(account="quiet")


def test_words_left_out_of_a_read_are_fetched_when_asked_for(where):
    concern = concern_with(where, "quiet")
    assert Concern.objects.defer("account").get(pk=concern.pk).account == "quiet"


def test_no_words_are_kept_as_nothing(where):
    assert raw(concern_with(where, "quiet"), "asked") == b""
