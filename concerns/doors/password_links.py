"""Links to choose a password: made for one person, and read when they are followed.

A link is a token of Django's, signed and kept nowhere. It is made from the password and the time of
the last sign-in, so it works once and ends when a password is set in any way, and when the person
signs in. Somebody who has left can use none. How long it works: `rules/passwords.py`. Nobody in the
school ever sees a link: they go out by `mail.py`.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int

from concerns.models import Person
from concerns.rules.passwords import PasswordLinkKind


class PasswordLinkTokens(PasswordResetTokenGenerator):
    """Makes and checks the tokens of one kind of link.

    None works for longer than `PASSWORD_RESET_TIMEOUT`.
    """

    def __init__(self, kind: PasswordLinkKind) -> None:
        super().__init__()
        self.key_salt = f"concerns.password_link.{kind}"
        self.lasts = kind.lasts

    def check_token(self, user: Any, token: str | None) -> bool:
        if not token or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])
        return age <= self.lasts.total_seconds()

    def _now(self) -> datetime:
        """In UTC, so that no link works an hour longer or shorter when the clocks change."""
        return datetime.now(UTC).replace(tzinfo=None)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """Also from the fraction of the second of the last sign-in, which Django leaves out."""
        last = user.last_login.isoformat() if user.last_login else ""
        return f"{super()._make_hash_value(user, timestamp)}{last}"


TOKENS = {kind: PasswordLinkTokens(kind) for kind in PasswordLinkKind}


def build_password_link(person: Person, kind: PasswordLinkKind) -> str:
    """The address, with a signed token, where `person` chooses a password."""
    token = f"{person.uid}.{TOKENS[kind].make_token(person)}"
    return f"{settings.SITE_ORIGIN}{reverse('people_password')}?link={token}"


def person_of_password_link(written: str) -> Person | None:
    """The person a password link was made for; None if the link is malformed, used or expired, or
    if they have left.

    `written` is the value of its `link` parameter: the person's uid, a dot and the token.
    """
    uid, _, token = written.partition(".")
    try:
        found = Person.objects.with_post_from(timezone.localdate()).filter(uid=uuid.UUID(uid))
    except ValueError:
        return None
    person = found.first()
    works = person and any(tokens.check_token(person, token) for tokens in TOKENS.values())
    return person if works else None
