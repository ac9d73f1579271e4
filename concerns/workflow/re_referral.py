"""Re-referral: a new sign about a child soon after a "no further action".

The "no further action" may be an agency's, with which the school agreed or settled, or the school's
own. Reviews of children's deaths keep finding that it was accepted without question, and that the
next sign was read on its own. So a new sign opens a step to consider referring again, with what is
already known at hand.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery

from concerns.models.base.case_row import CaseRows
from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.models.response.decision import DecisionChild, DecisionRoute
from concerns.models.response.referral import ReferralEvent, ReferralEvents
from concerns.rules.agency_answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.words import AgencyAnswer, ChildPart, Route


def _agency_no_further_events(since: datetime) -> ReferralEvents[ReferralEvent]:
    """Events since `since` that ended referrals answered with no further action."""
    events = ReferralEvent.objects.filter(referral=OuterRef("referral"))
    last = events.filter(stage=ReferralStage.ANSWERED).order_by("-id").values("answer")[:1]
    stands = ~Exists(events.filter(pk__gt=OuterRef("pk")))
    rows = ReferralEvent.objects.filter(
        stage__in=[ReferralStage.AGREED, ReferralStage.SETTLED], at__gte=since
    )
    return rows.annotate(last=Subquery(last)).filter(stands, last=AgencyAnswer.NO_FURTHER)


def _own_no_further_decisions(since: datetime) -> CaseRows[DecisionChild]:
    """Children whose newest decision on a concern is the school's own "no further action"."""
    newer = DecisionChild.objects.filter(
        concern_child=OuterRef("concern_child"), decision__gt=OuterRef("decision")
    )
    # Asked of each decision on the child. Joined to the routes, SQLite would begin with all
    # decisions of every school that have this one.
    routes = DecisionRoute.objects.filter(decision=OuterRef("decision"), route=Route.NO_FURTHER)
    return DecisionChild.objects.filter(~Exists(newer), Exists(routes), decision__at__gte=since)


def follows_no_further_action(now: datetime) -> Q:
    """A filter for children for whom a sign at `now` follows a recent "no further action".

    How recent is `SIGN_AGAIN` in `rules/agency_answers.py`.
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

    No query is made for children read with the annotation `again`, as a form's are
    (`reading/pickers.py`).
    """
    unread = [child.pk for child in children if not hasattr(child, "again")]
    told = any(child.again for child in children if hasattr(child, "again"))
    asks = Child.objects.filter(follows_no_further_action(now), pk__in=unread)
    return [StepKind.REFER_AGAIN] if told or (unread and asks.exists()) else []


def re_referral_steps_on(concern: Concern, now: datetime) -> list[StepKind]:
    """The kinds of step that a sign added to `concern` opens."""
    about = Child.objects.filter(concern_rows__concern=concern, concern_rows__part=ChildPart.ABOUT)
    return [StepKind.REFER_AGAIN] if about.filter(follows_no_further_action(now)).exists() else []
