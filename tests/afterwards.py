"""Arranges what comes after a decision: a task for a colleague, and a child who is watched."""

from datetime import date, timedelta

from concerns.chase import acts as chase
from concerns.models import Concern, Step, WatchAnswers
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.watching import WatchReviewResult
from concerns.rules.words import ConcernOutcome
from concerns.triage import acts as triage
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=3)
BY = date(2026, 11, 10)


def ask_colleague(by, concern, to=None, words="Ring the old school.", on=BY, now=LATER):
    to = to or factories.person(by.school)
    return chase.ask(by=by, concern=concern, to=to, words=words, on=on, now=now)


def answer_task(by, task, words="They sent it.", done=True, now=LATER):
    return chase.answer(by=by, task=task, words=words, done=done, now=now)


def concern_ready_to_watch(where, lead, **more):
    """A decided concern with nothing left to do, whose ending is watched."""
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, danger=True, **more)
    for step in concern.steps.open().filter(kind__in=["support", "danger_now"]):
        chase.do_step(by=lead, step=step, words="Done.", now=LATER)
    return Concern.objects.get(pk=concern.pk)


def watch_answers(where, **more) -> WatchAnswers:
    said = {
        "question": "How is Amelia?",
        "why": "It is calm.",
        "outcome": ConcernOutcome.KEPT,
        **more,
    }
    return WatchAnswers(adult=said.pop("adult", None) or factories.person(where), **said)


def open_watch(lead, concern, now=LATER, words_back="Thank you.", **more):
    given = {"asked": watch_answers(lead.school, **more), "words_back": words_back}
    return triage.watch(by=lead, concern=concern, now=now, **given)


def get_open_review(concern) -> Step:
    rows = Step.objects.open().select_related("concern", "holder")
    return rows.get(concern=concern, kind=StepKind.LOOK_AFTER)


def record_review(lead, concern, then=WatchReviewResult.ON, now=None, **more):
    step = get_open_review(concern)
    said = {"words": "She is well.", "why": "", "words_back": "", **more}
    moment = now or step.due_at - timedelta(hours=1)
    by = factories.viewer(lead.school, *lead.roles, who=lead.person, now=moment)
    return chase.look_after(by=by, step=step, then=then, now=moment, **said)
