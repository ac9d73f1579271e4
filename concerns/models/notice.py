"""This file knows what somebody is to be told, and the letters in which it goes: the outbox.

A `Notice` is one thing for one human being: written in the transaction of the act it follows from,
or by the round that found a step late. Its key is unique - by step, rung and recipient - so that
whoever writes it a second time writes nothing. A `Letter` carries what waits for one person to
them: leased while it is sent, tried again with back-off, never dropped. It is our own because the
packages for jobs (django-tasks-db) leave one running for ever whose worker was killed: with a lease
and a unique key none is lost and none is doubled.

What it says stands in `line`: a reference and why, and never anything of a child.
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

# How long a letter is one worker's: a server that takes longer has let go of the line by then.
LEASE = timedelta(minutes=2)


class Told(Choice):
    """How a notice came to its end."""

    SENT = "sent", "Sent"
    ACTED = "acted", "Not sent: somebody had acted"
    MERGED = "merged", "Not sent: a later one says it"
    GONE = "gone", "Not sent: they no longer work here"


class Notices(Scoped):
    def waiting(self):
        return self.filter(ended_at__isnull=True)

    def to_go(self):
        """Waiting, and in no letter yet."""
        return self.waiting().filter(letter__isnull=True)

    def unsent_of(self, viewer):
        """What is red, about a concern `viewer` wrote, and has not gone out for `STUCK`: the mail
        server is down, or the clock. What they are told themselves, or somebody outside, is not it;
        nor what has been done meanwhile."""
        mine = self.waiting().filter(school=viewer.school, step__concern__reporter=viewer.person)
        return mine.filter(step__done_at__isnull=True)._stuck(viewer)

    def unsent_of_adult(self, viewer):
        """The same of the concern about an adult in whose row this stands (`OuterRef`)."""
        rows = self.waiting().filter(school=viewer.school, adult_step__concern=OuterRef("pk"))
        return rows.filter(adult_step__done_at__isnull=True)._stuck(viewer)

    def _stuck(self, viewer):
        rows = self.filter(red=True, outside=False, made_at__lt=viewer.now - STUCK)
        return rows.exclude(person=viewer.person)

    def begun(self, by, steps) -> None:
        """Steps an act opened: whoever is to do one, and is not who acted, is told of it. To whom a
        post's has come is found when it is sent, as people are then."""
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
        """Who is given a concern is told that it has come to them, by the most pressing of the
        `steps` owed on it: they would else find it only by looking."""
        if handing.to_id != handing.by_id:
            self._come(handing.to, steps, f"hand:{handing.uid}", handing.at).save()

    def taken_over(self, by: Person, to: Person | None, owed: list[list], now: datetime) -> None:
        """Who takes over from a leaver, and is not who writes that down, is told of each concern,
        by what of it is now theirs to do. All that goes at one time goes in one letter."""
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
        """Who wrote it is told, once for each word, that there is one."""
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
    """What is due on a date of its own is told when that has come; a task, when it is asked."""
    own_date = CLOCKS[step.KINDS(step.kind)].unit is Unit.DATE and step.kind != StepKind.TASK
    return step.holder_id != by.person.pk and not own_date


class Letters(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at__isnull=True, ended_at__isnull=True)

    def not_gone(self):
        """Unsent for sure: never tried, or the last try failed."""
        return self.unsent().filter(Q(tries=0) | ~Q(fault=""))

    def to_try(self, now: datetime):
        return self.unsent().filter(next_try_at__lte=now, leased_until__lte=now).order_by("pk")

    def lease(self, letter: "Letter", now: datetime) -> bool:
        """Whether it is ours to send: of two workers one is told yes."""
        mine = self.to_try(now).filter(pk=letter.pk)
        return bool(mine.update(leased_until=now + LEASE, tries=F("tries") + 1, fault=""))

    def outside(self, school, since: datetime):
        """Those to whoever is outside `school`, begun after `since`, that went or are to go."""
        return self.filter(school=school, person=None, made_at__gt=since, ended_at=None)

    def stuck(self, now: datetime):
        return self.unsent().filter(made_at__lt=now - STUCK)


class Letter(Row):
    """One mail to one person, or to the adviser outside the school."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="letters")
    red = models.BooleanField()
    made_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Nothing in it was still to be said, or another took it along.
    ended_at = models.DateTimeField(null=True)
    # What kind of fault the last try met: never a word of the mail. Empty too while it is tried,
    # and where who tried was killed, so that nobody knows whether it went.
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
        """What else waits in vain to go to the same person goes with it: one letter, and not one
        for each round that the server was down. Of several that say the same, the last is left.
        What says more is another message, by its number too: else the first were taken for it."""
        others = Letter.objects.not_gone().filter(school=self.school_id, person=self.person_id)
        others = others.filter(red=self.red, leased_until__lte=now)
        with transaction.atomic():
            keys = list(others.exclude(pk=self.pk).values_list("pk", flat=True))
            # By the row itself: what another worker has leased meanwhile is theirs.
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
    # Goes at once, and not with the next post.
    red = models.BooleanField()
    # Whom it has come to; nobody until it is sent, where a post is told and not a person.
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
            # As a constraint: PostgreSQL makes a second index for what is said beside the column.
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
        """The same for two that say the same: the later one is sent alone."""
        return self.step_id or self.key

    @property
    def owed(self):
        """The step it is about, if it is about one. Needs both fetched."""
        return self.step or self.adult_step

    @property
    def acted(self) -> bool:
        """Whether what it is about has been done meanwhile."""
        return self.owed is not None and self.owed.done_at is not None
