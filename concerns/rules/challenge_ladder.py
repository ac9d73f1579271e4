"""The ladder of a challenge: who, outside the school, is asked next about an agency's answer.

Local procedures for professional disagreement name these three rungs, in this order. Each has the
clock of `StepKind.CHALLENGE`. After the last rung the ladder begins again: a challenge ends when
the school agrees with an answer or when it is settled, never because nobody is left to ask. The
escalation of late steps inside the school is something else: see `escalation_timing.py`.
"""

from collections.abc import Iterable

from concerns.rules.lifecycle import SETTLED, ReferralStage
from concerns.rules.words import Choice


class ChallengeRung(Choice):
    """Who is asked, in the order they are asked."""

    TEAM_MANAGER = "team_manager", "Team manager"
    SERVICE_MANAGER = "service_manager", "Service manager"
    PARTNERSHIP = "partnership", "Safeguarding partnership"


def next_challenge_rung(happened: Iterable[tuple[str, str]]) -> ChallengeRung:
    """The rung to ask next, after the events in `happened`: (stage, rung or empty), oldest first.

    An answer in between does not begin the ladder again; agreeing does, and so does settling. But
    where what was promised in settling is not done, the next challenge goes on from there. Source:
    local procedures for professional disagreement. Raises ValueError for an unknown rung.
    """
    rungs = list(ChallengeRung)
    at = -1
    before = ""
    for stage, rung in happened:
        if stage == ReferralStage.CHALLENGED:
            at = rungs.index(ChallengeRung(rung)) if rung else at + 1
        elif stage in SETTLED - {ReferralStage.SETTLED} or before == ReferralStage.SETTLED:
            at = -1
        before = stage
    return rungs[(at + 1) % len(rungs)]
