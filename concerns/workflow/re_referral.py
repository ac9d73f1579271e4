"""Re-referral: a new sign about a child soon after a "no further action".

The "no further action" may be an agency's, with which the school agreed or settled, or the school's
own. Reviews of children's deaths keep finding that it was accepted without question, and that the
next sign was read on its own. So a new sign opens a step to consider referring again, with what is
already known at hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery

from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.concern.later_entries import Addition
from concerns.models.response.decision import Decision, DecisionChild
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading import child_story
from concerns.rules.agency_answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import AgencyAnswer, ChildPart, Route

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
    def referral_draft_text(self) -> str:
        """The draft text of a re-referral, for the lead to edit."""
        told = [
            f"{format_date_or_time(one.at)}, {one.who}: no further action. {one.words}"
            for one in self.before
        ]
        new = [f"New on {format_date_or_time(self.concern.received_at)}: {self.concern.in_short}"]
        new += [f"Added on {format_date_or_time(one.at)}: {one.words}" for one in self.additions]
        return "\n".join([*told, *new, f"In the last twelve months: {self.count}."])


def _agency_no_further_events(since: datetime):
    """Events since `since` that ended referrals answered with no further action."""
    events = ReferralEvent.objects.filter(referral=OuterRef("referral"))
    last = events.filter(stage=ReferralStage.ANSWERED).order_by("-id").values("answer")[:1]
    stands = ~Exists(events.filter(pk__gt=OuterRef("pk")))
    rows = ReferralEvent.objects.filter(
        stage__in=[ReferralStage.AGREED, ReferralStage.SETTLED], at__gte=since
    )
    return rows.annotate(last=Subquery(last)).filter(stands, last=AgencyAnswer.NO_FURTHER)


def _own_no_further_decisions(since: datetime):
    """Children whose newest decision on a concern is the school's own "no further action"."""
    newer = DecisionChild.objects.filter(
        concern_child=OuterRef("concern_child"), decision__gt=OuterRef("decision")
    )
    made = {"decision__at__gte": since, "decision__routes__route": Route.NO_FURTHER}
    return DecisionChild.objects.filter(~Exists(newer), **made)


def follows_no_further_action(now: datetime):
    """A filter for children for whom a sign at `now` follows a recent "no further action".

    How recent is `SIGN_AGAIN` in `rules/answers.py`.
    """
    since = now - SIGN_AGAIN
    child = OuterRef("pk")
    theirs = _agency_no_further_events(since).filter(
        referral__decision__children__concern_child__child=child
    )
    ours = _own_no_further_decisions(since).filter(concern_child__child=child)
    return Q(Exists(theirs)) | Q(Exists(ours))


def re_referral_steps_for(children: Iterable[Child], now: datetime) -> list[StepKind]:
    """The kinds of step that a new sign about `children` opens, beside its first look.

    No query is made for children read with the annotation `again`, as a form's are (`offered.py`).
    """
    unread = [child.pk for child in children if not hasattr(child, "again")]
    told = any(child.again for child in children if hasattr(child, "again"))
    asks = Child.objects.filter(follows_no_further_action(now), pk__in=unread)
    return [StepKind.REFER_AGAIN] if told or (unread and asks.exists()) else []


def re_referral_steps_on(concern: Concern, now: datetime) -> list[StepKind]:
    """The kinds of step that a sign added to `concern` opens."""
    about = Child.objects.filter(concern_rows__concern=concern, concern_rows__part=ChildPart.ABOUT)
    return [StepKind.REFER_AGAIN] if about.filter(follows_no_further_action(now)).exists() else []


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


def _list_agency_no_further(viewer: Viewer, children: list[int], since: datetime):
    rows = _agency_no_further_events(since).visible_to(viewer)
    rows = rows.filter(referral__decision__children__concern_child__child__in=children).distinct()
    rows = rows.select_related("referral__concern").prefetch_related("referral__events")
    for view in rows.order_by("id"):
        events = sorted(view.referral.events.all(), key=lambda event: event.pk)
        answer = [event for event in events if event.stage == ReferralStage.ANSWERED][-1]
        agency = next((event.agency for event in events if event.agency), "")
        reference = next((e.their_reference for e in reversed(events) if e.their_reference), "")
        who = ", ".join(filter(None, [agency, answer.spoken_to, reference]))
        yield EarlierNoFurtherAction(answer.happened_at, who, answer.words, view.referral.concern)


def _list_own_no_further(viewer: Viewer, children: list[int], since: datetime):
    made = (
        _own_no_further_decisions(since)
        .filter(concern_child__child__in=children)
        .values("decision")
    )
    rows = Decision.objects.visible_to(viewer).filter(pk__in=made).select_related("concern")
    for decision in rows.order_by("id"):
        yield EarlierNoFurtherAction(
            decision.at, "The school's own decision", decision.reason, decision.concern
        )
