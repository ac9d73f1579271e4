"""This file knows what stands on a referral's page, and on that of a conversation.

Reading a referral is reading its concern: that is what is recorded.
"""

from django.db.models import Prefetch

from concerns.doors import sight
from concerns.models import (
    Concern,
    ConcernChild,
    Conversation,
    DecisionChild,
    DecisionRoute,
    Referral,
    ReferralEvent,
    Step,
    Viewer,
    story,
)
from concerns.rules.clocks import StepKind


def to_speak_about(viewer: Viewer, uid) -> tuple[Concern, list[ConcernChild]]:
    """A concern a conversation is to be written to, and the children it is about."""
    concern = sight.to_change(viewer, uid)
    return concern, story.about(concern)


def spoken(viewer: Viewer, uid) -> dict:
    """The concern, what has been said to whom already, and what that leaves owed. Recorded."""
    concern = sight.concern(viewer, uid)
    talks = Conversation.objects.filter(concern=concern).select_related("by")
    owed = Step.objects.open().filter(concern=concern).in_order().select_related("holder")
    wanted = (StepKind.SEEK_ADVICE, StepKind.SPEAK_TO_PARENTS)
    steps = list(owed.filter(kind__in=wanted))
    return {
        "concern": concern,
        "talks": list(talks.order_by("happened_at", "id")),
        "steps": steps,
        "advice_first": any(step.kind == StepKind.SEEK_ADVICE for step in steps),
    }


def to_change(viewer: Viewer, uid) -> Referral:
    """A referral for an act, whose own line is the record of it. Raises Http404."""
    rows = Referral.objects.visible_to(viewer).select_related("concern", "decision__by")
    return sight.one(viewer, rows.prefetch_related("events"), uid)


def standing(viewer: Viewer, referral: Referral) -> dict:
    """How far it has come, for whom, and what is owed on it. Recorded as reading its concern."""
    concern = sight.concern(viewer, referral.concern.uid)
    events = ReferralEvent.objects.select_related("by").order_by("id")
    routes = DecisionRoute.objects.select_related("adult").order_by("id")
    found = (
        Referral.objects.filter(pk=referral.pk)
        .select_related("decision__by")
        .prefetch_related(Prefetch("events", events), Prefetch("decision__routes", routes))
        .get()
    )
    links = DecisionChild.objects.filter(decision=found.decision_id)
    links = links.select_related("concern_child__child").order_by("id")
    owed = Step.objects.open().filter(referral=found).in_order().select_related("holder")
    children = [link.concern_child for link in links]
    return {
        "concern": concern,
        "referral": found,
        "children": children,
        "steps": list(owed),
        "second": found.decision.by_id != viewer.person.pk,
    }


def at_hand(viewer: Viewer, referral: Referral) -> dict:
    """The same, with all that a telephone call about it asks for: what was written, what parents
    know, and of each child it is for the file and what was written before. These are recorded
    too."""
    shown = standing(viewer, referral)
    concern, children = story.fetch(shown["concern"]), shown["children"]
    rolled = [row for row in children if row.child_id]
    return {
        **shown,
        "stories": sight.stories(viewer, concern, rolled, "for a referral"),
        "facts": story.facts(concern),
        "additions": story.additions(concern),
        "told": story.asked(shown["referral"].decision),
    }
