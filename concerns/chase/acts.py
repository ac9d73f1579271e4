"""Doing next steps, words back to the writer, tasks, reviews of a watch, and setting clocks.

Also setting a draft aside, choosing the times of the two daily letters, and reporting FGM to the
police. Steps that ask for an act of their own (deciding, referring) are done in `triage/acts.py`
and `refer/acts.py`. Every act raises Refused, with a sentence for the page, if the rules do not
allow it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db.models import F
from django.http import Http404

from concerns.doors.act import ActRecord, ActRefused, act
from concerns.models import (
    Addition,
    CalendarFeed,
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
)
from concerns.models.response.decision import LONGEST
from concerns.models.response.watch import staff_to_ask_about
from concerns.reading import school_clocks
from concerns.rules import clock_bounds
from concerns.rules.clocks import BY_A_NOTE, FIRST_LOOKS, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May
from concerns.rules.watching import WatchReason, WatchReviewResult
from concerns.rules.words import ConcernOutcome
from concerns.workflow.closing import closing_objection, reason_to_reopen_first
from concerns.workflow.next_steps import STEP_HAS_ITS_OWN_PAGE, STEP_IS_DONE, NextSteps
from concerns.workflow.unaccounted import record_unaccounted_found

NOT_YOURS = (
    "You decided this, or you are the person who is worried, so somebody else must look again. It "
    "is with {}: ask them to do it."
)


@act(May.DECIDE, Kind.TOLD_REPORTER, on="concern")
def tell_reporter(
    *, by: Viewer, concern: Concern, words: str, now: datetime, record: ActRecord
) -> WordBack:
    """Give the person who wrote the concern a word back. This ends the step to do so."""
    back = WordBack.objects.send_word_back(by, concern, words, now)
    agenda = record.agenda_of_concern(concern)
    agenda.complete_steps(StepKind.TELL_REPORTER)
    agenda.ensure_next_step()
    record(about=back, concern=concern, fields=["words"], words={"words": words})
    return back


def _note_and_end_step(record: ActRecord, step: Step, words: str) -> tuple[NextSteps, Addition]:
    """End `step`, and add a note for the leads. Returns the agenda of its concern and the note. The
    step is looked up under the lock: of two presses at once, the second finds it done, and Refused
    is raised."""
    agenda = record.agenda_of_concern(step.concern)
    still = [owed for owed in agenda.open if owed.pk == step.pk]
    if not still:
        raise ActRefused(STEP_IS_DONE)
    by = record.by
    note = Addition.objects.create(
        school=by.school,
        concern=step.concern,
        by=by.person,
        at=record.now,
        words=words,
        for_leads=True,
    )
    agenda.end_steps(still)
    return agenda, note


@act(May.DECIDE, Kind.STEP_DONE, on="step")
def do_step(*, by: Viewer, step: Step, words: str, now: datetime, record: ActRecord) -> Addition:
    """Do a next step that needs only a note of what was found (`clocks.BY_A_NOTE`). If the note is
    where a child is who was unaccounted for, they are so no longer."""
    if step.kind not in BY_A_NOTE:
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    agenda, note = _note_and_end_step(record, step, words)
    agenda.ensure_next_step()
    said = {"words": words}
    record(about=step, concern=step.concern, fields=["words"], reason=step.kind, words=said)
    if step.kind == StepKind.MISSING_FROM_ROLL:
        for found in record_unaccounted_found(record, agenda):
            record(about=found, children=[found.child.uid], reason=found.answer)
    return note


@act(May.DECIDE, Kind.STEP_DONE, on="step")
def look_again(
    *, by: Viewer, step: Step, words: str, words_back: str, now: datetime, record: ActRecord
) -> Addition:
    """Look again at a concern whose writer is still worried, and give them a word back. Neither the
    person who decided nor the writer may do this. If nobody held the concern, it is `by`'s from now
    on."""
    concern = step.concern
    if step.kind != StepKind.STILL_WORRIED:
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    if by.person.pk in step.barred_person_keys:
        raise ActRefused(NOT_YOURS.format(step.holder_words))
    if not words_back.strip():
        raise ActRefused("Write a reply to the person who is still worried.")
    agenda, note = _note_and_end_step(record, step, words)
    agenda.record_first_look()
    agenda.complete_steps(*FIRST_LOOKS)
    if concern.state == State.WAITING:
        concern.holder = by.person
        agenda.start_deciding(by.person)
    WordBack.objects.give_owed_word_back(agenda, words_back)
    agenda.ensure_next_step()
    said = {"words": words, "words_back": words_back}
    record(about=step, concern=concern, fields=[*said], reason=step.kind, words=said)
    return note


@act(May.DECIDE, Kind.LOOKED_AFTER, on="step")
def look_after(
    *,
    by: Viewer,
    step: Step,
    words: str,
    then: WatchReviewResult,
    why: str,
    words_back: str,
    now: datetime,
    record: ActRecord,
) -> Addition:
    """Record a review of a watch: how the child is, and whether the watch goes on. `words` is how
    the child is. `then`: watch on, or end here. `why` is needed to end it before the last
    review."""
    concern = step.concern
    watch = Watch.objects.latest_of_concern(concern)
    if step.kind != StepKind.LOOK_AFTER or watch is None:
        raise ActRefused(STEP_HAS_ITS_OWN_PAGE)
    agenda, note = _note_and_end_step(record, step, words)
    left = watch.review_days_left(by.todays_date, step)
    if then == WatchReviewResult.ON:
        watch.schedule_review(agenda, left[0] if left else watch.further_review_day(now))
    elif left and not why.strip():
        raise ActRefused("Say why the watch ends before its last review.")
    else:
        _end_watch(agenda, watch, why.strip() or words, words_back)
    said = {"words": words, "why": why, "words_back": words_back}
    record(about=watch, concern=concern, fields=[then, *said], words=said)
    return note


def _end_watch(agenda: NextSteps, watch: Watch, why: str, words_back: str) -> None:
    """End the watch and close its concern. A watch after a status ended runs beside the concern: if
    that has other steps open or is not decided, it stays open."""
    concern = agenda.concern
    watch.withdraw_watch_tasks(agenda)
    if watch.because == WatchReason.STATUS and (agenda.open or concern.state != State.DECIDED):
        return agenda.ensure_next_step()
    if wrong := closing_objection(agenda, words_back):
        raise ActRefused(wrong)
    WordBack.objects.give_owed_word_back(agenda, words_back)
    Ending.objects.record_closing(agenda, watch.outcome or ConcernOutcome.KEPT, why)


@act(May.DECIDE, Kind.TASKED, on="concern")
def ask(
    *,
    by: Viewer,
    concern: Concern,
    to: Person,
    words: str,
    on: date,
    now: datetime,
    record: ActRecord,
) -> Task:
    """Ask a colleague to do something by a day. They see these words, the day and who asked. They
    see nothing of the concern. The day is within a year."""
    if wrong := reason_to_reopen_first(concern):
        raise ActRefused(wrong)
    if to not in staff_to_ask_about(by, concern) or to == by.person:
        raise ActRefused(
            "Choose a colleague who works here, is not the child's family, and may see the concern."
        )
    if not by.todays_date <= on <= by.todays_date + LONGEST:
        raise ActRefused("Choose a day in the next year.")
    task = Task.objects.ask_colleague(record.agenda_of_concern(concern), to, words, on)
    record(about=task, concern=concern, shown=[to.uid], fields=["words"], words={"words": words})
    return task


@act(May.SUBMIT, Kind.TASK_DONE)
def answer(
    *, by: Viewer, task: Task, words: str, done: bool, now: datetime, record: ActRecord
) -> TaskAnswer:
    """Answer a task: what came of it, or (`done` False) that one cannot. A task that cannot be done
    goes back to the lead who asked. As the person asked may see nothing of the concern, it is not
    passed to `@act`, and is locked here instead. Raises Http404 for anybody else's task."""
    concern = Concern.objects.select_for_update().get(pk=task.step.concern_id)
    if task not in Task.objects.tasks_visible_to(by):
        raise Http404
    agenda = record.agenda_of_concern(concern)
    if task.step_id not in {step.pk for step in agenda.open}:
        raise ActRefused(STEP_IS_DONE)
    said = Task.objects.record_task_answer(agenda, task, words, done or task.by_id == by.person.pk)
    how = "done" if said.done else "cannot"
    record(about=task, concern=concern, reason=how, fields=["words"], words={"words": words})
    return said


@act(May.SUBMIT, Kind.SET_ASIDE, on="draft")
def set_aside(*, by: Viewer, draft: Draft, why: str, now: datetime, record: ActRecord) -> Draft:
    """Record that a draft need not be sent. Its writer may, or a lead who has asked them. Only its
    writer can still read it. If they go on writing, it counts as unsent again. Raises Http404 for
    anybody else."""
    known = Draft.objects.own_drafts(by).unsent_concern_drafts() | Draft.objects.known_to_leads(by)
    if draft not in known:
        raise Http404
    draft.set_aside_at = now
    draft.save(update_fields=["set_aside_at"])
    record(about=draft, fields=["why"], words={"why": why})
    return draft


@act(May.SUBMIT, Kind.MESSAGES_SET)
def choose_posts(
    *, by: Viewer, first: time, second: time, now: datetime, record: ActRecord
) -> Person:
    """Choose the two times of day at which messages that are not urgent are mailed. They cannot be
    switched off: a message nobody gets is a child nobody hears of."""
    if first == second:
        raise ActRefused("Choose two different times.")
    by.person.first_post, by.person.second_post = sorted([first, second])
    by.person.save(update_fields=["first_post", "second_post"])
    record(about=by.person, fields=["first_post", "second_post"])
    return by.person


@act(May.READ_ALL, Kind.CALENDAR_LINKED)
def make_calendar_link(
    *, by: Viewer, secret: str, now: datetime, record: ActRecord
) -> CalendarFeed:
    """Make `by`'s private link to their calendar, with `secret`, in place of the one they had."""
    feed = CalendarFeed.objects.replace_feed(by, secret, now)
    record(about=feed)
    return feed


@act(May.READ_ALL, Kind.CALENDAR_UNLINKED)
def end_calendar_link(*, by: Viewer, now: datetime, record: ActRecord) -> None:
    """End `by`'s private link to their calendar. Raises Refused if they have none."""
    if not CalendarFeed.objects.end_feed(by, now):
        raise ActRefused("You have no private link now, so there was nothing to end.")
    record(about=by.person)


@act(May.SUBMIT, Kind.STEP_DONE, on="concern")
def report_fgm(
    *, by: Viewer, concern: Concern, words: str, now: datetime, record: ActRecord
) -> Addition:
    """Record that the person who learnt of FGM has reported it to the police themselves. Nobody
    else can record it for them. Raises Refused if no such report is open in `by`'s name."""
    agenda = record.agenda_of_concern(concern)
    own = [
        step for step in agenda.steps_of_kind(StepKind.REPORT_FGM) if step.holder_id == by.person.pk
    ]
    if not own:
        raise ActRefused(
            "You do not have a report to the police to make: it has already been recorded."
        )
    agenda.end_steps(own)
    agenda.ensure_next_step()
    told = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words
    )
    kind = StepKind.REPORT_FGM
    record(about=told, concern=concern, fields=["words"], reason=kind, words={"words": words})
    return told


MEANWHILE = (
    "Somebody else has changed the school's times or terms since you opened this page. Open it "
    "again, so that you do not undo their change."
)
UNBOUNDED = "Enter a figure within the limits beside each box."
NO_ADVISER = "Give both the adviser's name and their e-mail address, or neither."


@act(May.CLOCKS, Kind.CLOCKS_SET)
def set_clocks(
    *,
    by: Viewer,
    figures: Mapping[str, int | None],
    adviser: Mapping[str, str],
    read: int,
    now: datetime,
    record: ActRecord,
) -> School:
    """Set the school's own figures for clocks, and its adviser outside the school. `figures`: the
    amount of each kind of step, in the unit of its clock; None: the standard one of
    `rules/clocks.py`. `adviser`: name, e-mail address and organisation. `read`: the version of the
    school's calendar when the page was made. Raises Refused if that has changed meanwhile, or if a
    figure is out of its bounds (`rules/clock_bounds.py`)."""
    school = School.objects.select_for_update().get(pk=by.school.pk)
    if school.calendar_version != read:
        raise ActRefused(MEANWHILE)
    if bool(adviser["adviser_name"]) != bool(adviser["adviser_email"]):
        raise ActRefused(NO_ADVISER)
    before = ClockSet.objects.amounts_in_force(school)
    moved = {kind: amount for kind, amount in figures.items() if before.get(kind) != amount}
    _refuse_unbounded_figures(by, moved)
    ClockSet.objects.bulk_create(
        ClockSet(school=school, kind=kind, amount=amount, since=now, by=by.person)
        for kind, amount in moved.items()
    )
    # Counted up in the database, not on `school`: what a web process caches under a version must
    # never come from a transaction that was rolled back.
    School.objects.filter(pk=school.pk).update(
        calendar_version=F("calendar_version") + 1, **adviser
    )
    changed = [name for name in adviser if getattr(school, name) != adviser[name]]
    record(about=school, fields=[*moved, *changed])
    return school


def _refuse_unbounded_figures(by: Viewer, figures: Mapping[str, int | None]) -> None:
    kinds = {
        kind.value: kind
        for kind in school_clocks.visible_clock_kinds(by)
        if clock_bounds.may_change_clock(kind)
    }
    for kind, amount in figures.items():
        known = kind in kinds
        if not known or (
            amount is not None and clock_bounds.clamp_clock_amount(kinds[kind], amount) != amount
        ):
            raise ActRefused(UNBOUNDED)
