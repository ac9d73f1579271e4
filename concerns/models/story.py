"""This file knows what happened to a concern after it was written: its rows, fetched together.

Every reading of a concern asks here, so that no page forgets a kind of row, and none asks once for
each. What is fetched does not grow with the number of rows, only with the kinds.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.dateformat import format as written
from django.utils.timezone import localtime

from concerns.models.after import Watch
from concerns.models.chase import ChaseCall
from concerns.models.concern import Concern
from concerns.models.conversation import Conversation
from concerns.models.decision import Decision, DecisionRoute
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild, Refiling
from concerns.models.meeting import Meeting, MeetingAction
from concerns.models.referral import Referral, ReferralEvent
from concerns.models.step import Ended, Step
from concerns.models.task import TaskAnswer
from concerns.models.written import Addition, Ending, Handing, Mark, WordBack
from concerns.rules import saying
from concerns.rules.clocks import CLOCKS, DECISIONS, FIRST_LOOKS, NOTED, StepKind
from concerns.rules.words import (
    ChildSeen,
    GoingHome,
    HowKnown,
    HowSure,
    ParentsTold,
    Part,
    Route,
    Siblings,
)


@dataclass(frozen=True)
class Ruling:
    """A decision, for whom it was made, and for whom of them no later one supersedes it."""

    decision: Decision
    children: list[ConcernChild]
    in_force: list[ConcernChild]

    @property
    def superseded(self) -> list[ConcernChild]:
        gone = [*self.in_force, *self.misfiled]
        return [row for row in self.children if row not in gone]

    @property
    def misfiled(self) -> list[ConcernChild]:
        """For whom it was made while the concern stood under them by mistake."""
        return [row for row in self.children if row.part == Part.MOVED]

    @property
    def facts(self) -> list[tuple[str, str]]:
        return asked(self.decision)


@dataclass(frozen=True)
class Happening:
    """One thing said or done, for a list in the order of time."""

    at: datetime
    what: str
    row: object
    # The step a note was written for.
    done: str = ""


def fetch(concern: Concern) -> Concern:
    """`concern` with every row below it fetched, each kind once."""
    open_steps = Step.objects.open().in_order()
    open_steps = open_steps.select_related("holder", "referral", "decision")
    prefetch_related_objects(
        [concern],
        Prefetch("children", _standing()),
        "category_rows",
        Prefetch("marks", Mark.objects.order_by("id")),
        Prefetch("steps", open_steps),
        Prefetch("steps", Step.objects.filter(kind__in=NOTED, ended=Ended.DONE), "noted"),
        Prefetch("decisions", decisions().prefetch_related("children")),
        Prefetch("referrals", referrals()),
        Prefetch("conversations", conversations()),
        Prefetch("meetings", meetings()),
        Prefetch("additions", _by(Addition)),
        Prefetch("words_back", _by(WordBack)),
        Prefetch("handings", _by(Handing).select_related("by", "to")),
        Prefetch("endings", _by(Ending)),
        Prefetch("exclusions", Exclusion.objects.told()),
        Prefetch("refilings", Refiling.objects.told()),
        Prefetch("steps", _asked_for(), "asked_for"),
        Prefetch("watches", _by(Watch).select_related("by", "adult")),
    )
    return concern


def _standing():
    return ConcernChild.objects.standing().select_related("child").order_by("part", "id")


def _asked_for():
    """What colleagues were asked for, by whom, and what they answered."""
    tasks = Step.objects.filter(task__isnull=False).order_by("id")
    return tasks.select_related("holder", "done_by", "task__by", "task__answer__by")


def answered(step: Step) -> TaskAnswer | None:
    """What came of a task. Fetched."""
    return getattr(step.task, "answer", None)


def most_pressing(steps: list[Step]) -> Step | None:
    return min(
        steps,
        key=lambda step: (CLOCKS[StepKind(step.kind)].rank, step.due_at, step.pk),
        default=None,
    )


def why(concern: Concern, step, route: str | None, today: date, marked: bool) -> str:
    """Why it stands in the queue where it does, by its most pressing open step and its referral's
    route: "First look, today: worried about going home today". Of a closed one, how it ended."""
    if step is None:
        return concern.outcome_words
    if route:
        return f"{step.words}: {Route.say(route)}"
    looking = step.kind in FIRST_LOOKS | DECISIONS | {StepKind.DANGER_NOW}
    worries = concern.worries(today, marked) if looking else []
    said = ", ".join(worry for worry in worries if worry not in step.words)
    joined = ", " if ":" in step.words else ": "
    return joined.join(filter(None, [step.words, said]))


def facts(concern: Concern) -> list[tuple[str, str]]:
    """(what was asked, what was answered) beside the account, of what was answered. Fetched."""
    on, at = concern.happened_on, concern.happened_at
    day = [written(on, settings.DATE_FORMAT) if on else "", at.strftime("%H:%M") if at else ""]
    known = HowSure.say(concern.how_sure)
    answers = [
        ("Worried about going home", GoingHome.say(concern.going_home)),
        ("How it is known", HowKnown.say(concern.how_known)),
        ("When it happened", ", ".join(filter(None, [*day, known]))),
        ("Where", concern.place),
        ("Who else was there or knows", concern.who_else),
        ("Explanation given", concern.explanation),
        ("Who explained it", concern.explained_by),
        ("Told in person", concern.told_in_person),
        ("Called already", concern.already_called),
        ("Categories", "\n".join(concern.categories)),
    ]
    return [(asked, answer) for asked, answer in answers if answer]


def asked(decision: Decision) -> list[tuple[str, str]]:
    """(what was asked, what was answered) beside the reason of a decision, of what was answered."""
    told = [ParentsTold.say(decision.parents_told), decision.parents_why_not]
    siblings = [Siblings.say(decision.siblings), decision.siblings_words]
    answers = [
        ("What else was considered", decision.considered),
        ("Parents told", ". ".join(filter(None, told))),
        ("Brothers and sisters", ". ".join(filter(None, siblings))),
        ("The child", ChildSeen.say(decision.child_seen)),
    ]
    return [(question, answer) for question, answer in answers if answer]


def event_words(event: ReferralEvent) -> str:
    """One thing that happened to a referral, in words. Needs `who`, the name of who wrote it."""
    told = [
        f"{event.stage_words}, {saying.when(event.happened_at)}, {event.who}",
        event.answer and event.answer_words,
        event.rung_words,
        event.agency and f"To {event.agency}",
        event.spoken_to and f"Spoken to: {event.spoken_to}",
        event.method and event.method_words,
        event.their_reference and f"Their reference: {event.their_reference}",
        event.words,
    ]
    return ". ".join(filter(None, told))


def spoken_words(conversation: Conversation) -> str:
    """To whom, and who else was there."""
    how = "Spoken to" if conversation.reached else "Could not be reached"
    whom = [conversation.spoken_to_words, conversation.who]
    also = conversation.who_else and f"also there: {conversation.who_else}"
    return f"{how}: {', '.join(filter(None, [*whom, also]))}"


def decisions():
    """Newest first, each with who made it and its routes."""
    routes = DecisionRoute.objects.select_related("adult").order_by("id")
    made = Decision.objects.select_related("by").order_by("-id")
    return made.prefetch_related(Prefetch("routes", routes))


def referrals():
    """In order, each with what happened to it."""
    events = ReferralEvent.objects.select_related("by").order_by("id")
    calls = ChaseCall.objects.select_related("by").order_by("id")
    sent = Referral.objects.order_by("id")
    return sent.prefetch_related(Prefetch("events", events), Prefetch("chases", calls))


def conversations():
    return Conversation.objects.select_related("by").order_by("happened_at", "id")


def meetings():
    """In the order they were held, each with what is ours to do."""
    ours = MeetingAction.objects.select_related("holder").order_by("id")
    held = Meeting.objects.select_related("by").order_by("happened_at", "id")
    return held.prefetch_related(Prefetch("actions", ours))


def _by(model):
    return model.objects.select_related("by").order_by("id")


def rulings(concern: Concern) -> list[Ruling]:
    """The decisions of a concern that was fetched, newest first."""
    rows = {row.pk: row for row in concern.children.all()}
    for moved in concern.refilings.all():
        moved.row.was = moved.was_words
        rows[moved.row_id] = moved.row
    newest: dict[int, Decision] = {}
    made = []
    for decision in concern.decisions.all():
        children = [rows[link.concern_child_id] for link in decision.children.all()]
        standing = [row for row in children if row.part != Part.MOVED]
        current = [row for row in standing if newest.setdefault(row.pk, decision) is decision]
        made.append(Ruling(decision, children, current))
    return made


def about(concern: Concern) -> list[ConcernChild]:
    """The children a concern is about, each of whom is decided for; with their names."""
    rows = ConcernChild.objects.filter(concern=concern, part=Part.ABOUT)
    return list(rows.select_related("child").order_by("id"))


def last_decided(concern: Concern) -> dict[int, str]:
    """For each child of `concern`, by key, its newest decision in words."""
    said = {}
    for made in decisions().filter(concern=concern).prefetch_related("children").reverse():
        routes = "; ".join(route.words for route in made.routes.all())
        day = written(localtime(made.at), settings.DATE_FORMAT)
        for link in made.children.all():
            said[link.concern_child_id] = f"Decided {day} by {made.by.name}: {routes}"
    return said


def happenings(concern: Concern) -> list[Happening]:
    """What was said and done, oldest first, of a concern that was fetched. What its writer added
    stands with what they wrote: `additions`."""
    found = [Happening(row.happened_at, "spoke", row) for row in concern.conversations.all()]
    # The note and the step it was written for were recorded by one act, at one moment.
    done = {(step.done_at, step.done_by_id): step.words for step in concern.noted}
    found += [
        Happening(row.at, "note", row, done.get((row.at, row.by_id), ""))
        for row in concern.additions.all()
        if row.for_leads
    ]
    found += [Happening(row.happened_at, "met", row) for row in concern.meetings.all()]
    found += [Happening(row.at, "word_back", row) for row in concern.words_back.all()]
    found += [Happening(row.at, "handing", row) for row in concern.handings.all()]
    found += [Happening(row.at, "ending", row) for row in concern.endings.all()]
    found += [Happening(row.at, "refiling", row) for row in concern.refilings.all()]
    found += [Happening(row.at, "exclusion", row) for row in concern.exclusions.all()]
    found += [Happening(row.at, "watch", row) for row in concern.watches.all()]
    for step in concern.asked_for:
        found.append(Happening(step.task.at, "task", step.task))
        if came := answered(step):
            found.append(Happening(came.at, "task_answer", came))
    return sorted(found, key=lambda happening: happening.at)


def additions(concern: Concern) -> list[Addition]:
    """What the person who wrote it added later. Fetched."""
    return [row for row in concern.additions.all() if not row.for_leads]
