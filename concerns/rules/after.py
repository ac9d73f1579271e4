"""This file knows which endings are watched, when a watched child is asked after, and what lowers.

Two thirds of the children in one analysis of serious cases had once been known to social care; a
case that ends is where they are lost from sight. A watch keeps the concern open, with somebody who
asks how the child is after 2, 6 and 12 school weeks. Not every ending is watched: a lead who is
asked too often stops reading, and `tests/rules/test_after.py` counts what a busy school would ask.
"""

from collections.abc import Collection
from dataclasses import dataclass

from concerns.rules.clocks import MEETINGS, StepKind
from concerns.rules.homes import StatusKind
from concerns.rules.words import Answer, Choice, Outcome, Route

# School weeks after the ending. What is watched on is looked at again every six.
REVIEWS = (2, 6, 12)
EVERY = 6


class Because(Choice):
    """Why an ending is watched."""

    STATUS = "status", "A status has ended or been lowered"
    AGENCY = "agency", "Another agency leads now"
    NOT_TAKEN_ON = "not_taken_on", "Social care or police gave advice only, or take no action"
    NO_FURTHER = "no_further", "The school decided on no further action on something grave"
    RED = "red", "The child was in danger, or social care or police were told the same day"


class Then(Choice):
    """What follows a review."""

    ON = "on", "Watch on"
    END = "end", "The watch ends here"


@dataclass(frozen=True)
class Closing:
    """What is known of a concern that is about to end."""

    outcome: str = ""
    # What social care and police answered, where that is agreed with or settled.
    answers: frozenset[str] = frozenset()
    # By the decisions in force.
    routes: frozenset[str] = frozenset()
    # Every kind of step it ever had, and those still owed.
    kinds: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    # A mark, a disclosure, or danger.
    grave: bool = False


# Answers with which nobody outside looks at the child any more.
NOT_TAKEN_ON = frozenset({Answer.NO_FURTHER, Answer.ADVICE})
# Whom a school tells where it thinks of significant harm.
GRAVEST = frozenset({Route.SOCIAL_CARE, Route.POLICE})
# Danger, whatever was decided.
_DANGER = frozenset({StepKind.DANGER_NOW, StepKind.REFER_NOW})
# What an agency leads, and has not come to its end.
_THEIRS = MEETINGS | {StepKind.ASSESSMENT}
# What was to be decided before the child went home.
_PRESSING = frozenset({StepKind.DECIDE_TODAY, StepKind.FIRST_LOOK_NOW})


def watched(closing: Closing) -> Because | None:
    """Why the ending of a concern opens a watch; None where it does not.

    After a closure outside, an outside or own "no further action", or a red case closing. Red is
    danger, and what pressed so that social care or police were told: that a mark was explained at
    once is most of a busy school's red cases, and watching them all would be nine a day.
    """
    outside = bool(GRAVEST & closing.routes)
    if closing.outcome == Outcome.WITH_AGENCY or _THEIRS & closing.owed:
        return Because.AGENCY
    if NOT_TAKEN_ON & closing.answers:
        return Because.NOT_TAKEN_ON
    if Route.NO_FURTHER in closing.routes and (closing.grave or outside):
        return Because.NO_FURTHER
    red = _DANGER & closing.kinds or (outside and _PRESSING & closing.kinds)
    return Because.RED if red else None


# How much is done for a child under each status: one that ends with no other as high is a step
# down. Those that are not there end without one: nobody outside looked at the child under them.
LEVELS: dict[StatusKind, int] = {
    StatusKind.EARLY_HELP: 1,
    StatusKind.CHANNEL: 1,
    StatusKind.CHILD_IN_NEED: 2,
    StatusKind.PRIVATE_FOSTERING: 2,
    StatusKind.SECTION_47: 3,
    StatusKind.PLAN: 4,
    StatusKind.LOOKED_AFTER: 5,
}


def lowers(ended: str, standing: Collection[str]) -> bool:
    """Whether a child whose status `ended` stands lower than before; `standing` are those left."""
    before = LEVELS.get(StatusKind(ended), 0)
    return before > max((LEVELS.get(StatusKind(kind), 0) for kind in standing), default=0)
