"""Helps tests to decide, to see what is then owed, and to count what stands on record of it."""

from datetime import date, timedelta

from concerns.models import ConversationAnswers, DecisionAnswers, LedgerLine, ReferralSentAnswers
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)
UNTIL = date(2026, 12, 1)


def decide_concern(by, concern, *routes, now=LATER, rows=None, **more):
    made = factories.decision_answers(concern, *routes, **more)
    if rows is not None:
        made = DecisionAnswers(**{**vars(made), "children": tuple(rows)})
    return triage.decide(by=by, concern=concern, decided=made, now=now)


def further_answers_for(where, route):
    """The further answers that a route needs."""
    watch = {"watch_until": UNTIL, "watched_by": factories.person(where)}
    return {Route.WATCH: watch, Route.KEEP: {"keep_until": UNTIL}}.get(route, {})


def open_step_kinds(concern):
    return set(concern.steps.open().values_list("kind", flat=True))


def count_ledger_lines(concern, kind):
    return LedgerLine.objects.filter(concern=concern.uid, kind=kind).count()


def referral_sent_answers(**more):
    told = {"agency": "Front door", "spoken_to": "Duty worker", "method": "telephone", **more}
    return ReferralSentAnswers(**{"happened_at": NOW, "their_reference": "W1", **told})


def conversation_answers(**more):
    return ConversationAnswers("parent", "Mother", "She listened.", **{"happened_at": NOW, **more})
