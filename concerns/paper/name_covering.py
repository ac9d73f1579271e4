"""Finds the names of other children in a text, and covers them in a print.

A print about one child leaves the building, so it must not name any other child. Names are found
however people write them: with or without accents, capitals, hyphens or a possessive ending. Only
the print is covered; the record keeps every word.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from concerns.rules.name_folding import fold_text

COVER = "[another child]"
_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_OWNS = re.compile(r"['’ʼ`]s$", re.IGNORECASE)
Name = tuple[str, ...]


class TextPiece(NamedTuple):
    """A part of a text. `found`: it is the name of another child.

    `number` counts the names found in the text, from 0.
    """

    words: str
    found: bool = False
    number: int = 0


def split_name_words(*parts: str) -> Name:
    """The words of a name, folded (no accents, no case) for comparing."""
    return tuple(fold_text(" ".join(parts)).split())


class NamesToCover:
    """The names to cover: all of `names` that are not also in `less`. Where several names begin at
    the same word, the longest is covered."""

    def __init__(self, names: Iterable[Name], less: Iterable[Name] = ()):
        self._by_first: dict[str, list[Name]] = defaultdict(list)
        for one in sorted(set(names) - set(less) - {()}, key=len, reverse=True):
            self._by_first[one[0]].append(one)

    def split_at_names(self, text: str) -> list[TextPiece]:
        """`text` split at every name found in it."""
        text = unicodedata.normalize("NFC", text)
        tokens = list(_TOKEN.finditer(text))
        said = [_word_variants(token[0]) for token in tokens]
        pieces = []
        done = 0
        at = 0
        number = 0
        while at < len(tokens):
            length = self._name_length_at(said, at)
            if length:
                begin = tokens[at].start()
                end = _end_without_possessive(tokens[at + length - 1])
                pieces += [TextPiece(text[done:begin]), TextPiece(text[begin:end], True, number)]
                done = end
                number = number + 1
            at += length or 1
        return [piece for piece in [*pieces, TextPiece(text[done:])] if piece.words]

    def _name_length_at(self, said: list[frozenset[str]], at: int) -> int:
        """The number of words of the name that begins at word `at`; 0 if none does."""
        for word in said[at]:
            for one in self._by_first.get(word, ()):
                after = said[at : at + len(one)]
                if len(after) == len(one) and all(map(_is_name_word, one, after)):
                    return len(one)
        return 0


def _is_name_word(word: str, said: frozenset[str]) -> bool:
    return word in said


def _word_variants(token: str) -> frozenset[str]:
    """The folded word with and without a possessive ending: "Khan's" can mean "Khan"."""
    return frozenset("".join(fold_text(one).split()) for one in (token, _OWNS.sub("", token)))


def _end_without_possessive(token: re.Match) -> int:
    """Where the word ends in the text, not counting a possessive ending."""
    return token.start() + len(_OWNS.sub("", token[0]))


def cover_names(pieces: list[TextPiece], shown: Iterable[int] = ()) -> str:
    """The text of `pieces` with each name replaced by COVER, but for the numbers in `shown`."""
    keep = set(shown)
    return "".join(
        COVER if piece.found and piece.number not in keep else piece.words for piece in pieces
    )
