"""This file knows what goes out and what comes back: conversations, referrals, answers, views."""

from datetime import datetime

from concerns.doors.act import Refused, act
from concerns.models import (
    Concern,
    ConcernChild,
    Conversation,
    Referral,
    ReferralEvent,
    Said,
    Sent,
    Viewer,
)
from concerns.rules import lifecycle
from concerns.rules.clocks import ANSWERS, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import Stage, State
from concerns.rules.roles import May
from concerns.rules.words import Route, View


@act(May.REFER, Kind.SPOKE, on="concern")
def speak(
    *,
    by: Viewer,
    concern: Concern,
    spoken_to: str,
    who: str,
    said: str,
    happened_at: datetime,
    who_else: str = "",
    concern_child: ConcernChild | None = None,
    reached: bool = True,
    now: datetime,
    record,
) -> Conversation:
    """Record who was spoken to, when, what was said.

    With a parent it ends the step that asked for it, unless they could not be reached: that is a
    chase, not an end. Advice written down opens the conversation with parents it held back.
    """
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    if happened_at > now:
        raise Refused("A conversation is written down after it has happened.")
    if concern_child and concern_child.concern_id != concern.pk:
        raise Refused("A conversation is about a child of this concern.")
    talk = Said(spoken_to, who, said, happened_at, who_else, concern_child, reached)
    spoken = Conversation.objects.write(by, concern, talk, now)
    agenda = record.agenda(concern)
    if reached:
        agenda.heard(spoken)
    agenda.onward()
    record(about=spoken, concern=concern, **talk.told)
    return spoken


def _come_to(referral: Referral, then: Stage) -> None:
    if referral.concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    if not lifecycle.referral_may_follow(referral.stage, then):
        raise Refused(f"This referral stands at: {Stage.say(referral.stage).lower()}.")


def _event(by: Viewer, referral: Referral, stage: Stage, now: datetime, **said) -> ReferralEvent:
    if said.get("happened_at", now) > now:
        raise Refused("This is written down after it has happened.")
    return ReferralEvent.objects.write(by, referral, stage, now, **said)


def _swap(record, referral: Referral, *opens: StepKind) -> None:
    """End what was owed on this referral; owe what comes next, or the concern's next move."""
    agenda = record.agenda(referral.concern)
    agenda.follow(referral, *opens)
    agenda.onward()


@act(May.REFER, Kind.SENT, on="referral")
def send(
    *,
    by: Viewer,
    referral: Referral,
    agency: str,
    spoken_to: str,
    method: str,
    happened_at: datetime,
    their_reference: str = "",
    words: str = "",
    now: datetime,
    record,
) -> ReferralEvent:
    """It has been sent: to which agency, whom, how, when, their reference. Their clock begins."""
    _come_to(referral, Stage.SENT)
    sent = Sent(agency, spoken_to, method, happened_at, their_reference, words)
    event = _event(by, referral, Stage.SENT, now, **sent.said)
    _swap(record, referral, ANSWERS[Route(referral.route)])
    record(about=referral, concern=referral.concern, reason=referral.route, **sent.told)
    return event


@act(May.REFER, Kind.ANSWERED, on="referral")
def hear_back(
    *,
    by: Viewer,
    referral: Referral,
    answer: str,
    spoken_to: str,
    words: str,
    happened_at: datetime,
    now: datetime,
    record,
) -> ReferralEvent:
    """What the agency says it will do. The school then owes its view: agree or challenge."""
    _come_to(referral, Stage.ANSWERED)
    event = _event(
        by,
        referral,
        Stage.ANSWERED,
        now,
        answer=answer,
        spoken_to=spoken_to,
        words=words,
        happened_at=happened_at,
    )
    _swap(record, referral, StepKind.AGREE_OR_CHALLENGE)
    record(
        about=referral,
        concern=referral.concern,
        fields=["answer", "spoken_to", "words"],
        reason=answer,
        words={"spoken_to": spoken_to, "words": words},
    )
    return event


@act(May.REFER, Kind.VIEWED_ANSWER, on="referral")
def give_view(
    *, by: Viewer, referral: Referral, view: str, words: str, now: datetime, record
) -> ReferralEvent:
    """The school agrees with the answer, or disagrees and challenges it, in words."""
    agree = view == View.AGREE
    then = Stage.AGREED if agree else Stage.CHALLENGED
    _come_to(referral, then)
    event = _event(by, referral, then, now, words=words)
    _swap(record, referral, *([] if agree else [StepKind.CHALLENGE]))
    record(
        about=referral,
        concern=referral.concern,
        fields=["view", "words"],
        reason=view,
        words={"words": words},
    )
    return event


@act(May.REFER, Kind.WITHDRAWN, on="referral")
def withdraw(*, by: Viewer, referral: Referral, words: str, now: datetime, record) -> ReferralEvent:
    """Not send it after all. Undoing a decision to refer takes a second person."""
    if by.person.pk == referral.decision.by_id:
        raise Refused(
            "You decided to refer. Not sending it takes a second person who may decide: "
            "ask your deputy or the head."
        )
    _come_to(referral, Stage.WITHDRAWN)
    event = _event(by, referral, Stage.WITHDRAWN, now, words=words)
    _swap(record, referral)
    record(
        about=referral,
        concern=referral.concern,
        fields=["words"],
        reason=referral.route,
        words={"words": words},
    )
    return event
