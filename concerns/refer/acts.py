"""Conversations, referrals and meetings: what goes out of the school and what comes back.

A decision opens a referral: that is in `triage/acts.py`. Acts raise Refused, with a sentence.
"""

from datetime import datetime

from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    ChaseCall,
    Concern,
    ConcernChild,
    Conversation,
    Meeting,
    MeetingAction,
    Met,
    Person,
    Referral,
    ReferralEvent,
    Said,
    Sent,
    Viewer,
)
from concerns.rules import lifecycle, meetings, spans
from concerns.rules.answers import ANSWER_OPENS, ANSWERS, ENDS_HELP
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import Stage, State
from concerns.rules.meetings import MeetingKind
from concerns.rules.roles import May
from concerns.rules.words import Route, View


def _must_be_open(concern: Concern) -> None:
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")


def _has_happened(at: datetime, now: datetime) -> None:
    if at > now:
        raise Refused("This is written down after it has happened.")


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
    """Record a conversation: with whom, when, what was said. With parents, it ends the step to
    speak to them, unless they could not be `reached`. Advice ends the step to seek it, and opens
    the conversation with parents that waited for it. `concern_child` None: about all of them."""
    _must_be_open(concern)
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


@act(May.REFER, Kind.STEP_DONE, on="concern")
def leave_untold(*, by: Viewer, concern: Concern, why: str, now: datetime, record) -> Addition:
    """Record why parents are not told after all. This ends the step to speak to them."""
    words = f"Parents or carers are not told, because: {why}"
    return _end_by_words(record, by, concern, StepKind.SPEAK_TO_PARENTS, words, now)


@act(May.REFER, Kind.STEP_DONE, on="concern")
def not_again(*, by: Viewer, concern: Concern, why: str, now: datetime, record) -> Addition:
    """Record why a new sign after "no further action" is not referred again."""
    words = f"Not referred again, because: {why}"
    return _end_by_words(record, by, concern, StepKind.REFER_AGAIN, words, now)


def _end_by_words(record, by: Viewer, concern: Concern, kind: StepKind, words: str, now: datetime):
    agenda = record.agenda(concern)
    if not agenda.done(kind):
        raise Refused(f"{kind.label}: this is not owed now. Nothing was recorded twice.")
    note = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    agenda.onward()
    record(about=note, concern=concern, fields=["why"], reason=kind, words={"why": words})
    return note


def _come_to(referral: Referral, then: Stage) -> None:
    _must_be_open(referral.concern)
    if not lifecycle.referral_may_follow(referral.stage, then):
        raise Refused(f"This referral stands at: {Stage.say(referral.stage).lower()}.")


def _event(by: Viewer, referral: Referral, stage: Stage, now: datetime, **said) -> ReferralEvent:
    _has_happened(said.get("happened_at", now), now)
    return ReferralEvent.objects.write(by, referral, stage, now, **said)


def _tell(record, referral: Referral, reason: str, **words: str) -> None:
    """Write the audit line of an act on `referral`, with a commitment to the `words`."""
    told = {"fields": list(words), "reason": reason, "words": words}
    record(about=referral, concern=referral.concern, **told)


def _swap(record, referral: Referral, *opens: StepKind, answered: bool = False) -> None:
    """End the referral's open steps and open `opens`, or the concern's next move if nothing is
    owed. `answered`: the agency answered, so what its earlier answer opened ends too."""
    agenda = record.agenda(referral.concern)
    agenda.follow(referral, *opens, answered=answered)
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
    """Record that it was sent: to which agency, whom, how, when, their reference. The clock of the
    answer starts."""
    _come_to(referral, Stage.SENT)
    sent = Sent(agency, spoken_to, method, happened_at, their_reference, words)
    event = _event(by, referral, Stage.SENT, now, **sent.said)
    _swap(record, referral, ANSWERS[Route(referral.route)])
    record(about=referral, concern=referral.concern, reason=referral.route, **sent.told)
    return event


@act(May.REFER, Kind.ACKNOWLEDGED, on="referral")
def acknowledge(
    *,
    by: Viewer,
    referral: Referral,
    spoken_to: str,
    happened_at: datetime,
    their_reference: str = "",
    now: datetime,
    record,
) -> ReferralEvent:
    """Record that the agency has acknowledged it. This is no answer: the clock of that goes on."""
    _come_to(referral, Stage.ACKNOWLEDGED)
    said = {"spoken_to": spoken_to, "their_reference": their_reference}
    event = _event(by, referral, Stage.ACKNOWLEDGED, now, happened_at=happened_at, **said)
    record.agenda(referral.concern)
    _tell(record, referral, referral.route, **said)
    return event


@act(May.REFER, Kind.CHASED, on="referral")
def chase(
    *,
    by: Viewer,
    referral: Referral,
    telephone: str,
    minutes: int = 0,
    spoken_to: str = "",
    said: str = "",
    happened_at: datetime,
    now: datetime,
    record,
) -> ChaseCall:
    """Record a call to get an answer; no due date changes. `minutes`: on hold. `spoken_to` is empty
    if nobody answered. Raises Refused if nothing is awaited from the agency."""
    _must_be_open(referral.concern)
    _has_happened(happened_at, now)
    if not referral.awaited:
        raise Refused("Nothing is waited for from them now, so there is nothing to chase.")
    words = {"telephone": telephone, "spoken_to": spoken_to, "said": said}
    call = ChaseCall.objects.write(
        by, referral, now, minutes=minutes, happened_at=happened_at, **words
    )
    record.agenda(referral.concern)
    _tell(record, referral, referral.route, **words)
    return call


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
    """Record the agency's answer. The school then owes its view (agree or challenge), and what the
    agency says it will do has a clock of its own (`answers.ANSWER_OPENS`)."""
    _come_to(referral, Stage.ANSWERED)
    said = {"spoken_to": spoken_to, "words": words}
    event = _event(
        by, referral, Stage.ANSWERED, now, answer=answer, happened_at=happened_at, **said
    )
    theirs = [ANSWER_OPENS[answer]] if answer in ANSWER_OPENS else []
    _swap(record, referral, StepKind.AGREE_OR_CHALLENGE, *theirs, answered=True)
    _tell(record, referral, answer, **said)
    return event


@act(May.REFER, Kind.VIEWED_ANSWER, on="referral")
def give_view(
    *,
    by: Viewer,
    referral: Referral,
    view: str,
    words: str,
    whom: str = "",
    now: datetime,
    record,
) -> ReferralEvent:
    """Record that the school agrees with the answer, or challenges it or the lack of one with
    `whom`, on the next rung of the escalation ladder (`rules/escalation.py`), which has a clock."""
    agree = view == View.AGREE
    then = Stage.AGREED if agree else Stage.CHALLENGED
    _come_to(referral, then)
    if agree and referral.answer in ENDS_HELP and not words.strip():
        raise Refused("Say why the school agrees that nothing more happens.")
    said = {"spoken_to": whom, "words": words}
    rung = "" if agree else referral.next_rung
    event = _event(by, referral, then, now, escalation=rung, **said)
    _swap(record, referral, *([] if agree else [StepKind.CHALLENGE]))
    _tell(record, referral, view, **said)
    return event


@act(May.REFER, Kind.SETTLED, on="referral")
def settle(*, by: Viewer, referral: Referral, words: str, now: datetime, record) -> ReferralEvent:
    """Record how the challenge was settled: what was agreed, and with whom."""
    return _end(record, by, referral, Stage.SETTLED, words, now)


@act(May.REFER, Kind.WITHDRAWN, on="referral")
def withdraw(*, by: Viewer, referral: Referral, words: str, now: datetime, record) -> ReferralEvent:
    """Withdraw an unsent referral. This takes a second person, not the one who decided to refer."""
    if by.person.pk == referral.decision.by_id:
        raise Refused(
            "You decided to refer. Not sending it takes a second person who may decide: "
            "ask your deputy or the head."
        )
    return _end(record, by, referral, Stage.WITHDRAWN, words, now)


def _end(record, by: Viewer, referral: Referral, then: Stage, words: str, now: datetime):
    """Bring the referral to the final stage `then`, and end its steps."""
    _come_to(referral, then)
    event = _event(by, referral, then, now, words=words)
    _swap(record, referral)
    _tell(record, referral, referral.route, words=words)
    return event


@act(May.REFER, Kind.MET, on="concern")
def meet(*, by: Viewer, concern: Concern, met: Met, now: datetime, record) -> Meeting:
    """Record a meeting: end the steps that waited for it, open the next ones from its own day."""
    _must_be_open(concern)
    _has_happened(met.happened_at, now)
    held = spans.local_day(by.school.days, met.happened_at)
    if wrong := meetings.lacking(MeetingKind(met.kind), held, met.next_on, met.leads_on):
        raise Refused(wrong)
    may = Person.objects.who_may(May.DECIDE, by.school, by.today).not_excluded_from(concern)
    if any(one.holder not in may for one in met.actions):
        raise Refused("An action is held by somebody who may decide on this concern.")
    meeting = Meeting.objects.write(by, concern, met, now)
    agenda = record.agenda(concern)
    ours = met.all_ours(by.person)
    agenda.met(meeting, MeetingAction.objects.write(meeting, ours))
    agenda.onward()
    record(about=meeting, concern=concern, **met.told(ours))
    return meeting
