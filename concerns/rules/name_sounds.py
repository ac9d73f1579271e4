"""How a name sounds, so that it is found as people misremember it: "Robin" finds Robyn.

Two phonetic codes of each word are kept and compared whole: metaphone, which follows English
spelling, and NYSIIS, which was made for names. Each finds pairs that the other misses: metaphone
Kathryn and Catherine, NYSIIS Nicholas and Nicolas. Both come from the library jellyfish and are
worked out here, never by the database, so that both databases find the same.
"""

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from jellyfish import metaphone, nysiis

from concerns.rules.name_folding import fold_text, name_search_words

# Names that neither code brings together, each line said alike. Folded, without accents.
_SAID_ALIKE = """
    aine anya
    aisling ashling
    aoife eefa
    caoimhe keeva keva
    chloe cloe khloe
    cian kian keane
    ciara kiera keira
    domhnall donal
    eilidh ailie
    eoghan eoin owen owain
    hamish seamus shamus
    jasmine yasmin yasmine
    niamh neve nieve
    oisin osheen
    rhys reece reese
    saoirse seersha
    sean shaun shawn shaune
    siobhan shivaun chevonne
    sorcha suraha
    thomas tomas
    tomasz tomash
    xavier zavier
    zac zach zack zak
"""
# Shorter codes are of too many names: Sam, Sean and San are all SAN.
_SHORTEST_NYSIIS = 4
_SOFT_H = re.compile("(?<=[bdjk])h")
# Words around a class or year, as in "Robyn in Year 4, class 4 Oak".
_SAID_OF_A_CLASS = ("class", "form", "in", "of", "year")
_ALIKE_OF = {word: line.split()[0] for line in _SAID_ALIKE.splitlines() for word in line.split()}


@lru_cache(maxsize=20_000)
def sound_keys(word: str) -> frozenset[str]:
    """The codes of a folded word, each with a capital in front, which no folded word has.

    Empty for a single letter, and for a word with digits or letters of another alphabet, which the
    codes say nothing about.
    """
    if len(word) < 2 or not (word.isascii() and word.isalpha()):
        return frozenset()
    # Robyn is Robin, and Mary-Ann Marianne: only at the beginning is a y no i.
    # The h of Khan, Sidhu and Bhavna is hardly heard.
    spelt = _SOFT_H.sub("", word[0] + word[1:].replace("y", "i"))
    by_name = nysiis(spelt)
    codes = {
        "M": metaphone(spelt),
        "N": by_name if len(by_name) >= _SHORTEST_NYSIIS else "",
        "S": _ALIKE_OF.get(word, ""),
    }
    return frozenset(f"{kind}:{code}" for kind, code in codes.items() if code)


def name_sound_keys(*names: str) -> set[str]:
    """The codes of each word of `names`, and of the words behind it as one: "Mary-Ann" is found by
    "Marianne"."""
    words = {word for name in names for word in fold_text(name).split()}
    return keys_of_words(words | name_search_words(*names))


def keys_of_words(words: Iterable[str]) -> set[str]:
    """The codes of all `words`, which are folded."""
    return {key for word in words for key in sound_keys(word)}


def match_every_word(
    variants: Iterable[list[str]], name_keys: set[str], place_words: Set[str] = frozenset()
) -> bool:
    """Whether a name with the keys `name_keys` is meant by one of `variants`, ways to read what was
    typed (`name_query_variants`).

    Every word of it is a word of the name or sounds like one, or is one of `place_words`, those of
    a year and class; at least one is of the name.
    """
    for words in variants:
        named = [word for word in words if not name_keys.isdisjoint({word, *sound_keys(word)})]
        if named and all(word in named or word in place_words for word in words):
            return True
    return False


@lru_cache(maxsize=2_000)
def class_search_words(year: str, class_name: str) -> frozenset[str]:
    """The words that mean a year and class: "1B", "4 Oak", "Year 4", "Y4", "in class 4 Oak"."""
    found = set(_SAID_OF_A_CLASS) if year or class_name else set()
    for name in (year, class_name):
        words = fold_text(name).split()
        found |= {*words, "".join(words)}
        found |= {f"y{word}" for word in words if word.isdigit()}
    return frozenset(found - {""})
