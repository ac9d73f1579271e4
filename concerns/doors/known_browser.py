"""Recognises a browser in which somebody has signed in before, by a cookie.

Whoever guesses at an account is slowed down, and its owner must not be (`sign_in_limits.py`). So
each sign-in leaves a mark in the browser that is bound to the account and to its password. The
cookie holds the marks of the last accounts that signed in there, and names none of them: a mark is
a number of chance, signed with a key made from the account. It ends with the password, so also when
somebody leaves. It lets nobody in: it only says at whose tries a guess is counted.

The library's nearest thing, "trust this browser" of `allauth.mfa`, skips the second factor, and
knows a browser only after the password was right.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from concerns.models import Person

MARK_LASTS = timedelta(days=180)
# In one browser: the computer of a staff room.
MOST_ACCOUNTS = 12
# Between marks: it comes in none, and a cookie may hold it.
BETWEEN = "|"


def find_known_browser(request: HttpRequest, person: Person) -> str:
    """The random number of this browser's mark for `person`; "" if they have not signed in here
    since their password was set, or in the last 180 days."""
    for mark in _marks_in_cookie(request):
        if browser := _read_mark(mark, person):
            return browser
    return ""


def remember_browser(request: HttpRequest, response: HttpResponseBase, person: Person) -> None:
    """Leave a mark for `person`, who has just proved that the account is theirs. Renews an old one,
    and keeps those of others."""
    others = [mark for mark in _marks_in_cookie(request) if not _read_mark(mark, person)]
    browser = find_known_browser(request, person) or secrets.token_urlsafe(9)
    marks = [_signer_for(person).sign(browser), *others]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        BETWEEN.join(marks[:MOST_ACCOUNTS]),
        max_age=MARK_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks_in_cookie(request: HttpRequest) -> list[str]:
    marks = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "").split(BETWEEN)
    return [mark for mark in marks if mark][:MOST_ACCOUNTS]


def _read_mark(mark: str, person: Person) -> str:
    try:
        return _signer_for(person).unsign(mark, max_age=MARK_LASTS)
    except signing.BadSignature:
        return ""


def _signer_for(person: Person) -> signing.TimestampSigner:
    """Signs for one account and one password of it."""
    return signing.TimestampSigner(salt=f"known:{person.uid}:{person.get_session_auth_hash()}")
