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

from concerns.models import beside
from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.decision import Decision, DecisionChild
from concerns.models.person import Viewer
from concerns.models.referral import ReferralEvent
from concerns.models.step import Step
from concerns.models.written import Addition
from concerns.rules.answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import Stage
from concerns.rules.saying import when
from concerns.rules.words import Answer, Part, Route

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Before:
    """A "no further action" still in force: when, by whom, in what words and on which concern."""

    at: datetime
    who: str
    words: str
    concern: Concern


@dataclass(frozen=True)
class Again:
    """What is known for a re-referral. `count` sums up the last twelve months, in words."""

    before: list[Before]
    additions: list[Addition]
    count: str
    concern: Concern

    @property
    def words(self) -> str:
        """The draft text of a re-referral, for the lead to edit."""
        told = [f"{when(one.at)}, {one.who}: no further action. {one.words}" for one in self.before]
        new = [f"New on {when(self.concern.received_at)}: {self.concern.in_short}"]
        new += [f"Added on {when(one.at)}: {one.words}" for one in self.additions]
        return "\n".join([*told, *new, f"In the last twelve months: {self.count}."])


def _of_an_agency(since: datetime):
    """Events since `since` that ended referrals answered with no further action."""
    events = ReferralEvent.objects.filter(referral=OuterRef("referral"))
    last = events.filter(stage=Stage.ANSWERED).order_by("-id").values("answer")[:1]
    stands = ~Exists(events.filter(pk__gt=OuterRef("pk")))
    rows = ReferralEvent.objects.filter(stage__in=[Stage.AGREED, Stage.SETTLED], at__gte=since)
    return rows.annotate(last=Subquery(last)).filter(stands, last=Answer.NO_FURTHER)


def _of_our_own(since: datetime):
    """Children whose newest decision on a concern is the school's own "no further action"."""
    newer = DecisionChild.objects.filter(
        concern_child=OuterRef("concern_child"), decision__gt=OuterRef("decision")
    )
    made = {"decision__at__gte": since, "decision__routes__route": Route.NO_FURTHER}
    return DecisionChild.objects.filter(~Exists(newer), **made)


def after_no_further(now: datetime):
    """A filter for children for whom a sign at `now` follows a recent "no further action".

    How recent is `SIGN_AGAIN` in `rules/answers.py`.
    """
    since, child = now - SIGN_AGAIN, OuterRef("pk")
    theirs = _of_an_agency(since).filter(referral__decision__children__concern_child__child=child)
    ours = _of_our_own(since).filter(concern_child__child=child)
    return Q(Exists(theirs)) | Q(Exists(ours))


def owed(children: Iterable[Child], now: datetime) -> list[StepKind]:
    """The kinds of step that a new sign about `children` opens, beside its first look.

    No query is made for children read with the annotation `again`, as a form's are (`offered.py`).
    """
    unread = [child.pk for child in children if not hasattr(child, "again")]
    told = any(child.again for child in children if hasattr(child, "again"))
    asks = Child.objects.filter(after_no_further(now), pk__in=unread)
    return [StepKind.REFER_AGAIN] if told or (unread and asks.exists()) else []


def owed_on(concern: Concern, now: datetime) -> list[StepKind]:
    """The kinds of step that a sign added to `concern` opens."""
    about = Child.objects.filter(concern_rows__concern=concern, concern_rows__part=Part.ABOUT)
    return [StepKind.REFER_AGAIN] if about.filter(after_no_further(now)).exists() else []


def known(viewer: Viewer, concern: Concern) -> Again:
    """What a re-referral of `concern` is drafted from, as far as `viewer` may see it."""
    children = [row.child_id for row in concern.children.filter(part=Part.ABOUT) if row.child_id]
    signs = Step.objects.open().filter(concern=concern, kind=StepKind.REFER_AGAIN).in_order()
    sign = signs.first()
    since = (sign.opened_at if sign else viewer.now) - SIGN_AGAIN
    year = beside.earlier(viewer, concern, children, viewer.now - A_YEAR)
    before = [*_theirs(viewer, children, since), *_ours(viewer, children, since)]
    added = Addition.objects.filter(concern=concern, for_leads=False).order_by("id")
    return Again(
        before=sorted(before, key=lambda one: one.at),
        additions=list(added),
        count=beside.count_words([concern, *year]),
        concern=concern,
    )


def _theirs(viewer: Viewer, children: list[int], since: datetime):
    rows = _of_an_agency(since).visible_to(viewer)
    rows = rows.filter(referral__decision__children__concern_child__child__in=children).distinct()
    rows = rows.select_related("referral__concern").prefetch_related("referral__events")
    for view in rows.order_by("id"):
        events = sorted(view.referral.events.all(), key=lambda event: event.pk)
        answer = [event for event in events if event.stage == Stage.ANSWERED][-1]
        agency = next((event.agency for event in events if event.agency), "")
        reference = next((e.their_reference for e in reversed(events) if e.their_reference), "")
        who = ", ".join(filter(None, [agency, answer.spoken_to, reference]))
        yield Before(answer.happened_at, who, answer.words, view.referral.concern)


def _ours(viewer: Viewer, children: list[int], since: datetime):
    made = _of_our_own(since).filter(concern_child__child__in=children).values("decision")
    rows = Decision.objects.visible_to(viewer).filter(pk__in=made).select_related("concern")
    for decision in rows.order_by("id"):
        yield Before(decision.at, "The school's own decision", decision.reason, decision.concern)
