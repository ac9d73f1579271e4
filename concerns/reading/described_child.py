"""Matches the description of a child whom the writer could not pick with the school's children.

Staff write "Robin, I think, in 4B" where a name cannot be found or has been misheard. The lead who
reads the concern is shown whom that may mean, and says which of them it is. Showing names to pick
from is no reading about these children, as in the pickers.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from concerns.models.child.child import Child
from concerns.models.child.name_key import NameKey
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.school.person import Viewer
from concerns.reading.pickers import children_as_choices
from concerns.rules.name_folding import fold_text
from concerns.rules.name_sounds import name_likeness, sound_keys
from concerns.rules.word_stems import TOO_COMMON

MOST_OFFERED = 5
# Of a longer description only the first words are looked up, and so many children are compared.
MOST_WORDS = 60
MOST_COMPARED = 500
# What each kind of match counts for, towards whom the description fits best.
EXACT = 4
BY_SOUND = 2
BY_CLASS = 3
BY_YEAR = 1
# A shorter code is that of too many ordinary words: coat is Kate. A capital makes it a name.
SHORTEST_SOUND = len("M:RBN")


@dataclass(frozen=True)
class DescribedChild:
    """A row of a concern with a description, and whom it may mean, as a picker shows children."""

    row: ConcernChild
    candidates: list[dict[str, str]]


def match_descriptions(viewer: Viewer, rows: Iterable[ConcernChild]) -> list[DescribedChild]:
    """Those of `rows` that have a description instead of a child, each with whom it may mean.

    No query for rows with a child; two for each description.
    """
    found = [row for row in rows if row.child_id is None and row.described]
    return [
        DescribedChild(row, children_as_choices(viewer, find_described(viewer, row.described)))
        for row in found
    ]


def find_described(viewer: Viewer, described: str) -> list[Child]:
    """The children of the school whom `described` may mean, best first; none without a name.

    Only those the viewer may read about, also those who have left.
    """
    counts_for = _keys_of_description(described)
    if not counts_for:
        return []
    best: dict[int, dict[str, int]] = defaultdict(dict)
    kept = NameKey.objects.matching_any(viewer.school, counts_for)
    for key, child in kept.values_list("word", "child")[: 10 * MOST_COMPARED]:
        for word, count in counts_for[key].items():
            best[child][word] = max(count, best[child].get(word, 0))
    scores = {child: sum(words.values()) for child, words in best.items()}
    likely = sorted(scores, key=lambda child: (-scores[child], child))[:MOST_COMPARED]
    if not likely:
        return []
    places = _place_words(described)
    visible = Child.objects.visible_to(viewer).not_mistaken()
    children = visible.filter(pk__in=likely).in_picking_order()
    fits = {
        child: scores[child.pk]
        + _score_of_place(child, places)
        # Among those that sound alike, the one whose name is spelt more like it.
        + name_likeness(best[child.pk], child.own_name_words())
        for child in children
    }
    return sorted(fits, key=lambda child: -fits[child])[:MOST_OFFERED]


def _keys_of_description(described: str) -> dict[str, dict[str, int]]:
    """The keys to look up, each with the words it comes from and what a match counts for."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for written in described.split()[:MOST_WORDS]:
        is_capital = written.strip("\"'(“‘")[:1].isupper()
        for word in fold_text(written).split():
            if len(word) < 2 or word.isdigit() or word in TOO_COMMON:
                continue
            found[word][word] = EXACT
            for key in sound_keys(word):
                if is_capital or len(key) >= SHORTEST_SOUND:
                    found[key][word] = BY_SOUND
    return found


def _place_words(described: str) -> set[str]:
    """The words of a description, and each two neighbours as one: "4 b" is also "4b"."""
    words = fold_text(described).split()[:MOST_WORDS]
    return {*words, *(one + other for one, other in pairwise(words))}


def _score_of_place(child: Child, places: set[str]) -> int:
    in_class = "".join(fold_text(child.class_name).split())
    year = "".join(fold_text(child.year).split())
    score = BY_CLASS if in_class in places else 0
    return score + (BY_YEAR if {year, year.replace("year", "y")} & places else 0)
