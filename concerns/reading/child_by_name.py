"""Finds children by name for the pickers and the search, likeliest first."""

from concerns.models.child.child import Child, Children
from concerns.models.school.school import School
from concerns.rules.name_folding import fold_text
from concerns.rules.name_sounds import name_likeness

# Of those who only sound alike so many are compared by their spelling.
MOST_COMPARED = 40


def find_children_by_name(
    rows: Children[Child], school: School, typed: str, most: int
) -> list[Child]:
    """At most `most` children among `rows`, all of `school`, whom `typed` may mean. One query.

    Who is found by the words as they were typed comes first, then those who only sound alike: Robyn
    before Reuben, for "Robin".
    """
    found = list(rows.found_by(typed, school)[: max(most, MOST_COMPARED)])
    words = fold_text(typed).split()
    found.sort(
        key=lambda child: -name_likeness(words, child.own_name_words()) if child.only_alike else -2
    )
    return found[:most]
