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

import re
from collections.abc import Iterable, Iterator, Set
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


# Characters of ordinary English text that are not ASCII and fold to nothing or to a space.
_PLAIN = "‘’“”–—…£"
_MARKS_WITHIN = "['`‘’]*"


@lru_cache(maxsize=256)
def _words_to_check(stems: frozenset[str]) -> re.Pattern[str]:
    """Matches each word of a text, up to the white space around it, that may have one of `stems`.

    It has the beginning of one, or a letter that only folding tells. So nearly all words of a text
    are passed over without being folded.
    """
    # `stem_word` turns a last y into i, and only shortens otherwise.
    parts = {stem[:-1] if stem.endswith("i") and len(stem) > 1 else stem for stem in stems}
    beginnings = [_MARKS_WITHIN.join(map(re.escape, part)) for part in sorted(parts)]
    any_of = "|".join([*beginnings, rf"[^\x00-\x7f{_PLAIN}]"])
    return re.compile(rf"(?<!\S)\S*?(?:{any_of})\S*", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _stems_of_word(word: str) -> frozenset[str]:
    return frozenset(searchable_stems(word))


def _find_matches(text: str, stems: frozenset[str]) -> Iterator[tuple[re.Match[str], Set[str]]]:
    """Each word of `text` with any of `stems`, and which."""
    for word in _words_to_check(stems).finditer(text):
        having = stems & _stems_of_word(word[0])
        if having:
            yield word, having


def stems_in_text(text: str, stems: frozenset[str]) -> Set[str]:
    """Those of `stems` that `text` has. It is read only until all are found."""
    found: set[str] = set()
    for _, having in _find_matches(text, stems):
        found |= having
        if len(found) == len(stems):
            break
    return found


def excerpt_around_match(text: str, words: Iterable[str], most: int = 12) -> list[tuple[str, bool]]:
    """An excerpt of `text` around the first word in it that matches one of the stems `words`.

    Returns pieces of text, each with whether it is a match. The excerpt has at most `most` words on
    either side of the first match. Empty if there is no match.
    """
    wanted = frozenset(words)
    first = next(_find_matches(text, wanted), None)
    if first is None:
        return []
    start = first[0].start()
    before = text[:start].split()
    after = text[start:].split()
    shown_before = before[-most:]
    shown_after = after[: 2 * most + 1 - len(shown_before)]
    pieces = _mark_matches(" ".join(shown_before + shown_after), wanted)
    cut_before = [("…", False)] if len(before) > len(shown_before) else []
    cut_after = [("…", False)] if len(after) > len(shown_after) else []
    return [*cut_before, *pieces, *cut_after]


def _mark_matches(text: str, wanted: frozenset[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a match. Neighbouring matches are one piece."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for word, _ in _find_matches(text, wanted):
        between = text[at : word.start()].strip()
        if between:
            pieces.append((between, False))
        if pieces and pieces[-1][1]:
            pieces[-1] = (f"{pieces[-1][0]} {word[0]}", True)
        else:
            pieces.append((word[0], True))
        at = word.end()
    rest = text[at:].strip()
    return [*pieces, (rest, False)] if rest else pieces
