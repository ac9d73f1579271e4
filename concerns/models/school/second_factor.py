"""The second factors people have set up: an app's codes (TOTP), passkeys and recovery codes.

The rows are django-allauth's (`allauth.mfa`), and this file is the only one that asks for them. The
secrets in them are encrypted with the record's keys (`safeguarding/second_factor.py`). A code of an
app counts once, in every web process: the row keeps the time step of the last one.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

# Recovery codes stand in for a factor once each, and are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
RECOVERY = Authenticator.Type.RECOVERY_CODES


def second_factors() -> "QuerySet[Any]":
    """Every second factor that somebody has set up. Recovery codes are not among them."""
    return Authenticator.objects.filter(type__in=FACTORS)


def post_holder_has_factor() -> RawSQL:
    """For a query of posts: whether the holder has a second factor.

    Plain SQL: every page asks it, and built by Django it would take as much again as its posts.
    """
    places = ", ".join(["%s"] * len(FACTORS))
    made = "SELECT 1 FROM mfa_authenticator made WHERE made.user_id = concerns_post.person_id"
    sql = f"EXISTS ({made} AND made.type IN ({places}))"
    return RawSQL(sql, [str(kind) for kind in FACTORS], output_field=BooleanField())  # noqa: S611


def has_second_factor(person: AbstractBaseUser) -> bool:
    return second_factors().filter(user=person).exists()


def new_totp_secret() -> str:
    """A secret for an app, in base 32: 160 bits."""
    secret: str = totp.generate_totp_secret()
    return secret


def matching_time_step(secret: str, code: str) -> int | None:
    """The time step, a count of half-minutes, for which `code` is right now, or was or will be half
    a minute away; None if it is wrong."""
    for step in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected):
            return step
    return None


def set_up_totp(person: AbstractBaseUser, secret: str, step: int) -> None:
    """Keep the secret of the person's app, in place of an earlier one. `step` is used up."""
    Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).delete()
    row = totp.TOTP.activate(person, secret).instance
    row.data["last_step"] = step
    row.save(update_fields=["data"])


def read_totp_secret(person: AbstractBaseUser) -> str:
    """The secret of the person's app, for the demonstration, which prints it; "" without one."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return decrypt(row.data["secret"]) if row else ""


def make_recovery_codes(person: AbstractBaseUser) -> list[str]:
    """New recovery codes, in place of the earlier ones. Each works once."""
    Authenticator.objects.filter(user=person, type=RECOVERY).delete()
    codes: list[str] = RecoveryCodes.activate(person).generate_codes()
    return codes


def count_recovery_codes(person: AbstractBaseUser) -> int:
    """How many of their recovery codes have not been used."""
    row = Authenticator.objects.filter(user=person, type=RECOVERY).first()
    return len(row.wrap().get_unused_codes()) if row else 0


def use_code(person: AbstractBaseUser, code: str) -> Any:
    """The factor that `code` is right for, now used up: an app or the recovery codes. None if it is
    right for neither. Must run in a transaction."""
    rows = Authenticator.objects.select_for_update().filter(user=person).order_by("-type")
    for row in rows.exclude(type=Authenticator.Type.WEBAUTHN):
        right = _use_totp(row, code) if row.type in FACTORS else row.wrap().validate_code(code)
        if right:
            row.record_usage()
            return row
    return None


def _use_totp(row: Any, code: str) -> bool:
    step = matching_time_step(decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def has_passkey(person: AbstractBaseUser) -> bool:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).exists()


# The challenge of a passkey is kept in the session of the request that the library is serving, and
# counts once.


def begin_new_passkey(person: AbstractBaseUser) -> str:
    """What the browser needs to make a passkey, as JSON."""
    return json.dumps(webauthn.begin_registration(person, passwordless=False))


def set_up_passkey(person: AbstractBaseUser, name: str, written: str) -> bool:
    """Keep the passkey that the browser made. `written` is its answer, as JSON. False if wrong."""
    try:
        credential = json.loads(written)
        webauthn.complete_registration(webauthn.parse_registration_response(credential))
    except (ValueError, LookupError, AttributeError, TypeError, ValidationError):
        return False
    webauthn.WebAuthn.add(person, name, credential)
    return True


def begin_passkey(person: AbstractBaseUser) -> str:
    """What the browser needs to use one of the person's passkeys, as JSON."""
    return json.dumps(webauthn.begin_authentication(person))


def use_passkey(person: AbstractBaseUser, written: str) -> bool:
    """Whether the browser's answer, as JSON, is by one of the person's passkeys."""
    try:
        answer = webauthn.parse_authentication_response(json.loads(written))
        row = webauthn.complete_authentication(person, answer)
    except (ValueError, LookupError, AttributeError, TypeError, ValidationError):
        return False
    row.record_usage()
    return True


@dataclass(frozen=True)
class KeptFactor:
    """A passkey or an app of somebody: its row's key, what it is, and when it was last used."""

    key: int
    name: str
    added_at: datetime
    used_at: datetime | None


def list_second_factors(person: AbstractBaseUser) -> list[KeptFactor]:
    """The person's passkeys and app, in the order in which they were set up."""
    rows = second_factors().filter(user=person).order_by("created_at", "pk")
    return [
        KeptFactor(row.pk, _name_of_factor(row), row.created_at, row.last_used_at) for row in rows
    ]


def _name_of_factor(row: Any) -> str:
    if row.type == Authenticator.Type.WEBAUTHN:
        return str(row.wrap().name)
    return "App that shows codes"


def remove_one_factor(person: AbstractBaseUser, key: int) -> None:
    """Remove one of the person's factors; with the last one their recovery codes too."""
    second_factors().filter(user=person, pk=key).delete()
    if not has_second_factor(person):
        Authenticator.objects.filter(user=person).delete()


def remove_second_factors(person: AbstractBaseUser) -> int:
    """Remove all their factors and recovery codes. Returns how many factors there were."""
    rows = Authenticator.objects.filter(user=person)
    count: int = rows.filter(type__in=FACTORS).count()
    rows.delete()
    return count
