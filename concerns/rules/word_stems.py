"""Turns text into the word stems by which a concern can be searched, and cuts excerpts for a match.

A word is folded (`names.fold_text`) and its ending is cut off, so that "bruise", "bruised" and
"bruising" find each other. Words are only shortened, never understood, so now and then two
unrelated words get the same stem: the search finds too much rather than too little.

Single letters and very common words are left out. They are of no use in a search, and the frequency
of such a word in a record is the first thing that would give a word of it away (see
`models/concern/word_index.py`). "No", "not" and "never" are among the common words, but no word of
family, body or feeling is. The index itself and its encryption are in
`models/concern/word_index.py`.
"""

from collections.abc import Iterable
from functools import lru_cache

from concerns.rules.name_folding import fold_text

# English endings, longest first. Words of another language are shortened too, which does no harm:
# the text and the search are shortened in the same way.
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
def stem_word(word: str) -> str:
    """The stem of a folded word: the word without its ending."""
    while True:
        shorter = _strip_ending(word)
        if shorter == word:
            break
        word = shorter
    if len(word) > SHORTEST and word[-1] == word[-2] and word.isalpha():
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) >= SHORTEST and word.endswith("y") else word


def _strip_ending(word: str) -> str:
    for ending in _ENDINGS:
        # So that "hand" keeps its d and "dress" its s.
        before = word[-2:-1]
        if (ending == "d" and before != "e") or (ending == "s" and before == "s"):
            continue
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word


def searchable_stems(*texts: str) -> set[str]:
    """The stems of all words in `texts` that can be searched for."""
    return {
        stem_word(word)
        for word in fold_text(" ".join(texts)).split()
        # A single letter of another alphabet may be a word.
        if word not in TOO_COMMON and (len(word) > 1 or word.isdigit() or not word.isascii())
    }


def search_query_stems(typed: str) -> list[str]:
    """The stems to search for when somebody has typed `typed`, each once.

    The longest come first, because they are the rarest. Empty if no word can be searched for.
    """
    return sorted(searchable_stems(typed), key=lambda word: (-len(word), word))


def excerpt_around_match(text: str, words: Iterable[str], most: int = 12) -> list[tuple[str, bool]]:
    """An excerpt of `text` around the first word in it that matches one of the stems `words`.

    Returns pieces of text, each with whether it is a match. The excerpt has at most `most` words on
    either side of the first match. Empty if there is no match.
    """
    wanted = set(words)
    said = text.split()
    hits = [not wanted.isdisjoint(searchable_stems(word)) for word in said]
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
