"""Steps, decisions and entries of a concern about an adult, and how they change its steps.

A step is owed by a post, never by a person. Whoever holds the post next owes it, so that no
handover can leave a step behind.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse

from concerns.models.adult import AdultConcern, AdultRows, goes_to, readers_in_post, who_reads
from concerns.models.adult_said import AdultDecided, Spoken
from concerns.models.agenda import Agenda
from concerns.models.fields import EncryptedText
from concerns.models.person import Person
from concerns.models.step import Ended, Owed
from concerns.models.written import Written
from concerns.rules.adults import (
    AFTER,
    FOLLOW,
    GIVES_WAY,
    HEAR,
    HOLDS_OPEN,
    LOOKS,
    OPENS,
    READERS,
    TELL,
    TO_DECIDE,
    AdultAnswer,
    AdultOutcome,
    AdultRoute,
    AdultStepKind,
    Agency,
    Happened,
    Sort,
    first_step,
    under_way,
)
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role

# The URL name of the page for each kind of step. A first look is a button on the concern's page.
PLACES = {
    **dict.fromkeys((*TELL.values(), *HEAR.values(), *FOLLOW.values()), "adult_speak"),
    **dict.fromkeys((*TO_DECIDE, *GIVES_WAY), "adult_decide"),
    AdultStepKind.READ_ADDITION: "adult_note",
    AdultStepKind.TELL_REPORTER: "adult_tell",
}


class AdultSteps(AdultRows):
    def open(self):
        return self.filter(done_at__isnull=True)

    def late(self, now):
        return self.open().filter(due_at__lt=now)

    def in_order(self):
        return self.order_by("due_at", "id")


class AdultStep(Owed):
    KINDS, NEXT = AdultStepKind, AdultStepKind.NEXT_MOVE

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="steps")
    # Always null: a check constraint enforces it.
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = AdultSteps.as_manager()

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
                    ended__in=[word.value for word in Ended],
                ),
                name="adult_step_ends_whole",
            ),
        ]

    @property
    def address(self) -> str:
        """URL of the page where it is done; empty for a first look. Needs `concern` fetched."""
        name = PLACES.get(self.kind)
        return reverse(name, args=[self.concern.uid]) if name else ""

    @property
    def holds_open(self) -> bool:
        """Whether the concern may not be closed before this step is done."""
        return self.kind in HOLDS_OPEN


class AdultDecisions(AdultRows):
    def write(self, by, concern: AdultConcern, decided: AdultDecided, now: datetime):
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


class AdultDecision(Written):
    """The chosen routes and the reason (`words`). Never edited: a new decision supersedes it."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="decisions")
    considered = EncryptedText()
    sort = models.CharField(max_length=10)
    lado = models.BooleanField(default=False)
    police = models.BooleanField(default=False)
    low_level = models.BooleanField(default=False)
    no_further = models.BooleanField(default=False)
    look_again = models.DateField(null=True)

    objects = AdultDecisions.as_manager()

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
                condition=Q(sort__in=[Sort.LOW.value, Sort.HARM.value]),
                name="adult_decision_says_which",
            ),
        ]

    @property
    def routes(self) -> list[AdultRoute]:
        return [route for route in AdultRoute if getattr(self, route.value)]

    @property
    def routes_words(self) -> list[str]:
        return [route.label for route in self.routes]

    @property
    def sort_words(self) -> str:
        return Sort.say(self.sort)


class AdultEntries(AdultRows):
    def write(self, what: Happened, by, concern: AdultConcern, words: str, now: datetime, **more):
        return self.create(
            school=by.school, concern=concern, what=what, by=by.person, at=now, words=words, **more
        )


class AdultEntry(Written):
    """One thing recorded on the concern, such as an addition, a conversation or a word back."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="entries")
    what = models.CharField(max_length=12)
    # Only for a conversation with an agency: `answer` is what they said they will do.
    agency = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=10, blank=True)
    happened_at = models.DateTimeField(null=True)
    spoken_to = EncryptedText()
    their_reference = EncryptedText()
    # Only for a correction: the new subject.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    # Only for a handover: the post it went to.
    to = models.CharField(max_length=20, blank=True)
    # Only for a closing.
    outcome = models.CharField(max_length=20, blank=True)

    objects = AdultEntries.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=[word.value for word in Happened]),
                name="adult_entry_is_known",
            ),
            models.CheckConstraint(
                condition=Q(what=Happened.OUTSIDE, agency__in=[word.value for word in Agency])
                | ~Q(what=Happened.OUTSIDE) & Q(agency="", answer=""),
                name="adult_entry_outside_says_where",
            ),
            models.CheckConstraint(
                condition=Q(what=Happened.CLOSED, outcome__in=[w.value for w in AdultOutcome])
                | ~Q(what=Happened.CLOSED) & Q(outcome=""),
                name="adult_closing_says_how",
            ),
        ]

    @property
    def what_words(self) -> str:
        return Happened.say(self.what)

    @property
    def agency_words(self) -> str:
        return Agency.say(self.agency)

    @property
    def answer_words(self) -> str:
        return AdultAnswer.say(self.answer)

    @property
    def to_words(self) -> str:
        return Role(self.to).title if self.to else ""

    @property
    def outcome_words(self) -> str:
        return AdultOutcome.say(self.outcome)


def open_next(agenda: Agenda, decided: AdultDecided) -> None:
    """Open the next step of each route; a route that is already under way opens none."""
    for route in map(AdultRoute, decided.routes):
        if route is AdultRoute.LOW_LEVEL:
            agenda.owe(OPENS[route], on=decided.look_again)
        elif route in OPENS and not agenda.owes(*under_way(route)):
            agenda.owe(OPENS[route], since=_known_since(route, agenda))


def _known_since(route: AdultRoute, agenda: Agenda) -> datetime | None:
    """When the school first knew of an allegation, which starts the clock to tell the LADO: when it
    was received or, if its writer called it low-level, at the first decision that says so. None for
    other routes, and once there has been a step to tell the LADO: the clock then starts now."""
    concern = agenda.concern
    if route is not AdultRoute.LADO or concern.steps.filter(kind=AdultStepKind.TELL_LADO).exists():
        return None
    if concern.sort != Sort.LOW:
        return concern.received_at
    harm = concern.decisions.filter(sort=Sort.HARM).order_by("id")
    return harm.values_list("at", flat=True).first()


def hear(agenda: Agenda, spoken: Spoken) -> None:
    """End and open steps after a conversation with the LADO or the police. Until they answer, the
    step to hear from them stays open: ringing again does not restart its clock."""
    agency = Agency(spoken.agency)
    agenda.done(TELL[agency], FOLLOW[agency])
    if spoken.answer:
        agenda.done(HEAR[agency])
        then = AFTER.get(AdultAnswer(spoken.answer))
        if then:
            agenda.owe(then[agency])
    elif not agenda.owes(HEAR[agency]):
        agenda.owe(HEAR[agency])
    agenda.onward()


def pass_on(agenda: Agenda, to: Role) -> None:
    """Move the concern to the post `to`. Unless it is closed, a new first look is owed there."""
    agenda.pass_to(to)
    if agenda.concern.state != State.CLOSED and not agenda.owes(*LOOKS):
        agenda.owe(first_step(agenda.concern.sort))


def send_past(agenda: Agenda, person: Person) -> None:
    """Move the concern to another post if its readers changed because `person` was excluded.

    A concern that was handed over stays with its post as long as somebody there may see it. If
    `person` is not a reader in post nothing moves, even if a reader is away today.
    """
    concern, by = agenda.concern, agenda.by
    if person.pk not in {post.person_id for post in readers_in_post(by.school, by.today)}:
        return
    shut_out = set(concern.exclusions.values_list("person", flat=True))
    to = goes_to(by.school, by.today, concern.subject, shut_out)
    handed = concern.entries.filter(what=Happened.HANDED).exists()
    able = {post.role for post in who_reads(concern, by.today)}
    if to != concern.goes_to and not (handed and concern.goes_to in able):
        pass_on(agenda, to)
    elif concern.holder_id == person.pk:
        concern.holder = None
