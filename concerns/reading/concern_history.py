"""Loads everything recorded on a concern after it was sent: steps, decisions, referrals and so on.

Every page that shows a concern uses `load_concern_history`, so that no page leaves out a kind of
row and none makes one query per row. The number of queries depends on how many kinds of row there
are, not on how many rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db.models import Model, Prefetch, Q, prefetch_related_objects
from django.utils.dateformat import format as written
from django.utils.timezone import localtime

from concerns.models.base.case_row import CaseRows
from concerns.models.base.composed_rows import read_by_keys
from concerns.models.concern.attachment import Attachment
from concerns.models.concern.category_sorting import CategorySorting
from concerns.models.concern.concern import Concern, ConcernCategory
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.concern.exclusion import Exclusion
from concerns.models.concern.later_entries import (
    Addition,
    AuthoredText,
    Ending,
    Handing,
    Mark,
    WordBack,
)
from concerns.models.response.chase_call import ChaseCall
from concerns.models.response.coming_meeting import ComingMeeting, MeetingChange
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import Decision, DecisionRoute, Decisions
from concerns.models.response.meeting import Meeting, MeetingAction
from concerns.models.response.referral import Referral, ReferralEvent
from concerns.models.response.step import Step, StepEnding
from concerns.models.response.task import Task, TaskAnswer
from concerns.models.response.watch import Watch
from concerns.models.school.person import Viewer
from concerns.reading.concern_files import files_in_order, join_files
from concerns.reading.kinds_present import find_kinds_present
from concerns.rules import wording
from concerns.rules.clocks import CLOCKS, DECISIONS, FIRST_LOOKS, NOTED, StepKind
from concerns.rules.pressing_reasons import (
    answers_without_worry,
    mark_in_words,
    reason_in_short,
    referral_reason_in_short,
)
from concerns.rules.words import (
    CONSENT_ASKED,
    ChildPart,
    ChildSeen,
    GoingHome,
    HowKnown,
    HowSure,
    ParentsTold,
    SiblingsConsidered,
)


@dataclass(frozen=True)
class DecisionForChildren:
    """A decision, the children it was made for, and those for whom no later one supersedes it."""

    decision: Decision
    children: list[ConcernChild]
    in_force: list[ConcernChild]

    @property
    def superseded_children(self) -> list[ConcernChild]:
        gone = [*self.in_force, *self.misfiled_children]
        return [row for row in self.children if row not in gone]

    @property
    def misfiled_children(self) -> list[ConcernChild]:
        """Children it was made for while the concern was filed under them by mistake."""
        return [row for row in self.children if row.part == ChildPart.MOVED]

    @property
    def further_answers(self) -> list[tuple[str, str]]:
        return list_decision_answers(self.decision)


@dataclass(frozen=True)
class HistoryEvent:
    """One entry of a list, in order of time, of what was said and done."""

    at: datetime
    what: str
    row: object
    # Only for a note: the name of the step that the note completed.
    done: str = ""


@dataclass(frozen=True)
class ConcernHistory:
    """A concern with all its rows. `children` are those it is filed under now, `steps` its open
    steps, `noted` its steps that a note completed, `tasks` what colleagues were asked for."""

    concern: Concern
    children: list[ConcernChild]
    steps: list[Step]
    noted: list[Step]
    tasks: list[Task]
    sortings: list[CategorySorting]
    marks: list[Mark]
    attachments: list[Attachment]
    decisions: list[Decision]
    referrals: list[Referral]
    conversations: list[Conversation]
    meetings: list[Meeting]
    coming_meetings: list[ComingMeeting]
    additions: list[Addition]
    words_back: list[WordBack]
    handings: list[Handing]
    endings: list[Ending]
    exclusions: list[Exclusion]
    refilings: list[Refiling]
    watches: list[Watch]

    @property
    def own_files(self) -> list[Attachment]:
        """The files that came with the concern itself, and with nothing else of it."""
        return [file for file in self.attachments if not file.came_with_words]


def load_concern_history(concern: Concern, viewer: Viewer) -> ConcernHistory:
    """Read all rows of `concern` that `viewer` may see: one query finds which kinds there are, then
    one for each. Whoever reads a part of the record sees those of `rules/reader_parts.py`, and how
    many queries it takes says nothing of the others."""
    kinds = tuple(model for model, _ in _KINDS_OF_ROW.values())
    every_kind: tuple[type[Model], ...] = (ConcernCategory, *kinds)
    found = find_kinds_present(every_kind, "concern_id", [concern.pk])
    if viewer.reads_part:
        found = set(every_kind)
    if ConcernCategory in found:
        prefetch_related_objects([concern], "category_rows")
    else:
        prefetch_related_objects(
            [concern], Prefetch("category_rows", ConcernCategory.objects.none())
        )
    rows = {
        name: _rows_of_concern(concern, viewer, build) if model in found else []
        for name, (model, build) in _KINDS_OF_ROW.items()
    }
    every = _rows_of_concern(concern, viewer, _steps_shown)
    history = ConcernHistory(
        concern=concern,
        children=_rows_of_concern(concern, viewer, _current_children),
        steps=[step for step in every if step.done_at is None],
        noted=sorted(
            (step for step in every if step.kind in NOTED and step.ended == StepEnding.DONE),
            key=attrgetter("pk"),
        ),
        tasks=_tasks_of_steps([step for step in every if step.kind == StepKind.TASK]),
        **rows,
    )
    _join_rows(history)
    return history


def _rows_of_concern(
    concern: Concern, viewer: Viewer, rows: Callable[[], CaseRows[Any]]
) -> list[Any]:
    if viewer.reads_part:
        found = list(rows().filter(concern=concern).in_part_of(viewer))
    else:
        found = read_by_keys(rows, "concern", [concern.pk])
    for row in found:
        row.concern = concern
    return found


def _steps_shown() -> CaseRows[Step]:
    shown = Q(done_at=None) | Q(kind__in=NOTED, ended=StepEnding.DONE) | Q(kind=StepKind.TASK)
    return Step.objects.filter(shown).select_related("holder").in_order()


def _current_children() -> CaseRows[ConcernChild]:
    return ConcernChild.objects.not_misfiled().select_related("child").order_by("part", "id")


def _tasks_of_steps(steps: list[Step]) -> list[Task]:
    """The tasks that opened `steps`, with the answers. No query if there are no steps."""
    rows = Task.objects.filter(step__in=steps).select_related("by", "answer__by")
    return list(rows.order_by("step")) if steps else []


def _join_rows(history: ConcernHistory) -> None:
    """Let rows that refer to one another do so without a query more."""
    _join_row(history.concern, "sorting", history.sortings)
    events = [event for referral in history.referrals for event in referral.events.all()]
    promises = [promise for event in events for promise in event.promises.all()]
    join_files([*history.conversations, *history.meetings, *events], history.attachments)
    for step in history.steps:
        _join_row(step, "decision", history.decisions)
        _join_row(step, "referral", history.referrals)
        _join_row(step, "coming", history.coming_meetings)
        _join_row(step, "promise", promises)


def _join_row(row: Model, name: str, others: Iterable[Model]) -> None:
    """Set the foreign key `name` of `row` to the one of `others` that it refers to, if any."""
    key = getattr(row, f"{name}_id")
    for other in others if key else ():
        if other.pk == key:
            setattr(row, name, other)


def answer_to_task(task: Task) -> TaskAnswer | None:
    """The answer to `task`, or None. Needs `answer` fetched."""
    return getattr(task, "answer", None)


class StepInWords(Protocol):
    """A step as a page says it: the model, or a row of the queue."""

    @property
    def kind(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def pk(self) -> int: ...
    @property
    def step_in_words(self) -> str: ...


OpenStep = TypeVar("OpenStep", bound=StepInWords)


def most_pressing_step(steps: Iterable[OpenStep]) -> OpenStep | None:
    """The step of the lowest rank, and of these the one due first. None if there are no steps."""
    return min(
        steps,
        key=lambda step: (CLOCKS[StepKind(step.kind)].rank, step.due_at, step.pk),
        default=None,
    )


def explain_queue_position(
    concern: Concern, step: StepInWords | None, route: str | None, today: date, marks: list[str]
) -> str:
    """Why the concern has its place in the queue: its most pressing open `step`, with the route of
    that step's referral or the writer's worries, as in "Read today: worried about going home"; for
    a first look without worries what the writer answered. If `step` is None, the outcome, or the
    state of one that is open: whoever reads a part of the record sees no steps. `marks`: where on
    the body its marks are."""
    if step is None:
        return concern.outcome_in_words or concern.state_words
    if route:
        return referral_reason_in_short(step.kind, route)
    if step.kind not in FIRST_LOOKS | DECISIONS | {StepKind.DANGER_NOW}:
        return reason_in_short(step.kind)
    tells_danger = step.kind == StepKind.DANGER_NOW
    because = concern.worries_in_words(today, mark_in_words(marks), tells_danger)
    if not because and step.kind == StepKind.FIRST_LOOK:
        because = answers_without_worry(concern.how_known)
    return reason_in_short(step.kind, because)


def list_account_answers(concern: Concern) -> list[tuple[str, str]]:
    """(question, answer) for each question beside the account that was answered. Uses
    `category_rows` and `sorting__categories` if prefetched."""
    on = concern.happened_on
    at = concern.happened_at
    day = [written(on, settings.DATE_FORMAT) if on else "", at.strftime("%H:%M") if at else ""]
    known = HowSure.label_of_value(concern.how_sure)
    answers = [
        ("Worried about going home", GoingHome.label_of_value(concern.going_home)),
        ("How it is known", HowKnown.label_of_value(concern.how_known)),
        ("When it happened", ", ".join(filter(None, [*day, known]))),
        ("When it happened, as written", concern.when_written),
        ("Where", concern.place),
        ("Who else was there or knows", concern.who_else),
        ("Explanation given", concern.explanation),
        ("Who explained it", concern.explained_by),
        ("Told in person", concern.told_in_person),
        ("Already called", concern.already_called),
        ("Categories, as the writer chose", "\n".join(concern.category_labels)),
        ("Sorted by a lead into", "\n".join(concern.sorted_category_labels)),
        ("Could not be read", concern.not_read),
    ]
    return [(asked, answer) for asked, answer in answers if answer]


def list_decision_answers(decision: Decision) -> list[tuple[str, str]]:
    """(question, answer) for each question beside a decision's reason that was answered."""
    told = [ParentsTold.label_of_value(decision.parents_told), decision.parents_why_not]
    siblings = [SiblingsConsidered.label_of_value(decision.siblings), decision.siblings_words]
    answers = [
        ("What else was considered", decision.considered),
        ("Parents told", ". ".join(filter(None, told))),
        ("Brothers and sisters", ". ".join(filter(None, siblings))),
        ("The child", ChildSeen.label_of_value(decision.child_seen)),
    ]
    return [(question, answer) for question, answer in answers if answer]


def referral_event_in_words(event: ReferralEvent, writer: str) -> str:
    """A referral event in one line. `writer` is the name of whoever wrote it down."""
    told = [
        f"{event.stage_words}, {wording.format_date_or_time(event.happened_at)}, {writer}",
        event.answer and event.referral_answer_words,
        event.rung_words,
        event.agency and f"To {event.agency}",
        event.spoken_to and f"Spoken to: {event.spoken_to}",
        event.method and event.method_words,
        event.their_reference and f"Their reference: {event.their_reference}",
        event.words,
    ]
    return ". ".join(filter(None, told))


def conversation_in_words(conversation: Conversation) -> str:
    """Whom the conversation was with, or who could not be reached, who else was there, and whether
    they agree to a referral."""
    how = "Spoken to" if conversation.reached else "Could not be reached"
    whom = [conversation.spoken_to_words, conversation.who]
    also = conversation.who_else and f"also present: {conversation.who_else}"
    agree = f". {CONSENT_ASKED} {conversation.consent_words}" if conversation.consent else ""
    return f"{how}: {', '.join(filter(None, [*whom, also]))}{agree}"


def decisions_newest_first() -> Decisions:
    """Decisions, newest first, each with who made it and its routes."""
    routes = DecisionRoute.objects.select_related("adult").order_by("id")
    made = Decision.objects.select_related("by").order_by("-id")
    return made.prefetch_related(Prefetch("routes", routes))


def list_decisions(concern: Concern) -> list[Decision]:
    """The decisions of a concern, newest first, each with who made it, its routes and children."""
    return read_by_keys(_decisions_with_children, "concern", [concern.pk])


def _decisions_with_children() -> Decisions:
    return decisions_newest_first().prefetch_related("children")


def referrals_with_events() -> CaseRows[Referral]:
    """Referrals in the order they were made, each with its events and chase calls in the order in
    which they happened."""
    events = ReferralEvent.objects.select_related("by").order_by("happened_at", "id")
    events = events.prefetch_related("promises")
    calls = ChaseCall.objects.select_related("by").order_by("happened_at", "id")
    sent = Referral.objects.order_by("id")
    return sent.prefetch_related(Prefetch("events", events), Prefetch("chases", calls))


def conversations_in_order() -> CaseRows[Conversation]:
    return Conversation.objects.select_related("by").order_by("happened_at", "id")


def meetings_with_actions() -> CaseRows[Meeting]:
    """Meetings in the order they were held, each with the actions agreed for the school."""
    ours = MeetingAction.objects.select_related("holder").order_by("id")
    held = Meeting.objects.select_related("by").order_by("happened_at", "id")
    return held.prefetch_related(Prefetch("actions", ours))


def coming_meetings_with_changes() -> CaseRows[ComingMeeting]:
    """Meetings to come in the order they were recorded, each with its moves and its cancelling."""
    changes = MeetingChange.objects.select_related("by").order_by("id")
    rows = ComingMeeting.objects.select_related("by", "goes").order_by("id")
    return rows.prefetch_related(Prefetch("changes", changes))


def _sortings_with_categories() -> CaseRows[Any]:
    return _rows_with_author(CategorySorting).prefetch_related("categories")


def _rows_with_author(model: type[AuthoredText]) -> CaseRows[Any]:
    return model.objects.select_related("by").order_by("id")


# Each kind of row that a concern may have, by its name on the concern: its model, and the rows as a
# page shows them.
_KINDS_OF_ROW: dict[str, tuple[type[Model], Callable[[], CaseRows[Any]]]] = {
    "sortings": (CategorySorting, _sortings_with_categories),
    "marks": (Mark, lambda: Mark.objects.order_by("id")),
    "attachments": (Attachment, files_in_order),
    "decisions": (Decision, _decisions_with_children),
    "referrals": (Referral, referrals_with_events),
    "conversations": (Conversation, conversations_in_order),
    "meetings": (Meeting, meetings_with_actions),
    "coming_meetings": (ComingMeeting, coming_meetings_with_changes),
    "additions": (Addition, lambda: _rows_with_author(Addition)),
    "words_back": (WordBack, lambda: _rows_with_author(WordBack)),
    "handings": (Handing, lambda: _rows_with_author(Handing).select_related("by", "to")),
    "endings": (Ending, lambda: _rows_with_author(Ending)),
    "exclusions": (Exclusion, Exclusion.objects.with_people_named),
    "refilings": (Refiling, Refiling.objects.with_children_named),
    "watches": (Watch, lambda: _rows_with_author(Watch).select_related("by", "adult")),
}


def match_decisions_to_children(history: ConcernHistory) -> list[DecisionForChildren]:
    """The concern's decisions, newest first, each with the children it concerns."""
    rows = {row.pk: row for row in history.children}
    for moved in history.refilings:
        moved.row.misfiled_child_name = moved.misfiled_child_words
        rows[moved.row_id] = moved.row
    newest: dict[int, Decision] = {}
    made = []
    for decision in history.decisions:
        # Whoever reads a part of the record is not told of the other children it was made for.
        keys = [link.concern_child_id for link in decision.children.all()]
        children = [rows[key] for key in keys if key in rows]
        standing = [row for row in children if row.part != ChildPart.MOVED]
        current = [row for row in standing if newest.setdefault(row.pk, decision) is decision]
        made.append(DecisionForChildren(decision, children, current))
    return made


def list_subject_children(concern: Concern) -> list[ConcernChild]:
    """The children the concern is about, with names. Decisions are made for each of them."""
    return read_by_keys(_subject_children, "concern", [concern.pk])


def _subject_children() -> CaseRows[ConcernChild]:
    rows = ConcernChild.objects.filter(part=ChildPart.ABOUT)
    return rows.select_related("child").order_by("id")


def latest_decision_by_child(decisions: Iterable[Decision]) -> dict[int, str]:
    """The newest decision for each child, in words, by the primary key of its ConcernChild.
    `decisions` are those of one concern, newest first, with `routes` and `children` fetched."""
    said = {}
    for made in reversed(list(decisions)):
        routes = "; ".join(route.route_in_words for route in made.routes.all())
        day = written(localtime(made.at), settings.DATE_FORMAT)
        for link in made.children.all():
            said[link.concern_child_id] = f"Decided {day} by {made.by.name}: {routes}"
    return said


def list_history_events(history: ConcernHistory) -> list[HistoryEvent]:
    """What was said and done, oldest first. Without what the writer added later, which pages show
    with the account: see `list_writer_additions`."""
    found = [HistoryEvent(row.happened_at, "spoke", row) for row in history.conversations]
    # One act records a note and the step it completes, so both have the same time and author.
    done = {(step.done_at, step.done_by_id): step.step_in_words for step in history.noted}
    found += [
        HistoryEvent(row.at, "note", row, done.get((row.at, row.by_id), ""))
        for row in history.additions
        if row.for_leads
    ]
    found += [HistoryEvent(row.happened_at, "met", row) for row in history.meetings]
    for coming in history.coming_meetings:
        found.append(HistoryEvent(coming.at, "coming", coming))
        found += [HistoryEvent(row.at, "meeting_change", row) for row in coming.changes.all()]
    found += [HistoryEvent(row.at, "word_back", row) for row in history.words_back]
    found += [HistoryEvent(row.at, "sorting", row) for row in history.sortings]
    found += [HistoryEvent(row.at, "handing", row) for row in history.handings]
    found += [HistoryEvent(row.at, "ending", row) for row in history.endings]
    found += [HistoryEvent(row.at, "refiling", row) for row in history.refilings]
    found += [HistoryEvent(row.at, "exclusion", row) for row in history.exclusions]
    found += [HistoryEvent(row.at, "watch", row) for row in history.watches]
    for task in history.tasks:
        found.append(HistoryEvent(task.at, "task", task))
        if came := answer_to_task(task):
            found.append(HistoryEvent(came.at, "task_answer", came))
    return sorted(found, key=lambda happening: happening.at)


def list_writer_additions(history: ConcernHistory) -> list[Addition]:
    """What the writer added to the concern later."""
    return [row for row in history.additions if not row.for_leads]
