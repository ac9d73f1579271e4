"""What follows when a concern is moved to the right child, so that nothing is left undone.

A decision made for the wrong child no longer counts: the steps it opened end, and the concern must
be decided again. A move does not undo what was sent outside the school, so steps for that stay
open; anybody who was told must be told that it was another child. The move is in `filed.py`.
"""

from concerns.models import again
from concerns.models.conversation import Conversation
from concerns.models.decision import Decision, pressing_decision
from concerns.models.filed import Refiling
from concerns.models.meeting import Meeting
from concerns.models.person import Person, Relation
from concerns.models.referral import ReferralEvent
from concerns.models.step import Ended
from concerns.models.written import Ending
from concerns.rules.clocks import SUPERSEDED, StepKind
from concerns.rules.lifecycle import Stage, State


def told_outside(concern) -> bool:
    """Whether parents, an adviser or an agency have been told anything about the concern."""
    sent = ReferralEvent.objects.filter(referral__concern=concern, stage=Stage.SENT)
    met = Meeting.objects.filter(concern=concern)
    if sent.exists() or met.exists():
        return True
    return Conversation.objects.filter(concern=concern, reached=True).exists()


def follow(agenda, refiling: Refiling, reached: bool) -> None:
    """Update the steps of a concern after it was moved.

    `reached`: somebody was told, or has read, that it was about the wrong child.
    """
    concern, by = agenda.concern, agenda.by.person
    family = Person.objects.filter(
        relations__in=Relation.objects.standing().filter(child=refiling.to)
    )
    for relative in family:
        agenda.release(relative)
    own = None if by in family else by
    in_force = Decision.objects.in_force(concern)
    old = [step for step in agenda.owes(*SUPERSEDED) if step.decision_id not in in_force]
    agenda.end(old, Ended.SUPERSEDED)
    decided = concern.state in (State.DECIDED, State.CLOSED)
    if decided and not Decision.objects.all_made(concern):
        _decide_again(agenda, refiling, own)
    # Whether it follows a "no further action" must be checked for the right child.
    agenda.end(agenda.owes(StepKind.REFER_AGAIN), Ended.SUPERSEDED)
    for kind in again.owed_on(concern, refiling.at) if concern.state != State.CLOSED else ():
        agenda.owe(kind)
    if reached and concern.state != State.CLOSED:
        agenda.owe(StepKind.PUT_RIGHT, holder=concern.holder or own)
    agenda.onward()
    agenda.seat()


def _decide_again(agenda, refiling: Refiling, own: Person | None) -> None:
    concern = agenda.concern
    if concern.state == State.CLOSED:
        concern.closed_at, concern.outcome, concern.holder = None, "", None
        Ending.objects.create(
            school_id=concern.school_id,
            concern=concern,
            by=refiling.by,
            at=refiling.at,
            words=refiling.why,
            reopened=True,
        )
    # Tasks and watches were about the wrong child.
    agenda.end(agenda.owes(StepKind.LOOK_AFTER, StepKind.TASK), Ended.SUPERSEDED)
    concern.state, concern.holder = State.TAKEN, concern.holder or own
    pressing = pressing_decision(concern)
    agenda.owe(StepKind.DECIDE_TODAY if pressing else StepKind.DECIDE)
