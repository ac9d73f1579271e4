"""This file knows the ladder of a challenge: to whom an agency's answer is taken, and who is next.

Local procedures for professional disagreement name these three, in this order. Each has the clock
of `StepKind.CHALLENGE`. After the last it goes round again: a challenge ends when it is answered
and agreed with, or settled in words, and never because nobody is left to ask.
"""

from collections.abc import Iterable

from concerns.rules.lifecycle import SETTLED, Stage
from concerns.rules.words import Choice


class Rung(Choice):
    TEAM_MANAGER = "team_manager", "Team manager"
    SERVICE_MANAGER = "service_manager", "Service manager"
    PARTNERSHIP = "partnership", "Safeguarding partnership"


def next_rung(happened: Iterable[tuple[str, str]]) -> Rung:
    """Who is asked next, after what `happened`: (stage, rung or empty), oldest first.

    An answer in between does not begin the ladder again; agreeing or settling does.
    """
    rungs, at = list(Rung), -1
    for stage, rung in happened:
        if stage in SETTLED:
            at = -1
        elif stage == Stage.CHALLENGED:
            at = rungs.index(Rung(rung)) if rung else at + 1
    return rungs[(at + 1) % len(rungs)]
