"""A lead records that a child is taught elsewhere or less, and what each review of that found.

What follows from either is in `workflow/education_elsewhere.py`.
"""

import uuid
from datetime import date, datetime
from typing import cast

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Child,
    Concern,
    EducationElsewhere,
    ElsewhereReview,
    Status,
    Step,
    Viewer,
)
from concerns.rules.child_file_days import find_ending_fault, find_future_fault
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.education_elsewhere import (
    ELSEWHERE_REVIEW_STEPS,
    TIMETABLE_OVER,
    find_elsewhere_dates_fault,
    find_elsewhere_review_fault,
    may_status_go_on,
)
from concerns.rules.kinds import Kind
from concerns.rules.roles import May
from concerns.workflow.education_elsewhere import open_review_step, renew_review_step
from concerns.workflow.next_steps import STEP_HAS_ITS_OWN_PAGE, STEP_IS_DONE

GOES_ON_OR_HAS_ENDED = "Enter either the next review, or why it has ended."


@act(May.DECIDE, Kind.FILE_WRITTEN, on="child")
def record_elsewhere(
    *,
    by: Viewer,
    child: Child,
    kind: StatusKind,
    once: uuid.UUID,
    since: date | None,
    review_on: date,
    said: dict,
    now: datetime,
    record: ActRecord,
) -> EducationElsewhere:
    """Record the status of `kind`, and open the step to review it on `review_on`.

    `said` holds further columns of `EducationElsewhere`. The same form saves one status.
    """
    today = by.todays_date
    ends = said.get("planned_end")
    fault = find_future_fault(since, today) or find_elsewhere_dates_fault(kind, since, ends, today)
    fault = fault or find_elsewhere_review_fault(by.school.school_calendar, today, ends, review_on)
    if fault:
        raise ActRefused(fault)
    uid = uuid.uuid5(child.uid, f"elsewhere {once}")
    row = EducationElsewhere.objects.filter(uid=uid).first()
    if row:
        record(about=row, children=[child.uid], reason="already recorded")
        return row
    given = {"child": child, "kind": kind, "decided_by": by.person.name}
    status = Status.objects.record_fact(by, now, since, **given)
    row = EducationElsewhere.objects.create(
        uid=uid, school=by.school, child=child, status=status, by=by.person, at=now, **said
    )
    words = {name: str(value) for name, value in said.items() if value}
    record(about=row, children=[child.uid], reason=kind.value, fields=list(words), words=words)
    concern = open_review_step(record, status, review_on)
    record(about=row, concern=concern, children=[child.uid], reason=kind.value)
    return row


@act(May.DECIDE, Kind.FILE_WRITTEN, on="step")
def record_elsewhere_review(
    *,
    by: Viewer,
    step: Step,
    seen: str,
    seen_by: str,
    attendance: str,
    words: str,
    next_on: date | None,
    until: date | None,
    why: str,
    now_at: str,
    now: datetime,
    record: ActRecord,
) -> ElsewhereReview:
    """Record what a review found. The status goes on to the next review on `next_on`, or ends on
    the day `until` for the reason `why`; the child is then taught at `now_at`."""
    if step.kind not in ELSEWHERE_REVIEW_STEPS.values():
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    agenda = record.agenda_of_concern(step.concern)
    if step.pk not in {owed.pk for owed in agenda.open}:
        raise ActRefused(STEP_IS_DONE)
    status = cast(Status, step.status)
    if bool(next_on) == bool(why):
        raise ActRefused(GOES_ON_OR_HAS_ENDED)
    if next_on:
        _refuse_to_go_on(by, status, next_on)
    else:
        _end_status(by, now, status, until, why)
    said = {"seen_by": seen_by, "attendance": attendance, "words": words, "now_at": now_at}
    more = {"status": status, "seen": seen, "next_on": next_on}
    child = status.child
    row = ElsewhereReview.objects.create(
        school=by.school, child=child, by=by.person, at=now, **more, **said
    )
    renew_review_step(agenda, status, next_on)
    _record_review(record, row, step.concern, {**said, "why": why})
    return row


def _record_review(
    record: ActRecord, row: ElsewhereReview, concern: Concern, said: dict[str, str]
) -> None:
    children = [row.child.uid]
    words = {name: text for name, text in said.items() if text}
    record(
        about=row,
        concern=concern,
        children=children,
        reason="goes on" if row.next_on else "ended",
        fields=["seen", *words],
        words=words,
    )
    if not row.next_on:
        about = row.status
        record(kind=Kind.FILE_ENDED, about=about, children=children, reason=about.kind)


def _refuse_to_go_on(by: Viewer, status: Status, next_on: date) -> None:
    today = by.todays_date
    ends = EducationElsewhere.objects.get(status=status).planned_end
    if not may_status_go_on(StatusKind(status.kind), ends, today):
        raise ActRefused(TIMETABLE_OVER)
    if fault := find_elsewhere_review_fault(by.school.school_calendar, today, ends, next_on):
        raise ActRefused(fault)


def _end_status(by: Viewer, now: datetime, status: Status, until: date | None, why: str) -> None:
    if fault := find_ending_fault(status.since, until, by.todays_date):
        raise ActRefused(fault)
    Status.objects.end_fact(status, by, now, until, why_ended=why)
