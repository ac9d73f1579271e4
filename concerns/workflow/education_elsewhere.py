"""Reviews of a part-time timetable, education off site and alternative provision.

Each such status that runs has one open step to review it. A step stands on a concern: on the newest
open concern about the child that whoever records it may see, else on the newest one, which is
reopened. If there is none, one is sent in their name, so that somebody holds it. Such a concern
cannot be closed while the step is open.
"""

from collections.abc import Iterable
from datetime import date
from uuid import uuid5

from concerns.models.child.child_details import Status
from concerns.models.concern.account import Account
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.later_entries import Ending
from concerns.models.response.step import Step, StepEnding
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.clocks import StepKind
from concerns.rules.education_elsewhere import ELSEWHERE_REVIEW_STEPS, ELSEWHERE_STATUSES
from concerns.rules.lifecycle import State
from concerns.rules.words import Category, GoingHome
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.concern_from_roll import send_concern_from_roll
from concerns.workflow.next_steps import NextSteps

REOPENED = "The child is taught elsewhere or part-time, and that must be reviewed"
ACCOUNT_OF_STATUS = "This child has a status that must be reviewed: {}."
ENDED_BY_LEAVING = "The child has left this school."


def open_review_step(
    record: ActRecorder, status: Status, on: date, *, but: Concern | None = None
) -> Concern:
    """Open the step to review `status`, due on the day `on`. Not on `but`. Returns its concern."""
    concern = _find_holding_concern(record, status, but) or _send_concern(record, status)
    agenda = record.agenda_of_concern(concern)
    if concern.state == State.CLOSED:
        Ending.objects.record_reopening(agenda, State.DECIDED, REOPENED)
    agenda.add_step(ELSEWHERE_REVIEW_STEPS[StatusKind(status.kind)], on=on, status=status)
    agenda.reassign_role_steps()
    return concern


def _find_holding_concern(
    record: ActRecorder, status: Status, but: Concern | None
) -> Concern | None:
    rows = ConcernChild.objects.filter(concern__in=Concern.objects.visible_to(record.by))
    if but is not None:
        rows = rows.exclude(concern=but)
    key = rows.newest_concern_of_each_child([status.child_id]).get(status.child_id)
    locked = Concern.objects.select_for_update(of=("self",)).select_related("holder")
    return locked.get(pk=key) if key else None


def _send_concern(record: ActRecorder, status: Status) -> Concern:
    words = ACCOUNT_OF_STATUS.format(status.words)
    return send_concern_from_roll(
        record,
        status.child,
        draft=uuid5(status.uid, "review"),
        account=Account(going_home=GoingHome.NOT_ASKED, account=words, children=(status.child,)),
        category=Category.UNSORTED,
        steps=[(StepKind.FIRST_LOOK, None)],
    )


def end_elsewhere_of_leavers(
    record: ActRecorder, left: dict[int, date], *, by_office: bool
) -> None:
    """End these statuses of children who have left, and their steps. `left`: child key -> last day.

    The office learns of no concern, so there is no line about one: the steps say who ended them.
    """
    rows = list(Status.objects.not_ended().filter(child__in=left, kind__in=ELSEWHERE_STATUSES))
    if not rows:
        return
    for row in rows:
        until = max(left[row.child_id], row.since or left[row.child_id])
        Status.objects.end_fact(row, record.by, record.now, until, why_ended=ENDED_BY_LEAVING)
    keys = [row.pk for row in rows]
    owed = Step.objects.open().filter(status__in=keys).values("concern")
    concerns = Concern.objects.filter(pk__in=owed).order_by("pk")
    locked = list(concerns.select_related("holder").select_for_update(of=("self",)))
    for agenda in record.agendas_of_concerns(locked):
        over = [step for step in agenda.open if step.status_id in keys]
        agenda.end_steps(over, StepEnding.SUPERSEDED)
        agenda.ensure_next_step()
        agenda.reassign_role_steps()
        if not by_office:
            record(about=agenda.concern, concern=agenda.concern, reason="left")


def renew_review_step(agenda: NextSteps, status: Status, next_on: date | None) -> None:
    """End the open step to review `status` as done, and open the next one, due on `next_on`, if
    the status goes on."""
    owed = [step for step in agenda.open if step.status_id == status.pk]
    if next_on:
        agenda.add_step(ELSEWHERE_REVIEW_STEPS[StatusKind(status.kind)], on=next_on, status=status)
    agenda.end_steps(owed)
    agenda.ensure_next_step()
    agenda.reassign_role_steps()


def move_review_steps(record: ActRecorder, agenda: NextSteps, was: int | None) -> list[Concern]:
    """After the concern of `agenda` was moved away from the child with the key `was`: the reviews
    of that child go to another concern about them. Returns the concerns that have them now."""
    owed = [step for step in agenda.steps_of_kind(*ELSEWHERE_REVIEW_STEPS.values()) if step.status]
    moved: Iterable[Step] = [step for step in owed if step.status and step.status.child_id == was]
    agenda.end_steps(list(moved), StepEnding.SUPERSEDED)
    found = []
    for step in moved:
        if step.status:
            concern = open_review_step(record, step.status, step.due_at.date(), but=agenda.concern)
            found.append(concern)
    return found
