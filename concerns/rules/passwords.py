"""How a password is read as people type it.

Which passwords are refused is in `safeguarding/settings.py`, `AUTH_PASSWORD_VALIDATORS`.
"""

import unicodedata


def normalise_password(typed: str) -> str:
    """`typed` in the Unicode form NFKC, so that a password typed on another keyboard is the same.

    A Mac types é as two characters, Windows as one, and nobody sees the difference. Source: NIST SP
    800-63B, section 5.1.1.2.
    """
    return unicodedata.normalize("NFKC", typed)
