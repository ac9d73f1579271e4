"""Finds children by name as people remember it: part of it, how it sounds, or with the class.

"Robin" finds Robyn, "Mohamed" Mohammed, and "Robyn 1B" the Robyn of that class. Who is found by the
words as they were typed comes first. At most three statements, whatever the size of the roll.
"""

from concerns.models.child.child import Child, Children
from concerns.models.child.name_key import NameKey
from concerns.models.school.school import School
from concerns.rules.name_folding import name_query_variants
from concerns.rules.name_sounds import match_every_word, sound_keys

# Only so much of what was typed is a name, and only so many namesakes are compared.
LONGEST_QUERY = 100
MOST_COMPARED = 500


def find_children_by_name(
    rows: Children[Child], school: School, typed: str, most: int
) -> list[Child]:
    """At most `most` children among `rows`, all of `school`, whom `typed` may mean."""
    part = typed[:LONGEST_QUERY]
    if not name_query_variants(part):
        return []
    found = list(rows.found_by(part, school)[:most])
    if len(found) < most:
        found += _find_by_sound_or_class(rows, school, part, found)[: most - len(found)]
    return found


def _find_by_sound_or_class(
    rows: Children[Child], school: School, part: str, but: list[Child]
) -> list[Child]:
    """Children other than `but` of whose name, year and class `part` is made, by sound too.

    Those with more of its words exactly come first.
    """
    variants = name_query_variants(part)
    words = {word for variant in variants for word in variant}
    keys = words.union(*map(sound_keys, words))
    having: dict[int, set[str]] = {}
    kept = NameKey.objects.matching_any(school, keys)
    for word, key in kept.values_list("word", "child")[: 10 * MOST_COMPARED]:
        having.setdefault(key, set()).add(word)
    for known in but:
        having.pop(known.pk, None)
    if not having:
        return []
    # Those with more of the words, while there are too many to compare.
    likely = sorted(having, key=lambda child: (-len(having[child]), child))[:MOST_COMPARED]
    children = rows.filter(pk__in=likely).in_picking_order()
    meant = [
        child
        for child in children
        if match_every_word(variants, having[child.pk], child.place_words)
    ]
    return sorted(meant, key=lambda child: -len(having[child.pk] & words))
