"""This file knows how somebody searches: over names and sealed words, only what they may see.

What the index gives (`models/finding.py`) is opened and looked through first, which is no reading:
a machine looks, and what has not every word is shown to nobody. What is shown is read through sight
and recorded in one line, which names the children and concerns shown and never what was searched
for. Nothing is counted: how many there are would tell of those that may not be seen. A page begins
behind the last concern that was looked at, so that it costs the same in a school of a million.
"""

from dataclasses import dataclass

from django.db.models import Prefetch

from concerns.asking.asked import as_uid
from concerns.doors import sight
from concerns.models import Child, ChildName, Concern, ConcernChild, Viewer, WordKey, finding
from concerns.rules.finding import around, found_by, looked_for
from concerns.rules.kinds import Kind

PAGE = 25
MOST_NAMED = 12


@dataclass(frozen=True)
class Found:
    """One page of what was found. `more`: where the next begins. `words`: whether any could be
    looked for. `unfinished`: something is not in the index yet."""

    children: list[Child]
    more_children: bool
    concerns: list[tuple[Concern, list[tuple[str, bool]]]]
    more: str
    words: bool
    unfinished: bool


def search(viewer: Viewer, typed: str, after: str = "") -> Found:
    """What is found by `typed`, behind the concern `after`. Recorded before it is shown."""
    visible, words = Concern.objects.visible_to(viewer), looked_for(typed)
    named = Child.objects.visible_to(viewer).found_by(typed)
    named = [] if after else ChildName.objects.say_was(list(named[: MOST_NAMED + 1]), typed)
    hits, more = _with_all(viewer, visible, words, after) if words else ({}, "")
    children = ConcernChild.objects.standing().select_related("child").order_by("part", "id")
    rows = visible.filter(pk__in=list(hits)).select_related("reporter").order_by("-id")
    rows = rows.only("uid", "reference", "state", "received_at", "reporter__name")
    shown = sight.shown(
        viewer,
        rows.prefetch_related(Prefetch("children", children)),
        kind=Kind.SEARCHED,
        children=[child.uid for child in named[:MOST_NAMED]],
    )
    return Found(
        children=named[:MOST_NAMED],
        more_children=len(named) > MOST_NAMED,
        concerns=[(concern, hits[concern.pk]) for concern in shown],
        more=more,
        words=bool(words),
        unfinished=visible.filter(findable=False).exists(),
    )


def _with_all(viewer: Viewer, visible, words: list[str], after: str):
    """A page of concerns that have every one of `words`, each with a piece of what was written
    about one of them; and where the next page begins, empty where there is none."""
    keys, down_to = WordKey.objects.with_all(viewer, words, _place(visible, after), PAGE + 1)
    looked_at = keys[:PAGE]
    last = looked_at[-1] if len(keys) > PAGE else down_to
    said = finding.texts(looked_at)
    wanted = set(words)
    hits = {key: _piece(said[key], wanted) for key in looked_at if wanted <= found_by(*said[key])}
    more = visible.filter(pk=last).values_list("uid", flat=True).first() if last else None
    return hits, str(more or "")


def _piece(texts: list[str], words: set[str]) -> list[tuple[str, bool]]:
    first = next(text for text in texts if not words.isdisjoint(found_by(text)))
    return around(first, words)


def _place(visible, after: str) -> int | None:
    uid = as_uid(after)
    return visible.filter(uid=uid).values_list("pk", flat=True).first() if uid else None
