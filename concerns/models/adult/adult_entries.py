"""Steps, decisions and entries of a concern about an adult, and how they change its steps.

A step is owed by a post, never by a person. Whoever holds the post next owes it, so that no
handover can leave a step behind.
"""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from concerns.models.adult.adult_account import AdultDecisionAnswers
from concerns.models.adult.adult_concern import (
    AdultConcern,
    AdultRows,
)
from concerns.models.base.case_row import ConcernRow
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.later_entries import AuthoredText
from concerns.models.response.step import BaseStep, StepEnding
from concerns.models.school.person import Person, Viewer
from concerns.rules.adult_vocabulary import (
    ENDS_EVERY_READING,
    FOLLOW,
    GIVES_WAY,
    HEAR,
    HOLDS_OPEN,
    READERS,
    TELL,
    TO_DECIDE,
    AdultAgency,
    AdultAgencyAnswer,
    AdultConcernSort,
    AdultEventKind,
    AdultOutcome,
    AdultRoute,
    AdultStepKind,
)
from concerns.rules.roles import Role

# The URL name of the page for each kind of step. A first look is a button on the concern's page.
PLACES: dict[str, str] = {
    **dict.fromkeys((*TELL.values(), *HEAR.values(), *FOLLOW.values()), "adult_speak"),
    **dict.fromkeys((*TO_DECIDE, *GIVES_WAY), "adult_decide"),
    AdultStepKind.READ_ADDITION: "adult_note",
    AdultStepKind.TELL_REPORTER: "adult_tell",
}


class AdultSteps(AdultRows[ConcernRow]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def late(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def in_order(self) -> Self:
        return self.order_by("due_at", "id")


class AdultStep(BaseStep):
    KINDS = AdultStepKind
    NEXT = AdultStepKind.NEXT_MOVE

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="steps")
    # Always null: a check constraint enforces it.
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    objects: ClassVar = AdultSteps.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in AdultStepKind]),
                name="adult_step_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, holder_role__in=[role.value for role in READERS]),
                name="adult_step_is_a_posts",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, ended="")
                | Q(
                    done_at__isnull=False,
                    done_by__isnull=False,
                    ended__in=[word.value for word in StepEnding],
                ),
                name="adult_step_ends_whole",
            ),
        ]

    @property
    def page_url(self) -> str:
        """URL of the page where it is done; empty for a first look. Needs `concern` fetched."""
        name = PLACES.get(self.kind)
        return reverse(name, args=[self.concern.uid]) if name else ""

    @property
    def holder_words(self) -> str:
        """Whose it is: the post's the concern is with. Needs `concern` fetched."""
        return self.concern.reader_post_words

    @property
    def is_holding_open(self) -> bool:
        """Whether the concern may not be closed before this step is done."""
        return self.kind in HOLDS_OPEN


class AdultDecisions(AdultRows[ConcernRow]):
    def record_adult_decision(
        self: "AdultDecisions[AdultDecision]",
        by: Viewer,
        concern: AdultConcern,
        decided: AdultDecisionAnswers,
        now: datetime,
    ) -> "AdultDecision":
        ways = {route.value: route in decided.routes for route in AdultRoute}
        return self.create(
            school=by.school,
            concern=concern,
            by=by.person,
            at=now,
            words=decided.reason,
            considered=decided.considered,
            sort=decided.sort,
            look_again=decided.look_again,
            **ways,
        )


class AdultDecision(AuthoredText):
    """The chosen routes and the reason (`words`). Never edited: a new decision supersedes it."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="decisions")
    considered = EncryptedText()
    sort = models.CharField(max_length=10)
    lado = models.BooleanField(default=False)
    police = models.BooleanField(default=False)
    low_level = models.BooleanField(default=False)
    no_further = models.BooleanField(default=False)
    look_again = models.DateField(null=True)

    objects: ClassVar = AdultDecisions.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(no_further=True, lado=False, police=False, low_level=False)
                | Q(no_further=False) & (Q(lado=True) | Q(police=True) | Q(low_level=True)),
                name="adult_decision_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(low_level=False) | Q(look_again__isnull=False),
                name="adult_kept_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(sort__in=[AdultConcernSort.LOW.value, AdultConcernSort.HARM.value]),
                name="adult_decision_says_which",
            ),
        ]

    @property
    def chosen_routes(self) -> list[AdultRoute]:
        return [route for route in AdultRoute if getattr(self, route.value)]

    @property
    def routes_words(self) -> list[str]:
        return [route.label for route in self.chosen_routes]

    @property
    def sort_words(self) -> str:
        return AdultConcernSort.label_of_value(self.sort)


_OF_A_LEAD = [AdultEventKind.BROUGHT_IN.value, AdultEventKind.READING_ENDED.value]


class AdultEntries(AdultRows[ConcernRow]):
    def in_order_of_time(self) -> Self:
        """In the order in which they happened, if that was written down; else as they were
        written."""
        return self.order_by(Coalesce("happened_at", "at"), "id")

    def readings_of_leads(self) -> Self:
        """The entries by which a lead was brought into a concern, where that has not ended."""
        later = AdultEntry.objects.filter(concern=OuterRef("concern"), pk__gt=OuterRef("pk"))
        ended = Q(what=AdultEventKind.READING_ENDED, person=OuterRef("person"))
        ended |= Q(what__in=sorted(ENDS_EVERY_READING))
        return self.filter(what=AdultEventKind.BROUGHT_IN).filter(~Exists(later.filter(ended)))

    def record_adult_entry(
        self: "AdultEntries[AdultEntry]",
        what: AdultEventKind,
        by: Viewer,
        concern: AdultConcern,
        words: str,
        now: datetime,
        **more: Any,
    ) -> "AdultEntry":
        return self.create(
            school=by.school, concern=concern, what=what, by=by.person, at=now, words=words, **more
        )


class AdultEntry(AuthoredText):
    """One thing recorded on the concern, such as an addition, a conversation or a word back."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="entries")
    what = models.CharField(max_length=12)
    # Only for a conversation with an agency: `answer` is what they said they will do.
    agency = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=10, blank=True)
    happened_at = models.DateTimeField(null=True)
    spoken_to = EncryptedText()
    their_reference = EncryptedText()
    # Only for a correction, the new subject; and for a lead's reading, the lead.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    # Only for a handover: the post it went to.
    to = models.CharField(max_length=20, blank=True)
    # Only for a closing.
    outcome = models.CharField(max_length=20, blank=True)

    objects: ClassVar = AdultEntries.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=[word.value for word in AdultEventKind]),
                name="adult_entry_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    what=AdultEventKind.OUTSIDE, agency__in=[word.value for word in AdultAgency]
                )
                | ~Q(what=AdultEventKind.OUTSIDE) & Q(agency="", answer=""),
                name="adult_entry_outside_says_where",
            ),
            models.CheckConstraint(
                condition=Q(what=AdultEventKind.CLOSED, outcome__in=[w.value for w in AdultOutcome])
                | ~Q(what=AdultEventKind.CLOSED) & Q(outcome=""),
                name="adult_closing_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(what__in=_OF_A_LEAD) | Q(person__isnull=False),
                name="adult_reading_is_a_leads",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "concern"],
                condition=Q(person__isnull=False),
                name="adults_a_lead_reads",
            )
        ]

    @property
    def event_kind_words(self) -> str:
        return AdultEventKind.label_of_value(self.what)

    @property
    def agency_words(self) -> str:
        return AdultAgency.label_of_value(self.agency)

    @property
    def agency_answer_words(self) -> str:
        return AdultAgencyAnswer.label_of_value(self.answer)

    @property
    def handed_to_words(self) -> str:
        return Role(self.to).title_words if self.to else ""

    @property
    def closing_outcome_words(self) -> str:
        return AdultOutcome.label_of_value(self.outcome)
