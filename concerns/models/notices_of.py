"""This file knows who was told that a step waits, when, and why."""

from dataclasses import dataclass
from datetime import datetime

from concerns.models.step import Step


@dataclass(frozen=True)
class Told:
    """Somebody was told, or is to be: `sent_at` is None while the message has not gone out."""

    who: str
    made_at: datetime
    sent_at: datetime | None
    why: str


def told_of(step: Step) -> list[Told]:
    """Every message about `step`, in the order they were written. None is written yet."""
    return []
