"""Who is away, who covers for them, and who acts for a role at a given moment.

`people_acting_for_role` feeds the "whom to find" lists and the escalation: the first person it
returns acts, the next one comes after them. Cover gives nobody any right to see anything: that
depends on their own post and on the exclusions, whoever they cover for. So only somebody who may
act for the role anyway can cover it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.person import Person, Post
from concerns.models.school.school import School
from concerns.rules.cover_kinds import AWAY, WEEKDAYS, CoverKind, is_cover_in_force
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import LADDER, Role
from concerns.rules.school_days import SchoolDays


class Covers(ViewerScopedQuerySet[Row]):
    def current_or_planned(self, day: date) -> Self:
        """Cover in force on `day` or planned for later, without what was withdrawn."""
        return self.filter(ended_at__isnull=True).filter(Q(until__isnull=True) | Q(until__gte=day))

    def absences_between(self, school: School, since: datetime, until: datetime) -> Self:
        """Absences recorded in `school` that touch the days from `since` to `until`. One that was
        ended early counts until then."""
        first, last = (local_day(school.school_calendar, moment) for moment in (since, until))
        rows = self.filter(school=school, kind__in=AWAY, since__lte=last)
        rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
        rows = rows.filter(Q(until__isnull=True) | Q(until__gte=first))
        return rows.select_related("person", "stands_in").order_by("since", "pk")

    def away_all_day(self, day: date) -> Self:
        """Absences that last all of `day`: leave, and weekdays not worked. These do not depend on
        the hour, so the database can answer."""
        on_leave = Q(kind=CoverKind.LEAVE) | Q(
            kind=CoverKind.WEEKDAYS, weekdays__contains=str(day.weekday())
        )
        return self.current_or_planned(day).filter(on_leave, since__lte=day)


class Cover(SchoolOwnedModel):
    """`person` is away and `stands_in` covers for them, or `person` is the one to reach after hours
    or in the holidays. In force on the days it gives."""

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

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def cover_kind_words(self) -> str:
        return CoverKind.label_of_value(self.kind)

    @property
    def weekdays_words(self) -> str:
        return ", ".join(WEEKDAYS[int(figure)] for figure in self.weekdays)

    @property
    def is_absence(self) -> bool:
        return self.kind in AWAY

    def keeps_away_on(self, day: date, days: SchoolDays) -> bool:
        """Whether it is an absence that lasted all of the local `day`. One that was ended early
        lasted until the day before it was ended."""
        ended = local_day(days, self.ended_at) if self.ended_at else None
        if not self.is_absence or day < self.since or (self.until and day > self.until):
            return False
        if ended and day >= ended:
            return False
        return self.kind == CoverKind.LEAVE or str(day.weekday()) in self.weekdays

    def is_in_effect(self, school: School, now: datetime) -> bool:
        kind = CoverKind(self.kind)
        return is_cover_in_force(
            kind, school.school_calendar, self.since, self.until, self.weekdays, now
        )


@dataclass(frozen=True)
class ActingPerson:
    """Somebody who acts for a role, with the title of their post and whom they cover for."""

    person: Person
    role: Role
    title: str
    instead_of: Person | None = None

    @property
    def acting_role_words(self) -> str:
        """Their title and, if they cover for somebody, for whom."""
        if self.instead_of is None:
            return self.title
        return f"{self.title}, standing in for {self.instead_of.name}"


def people_acting_for_role(school: School, role: Role, now: datetime) -> list[ActingPerson]:
    """Who acts for `role` in `school` at `now`, the first to ask first.

    Empty if nobody is in post. If cover leaves nobody, everybody in post is returned.
    """
    posts = Post.objects.filter(school=school).in_force_on(local_day(school.school_calendar, now))
    rows = (
        posts.active_with_role(*LADDER[role])
        .select_related("person")
        .order_by("person__name", "pk")
    )
    return order_acting_people(LADDER[role], rows, covers_in_effect(school, now))


def covers_in_effect(school: School, now: datetime) -> list[Cover]:
    """Cover rows in effect at `now` (somebody is away, or is to be reached), newest first."""
    covers = Cover.objects.filter(school=school).current_or_planned(
        local_day(school.school_calendar, now)
    )
    return [row for row in covers.order_by("-since", "-pk") if row.is_in_effect(school, now)]


def order_acting_people(
    roles: tuple[Role, ...], posts: Iterable[Post], covers: list[Cover]
) -> list[ActingPerson]:
    """The people of `posts` in the order of `roles`, rearranged by `covers`.

    Those to be reached come first; those away are replaced by whoever covers for them. `posts`
    need `person` fetched.
    """
    acting: dict[int, ActingPerson] = {}
    for post in sorted(posts, key=lambda post: roles.index(Role(post.role))):
        role = Role(post.role)
        found = ActingPerson(post.person, role, post.title or role.title_words)
        acting.setdefault(post.person_id, found)
    return _apply_covers(acting, covers) or list(acting.values())


def _apply_covers(acting: dict[int, ActingPerson], covers: list[Cover]) -> list[ActingPerson]:
    away = {row.person_id: row for row in covers if row.is_absence}
    first = [row.person_id for row in covers if not row.is_absence]
    found: dict[int, ActingPerson] = {}
    for key in [*first, *acting]:
        if key in acting and key not in away:
            found.setdefault(key, acting[key])
        elif key in acting:
            other = away[key].stands_in_id
            if other in acting and other not in away:
                whole = replace(acting[other], instead_of=acting[key].person)
                found.setdefault(other, whole)
    return list(found.values())
