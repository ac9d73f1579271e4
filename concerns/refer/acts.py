"""Conversations, referrals and meetings: what goes out of the school and what comes back.

A decision opens a referral: that is in `triage/acts.py`. Acts raise Refused, with a sentence.
"""

import uuid
from datetime import datetime
from typing import Any

from concerns.doors import attachments
from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Addition,
    Attachment,
    ChaseCall,
    ComingMeeting,
    ComingMeetingAnswers,
    Concern,
    ConcernChild,
    Conversation,
    ConversationAnswers,
    Meeting,
    MeetingAction,
    MeetingAnswers,
    MeetingChange,
    Person,
    Promise,
    PromiseAnswers,
    Referral,
    ReferralEvent,
    ReferralSentAnswers,
    Sighting,
    Viewer,
)
from concerns.models.concern.attachment import RowWithFiles
from concerns.models.response.coming_meeting import coming_time_fault
from concerns.models.response.step import StepEnding
from concerns.rules import lifecycle, meeting_rules, reporting_periods
from concerns.rules.agency_answers import ANSWER_OPENS, ANSWERS, ENDS_HELP
from concerns.rules.child_file_vocabulary import SeenHow
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.occurrence import TIME_AHEAD
from concerns.rules.roles import May
from concerns.rules.words import AgencyAnswer, AnswerView, MeetingChangeKind, Route, SpokenTo
from concerns.workflow.closing import reason_to_reopen_first
from concerns.workflow.next_steps import NextSteps

# Before the reason why parents are not told after all.
UNTOLD = "Parents or carers are not told, because: "


def _require_open_for_referral(concern: Concern) -> None:
    if wrong := reason_to_reopen_first(concern):
        raise ActRefused(wrong)


def _refuse_future_moment(at: datetime, now: datetime) -> None:
    if at > now:
        raise ActRefused(TIME_AHEAD)


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
    alone: bool = False,
    consent: str = "",
    now: datetime,
    record: ActRecord,
) -> Conversation:
    """Record a conversation: with whom, when, what was said. With parents, it ends the step to
    speak to them, unless they could not be `reached`. Advice ends the step to seek it, and opens
    the conversation with parents that waited for it. `concern_child` None: about all of them.

    With the child, it is recorded in their file that they were seen; `alone`: heard alone.
    `consent`: of `Consent`, whether the parent or the child agrees to a referral."""
    _require_open_for_referral(concern)
    _refuse_future_moment(happened_at, now)
    if concern_child and concern_child.concern_id != concern.pk:
        raise ActRefused("Choose a child that this concern is about.")
    talk = ConversationAnswers(
        spoken_to, who, said, happened_at, who_else, concern_child, reached, consent
    )
    if talk.consent_fault:
        raise ActRefused(talk.consent_fault)
    spoken = Conversation.objects.record_conversation(by, concern, talk, now)
    agenda = record.agenda_of_concern(concern)
    if reached:
        agenda.update_steps_after_talk(spoken)
    if reached and spoken_to == SpokenTo.CHILD:
        _record_child_seen(record, spoken, alone)
    agenda.ensure_next_step()
    record(about=spoken, concern=concern, **talk.conversation_ledger_details)
    return spoken


def _record_child_seen(record: ActRecord, spoken: Conversation, alone: bool) -> None:
    """Record in the file of each child that was spoken to that they were seen."""
    concern = spoken.concern
    rows = ConcernChild.objects.subjects_only().filter(concern=concern)
    if spoken.concern_child:
        rows = rows.filter(pk=spoken.concern_child.pk)
    found = rows.select_related("child").order_by("id")
    children = [row.child for row in found if row.child]
    how = SeenHow.ALONE if alone else SeenHow.SPOKE
    for row in Sighting.objects.record_on_concern(
        record.by, concern, children, record.by.person, how, spoken.happened_at, record.now
    ):
        seen = [row.child.uid]
        record(kind=Kind.SIGHTED, about=row, concern=concern, children=seen, reason=row.how)


@act(May.REFER, Kind.STEP_DONE, on="concern")
def leave_untold(
    *, by: Viewer, concern: Concern, why: str, now: datetime, record: ActRecord
) -> Addition:
    """Record why parents are not told after all. This ends the step to speak to them."""
    words = f"{UNTOLD}{why}"
    return _end_by_words(record, by, concern, StepKind.SPEAK_TO_PARENTS, words, now)


@act(May.REFER, Kind.STEP_DONE, on="concern")
def not_again(
    *, by: Viewer, concern: Concern, why: str, now: datetime, record: ActRecord
) -> Addition:
    """Record why a new sign after "no further action" is not referred again."""
    words = f"Not referred again, because: {why}"
    return _end_by_words(record, by, concern, StepKind.REFER_AGAIN, words, now)


def _end_by_words(
    record: ActRecord, by: Viewer, concern: Concern, kind: StepKind, words: str, now: datetime
) -> Addition:
    agenda = record.agenda_of_concern(concern)
    if not agenda.complete_steps(kind):
        raise ActRefused(f"{kind.label}: this is no longer needed. Nothing was recorded twice.")
    note = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    agenda.ensure_next_step()
    record(about=note, concern=concern, fields=["why"], reason=kind, words={"why": words})
    return note


def _require_stage_follows(referral: Referral, then: ReferralStage) -> None:
    _require_open_for_referral(referral.concern)
    if not lifecycle.may_referral_become(referral.current_stage, then):
        raise ActRefused(
            "This referral is at the stage: "
            f"{ReferralStage.label_of_value(referral.current_stage).lower()}."
        )


def _write_event(
    by: Viewer, referral: Referral, stage: ReferralStage, now: datetime, **said: Any
) -> ReferralEvent:
    _refuse_future_moment(said.get("happened_at", now), now)
    return ReferralEvent.objects.record_referral_event(by, referral, stage, now, **said)


def _record_referral_line(record: ActRecord, referral: Referral, reason: str, **words: str) -> None:
    """Write the audit line of an act on `referral`, with a commitment to the `words`."""
    record(about=referral, concern=referral.concern, fields=list(words), reason=reason, words=words)


def _swap_steps(
    record: ActRecord, referral: Referral, *opens: StepKind, answered: bool = False
) -> None:
    """End the referral's open steps and open `opens`, or the concern's next move if nothing is
    owed. `answered`: the agency answered, so what its earlier answer opened ends too."""
    agenda = record.agenda_of_concern(referral.concern)
    agenda.set_referral_steps(referral, *opens, answered=answered)
    agenda.ensure_next_step()


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
    record: ActRecord,
) -> ReferralEvent:
    """Record that it was sent: to which agency, whom, how, when, their reference. The clock of the
    answer starts."""
    _require_stage_follows(referral, ReferralStage.SENT)
    sent = ReferralSentAnswers(agency, spoken_to, method, happened_at, their_reference, words)
    event = _write_event(by, referral, ReferralStage.SENT, now, **sent.referral_event_fields)
    _swap_steps(record, referral, ANSWERS[Route(referral.route)])
    record(
        about=referral, concern=referral.concern, reason=referral.route, **sent.sent_ledger_details
    )
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
    record: ActRecord,
) -> ReferralEvent:
    """Record that the agency has acknowledged it. This is no answer: the clock of that goes on."""
    _require_stage_follows(referral, ReferralStage.ACKNOWLEDGED)
    said = {"spoken_to": spoken_to, "their_reference": their_reference}
    event = _write_event(
        by, referral, ReferralStage.ACKNOWLEDGED, now, happened_at=happened_at, **said
    )
    record.agenda_of_concern(referral.concern)
    _record_referral_line(record, referral, referral.route, **said)
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
    record: ActRecord,
) -> ChaseCall:
    """Record a call to get an answer; no due date changes. `minutes`: on hold. `spoken_to` is empty
    if nobody answered. Raises Refused if nothing is awaited from the agency."""
    _require_open_for_referral(referral.concern)
    _refuse_future_moment(happened_at, now)
    if not referral.is_awaiting_agency:
        raise ActRefused("No answer is expected from them now, so there is nothing to chase.")
    words = {"telephone": telephone, "spoken_to": spoken_to, "said": said}
    call = ChaseCall.objects.record_chase_call(
        by, referral, now, minutes=minutes, happened_at=happened_at, **words
    )
    record.agenda_of_concern(referral.concern)
    _record_referral_line(record, referral, referral.route, **words)
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
    record: ActRecord,
) -> ReferralEvent:
    """Record the agency's answer. The school then owes its view (agree or challenge), and what the
    agency says it will do has a clock of its own (`answers.ANSWER_OPENS`)."""
    _require_stage_follows(referral, ReferralStage.ANSWERED)
    said = {"spoken_to": spoken_to, "words": words}
    event = _write_event(
        by, referral, ReferralStage.ANSWERED, now, answer=answer, happened_at=happened_at, **said
    )
    opened = ANSWER_OPENS.get(AgencyAnswer(answer))
    theirs = [opened] if opened else []
    _swap_steps(record, referral, StepKind.AGREE_OR_CHALLENGE, *theirs, answered=True)
    _record_referral_line(record, referral, answer, **said)
    return event


@act(May.REFER, Kind.VIEWED_ANSWER, on="referral")
def give_view(
    *,
    by: Viewer,
    referral: Referral,
    view: str,
    words: str,
    whom: str = "",
    promised: PromiseAnswers | None = None,
    now: datetime,
    record: ActRecord,
) -> ReferralEvent:
    """Record that the school agrees with the answer, or challenges it or the lack of one with
    `whom`, on the next rung of the escalation ladder (`rules/challenge_ladder.py`), which has a
    clock. Whoever agrees because something was `promised` owes finding out whether it was done."""
    agree = view == AnswerView.AGREE
    if promised and not agree:
        raise ActRefused(
            "Leave out what they promised. You can record it when you agree, or when the challenge "
            "is settled."
        )
    _check_promise(by, promised)
    then = ReferralStage.AGREED if agree else ReferralStage.CHALLENGED
    _require_stage_follows(referral, then)
    if agree and referral.latest_answer in ENDS_HELP and not words.strip():
        raise ActRefused("Say why the school agrees with no further action.")
    said = {"spoken_to": whom, "words": words}
    rung = "" if agree else referral.rung_to_challenge_next
    event = _write_event(by, referral, then, now, escalation=rung, **said)
    agenda = record.agenda_of_concern(referral.concern)
    agenda.set_referral_steps(referral, *([] if agree else [StepKind.CHALLENGE]))
    said |= _open_promise(agenda, event, promised)
    agenda.ensure_next_step()
    _record_referral_line(record, referral, view, **said)
    return event


@act(May.REFER, Kind.SETTLED, on="referral")
def settle(
    *,
    by: Viewer,
    referral: Referral,
    words: str,
    promised: PromiseAnswers | None = None,
    now: datetime,
    record: ActRecord,
) -> ReferralEvent:
    """Record how the challenge was settled: what was agreed, and with whom. What the agency
    `promised` opens a step, due on its day, to find out whether it was done."""
    _check_promise(by, promised)
    return _end_referral(record, by, referral, ReferralStage.SETTLED, words, now, promised)


@act(May.REFER, Kind.WITHDRAWN, on="referral")
def withdraw(
    *, by: Viewer, referral: Referral, words: str, now: datetime, record: ActRecord
) -> ReferralEvent:
    """Withdraw an unsent referral. This takes a second person, not the one who decided to refer."""
    if by.person.pk == referral.decision.by_id:
        raise ActRefused(
            "You decided to refer, so a second person who may decide has to agree not to send it. "
            "Ask your deputy or the head."
        )
    return _end_referral(record, by, referral, ReferralStage.WITHDRAWN, words, now)


def _end_referral(
    record: ActRecord,
    by: Viewer,
    referral: Referral,
    then: ReferralStage,
    words: str,
    now: datetime,
    promised: PromiseAnswers | None = None,
) -> ReferralEvent:
    """Bring the referral to the final stage `then`, and end its steps but for what is promised."""
    _require_stage_follows(referral, then)
    event = _write_event(by, referral, then, now, words=words)
    agenda = record.agenda_of_concern(referral.concern)
    agenda.set_referral_steps(referral)
    said = {"words": words} | _open_promise(agenda, event, promised)
    agenda.ensure_next_step()
    _record_referral_line(record, referral, referral.route, **said)
    return event


def _check_promise(by: Viewer, promised: PromiseAnswers | None) -> None:
    """Raises ActRefused if what was promised lacks a word, or its day is gone or too far ahead."""
    if promised and (wrong := promised.promise_fault(by.todays_date)):
        raise ActRefused(wrong)


def _open_promise(
    agenda: NextSteps, event: ReferralEvent, promised: PromiseAnswers | None
) -> dict[str, str]:
    """Record what was promised and open its step. Returns its words, for the ledger."""
    if not promised:
        return {}
    agenda.open_promise_step(event.referral, Promise.objects.record_promise(event, promised))
    return {"promised": promised.what, "promised by": promised.who}


@act(May.REFER, Kind.MEETING_PLANNED, on="concern")
def plan_meeting(
    *,
    by: Viewer,
    concern: Concern,
    coming: ComingMeetingAnswers,
    now: datetime,
    record: ActRecord,
) -> ComingMeeting:
    """Record a meeting to come: who goes owes it until it was held, moved or cancelled."""
    _require_open_for_referral(concern)
    if wrong := coming_time_fault(coming.begins_at, now):
        raise ActRefused(wrong)
    may = Person.objects.who_may(May.DECIDE, by.school, by.todays_date).not_excluded_from(concern)
    if coming.goes not in may:
        raise ActRefused("Choose somebody who may decide on this concern to go.")
    made = ComingMeeting.objects.record_coming_meeting(by, concern, coming, now)
    record.agenda_of_concern(concern).open_coming_meeting_step(made)
    words = {"place": coming.place, "words": coming.words}
    record(about=made, concern=concern, fields=list(words), reason=coming.kind, words=words)
    return made


@act(May.REFER, Kind.MEETING_CHANGED, on="coming")
def change_meeting(
    *,
    by: Viewer,
    coming: ComingMeeting,
    begins_at: datetime | None,
    place: str = "",
    why: str,
    now: datetime,
    record: ActRecord,
) -> MeetingChange:
    """Record that a meeting to come was moved to `begins_at`, or cancelled (None), and why.

    Its step ends; that of a moved meeting is opened again for the new day.
    """
    concern = coming.concern
    _require_open_for_referral(concern)
    if begins_at and (wrong := coming_time_fault(begins_at, now)):
        raise ActRefused(wrong)
    agenda = record.agenda_of_concern(concern)
    owed = agenda.coming_meeting_steps(coming)
    if not owed:
        raise ActRefused("This meeting is no longer to come: it was held or cancelled.")
    change = MeetingChange.objects.record_meeting_change(by, coming, begins_at, place, why, now)
    agenda.end_steps(owed, StepEnding.CALLED_OFF)
    if begins_at:
        agenda.open_coming_meeting_step(coming, owed[0].holder)
    agenda.ensure_next_step()
    said = {"why": why, "place": place}
    reason = MeetingChangeKind.MOVED if begins_at else MeetingChangeKind.CANCELLED
    record(about=change, concern=concern, fields=list(said), reason=reason, words=said)
    return change


@act(May.REFER, Kind.ATTACHED, on="concern")
def add_files(
    *,
    by: Viewer,
    concern: Concern,
    entry: RowWithFiles,
    draft: uuid.UUID,
    now: datetime,
    record: ActRecord,
) -> list[Attachment]:
    """Add the files that are kept under `draft` to a conversation, a meeting or what happened to a
    referral of the concern: `entry`. They are for the leads."""
    _require_open_for_referral(concern)
    if entry.concern_of_entry != concern:
        raise ActRefused("Add the file to the concern that it belongs to.")
    added = attachments.attach_files_of_draft(record, concern, draft, for_leads=True, entry=entry)
    if added:
        record.agenda_of_concern(concern)
    else:
        record(about=entry, concern=concern, reason="already recorded")
    return added


@act(May.REFER, Kind.MET, on="concern")
def meet(
    *, by: Viewer, concern: Concern, met: MeetingAnswers, now: datetime, record: ActRecord
) -> Meeting:
    """Record a meeting: end the steps that waited for it, open the next ones from its own day."""
    _require_open_for_referral(concern)
    _refuse_future_moment(met.happened_at, now)
    held = reporting_periods.local_day(by.school.school_calendar, met.happened_at)
    if wrong := meeting_rules.next_meeting_fault(
        MeetingKind(met.kind), held, met.next_on, met.leads_on
    ):
        raise ActRefused(wrong)
    may = Person.objects.who_may(May.DECIDE, by.school, by.todays_date).not_excluded_from(concern)
    if any(one.holder not in may for one in met.actions):
        raise ActRefused("Choose somebody who may decide on this concern to do each action.")
    meeting = Meeting.objects.record_meeting(by, concern, met, now)
    agenda = record.agenda_of_concern(concern)
    ours = met.all_school_actions(by.person)
    agenda.update_steps_after_meeting(
        meeting, MeetingAction.objects.record_meeting_actions(meeting, ours)
    )
    agenda.ensure_next_step()
    record(about=meeting, concern=concern, **met.meeting_ledger_details(ours))
    return meeting
