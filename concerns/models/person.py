"""This file knows the people who sign in, their posts, and what being signed in as one means."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from concerns.models.beat import ONE_PULSE, Pulse
from concerns.models.case import Row, Scoped
from concerns.models.school import School
from concerns.rules.messages import FIRST_POST, SECOND_POST
from concerns.rules.roles import READERS, May, Role, may, powers, roles_that


class PeopleRows(Scoped):
    def of_school(self, viewer):
        """Everyone who has ever held a post in the viewer's school."""
        held = Post.objects.filter(school=viewer.school)
        return self.filter(pk__in=held.values("person")).for_viewer(viewer)

    def here(self, school: School, day: date):
        """Who works in `school`: active, with a post that has not ended by `day`."""
        posts = Post.objects.filter(school=school).lasting(day)
        return self.filter(is_active=True, pk__in=posts.values("person"))

    def gone(self, school: School, day: date):
        """Who worked in `school`, and does not any more."""
        posts = Post.objects.filter(school=school).lasting(day)
        return self.exclude(is_active=True, pk__in=posts.values("person"))

    def called(self, part: str):
        """Whose name has each word of `part` in it."""
        found = self
        for word in part.split()[:6]:
            found = found.filter(name__icontains=word)
        return found

    def after(self, last: "Person"):
        """Those behind `last` in the order of names: a page begins by key."""
        return self.filter(models.Q(name__gt=last.name) | models.Q(name=last.name, pk__gt=last.pk))

    def who_may(self, power: May, school: School, day: date):
        """Everyone active whose post in `school` on `day` gives `power`, by name."""
        posts = Post.objects.filter(school=school).holding(*roles_that(power)).in_force(day)
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def who_may_be_away(self, school: School, day: date):
        """Whose being away sends something to somebody else: who decides, and the chair."""
        posts = Post.objects.filter(school=school).holding(*READERS).in_force(day)
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def not_excluded_from(self, *concerns):
        """Less who may never see one of `concerns`: those named in it and the families of its
        children."""
        family = Relation.objects.standing().filter(child__concern_rows__concern__in=concerns)
        left = self.exclude(excluded_from__concern__in=concerns)
        return left.exclude(pk__in=family.values("person"))


class People(BaseUserManager.from_queryset(PeopleRows)):
    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class Person(AbstractBaseUser):
    """Somebody who signs in by e-mail. Never deleted; a person who leaves is deactivated."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    room = models.CharField(max_length=60, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    # When the two letters of a day come, of what is not red.
    first_post = models.TimeField(default=FIRST_POST)
    second_post = models.TimeField(default=SECOND_POST)

    objects = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_folded")
        ]

    def keep_password(self, password: str | None) -> None:
        """From now on. Whoever is signed in as them is signed out; None: nobody can sign in."""
        self.set_password(password)
        self.save(update_fields=["password"])

    def leave(self, school: School, last: date, today: date) -> None:
        """Their posts in `school` end on the day `last`; without another, their account closes."""
        for post in Post.objects.filter(person=self, school=school).lasting(last):
            post.until = max(last, post.since)
            post.save(update_fields=["until"])
        if not Post.objects.filter(person=self).exclude(school=school).lasting(today).exists():
            self.is_active = False
            self.save(update_fields=["is_active"])
            self.keep_password(None)

    def __str__(self):
        return self.name


class Posts(Scoped):
    def lasting(self, day: date):
        """In force on `day` or still to begin."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gte=day))

    def reading(self):
        return self.filter(role__in=READERS)

    def in_force(self, day: date):
        return self.filter(since__lte=day).filter(
            models.Q(until__isnull=True) | models.Q(until__gte=day)
        )

    def holding(self, *roles: Role):
        return self.filter(role__in=roles, person__is_active=True)


class Post(models.Model):
    """What somebody is in a school, since and until a day. A change is a new row."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    school = models.ForeignKey(School, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r.value, r.title) for r in Role])
    title = models.CharField(max_length=100, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = Posts.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="post_role_is_known"
            ),
            models.UniqueConstraint(
                fields=["person", "school", "role", "since"], name="post_begins_once"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="post_begins_then_ends",
            ),
        ]
        indexes = [models.Index(fields=["school", "role"], name="post_by_role")]

    def __str__(self):
        return f"{self.role} at {self.school_id}"

    @property
    def words(self) -> str:
        """The role, and what it is called here."""
        role = Role(self.role).title
        return f"{role} ({self.title})" if self.title and self.title != role else role


class Relations(Scoped):
    def standing(self):
        """Those not taken back."""
        return self.filter(shuts_out__isnull=False)

    def register(self, person: Person, child, **more):
        return self.create(
            school_id=child.school_id, person=person, shuts_out=person, child=child, **more
        )


class Relation(Row):
    """A person who works here and is family to a child. It excludes, whatever their role."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="families", db_index=False)
    # The same person while it stands, nobody once it is taken back: what every list asks for is one
    # column, and the database sees to it that none is forgotten.
    shuts_out = models.ForeignKey(Person, models.PROTECT, null=True, related_name="relations")
    child = models.ForeignKey("concerns.Child", models.PROTECT, related_name="relations")
    how = models.CharField(max_length=60, blank=True)
    # Who said so, and when; and who took it back. Unknown for what came with the first files.
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    objects = Relations.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shuts_out", "child"], name="related_once"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, shuts_out=models.F("person"))
                | models.Q(ended_at__isnull=False, shuts_out__isnull=True),
                name="related_until_taken_back",
            ),
        ]

    def __str__(self):
        return f"relation {self.uid}"


@dataclass(frozen=True)
class Viewer:
    """A person acting in one school, with the roles of their posts in force, at a moment.

    Made by the gate for every request from the posts as they are now: a role taken away is gone
    with the next request. `now` is the database's clock.
    """

    person: Person
    school: School
    roles: frozenset[Role]
    now: datetime
    # How the clock stands that sends messages: read with the posts, shown to who reads.
    pulse: Pulse | None = None

    def may(self, power: May) -> bool:
        return may(self.roles, power)

    @property
    def powers(self) -> frozenset[May]:
        return powers(self.roles)

    @property
    def covers(self) -> bool:
        """Whether they may say when they are away: their own pages lead there."""
        return self.may(May.COVER)

    @property
    def audits(self) -> bool:
        return self.may(May.AUDIT)

    @property
    def role_words(self) -> str:
        """The roles held, for the ledger and the top of the page."""
        return ", ".join(role.title for role in Role if role in self.roles)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.school.days.zone)).date()


def viewers(person: Person, now: datetime | None = None) -> list[Viewer]:
    """One viewer for each school in which `person` holds a post today; one query, with the clock.

    `now` is the database's own clock unless a test or a simulated year passes its time.
    """
    posts = Post.objects.filter(person=person).select_related("school")
    posts = posts.annotate(clock=Now(), **ONE_PULSE)
    found: dict[int, tuple[School, set[Role], datetime, Pulse]] = {}
    # Put in order here: somebody holds a post or three, and every page begins with this.
    for post in sorted(posts, key=lambda post: (post.school.name, post.pk)):
        moment = now or post.clock
        today = moment.astimezone(ZoneInfo("Europe/London")).date()
        if post.since <= today and (post.until is None or today <= post.until):
            pulse = Pulse(post.beat_at, post.beat_nobody, post.beat_stuck)
            whole = found.setdefault(post.school_id, (post.school, set(), moment, pulse))
            whole[1].add(Role(post.role))
    return [
        Viewer(person, school, frozenset(roles), moment, pulse)
        for school, roles, moment, pulse in found.values()
    ]


class Invitation(Row):
    """A link by mail with which somebody chose a password, or did not: by whom, when, how told."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self):
        return f"invitation {self.uid}"
