"""Reads one child for the page that records where they are taught, and a step to review that."""

from datetime import date
from typing import cast
from uuid import UUID

from concerns.doors import sight
from concerns.models import Child, EducationElsewhere, ElsewhereReview, Status, Step, Viewer
from concerns.rules.kinds import Kind


def open_child(viewer: Viewer, uid: UUID) -> Child:
    """A child whose file the viewer may read. Recorded as a reading of it. Raises Http404."""
    return sight.open_child_story(viewer, Child.objects.with_file_for(viewer), uid, Kind.FILE)


def get_step_of_review(viewer: Viewer, uid: UUID) -> Step:
    """A step to review where a child is taught. The file of the child is read with it, which is
    recorded. Raises Http404."""
    rows = Step.objects.visible_to(viewer).filter(status__isnull=False)
    rows = rows.select_related("concern", "status__child", "holder")
    step = sight.get_one_or_404(viewer, rows, uid)
    open_child(viewer, cast(Status, step.status).child.uid)
    return step


def list_reviews(viewer: Viewer, status: Status) -> list[ElsewhereReview]:
    """The reviews of `status`, the last first."""
    rows = ElsewhereReview.objects.visible_to(viewer).filter(status=status)
    return list(rows.select_related("by").order_by("-id"))


def planned_end_of(viewer: Viewer, status: Status) -> date | None:
    """The day on which `status` is to end, if one was agreed."""
    rows = EducationElsewhere.objects.visible_to(viewer).filter(status=status)
    return rows.values_list("planned_end", flat=True).get()
