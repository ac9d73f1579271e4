"""What follows when children leave: they are taken off the roll, and their files go with them.

The step for a child stands on the newest open concern about them; if all are closed, the newest is
reopened for it, and closed again when the new school has the file. Of a child about whom nobody
ever wrote a concern no file is to be sent: the page of leavers shows them. The office records who
left and must not learn from it whether there is a concern: nothing here gives it a different
answer.

Home education sends a concern about the child, so that somebody holds it. KCSIE, part two
("Elective home education"): before a child is withdrawn, school, authority and family should speak
with each other, above all where a child has a social worker. Where the office records it, the
concern is sent of every child, since the office may not learn whom social care protects. Where a
lead records it, it is sent only of a protected child about whom there is no concern yet.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import uuid5

from concerns.models.child.child import Child, DatedRows, Enrolment, Placement
from concerns.models.child.child_details import Status
from concerns.models.child.departure import Departure, FileSending
from concerns.models.concern.account import Account
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.concern.later_entries import Ending
from concerns.models.response.step import Step, StepEnding
from concerns.models.school.person import Viewer
from concerns.rules.clocks import StepKind
from concerns.rules.leaving import (
    FILE_FOLLOWS,
    NEEDS_ANSWER_WITH,
    LeavingReason,
    SendingStage,
    find_leaver_fault,
)
from concerns.rules.lifecycle import State
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import Category, ConcernOutcome, GoingHome
from concerns.workflow.act_recorder import ActRecorder
from concerns.workflow.concern_from_roll import send_concern_from_roll
from concerns.workflow.education_elsewhere import end_elsewhere_of_leavers
from concerns.workflow.next_steps import NextSteps

REOPENED = "The child leaves, and the school still has something to do for them"
CLOSED_AGAIN = "What was to do when the child left has been done"
HOME_EDUCATED = "This child is to be educated at home."
LAST_DAY = "The last day at this school was {}."
OF_LEAVING = (StepKind.SEND_FILE, StepKind.FILE_RECEIPT, StepKind.HOME_EDUCATION)
A_DAY = timedelta(days=1)
OfRoll = TypeVar("OfRoll", Enrolment, Placement)


@dataclass(frozen=True)
class Leaver:
    """A child who leaves, as somebody says. `left_on` is None while they are still here."""

    child: Child
    reason: LeavingReason
    left_on: date | None
    place: str = ""
    address: str = ""

    def find_fault(self, today: date) -> str:
        """What is missing, in a sentence; "" if nothing is."""
        return find_leaver_fault(self.reason, self.place, self.left_on, today)


def record_departures(
    record: ActRecorder, leavers: Sequence[Leaver], *, by_office: bool
) -> tuple[list[Departure], list[Concern]]:
    """Record that children leave, take those who have left off the roll, and open what is owed.

    Who has left already, and for whom no last day is given, keeps the one that is known: only where
    they went is learnt. Returns the departures, and the concerns whose steps have changed. These
    are for the ledger of an act of a lead: the office may not learn of them.
    """
    by = record.by
    # Of two departures of a child at one moment the second sees the steps of the first.
    keys = [leaver.child.pk for leaver in leavers]
    locked = Child.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    left = dict(locked.values_list("pk", "left"))
    rows = Departure.objects.bulk_create(
        Departure(
            school=by.school,
            by=by.person,
            at=record.now,
            **(vars(leaver) | {"left_on": leaver.left_on or left[leaver.child.pk]}),
        )
        for leaver in leavers
    )
    _take_off_roll([row for row in rows if row.left_on])
    concerns = _open_leaving_steps(record, rows, by_office=by_office)
    gone = {row.child_id: row.left_on for row in rows if row.left_on}
    end_elsewhere_of_leavers(record, gone, by_office=by_office)
    return rows, concerns


def _take_off_roll(rows: Sequence[Departure]) -> None:
    """Take the children of `rows` off the roll. Of one who had left already, what the roll says of
    the last day, and of where they went, is said anew."""
    by_child = {row.child_id: row for row in rows}
    for row in rows:
        row.child.left = row.left_on
    Child.objects.bulk_update([row.child for row in rows], ["left"])
    enrolments = _last_of_each_child(Enrolment.objects.filter(child__in=by_child))
    for enrolment in enrolments:
        row = by_child[enrolment.child_id]
        enrolment.until = _first_day_away(row, enrolment.since)
        enrolment.destination = row.destination_in_words
    Enrolment.objects.bulk_update(enrolments, ["until", "destination"])
    placements = _last_of_each_child(Placement.objects.filter(child__in=by_child))
    for placement in placements:
        placement.until = _first_day_away(by_child[placement.child_id], placement.since)
    Placement.objects.bulk_update(placements, ["until"])


def _last_of_each_child(rows: DatedRows[OfRoll]) -> list[OfRoll]:
    return list({row.child_id: row for row in rows.order_by("since", "pk")}.values())


def _first_day_away(row: Departure, since: date) -> date:
    """A row of the roll that began after the last day gets no length: it ends when it began."""
    return max((row.left_on or since) + A_DAY, since)


def put_back_on_roll(by: Viewer, child: Child, today: date) -> None:
    """Put a child who had left back on the roll from `today`. Nothing, if they are on it."""
    if child.left is None:
        return
    child.left = None
    child.mistaken_at = None
    child.save(update_fields=["left", "mistaken_at"])
    Enrolment.objects.filter(child=child).end_on_day(today)
    Placement.objects.filter(child=child).end_on_day(today)
    Enrolment.objects.create(school=by.school, child=child, since=today)
    Placement.objects.create(
        school=by.school, child=child, year=child.year, class_name=child.class_name, since=today
    )


def _open_leaving_steps(
    record: ActRecorder, rows: Sequence[Departure], *, by_office: bool
) -> list[Concern]:
    """End the steps of earlier departures of the same children, and open those of `rows`. Returns
    the concerns on which they are."""
    earlier = _find_open_leaving_steps({row.child_id for row in rows})
    owed = _find_owed_steps(rows)
    concerns = ConcernChild.objects.newest_concern_of_each_child({row.child_id for row, _ in owed})
    home = [row for row in rows if row.reason == LeavingReason.HOME_EDUCATION]
    protected = {row.child_id for row, kind in owed if kind == StepKind.HOME_EDUCATION}
    without = protected - concerns.keys()
    sent = home if by_office else [row for row in home if row.child_id in without]
    for row in sent:
        _send_home_education_concern(record, row, row.child_id in protected)
    told = {row.child_id for row in sent}
    stands = [(row, kind) for row, kind in owed if row.child_id in concerns.keys() - told]
    holding = {concerns[row.child_id] for row, _ in stands}
    agendas = _lock_agendas(record, {*earlier.values(), *holding})
    for row, kind in stands:
        _open_leaving_step(agendas[concerns[row.child_id]], kind, row)
    _end_leaving_steps(agendas.values(), earlier)
    return [agenda.concern for agenda in agendas.values()]


def _send_home_education_concern(record: ActRecorder, row: Departure, protected: bool) -> None:
    """Send a concern about the child of `row`. It says the same of every child; whether social care
    protects them is seen only in the steps, by those who read the concern."""
    last = f" {LAST_DAY.format(format_date_or_time(row.left_on))}" if row.left_on else ""
    steps: list[tuple[StepKind, Departure | None]] = [(StepKind.FIRST_LOOK, None)]
    if protected:
        steps.append((StepKind.HOME_EDUCATION, row))
    send_concern_from_roll(
        record,
        row.child,
        draft=uuid5(row.uid, "home education"),
        account=Account(
            going_home=GoingHome.NOT_ASKED, account=HOME_EDUCATED + last, children=(row.child,)
        ),
        category=Category.HOME_EDUCATION,
        steps=steps,
    )


def end_steps_of_returned_children(record: ActRecorder, children: Collection[int]) -> None:
    """End what is still to do because `children` (keys) had left: they are on the roll again.

    The office puts them there and learns of no concern, so no line is about one: the steps say when
    and by whom they were ended. Nothing is closed in its name. A concern with no other step gets
    the one to close it or to decide again.
    """
    ended = _find_open_leaving_steps(children) if children else {}
    agendas = _lock_agendas(record, set(ended.values()))
    _end_leaving_steps(agendas.values(), ended)


def _find_open_leaving_steps(children: Collection[int]) -> dict[int, int]:
    """Key of each open step of the leaving of `children` (keys) -> key of its concern."""
    steps = Step.objects.open().filter(kind__in=OF_LEAVING, departure__child__in=children)
    return dict(steps.values_list("pk", "concern"))


def _end_leaving_steps(agendas: Iterable[NextSteps], ended: Collection[int]) -> None:
    """End those of the open steps of `agendas` that are in `ended` (keys): not done, but over."""
    for agenda in agendas:
        old = [step for step in agenda.open if step.pk in ended]
        agenda.end_steps(old, StepEnding.SUPERSEDED)
        agenda.ensure_next_step()
        agenda.reassign_role_steps()


def _find_owed_steps(rows: Iterable[Departure]) -> list[tuple[Departure, StepKind]]:
    rows = list(rows)
    home = {row.child_id for row in rows if row.reason == LeavingReason.HOME_EDUCATION}
    standing = Status.objects.not_ended().filter(child__in=home, kind__in=NEEDS_ANSWER_WITH)
    held = set(standing.values_list("child", flat=True)) if home else set()
    follows = [(row, StepKind.SEND_FILE) for row in rows if row.reason in FILE_FOLLOWS]
    return follows + [(row, StepKind.HOME_EDUCATION) for row in rows if row.child_id in held]


def _lock_agendas(record: ActRecorder, keys: Iterable[int]) -> dict[int, NextSteps]:
    rows = Concern.objects.filter(pk__in=keys).select_related("holder").order_by("pk")
    concerns = list(rows.select_for_update(of=("self",)))
    return {agenda.concern.pk: agenda for agenda in record.agendas_of_concerns(concerns)}


def _open_leaving_step(agenda: NextSteps, kind: StepKind, row: Departure | None) -> Step:
    if agenda.concern.state == State.CLOSED:
        Ending.objects.record_reopening(agenda, State.DECIDED, REOPENED)
    return agenda.add_step(kind, departure=row)


def move_leaving_steps(record: ActRecorder, agenda: NextSteps, was: Child | None) -> list[Concern]:
    """After the concern of `agenda` was moved away from the child `was`: what is still to do for
    their leaving goes to another concern about them, and is due when it was.

    If there is none, no file of theirs is to be sent; but an answer of the authority is still
    awaited, on a concern that is sent for it. Returns the concern that has the steps now, if it was
    there before.
    """
    owed = [step for step in agenda.steps_of_kind(*OF_LEAVING) if _is_leaving_of(step, was)]
    agenda.end_steps(owed, StepEnding.SUPERSEDED)
    if was is None or not owed:
        return []
    concerns = ConcernChild.objects.newest_concern_of_each_child({was.pk})
    for step in owed if not concerns else ():
        if step.kind == StepKind.HOME_EDUCATION and step.departure:
            _send_home_education_concern(record, step.departure, protected=True)
    others = list(_lock_agendas(record, concerns.values()).values())
    for other in others:
        for step in owed:
            moved = _open_leaving_step(other, StepKind(step.kind), step.departure)
            moved.due_at = step.due_at
        other.reassign_role_steps()
    return [other.concern for other in others]


def _is_leaving_of(step: Step, child: Child | None) -> bool:
    return bool(child and step.departure and step.departure.child_id == child.pk)


def open_steps_of_leaver(agenda: NextSteps, child: Child) -> None:
    """After the concern of `agenda` was moved to `child`: if they have left to another school, or
    are about to, their file goes there with it. Nothing, if a step for that is open already."""
    about = ConcernChild.objects.subjects_only().filter(concern=agenda.concern, child=child)
    rows = Departure.objects.filter(child=child).last_of_each_child().not_over()
    gone = rows.filter(reason__in=FILE_FOLLOWS).first()
    if gone and about.exists() and not _find_open_leaving_steps({child.pk}):
        _open_leaving_step(agenda, StepKind.SEND_FILE, gone)


def settle_after_leaving(agenda: NextSteps) -> Ending | None:
    """After a step of a child's leaving was done: close the concern again if it was reopened for
    that and nothing else is left to do, and return its ending; else see to its next step, and that
    what is the leads' is with one who may see the concern."""
    last = Ending.objects.filter(concern=agenda.concern).order_by("-id").first()
    if not agenda.open and last and last.reopened and last.words == REOPENED:
        # What became of the file is recorded last. It is only said to be received if it was.
        departures = Departure.objects.filter(steps__concern=agenda.concern)
        sent = FileSending.objects.filter(departure__in=departures).order_by("-id").first()
        received = sent and sent.stage == SendingStage.RECEIVED
        outcome = ConcernOutcome.LEFT if received else ConcernOutcome.OTHER
        return Ending.objects.record_closing(agenda, outcome, CLOSED_AGAIN)
    agenda.ensure_next_step()
    agenda.reassign_role_steps()
    return None
