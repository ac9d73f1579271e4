"""This file knows when two ways of writing a name are the same name."""

import re
import unicodedata

# Letters of their own in other alphabets, that no decomposition takes apart.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def folded(name: str) -> str:
    """`name` without accents, case, apostrophes or hyphens, for finding on both databases."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"['’ʼ`]", "", plain.translate(_LETTERS))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())
