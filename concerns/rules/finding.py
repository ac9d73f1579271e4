"""This file knows by which words a concern is found.

A word is folded (`names.folded`) and loses its ending, so that "bruise", "bruised" and "bruising"
find each other; nothing is understood, only shortened, and now and then two words that have nothing
to do with each other are shortened to one. It finds too much rather than too little.

Left out are single letters, and the words that are in nearly everything anybody writes: they find
nothing, and how often they stand in a record is the first thing that gives away a word of it (see
`models/finding.py`). "No", "not" and "never" are among them; no word of family, body or feeling is.
"""

from collections.abc import Iterable
from functools import lru_cache

from concerns.rules.names import folded

# Endings of English, longest first. Another language's words are shortened alike on both sides.
_ENDINGS = ("ing", "ed", "es", "s", "d", "e")
SHORTEST = 3

_WORDS = """
a about after again all also am an and any are as at back be because been before being but by
can could did do does doing dont down for from get go going got had has have he her here hers
him his how i if in into is it its just like me more my never no not now of off on one only or
our out over own said say says she so some such than that the their them then there these they
this those to too under until up us very was we were what when where which while who why will
with would you your
"""
TOO_COMMON = frozenset(_WORDS.split())


@lru_cache(maxsize=20_000)
def shortened(word: str) -> str:
    """A folded word without its ending. The same word always becomes the same."""
    while True:
        shorter = _without_ending(word)
        if shorter == word:
            break
        word = shorter
    if len(word) > SHORTEST and word[-1] == word[-2] and word.isalpha():
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) >= SHORTEST and word.endswith("y") else word


def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        # A hand stays a hand, and a dress a dress.
        before = word[-2:-1]
        if (ending == "d" and before != "e") or (ending == "s" and before == "s"):
            continue
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word


def found_by(*texts: str) -> set[str]:
    """The words by which something that says `texts` is found, folded and shortened."""
    return {
        shortened(word)
        for word in folded(" ".join(texts)).split()
        # Another alphabet's single letter may be a word.
        if word not in TOO_COMMON and (len(word) > 1 or word.isdigit() or not word.isascii())
    }


def looked_for(typed: str) -> list[str]:
    """The words to find of what somebody typed, each once; the longest, which are the rarest,
    first. Empty when it says nothing that anything could be found by."""
    return sorted(found_by(typed), key=lambda word: (-len(word), word))


def around(text: str, words: Iterable[str], most: int = 12) -> list[tuple[str, bool]]:
    """A piece of `text` about the first of `words` in it: pieces, and whether each is one found.

    `most` words on either side. Empty where none of them is in it.
    """
    wanted, said = set(words), text.split()
    hits = [not wanted.isdisjoint(found_by(word)) for word in said]
    if True not in hits:
        return []
    first = max(hits.index(True) - most, 0)
    last = min(first + 2 * most + 1, len(said))
    pieces: list[tuple[str, bool]] = []
    for word, hit in zip(said[first:last], hits[first:last], strict=True):
        if pieces and pieces[-1][1] == hit:
            pieces[-1] = (f"{pieces[-1][0]} {word}", hit)
        else:
            pieces.append((word, hit))
    before = [("…", False)] if first else []
    return [*before, *pieces, *([("…", False)] if last < len(said) else [])]
