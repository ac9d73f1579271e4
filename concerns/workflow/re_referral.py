"""Re-referral: a new sign about a child soon after a "no further action".

The "no further action" may be an agency's, with which the school agreed or settled, or the school's
own. Reviews of children's deaths keep finding that it was accepted without question, and that the
next sign was read on its own. So a new sign opens a step to consider referring again, with what is
already known at hand.

The two questions are plain SQL. Django would take a quarter of the work of sending a concern to
build them, and they are asked of every concern that is sent.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from concerns.models.child.child import Child
from concerns.models.concern.concern import Concern
from concerns.rules.agency_answers import SIGN_AGAIN
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.words import AgencyAnswer, ChildPart, Route

# Referral events with which the school took an agency's "no further action", and after which
# nothing else happened to the referral. `{children}` says of which children.
_AGENCY_NO_FURTHER_EVENTS = """
SELECT event.id
FROM concerns_concernchild filed
JOIN concerns_decisionchild made ON made.concern_child_id = filed.id
JOIN concerns_referral referral ON referral.decision_id = made.decision_id
JOIN concerns_referralevent event ON event.referral_id = referral.id
WHERE filed.child_id {children} AND event.at >= %s AND event.stage IN (%s, %s)
AND NOT EXISTS (
    SELECT 1 FROM concerns_referralevent later
    WHERE later.referral_id = event.referral_id AND later.id > event.id
)
AND %s = (
    SELECT answered.answer FROM concerns_referralevent answered
    WHERE answered.referral_id = event.referral_id AND answered.stage = %s
    ORDER BY answered.id DESC LIMIT 1
)
"""
# Decisions of the school's own for "no further action" that are the newest on a concern for one of
# the children. The route is looked for under each decision on the child: joined to the routes,
# SQLite would begin with all decisions of every school that have this one.
_OWN_NO_FURTHER_DECISIONS = """
SELECT decision.id
FROM concerns_concernchild filed
JOIN concerns_decisionchild made ON made.concern_child_id = filed.id
JOIN concerns_decision decision ON decision.id = made.decision_id
WHERE filed.child_id {children} AND decision.at >= %s
AND NOT EXISTS (
    SELECT 1 FROM concerns_decisionchild newer
    WHERE newer.concern_child_id = filed.id AND newer.decision_id > decision.id
)
AND EXISTS (
    SELECT 1 FROM concerns_decisionroute chosen
    WHERE chosen.decision_id = decision.id AND chosen.route = %s
)
"""


def find_agency_no_further_events(children: Collection[int], since: datetime) -> list[int]:
    """Keys of the events since `since` that left an agency's "no further action" on one of
    `children` (keys) as the last word."""
    return _find_keys(_AGENCY_NO_FURTHER_EVENTS, children, _agency_parameters(since))


def find_own_no_further_decisions(children: Collection[int], since: datetime) -> list[int]:
    """Keys of the decisions since `since` that are the newest on a concern for one of `children`
    (keys), and are the school's own "no further action"."""
    return _find_keys(_OWN_NO_FURTHER_DECISIONS, children, _own_parameters(since))


def _find_keys(sql: str, children: Collection[int], given: list[Any]) -> list[int]:
    if not children:
        return []
    places = ", ".join(["%s"] * len(children))
    with connection.cursor() as cursor:
        cursor.execute(sql.format(children=f"IN ({places})"), [*children, *given])
        return [key for (key,) in cursor.fetchall()]


def _agency_parameters(since: datetime) -> list[Any]:
    at = connection.ops.adapt_datetimefield_value(since)
    taken = [ReferralStage.AGREED.value, ReferralStage.SETTLED.value]
    return [at, *taken, AgencyAnswer.NO_FURTHER.value, ReferralStage.ANSWERED.value]


def _own_parameters(since: datetime) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(since), Route.NO_FURTHER.value]


def follows_no_further_action(now: datetime) -> RawSQL:
    """A filter for children for whom a sign at `now` follows a recent "no further action".

    How recent is `SIGN_AGAIN` in `rules/agency_answers.py`. The SQL names the table of children, so
    it stands in a query of that table alone.
    """
    since = now - SIGN_AGAIN
    both = (_AGENCY_NO_FURTHER_EVENTS, _OWN_NO_FURTHER_DECISIONS)
    sql = " OR ".join(f"EXISTS ({one.format(children='= concerns_child.id')})" for one in both)
    given = [*_agency_parameters(since), *_own_parameters(since)]
    return RawSQL(f"({sql})", given, output_field=BooleanField())  # noqa: S611 - words of our own


def re_referral_steps_for(children: Iterable[Child], now: datetime) -> list[StepKind]:
    """The kinds of step that a new sign about `children` opens, beside its first look.

    No query is made for children read with the annotation `again`, as a form's are
    (`reading/pickers.py`).
    """
    unread = [child.pk for child in children if not hasattr(child, "again")]
    told = any(child.again for child in children if hasattr(child, "again"))
    follows = told or (
        unread and Child.objects.filter(follows_no_further_action(now), pk__in=unread).exists()
    )
    return [StepKind.REFER_AGAIN] if follows else []


def re_referral_steps_on(concern: Concern, now: datetime) -> list[StepKind]:
    """The kinds of step that a sign added to `concern` opens."""
    about = Child.objects.filter(concern_rows__concern=concern, concern_rows__part=ChildPart.ABOUT)
    return [StepKind.REFER_AGAIN] if about.filter(follows_no_further_action(now)).exists() else []
