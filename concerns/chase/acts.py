"""This file knows how a next step is done, how the person who wrote hears back, what a colleague is
asked for, and how a child is looked after once a case has ended."""

from datetime import date, datetime

from django.http import Http404

from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    Agenda,
    Concern,
    Draft,
    Ending,
    Person,
    Step,
    Task,
    TaskAnswer,
    Viewer,
    Watch,
    WordBack,
)
from concerns.models.after import may_be_asked, not_yet
from concerns.models.decision import LONGEST
from concerns.rules.after import Because, Then
from concerns.rules.clocks import BY_A_NOTE, FIRST_LOOKS, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May
from concerns.rules.words import Outcome

ALREADY = "This has been done already. Nothing was recorded twice."
NOT_YOURS = (
    "Somebody else than who decided looks again, and not who is worried. "
    "It is {}'s: ask them, or wait for who it comes to next."
)


@act(May.DECIDE, Kind.TOLD_REPORTER, on="concern")
def tell_reporter(*, by: Viewer, concern: Concern, words: str, now: datetime, record) -> WordBack:
    """Give the person who wrote it a word back."""
    back = WordBack.objects.say(by, concern, words, now)
    agenda = record.agenda(concern)
    agenda.done(StepKind.TELL_REPORTER)
    agenda.onward()
    record(about=back, concern=concern, fields=["words"], words={"words": words})
    return back


def _noted(record, step: Step, words: str) -> tuple[Agenda, Addition]:
    """End `step` with a note for the leads. Looked up under the lock: of two presses at once, the
    second finds it done."""
    agenda = record.agenda(step.concern)
    still = [owed for owed in agenda.open if owed.pk == step.pk]
    if not still:
        raise Refused(ALREADY)
    by = record.by
    note = Addition.objects.create(
        school=by.school, concern=step.concern, by=by.person, at=record.now, words=words,
        for_leads=True,
    )  # fmt: skip
    agenda.end(still)
    return agenda, note


@act(May.DECIDE, Kind.STEP_DONE, on="step")
def do_step(*, by: Viewer, step: Step, words: str, now: datetime, record) -> Addition:
    """Do a next step that ends with a sentence of what was found."""
    if step.kind not in BY_A_NOTE:
        raise Refused("This step is not done by a note.")
    agenda, note = _noted(record, step, words)
    agenda.onward()
    said = {"words": words}
    record(about=step, concern=step.concern, fields=["words"], reason=step.kind, words=said)
    return note


@act(May.DECIDE, Kind.STEP_DONE, on="step")
def look_again(
    *, by: Viewer, step: Step, words: str, words_back: str, now: datetime, record
) -> Addition:
    """Who wrote it was still worried: somebody else than who decided says what they make of it, and
    gives them a word. Where nobody had it, it is theirs from then on."""
    concern = step.concern
    if step.kind != StepKind.STILL_WORRIED:
        raise Refused("This step is not done here.")
    if by.person.pk in step.not_theirs:
        raise Refused(NOT_YOURS.format(step.holder_words))
    if not words_back.strip():
        raise Refused("Whoever is still worried gets a word back.")
    agenda, note = _noted(record, step, words)
    agenda.looked()
    agenda.done(*FIRST_LOOKS)
    if concern.state == State.WAITING:
        concern.holder = by.person
        agenda.begin(by.person)
    WordBack.objects.owed(agenda, words_back)
    agenda.onward()
    said = {"words": words, "words_back": words_back}
    record(about=step, concern=concern, fields=[*said], reason=step.kind, words=said)
    return note


@act(May.DECIDE, Kind.LOOKED_AFTER, on="step")
def look_after(
    *, by: Viewer, step: Step, words: str, then: Then, why: str, words_back: str, now: datetime,
    record,
) -> Addition:  # fmt: skip
    """A review of a watch: how the child is, and whether they are watched on."""
    concern = step.concern
    watch = Watch.objects.of(concern)
    if step.kind != StepKind.LOOK_AFTER or watch is None:
        raise Refused("This step is not done here.")
    agenda, note = _noted(record, step, words)
    left = watch.left(by.today, step)
    if then == Then.ON:
        watch.look_again_on(agenda, left[0] if left else watch.further(now))
    elif left and not why.strip():
        raise Refused("Say why the watch ends before its last review.")
    else:
        _unwatch(agenda, watch, why.strip() or words, words_back)
    said = {"words": words, "why": why, "words_back": words_back}
    record(about=watch, concern=concern, fields=[then, *said], words=said)
    return note


def _unwatch(agenda: Agenda, watch: Watch, why: str, words_back: str) -> None:
    """The watch ends, and the concern with it; but one that had gone on beside it goes on."""
    concern = agenda.concern
    watch.ask_nobody(agenda)
    if watch.because == Because.STATUS and (agenda.open or concern.state != State.DECIDED):
        return agenda.onward()
    if wrong := not_yet(agenda, words_back):
        raise Refused(wrong)
    WordBack.objects.owed(agenda, words_back)
    Ending.objects.close(agenda, watch.outcome or Outcome.KEPT, why)


@act(May.DECIDE, Kind.TASKED, on="concern")
def ask(
    *, by: Viewer, concern: Concern, to: Person, words: str, on: date, now: datetime, record
) -> Task:
    """Ask a colleague for something by a day. They see these words, the day and who asked."""
    if concern.state == State.CLOSED:
        raise Refused("This concern is closed. Reopen it first.")
    if to not in may_be_asked(by, concern) or to == by.person:
        raise Refused("Ask a colleague who works here, and is neither family nor kept out of it.")
    if not by.today <= on <= by.today + LONGEST:
        raise Refused("Choose a day that is still to come, within a year.")
    task = Task.objects.ask(record.agenda(concern), to, words, on)
    record(about=task, concern=concern, shown=[to.uid], fields=["words"], words={"words": words})
    return task


@act(May.SUBMIT, Kind.TASK_DONE)
def answer(*, by: Viewer, task: Task, words: str, done: bool, now: datetime, record) -> TaskAnswer:
    """Say what came of what a lead had asked for, or that one cannot: then it goes back to them.

    Whoever was asked may see nothing of the concern, and so the door is not told of it: it is
    locked here.
    """
    concern = Concern.objects.select_for_update().get(pk=task.step.concern_id)
    if task not in Task.objects.open_to(by):
        raise Http404
    agenda = record.agenda(concern)
    if task.step_id not in {step.pk for step in agenda.open}:
        raise Refused(ALREADY)
    said = Task.objects.answered(agenda, task, words, done or task.by_id == by.person.pk)
    how = "done" if said.done else "cannot"
    record(about=task, concern=concern, reason=how, fields=["words"], words={"words": words})
    return said


@act(May.SUBMIT, Kind.SET_ASIDE, on="draft")
def set_aside(*, by: Viewer, draft: Draft, why: str, now: datetime, record) -> Draft:
    """Say that a concern begun need not be sent: its writer, or a lead who has asked them.

    Its words stay with their writer, who can go on with them at any time: then it is unsent again.
    """
    known = Draft.objects.of(by).unsent() | Draft.objects.known_to_leads(by)
    if draft not in known:
        raise Http404
    draft.set_aside_at = now
    draft.save(update_fields=["set_aside_at"])
    record(about=draft, fields=["why"], words={"why": why})
    return draft
