"""A lead records that a child leaves, how their file was sent on, and what home education needs.

The office answers who has left in `roll/acts.py`. What follows from either is in
`workflow/leaving.py`.
"""

from datetime import date, datetime
from typing import cast

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Child,
    ChildPackage,
    Departure,
    FileSending,
    HomeEducationCheck,
    RollQuestion,
    Step,
    Viewer,
)
from concerns.paper.child_package import BuiltPackage
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.leaving import SENDING_ENDS, HomeEducationConsent, LeavingReason, SendingStage
from concerns.rules.occurrence import TIME_AHEAD
from concerns.rules.roles import May
from concerns.rules.words import RollAnswer
from concerns.workflow.leaving import (
    Leaver,
    put_back_on_roll,
    record_departures,
    settle_after_leaving,
)
from concerns.workflow.next_steps import STEP_HAS_ITS_OWN_PAGE, STEP_IS_DONE, NextSteps


@act(May.DECIDE, Kind.LEAVING_RECORDED, on="child")
def leave(
    *,
    by: Viewer,
    child: Child,
    reason: LeavingReason,
    left_on: date | None,
    place: str,
    address: str,
    now: datetime,
    record: ActRecord,
) -> Departure:
    """Record that a child leaves, or that a new school asks for the file of one who is still here.

    Another departure of the same child takes the place of the last: so a destination that is learnt
    later is recorded. Without `left_on`, who is on the roll stays there, and who has left keeps the
    last day that is known.
    """
    leaver = Leaver(child, reason, left_on, place, address)
    if fault := leaver.find_fault(by.todays_date):
        raise ActRefused(fault)
    rows, concerns = record_departures(record, [leaver], by_office=False)
    if rows[0].left_on:
        # The office is asked no longer where the child is.
        asked = RollQuestion.objects.of_school(by).unanswered_questions().filter(child=child)
        asked.update(
            answer=RollAnswer.LEFT,
            destination=rows[0].destination_in_words,
            answered_at=now,
            answered_by=by.person,
        )
    said = {"place": place, "address": address}
    said = {name: words for name, words in said.items() if words}
    record(about=rows[0], children=[child.uid], reason=reason, fields=[*said], words=said)
    for concern in concerns:
        record(about=rows[0], concern=concern, children=[child.uid], reason=reason)
    return rows[0]


@act(May.DECIDE, Kind.PACKAGE_MADE, on="child")
def make_package(
    *,
    by: Viewer,
    child: Child,
    built: BuiltPackage,
    recipient: str,
    reason: str,
    now: datetime,
    record: ActRecord,
) -> ChildPackage:
    """Record that a package of a child's file was made, for whom and why. The ledger commits to the
    SHA-256 of the archive. It ends no step: that it was sent is recorded by `send_on`."""
    said = {"recipient": recipient, "reason": reason}
    row = ChildPackage.objects.create(
        uid=built.uid,
        school=by.school,
        child=child,
        departure=Departure.objects.filter(child=child).newest_first().first(),
        by=by.person,
        at=now,
        entries=built.entries,
        files=built.files,
        size=built.size,
        digest=built.digest,
        **said,
    )
    record(
        about=row,
        children=[child.uid],
        shown=built.shown,
        reason=f"{built.entries} entries, {built.files} files",
        fields=[*said],
        words={**said, "digest": built.digest},
    )
    return row


def _end_step(record: ActRecord, step: Step, kinds: tuple[StepKind, ...]) -> NextSteps:
    """End `step`, which is of one of `kinds`. Raises ActRefused if it has ended meanwhile."""
    agenda = _agenda_with_step(record, step, kinds)
    agenda.end_steps([owed for owed in agenda.open if owed.pk == step.pk])
    return agenda


def _agenda_with_step(record: ActRecord, step: Step, kinds: tuple[StepKind, ...]) -> NextSteps:
    if step.kind not in kinds:
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    agenda = record.agenda_of_concern(step.concern)
    if step.pk not in {owed.pk for owed in agenda.open}:
        raise ActRefused(STEP_IS_DONE)
    return agenda


def _record_closing(record: ActRecord, agenda: NextSteps) -> None:
    closed = settle_after_leaving(agenda)
    if closed:
        record(kind=Kind.CLOSED, about=closed, concern=agenda.concern)


@act(May.DECIDE, Kind.FILE_SENT_ON, on="step")
def send_on(
    *,
    by: Viewer,
    step: Step,
    stage: SendingStage,
    how: str,
    person_there: str,
    words: str,
    happened_at: datetime,
    now: datetime,
    record: ActRecord,
) -> FileSending:
    """Record how a child's file was sent to the new school, or why it is not. Then it is waited for
    whether the school has it."""
    if stage not in (SendingStage.SENT, SendingStage.NOT_NEEDED):
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    agenda = _end_step(record, step, (StepKind.SEND_FILE,))
    row = _save_sending(record, step, stage, how, person_there, words, happened_at)
    if stage is SendingStage.SENT:
        agenda.add_step(StepKind.FILE_RECEIPT, departure=step.departure)
    _record_closing(record, agenda)
    return row


@act(May.DECIDE, Kind.FILE_SENT_ON, on="step")
def confirm_receipt(
    *,
    by: Viewer,
    step: Step,
    stage: SendingStage,
    person_there: str,
    words: str,
    happened_at: datetime,
    now: datetime,
    record: ActRecord,
) -> FileSending:
    """Record that the new school has the file, or that it was asked whether it has. Asking does not
    end the step: it stays late until the school has confirmed."""
    kinds = (StepKind.FILE_RECEIPT,)
    if stage is SendingStage.CHASED:
        agenda = _agenda_with_step(record, step, kinds)
    elif stage is SendingStage.RECEIVED:
        agenda = _end_step(record, step, kinds)
    else:
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    row = _save_sending(record, step, stage, "", person_there, words, happened_at)
    if stage in SENDING_ENDS:
        _record_closing(record, agenda)
    return row


def _save_sending(
    record: ActRecord,
    step: Step,
    stage: SendingStage,
    how: str,
    person_there: str,
    words: str,
    happened_at: datetime,
) -> FileSending:
    if happened_at > record.now:
        raise ActRefused(TIME_AHEAD)
    by = record.by
    departure = cast(Departure, step.departure)
    said = {"person_there": person_there, "words": words}
    row = FileSending.objects.create(
        school=by.school,
        child=departure.child,
        departure=departure,
        by=by.person,
        at=record.now,
        happened_at=happened_at,
        stage=stage,
        how=how,
        **said,
    )
    record(
        about=row,
        concern=step.concern,
        children=[departure.child.uid],
        reason=stage.value,
        fields=["how", *said],
        words={name: text for name, text in said.items() if text},
    )
    return row


@act(May.DECIDE, Kind.HOME_ED_ANSWERED, on="step")
def answer_home_education(
    *,
    by: Viewer,
    step: Step,
    consent: HomeEducationConsent,
    consent_words: str,
    social_worker_words: str,
    address_words: str,
    now: datetime,
    record: ActRecord,
) -> HomeEducationCheck:
    """Record whether the authority consents, that the social worker knows, and that the address was
    checked. Where it refuses, the child is on the roll again, and somebody finds out where they
    are."""
    said = {
        "consent_words": consent_words,
        "social_worker_words": social_worker_words,
        "address_words": address_words,
    }
    if not all(words.strip() for words in said.values()):
        raise ActRefused("Answer all three: the authority, the social worker and the address.")
    agenda = _end_step(record, step, (StepKind.HOME_EDUCATION,))
    departure = cast(Departure, step.departure)
    child = departure.child
    row = HomeEducationCheck.objects.create(
        school=by.school,
        child=child,
        departure=departure,
        by=by.person,
        at=now,
        consent=consent,
        **said,
    )
    if consent is HomeEducationConsent.REFUSED:
        put_back_on_roll(by, child, by.todays_date)
        if not agenda.steps_of_kind(StepKind.MISSING_FROM_ROLL):
            agenda.add_step(StepKind.MISSING_FROM_ROLL)
    record(
        about=row,
        concern=step.concern,
        children=[child.uid],
        reason=consent.value,
        fields=["consent", *said],
        words=said,
    )
    _record_closing(record, agenda)
    return row
