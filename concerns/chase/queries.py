"""This file knows what stands beside a next step while it is done, and beside a word back."""

from concerns.doors import sight
from concerns.models import Addition, Concern, Step, Viewer, WordBack


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
