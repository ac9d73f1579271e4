"""This file knows a decision's way outside: each thing that happened to a referral, a dated row."""

from datetime import datetime

from django.db import models

from concerns.models.case import CaseRow, CaseRows
from concerns.models.concern import Concern
from concerns.models.decision import Decision
from concerns.models.fields import EncryptedText
from concerns.models.person import Person
from concerns.rules.lifecycle import SETTLED, Stage
from concerns.rules.words import OUTSIDE, Answer, Method, Route


class Referrals(CaseRows):
    def of(self, decision: Decision, route: str):
        """A referral begun by `decision`, still to be sent."""
        return self.create(
            school_id=decision.school_id,
            concern_id=decision.concern_id,
            decision=decision,
            route=route,
            made_at=decision.at,
        )

    def going(self, concern: Concern, route: str, rows):
        """The referral of `concern` by `route` that is not settled and is for all the children of
        `rows`; None where there is none. One for a brother is not one for his sister."""
        wanted = {row.pk for row in rows}
        begun = self.filter(concern=concern, route=route).order_by("-id")
        for referral in begun.prefetch_related("events", "decision__children"):
            children = {link.concern_child_id for link in referral.decision.children.all()}
            if referral.stage not in SETTLED and wanted <= children:
                return referral
        return None


class Referral(CaseRow):
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="referrals")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="referrals")
    route = models.CharField(max_length=20)
    made_at = models.DateTimeField()

    objects = Referrals.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "route"], name="referred_once"),
            models.CheckConstraint(
                condition=models.Q(route__in=sorted(OUTSIDE)),
                name="referral_goes_outside",
            ),
        ]
        indexes = [models.Index(fields=["concern", "id"], name="referrals_in_order")]

    def __str__(self):
        return f"referral {self.uid}"

    @property
    def route_words(self) -> str:
        return Route.say(self.route)

    @property
    def stage(self) -> Stage:
        """How far it has come, derived from its events (from rows fetched, where prefetched)."""
        events = sorted(self.events.all(), key=lambda event: event.pk)
        return Stage(events[-1].stage) if events else Stage.TO_SEND


class ReferralEvents(CaseRows):
    def write(self, by, referral: Referral, stage: Stage, now: datetime, **said):
        """What happened to `referral`, now unless `said` has its own `happened_at`."""
        return self.create(
            school=by.school,
            referral=referral,
            stage=stage,
            by=by.person,
            at=now,
            **{"happened_at": now, **said},
        )


class ReferralEvent(CaseRow):
    """It was sent, answered, agreed with, challenged, or not sent after all."""

    to_concern = "referral__concern_id"
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="events")
    stage = models.CharField(max_length=12)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # When it happened, which may be before it was written down.
    happened_at = models.DateTimeField()
    agency = EncryptedText()
    spoken_to = EncryptedText()
    their_reference = EncryptedText()
    words = EncryptedText()
    method = models.CharField(max_length=12, blank=True)
    answer = models.CharField(max_length=16, blank=True)

    objects = ReferralEvents.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=[s.value for s in Stage if s is not Stage.TO_SEND]),
                name="referral_stage_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=Stage.ANSWERED)
                | models.Q(answer__in=[word.value for word in Answer]),
                name="an_answer_says_what",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=Stage.SENT)
                | models.Q(method__in=[word.value for word in Method]),
                name="sent_says_how",
            ),
        ]
        indexes = [models.Index(fields=["referral", "id"], name="events_in_order")]

    def __str__(self):
        return f"{self.stage} {self.uid}"

    @property
    def stage_words(self) -> str:
        return Stage.say(self.stage)

    @property
    def answer_words(self) -> str:
        return Answer.say(self.answer)

    @property
    def method_words(self) -> str:
        return Method.say(self.method)
