"""A concern about an adult who works with children, its exclusions, and who may read it.

It has its own tables, so that no count, list, index or search of children's concerns can include
it. It goes to one post: the head's; or the chair of governors', if it is about the head or the head
is also the lead. If nobody in that post may see it, the other post reads it, from the next request
on and for as long as that is so; never its subject. Otherwise the other reader gets it only by a
handover (`hand` in `adult/acts.py`) or by escalation (`workflow/adult_escalation.py`): the head
cannot look into what the chair has, nor the other way round.

Somebody away (`Cover`) counts as not in post: a concern sent meanwhile goes to the other post,
which may also see and do what is open already, because an allegation cannot wait. A person on leave
may still read what was theirs. If the other reader is away too or may not see it, leave is ignored.

The head may bring a lead into one concern that went to the head. The lead reads it and may add a
note, until a reader ends that, it is closed, or it goes to the other post.

The subject, and whoever the writer or a reader says should not see it, gets an `AdultExclusion`. It
overrides every role and is never withdrawn: somebody named by mistake may still be part of it.
"""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from concerns.models.base.case_row import CaseRow, CaseRows, ConcernRow, RowsViewer
from concerns.models.base.encrypted_text import EncryptedText
from concerns.models.concern.told_by import ThirdPartyAccount
from concerns.models.school.cover import Cover
from concerns.models.school.person import Person, Post, Viewer
from concerns.models.school.school import School
from concerns.rules.adult_vocabulary import (
    READERS,
    STATES,
    TO_WRITER,
    AdultConcernSort,
    AdultOutcome,
)
from concerns.rules.lifecycle import State
from concerns.rules.roles import May, Role
from concerns.rules.words import TellerKind


class AdultRows(CaseRows[ConcernRow]):
    """Queryset of concerns about adults and of the rows on them."""

    def visible_to(self, viewer: RowsViewer) -> Self:
        """Rows that went to a post of the viewer's, and rows that nobody else is left to read. For
        a lead: rows of the concerns into which the head brought them."""
        if not viewer.has_power(May.READ_ADULT):
            return self.none().for_viewer(viewer)
        key, way = self._lookups_to_concern()
        seen = self.filter(school=viewer.school).not_hidden_from(viewer)
        if not viewer.has_power(May.ADULT):
            at_head = {f"{way}goes_to": Role.HEAD}
            brought = {f"{key}__in": _concerns_brought_into(viewer.person)}
            return seen.filter(**at_head, **brought).for_viewer(viewer)
        theirs = Q(**{f"{way}goes_to__in": sorted(viewer.roles)})
        own_post = (
            Post.objects.filter(school=OuterRef("school"), role=OuterRef(f"{way}goes_to"))
            .in_force_on(viewer.todays_date)
            .filter(person__is_active=True)
            .filter(~Exists(_exclusions_of_person(OuterRef(OuterRef(key)), OuterRef("person"))))
        )
        away = Cover.objects.filter(school=viewer.school).away_all_day(viewer.todays_date)
        left = Q(~Exists(own_post.exclude(person__in=away.values("person"))))
        left &= Q(~Exists(away.filter(person=viewer.person)))
        # A closed concern has no steps to do, so for it an absence does not make the post empty.
        left &= Q(**{f"{way}closed_at__isnull": True})
        return seen.filter(theirs | ~Exists(own_post) | left).for_viewer(viewer)

    def not_hidden_from(self, viewer: RowsViewer) -> Self:
        """Without rows about `viewer` and rows they were excluded from."""
        key, _ = self._lookups_to_concern()
        shut_out = AdultExclusion.objects.filter(person=viewer.person).values("concern")
        return self.exclude(**{f"{key}__in": shut_out})

    def written_by(self, viewer: RowsViewer) -> Self:
        """The rows `viewer` wrote, except those that turned out to be about `viewer`."""
        key, way = self._lookups_to_concern()
        about = AdultExclusion.objects.filter(person=viewer.person, subject=True).values("concern")
        return (
            self.filter(school=viewer.school, **{f"{way}reporter": viewer.person})
            .exclude(**{f"{key}__in": about})
            .for_viewer(viewer)
        )

    def _lookups_to_concern(self) -> tuple[str, str]:
        """The lookup to the concern's key, and the prefix for lookups of its columns."""
        key = self.model.to_concern
        return key, "" if key == "id" else "concern__"


def _exclusions_of_person(concern: OuterRef, person: OuterRef) -> "AdultExclusions":
    return AdultExclusion.objects.filter(concern=concern, person=person)


def _concerns_brought_into(person: Person) -> QuerySet[Any, Any]:
    """The keys of the concerns into which `person` was brought and where that has not ended."""
    # `AdultEntry` is in a file that imports this one.
    entries = apps.get_model("concerns", "AdultEntry")._default_manager
    return entries.all().readings_of_leads().filter(person=person).values("concern")


class AdultConcerns(AdultRows[ConcernRow]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def open_first(self) -> Self:
        """Open ones by rank and due time of their steps, then closed ones, whose rank is 9."""
        return self.order_by("rank", "next_due_at", "-id")

    def after_adult_concern(self, last: "AdultConcern") -> Self:
        """The rows that come after `last` in the order of `open_first`."""
        behind = Q(rank__gt=last.rank)
        if last.next_due_at is None:
            return self.filter(behind | Q(rank=last.rank, id__lt=last.pk))
        return self.filter(
            behind
            | Q(rank=last.rank, next_due_at__gt=last.next_due_at)
            | Q(rank=last.rank, next_due_at=last.next_due_at, id__lt=last.pk)
        )

    def about_person(self, person: Person) -> Self:
        """Concerns whose subject is now `person`, after any corrections."""
        return self.filter(subject=person)


class AdultConcern(ThirdPartyAccount, CaseRow):
    to_concern = "id"
    CHANGES = (
        "state", "holder", "goes_to", "subject", "version", "rank", "next_due_at", "closed_at",
        "first_looked_at", "decided_at", "outcome", "changed_by", "changed_at", "changed_how",
    )  # fmt: skip

    reference = models.CharField(max_length=12)
    reporter = models.ForeignKey(Person, models.PROTECT, related_name="adults_written")
    draft = models.UUIDField(unique=True)
    begun_at = models.DateTimeField()
    received_at = models.DateTimeField()

    # `named`, picked by the writer, never changes. `subject` is whom it is about now; each change
    # is recorded as a dated row (`AdultEntry`).
    named = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    sort = models.CharField(max_length=10, blank=True)
    described = EncryptedText()
    account = EncryptedText()
    when_where = EncryptedText()
    # Free text, never linked to a child's file.
    children = EncryptedText()
    told_already = EncryptedText()
    # Answers that could not be read, as they were written: a line each, for whoever reads it.
    not_read = EncryptedText()

    goes_to = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default=State.WAITING)
    # Who said "I have this". Its steps still belong to the post.
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)
    rank = models.PositiveSmallIntegerField(default=9)
    next_due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    first_looked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField()
    changed_how = models.CharField(max_length=20)

    objects: ClassVar = AdultConcerns.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "reference"], name="adult_reference_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="adult_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | ~Q(state=State.CLOSED) & Q(closed_at__isnull=True),
                name="adult_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(next_due_at__isnull=False),
                name="adult_open_means_owed",
            ),
            models.CheckConstraint(
                condition=Q(goes_to__in=[role.value for role in READERS]),
                name="adult_goes_to_a_reader",
            ),
            models.CheckConstraint(
                condition=Q(
                    sort__in=["", *(word.value for word in AdultConcernSort)],
                    outcome__in=["", *(word.value for word in AdultOutcome)],
                    teller_is__in=["", *(word.value for word in TellerKind)],
                ),
                name="adult_words_are_known",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "rank", "next_due_at", "-id"], name="adults_in_order"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The page for its readers, not the writer's own page."""
        return reverse("adult_read", args=[self.uid])

    def set_reopened(self, then: State, holder: Person | None = None) -> None:
        self.state = then
        self.closed_at = None
        self.outcome = ""
        self.holder = holder

    @property
    def state_words(self) -> str:
        return STATES[State(self.state)]

    @property
    def state_words_for_writer(self) -> str:
        """Its state in the words shown to its writer."""
        return TO_WRITER[State(self.state)]

    @property
    def sort_words(self) -> str:
        return AdultConcernSort.label_of_value(self.sort) or "The person who wrote it did not say"

    @property
    def adult_outcome_words(self) -> str:
        return AdultOutcome.label_of_value(self.outcome)

    @property
    def reader_post_words(self) -> str:
        return Role(self.goes_to).title_words

    @property
    def subject_in_words(self) -> str:
        """The subject's name, or else the writer's description. Needs `subject` fetched."""
        return self.subject.name if self.subject else self.described


class AdultExclusions(AdultRows[ConcernRow]):
    def exclude_person(
        self,
        concern: AdultConcern,
        person: Person,
        by: Viewer,
        now: datetime,
        *,
        why: str = "",
        subject: bool = False,
    ) -> None:
        """Create the exclusion, once: an existing one keeps its author and reason."""
        who = {"school": by.school, "concern": concern, "person": person, "subject": subject}
        if not self.filter(**who).exists():
            self.create(**who, by=by.person, at=now, why=why)


class AdultExclusion(CaseRow):
    """A person who may never see this concern, whatever their role: its subject, or one named."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="adults_shut_out_of")
    subject = models.BooleanField(default=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    why = EncryptedText()

    objects: ClassVar = AdultExclusions.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "person", "subject"], name="adult_excluded_once"
            )
        ]

    def __str__(self) -> str:
        return f"exclusion from concern {self.concern_id}"


def readers_in_post(school: School, day: date) -> list[Post]:
    """Posts of head and chair in force on `day`, by name; annotated with `away`."""
    posts = Post.objects.filter(school=school).active_with_role(*READERS).in_force_on(day)
    posts = posts.with_absence(_is_away_on_day(school, day)).select_related("person")
    return list(posts.order_by("person__name", "pk"))


def prefer_posts_not_away(posts: list[Post]) -> list[Post]:
    """The posts whose holder is not away; all of them if every holder is."""
    return [post for post in posts if not post.away] or posts


def _is_away_on_day(school: School, day: date) -> Exists:
    return Exists(Cover.objects.filter(school=school, person=OuterRef("person")).away_all_day(day))


def choose_reader_post(
    school: School, day: date, subject: Person | None, shut_out: set[int]
) -> Role:
    """The post a concern goes to on `day`, by the rule at the top of this file; `shut_out` are
    primary keys of people. If nobody may read it, it goes to the first choice all the same, for
    whoever holds that post next; the page says that nobody has it now."""
    rows = Post.objects.filter(school=school).active_with_role(*READERS, Role.DSL).in_force_on(day)
    posts = list(rows.with_absence(_is_away_on_day(school, day)))
    held = {role: {post.person_id for post in posts if post.role == role} for role in Role}
    about_the_head = subject is not None and subject.pk in held[Role.HEAD]
    past_the_head = about_the_head or held[Role.HEAD] & held[Role.DSL]
    order = (Role.CHAIR, Role.HEAD) if past_the_head else (Role.HEAD, Role.CHAIR)
    able = [post for post in posts if post.role in order and post.person_id not in shut_out]
    found = {post.role for post in prefer_posts_not_away(able)}
    return next((role for role in order if role in found), order[0])


def find_reader_posts(concern: AdultConcern, day: date, to: str = "") -> list[Post]:
    """Posts whose holders read the concern on `day`, or would if it went `to` another post. Empty
    if nobody is left. By `visible_to` all of them may see it, and else only one who is away."""
    shut_out = set(concern.exclusions.values_list("person", flat=True))
    posts = readers_in_post(School(pk=concern.school_id), day)
    able = [post for post in posts if post.person_id not in shut_out]
    able = able if concern.closed_at else prefer_posts_not_away(able)
    return [post for post in able if post.role == (to or concern.goes_to)] or able
