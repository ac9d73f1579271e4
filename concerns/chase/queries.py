"""This file knows what stands beside a next step while it is done, and beside a word back."""

from concerns.doors import sight
from concerns.models import Addition, Concern, Draft, Step, Viewer, WordBack
from concerns.models.draft import CONCERN

A_PAGE = 50


def to_do(viewer: Viewer, uid) -> Step:
    """A step for an act, whose own line is the record of it. Raises Http404."""
    rows = Step.objects.visible_to(viewer).select_related("concern", "referral", "holder")
    return sight.one(viewer, rows, uid)


def beside(viewer: Viewer, uid) -> dict:
    """The concern a step is owed on, and what its writer added. Recorded."""
    concern = sight.concern(viewer, uid)
    added = Addition.objects.filter(concern=concern, for_leads=False).select_related("by")
    return {"concern": concern, "additions": list(added.order_by("-id"))}


def told(viewer: Viewer, uid) -> tuple[Concern, list[WordBack]]:
    """The concern, and what its writer has been told so far. Recorded."""
    concern = sight.concern(viewer, uid)
    words = WordBack.objects.filter(concern=concern).select_related("by").order_by("id")
    return concern, list(words)


def unsent(viewer: Viewer) -> tuple[list[Draft], bool]:
    """Concerns begun before today and not sent, oldest first: by whom and since when, and whether
    there are more than a page of them. No reading about a child: nothing in it is about one."""
    rows = Draft.objects.known_to_leads(viewer).not_sent().select_related("person")
    found = list(rows.order_by("begun_at", "pk")[: A_PAGE + 1])
    return found[:A_PAGE], len(found) > A_PAGE


def begun(viewer: Viewer, uid) -> Draft:
    """A concern begun: one's own, or one that a lead knows of. Raises Http404."""
    rows = Draft.objects.of(viewer).filter(page=CONCERN) | Draft.objects.known_to_leads(viewer)
    return sight.one(viewer, rows.for_viewer(viewer).select_related("person"), uid)
