"""Compares names however they are written, and splits them into the words they are searched by.

Pupil numbers (UPNs), which are searched for in the same box, are read here too.

Also used on any other text, to make a search ignore accents, case and apostrophes.
"""

import re
import unicodedata

# Letters that Unicode decomposition does not reduce to a plain letter.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# Characters inside a word that are dropped: every apostrophe that keyboards make, characters that
# join or lengthen letters (Arabic tatweel, Persian joiners), and marks of writing direction.
_WITHIN = re.compile("['`´‘’ʹʻʼ′\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# The most characters of one word that the database keeps.
LONGEST = 100
_BETWEEN = re.compile(r"[\W_]+")


def fold_text(name: str) -> str:
    """`name` in lower case, without accents or apostrophes, other punctuation made single spaces.

    Done here so that searches give the same results on both databases.
    """
    if name.isascii():
        # A shortcut with the same result, five times as fast; most text is ASCII.
        plain = name.lower().replace("'", "").replace("`", "")
        return " ".join(_BETWEEN.sub(" ", plain).split())
    plain = unicodedata.normalize("NFKD", _WITHIN.sub("", name).casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = _WITHIN.sub("", plain.translate(_LETTERS))
    return " ".join(_BETWEEN.sub(" ", plain).split())


# Made of capitals and figures, with at least one figure: a real one has 13, a temporary one too.
_PUPIL_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9]{6,13}", re.ASCII)


def find_pupil_numbers(typed: str) -> list[str]:
    """What in `typed` may be a UPN, as the roll keeps it: without spaces, in capitals."""
    words = typed.upper().split()[:6]
    found = [*words, "".join(words)]
    return [word for word in dict.fromkeys(found) if _PUPIL_NUMBER.fullmatch(word)]


def name_search_words(*names: str) -> set[str]:
    """The strings whose beginnings find somebody called `names` (forename, surname, known as).

    They are each folded word joined to all words after it in the same name, at most `LONGEST`
    characters. So "Cruz Al-Rashid" is found by "cruz", by "rashid" and by "alrashid".
    """
    found = set()
    for name in names:
        words = fold_text(name).split()
        found |= {"".join(words[at:])[:LONGEST] for at in range(len(words))}
    return found


def name_query_variants(part: str) -> list[list[str]]:
    """The ways to read `part`, a name typed into a search; each is a list of folded words.

    They are the words themselves, then with each pair of neighbours joined, then all joined: "al
    rashid" is also "alrashid". Only the first six words count. Empty if there is no word.
    """
    words = fold_text(part).split()[:6]
    if not words:
        return []
    joined = [
        [*words[:at], words[at] + words[at + 1], *words[at + 2 :]] for at in range(len(words) - 1)
    ]
    whole = [["".join(words)]] if len(words) > 2 else []
    return [words, *joined, *whole]
