"""How a password is read as people type it, and how long a link to choose one works.

Which passwords are refused is in `safeguarding/settings.py`, `AUTH_PASSWORD_VALIDATORS`.
"""

import unicodedata
from datetime import timedelta

from concerns.rules.words import Choice


def normalise_password(typed: str) -> str:
    """`typed` in the Unicode form NFKC, so that a password typed on another keyboard is the same.

    A Mac types é as two characters, Windows as one, and nobody sees the difference. Source: NIST SP
    800-63B, section 5.1.1.2.
    """
    return unicodedata.normalize("NFKC", typed)


class PasswordLinkKind(Choice):
    """What a link to choose a password is for. It decides how long the link works."""

    INVITATION = "invitation", "A first password, or one for an account that was made safe"
    RESET = "reset", "A new password in place of one that was forgotten"

    @property
    def lasts(self) -> timedelta:
        return LINK_LASTS[self]


# Whoever is invited may not be at work today; whoever forgot their password is waiting. Source:
# OWASP ASVS 5.0, 6.4.1 and 6.4.3, and NIST SP 800-63B, 6.1.2.3.
LINK_LASTS = {
    PasswordLinkKind.INVITATION: timedelta(hours=48),
    PasswordLinkKind.RESET: timedelta(minutes=60),
}
LINK_LASTS_IN_WORDS = {
    PasswordLinkKind.INVITATION: "48 hours",
    PasswordLinkKind.RESET: "60 minutes",
}
