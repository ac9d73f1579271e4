"""The sessions in which people are signed in, so that one can be seen and ended from another.

The rows are django-allauth's (`allauth.usersessions`), written at each sign-in, and this file is
the only one that asks for them. A session that has ended in any way, as with a new password, is
taken out when its owner's are next listed or somebody signs in as them.
"""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser


def list_open_sessions(person: AbstractBaseUser) -> list[Any]:
    """The sessions in which `person` is signed in, the newest first."""
    rows: list[Any] = UserSession.objects.purge_and_list(person)
    return sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=True)


def end_sessions(rows: list[Any]) -> int:
    """End these sessions, at once. Returns how many there were."""
    for row in rows:
        row.end()
    return len(rows)


def follow_new_key(old: str | None, new: str | None) -> None:
    """Note that a session has another key from now on."""
    UserSession.objects.filter(session_key=old).update(session_key=new)
