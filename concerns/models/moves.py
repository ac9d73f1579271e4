"""This file knows what may be done with a concern now, and in words why the rest may not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from concerns.models.concern import Concern
from concerns.models.person import Viewer
from concerns.models.step import Step
from concerns.rules.clocks import FIRST_LOOKS, HOLD_OPEN
from concerns.rules.lifecycle import State, may_follow


@dataclass(frozen=True)
class Move:
    """What may be done, or in words why not."""

    words: str
    url: str
    why_not: str = ""


REOPEN_FIRST = "It is closed. Reopen it first."


def take(viewer: Viewer, concern: Concern, steps: list[Step]) -> Move:
    mine = concern.holder_id == viewer.person.pk
    looked = not any(step.kind in FIRST_LOOKS for step in steps)
    done = "You have it." if mine and looked else ""
    reason = REOPEN_FIRST if concern.state == State.CLOSED else done
    return Move("I have this", reverse("triage_take", args=[concern.uid]), reason)


def others(concern: Concern, steps: list[Step]) -> list[Move]:
    """What else may be done now; what may not says why. The acts ask the same tables again."""
    state = State(concern.state)
    shut = REOPEN_FIRST if state is State.CLOSED else ""
    owed = "; ".join(still_owed(steps))
    if shut:
        close = "It is closed already."
    elif not may_follow(state, State.CLOSED):
        close = "Decide first: a concern is closed once it has been decided."
    else:
        close = f"Still to do before it can be closed: {owed}." if owed else ""
    moves = [
        ("Decide", "triage_decide", "" if may_follow(state, State.DECIDED) else REOPEN_FIRST),
        ("Hand it on", "triage_hand", shut),
        ("Record a conversation", "refer_speak", shut),
        ("Add a note for the leads", "triage_note", shut),
        ("Give the person who wrote it a word back", "chase_tell", ""),
        ("Say who must not see it", "triage_exclude", ""),
        ("Close it", "triage_close", close),
        ("Reopen it", "triage_reopen", "" if shut else "It is open."),
    ]
    return [Move(words, reverse(name, args=[concern.uid]), no) for words, name, no in moves]


def still_owed(steps: Iterable) -> list[str]:
    """In words, what must be done before closing; each once."""
    return list(dict.fromkeys(step.words for step in steps if step.kind in HOLD_OPEN))
