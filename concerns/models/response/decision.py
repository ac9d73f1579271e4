"""Decisions on a concern: for which children, by which routes, and why.

A decision is never edited: a new one supersedes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.composed_rows import KEYS, MOMENT, ComposedRows, key_of_moment
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.contact_details import ConversationAnswers, ReferralSentAnswers
from concerns.models.school.person import Person, Viewer
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.words import (
    ADVICE_BEFORE_PARENTS,
    CHILD_WAS_SEEN,
    LIGHT,
    ChildPart,
    ChildSeen,
    GoingHome,
    HowKnown,
    ParentsTold,
    Route,
    SiblingsConsidered,
)

# The latest a concern may next be looked at. One nobody looks at for longer is forgotten.
LONGEST = timedelta(days=366)
WHOLE = "Choose the child and what happens next, and say why."
FULL = (
    "Say what else was considered, whether parents are told, whether brothers and sisters were "
    "considered and whether the child has been seen."
)


@dataclass(frozen=True)
class DecisionAnswers:
    """The answers of a valid decision form. Choices are keys of `rules/words.py`."""

    children: tuple[ConcernChild, ...]
    routes: tuple[str, ...]
    reason: str
    light: bool = False
    considered: str = ""
    parents_told: str = ""
    parents_why_not: str = ""
    siblings: str = ""
    siblings_words: str = ""
    child_seen: str = ""
    # If the child was seen: when, and by whom. It is recorded as a sighting in the child's file.
    sighted_at: datetime | None = None
    sighted_by: Person | None = None
    review_on: date | None = None
    watch_until: date | None = None
    watched_by: Person | None = None
    keep_until: date | None = None
    words_back: str = ""
    # Advice is sought before parents are told: a carer may be the cause, or telling them may put
    # the child in danger.
    advice_first: bool = False
    # Referrals already made before the decision was written down, by route.
    sent: Mapping[str, ReferralSentAnswers] = field(default_factory=dict)
    # A conversation already held with the parents.
    spoken: ConversationAnswers | None = None

    @property
    def is_child_seen(self) -> bool:
        return self.child_seen in CHILD_WAS_SEEN

    def end_date_of_route(self, route: str) -> date | None:
        """The date chosen for a watch, or for keeping it on file; None for other routes."""
        ends: dict[str, date | None] = {Route.WATCH: self.watch_until, Route.KEEP: self.keep_until}
        return ends.get(route)

    @property
    def decision_ledger_details(self) -> dict:
        """Its fields and words for a ledger line."""
        said = ("reason", "considered", "parents_why_not", "siblings_words", "words_back")
        return {
            "fields": ["light" if self.light else "full", *self.routes],
            "words": {name: getattr(self, name) for name in said},
        }

    def decision_fault(self, today: date) -> str:
        """What is missing or inconsistent, in a sentence for the user; "" if nothing is."""
        return next((words for wrong, words in self._decision_faults(today) if wrong), "")

    def _decision_faults(self, today: date) -> Iterator[tuple[bool, str]]:
        routes = frozenset(self.routes)
        yield not (self.children and routes and self.reason.strip()), WHOLE
        for route in (Route.WATCH, Route.KEEP):
            yield (
                route in routes and not self.end_date_of_route(route),
                f"{route.label}: enter until when.",
            )
        for day in filter(None, (self.watch_until, self.keep_until, self.review_on)):
            yield (
                not today <= day <= today + LONGEST,
                "Choose a date within a year from now.",
            )
        named = Route.WATCH in routes and self.watched_by is None
        alone = Route.NO_FURTHER in routes and len(routes) > 1
        full = self.considered.strip() and self.siblings and self.child_seen and self.parents_told
        why_not = self.parents_told == ParentsTold.NO and not self.parents_why_not.strip()
        yield alone, "Choose no further action or other routes, not both."
        yield named, "Choose who will watch."
        yield (
            self.light and not routes <= LIGHT,
            "This needs a full decision: it does more than add to the picture.",
        )
        yield not self.light and not full, FULL
        yield (
            self.is_child_seen and not (self.sighted_at and self.sighted_by),
            "Say when the child was seen, and by whom.",
        )
        yield not self.light and why_not, "Say why parents are not told."
        yield (
            not routes.issuperset(self.sent),
            "You recorded that something was sent. Choose that route as well.",
        )


def is_decision_pressing(concern: Concern) -> bool:
    """Whether it needs a full decision, before the child goes home.

    So it is if there is danger, worry about going home, a visible mark or a disclosure.
    """
    return (
        concern.danger
        or concern.how_known == HowKnown.CHILD_TOLD
        or bool(concern.child_words)
        or concern.going_home == GoingHome.YES
        or concern.marks.exists()
    )


def needs_advice_first(concern: Concern) -> bool:
    """Whether one of its categories calls for advice before parents are told: one that its writer
    chose, or one that a lead sorted it into. Neither takes back what the other feared."""
    chosen = {row.category for row in concern.category_rows.all()}
    if concern.sorting:
        chosen |= {row.category for row in concern.sorting.categories.all()}
    return not ADVICE_BEFORE_PARENTS.isdisjoint(chosen)


class Decisions(CaseRows[ConcernRow]):
    def newest_by_child(self, concern: Concern) -> dict[int, int]:
        """The newest decision for each child of `concern`: `ConcernChild` key to `Decision` key."""
        rows = DecisionChild.objects.filter(decision__concern=concern).order_by("decision_id")
        rows = rows.exclude(concern_child__part=ChildPart.MOVED)
        return dict(rows.values_list("concern_child_id", "decision_id"))

    def keys_in_force(self, concern: Concern) -> set[int]:
        """Keys of the decisions that are the newest for at least one child."""
        return set(self.newest_by_child(concern).values())

    def is_decided_for_all(self, concern: Concern) -> bool:
        """Whether each child it is about has a decision made since it was last reopened."""
        keys = {KEYS[0]: concern.pk} | key_of_moment(concern.received_at)
        return not _compose_undecided().fetch(keys)

    def record_decision(
        self: "Decisions[Decision]",
        by: Viewer,
        concern: Concern,
        decided: DecisionAnswers,
        now: datetime,
    ) -> "Decision":
        """Save a decision with its children and routes. The act has checked that it may be made."""
        decision = self.create(
            school=by.school,
            concern=concern,
            by=by.person,
            at=now,
            light=decided.light,
            reason=decided.reason,
            considered=decided.considered,
            parents_told=decided.parents_told,
            parents_why_not=decided.parents_why_not,
            siblings=decided.siblings,
            siblings_words=decided.siblings_words,
            child_seen=decided.child_seen,
            review_on=decided.review_on or decided.keep_until,
        )
        DecisionChild.objects.bulk_create(
            DecisionChild(school=by.school, decision=decision, concern_child=row)
            for row in decided.children
        )
        DecisionRoute.objects.bulk_create(
            DecisionRoute(
                school=by.school,
                decision=decision,
                route=route,
                until=decided.end_date_of_route(route),
                adult=decided.watched_by if route == Route.WATCH else None,
            )
            for route in dict.fromkeys(decided.routes)
        )
        return decision


@cache
def _compose_undecided() -> ComposedRows[ConcernChild]:
    """The children a concern is about for whom nothing was decided since it was last reopened, or
    else since it came in."""
    reopened = Concern.objects.filter(pk=KEYS[0], endings__reopened=True).order_by("-endings__id")
    since = Coalesce(models.Subquery(reopened.values("endings__at")[:1]), models.Value(MOMENT))
    about = ConcernChild.objects.filter(concern=KEYS[0], part=ChildPart.ABOUT)
    return ComposedRows(about.exclude(decisions__decision__at__gte=since))


class Decision(CaseRow):
    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "pk"
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="decisions")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # A light decision only keeps the concern on file, with one reason and a date to look at it
    # again. A sample of them is audited later.
    light = models.BooleanField(default=False)
    reason = EncryptedText()
    considered = EncryptedText()
    parents_told = models.CharField(max_length=10, blank=True)
    parents_why_not = EncryptedText()
    siblings = models.CharField(max_length=12, blank=True)
    siblings_words = EncryptedText()
    child_seen = models.CharField(max_length=12, blank=True)
    review_on = models.DateField(null=True)

    objects: ClassVar = Decisions.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(light=True, review_on__isnull=False)
                | models.Q(
                    light=False,
                    parents_told__in=[word.value for word in ParentsTold],
                    siblings__in=[word.value for word in SiblingsConsidered],
                    child_seen__in=[word.value for word in ChildSeen],
                ),
                name="a_full_decision_says_all",
            )
        ]
        indexes = [models.Index(fields=["concern", "id"], name="decisions_in_order")]

    def __str__(self) -> str:
        return f"decision {self.uid}"


class DecisionChild(CaseRow):
    """A child a decision is for. A page about one child never shows the other children."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_concern_child = "concern_child"
    to_concern = "decision__concern_id"
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="children")
    concern_child = models.ForeignKey(ConcernChild, models.PROTECT, related_name="decisions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "concern_child"], name="decided_for_once")
        ]

    def __str__(self) -> str:
        return f"child of decision {self.decision_id}"


class DecisionRoute(CaseRow):
    """A route chosen by a decision. A watch also names the adult who watches and its end date."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "decision"
    to_concern = "decision__concern_id"
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="routes")
    route = models.CharField(max_length=20)
    until = models.DateField(null=True)
    adult = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "route"], name="route_once"),
            models.CheckConstraint(
                condition=models.Q(route__in=[word.value for word in Route]),
                name="route_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(route__in=[Route.WATCH, Route.KEEP])
                | models.Q(until__isnull=False),
                name="watching_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["route", "decision"], name="decisions_by_route")]

    def __str__(self) -> str:
        return self.route

    @property
    def route_in_words(self) -> str:
        return Route.label_of_value(self.route)
