"""What the acts' steps in this floor ask of the record of a running act.

The record itself is `ActRecord` in `doors/act.py`, which is built on this floor.
"""

from datetime import datetime
from typing import Protocol

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.concern.concern import Concern
from concerns.models.school.person import Viewer
from concerns.workflow.next_steps import NextSteps


class ActRecorder(Protocol):
    """Writes the ledger lines of a running act, and holds the next steps of each concern."""

    by: Viewer
    now: datetime

    def __call__(
        self, *, about: Concern | AdultConcern, concern: Concern | AdultConcern, reason: str
    ) -> object: ...

    def agendas_of_concerns(self, concerns: list[Concern]) -> list[NextSteps]: ...
