"""This file knows one child's story: every concern that may be seen, and what came of it for them.

Nothing of any other child is in it: of a concern about several, only what was decided, said and
sent for this one. A page begins behind the last concern of the one before.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery

from concerns.doors import sight
from concerns.models import (
    Child,
    Concern,
    ConcernChild,
    Conversation,
    Enrolment,
    Mark,
    Viewer,
    story,
)
from concerns.models.story import Ruling
from concerns.rules.kinds import Kind
from concerns.rules.words import Part

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One concern of the story, with what happened for this child, newest decision first."""

    concern: Concern
    rulings: list[Ruling]
    conversations: list[Conversation]
    marks: list[Mark]


@dataclass(frozen=True)
class Page:
    child: Child
    enrolments: list[Enrolment]
    entries: list[Entry]
    more: str


def page(viewer: Viewer, uid, after: str) -> Page:
    """One page of the story, newest first. Recorded, with the ids it shows. Raises Http404."""
    child = sight.one(viewer, Child.objects.visible_to(viewer), uid)
    visible = Concern.objects.visible_to(viewer)
    rows = visible.filter(children__child=child)
    if after:
        rows = _behind(rows, visible, after)
    found, more = sight.page(
        viewer,
        _with_all(rows, child).order_by("-received_at", "-id"),
        PAGE,
        kind=Kind.STORY,
        about=child.uid,
        children=[child.uid],
    )
    return Page(
        child=child,
        enrolments=list(child.enrolments.order_by("-since", "-id")),
        entries=[_entry(concern, child) for concern in found],
        more=str(found[-1].uid) if more else "",
    )


def _behind(rows, visible, after: str):
    try:
        last = visible.filter(uid=UUID(after))
    except ValueError:
        return rows
    at, key = Subquery(last.values("received_at")), Subquery(last.values("pk"))
    return rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=key))


def _with_all(rows, child: Child):
    """Each concern with what the child is to it, and what happened for this child alone."""
    about = ConcernChild.objects.filter(concern=OuterRef("pk"), part=Part.ABOUT)
    own = {"concern_child__child": child}
    decided = story.decisions().filter(children__concern_child__child=child)
    sent = story.referrals().filter(decision__children__concern_child__child=child)
    said = story.conversations().filter(Q(**own) | Q(concern_child=None))
    return (
        rows.annotate(part=F("children__part"), about_others=Exists(about.exclude(child=child)))
        .select_related("reporter")
        .prefetch_related(
            "category_rows",
            Prefetch("marks", Mark.objects.order_by("id")),
            Prefetch("decisions", decided),
            Prefetch("referrals", sent),
            Prefetch("conversations", said),
        )
    )


def _entry(concern: Concern, child: Child) -> Entry:
    """The newest decision stands; those before it are superseded. Whose mark it is, and of whom a
    conversation about "the children" speaks, is certain only for whom the concern is about."""
    made = concern.decisions.all()
    newest = made[0] if made else None
    rulings = [Ruling(one, [child], [child] if one is newest else []) for one in made]
    about = concern.part == Part.ABOUT
    said = [one for one in concern.conversations.all() if about or one.concern_child_id]
    alone = about and not concern.about_others
    return Entry(concern, rulings, said, list(concern.marks.all()) if alone else [])
