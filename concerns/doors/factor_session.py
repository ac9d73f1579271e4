"""What a session knows of its second factor: whether one was given, and how long ago; and the
secret of an app that is being set up.

The list of ways in which somebody has shown who they are is django-allauth's, in the session. A
session gets another key when a factor is given, so that nobody goes on with the key it had before.
"""

import time
from typing import Any, cast

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.utils import decrypt, encrypt
from django.http import HttpRequest

from concerns.models.school.second_factor import new_totp_secret
from concerns.models.school.user_sessions import follow_new_key
from concerns.rules.second_factor import ASKED_AGAIN_AFTER

NEW_APP = "new_app"


def was_factor_given(request: HttpRequest) -> bool:
    """Whether this session was given a second factor of the person who is signed in."""
    return bool(_given_factors(request))


def was_factor_given_lately(request: HttpRequest) -> bool:
    """Whether one was given in the last `ASKED_AGAIN_AFTER`."""
    given = _given_factors(request)
    latest = max((record["at"] for record in given), default=0)
    return time.time() - latest < ASKED_AGAIN_AFTER.total_seconds()


def note_factor_given(request: HttpRequest) -> None:
    """Note that the session was given a second factor just now, and give it another key."""
    record_authentication(request, cast(Any, request.user), method="mfa")
    old = request.session.session_key
    request.session.cycle_key()
    follow_new_key(old, request.session.session_key)


def get_new_app_secret(request: HttpRequest) -> str:
    """The secret of the app that is being set up in this session: the same until it is."""
    kept = request.session.get(NEW_APP)
    if kept:
        return decrypt(kept)
    secret = new_totp_secret()
    request.session[NEW_APP] = encrypt(secret)
    return secret


def forget_new_app_secret(request: HttpRequest) -> None:
    request.session.pop(NEW_APP, None)


def _given_factors(request: HttpRequest) -> list[dict[str, Any]]:
    records = get_authentication_records(request, cast(Any, request.user))
    return [record for record in records if record.get("method") == "mfa"]
