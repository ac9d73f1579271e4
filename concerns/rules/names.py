"""This file knows when two ways of writing a name are the same name, and which words find it."""

import re
import unicodedata

# Letters of their own in other alphabets, that no decomposition takes apart.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# Inside a word and no part of it: every apostrophe that keyboards make, what joins or lengthens
# letters (Arabic's tatweel, Persian's joiners), what only turns the direction of writing.
_WITHIN = re.compile("['`´‘’ʹʻʼ′\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# What the database keeps of one word.
LONGEST = 100
_BETWEEN = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """`name` without accents, case, apostrophes or hyphens, for finding on both databases."""
    if name.isascii():
        # As most of what is written: the same, five times as fast.
        plain = name.lower().replace("'", "").replace("`", "")
        return " ".join(_BETWEEN.sub(" ", plain).split())
    plain = unicodedata.normalize("NFKD", _WITHIN.sub("", name).casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = _WITHIN.sub("", plain.translate(_LETTERS))
    return " ".join(_BETWEEN.sub(" ", plain).split())


def name_words(*names: str) -> set[str]:
    """What `names` (forename, surname, known as) are found by, when it is looked for by beginnings:
    each folded word with those behind it, written as one. So "Cruz Al-Rashid" is found by "cruz",
    by "rashid", and by "alrashid" too."""
    found = set()
    for name in names:
        words = folded(name).split()
        found |= {"".join(words[at:])[:LONGEST] for at in range(len(words))}
    return found


def ways(part: str) -> list[list[str]]:
    """The ways in which `part`, typed by somebody, may be meant: word by word, or with two of its
    words, or all of them, written as one: "al rashid" is also "alrashid". Empty for no word."""
    words = folded(part).split()[:6]
    if not words:
        return []
    joined = [
        [*words[:at], words[at] + words[at + 1], *words[at + 2 :]] for at in range(len(words) - 1)
    ]
    whole = [["".join(words)]] if len(words) > 2 else []
    return [words, *joined, *whole]
