"""This file knows who is away, who stands in, and who acts for a role at a moment.

`who_acts` is what "whom to find" is read from, and what climbing will ask: the first it gives acts,
the next is who comes after. It opens nothing: what somebody may see is their post's and the
exclusions', whoever they stand in for. So only who may act for the role anyway can stand in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q

from concerns.models.case import Row, Scoped
from concerns.models.person import Person, Post
from concerns.models.school import School
from concerns.rules.cover import AWAY, WEEKDAYS, CoverKind, stands
from concerns.rules.roles import LADDER, Role
from concerns.rules.spans import local_day


class Covers(Scoped):
    def lasting(self, day: date):
        """In force on `day`, or to come; less what was taken back."""
        return self.filter(ended_at__isnull=True).filter(Q(until__isnull=True) | Q(until__gte=day))

    def away(self, day: date):
        """Who is away on `day`, whole: what depends on no hour can be asked of the database."""
        on_leave = Q(kind=CoverKind.LEAVE) | Q(
            kind=CoverKind.WEEKDAYS, weekdays__contains=str(day.weekday())
        )
        return self.lasting(day).filter(on_leave, since__lte=day)


class Cover(Row):
    """Somebody is away, and who stands in; or is the one to reach. Of the days it says."""

    kind = models.CharField(max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="covers")
    stands_in = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    since = models.DateField()
    until = models.DateField(null=True)
    weekdays = models.CharField(max_length=5, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    objects = Covers.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CoverKind.LEAVE.value, until__isnull=False, weekdays="")
                | Q(kind=CoverKind.WEEKDAYS.value) & ~Q(weekdays="")
                | Q(
                    kind__in=[CoverKind.AFTER_HOURS.value, CoverKind.HOLIDAYS.value],
                    stands_in__isnull=True,
                    weekdays="",
                ),
                name="cover_says_when",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="cover_begins_then_ends",
            ),
            models.CheckConstraint(
                condition=~Q(stands_in=F("person")), name="nobody_stands_in_for_themselves"
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "id"], condition=Q(ended_at__isnull=True), name="covers_standing"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.uid}"

    @property
    def words(self) -> str:
        return CoverKind.say(self.kind)

    @property
    def weekdays_words(self) -> str:
        return ", ".join(WEEKDAYS[int(figure)] for figure in self.weekdays)

    @property
    def away(self) -> bool:
        return self.kind in AWAY

    def stands(self, school: School, now: datetime) -> bool:
        kind = CoverKind(self.kind)
        return stands(kind, school.days, self.since, self.until, self.weekdays, now)


@dataclass(frozen=True)
class Acting:
    """Somebody who acts for a role: in which post, and in whose place."""

    person: Person
    role: Role
    title: str
    instead_of: Person | None = None

    @property
    def words(self) -> str:
        """What they are, and for whom they stand in."""
        if self.instead_of is None:
            return self.title
        return f"{self.title}, standing in for {self.instead_of.name}"


def who_acts(school: School, role: Role, now: datetime) -> list[Acting]:
    """Who acts for `role` in `school` at `now`, the first first; empty where nobody is in post."""
    posts = Post.objects.filter(school=school).in_force(local_day(school.days, now))
    rows = posts.holding(*LADDER[role]).select_related("person").order_by("person__name", "pk")
    return arranged(LADDER[role], rows, standing(school, now))


def standing(school: School, now: datetime) -> list[Cover]:
    """What says, at `now`, that somebody is away or to be reached; the newest first."""
    covers = Cover.objects.filter(school=school).lasting(local_day(school.days, now))
    return [row for row in covers.order_by("-since", "-pk") if row.stands(school, now)]


def arranged(roles: tuple[Role, ...], posts: Iterable[Post], covers: list[Cover]) -> list[Acting]:
    """Those of `posts`, with their people, in the order of `roles` and as `covers` say."""
    acting: dict[int, Acting] = {}
    for post in sorted(posts, key=lambda post: roles.index(Role(post.role))):
        role = Role(post.role)
        found = Acting(post.person, role, post.title or role.title)
        acting.setdefault(post.person_id, found)
    return _covered(acting, covers) or list(acting.values())


def _covered(acting: dict[int, Acting], covers: list[Cover]) -> list[Acting]:
    away = {row.person_id: row for row in covers if row.away}
    first = [row.person_id for row in covers if not row.away]
    found: dict[int, Acting] = {}
    for key in [*first, *acting]:
        if key in acting and key not in away:
            found.setdefault(key, acting[key])
        elif key in acting:
            other = away[key].stands_in_id
            if other in acting and other not in away:
                whole = replace(acting[other], instead_of=acting[key].person)
                found.setdefault(other, whole)
    return list(found.values())
