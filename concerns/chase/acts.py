"""This file knows how a next step is done, how a writer hears back, and how clocks are set."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db.models import F
from django.http import Http404

from concerns.doors.act import Refused, act
from concerns.models import (
    Addition,
    ClockSet,
    Concern,
    Draft,
    Person,
    School,
    Step,
    Viewer,
    WordBack,
    clocks,
)
from concerns.rules import bounds
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import May


@act(May.DECIDE, Kind.TOLD_REPORTER, on="concern")
def tell_reporter(*, by: Viewer, concern: Concern, words: str, now: datetime, record) -> WordBack:
    """Give the person who wrote it a word back."""
    back = WordBack.objects.say(by, concern, words, now)
    agenda = record.agenda(concern)
    agenda.done(StepKind.TELL_REPORTER)
    agenda.onward()
    record(about=back, concern=concern, fields=["words"], words={"words": words})
    return back


@act(May.DECIDE, Kind.STEP_DONE, on="step")
def do_step(*, by: Viewer, step: Step, words: str, now: datetime, record) -> Addition:
    """Do a next step that ends with a sentence of what was found."""
    concern = step.concern
    if step.kind not in BY_A_NOTE:
        raise Refused("This step is not done by a note.")
    agenda = record.agenda(concern)
    # Looked up under the lock: of two presses at once, the second finds it done.
    still = [owed for owed in agenda.open if owed.pk == step.pk]
    if not still:
        raise Refused("This has been done already. Nothing was recorded twice.")
    note = Addition.objects.create(
        school=by.school, concern=concern, by=by.person, at=now, words=words, for_leads=True
    )
    agenda.end(still)
    agenda.onward()
    record(about=step, concern=concern, fields=["words"], reason=step.kind, words={"words": words})
    return note


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
