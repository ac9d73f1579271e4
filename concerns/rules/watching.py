"""Which closing concerns open a watch, when its reviews are due, and which status is the lower.

A watch keeps a concern open after its ending: somebody asks how the child is after 2, 6 and 12
school weeks. The reason: two thirds of the children in one analysis of serious cases had once been
known to social care, and children are lost from sight when a case ends. Not every ending is
watched, because a lead who is asked too often stops reading; `tests/rules/test_watching.py` counts
the reviews in a busy school. The database rows of a watch are in `models/response/watch.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.clocks import MEETINGS, StepKind
from concerns.rules.words import AgencyAnswer, Choice, ConcernOutcome, Route

# The reviews, in school weeks after the ending. A watch that goes on is reviewed every six weeks.
REVIEWS = (2, 6, 12)
EVERY = 6


class WatchReason(Choice):
    """Why an ending is watched."""

    STATUS = "status", "A status has ended or been lowered"
    AGENCY = "agency", "Another agency leads now"
    NOT_TAKEN_ON = "not_taken_on", "Social care or police gave advice only, or take no action"
    NO_FURTHER = "no_further", "The school decided on no further action in a serious case"
    RED = "red", "The child was in danger, or social care or police were told the same day"


class WatchReviewResult(Choice):
    """The result of a review of a watch."""

    ON = "on", "Keep watching"
    END = "end", "End the watch now"


@dataclass(frozen=True)
class ClosingFacts:
    """The facts about a concern that is about to end, from which `reason_to_watch` decides."""

    outcome: str = ""
    # Values of AgencyAnswer: social care and police, where the school agrees or has settled.
    answers: frozenset[str] = frozenset()
    # Values of Route: the routes of the decisions in force.
    routes: frozenset[str] = frozenset()
    # Values of StepKind: every step the concern ever had, and the steps still open.
    kinds: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    # There was a mark, a disclosure or danger.
    grave: bool = False


# Answers after which no agency looks at the child any more.
NOT_TAKEN_ON = frozenset({AgencyAnswer.NO_FURTHER, AgencyAnswer.ADVICE})
# The routes a school takes when it suspects significant harm.
GRAVEST = frozenset({Route.SOCIAL_CARE, Route.POLICE})
# Steps that show danger, whatever was decided.
_DANGER = frozenset({StepKind.DANGER_NOW, StepKind.REFER_NOW})
# Steps that show that an agency leads and has not finished.
_THEIRS = MEETINGS | {StepKind.ASSESSMENT}
# Steps that had to be done before the child went home.
_PRESSING = frozenset({StepKind.DECIDE_TODAY, StepKind.FIRST_LOOK_NOW})


def reason_to_watch(closing: ClosingFacts) -> WatchReason | None:
    """Why the ending of a concern opens a watch; None if it does not.

    It does if another agency leads now, if social care or police gave advice only or take no
    action, if the school decided on no further action in a grave case or one told to social care or
    police, or if a red case closes. Red means danger, or an urgent case of which social care or
    police were told. Other urgent cases are not watched: most are marks explained at once, and
    watching them all would be nine a day in a busy school.
    """
    outside = bool(GRAVEST & closing.routes)
    if closing.outcome == ConcernOutcome.WITH_AGENCY or _THEIRS & closing.owed:
        return WatchReason.AGENCY
    if NOT_TAKEN_ON & closing.answers:
        return WatchReason.NOT_TAKEN_ON
    if Route.NO_FURTHER in closing.routes and (closing.grave or outside):
        return WatchReason.NO_FURTHER
    red = _DANGER & closing.kinds or (outside and _PRESSING & closing.kinds)
    return WatchReason.RED if red else None


# How much is done for a child under each status, 5 being most. A status that ends while no other
# as high remains is a step down. Statuses that are not listed count as 0, so their end is never a
# step down: under them nobody outside the school looked at the child.
LEVELS: dict[StatusKind, int] = {
    StatusKind.EARLY_HELP: 1,
    StatusKind.CHANNEL: 1,
    StatusKind.CHILD_IN_NEED: 2,
    StatusKind.PRIVATE_FOSTERING: 2,
    StatusKind.SECTION_47: 3,
    StatusKind.PLAN: 4,
    StatusKind.LOOKED_AFTER: 5,
}


def is_lower_status(ended: str, standing: Collection[str]) -> bool:
    """Whether a child is on a lower level now that the status `ended` has ended.

    `standing` are the statuses the child still has. All are values of StatusKind; raises ValueError
    for any other. Source: `LEVELS`.
    """
    before = LEVELS.get(StatusKind(ended), 0)
    return before > max((LEVELS.get(StatusKind(kind), 0) for kind in standing), default=0)
