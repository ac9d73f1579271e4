"""The heartbeat of the clock: when it last ran a round, how far it came, and which rows failed; and
when it last checked the whole record.

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
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.clock_ahead import AHEAD
from concerns.models.school.school import School
from concerns.rules.message_rules import STUCK
from concerns.rules.words import Choice

LEASE = timedelta(minutes=2)
# When the last round is older than OVERDUE, any web request runs the next one; older than DOWN,
# readers see a red warning.
OVERDUE = timedelta(minutes=5)
DOWN = timedelta(minutes=10)
# How often the whole record is checked; sooner again if something was wrong, so that whoever puts
# it right sees that it is.
CHECK_EVERY = timedelta(days=1)
CHECK_AGAIN = timedelta(hours=1)
THE_ONE = 1


class MailFault(Choice):
    """Why no e-mail goes out from this installation."""

    UNSET = "unset", "no mail server is set, so nobody is told by e-mail: set EMAIL_HOST"
    SILENT = "silent", "the mail server does not answer or does not let us in: no e-mail goes out"


class Heartbeats(models.QuerySet[Row]):
    def database_now(self) -> datetime:
        """The database's own clock."""
        return self.filter(pk=THE_ONE).annotate(now=Now()).values_list("now", flat=True)[0]

    def lease_round(self, now: datetime) -> bool:
        """Try to lease the round. Returns whether we got it.

        A lease that ends later than any that could be given now was given under a clock that stood
        ahead, and is free.
        """
        row = self.filter(pk=THE_ONE)
        free = row.filter(Q(leased_until__lte=now) | Q(leased_until__gt=now + LEASE + AHEAD))
        return bool(free.update(leased_until=now + LEASE))

    def renew_round_lease(self, held_until: datetime, now: datetime) -> bool:
        """Lengthen the lease that ends at `held_until`. False if another worker has taken it."""
        ours = self.filter(pk=THE_ONE, leased_until=held_until)
        return bool(ours.update(leased_until=now + LEASE))

    def record_round(self, now: datetime, nobody: int, stuck: int) -> None:
        self.filter(pk=THE_ONE).update(at=now, leased_until=now, nobody=nobody, stuck=stuck)

    def record_mail_fault(self, fault: MailFault | None, now: datetime) -> None:
        """Record whether e-mail goes out at all. The time of the first failure is kept."""
        row = self.filter(pk=THE_ONE)
        row.update(mail_checked_at=now)
        if fault is None:
            row.exclude(mail_fault="").update(mail_fault="", mail_fault_since=None)
        else:
            row.exclude(mail_fault=fault).update(mail_fault=fault, mail_fault_since=now)

    def is_mail_check_due(self, now: datetime, every: timedelta) -> bool:
        """Whether the mail server was last asked longer ago than `every`, or in the future."""
        fresh = self.filter(pk=THE_ONE, mail_checked_at__gt=now - every, mail_checked_at__lte=now)
        return not fresh.exists()

    def is_integrity_check_due(self, now: datetime) -> bool:
        """Whether the record was last checked a day ago; an hour, if it was not whole; or never."""
        whole = Q(integrity_checked_at__gt=now - CHECK_EVERY, is_record_broken=False)
        lately = whole | Q(integrity_checked_at__gt=now - CHECK_AGAIN)
        fresh = self.filter(lately, pk=THE_ONE, integrity_checked_at__lte=now)
        return not fresh.exists()

    def record_integrity_check(self, *, broken: bool, now: datetime) -> None:
        self.filter(pk=THE_ONE).update(integrity_checked_at=now, is_record_broken=broken)

    def is_record_found_broken(self) -> bool:
        return self.filter(pk=THE_ONE, is_record_broken=True).exists()

    def is_ahead(self, now: datetime) -> bool:
        """Whether the last round was run under a clock that stood ahead of `now`."""
        return self.filter(pk=THE_ONE, at__gt=now + AHEAD).exists()

    def is_overdue(self, now: datetime) -> bool:
        overdue = Q(at__lt=now - OVERDUE) | Q(at__gt=now + AHEAD)
        return self.filter(overdue, pk=THE_ONE).exists()

    def read_heartbeat(self) -> tuple["HeartbeatStatus", datetime]:
        """The heartbeat status, and the time now by the database's clock."""
        rows = self.filter(pk=THE_ONE).annotate(now=Now())
        names = ("at", "nobody", "stuck", "mail_fault", "mail_fault_since", "now")
        *status, now = rows.values_list(*names).get()
        return HeartbeatStatus(*status), now


class Heartbeat(models.Model):
    at = models.DateTimeField()
    leased_until = models.DateTimeField()
    # How many open steps nobody may act on, and how many e-mails are stuck. Those about adults are
    # left out: what follows from these numbers stands on pages of people who must not know of them.
    nobody = models.PositiveIntegerField(default=0)
    stuck = models.PositiveIntegerField(default=0)
    mail_fault = models.CharField(max_length=8, blank=True, default="")
    mail_fault_since = models.DateTimeField(null=True)
    mail_checked_at = models.DateTimeField(null=True)
    # When the whole record was last checked, and whether a rule was found broken. Concerns about
    # adults are left out here too.
    integrity_checked_at = models.DateTimeField(null=True)
    is_record_broken = models.BooleanField(default=False)

    objects = Heartbeats.as_manager()

    class Meta:
        db_table = "concerns_beat"
        constraints = [
            models.CheckConstraint(
                condition=Q(mail_fault="", mail_fault_since__isnull=True)
                | Q(
                    mail_fault__in=[fault.value for fault in MailFault],
                    mail_fault_since__isnull=False,
                ),
                name="a_mail_fault_has_a_time",
            )
        ]

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
    "beat_mail_fault": _heartbeat_column("mail_fault", models.CharField()),
    "beat_mail_fault_since": _heartbeat_column("mail_fault_since", models.DateTimeField()),
}


@dataclass(frozen=True)
class HeartbeatStatus:
    """The values of the heartbeat row that a page shows."""

    at: datetime
    nobody: int = 0
    stuck: int = 0
    mail_fault: str = ""
    mail_fault_since: datetime | None = None

    def fault_messages(
        self, now: datetime, *, is_mail_stuck: bool, for_operator: bool = False
    ) -> list[str]:
        """Why the site may fail to tell people in time at `now`. The words name nobody, and give no
        number from which a reader could tell that a concern exists. Whoever is excluded from a
        concern must not learn of it either, so only the site's operator hears that a step has
        nobody left. `is_mail_stuck`: whether an e-mail waits of which they may be told."""
        said = []
        if self.at - now > AHEAD:
            said.append(
                "the last round of the clock is dated in the future: the time of the database "
                "server was wrong, or still is"
            )
        elif now - self.at > DOWN:
            minutes = int((now - self.at).total_seconds() // 60)
            said.append(
                f"the clock that sends messages stopped {minutes} minutes ago: start it with "
                "manage.py clock"
            )
        if self.nobody and for_operator:
            said.append("there is a next step that nobody here may act on")
        if self._has_mail_been_down(now):
            said.append(MailFault(self.mail_fault).label)
        elif is_mail_stuck:
            said.append("an e-mail has been waiting for more than a quarter of an hour")
        return said

    def _has_mail_been_down(self, now: datetime) -> bool:
        since = self.mail_fault_since
        if since is None:
            return False
        # A time ahead was stored under a wrong clock: nobody knows for how long it has been so.
        long_ago = now - since > STUCK or since - now > AHEAD
        return long_ago or self.mail_fault == MailFault.UNSET


class RoundFailures(ViewerScopedQuerySet[Row]):
    def unresolved_failures(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def record_failure(
        self,
        school: School,
        about: UUID,
        fault: Exception,
        now: datetime,
        *,
        about_adult: bool = False,
    ) -> None:
        """Record that the round failed on the row `about`. Every later round tries it again."""
        what = {"fault": type(fault).__name__[:60], "last_at": now, "ended_at": None}
        what["about_adult"] = about_adult
        first = {**what, "first_at": now}
        self.update_or_create(school=school, about=str(about), defaults=what, create_defaults=first)

    def resolve_all_but(self, school: School, about: Iterable[str], now: datetime) -> None:
        self.unresolved_failures().filter(school=school).exclude(about__in=about).update(
            ended_at=now
        )


class RoundFailure(SchoolOwnedModel):
    """A row, or a whole school, on which the round failed. Shown to the head, and tried again in
    every round."""

    about = models.CharField(max_length=36)
    # It is a step of a concern about an adult: only its readers may be shown that it exists.
    about_adult = models.BooleanField(default=False)
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
