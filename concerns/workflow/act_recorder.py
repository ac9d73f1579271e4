"""What the acts' steps in this floor ask of the record of a running act.

The record itself is `ActRecord` in `doors/act.py`, which is built on this floor.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.concern.concern import Concern
from concerns.models.response.watch import Watch
from concerns.models.school.person import Viewer
from concerns.rules.kinds import Kind
from concerns.workflow.next_steps import NextSteps


class ActRecorder(Protocol):
    """Writes the ledger lines of a running act, and holds the next steps of each concern."""

    by: Viewer
    now: datetime

    def __call__(
        self,
        *,
        about: Concern | AdultConcern | Watch,
        concern: Concern | AdultConcern,
        children: Iterable[UUID] = (),
        kind: Kind | None = None,
        reason: str = "",
        fields: Sequence[str] = (),
        words: dict[str, str] = {},  # noqa: B006 - the body is nowhere
    ) -> object: ...

    def agenda_of_concern(self, concern: Concern) -> NextSteps: ...

    def agendas_of_concerns(self, concerns: list[Concern]) -> list[NextSteps]: ...
