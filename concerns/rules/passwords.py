"""How a password is read as people type it, and how long a link to choose one works.

Which passwords are refused is in `safeguarding/settings.py`, `AUTH_PASSWORD_VALIDATORS`.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from concerns.rules.name_folding import fold_text
from concerns.rules.words import Choice

# Words that somebody who guesses at this site's passwords tries first, besides the words in the
# name of the school. Source: OWASP ASVS 5.0, 6.1.2, which asks for such a list.
_WORDS = """
academy child children class college concern concerns deputy designated dsl head headteacher infant
infants junior juniors lead letmein login nursery office officer passphrase password primary safe
safeguarding school secondary secret senior staff teacher teaching welcome
"""
GUESSED_FIRST = frozenset(_WORDS.split())
# The fewest letters that a password has besides such words.
FEWEST_OTHER_LETTERS = 4


def is_made_of_guessed_words(password: str, school_names: Iterable[str]) -> bool:
    """Whether nearly all of `password` is words that are guessed first or stand in the names of the
    person's schools: "Oakfield Primary School 2026!" at Oakfield. Figures and punctuation around
    such words do not count: they are guessed soon. Source: OWASP ASVS 5.0, 6.2.11."""
    listed = GUESSED_FIRST.union(*(fold_text(name).split() for name in school_names))
    folded = left = fold_text(password)
    # The longest first: "head" stands in "headteacher".
    for word in sorted(listed, key=len, reverse=True):
        left = left.replace(word, " ")
    return left != folded and len(re.sub(r"[\W\d_]", "", left)) < FEWEST_OTHER_LETTERS


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
