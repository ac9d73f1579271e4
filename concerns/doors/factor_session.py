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
from concerns.rules.second_factor import ASKED_AGAIN_AFTER, STILL_TAKEN_FOR

# Pages that ask again for a second factor that was given a while ago, by URL name: files that leave
# the site, approvals, the school's clocks, and whatever opens an account or a calendar.
ASKED_AGAIN = frozenset({
    "child_tracker_csv", "audit_csv", "people_answer", "people_invite", "people_lost_factor",
    "chase_clocks", "chase_calendar_link",
    "access", "access_new", "access_own", "access_passkey", "access_codes", "account_sign_on_link",
    "access_export_answer", "leaving_package", "leaving_package_file",
})  # fmt: skip
NEW_APP = "new_app"
# Since when the session is to give its factor again, because it opened unusually many files.
WANTED_SINCE = "factor_wanted_since"


def was_factor_given(request: HttpRequest) -> bool:
    """Whether this session was given a second factor of the person who is signed in."""
    return bool(_given_factors(request))


def is_factor_asked_again(request: HttpRequest, page: str) -> bool:
    """Whether the page with the URL name `page` asks again for the factor that the session has.

    A session without one is not asked here: the gate has decided what it opens.
    """
    given = _given_factors(request)
    if page not in ASKED_AGAIN or not given:
        return False
    opens = request.method in ("GET", "HEAD")
    counts = ASKED_AGAIN_AFTER if opens else STILL_TAKEN_FOR
    return time.time() - max(record["at"] for record in given) > counts.total_seconds()


def want_factor_again(request: HttpRequest) -> None:
    """Note that the session must give its factor again, counted from now; once until it has."""
    request.session.setdefault(WANTED_SINCE, time.time())


def is_factor_wanted(request: HttpRequest) -> bool:
    """Whether the session has a second factor that it was to give again, and has not yet. One that
    had not to give any is not asked."""
    want_factor_again(request)
    given = _given_factors(request)
    return bool(given) and max(record["at"] for record in given) < request.session[WANTED_SINCE]


def forget_factor_wanted(request: HttpRequest) -> None:
    request.session.pop(WANTED_SINCE, None)


def note_factor_given(request: HttpRequest, at: float | None = None) -> None:
    """Note that the session was given a second factor, just now or `at`, in seconds since 1970; and
    give the session another key."""
    record_authentication(request, cast(Any, request.user), method="mfa", at=at)
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
