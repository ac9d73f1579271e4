"""A concern about an adult who works with children, its exclusions, and who may read it.

It has its own tables, so that no count, list, index or search of children's concerns can include
it. It goes to one post: the head's; or the chair of governors', if it is about the head or the head
is also the lead. If nobody in that post may see it, the other post reads it, from the next request
on and for as long as that is so; never its subject. Otherwise the other reader gets it only by a
handover (`hand` in `adult/acts.py`) or by escalation (`adult_climb.py`): the head cannot look into
what the chair has, nor the other way round.

Somebody away (`Cover`) counts as not in post: a concern sent meanwhile goes to the other post,
which may also see and do what is open already, because an allegation cannot wait. A person on leave
may still read what was theirs. If the other reader is away too or may not see it, leave is ignored.

The subject, and whoever the writer or a reader says should not see it, gets an `AdultExclusion`. It
overrides every role and is never withdrawn: somebody named by mistake may still be part of it.
"""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from concerns.models.case import CaseRow, CaseRows
from concerns.models.cover import Cover
from concerns.models.fields import EncryptedText
from concerns.models.person import Person, Post
from concerns.models.school import School
from concerns.models.told import Told
from concerns.rules.adults import READERS, STATES, TO_WRITER, AdultOutcome, Sort
from concerns.rules.lifecycle import State
from concerns.rules.roles import May, Role
from concerns.rules.words import Teller


class AdultRows(CaseRows):
    """Queryset of concerns about adults and of the rows on them."""

    def visible_to(self, viewer):
        """Rows that went to a post of the viewer's, and rows that nobody else is left to read."""
        if not viewer.may(May.ADULT):
            return self.none().for_viewer(viewer)
        key, way = self._ways()
        theirs = Q(**{f"{way}goes_to__in": sorted(viewer.roles)})
        own_post = (
            Post.objects.filter(school=OuterRef("school"), role=OuterRef(f"{way}goes_to"))
            .in_force(viewer.today)
            .filter(person__is_active=True)
            .filter(~Exists(_shut_out(OuterRef(OuterRef(key)), OuterRef("person"))))
        )
        away = Cover.objects.filter(school=viewer.school).away(viewer.today)
        left = ~Exists(own_post.exclude(person__in=away.values("person")))
        left &= ~Exists(away.filter(person=viewer.person))
        # A closed concern has no steps to do, so for it an absence does not make the post empty.
        left &= Q(**{f"{way}closed_at__isnull": True})
        return (
            self.filter(school=viewer.school)
            .not_kept_from(viewer)
            .filter(theirs | ~Exists(own_post) | left)
            .for_viewer(viewer)
        )

    def not_kept_from(self, viewer):
        """Without rows about `viewer` and rows they were excluded from."""
        key, _ = self._ways()
        shut_out = AdultExclusion.objects.filter(person=viewer.person).values("concern")
        return self.exclude(**{f"{key}__in": shut_out})

    def written_by(self, viewer):
        """The rows `viewer` wrote, except those that turned out to be about `viewer`."""
        key, way = self._ways()
        about = AdultExclusion.objects.filter(person=viewer.person, subject=True).values("concern")
        return (
            self.filter(school=viewer.school, **{f"{way}reporter": viewer.person})
            .exclude(**{f"{key}__in": about})
            .for_viewer(viewer)
        )

    def _ways(self) -> tuple[str, str]:
        """The lookup to the concern's key, and the prefix for lookups of its columns."""
        key = self.model.to_concern
        return key, "" if key == "id" else "concern__"


def _shut_out(concern, person):
    return AdultExclusion.objects.filter(concern=concern, person=person)


class AdultConcerns(AdultRows):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def open_first(self):
        """Open ones by rank and due time of their steps, then closed ones, whose rank is 9."""
        return self.order_by("rank", "next_due_at", "-id")

    def after(self, last: "AdultConcern"):
        """The rows that come after `last` in the order of `open_first`."""
        behind = Q(rank__gt=last.rank)
        if last.next_due_at is None:
            return self.filter(behind | Q(rank=last.rank, id__lt=last.pk))
        return self.filter(
            behind
            | Q(rank=last.rank, next_due_at__gt=last.next_due_at)
            | Q(rank=last.rank, next_due_at=last.next_due_at, id__lt=last.pk)
        )

    def about(self, person: Person):
        """Concerns whose subject is now `person`, after any corrections."""
        return self.filter(subject=person)


class AdultConcern(Told, CaseRow):
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

    objects = AdultConcerns.as_manager()

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
                    sort__in=["", *(word.value for word in Sort)],
                    outcome__in=["", *(word.value for word in AdultOutcome)],
                    teller_is__in=["", *(word.value for word in Teller)],
                ),
                name="adult_words_are_known",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "rank", "next_due_at", "-id"], name="adults_in_order"),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self) -> str:
        """The page for its readers, not the writer's own page."""
        return reverse("adult_read", args=[self.uid])

    def open_again(self, then: State, holder: Person | None = None) -> None:
        self.state, self.closed_at, self.outcome, self.holder = then, None, "", holder

    @property
    def state_words(self) -> str:
        return STATES[State(self.state)]

    @property
    def writer_words(self) -> str:
        """Its state in the words shown to its writer."""
        return TO_WRITER[State(self.state)]

    @property
    def sort_words(self) -> str:
        return Sort.say(self.sort) or "The writer did not say"

    @property
    def outcome_words(self) -> str:
        return AdultOutcome.say(self.outcome)

    @property
    def goes_to_words(self) -> str:
        return Role(self.goes_to).title

    @property
    def whom(self) -> str:
        """The subject's name, or else the writer's description. Needs `subject` fetched."""
        return self.subject.name if self.subject_id else self.described


class AdultExclusions(AdultRows):
    def shut_out(self, concern: AdultConcern, person: Person, by, now, *, why="", subject=False):
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

    objects = AdultExclusions.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "person", "subject"], name="adult_excluded_once"
            )
        ]

    def __str__(self):
        return f"exclusion from concern {self.concern_id}"


def readers_in_post(school: School, day: date) -> list[Post]:
    """Posts of head and chair in force on `day`, by name; annotated with `away`."""
    posts = Post.objects.filter(school=school).holding(*READERS).in_force(day)
    posts = posts.annotate(away=_away(school, day)).select_related("person")
    return list(posts.order_by("person__name", "pk"))


def here(posts: list[Post]) -> list[Post]:
    """The posts whose holder is not away; all of them if every holder is."""
    return [post for post in posts if not post.away] or posts


def _away(school: School, day: date) -> Exists:
    return Exists(Cover.objects.filter(school=school, person=OuterRef("person")).away(day))


def goes_to(school: School, day: date, subject: Person | None, shut_out: set[int]) -> Role:
    """The post a concern goes to on `day`, by the rule at the top of this file; `shut_out` are
    primary keys of people. If nobody may read it, it goes to the first choice all the same, for
    whoever holds that post next; the page says that nobody has it now."""
    posts = Post.objects.filter(school=school).holding(*READERS, Role.DSL).in_force(day)
    posts = list(posts.annotate(away=_away(school, day)))
    held = {role: {post.person_id for post in posts if post.role == role} for role in Role}
    about_the_head = subject is not None and subject.pk in held[Role.HEAD]
    past_the_head = about_the_head or held[Role.HEAD] & held[Role.DSL]
    order = (Role.CHAIR, Role.HEAD) if past_the_head else (Role.HEAD, Role.CHAIR)
    able = [post for post in posts if post.role in order and post.person_id not in shut_out]
    found = {post.role for post in here(able)}
    return next((role for role in order if role in found), order[0])


def who_reads(concern: AdultConcern, day: date, to: str = "") -> list[Post]:
    """Posts whose holders read the concern on `day`, or would if it went `to` another post. Empty
    if nobody is left. By `visible_to` all of them may see it, and else only one who is away."""
    shut_out = set(concern.exclusions.values_list("person", flat=True))
    posts = readers_in_post(School(pk=concern.school_id), day)
    able = [post for post in posts if post.person_id not in shut_out]
    able = able if concern.closed_at else here(able)
    return [post for post in able if post.role == (to or concern.goes_to)] or able
