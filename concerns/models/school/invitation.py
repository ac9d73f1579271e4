"""Links to choose a password: those that were e-mailed, and those that wait to be.

A link for one person is sent while somebody waits for it. Those for many at once wait here, and the
clock sends them (`doors/invitation_queue.py`). They are not letters of the outbox: a letter carries
all that waits for one person, and is tried for ever, because a dropped message may be a child
nobody hears of. A link goes alone, is made anew at each try, and ends with a mistyped address.
"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, Q

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.person import Person
from concerns.rules.message_rules import LONGEST_BACK_OFF
from concerns.rules.words import Choice


class Invitation(SchoolOwnedModel):
    """A link was e-mailed to `person` to choose a password, whether used or not. Sent by `by` at
    `at`."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"invitation {self.uid}"


class InvitationEnding(Choice):
    """How an invitation that waited ended."""

    SENT = "sent", "Sent"
    ACTED = "acted", "Not sent, because they had chosen a password"
    GONE = "gone", "Not sent, because they no longer work here"
    FAILED = "failed", "Could not be sent. Check the address, and invite them again"
    LIMITED = (
        "limited",
        "Not sent, because three links were sent to them in the last hour. Ask them to look in "
        "their junk mail, or invite them again in an hour",
    )
    ELSEWHERE = (
        "elsewhere",
        "Not sent, because they also read the record of another school. Ask that school to send it",
    )


class InvitationBatches(ViewerScopedQuerySet[Row]):
    def with_waiting_count(self) -> Self:
        """With how many of its invitations wait to be sent, in `waiting`."""
        waits = Q(queued__ended_at__isnull=True)
        return self.annotate(waiting=Count("queued", filter=waits))

    def made_since(self, day: datetime) -> Self:
        return self.filter(at__gte=day).select_related("by").order_by("-at", "-pk")


class InvitationBatch(SchoolOwnedModel):
    """Many people were invited at once, by `by` at `at`."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    # Not a column: see `with_waiting_count`.
    waiting: int

    objects = InvitationBatches.as_manager()

    def __str__(self) -> str:
        return f"invitation batch {self.uid}"


class QueuedInvitations(ViewerScopedQuerySet[Row]):
    def waiting(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def due_for_sending(self, now: datetime) -> Self:
        """Those whose time for the next try has come, the first asked for first.

        A time further ahead than any that could be set now was set under a clock that stood ahead.
        """
        due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + LONGEST_BACK_OFF)
        rows = self.waiting().filter(due).select_related("person", "school", "batch__by")
        return rows.order_by("pk")


class QueuedInvitation(SchoolOwnedModel):
    """An invitation of one person that waits to be sent, and then how it ended."""

    batch = models.ForeignKey(InvitationBatch, models.PROTECT, related_name="queued")
    person = models.ForeignKey(Person, models.PROTECT, related_name="queued_invitations")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, blank=True)

    objects = QueuedInvitations.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="invited_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="")
                | Q(
                    ended_at__isnull=False,
                    ended__in=[word.value for word in InvitationEnding],
                ),
                name="an_invitation_ends_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(ended_at__isnull=True),
                name="invitations_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"queued invitation {self.uid}"

    @property
    def state_in_words(self) -> str:
        return InvitationEnding.label_of_value(self.ended) if self.ended else "Waits to be sent"

    def end_invitation(self, how: InvitationEnding, now: datetime) -> None:
        self.ended = how
        self.ended_at = now
        self.save(update_fields=["ended", "ended_at"])

    def note_try(self, now: datetime, again_in: timedelta) -> None:
        """Count a try before it is made, so that a worker that is killed does not try for ever."""
        self.tries += 1
        self.next_try_at = now + again_in
        self.save(update_fields=["tries", "next_try_at"])
