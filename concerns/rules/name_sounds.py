"""How a name sounds, so that it is found as people misremember it: "Robin" finds Robyn.

Two phonetic codes of each word are kept and compared whole: metaphone, which follows English
spelling, and NYSIIS, which was made for names. Each finds pairs that the other misses: metaphone
Kathryn and Catherine, NYSIIS Nicholas and Nicolas. Both come from the library jellyfish and are
worked out here, never by the database, so that both databases find the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jellyfish import jaro_winkler_similarity, metaphone, nysiis

from concerns.rules.name_folding import (
    LONGEST,
    fold_text,
    name_query_variants,
    name_search_words,
)

# Names that neither code brings together, each line said alike. Folded, without accents.
_SAID_ALIKE = """
    abdul abdel
    aine anya
    aisling ashling
    amelia emilia emelia
    aoife eefa
    caoimhe keeva keva
    catherine katherine kathryn cathryn katharine kate katie cathy kathy
    chloe cloe khloe
    cian kian keane
    ciara kiera keira
    domhnall donal
    eilidh ailie
    elizabeth elisabeth liz lizzie beth betty
    eoghan eoin owen owain
    graham graeme grahame
    hamish seamus shamus
    hughes hughs
    ibrahim ebrahim
    imran emran
    jasmine yasmin yasmine
    lewis louis luis
    niamh neve nieve
    oisin osheen
    omar umar omer
    rhian rian rhianne
    rhys reece reese
    robert rob bob bobby
    saoirse seersha
    sean shaun shawn shaune
    siobhan shivaun chevonne
    sorcha suraha
    thomas tomas tom tommy
    thompson thomson tomson
    tomasz tomash
    usman osman uthman othman
    william will bill billy
    xavier zavier
    zac zach zack zak
    zoe zowie
"""
# Shorter codes are of too many names: Sam, Sean and San are all SAN.
_SHORTEST_NYSIIS = 4
_SOFT_H = re.compile("(?<=[bdjk])h")
# Words around a class or year, as in "Robyn in class 4 Oak".
_AROUND_A_CLASS = frozenset({"class", "form", "in", "of"})
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


def name_likeness(words: Iterable[str], name_words: Iterable[str]) -> float:
    """How like `words` are to those of a name in spelling, summed: 1 for each that is the same.

    Tells the likelier apart among names that sound alike: Robin is more like Robyn than Reuben.
    """
    known = list(name_words)
    return sum(
        max((jaro_winkler_similarity(word, own) for own in known), default=0) for word in words
    )


def name_readings(typed: str) -> list[list[str]]:
    """The ways to read what was typed for a name, perhaps with a class; each is a list of words.

    As `name_query_variants`, and the same without words that only lead to a class. The first is
    what was typed. Empty if there is no word.
    """
    found = name_query_variants(typed)
    words = fold_text(typed).split()[:6]
    named = [word for word in words if word not in _AROUND_A_CLASS]
    return found + name_query_variants(" ".join(named)) if named and named != words else found


@dataclass(frozen=True)
class ClassNames:
    """What a word may mean of a class and of a year, each folded and without spaces."""

    classes: list[str]
    years: list[str]


@lru_cache(maxsize=2_000)
def class_names_meant(word: str) -> ClassNames:
    """ "1b" may mean class 1B or "Class 1B"; "y4" and "year4" Year 4."""
    number = word.removeprefix("year").removeprefix("y")
    years = [f"year{number}"] if number != word and number.isdigit() else [word]
    return ClassNames([word, f"class{word}"], years)


def is_name_meant(
    readings: Iterable[list[str]], name_words: set[str], year: str = "", class_name: str = ""
) -> bool:
    """Whether a name, of a child in `year` and `class_name`, is meant by one of `readings`.

    `name_words` are its `name_search_words`. Each word of the reading begins one of them or sounds
    like one, or means the year or class; at least one is of the name. `Children.found_by` asks the
    database the same.
    """
    for words in readings:
        named = [word for word in words if _is_word_of(word, name_words)]
        if named and all(
            word in named or _is_class_meant(word, year, class_name) for word in words
        ):
            return True
    return False


def _is_word_of(word: str, name_words: set[str]) -> bool:
    if any(one.startswith(word[:LONGEST]) for one in name_words):
        return True
    return not keys_of_words(name_words).isdisjoint(sound_keys(word))


def _is_class_meant(word: str, year: str, class_name: str) -> bool:
    meant = class_names_meant(word)
    joined = ["".join(fold_text(one).split()) for one in (class_name, year)]
    return joined[0] in meant.classes or joined[1] in meant.years
