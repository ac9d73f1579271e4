"""Pages of a child who is taught elsewhere or less: recording that, and reviewing it."""

import uuid
from typing import cast

from django.http import Http404

from concerns.doors.form_page import FormPage
from concerns.elsewhere import acts, queries
from concerns.elsewhere.forms import ElsewhereForm, ReviewForm
from concerns.forms.base_form import parse_uuid
from concerns.models import Status
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES


def child(request, uid):
    """Record a status: `?kind=` is which one."""
    viewer = request.viewer
    asked = request.GET.get("kind", StatusKind.PART_TIME)
    if asked not in ELSEWHERE_STATUSES:
        raise Http404
    kind = StatusKind(asked)
    found = queries.open_child(viewer, uid)
    given = {"kind": kind, "days": viewer.school.school_calendar, "today": viewer.todays_date}
    sheet = FormPage(request, ElsewhereForm, path=request.get_full_path(), **given)
    once = parse_uuid(request.POST.get("once", "")) or uuid.uuid4()
    if sheet.is_complete and sheet.attempt_act(
        acts.record_elsewhere, child=found, once=once, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("child_file", uid=uid)
    return sheet.render_page("elsewhere/child.html", child=found, kind=kind, once=once)


def review(request, uid):
    viewer = request.viewer
    step = queries.get_step_of_review(viewer, uid)
    status = cast(Status, step.status)
    given = {
        "kind": StatusKind(status.kind),
        "planned_end": queries.planned_end_of(viewer, status),
        "days": viewer.school.school_calendar,
        "today": viewer.todays_date,
    }
    sheet = FormPage(request, ReviewForm, **given)
    if sheet.is_complete and sheet.attempt_act(
        acts.record_elsewhere_review, step=step, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("child_file", uid=status.child.uid)
    reviews = queries.list_reviews(viewer, status)
    return sheet.render_page(
        "elsewhere/review.html", step=step, concern=step.concern, reviews=reviews
    )
