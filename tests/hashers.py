"""Argon2id as the site uses it, but each password is compared with each hash only once a process.

Tests sign the same made-up people in hundreds of times with the same password. The first comparison
of a password with a hash is a real one, and so is every comparison that the tests' servers make:
they run with the site's own settings.
"""

from functools import cache, lru_cache

from django.contrib.auth.hashers import make_password

from safeguarding.hashers import Argon2id


class RememberedArgon2id(Argon2id):
    """Remembers what it compared. Hashing a new password costs what it costs on the site."""

    def verify(self, password: str, encoded: str) -> bool:
        return _compare(password, encoded)


@lru_cache(maxsize=1000)
def _compare(password: str, encoded: str) -> bool:
    return Argon2id().verify(password, encoded)


@cache
def hash_once(password: str) -> str:
    """One hash of `password` for everybody in the tests who has it."""
    return make_password(password)
