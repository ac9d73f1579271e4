"""This file knows how a next step is done, how a writer hears back, what a colleague is asked for,
how a child is looked after once a case has ended, and how clocks are set."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db.models import F
from django.http import Http404

from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    Agenda,
    ClockSet,
    Concern,
    Draft,
    Ending,
    Person,
    School,
    Step,
    Task,
    TaskAnswer,
    Viewer,
    Watch,
    WordBack,
    clocks,
)
from concerns.models.after import may_be_asked, not_yet
from concerns.models.decision import LONGEST
from concerns.rules import bounds
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


@act(May.SUBMIT, Kind.MESSAGES_SET)
def choose_posts(*, by: Viewer, first: time, second: time, now: datetime, record) -> Person:
    """Choose at what two times of day what is not red comes by mail. It can never be switched off:
    a message nobody gets is a child nobody hears of."""
    if first == second:
        raise Refused("Choose two different times.")
    by.person.first_post, by.person.second_post = sorted([first, second])
    by.person.save(update_fields=["first_post", "second_post"])
    record(about=by.person, fields=["first_post", "second_post"])
    return by.person


@act(May.SUBMIT, Kind.STEP_DONE, on="concern")
def report_fgm(*, by: Viewer, concern: Concern, words: str, now: datetime, record) -> Addition:
    """Who learnt of it has told the police themselves. Nobody else can say so for them."""
    agenda = record.agenda(concern)
    own = [step for step in agenda.owes(StepKind.REPORT_FGM) if step.holder_id == by.person.pk]
    if not own:
        raise Refused("No report to the police is open in your name: it is written down already.")
    agenda.end(own)
    agenda.onward()
    told = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words
    )
    kind = StepKind.REPORT_FGM
    record(about=told, concern=concern, fields=["words"], reason=kind, words={"words": words})
    return told


MEANWHILE = (
    "Somebody has changed the school's clocks or terms meanwhile. Open this page again, so that "
    "nothing of theirs is undone."
)
UNBOUNDED = "A clock can only be set within what the table of clocks allows."
NO_ADVISER = "Give both the adviser's name and their e-mail address, or neither."


@act(May.CLOCKS, Kind.CLOCKS_SET)
def set_clocks(
    *,
    by: Viewer,
    figures: Mapping[str, int | None],
    adviser: Mapping[str, str],
    read: int,
    now: datetime,
    record,
) -> School:
    """The school's own figures, for the kinds that may have one (None: as the table says), and who
    is told outside it. `read` is the version of the calendar that the page was made from."""
    school = School.objects.select_for_update().get(pk=by.school.pk)
    if school.calendar_version != read:
        raise Refused(MEANWHILE)
    if bool(adviser["adviser_name"]) != bool(adviser["adviser_email"]):
        raise Refused(NO_ADVISER)
    before = ClockSet.objects.in_force(school)
    moved = {kind: amount for kind, amount in figures.items() if before.get(kind) != amount}
    _must_be_bounded(by, moved)
    ClockSet.objects.bulk_create(
        ClockSet(school=school, kind=kind, amount=amount, since=now, by=by.person)
        for kind, amount in moved.items()
    )
    # By the database: what a web process remembers of a version never comes from what was undone.
    School.objects.filter(pk=school.pk).update(
        calendar_version=F("calendar_version") + 1, **adviser
    )
    changed = [name for name in adviser if getattr(school, name) != adviser[name]]
    record(about=school, fields=[*moved, *changed])
    return school


def _must_be_bounded(by: Viewer, figures: Mapping[str, int | None]) -> None:
    kinds = {kind.value: kind for kind in clocks.open_to(by) if bounds.may_change(kind)}
    for kind, amount in figures.items():
        known = kind in kinds
        if not known or (amount is not None and bounds.within(kinds[kind], amount) != amount):
            raise Refused(UNBOUNDED)
