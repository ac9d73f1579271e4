"""This file knows the people who sign in, their posts, and what being signed in as one means."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from concerns.models.school import School
from concerns.rules.roles import May, Role, may, powers, roles_that


class PeopleRows(models.QuerySet):
    def who_may(self, power: May, school: School, day: date):
        """Everyone active whose post in `school` on `day` gives `power`, by name."""
        posts = Post.objects.filter(school=school).holding(*roles_that(power)).in_force(day)
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def not_excluded_from(self, concern):
        """Less who may never see `concern`: those named in it and the families of its children."""
        return self.exclude(excluded_from__concern=concern).exclude(
            relations__child__concern_rows__concern=concern
        )


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

    objects = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_folded")
        ]

    def __str__(self):
        return self.name


class Posts(models.QuerySet):
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

    def may(self, power: May) -> bool:
        return may(self.roles, power)

    @property
    def powers(self) -> frozenset[May]:
        return powers(self.roles)

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
    posts = Post.objects.filter(person=person).select_related("school").annotate(clock=Now())
    found: dict[int, tuple[School, set[Role], datetime]] = {}
    # Put in order here: somebody holds a post or three, and every page begins with this.
    for post in sorted(posts, key=lambda post: (post.school.name, post.pk)):
        moment = now or post.clock
        today = moment.astimezone(ZoneInfo("Europe/London")).date()
        if post.since <= today and (post.until is None or today <= post.until):
            whole = found.setdefault(post.school_id, (post.school, set(), moment))
            whole[1].add(Role(post.role))
    return [
        Viewer(person, school, frozenset(roles), moment) for school, roles, moment in found.values()
    ]
