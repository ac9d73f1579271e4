"""Asks a list of stolen passwords whether a new password is in it, without telling the password.

The list is Have I Been Pwned's, or a copy of it with the same interface that somebody runs. It is
asked by range: only the first five characters of the password's SHA-1 leave the site, hundreds of
passwords in the list begin with each, and all their endings come back and are compared here. The
answer is padded, so that its length tells no onlooker which range it was. Source: OWASP ASVS 5.0,
6.2.12.

It is asked only where whoever runs the site has said so (`BREACHED_PASSWORDS_URL`). A list that
cannot be asked keeps nobody from a password: what is common or guessed first is refused anyway
(`safeguarding/accounts.py`). There are packages for this; each would bring a second client for HTTP
with it, for one request.
"""

import hashlib
import logging

from django.conf import settings

from concerns.rules.passwords import normalise_password

log = logging.getLogger(__name__)

OK = 200
# Characters of the hash that are told.
TOLD = 5
# Seconds to connect, and between two pieces of an answer.
PATIENCE = (2, 3)


def is_breached_password(password: str) -> bool:
    """Whether `password` is in the list. False if no list is asked, or if it cannot be asked, which
    is logged."""
    if not settings.BREACHED_PASSWORDS_URL:
        return False
    hashed = hashlib.sha1(normalise_password(password).encode(), usedforsecurity=False)
    digest = hashed.hexdigest().upper()
    return digest[TOLD:] in _read_endings(digest[:TOLD])


def _read_endings(beginning: str) -> set[str]:
    """The endings of the hashes in the list that begin so; none if it cannot be asked."""
    # Loaded here: most workers never ask, and each would start later.
    import requests

    try:
        answer = requests.get(
            f"{settings.BREACHED_PASSWORDS_URL}/{beginning}",
            headers={"Add-Padding": "true", "User-Agent": "safeguarding-concerns"},
            timeout=PATIENCE,
            allow_redirects=False,
        )
        if answer.status_code != OK:
            raise requests.HTTPError
    except requests.RequestException as fault:
        # Its words would hold the beginning of the hash.
        log.warning("the list of stolen passwords was not asked: %s", type(fault).__name__)
        return set()
    pairs = (line.strip().partition(":") for line in answer.text.splitlines())
    # A line of padding says that the password was stolen 0 times.
    return {ending.upper() for ending, _, times in pairs if times.strip("0")}
