"""The actions available on a concern now, and for the others the reason why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from concerns.models.adult.adult_concern import AdultConcern
from concerns.models.concern.concern import Concern
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.rules.clocks import DECISIONS, FIRST_LOOKS, StepKind
from concerns.rules.lifecycle import State
from concerns.rules.words import MAY_WORRY
from concerns.workflow.closing import reason_not_to_end, reason_to_reopen_first
from concerns.workflow.decision_checks import reason_for_full_decision


@dataclass(frozen=True)
class AvailableAction:
    """A link to an action on the page with the URL name `page`, with the reason if it is not
    possible now."""

    words: str
    page: str
    url: str
    why_not: str = ""


def action_to_take_on(viewer: Viewer, concern: Concern, steps: list[Step]) -> AvailableAction:
    mine = concern.holder_id == viewer.person.pk
    looked = not any(step.kind in FIRST_LOOKS for step in steps)
    done = "You have it." if mine and looked else ""
    reason = reason_to_reopen_first(concern) or done
    return action_on_page("I have this", "triage_take", concern, reason)


def other_actions(concern: Concern, steps: list[Step]) -> list[AvailableAction]:
    """The other actions in the concern's state, likeliest first, and why not if not possible yet.

    The acts check the same rules again.
    """
    again = bool(concern.sorting_id)
    sort = ("Change its categories" if again else "Sort it into categories", "triage_sort", "")
    back = ("Reply to the person who wrote it", "chase_tell", "")
    rare = [
        ("Say who must not see it", "triage_exclude", ""),
        ("It is about another child", "triage_refile", ""),
    ]
    if concern.state == State.CLOSED:
        moves = [("Reopen it", "triage_reopen", ""), sort, back, *rare]
    else:
        moves = [
            ("Decide", "triage_decide", ""),
            ("Record a conversation", "refer_speak", ""),
            ("Hand it on", "triage_hand", ""),
            ("Record a meeting", "refer_meet", ""),
            ("Record a meeting to come", "refer_plan", ""),
            sort,
            ("Add a note for the leads", "triage_note", ""),
            ("Add a file", "triage_files", ""),
            ("Ask a colleague to do something", "chase_ask", ""),
            back,
            *rare,
            ("Close it", "triage_close", reason_not_to_end(concern, steps)),
        ]
    return possible_first(action_on_page(words, name, concern, no) for words, name, no in moves)


def action_on_page(
    words: str, page: str, concern: Concern | AdultConcern, why_not: str
) -> AvailableAction:
    return AvailableAction(words, page, reverse(page, args=[concern.uid]), why_not)


def possible_first(actions: Iterable[AvailableAction]) -> list[AvailableAction]:
    """What can be done now before what cannot; otherwise as they stand, likeliest first."""
    return sorted(actions, key=lambda action: bool(action.why_not))


# If only these steps are open, keeping a concern on file drops nothing that was promised.
KEEPING_ENDS = FIRST_LOOKS | DECISIONS | {
    StepKind.READ_ADDITION, StepKind.KEEP, StepKind.NEXT_MOVE, StepKind.TELL_REPORTER,
}  # fmt: skip


def may_keep(concern: Concern, steps: Iterable[Step]) -> bool:
    """Whether one button may keep the concern on file.

    It must be open, a light decision must be enough, the writer must not even be unsure about the
    child going home, and nothing else that was decided may be left to do. If not, a light decision
    may still be possible on the decision page.
    """
    calm = concern.state != State.CLOSED and concern.going_home not in MAY_WORRY
    ended = all(step.kind in KEEPING_ENDS for step in steps)
    return calm and ended and not reason_for_full_decision(concern)
