"""This file knows how the names of other children are found in a text, and covered in a print.

A print about one child leaves the building: nothing of another child may go with it. Names are
found as people write them, whatever the accents, case, hyphens or a possessive. What is covered is
the print alone; the record keeps every word.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from concerns.rules.names import folded

COVER = "[another child]"
_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_OWNS = re.compile(r"['’ʼ`]s$", re.IGNORECASE)
Name = tuple[str, ...]


class Piece(NamedTuple):
    """A stretch of a text; `found`: it is the name of another child, the `number`th of it."""

    words: str
    found: bool = False
    number: int = 0


def name(*parts: str) -> Name:
    """The words of a name, as they are looked for."""
    return tuple(folded(" ".join(parts)).split())


class Names:
    """The names that are looked for; the longest is found first."""

    def __init__(self, names: Iterable[Name], less: Iterable[Name] = ()):
        self._by_first: dict[str, list[Name]] = defaultdict(list)
        for one in sorted(set(names) - set(less) - {()}, key=len, reverse=True):
            self._by_first[one[0]].append(one)

    def pieces(self, text: str) -> list[Piece]:
        """`text` cut at every name that is found in it."""
        text = unicodedata.normalize("NFC", text)
        tokens = list(_TOKEN.finditer(text))
        said = [_said(token[0]) for token in tokens]
        pieces, done, at, number = [], 0, 0, 0
        while at < len(tokens):
            length = self._length(said, at)
            if length:
                begin, end = tokens[at].start(), _end(tokens[at + length - 1])
                pieces += [Piece(text[done:begin]), Piece(text[begin:end], True, number)]
                done, number = end, number + 1
            at += length or 1
        return [piece for piece in [*pieces, Piece(text[done:])] if piece.words]

    def _length(self, said: list[frozenset[str]], at: int) -> int:
        """How many words the name has that begins at `at`; 0 where none does."""
        for word in said[at]:
            for one in self._by_first.get(word, ()):
                after = said[at : at + len(one)]
                if len(after) == len(one) and all(map(_is, one, after)):
                    return len(one)
        return 0


def _is(word: str, said: frozenset[str]) -> bool:
    return word in said


def _said(token: str) -> frozenset[str]:
    """A word as it stands, and without its possessive: "Khan's" may be a Khan's."""
    return frozenset("".join(folded(one).split()) for one in (token, _OWNS.sub("", token)))


def _end(token: re.Match) -> int:
    return token.start() + len(_OWNS.sub("", token[0]))


def covered(pieces: list[Piece], shown: Iterable[int] = ()) -> str:
    """The text with each name covered, less those numbered in `shown`."""
    keep = set(shown)
    return "".join(
        COVER if piece.found and piece.number not in keep else piece.words for piece in pieces
    )
