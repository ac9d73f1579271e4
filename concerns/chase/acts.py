"""This file knows how a next step is done, and how the person who wrote hears back."""

from datetime import datetime, time

from django.http import Http404

from concerns.doors.act import Refused, act
from concerns.models import Addition, Concern, Draft, Person, Step, Viewer, WordBack
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
