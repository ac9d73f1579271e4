"""What follows when a concern is moved to the right child, so that nothing is left undone.

A decision made for the wrong child no longer counts: the steps it opened end, and the concern must
be decided again. A move does not undo what was sent outside the school, so steps for that stay
open; anybody who was told must be told that it was another child. The move is in
`concern_child.py`.
"""

from concerns.models.child.departure import FileSending
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.concern.later_entries import Ending
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import Decision, is_decision_pressing
from concerns.models.response.meeting import Meeting
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.step import StepEnding
from concerns.models.school.person import Person
from concerns.rules.clocks import SUPERSEDED, StepKind
from concerns.rules.leaving import SendingStage
from concerns.rules.lifecycle import ReferralStage, State
from concerns.workflow import re_referral
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.education_elsewhere import move_review_steps
from concerns.workflow.leaving import move_leaving_steps, open_steps_of_leaver
from concerns.workflow.next_steps import NextSteps


def is_known_outside(concern: Concern) -> bool:
    """Whether parents, an adviser or an agency have been told anything about the concern, or a new
    school has had it with the file of a child it is about."""
    sent = ReferralEvent.objects.filter(referral__concern=concern, stage=ReferralStage.SENT)
    met = Meeting.objects.filter(concern=concern)
    about = ConcernChild.objects.subjects_only().filter(concern=concern, child__isnull=False)
    files = FileSending.objects.filter(stage=SendingStage.SENT, at__gt=concern.received_at)
    with_file = files.filter(child__in=about.values("child"))
    if sent.exists() or met.exists() or with_file.exists():
        return True
    return Conversation.objects.filter(concern=concern, reached=True).exists()


def update_steps_after_refile(
    record: ActRecorder, agenda: NextSteps, refiling: Refiling, reached: bool
) -> list[Concern]:
    """Update the steps of the concern of `agenda` after it was moved.

    `reached`: somebody was told, or has read, that it was about the wrong child. Returns the other
    concerns whose steps have changed: those that hold now what is to do for the wrong child, who
    leaves.
    """
    concern = agenda.concern
    others = move_leaving_steps(record, agenda, refiling.was)
    if refiling.was:
        reviewed = move_review_steps(record, agenda, refiling.was.pk)
        others += [one for one in dict.fromkeys(reviewed) if one not in others]
    by = agenda.by.person
    kept_out = list(Person.objects.excluded_from_any(concern).order_by("pk"))
    for person in kept_out:
        agenda.release_steps_of(person)
    own = None if by in kept_out else by
    in_force = Decision.objects.keys_in_force(concern)
    old = [step for step in agenda.steps_of_kind(*SUPERSEDED) if step.decision_id not in in_force]
    agenda.end_steps(old, StepEnding.SUPERSEDED)
    decided = concern.state in (State.DECIDED, State.CLOSED)
    if decided and not Decision.objects.is_decided_for_all(concern):
        _reopen_decision(agenda, refiling, own)
    # Whether it follows a "no further action" must be checked for the right child.
    agenda.end_steps(agenda.steps_of_kind(StepKind.REFER_AGAIN), StepEnding.SUPERSEDED)
    for kind in (
        re_referral.re_referral_steps_on(concern, refiling.at)
        if concern.state != State.CLOSED
        else ()
    ):
        agenda.add_step(kind)
    if reached and concern.state != State.CLOSED:
        agenda.add_step(StepKind.PUT_RIGHT, holder=concern.holder or own)
    open_steps_of_leaver(agenda, refiling.to)
    agenda.ensure_next_step()
    agenda.reassign_role_steps()
    return others


def _reopen_decision(agenda: NextSteps, refiling: Refiling, own: Person | None) -> None:
    concern = agenda.concern
    if concern.state == State.CLOSED:
        concern.closed_at = None
        concern.outcome = ""
        concern.holder = None
        Ending.objects.create(
            school_id=concern.school_id,
            concern=concern,
            by=refiling.by,
            at=refiling.at,
            words=refiling.why,
            reopened=True,
        )
    # Tasks and watches were about the wrong child.
    agenda.end_steps(
        agenda.steps_of_kind(StepKind.LOOK_AFTER, StepKind.TASK), StepEnding.SUPERSEDED
    )
    concern.state = State.TAKEN
    concern.holder = concern.holder or own
    pressing = is_decision_pressing(concern)
    agenda.add_step(StepKind.DECIDE_TODAY if pressing else StepKind.DECIDE)
