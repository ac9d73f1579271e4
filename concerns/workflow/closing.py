"""Closing a concern: why it may not be closed yet, and whether a watch must follow."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db import models

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.adult.adult_entries import AdultStep
from concerns.models.child.child import Child
from concerns.models.child.child_details import Status
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.later_entries import Ending
from concerns.models.response.decision import Decision, DecisionRoute
from concerns.models.response.referral import Referral
from concerns.models.response.step import Step
from concerns.models.response.watch import (
    WATCH_NEEDED,
    WRITE_FIRST,
    Watch,
    WatchAnswers,
    staff_to_ask_about,
)
from concerns.models.school.person import Viewer
from concerns.rules import watching
from concerns.rules.clocks import AWAITED_WORK, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import SETTLED, State, may_concern_become
from concerns.rules.watching import GRAVEST, ClosingFacts, WatchReason
from concerns.rules.words import ChildPart, HowKnown
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.open_steps import OpenSteps

REOPEN_FIRST = "This concern is closed. Reopen it first."
WATCH_FIRST = (
    "{}. So the child must be watched before it is closed. Choose who will be asked how the child "
    "is."
)


def reason_to_reopen_first(concern: Concern | AdultConcern) -> str:
    """Why nothing can be done on a closed concern, in a sentence; "" if it is open."""
    return REOPEN_FIRST if concern.state == State.CLOSED else ""


def reason_not_to_close(
    concern: Concern | AdultConcern,
    open_steps: Iterable[Step | AdultStep],
    *,
    by_watch: bool = False,
) -> str:
    """Why `concern` may not be closed now, in a sentence; "" if it may.

    `by_watch`: it is ended by a watch, beside which what an agency works on stays owed.

    The one rule, for a concern about a child or an adult: pages show its sentence, and acts refuse
    with it. `open_steps` are all steps that are open on it.
    """
    if concern.state == State.CLOSED:
        return "It is already closed."
    if not may_concern_become(State(concern.state), State.CLOSED):
        return "Decide first: a concern can be closed only after a decision."
    kept = AWAITED_WORK if by_watch else frozenset()
    owed = "; ".join(owed_steps_in_words(step for step in open_steps if step.kind not in kept))
    return f"Still to do before it can be closed: {owed}." if owed else ""


def reason_not_to_end(concern: Concern, open_steps: list[Step]) -> str:
    """As `reason_not_to_close`, for the pages that offer it. While an agency works on it, ending it
    opens a watch; but not where the children are watched already, on another concern."""
    works = any(step.kind in AWAITED_WORK for step in open_steps)
    by_watch = works and facts_for_watch_rule(concern) is not None
    return reason_not_to_close(concern, open_steps, by_watch=by_watch)


def closing_objection(
    agenda: OpenSteps[Any, Any], words_back: str, *, by_watch: bool = False
) -> str:
    """Why the act that closes the concern of `agenda`, or ends it `by_watch`, must be refused; ""
    if it need not be."""
    concern = agenda.concern
    if wrong := reason_not_to_close(concern, agenda.open, by_watch=by_watch):
        return wrong
    if not words_back.strip() and concern.reporter_id != agenda.by.person.pk:
        return "Write a reply to the person who wrote it before you close it."
    return ""


def owed_steps_in_words(steps: Iterable[Step | AdultStep]) -> list[str]:
    """Names of those of `steps` that must be done before closing, each once."""
    return list(dict.fromkeys(step.step_in_words for step in steps if step.is_holding_open))


def find_watch_reason(concern: Concern, outcome: str) -> WatchReason | None:
    """Why closing `concern` with `outcome` needs a watch; None if it does not."""
    known = facts_for_watch_rule(concern)
    return watching.reason_to_watch(replace(known, outcome=outcome)) if known else None


def facts_for_watch_rule(concern: Concern) -> ClosingFacts | None:
    """The facts `rules/watching.py` needs about a concern to be closed. None if all its children
    are being watched already: nobody is asked twice about one child."""
    about = ConcernChild.objects.filter(concern=concern, part=ChildPart.ABOUT)
    children = set(about.values_list("child", flat=True))
    if children and children <= children_being_watched(children):
        return None
    in_force = Decision.objects.keys_in_force(concern)
    routes = DecisionRoute.objects.filter(decision__in=in_force).values_list("route", flat=True)
    steps = Step.objects.filter(concern=concern).values_list("kind", "done_at")
    told = concern.how_known == HowKnown.CHILD_TOLD or bool(concern.child_words)
    return ClosingFacts(
        answers=frozenset(_settled_agency_answers(concern)),
        routes=frozenset(routes),
        kinds=frozenset(kind for kind, _ in steps),
        owed=frozenset(kind for kind, done_at in steps if done_at is None),
        grave=concern.danger or told or concern.marks.exists(),
    )


def _settled_agency_answers(concern: Concern) -> Iterator[str]:
    """The last answer of each settled referral to social care or the police."""
    sent = Referral.objects.filter(concern=concern, route__in=GRAVEST).order_by("id")
    for referral in sent.prefetch_related("events"):
        events = sorted(referral.events.all(), key=lambda event: event.pk)
        if referral.current_stage in SETTLED:
            yield from [event.answer for event in events if event.answer][-1:]


def children_being_watched(children: Iterable[int | None]) -> set[int]:
    """Primary keys of those of `children` on whom a watch is open."""
    owed = Step.objects.open().filter(kind=StepKind.LOOK_AFTER)
    rows = ConcernChild.objects.filter(child__in=children, part=ChildPart.ABOUT)
    return set(rows.filter(concern__in=owed.values("concern")).values_list("child", flat=True))


def has_lower_status_without(status: Status) -> bool:
    """Whether the child's highest status is lower once `status` has ended."""
    left = Status.objects.not_ended().filter(child=status.child_id).exclude(pk=status.pk)
    return watching.is_lower_status(status.kind, list(left.values_list("kind", flat=True)))


def concern_to_watch_on(viewer: Viewer, child: Child, *, lock: bool = False) -> Concern | None:
    """The concern on which to watch `child` after a status ends, of those `viewer` may see: one on
    which they are watched already, else the newest about them."""
    about = ConcernChild.objects.filter(child=child, part=ChildPart.ABOUT).values("concern")
    watched = Step.objects.open().filter(kind=StepKind.LOOK_AFTER, concern=models.OuterRef("pk"))
    rows = Concern.objects.visible_to(viewer).filter(pk__in=about)
    rows = rows.annotate(going=models.Exists(watched)).order_by("-going", "-id")
    key = rows.values_list("pk", flat=True).first()
    found = Concern.objects.select_for_update() if lock else Concern.objects
    return found.filter(pk=key).first() if key else None


def questions_on_status_end(viewer: Viewer, status: Status) -> dict[str, Any]:
    """What the form that ends `status` needs. `asks`: whether the child's highest status becomes
    lower, so that a watch is needed; `concern`: where; `staff`: who may be asked about them."""
    concern = concern_to_watch_on(viewer, status.child)
    staff = staff_to_ask_about(viewer, concern) if concern else ()
    return {"asks": has_lower_status_without(status), "concern": concern, "staff": staff}


def start_watch_on_lower_status(
    record: ActRecorder, child: Child, asked: WatchAnswers | None
) -> str:
    """Start the watch that follows when a status of `child` ends and a lower one is left, on the
    child's newest concern, which is reopened if it was closed. Returns why it cannot be, in a
    sentence; "" once it is."""
    by = record.by
    concern = concern_to_watch_on(by, child, lock=True)
    if concern is None:
        return WRITE_FIRST
    if asked is None:
        return WATCH_NEEDED
    if wrong := asked.watch_fault(by, concern):
        return wrong
    agenda = record.agenda_of_concern(concern)
    if concern.state == State.CLOSED:
        asked = replace(asked, outcome=concern.outcome)
        Ending.objects.record_reopening(agenda, State.DECIDED, WatchReason.STATUS.label, by.person)
    watch = Watch.objects.open_watch(agenda, WatchReason.STATUS, asked)
    told = {"children": [child.uid], **asked.watch_ledger_details()}
    record(kind=Kind.WATCHED, about=watch, concern=concern, **told)
    return ""
