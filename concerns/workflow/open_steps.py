"""The open steps of one concern during an act: opening and ending them, and saving them at its end.

An open concern always has a next step. What holds of both kinds of concern is here. The steps of a
concern about a child are in `next_steps.py`, of one about an adult in `adult_next_steps.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.concern.concern import Concern
from concerns.models.response.step import BaseStep, StepEnding
from concerns.models.school.person import Person, Viewer
from concerns.rules import clocks
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import CLOCKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role

AnyStepKind = StepKind | AdultStepKind
ConcernOf = TypeVar("ConcernOf", bound=Concern | AdultConcern)
StepOf = TypeVar("StepOf", bound=BaseStep)


class WouldGoQuiet(Exception):
    """An act would leave a concern open with no next step, or closed with one. It is not saved."""


class OpenSteps(Generic[ConcernOf, StepOf]):
    """The open steps of one concern, kept in memory during an act and saved at its end."""

    # The model of its steps.
    steps: type[StepOf]

    def __init__(
        self, concern: ConcernOf, by: Viewer, now: datetime, steps: Iterable[StepOf] = ()
    ) -> None:
        self.concern = concern
        if concern.holder_id == by.person.pk:
            # So that it is not read to give them a step.
            concern.holder = by.person
        self.by = by
        self.now = now
        # A concern being sent now: `update_rank_and_due_time` runs before it is inserted.
        self.new = concern.pk is None
        self.open: list[StepOf] = list(steps)
        self._begun: list[StepOf] = []
        self._saved: list[StepOf] = []
        self._moved: list[StepOf] = []
        self._ended: dict[StepEnding, list[StepOf]] = {}

    def add_step(
        self,
        kind: AnyStepKind,
        *,
        on: date | None = None,
        since: datetime | None = None,
        holder: Person | None = None,
        **because: Any,
    ) -> StepOf:
        """Open a step. Its clock runs from now or from `since`, or it is due on the day `on`. Its
        holder is the post that receives the concern, if any; else `holder`, the concern's holder,
        or the role in its clock. `because` sets the referral, decision or action it is for."""
        post = self.concern.goes_to
        person = None if post else holder or self.concern.holder
        step = self.steps(
            school_id=self.concern.school_id,
            concern=self.concern,
            kind=kind,
            holder=person,
            holder_role=post or ("" if person else CLOCKS[kind].holder or Role.DSL),
            opened_at=self.now,
            due_at=self._due_time_of_step(kind, on, since or self.now),
            **because,
        )
        self.open.append(step)
        self._begun.append(step)
        return step

    @property
    def steps_opened(self) -> list[StepOf]:
        """The steps opened by this act and not ended by it."""
        return [step for step in (*self._saved, *self._begun) if not step.done_at]

    def _due_time_of_step(self, kind: AnyStepKind, on: date | None, since: datetime) -> datetime:
        """When a step is due, by the school's own figure for that clock if it has set one."""
        school = self.by.school
        return clocks.calculate_due_at(
            kind, school.school_calendar, since, on, school.own_clock_amounts.get(kind)
        )

    def save_step_now(self, step: StepOf) -> None:
        """Insert `step` now rather than at the end, because another row must refer to it."""
        step.save(force_insert=True)
        self._begun.remove(step)
        self._saved.append(step)

    def steps_of_kind(self, *kinds: AnyStepKind) -> list[StepOf]:
        return [step for step in self.open if step.kind in kinds]

    def end_steps(self, steps: list[StepOf], how: StepEnding = StepEnding.DONE) -> None:
        for step in steps:
            step.done_at = self.now
            step.done_by = self.by.person
            step.ended = how
            self.open.remove(step)
            if step not in self._begun:
                self._ended.setdefault(how, []).append(step)

    def complete_steps(self, *kinds: AnyStepKind) -> list[StepOf]:
        """End every open step of `kinds` as done, and return them."""
        steps = self.steps_of_kind(*kinds)
        self.end_steps(steps)
        return steps

    def ensure_next_step(self) -> None:
        """If an open concern has no step left, open one: to close it or decide again."""
        if not self.open and self.concern.state != State.CLOSED:
            self.add_step(self.steps.NEXT)

    def update_rank_and_due_time(self) -> None:
        """Set the rank and next due time from the open steps. Raises StepMismatch."""
        closed = self.concern.state == State.CLOSED
        if not closed and not self.open:
            raise WouldGoQuiet(f"{self.concern.reference} would be open with no next step")
        if closed and self.open:
            raise WouldGoQuiet(f"{self.concern.reference} would be closed with a step still open")
        if self.open:
            self.concern.rank = min(CLOCKS[step.KINDS(step.kind)].rank for step in self.open)
            self.concern.next_due_at = min(step.due_at for step in self.open)
        else:
            self.concern.rank = 9
            self.concern.next_due_at = None

    @staticmethod
    def save_all_steps(agendas: Sequence["OpenSteps[Any, Any]"]) -> None:
        """Save the steps opened, ended and reassigned by one act, in its transaction."""
        for how in StepEnding:
            ended = [step for agenda in agendas for step in agenda._ended.get(how, ())]
            if ended:
                type(ended[0]).objects.filter(pk__in=[step.pk for step in ended]).update(
                    done_at=ended[0].done_at, done_by=ended[0].done_by, ended=how
                )
        for agenda in agendas:
            for step in agenda._moved:
                if step not in agenda._begun:
                    step.save(update_fields=["holder", "holder_role"])
        begun = [step for agenda in agendas for step in agenda._begun if not step.done_at]
        if begun:
            type(begun[0]).objects.bulk_create(begun)
