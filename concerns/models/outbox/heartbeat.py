"""The heartbeat of the clock: when it last ran a round, how far it came, and which rows failed.

There is one heartbeat row for the whole installation. The worker that leases it runs the round
alone. A worker that is killed holds the lease for two minutes at most. The round itself is in
`doors/clock_round.py`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.school.school import School

LEASE = timedelta(minutes=2)
# When the last round is older than OVERDUE, any web request runs the next one; older than DOWN,
# readers see a red warning.
OVERDUE = timedelta(minutes=5)
DOWN = timedelta(minutes=10)
THE_ONE = 1


class Heartbeats(models.QuerySet[Row]):
    def database_now(self) -> datetime:
        """The database's own clock."""
        return self.filter(pk=THE_ONE).annotate(now=Now()).values_list("now", flat=True)[0]

    def lease_round(self, now: datetime) -> bool:
        """Try to lease the round. Returns whether we got it."""
        free = self.filter(pk=THE_ONE, leased_until__lte=now)
        return bool(free.update(leased_until=now + LEASE))

    def record_round(self, now: datetime, nobody: int, stuck: int) -> None:
        self.filter(pk=THE_ONE).update(at=now, leased_until=now, nobody=nobody, stuck=stuck)

    def is_overdue(self, now: datetime) -> bool:
        return self.filter(pk=THE_ONE, at__lt=now - OVERDUE).exists()

    def read_heartbeat(self) -> tuple["HeartbeatStatus", datetime]:
        """The heartbeat status, and the time now by the database's clock."""
        rows = self.filter(pk=THE_ONE).annotate(now=Now())
        at, nobody, stuck, now = rows.values_list("at", "nobody", "stuck", "now").get()
        return HeartbeatStatus(at, nobody, stuck), now


class Heartbeat(models.Model):
    at = models.DateTimeField()
    leased_until = models.DateTimeField()
    # How many open steps nobody may act on, and how many letters are stuck unsent.
    nobody = models.PositiveIntegerField(default=0)
    stuck = models.PositiveIntegerField(default=0)

    objects = Heartbeats.as_manager()

    class Meta:
        db_table = "concerns_beat"

    def __str__(self) -> str:
        return "the clock"


def _heartbeat_column(column: str, field: models.Field) -> RawSQL:
    """A subquery for one column of the heartbeat row.

    In raw SQL, because building it with the query builder would cost a twentieth of every page.
    """
    sql = f"(SELECT {column} FROM concerns_beat WHERE id = %s)"  # noqa: S608 - names of our own
    return RawSQL(sql, (THE_ONE,), field)  # noqa: S611 - the same


# Annotations for a query that every page runs anyway.
ONE_PULSE = {
    "beat_at": _heartbeat_column("at", models.DateTimeField()),
    "beat_nobody": _heartbeat_column("nobody", models.IntegerField()),
    "beat_stuck": _heartbeat_column("stuck", models.IntegerField()),
}


@dataclass(frozen=True)
class HeartbeatStatus:
    """The values of the heartbeat row that a page shows."""

    at: datetime
    nobody: int = 0
    stuck: int = 0

    def fault_messages(self, now: datetime) -> list[str]:
        """Why the site may fail to tell people in time at `now`. The words name nobody."""
        said = []
        if now - self.at > DOWN:
            minutes = int((now - self.at).total_seconds() // 60)
            said.append(
                f"the clock that sends messages stopped {minutes} minutes ago: start it with "
                "manage.py clock"
            )
        if self.nobody:
            said.append(f"next steps that nobody here may act on: {self.nobody}")
        if self.stuck:
            said.append(f"e-mails that could not be sent: {self.stuck}")
        return said


class RoundFailures(ViewerScopedQuerySet[Row]):
    def unresolved_failures(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def record_failure(self, school: School, about: UUID, fault: Exception, now: datetime) -> None:
        """Record that the round failed on the row `about`. Every later round tries it again."""
        what = {"fault": type(fault).__name__[:60], "last_at": now, "ended_at": None}
        first = {**what, "first_at": now}
        self.update_or_create(school=school, about=str(about), defaults=what, create_defaults=first)

    def resolve_all_but(self, school: School, about: Iterable[str], now: datetime) -> None:
        self.unresolved_failures().filter(school=school).exclude(about__in=about).update(
            ended_at=now
        )


class RoundFailure(SchoolOwnedModel):
    """A row on which the round failed. Shown to the head and tried again in every round."""

    about = models.CharField(max_length=36)
    fault = models.CharField(max_length=60)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = RoundFailures.as_manager()

    class Meta:
        db_table = "concerns_trouble"
        constraints = [models.UniqueConstraint(fields=["school", "about"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"trouble {self.uid}"


class EscalationProgressRows(models.QuerySet[Row]):
    def pushed_counts(self, school: School) -> dict[int, int]:
        """How often each late step had been escalated when a notice about it was last sent.

        Step key -> count, for the steps of `school`.
        """
        return dict(self.filter(school=school).values_list("step", "pushed"))

    def save_pushed_counts(self, school: School, pushed: dict[int, int]) -> None:
        """Record that notices of these steps were sent. `pushed`: step key -> escalation count."""
        rows = [self.model(school=school, step_id=key, pushed=n) for key, n in pushed.items()]
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["step"], update_fields=["pushed"]
        )

    def delete_for_steps(self, steps: Collection[int]) -> None:
        """Delete the rows of `steps` (keys), which are done."""
        if steps:
            self.filter(step__in=steps).delete()


class EscalationProgress(models.Model):
    """How often one late step had been escalated when a notice about it was last sent.

    A round continues from here. Only open steps have a row, so a round costs the same however long
    the school's history is. The record of what was sent is in the notices, which are kept for ever.
    If a row is lost, nothing is sent twice, because a notice's key is unique.
    """

    step = models.OneToOneField("concerns.Step", models.PROTECT, primary_key=True, related_name="+")
    school = models.ForeignKey("concerns.School", models.PROTECT, related_name="+", db_index=False)
    pushed = models.PositiveIntegerField()

    objects = EscalationProgressRows.as_manager()

    class Meta:
        db_table = "concerns_lastpush"

    def __str__(self) -> str:
        return f"pushed on {self.pushed} times"
