"""Referrals to agencies outside the school, and what happened to each, in dated rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.attachment import RowWithFiles
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.chase_call import chase_calls_in_words
from concerns.models.response.decision import Decision
from concerns.models.school.person import Person, Viewer
from concerns.rules.agency_answers import ANSWER_OPENS
from concerns.rules.challenge_ladder import ChallengeRung, next_challenge_rung
from concerns.rules.lifecycle import AWAITED, SETTLED, ReferralStage
from concerns.rules.reader_parts import ShownInPart
from concerns.rules.words import OUTSIDE, AgencyAnswer, ReferralMethod, Route


class Referrals(CaseRows[ConcernRow]):
    def start_referral(self: "Referrals[Referral]", decision: Decision, route: str) -> "Referral":
        """Create a referral for a route of `decision`, still to be sent."""
        return self.create(
            school_id=decision.school_id,
            concern_id=decision.concern_id,
            decision=decision,
            route=route,
            made_at=decision.at,
        )

    def find_open_referral(
        self: "Referrals[Referral]", concern: Concern, route: str, rows: Iterable[ConcernChild]
    ) -> "Referral | None":
        """The unsettled referral of `concern` by `route` that covers all the children of `rows`.

        None if there is none: a referral for one child does not cover a brother or sister.
        """
        wanted = {row.pk for row in rows}
        begun = self.filter(concern=concern, route=route).order_by("-id")
        for referral in begun.prefetch_related("events", "decision__children"):
            children = {link.concern_child_id for link in referral.decision.children.all()}
            if referral.current_stage not in SETTLED and wanted <= children:
                return referral
        return None


class Referral(CaseRow):
    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "decision"
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="referrals")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="referrals")
    route = models.CharField(max_length=20)
    made_at = models.DateTimeField()

    objects: ClassVar = Referrals.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "route"], name="referred_once"),
            models.CheckConstraint(
                condition=models.Q(route__in=sorted(OUTSIDE)),
                name="referral_goes_outside",
            ),
        ]
        indexes = [models.Index(fields=["concern", "id"], name="referrals_in_order")]

    def __str__(self) -> str:
        return f"referral {self.uid}"

    @property
    def route_words(self) -> str:
        return Route.label_of_value(self.route)

    @property
    def current_stage(self) -> ReferralStage:
        """The stage of its newest event, from `events` as prefetched, or "to send" if none."""
        events = self._events_in_order
        return ReferralStage(events[-1].stage) if events else ReferralStage.TO_SEND

    @property
    def latest_answer(self) -> str:
        """The agency's latest answer; "" before it has answered."""
        return next((event.answer for event in reversed(self._events_in_order) if event.answer), "")

    @property
    def is_awaiting_agency(self) -> bool:
        """Whether the agency still owes an answer, or the result of work it has agreed to do."""
        works = self.current_stage is ReferralStage.AGREED and self.latest_answer in ANSWER_OPENS
        return self.current_stage in AWAITED or works

    @property
    def chasing_in_words(self) -> str:
        """How often the agency was chased and how long that took, in words; "" if never."""
        return chase_calls_in_words(self.chases.all())

    @property
    def rung_to_challenge_next(self) -> ChallengeRung:
        """The rung of the agency's escalation ladder that a challenge goes to next."""
        return next_challenge_rung(
            (event.stage, event.escalation) for event in self._events_in_order
        )

    @property
    def _events_in_order(self) -> list["ReferralEvent"]:
        return sorted(self.events.all(), key=lambda event: event.pk)


class ReferralEvents(CaseRows[ConcernRow]):
    def record_referral_event(
        self: "ReferralEvents[ReferralEvent]",
        by: Viewer,
        referral: Referral,
        stage: ReferralStage,
        now: datetime,
        **said: Any,
    ) -> "ReferralEvent":
        """Save what happened to `referral`. It happened `now` unless `said` has `happened_at`."""
        return self.create(
            school=by.school,
            referral=referral,
            stage=stage,
            by=by.person,
            at=now,
            **{"happened_at": now, **said},
        )


class ReferralEvent(RowWithFiles):
    """It was sent, acknowledged, answered, agreed with, challenged, settled or withdrawn."""

    shown_in_part = ShownInPart.OF_THEIR_CHILD
    to_decision = "referral__decision"
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
    # The rung of the agency's ladder to which a challenge was taken.
    escalation = models.CharField(max_length=16, blank=True)

    objects: ClassVar = ReferralEvents.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    stage__in=[s.value for s in ReferralStage if s is not ReferralStage.TO_SEND]
                ),
                name="referral_stage_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=ReferralStage.ANSWERED)
                | models.Q(answer__in=[word.value for word in AgencyAnswer]),
                name="an_answer_says_what",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=ReferralStage.SENT)
                | models.Q(method__in=[word.value for word in ReferralMethod]),
                name="sent_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(escalation="")
                | models.Q(
                    stage=ReferralStage.CHALLENGED,
                    escalation__in=[rung.value for rung in ChallengeRung],
                ),
                name="a_challenge_says_to_whom",
            ),
        ]
        indexes = [models.Index(fields=["referral", "id"], name="events_in_order")]

    def __str__(self) -> str:
        return f"{self.stage} {self.uid}"

    @property
    def stage_words(self) -> str:
        return ReferralStage.label_of_value(self.stage)

    @property
    def rung_words(self) -> str:
        return ChallengeRung.label_of_value(self.escalation)

    @property
    def referral_answer_words(self) -> str:
        return AgencyAnswer.label_of_value(self.answer)

    @property
    def method_words(self) -> str:
        return ReferralMethod.label_of_value(self.method)
