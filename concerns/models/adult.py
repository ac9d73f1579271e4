"""This file knows a concern about an adult who works with children, and the few who may see it.

It lives in tables of its own and is never a row of `Concern`: so that no count, list, index or
search of children's concerns, now or later, can hold it. It goes to one post: the head's; the chair
of governors' where it is about the head, or where the head is also the lead. Where nobody in that
post may see it, it is the other's, from the next request on and for as long as that is so; never
its subject's. The other reader is brought in by handing it over (`hand` in its room), or
where that one is silent (`adult_climb.py`), and by nothing else: what the head has, the chair
cannot look into, nor the other way round.

Who is away (`Cover`) counts as not in post: what is sent then goes to the other, and what is open
already may be seen and done by the other as long as it lasts, since an allegation waits for
nobody's leave. Leave takes nobody's own sight: who looks all the same, and who is back, sees what
was theirs. Where the other is away too, or may not see it, it is as if nobody were away.

Who it is about, and whoever the writer or a reader says should not see it, is an `AdultExclusion`,
which beats every role and is never taken back: somebody named by mistake may yet be part of it.
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
    """Rows of a concern about an adult, and the concern itself."""

    def visible_to(self, viewer):
        """What `viewer` may read: what went to a post of theirs, and what has nobody else left."""
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
        # What is closed owes nothing: for that a post is not empty because somebody is away.
        left &= Q(**{f"{way}closed_at__isnull": True})
        return (
            self.filter(school=viewer.school)
            .not_kept_from(viewer)
            .filter(theirs | ~Exists(own_post) | left)
            .for_viewer(viewer)
        )

    def not_kept_from(self, viewer):
        """Less what is about `viewer`, and what somebody said they should not see."""
        key, _ = self._ways()
        shut_out = AdultExclusion.objects.filter(person=viewer.person).values("concern")
        return self.exclude(**{f"{key}__in": shut_out})

    def written_by(self, viewer):
        """What `viewer` wrote: theirs to see, unless it has turned out to be about themselves."""
        key, way = self._ways()
        about = AdultExclusion.objects.filter(person=viewer.person, subject=True).values("concern")
        return (
            self.filter(school=viewer.school, **{f"{way}reporter": viewer.person})
            .exclude(**{f"{key}__in": about})
            .for_viewer(viewer)
        )

    def _ways(self) -> tuple[str, str]:
        key = self.model.to_concern
        return key, "" if key == "id" else "concern__"


def _shut_out(concern, person):
    return AdultExclusion.objects.filter(concern=concern, person=person)


class AdultConcerns(AdultRows):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def open_first(self):
        """Open ones by what they owe, then closed ones: by rank, since a closed one owes nothing
        and stands at 9."""
        return self.order_by("rank", "next_due_at", "-id")

    def after(self, last: "AdultConcern"):
        """The rows behind `last` in the order of `open_first`."""
        behind = Q(rank__gt=last.rank)
        if last.next_due_at is None:
            return self.filter(behind | Q(rank=last.rank, id__lt=last.pk))
        return self.filter(
            behind
            | Q(rank=last.rank, next_due_at__gt=last.next_due_at)
            | Q(rank=last.rank, next_due_at=last.next_due_at, id__lt=last.pk)
        )

    def about(self, person: Person):
        """As each stands now: a correction moves it."""
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

    # Whom the writer picked, for good; and whom it is about as it stands now. Each change of that
    # is a dated row (`AdultEntry`).
    named = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    sort = models.CharField(max_length=10, blank=True)
    described = EncryptedText()
    account = EncryptedText()
    when_where = EncryptedText()
    # In words, and never joined to a child's file.
    children = EncryptedText()
    told_already = EncryptedText()

    goes_to = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default=State.WAITING)
    # Who said "I have this". What is owed is owed by the post all the same.
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
        """Where a reader reads it."""
        return reverse("adult_read", args=[self.uid])

    def open_again(self, then: State, holder: Person | None = None) -> None:
        self.state, self.closed_at, self.outcome, self.holder = then, None, "", holder

    @property
    def state_words(self) -> str:
        return STATES[State(self.state)]

    @property
    def writer_words(self) -> str:
        """Where it stands, for who wrote it."""
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
        """Whom it is about, for a page. Needs `subject` fetched."""
        return self.subject.name if self.subject_id else self.described


class AdultExclusions(AdultRows):
    def shut_out(self, concern: AdultConcern, person: Person, by, now, *, why="", subject=False):
        """Once: said again, it stays as it was said first."""
        who = {"school": by.school, "concern": concern, "person": person, "subject": subject}
        if not self.filter(**who).exists():
            self.create(**who, by=by.person, at=now, why=why)


class AdultExclusion(CaseRow):
    """Somebody who never sees this concern, whatever their role: its subject, or named."""

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
    """The heads and the chair in post on `day`, by name; each says whether they are `away`."""
    posts = Post.objects.filter(school=school).holding(*READERS).in_force(day)
    posts = posts.annotate(away=_away(school, day)).select_related("person")
    return list(posts.order_by("person__name", "pk"))


def here(posts: list[Post]) -> list[Post]:
    """Less who is away, unless that would leave nobody."""
    return [post for post in posts if not post.away] or posts


def _away(school: School, day: date) -> Exists:
    return Exists(Cover.objects.filter(school=school, person=OuterRef("person")).away(day))


def goes_to(school: School, day: date, subject: Person | None, shut_out: set[int]) -> Role:
    """The post it goes to on `day`: see the top of this file. `shut_out` are people by key.

    Where nobody is left it is the first choice's still, so that whoever comes into that post next
    has it; the page says that nobody has it now.
    """
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
    """Who is to read it on `day`, or would if it went `to` another post; nobody, where nobody is
    left. All of these may see it, as `visible_to` says; besides them only who is away."""
    shut_out = set(concern.exclusions.values_list("person", flat=True))
    posts = readers_in_post(School(pk=concern.school_id), day)
    able = [post for post in posts if post.person_id not in shut_out]
    able = able if concern.closed_at else here(able)
    return [post for post in able if post.role == (to or concern.goes_to)] or able
