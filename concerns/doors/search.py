"""Search over names, numbers, references and encrypted words, limited to what the viewer may see.

The candidates from the index (`models/concern/word_index.py`) are decrypted and checked first.
That is not recorded as a reading: only the program looks, and a concern without every word is
shown to nobody. What is shown is read through `sight` and recorded in one ledger line, which names
the children and concerns shown and never what was searched for. No count of matches is given,
because it would reveal concerns the viewer may not see. A page begins after the last concern
checked, so that it costs the same however large the school. Of a concern outside the viewer's
caseload it is said that it was found, and none of its words.
"""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from concerns.doors import sight
from concerns.forms.base_form import parse_uuid
from concerns.models import (
    AdultConcern,
    Child,
    ChildName,
    Concern,
    EarlierLine,
    Viewer,
    WordKey,
)
from concerns.models.concern import word_index
from concerns.reading.caseload import (
    concerns_outside_caseload,
    is_asked_why,
    list_outside_caseload,
)
from concerns.reading.child_by_name import find_children_by_name
from concerns.reading.children_in_words import children_in_words
from concerns.rules.caseload import NOT_SHOWN
from concerns.rules.kinds import Kind
from concerns.rules.name_folding import find_pupil_numbers
from concerns.rules.nhs_number import is_nhs_number
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.reference_codes import find_references
from concerns.rules.word_stems import excerpt_around_match, search_query_stems, stems_in_text
from concerns.rules.wording import format_date_or_time

PAGE = 25
MOST_NAMED = 12
# How many lines of earlier records that may have the words are decrypted, the newest.
EARLIER_LOOKED_AT = 200

# Pieces of a text, each with whether it is a match.
Excerpt = list[tuple[str, bool]]


class SearchHit(NamedTuple):
    """A concern found: `written` says of which children it is, who wrote it and when; `excerpt` is
    what stands around the words found, empty if its reference was typed.

    Plain values, since each of the page's rows costs as often as it looks something up.
    """

    uid: str
    reference: str
    state: str
    written: str
    excerpt: Excerpt


class EarlierHit(NamedTuple):
    """A line of an earlier record found: whose it is, their uid, and when it was."""

    child: str
    uid: str
    when: str
    excerpt: Excerpt


@dataclass(frozen=True)
class SearchResults:
    """One page of search results.

    `referenced` and `adult_concerns`: those whose reference was typed, about children and about
    adults who work here. `more`: the uid after which the next page begins, empty on the last.
    `words`: whether what was typed has any word to search for. `unfinished`: some concerns are not
    in the index yet.
    """

    children: list[Child]
    more_children: bool
    concerns: list[SearchHit]
    more: str
    words: bool
    unfinished: bool
    referenced: list[SearchHit] = field(default_factory=list)
    adult_concerns: list[AdultConcern] = field(default_factory=list)
    # Lines of earlier records, only on the first page; and whether there are more of them.
    earlier: list[EarlierHit] = field(default_factory=list)
    more_earlier: bool = False

    @property
    def has_reference(self) -> bool:
        return bool(self.referenced or self.adult_concerns)


def search_concerns(viewer: Viewer, typed: str, after: str = "") -> SearchResults:
    """Search for `typed`, beginning after the concern with uid `after`.

    Concerns come newest first, at most `PAGE` of them; children, at most `MOST_NAMED`, what has a
    reference that was typed, and lines of earlier records, only on the first page. A ledger line
    is committed before the results are returned.
    """
    visible = Concern.objects.visible_to(viewer)
    words = search_query_stems(typed)
    named = [] if after else _find_children(viewer, typed)
    references = [] if after else find_references(typed)
    meant = _keys_of_references(visible, references)
    hits, more = _find_with_all_words(viewer, visible, words, after) if words else ({}, "")
    lines = _find_earlier_lines(viewer, words) if words and not after else []
    rows = visible.filter(pk__in=[*hits, *meant]).select_related("reporter").order_by("-id")
    rows = rows.only("uid", "reference", "state", "received_at", "reporter__name")
    shown = sight.read_list(
        viewer,
        rows,
        kind=Kind.SEARCHED,
        children=_uids_once([*named[:MOST_NAMED], *(line.child for line in lines[:PAGE])]),
    )
    keys = [concern.pk for concern in shown]
    names = children_in_words(keys, reader=viewer)
    outside = concerns_outside_caseload(viewer, keys) & hits.keys()
    excerpts = {**hits, **{key: [(NOT_SHOWN, False)] for key in outside}}
    listed = {
        concern.pk: _build_search_hit(
            concern, names.get(concern.pk, ""), excerpts.get(concern.pk, [])
        )
        for concern in shown
    }
    return SearchResults(
        children=named[:MOST_NAMED],
        more_children=len(named) > MOST_NAMED,
        concerns=[hit for key, hit in listed.items() if key in hits],
        more=more,
        words=bool(words),
        unfinished=visible.filter(findable=False).exists(),
        referenced=[hit for key, hit in listed.items() if key in meant],
        adult_concerns=_read_adult_concerns(viewer, references),
        earlier=_build_earlier_hits(viewer, lines[:PAGE], frozenset(words)),
        more_earlier=len(lines) > PAGE,
    )


def _uids_once(children: list[Child]) -> list[UUID]:
    return list(dict.fromkeys(child.uid for child in children))


def _find_earlier_lines(viewer: Viewer, words: list[str]) -> list[EarlierLine]:
    """The newest lines of earlier records that have all `words`; one too many shows that there are
    more. One query."""
    rows = EarlierLine.objects.with_words(viewer, words[: word_index.WORDS_LOOKED_UP])
    rows = rows.select_related("child").order_by("-happened_at", "-id")[:EARLIER_LOOKED_AT]
    wanted = frozenset(words)
    found = []
    for line in rows:
        if len(stems_in_text("\n".join(line.texts), wanted)) == len(wanted):
            found.append(line)
        if len(found) > PAGE:
            break
    return found


def _build_earlier_hits(
    viewer: Viewer, lines: list[EarlierLine], words: frozenset[str]
) -> list[EarlierHit]:
    """Of a child outside the viewer's caseload it is said that a line was found, and no word."""
    keys = {line.child_id for line in lines}
    asked = lines and is_asked_why(viewer)
    outside = {one.pk for one in list_outside_caseload(viewer, Q(pk__in=keys))} if asked else set()
    hits = []
    for line in lines:
        excerpt: Excerpt = [(NOT_SHOWN, False)]
        if line.child_id not in outside:
            excerpt = excerpt_around_match("\n".join(line.texts), words)
        when = line.when_written or format_date_or_time(line.happened_on or line.happened_at)
        hits.append(EarlierHit(line.child.name, str(line.child.uid), when, excerpt))
    return hits


def _build_search_hit(concern: Concern, children: str, excerpt: Excerpt) -> SearchHit:
    when = format_date_or_time(concern.received_at)
    written = f"{children}. {concern.reporter.name} wrote, {when}."
    return SearchHit(str(concern.uid), concern.reference, concern.state, written, excerpt)


def _find_children(viewer: Viewer, typed: str) -> list[Child]:
    """Children with a number that was typed, then those whom a name may mean; one too many shows
    that there are more."""
    visible = Child.objects.visible_to(viewer).not_mistaken()
    numbers = find_pupil_numbers(typed)
    found = list(visible.with_upn(numbers).in_picking_order()) if numbers else []
    if identifiers := [number for number in numbers if is_nhs_number(number)]:
        known = visible.exclude(pk__in=[child.pk for child in found])
        found += known.with_identifier(identifiers).in_picking_order()
    others = visible.exclude(pk__in=[child.pk for child in found]) if found else visible
    most = MOST_NAMED + 1 - len(found)
    named = find_children_by_name(others, viewer.school, typed, most)
    return [*found, *ChildName.objects.mark_former_names(named, typed)]


def _keys_of_references(visible: QuerySet[Concern], references: list[str]) -> set[int]:
    if not references:
        return set()
    return set(visible.filter(reference__in=references).values_list("pk", flat=True))


def _read_adult_concerns(viewer: Viewer, references: list[str]) -> list[AdultConcern]:
    """The concerns about adults with `references`, as one of their readers. Recorded if any."""
    if not references:
        return []
    rows = AdultConcern.objects.visible_to(viewer).filter(reference__in=references).order_by("id")
    return sight.read_list(viewer, rows, kind=Kind.SEARCHED) if rows.exists() else []


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
    hits = _excerpts_with_words(viewer, looked_at, frozenset(words))
    more = visible.filter(pk=last).values_list("uid", flat=True).first() if last else None
    return hits, str(more or "")


def _excerpts_with_words(
    viewer: Viewer, concerns: list[int], words: frozenset[str]
) -> dict[int, Excerpt]:
    """An excerpt of each of `concerns` that has all `words`, around the first of them.

    A concern is read only until all are found: for most that is in its own words, so the tables of
    what was written later are not asked about it. Whoever reads a part of the record is shown none
    of the rows that are never shown to them.
    """
    missing = {key: set(words) for key in concerns}
    excerpts: dict[int, Excerpt] = {}
    for model in word_index.models_with_concern_texts():
        if viewer.reads_part and model.shown_in_part is ShownInPart.NEVER:
            continue
        unread = [key for key, without in missing.items() if without]
        if not unread:
            break
        for key, texts in word_index.decrypt_texts_of_model(model, unread).items():
            for text in texts:
                having = stems_in_text(text, words)
                if having and key not in excerpts:
                    excerpts[key] = excerpt_around_match(text, words)
                missing[key] -= having
                if not missing[key]:
                    break
    return {key: excerpts[key] for key in concerns if not missing[key]}


def _page_start_pk(visible: QuerySet[Concern], after: str) -> int | None:
    uid = parse_uuid(after)
    return visible.filter(uid=uid).values_list("pk", flat=True).first() if uid else None
