"""People who sign in, their posts, their family relations to children, and the `Viewer`.

A viewer is a signed-in person acting in one school. Nothing here decides who may see a concern:
that is in `models/base/case_row.py` and `kept_out.py` there.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from concerns.models.base.case_row import Row, RowsViewer, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.composed_rows import read_by_keys
from concerns.models.base.kept_out import kept_out_people_filter
from concerns.models.outbox.heartbeat import ONE_PULSE, HeartbeatStatus
from concerns.models.school.school import School
from concerns.models.school.second_factor import post_holder_has_factor
from concerns.rules.message_rules import FIRST_POST, SECOND_POST
from concerns.rules.passwords import normalise_password
from concerns.rules.reader_parts import PartKind, kinds_of_part
from concerns.rules.roles import (
    ACTING_READERS,
    MUST_HAVE_FACTOR,
    READERS,
    WITHOUT_FACTOR,
    May,
    Role,
    has_role_with_power,
    powers_of_roles,
    roles_with_power,
)
from concerns.rules.second_factor import grace_ends_on, is_password_enough


class PersonQuerySet(ViewerScopedQuerySet["Person"]):
    def of_school(self, viewer: RowsViewer) -> Self:
        """Everyone who has ever held a post in the viewer's school."""
        held = Post.objects.filter(school=viewer.school)
        return self.filter(pk__in=held.values("person")).for_viewer(viewer)

    def current_staff_of(self, school: School, day: date) -> Self:
        """The staff of `school`: active people with a post that has not ended before `day`."""
        posts = Post.objects.filter(school=school).current_or_future(day)
        return self.filter(is_active=True, pk__in=posts.values("person"))

    def with_post_from(self, day: date) -> Self:
        """Active people with a post in any school that has not ended before `day`."""
        posts = Post.objects.current_or_future(day)
        return self.filter(is_active=True, pk__in=posts.values("person"))

    def former_staff_of(self, school: School, day: date) -> Self:
        """Everyone else: inactive, or without a post in `school` on or after `day`.

        Only right on a queryset of people who have held a post in the school (`of_school`).
        """
        posts = Post.objects.filter(school=school).current_or_future(day)
        return self.exclude(is_active=True, pk__in=posts.values("person"))

    def with_name_containing(self, part: str) -> Self:
        """People whose name contains every word of `part`. Only its first six words count."""
        found = self
        for word in part.split()[:6]:
            found = found.filter(name__icontains=word)
        return found

    def after_person(self, last: "Person") -> Self:
        """People after `last` in name order: the start of the next page."""
        return self.filter(models.Q(name__gt=last.name) | models.Q(name=last.name, pk__gt=last.pk))

    def who_may(self, power: May, school: School, day: date) -> Self:
        """Everyone active whose post in `school` on `day` gives `power`, by name."""
        posts = (
            Post.objects.filter(school=school)
            .active_with_role(*roles_with_power(power))
            .in_force_on(day)
        )
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def in_role(self, role: Role, school: School, day: date) -> Self:
        """Everyone active who holds `role` in `school` on `day`, by name."""
        posts = Post.objects.filter(school=school).active_with_role(role).in_force_on(day)
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def who_may_be_away(self, school: School, day: date) -> Self:
        """Active people with a role that reads concerns and acts on them, by name. When one of them
        is away, their work goes to somebody else: the deciders and the chair."""
        posts = (
            Post.objects.filter(school=school).active_with_role(*ACTING_READERS).in_force_on(day)
        )
        return self.filter(pk__in=posts.values("person")).order_by("name", "pk")

    def not_excluded_from(self, *concerns: Any) -> Self:
        """Leave out everyone who is kept out of one of `concerns`."""
        return self.exclude(kept_out_people_filter(concerns, "pk"))

    def excluded_from_any(self, *concerns: Any) -> Self:
        """Only the people who are kept out of one of `concerns`."""
        return self.filter(kept_out_people_filter(concerns, "pk"))


class People(BaseUserManager["Person"]):
    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email=(email or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody who signs in by e-mail. Never deleted: a person who leaves is deactivated."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    room = models.CharField(max_length=60, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    # The times of the day's two e-mails about what is not urgent (not red).
    first_post = models.TimeField(default=FIRST_POST)
    second_post = models.TimeField(default=SECOND_POST)
    # Until when they may set up a second factor although their days of grace are over: their
    # account was made safe, and a link to choose a password went to the address approved for them.
    may_set_up_factor_until = models.DateTimeField(null=True)

    objects: ClassVar = People.from_queryset(PersonQuerySet)()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_folded")
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, without saving. With None nobody can sign in as them."""
        super().set_password(None if raw_password is None else normalise_password(raw_password))

    def check_password(self, raw_password: str) -> bool:
        """Whether this is their password, however its letters were typed.

        A password that was set before passwords were normalised was kept exactly as typed, so that
        is tried too. For an address that nobody has, `EqualTimeBackend` in
        `safeguarding/accounts.py` takes the same time.
        """
        normalised = normalise_password(raw_password)
        if super().check_password(normalised):
            return True
        return raw_password != normalised and super().check_password(raw_password)

    def replace_password(self, password: str | None) -> None:
        """Set the password and end every session of this person, and the private links to their
        calendar and links to accounts of single sign-on: whoever had come in may have made one.
        With None nobody can sign in as them."""
        self.set_password(password)
        self.save(update_fields=["password"])
        self.calendar_feeds.filter(ended_at__isnull=True).update(ended_at=Now())
        self.sign_on_links.filter(ended_at__isnull=True).update(ended_at=Now())

    def may_read_from(self, day: date) -> bool:
        """Whether they hold a post that reads the record, in any school, on `day` or later."""
        posts = Post.objects.filter(person=self).with_read_access()
        return posts.current_or_future(day).exists()

    def must_have_factor_from(self, day: date) -> bool:
        """Whether they hold a post that must have a second factor, in any school, on `day` or
        later."""
        posts = Post.objects.filter(person=self, role__in=MUST_HAVE_FACTOR)
        return posts.current_or_future(day).exists()

    def works_only_elsewhere(self, school: School, day: date) -> bool:
        """Whether, on `day` or later, they hold a post in another school and none in `school`."""
        posts = Post.objects.filter(person=self).current_or_future(day)
        schools = set(posts.values_list("school", flat=True)) if self.is_active else set()
        return bool(schools) and school.pk not in schools

    def works_elsewhere(self, school: School, day: date) -> bool:
        """Whether, on `day` or later, they hold a post in another school than `school`. Their name
        is then known there too, and theirs alone to change."""
        posts = Post.objects.filter(person=self).exclude(school=school)
        return self.is_active and posts.current_or_future(day).exists()

    def works_only_in(self, school: School, day: date) -> bool:
        """Whether, on `day` or later, they hold a post in `school` and in no other.

        Only then is the account the school's own: what it may do to it opens no other school.
        """
        posts = Post.objects.filter(person=self).current_or_future(day)
        schools = set(posts.values_list("school", flat=True)) if self.is_active else set()
        return schools == {school.pk}

    def end_all_posts(self, school: School, last: date, today: date) -> None:
        """End their posts in `school` on the day `last`. One that was to begin after `today` never
        begins.

        If they have no post in another school on or after `today`, the account is deactivated and
        its password removed.
        """
        for post in Post.objects.filter(person=self, school=school).current_or_future(last):
            post.end_post(last, today)
        self.sign_on_links.filter(school=school, ended_at__isnull=True).update(ended_at=Now())
        if (
            not Post.objects.filter(person=self)
            .exclude(school=school)
            .current_or_future(today)
            .exists()
        ):
            self.is_active = False
            self.save(update_fields=["is_active"])
            self.replace_password(None)

    def __str__(self) -> str:
        return self.name

    @property
    def name_told_apart(self) -> str:
        """The name with what tells this person from another of that name."""
        return f"{self.name}, {self.email}"


class Posts(ViewerScopedQuerySet[Row]):
    def current_or_future(self, day: date) -> Self:
        """Posts in force on `day` or beginning later."""
        lasting = models.Q(until__isnull=True) | models.Q(until__gte=day)
        return self.filter(lasting, called_off=False)

    def with_read_access(self) -> Self:
        return self.filter(role__in=READERS)

    def in_force_on(self, day: date) -> Self:
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gte=day), since__lte=day)

    def with_absence(self, away: models.Exists) -> Self:
        """With whether the holder is away, in `away`."""
        return self.annotate(away=away)

    def not_excluded_from(self, *concerns: Any) -> Self:
        """Leave out the posts of everyone who is kept out of one of `concerns`."""
        return self.exclude(kept_out_people_filter(concerns, "person"))

    def active_with_role(self, *roles: Role) -> Self:
        return self.filter(role__in=roles, person__is_active=True)


class Post(models.Model):
    """A person's role in a school from `since` to `until`, both included. A change is a new row.

    `called_off`: it was ended before it began, on `until`, and it is in force on no day.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    school = models.ForeignKey(School, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r.value, r.title_words) for r in Role])
    title = models.CharField(max_length=100, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    called_off = models.BooleanField(default=False)

    # Not columns: the database's clock, the heartbeat and whether the person has a second factor,
    # as `viewers_for_person` reads them, and `Posts.with_absence`.
    clock: datetime
    enrolled: bool
    beat_at: datetime
    beat_nobody: int
    beat_stuck: int
    beat_mail_fault: str
    beat_mail_fault_since: datetime | None
    away: bool

    objects = Posts.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="post_role_is_known"
            ),
            models.UniqueConstraint(
                fields=["person", "school", "role", "since"],
                condition=models.Q(called_off=False),
                name="post_begins_once",
            ),
            models.CheckConstraint(
                condition=models.Q(called_off=False, until__isnull=True)
                | models.Q(called_off=False, until__gte=models.F("since"))
                | models.Q(called_off=True, until__lt=models.F("since")),
                name="post_begins_then_ends",
            ),
        ]
        indexes = [models.Index(fields=["school", "role"], name="post_by_role")]

    def __str__(self) -> str:
        return f"{self.role} at {self.school_id}"

    def end_post(self, last: date, today: date) -> None:
        """End it on the day `last`. One that was to begin after `today` never begins."""
        self.called_off = self.since > today
        self.until = last if self.called_off else max(last, self.since)
        self.save(update_fields=["until", "called_off"])

    @property
    def role_in_words(self) -> str:
        """The role, with the title the school gives it in brackets if that differs."""
        role = Role(self.role).title_words
        return f"{role} ({self.title})" if self.title and self.title != role else role


class Relations(ViewerScopedQuerySet[Row]):
    def not_withdrawn(self) -> Self:
        """Relations that have not been withdrawn."""
        return self.filter(shuts_out__isnull=False)

    def record_relation(
        self: "Relations[Relation]", person: Person, child: Any, **more: Any
    ) -> "Relation":
        return self.create(
            school_id=child.school_id, person=person, shuts_out=person, child=child, **more
        )


class Relation(SchoolOwnedModel):
    """A member of staff is family to a child. This excludes them from the child's concerns,
    whatever their role."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="families", db_index=False)
    # The same person as `person` while the relation stands, null once it is withdrawn. Lists only
    # need to look at this one column, and a database constraint keeps it right.
    shuts_out = models.ForeignKey(Person, models.PROTECT, null=True, related_name="relations")
    child = models.ForeignKey("concerns.Child", models.PROTECT, related_name="relations")
    how = models.CharField(max_length=60, blank=True)
    # Who recorded it and when, and who withdrew it. Unknown for rows from the first imports.
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

    def __str__(self) -> str:
        return f"relation {self.uid}"


@dataclass(frozen=True)
class Viewer:
    """A person acting in one school at one moment, with the roles of their posts in force.

    `doors/gate.py` makes one for every request from the current posts, so a role that is taken away
    is gone at the next request. `now` is the database's clock.
    """

    person: Person
    school: School
    roles: frozenset[Role]
    now: datetime
    # The state of the clock that sends messages: read with the posts, shown to people who read
    # concerns.
    pulse: HeartbeatStatus | None = None
    # Set in a session that a password alone has opened, where that is not enough: the roles of
    # their posts. `roles` is then a reporter's. See rules/second_factor.py.
    withheld_roles: frozenset[Role] | None = None

    def has_power(self, power: May) -> bool:
        return power in self.held_powers

    @property
    def held_powers(self) -> frozenset[May]:
        powers = powers_of_roles(self.roles)
        return powers & WITHOUT_FACTOR if self.lacks_factor else powers

    @property
    def lacks_factor(self) -> bool:
        """Whether this session opens only what a reporter needs, for want of a second factor."""
        return self.withheld_roles is not None

    @property
    def post_roles(self) -> frozenset[Role]:
        """The roles of their posts, whatever this session opens."""
        return self.roles if self.withheld_roles is None else self.withheld_roles

    def would_have_power(self, power: May) -> bool:
        """Whether they have the power once they have given their second factor."""
        return has_role_with_power(self.post_roles, power)

    @property
    def reads_part(self) -> bool:
        """Whether they read a part of the record alone: see `rules/reader_parts.py`."""
        return self.has_power(May.READ) and not self.has_power(May.READ_ALL)

    @property
    def reads_categories(self) -> bool:
        """Whether their part, or some of it, is drawn by categories: of the children of those
        concerns they read no file."""
        return self.reads_part and PartKind.CATEGORIES in kinds_of_part(self.roles)

    @property
    def reads_files(self) -> bool:
        """Whether they read the file of any child. If not, no page offers what goes by it."""
        return not self.reads_part or kinds_of_part(self.roles) != {PartKind.CATEGORIES}

    @property
    def may_reread(self) -> bool:
        """Whether they may read again what they wrote, and names but those they look up."""
        return self.has_power(May.REREAD)

    @property
    def role_words(self) -> str:
        """The titles of the roles of their posts, for the ledger and the top of the page."""
        return ", ".join(role.title_words for role in Role if role in self.post_roles)

    @property
    def todays_date(self) -> date:
        return self.now.astimezone(ZoneInfo(self.school.school_calendar.zone)).date()


def viewers_for_person(
    person: Person, now: datetime | None = None, *, gave_factor: bool = True
) -> list[Viewer]:
    """One viewer for each school in which `person` holds a post today.

    Takes one query, which also reads the clock and its state. `now` is the database's own clock
    unless a test or a simulated year passes another time. `gave_factor`: the session has been given
    a second factor; only the gate says that one has not.
    """
    posts = read_by_keys(_posts_with_clock, "person", [person.pk])
    by_school: dict[int, list[Post]] = {}
    # Sorted in Python: a person holds one to three posts, and every page runs this query.
    for post in sorted(posts, key=lambda post: (post.school.name, post.pk)):
        today = _london_date(now or post.clock)
        if post.since <= today and (post.until is None or today <= post.until):
            by_school.setdefault(post.school_id, []).append(post)
    return [_viewer_of_posts(person, held, now, gave_factor) for held in by_school.values()]


def _posts_with_clock() -> models.QuerySet[Any]:
    posts = Post.objects.select_related("school")
    return posts.annotate(clock=Now(), enrolled=post_holder_has_factor(), **ONE_PULSE)


def _viewer_of_posts(
    person: Person, posts: list[Post], now: datetime | None, gave_factor: bool
) -> Viewer:
    """The viewer with these posts, all of one school and in force."""
    post = posts[0]
    moment = now or post.clock
    roles = frozenset(Role(post.role) for post in posts)
    whole = Viewer(person, post.school, roles, moment, _heartbeat_status_of(post))
    ends = end_of_grace(post.school, posts)
    enough = ends is None or is_password_enough(_london_date(moment), ends, enrolled=post.enrolled)
    if gave_factor or enough:
        return whole
    return replace(whole, roles=frozenset({Role.STAFF}), withheld_roles=roles)


def end_of_grace(school: School, posts: Iterable[Post]) -> date | None:
    """The first day on which a password alone is not enough for whoever has `posts` in `school`;
    None if the school does not ask for a second factor, as only an invented one may."""
    if school.factor_since is None:
        return None
    asked = [post.since for post in posts if post.role in MUST_HAVE_FACTOR]
    since = _london_date(school.factor_since)
    return grace_ends_on(since, min(asked, default=None), school.factor_grace_days)


def _london_date(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo("Europe/London")).date()


def _heartbeat_status_of(post: Post) -> HeartbeatStatus:
    return HeartbeatStatus(
        post.beat_at,
        post.beat_nobody,
        post.beat_stuck,
        post.beat_mail_fault,
        post.beat_mail_fault_since,
    )
