"""What the querysets of a concern ask of its next steps during an act.

The steps themselves are kept by `NextSteps` (`workflow/next_steps.py`), which is built on these
models and so cannot be imported by them.
"""

from datetime import date, datetime
from typing import Protocol

from concerns.models.concern.concern import Concern
from concerns.models.response.step import Step, StepEnding
from concerns.models.school.person import Person, Viewer
from concerns.rules.clocks import StepKind


class StepsOfConcern(Protocol):
    """The open steps of one concern, which an act opens, ends and reassigns."""

    concern: Concern
    by: Viewer
    now: datetime
    open: list[Step]

    def add_step(
        self, kind: StepKind, *, on: date | None = None, holder: Person | None = None
    ) -> Step: ...

    def save_step_now(self, step: Step) -> None: ...

    def steps_of_kind(self, *kinds: StepKind) -> list[Step]: ...

    def end_steps(self, steps: list[Step], how: StepEnding = StepEnding.DONE) -> None: ...

    def complete_steps(self, *kinds: StepKind) -> list[Step]: ...

    def release_steps_of(self, person: Person) -> None: ...

    def reassign_role_steps(self) -> None: ...

    def ensure_next_step(self) -> None: ...
