"""The outbox: notices that people are to get, and the letters (e-mails) that carry them.

A `Notice` tells one person one thing. It is written in the transaction of the act that causes it,
or by the round that found a step late. Its key is unique (by step, rung and recipient), so writing
it a second time does nothing. A `Letter` carries all that waits for one person. It is leased while
it is sent, tried again with back-off, and never dropped.

We wrote this ourselves because the job packages (django-tasks-db) leave a job running for ever if
its worker is killed. With a lease and a unique key none is lost and none is sent twice.

The text is in `Notice.line`: a reference and a reason, never anything about a child. Sending is in
`doors/mail.py`.
"""

import uuid
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, OuterRef, Q

from concerns.models.adult_record import AdultStep
from concerns.models.case import Row, Scoped
from concerns.models.person import Person
from concerns.models.step import Step
from concerns.rules.clocks import CLOCKS, StepKind, Unit
from concerns.rules.messages import LINES, STUCK, Why, at_once, back_off
from concerns.rules.words import Choice

# How long one worker holds a letter. A mail server that takes longer has dropped the connection.
LEASE = timedelta(minutes=2)


class Told(Choice):
    """How a notice ended: sent, or why it was not."""

    SENT = "sent", "Sent"
    ACTED = "acted", "Not sent: somebody had acted"
    MERGED = "merged", "Not sent: a later one says it"
    GONE = "gone", "Not sent: they no longer work here"


class Notices(Scoped):
    def waiting(self):
        return self.filter(ended_at__isnull=True)

    def to_go(self):
        """Pending notices that are in no letter yet."""
        return self.waiting().filter(letter__isnull=True)

    def unsent_of(self, viewer):
        """Urgent (red) notices about concerns `viewer` wrote that have been unsent for longer than
        `STUCK`, because the mail server or the clock is down.

        Leaves out notices to the viewer or to somebody outside, and those whose step is done.
        """
        mine = self.waiting().filter(school=viewer.school, step__concern__reporter=viewer.person)
        return mine.filter(step__done_at__isnull=True)._stuck(viewer)

    def unsent_of_adult(self, viewer):
        """The same for a concern about an adult: a subquery in a query of those (`OuterRef`)."""
        rows = self.waiting().filter(school=viewer.school, adult_step__concern=OuterRef("pk"))
        return rows.filter(adult_step__done_at__isnull=True)._stuck(viewer)

    def _stuck(self, viewer):
        rows = self.filter(red=True, outside=False, made_at__lt=viewer.now - STUCK)
        return rows.exclude(person=viewer.person)

    def begun(self, by, steps) -> None:
        """Write notices of the `steps` that an act opened, to whoever is to do them.

        People get none for steps they opened themselves. If a step belongs to a post, the recipient
        is found when the notice is sent, from who holds the post then.
        """
        found = [self._new(by, step) for step in steps if _worth_telling(by, step)]
        if found:
            self.bulk_create(found)

    def _new(self, by, step):
        return self.model(
            school_id=step.school_id,
            key=f"{step.uid}:0",
            why=Why.NEW,
            red=at_once(step.KINDS(step.kind), 0),
            person=step.holder,
            line=LINES[Why.NEW].format(reference=step.concern.reference),
            made_at=step.opened_at,
            **of_step(step),
        )

    def handed(self, handing, steps) -> None:
        """Write a notice to whoever is given a concern, about the most urgent of its open `steps`.

        Otherwise they would only find it by looking.
        """
        if handing.to_id != handing.by_id:
            self._come(handing.to, steps, f"hand:{handing.uid}", handing.at).save()

    def taken_over(self, by: Person, to: Person | None, owed: list[list], now: datetime) -> None:
        """Write notices to whoever takes over from a leaver, one for each concern, unless they
        recorded the leaving themselves.

        `owed` has for each concern the steps that are now theirs. All are sent in one letter.
        """
        if to != by:
            key = f"over:{now.isoformat()}:"
            rows = [self._come(to, steps, f"{key}{steps[0].uid}", now) for steps in owed]
            self.bulk_create(rows)

    def _come(self, to: Person, steps, key: str, now: datetime):
        step = min(steps, key=lambda step: (CLOCKS[step.kind].rank, step.due_at))
        return self.model(
            school_id=step.school_id,
            key=key,
            why=Why.NEW,
            red=at_once(step.KINDS(step.kind), 0),
            person=to,
            line=LINES[Why.NEW].format(reference=step.concern.reference),
            made_at=now,
            **of_step(step),
        )

    def word_back(self, back) -> None:
        """Write a notice to the concern's writer that a word back has come, once for each."""
        concern = back.concern
        if concern.reporter_id != back.by_id:
            self.create(
                school_id=back.school_id,
                key=f"back:{back.uid}",
                why=Why.WORD_BACK,
                red=True,
                person_id=concern.reporter_id,
                line=LINES[Why.WORD_BACK].format(reference=concern.reference),
                made_at=back.at,
            )

    def end(self, how: Told, now: datetime) -> int:
        return self.waiting().update(ended_at=now, ended=how)


def of_step(step) -> dict:
    return {"adult_step" if isinstance(step, AdultStep) else "step": step}


def _worth_telling(by, step) -> bool:
    """Whether opening `step` needs a notice now.

    Not if the holder opened it, nor for steps with a date of their own, which are sent on that
    date. A task is the exception: it is sent when it is set.
    """
    own_date = CLOCKS[step.KINDS(step.kind)].unit is Unit.DATE and step.kind != StepKind.TASK
    return step.holder_id != by.person.pk and not own_date


class Letters(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at__isnull=True, ended_at__isnull=True)

    def not_gone(self):
        """Letters that certainly did not go out: never tried, or the last try failed."""
        return self.unsent().filter(Q(tries=0) | ~Q(fault=""))

    def to_try(self, now: datetime):
        return self.unsent().filter(next_try_at__lte=now, leased_until__lte=now).order_by("pk")

    def lease(self, letter: "Letter", now: datetime) -> bool:
        """Try to lease `letter` for sending. Of two workers only one gets True."""
        mine = self.to_try(now).filter(pk=letter.pk)
        return bool(mine.update(leased_until=now + LEASE, tries=F("tries") + 1, fault=""))

    def outside(self, school, since: datetime):
        """Letters to the adviser outside `school` made after `since`, sent or still to be sent."""
        return self.filter(school=school, person=None, made_at__gt=since, ended_at=None)

    def stuck(self, now: datetime):
        return self.unsent().filter(made_at__lt=now - STUCK)


class Letter(Row):
    """One e-mail to one person, or to the adviser outside the school (`person` is null)."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="letters")
    red = models.BooleanField()
    made_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Nothing in it still needed to be said, or its notices were moved to another letter.
    ended_at = models.DateTimeField(null=True)
    # The kind of error of the last try, never a word of the e-mail. Also empty while it is being
    # tried, and if the worker was killed, when nobody knows whether it went out.
    fault = models.CharField(max_length=60, blank=True)

    objects = Letters.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(ended_at__isnull=True),
                name="a_letter_is_sent_or_not",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at__isnull=True, ended_at__isnull=True),
                name="letters_to_send",
            )
        ]

    def __str__(self):
        return f"letter {self.uid}"

    def take_along(self, now: datetime) -> None:
        """Move the notices of the same person's other unsent letters into this one.

        They get one letter, not one for each round in which the server was down. Of several notices
        that say the same, only the last is kept. A letter that now says more gets a new uid,
        because it is another message and must not be taken for the first.
        """
        others = Letter.objects.not_gone().filter(school=self.school_id, person=self.person_id)
        others = others.filter(red=self.red, leased_until__lte=now)
        with transaction.atomic():
            keys = list(others.exclude(pk=self.pk).values_list("pk", flat=True))
            # One update for each row: a letter that another worker has leased meanwhile is left.
            taken = [key for key in keys if others.filter(pk=key).update(ended_at=now)]
            if not taken:
                return
            Notice.objects.waiting().filter(letter__in=taken).update(letter=self)
            rows = list(self.notices.waiting().order_by("pk"))
            newest = {row.about: row.pk for row in rows}
            older = {row.pk for row in rows} - set(newest.values())
            Notice.objects.filter(pk__in=older).end(Told.MERGED, now)
            self.uid = uuid.uuid4()
            self.save(update_fields=["uid"])

    def failed(self, fault: str, now: datetime) -> None:
        self.fault, self.next_try_at = fault[:60], now + back_off(self.tries)
        self.leased_until = now
        self.save(update_fields=["fault", "next_try_at", "leased_until"])


class Notice(Row):
    key = models.CharField(max_length=120)
    why = models.CharField(max_length=12)
    # Urgent: sent at once, not at the next of the two daily times.
    red = models.BooleanField()
    # The recipient. Null until it is sent if it goes to a post and not to a person.
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="notices", db_index=False
    )
    outside = models.BooleanField(default=False)
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="notices")
    adult_step = models.ForeignKey(
        AdultStep, models.PROTECT, null=True, related_name="notices", db_index=False
    )
    draft = models.UUIDField(null=True)
    pushed = models.PositiveIntegerField(default=0)
    line = models.TextField()
    made_at = models.DateTimeField()
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, related_name="notices", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=8, blank=True)

    objects = Notices.as_manager()

    class Meta:
        constraints = [
            # A constraint and not `unique=True`, for which PostgreSQL makes a second index.
            models.UniqueConstraint(fields=["key"], name="told_once"),
            models.CheckConstraint(
                condition=Q(why__in=[why.value for why in Why]), name="notice_says_why"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="")
                | Q(ended_at__isnull=False, ended__in=[word.value for word in Told]),
                name="a_notice_ends_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "id"],
                condition=Q(ended_at__isnull=True),
                name="notices_waiting",
            ),
            models.Index(
                fields=["letter"],
                condition=Q(letter__isnull=False),
                name="notices_of_a_letter",
            ),
        ]

    def __str__(self):
        return f"notice {self.uid}"

    @property
    def about(self) -> int | str:
        """Equal for two notices that say the same. Only the later one is sent."""
        return self.step_id or self.key

    @property
    def owed(self):
        """The step it is about, if any. Needs `step` and `adult_step` fetched."""
        return self.step or self.adult_step

    @property
    def acted(self) -> bool:
        """Whether the step it is about has been done meanwhile."""
        return self.owed is not None and self.owed.done_at is not None
