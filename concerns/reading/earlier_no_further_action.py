"""What is shown beside a new sign that follows "no further action": what came of it before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import Addition
from concerns.models.response.decision import Decision
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading import child_story
from concerns.rules.agency_answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ChildPart
from concerns.workflow.re_referral import (
    find_agency_no_further_events,
    find_own_no_further_decisions,
)

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class EarlierNoFurtherAction:
    """A "no further action" still in force: when, by whom, in what words and on which concern."""

    at: datetime
    who: str
    words: str
    concern: Concern


@dataclass(frozen=True)
class ReReferral:
    """What is known for a re-referral. `count` sums up the last twelve months, in words."""

    before: list[EarlierNoFurtherAction]
    additions: list[Addition]
    count: str
    concern: Concern

    @property
    def _when_new(self) -> str:
        """When what is new was written, and when it happened, if the writer said."""
        written = format_date_or_time(self.concern.received_at)
        happened = self.concern.occurred_in_words if self.concern.happened_on else ""
        return f"{written} (happened: {happened})" if happened else written

    @property
    def referral_draft_text(self) -> str:
        """The draft text of a re-referral, for the lead to edit."""
        told = [
            f"{format_date_or_time(one.at)}, {one.who}: no further action. {one.words}"
            for one in self.before
        ]
        new = [f"New on {self._when_new}: {self.concern.in_short}"]
        new += [f"Added on {format_date_or_time(one.at)}: {one.words}" for one in self.additions]
        return "\n".join([*told, *new, f"In the last twelve months: {self.count}."])


def gather_re_referral(viewer: Viewer, concern: Concern) -> ReReferral:
    """What a re-referral of `concern` is drafted from, as far as `viewer` may see it."""
    children = [
        row.child_id for row in concern.children.filter(part=ChildPart.ABOUT) if row.child_id
    ]
    signs = Step.objects.open().filter(concern=concern, kind=StepKind.REFER_AGAIN).in_order()
    sign = signs.first()
    since = (sign.opened_at if sign else viewer.now) - SIGN_AGAIN
    year = child_story.concerns_of_children_since(viewer, concern, children, viewer.now - A_YEAR)
    before = [
        *_list_agency_no_further(viewer, children, since),
        *_list_own_no_further(viewer, children, since),
    ]
    added = Addition.objects.filter(concern=concern, for_leads=False).order_by("id")
    return ReReferral(
        before=sorted(before, key=lambda one: one.at),
        additions=list(added),
        count=child_story.count_writers_and_entries([concern, *year]),
        concern=concern,
    )


def _list_agency_no_further(
    viewer: Viewer, children: list[int], since: datetime
) -> Iterator[EarlierNoFurtherAction]:
    keys = find_agency_no_further_events(children, since)
    rows = ReferralEvent.objects.visible_to(viewer).filter(pk__in=keys)
    rows = rows.select_related("referral__concern").prefetch_related("referral__events")
    for view in rows.order_by("id"):
        events = sorted(view.referral.events.all(), key=lambda event: event.pk)
        answer = [event for event in events if event.stage == ReferralStage.ANSWERED][-1]
        agency = next((event.agency for event in events if event.agency), "")
        reference = next((e.their_reference for e in reversed(events) if e.their_reference), "")
        who = ", ".join(filter(None, [agency, answer.spoken_to, reference]))
        yield EarlierNoFurtherAction(answer.happened_at, who, answer.words, view.referral.concern)


def _list_own_no_further(
    viewer: Viewer, children: list[int], since: datetime
) -> Iterator[EarlierNoFurtherAction]:
    keys = find_own_no_further_decisions(children, since)
    rows = Decision.objects.visible_to(viewer).filter(pk__in=keys).select_related("concern")
    for decision in rows.order_by("id"):
        yield EarlierNoFurtherAction(
            decision.at, "The school's own decision", decision.reason, decision.concern
        )
