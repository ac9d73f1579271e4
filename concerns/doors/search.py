"""Search over names and encrypted words, limited to what the viewer may see.

The candidates from the index (`models/concern/word_index.py`) are decrypted and checked first.
That is not recorded as a reading: only the program looks, and a concern without every word is
shown to nobody. What is shown is read through `sight` and recorded in one ledger line, which names
the children and concerns shown and never what was searched for. No count of matches is given,
because it would reveal concerns the viewer may not see. A page begins after the last concern
checked, so that it costs the same however large the school.
"""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from concerns.doors import sight
from concerns.forms.base_form import parse_uuid
from concerns.models import Child, ChildName, Concern, ConcernChild, Viewer, WordKey
from concerns.models.concern import word_index
from concerns.rules.kinds import Kind
from concerns.rules.word_stems import excerpt_around_match, search_query_stems, searchable_stems

PAGE = 25
MOST_NAMED = 12

# Pieces of a text, each with whether it is a match.
Excerpt = list[tuple[str, bool]]


@dataclass(frozen=True)
class SearchResults:
    """One page of search results. Each concern comes with an excerpt in pieces (text, is a match).

    `more`: the uid after which the next page begins, empty on the last. `words`: whether what was
    typed has any word to search for. `unfinished`: some concerns are not in the index yet.
    """

    children: list[Child]
    more_children: bool
    concerns: list[tuple[Concern, Excerpt]]
    more: str
    words: bool
    unfinished: bool


def search_concerns(viewer: Viewer, typed: str, after: str = "") -> SearchResults:
    """Search for `typed`, beginning after the concern with uid `after`.

    Concerns come newest first, at most `PAGE` of them; children, at most `MOST_NAMED`, only on the
    first page. A ledger line is committed before the results are returned.
    """
    visible = Concern.objects.visible_to(viewer)
    words = search_query_stems(typed)
    found = Child.objects.none() if after else Child.objects.visible_to(viewer).found_by(typed)
    named = ChildName.objects.mark_former_names(list(found[: MOST_NAMED + 1]), typed)
    hits, more = _find_with_all_words(viewer, visible, words, after) if words else ({}, "")
    children = ConcernChild.objects.not_misfiled().select_related("child").order_by("part", "id")
    rows = visible.filter(pk__in=list(hits)).select_related("reporter").order_by("-id")
    rows = rows.only("uid", "reference", "state", "received_at", "reporter__name")
    shown = sight.read_list(
        viewer,
        rows.prefetch_related(Prefetch("children", children)),
        kind=Kind.SEARCHED,
        children=[child.uid for child in named[:MOST_NAMED]],
    )
    return SearchResults(
        children=named[:MOST_NAMED],
        more_children=len(named) > MOST_NAMED,
        concerns=[(concern, hits[concern.pk]) for concern in shown],
        more=more,
        words=bool(words),
        unfinished=visible.filter(findable=False).exists(),
    )


def _find_with_all_words(
    viewer: Viewer, visible: QuerySet[Concern], words: list[str], after: str
) -> tuple[dict[int, Excerpt], str]:
    """A page of concerns that have all `words`, each with an excerpt.

    The second value is the uid after which the next page begins; empty if there is none.
    """
    keys, down_to = WordKey.objects.find_with_all_words(
        viewer, words, _page_start_pk(visible, after), PAGE + 1
    )
    looked_at = keys[:PAGE]
    last = looked_at[-1] if len(keys) > PAGE else down_to
    said = word_index.decrypt_concern_texts(looked_at)
    wanted = set(words)
    hits = {
        key: _excerpt_with_words(said[key], wanted)
        for key in looked_at
        if wanted <= searchable_stems(*said[key])
    }
    more = visible.filter(pk=last).values_list("uid", flat=True).first() if last else None
    return hits, str(more or "")


def _excerpt_with_words(texts: list[str], words: set[str]) -> Excerpt:
    first = next(text for text in texts if not words.isdisjoint(searchable_stems(text)))
    return excerpt_around_match(first, words)


def _page_start_pk(visible: QuerySet[Concern], after: str) -> int | None:
    uid = parse_uuid(after)
    return visible.filter(uid=uid).values_list("pk", flat=True).first() if uid else None
