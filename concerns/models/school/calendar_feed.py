"""The private link under which a reader's own calendar program fetches their calendar.

Whoever has the link needs no cookie and no password, as such programs have none. So only a hash of
its secret is kept, it works for one person in one school, and it ends with the post under which it
was made: it never works again for somebody who has left or stopped reading, even if they return. It
ends too when their password is set anew (`Person.replace_password`).
What it shows names references alone.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.person import Person, Post, Viewer
from concerns.rules import reporting_periods
from concerns.rules.roles import May, roles_with_power


def new_feed_secret() -> str:
    """A secret of 256 random bits, for an address."""
    return secrets.token_urlsafe(32)


def hash_of_feed_secret(secret: str) -> str:
    """The hash under which a secret is kept. It has no salt: there is nothing in it to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


class CalendarFeeds(ViewerScopedQuerySet[Row]):
    def not_ended(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def own_feed(self: "CalendarFeeds[CalendarFeed]", viewer: Viewer) -> "CalendarFeed | None":
        """The viewer's own link, if they have one that works."""
        feed = self.of_school(viewer).not_ended().filter(person=viewer.person).first()
        return feed if feed and feed.is_working(viewer.now) else None

    def find_by_secret(self: "CalendarFeeds[CalendarFeed]", secret: str) -> "CalendarFeed | None":
        """The link with this secret, if it has not been ended. Whether it still works must be asked
        of it (`is_working`)."""
        rows = self.not_ended().select_related("person", "school")
        return rows.filter(secret_hash=hash_of_feed_secret(secret)).first()

    def replace_feed(
        self: "CalendarFeeds[CalendarFeed]", by: Viewer, secret: str, now: datetime
    ) -> "CalendarFeed":
        """Make the link of `by` with `secret`, and end the one they had."""
        self.end_feed(by, now)
        kept = hash_of_feed_secret(secret)
        return self.create(school=by.school, person=by.person, secret_hash=kept, made_at=now)

    def end_feed(self, by: Viewer, now: datetime) -> int:
        """End the link of `by`; returns 0 if there was none."""
        return self.of_school(by).not_ended().filter(person=by.person).update(ended_at=now)


class CalendarFeed(SchoolOwnedModel):
    """A private link to the calendar of `person`, made at `made_at` and ended by them, if ever."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="calendar_feeds")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # What was last recorded as shown, and on which day: see `note_shown`.
    shown_on = models.DateField(null=True)
    shown_hash = models.CharField(max_length=64, blank=True)

    objects: ClassVar = CalendarFeeds.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "school"],
                condition=models.Q(ended_at__isnull=True),
                name="one_calendar_feed",
            )
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.uid}"

    def is_working(self, now: datetime) -> bool:
        """Whether the person still holds a post that reads concerns of all children, which they
        held when they made the link. Somebody who left and returned has another post, and makes
        another link."""
        days = self.school.school_calendar
        made = reporting_periods.local_day(days, self.made_at)
        posts = Post.objects.filter(person=self.person_id, school=self.school_id)
        posts = posts.active_with_role(*roles_with_power(May.READ_ALL)).filter(since__lte=made)
        return posts.in_force_on(reporting_periods.local_day(days, now)).exists()

    def note_shown(self, concerns: Iterable[UUID], day: date) -> bool:
        """Note that the link showed `concerns` on `day`. False if that is noted already.

        A program asks every hour or oftener. What it gets is recorded when it is first shown on a
        day and whenever it changes, and not each time: nobody reads it more often for that.
        """
        said = "".join(sorted(str(uid) for uid in concerns))
        shown = hashlib.sha256(said.encode()).hexdigest()
        if (self.shown_on, self.shown_hash) == (day, shown):
            return False
        self.shown_on = day
        self.shown_hash = shown
        self.save(update_fields=["shown_on", "shown_hash"])
        return True
