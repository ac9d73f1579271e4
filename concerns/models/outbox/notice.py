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
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest

from concerns.models.base.case_row import Row, SchoolOwnedModel, ViewerScopedQuerySet
from concerns.models.base.clock_ahead import before_or_ahead_filter
from concerns.models.base.kept_out import hidden_concerns_filter
from concerns.models.concern.concern import Concern
from concerns.models.response.step import BaseStep, Step
from concerns.models.school.person import Person, Viewer
from concerns.models.school.school import School
from concerns.rules.clocks import CLOCKS, ClockUnit, StepKind
from concerns.rules.message_rules import (
    HANDED_OVER,
    LINES,
    LONGEST_BACK_OFF,
    STUCK,
    MessageReason,
    is_urgent_message,
    retry_delay,
)
from concerns.rules.words import Choice

# How long one worker holds a letter. A mail server that takes longer has dropped the connection.
LEASE = timedelta(minutes=2)


class NoticeEnding(Choice):
    """How a notice ended: sent, or why it was not."""

    SENT = "sent", "Sent"
    ACTED = "acted", "Not sent, because somebody had acted"
    MERGED = "merged", "Not sent, because a later message says it"
    GONE = "gone", "Not sent, because they no longer work here"


def _is_stuck(now: datetime) -> Q:
    """What was made longer ago than `STUCK`, or under a clock that stood ahead."""
    return before_or_ahead_filter("made_at", now - STUCK, now)


class Notices(ViewerScopedQuerySet[Row]):
    def still_pending(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def delivered_about(self, step: BaseStep) -> Self:
        """The notices about `step` that went out or will go out, oldest first, with `person`."""
        rows = self.filter(**step_keyword(step), ended__in=["", NoticeEnding.SENT])
        return rows.select_related("person").order_by("pk")

    def stuck_about_adults(self, viewer: Viewer, visible: QuerySet[Any]) -> Self:
        """Notices about the concerns in `visible` that have been unsent for longer than `STUCK`,
        oldest first: the red ones, and those whose e-mail has failed. Also those to the viewer,
        whose own address may be the one that does not work."""
        rows = self.still_pending().filter(
            adult_step__concern__in=visible.values("pk"), adult_step__done_at__isnull=True
        )
        late = Q(red=True) | Q(letter__tries__gt=0)
        rows = rows.filter(late, _is_stuck(viewer.now))
        return rows.select_related("person", "letter", "adult_step__concern").order_by("pk")

    def stuck_without_letter(self, now: datetime) -> Self:
        """Urgent notices that should have gone out at once and are in no letter after `STUCK`.

        Leaves out those about concerns about adults, as `Letters.stuck_letters` does, and those to
        the adviser outside, who is not told more often than every two hours.
        """
        rows = self.not_in_a_letter().filter(red=True, outside=False, adult_step=None)
        return rows.filter(_is_stuck(now))

    def release_keys_made_ahead(self, now: datetime) -> int:
        """Free the keys of notices dated after `now`, so that rounds write these notices again.

        A round that ran while the database's clock stood ahead told people of steps that were not
        late yet. With its keys still taken, nobody would be told when they are. Returns how many.
        """
        freed = Concat(F("key"), Value(":ahead:"), Cast("pk", models.CharField()))
        return self.filter(made_at__gt=now).exclude(key__contains=":ahead:").update(key=freed)

    def not_hidden_from(
        self, viewer: Viewer, replies: Iterable[uuid.UUID], drafts: Collection[uuid.UUID]
    ) -> Self:
        """Pending notices, without those from which `viewer` would learn of what they may not know.

        `replies` are the uids of the hidden replies to writers, `drafts` those of the drafts that
        the viewer may know of. A kind of notice that is not named here is left out.
        """
        of_step = Q(step__isnull=False) & ~hidden_concerns_filter(viewer.person, "step__concern")
        of_reply = Q(why=MessageReason.WORD_BACK)
        for uid in replies:
            # A key that was released has an end of its own (`release_keys_made_ahead`).
            of_reply &= ~Q(key__startswith=_word_back_key(uid))
        # That nobody is left who may act: only those are told who may see every such concern.
        own = Notice.objects.filter(why=MessageReason.NOBODY, step=None, person=viewer.person)
        of_school = Q(Exists(own.filter(made_at=OuterRef("made_at"))), why=MessageReason.NOBODY)
        of_no_concern = Q(why__in=(MessageReason.EXPORT, MessageReason.MANY_FILES))
        of_nobody = of_reply | Q(draft__in=drafts) | of_school | of_no_concern
        seen = of_step | Q(step=None) & of_nobody
        return self.still_pending().filter(seen, school=viewer.school, adult_step=None)

    def not_in_a_letter(self) -> Self:
        """Pending notices that are in no letter yet."""
        return self.still_pending().filter(letter__isnull=True)

    def stuck_for_writer(self, viewer: Viewer) -> Self:
        """Urgent (red) notices about concerns `viewer` wrote that have been unsent for longer than
        `STUCK`, because the mail server or the clock is down.

        Leaves out notices to the viewer or to somebody outside, and those whose step is done.
        """
        mine = self.still_pending().filter(
            school=viewer.school, step__concern__reporter=viewer.person
        )
        return mine.filter(step__done_at__isnull=True)._stuck_for_others(viewer)

    def stuck_for_adult_concern(self, viewer: Viewer) -> Self:
        """As `stuck_for_writer`, for the concern about an adult of the outer query (`OuterRef`)."""
        rows = self.still_pending().filter(school=viewer.school, adult_step__concern=OuterRef("pk"))
        return rows.filter(adult_step__done_at__isnull=True)._stuck_for_others(viewer)

    def _stuck_for_others(self, viewer: Viewer) -> Self:
        rows = self.filter(_is_stuck(viewer.now), red=True, outside=False)
        return rows.exclude(person=viewer.person)

    def notify_steps_opened(self: "Notices[Notice]", by: Viewer, steps: Iterable[BaseStep]) -> None:
        """Write notices of the `steps` that an act opened, to whoever is to do them.

        People get none for steps they opened themselves. If a step belongs to a post, the recipient
        is found when the notice is sent, from who holds the post then.
        """
        found = [self._build_step_notice(step) for step in steps if _needs_opening_notice(by, step)]
        if found:
            self.bulk_create(found)

    def _build_step_notice(self: "Notices[Notice]", step: BaseStep) -> "Notice":
        return self.model(
            school_id=step.school_id,
            key=f"{step.uid}:0",
            why=MessageReason.NEW,
            red=is_urgent_message(step.KINDS(step.kind), 0),
            person=step.holder,
            line=LINES[MessageReason.NEW].format(reference=step.concern.reference),
            made_at=step.opened_at,
            **step_keyword(step),
        )

    def notify_handover(
        self: "Notices[Notice]",
        by: Person,
        to: Person,
        steps: Iterable[BaseStep],
        uid: uuid.UUID,
        now: datetime,
    ) -> None:
        """Write a notice to whoever is given a concern, about the most urgent of its open `steps`.

        Otherwise they would only find it by looking. `uid` is that of the handover (`Handing`):
        nobody is told of one twice.
        """
        if to != by:
            self._build_handover_notice(to, steps, f"hand:{uid}", now).save()

    def notify_leaver_takeover(
        self: "Notices[Notice]",
        by: Person,
        to: Person | None,
        owed: Sequence[Sequence[BaseStep]],
        now: datetime,
    ) -> None:
        """Write notices to whoever takes over from a leaver, one for each concern, unless they
        recorded the leaving themselves.

        `owed` has for each concern the steps that are now theirs. All are sent in one letter.
        """
        if to is not None and to != by:
            key = f"over:{now.isoformat()}:"
            rows = [
                self._build_handover_notice(to, steps, f"{key}{steps[0].uid}", now)
                for steps in owed
            ]
            self.bulk_create(rows)

    def _build_handover_notice(
        self: "Notices[Notice]", to: Person, steps: Iterable[BaseStep], key: str, now: datetime
    ) -> "Notice":
        step = min(steps, key=lambda step: (CLOCKS[step.KINDS(step.kind)].rank, step.due_at))
        return self.model(
            school_id=step.school_id,
            key=key,
            why=MessageReason.NEW,
            red=is_urgent_message(step.KINDS(step.kind), 0),
            person=to,
            line=HANDED_OVER.format(reference=step.concern.reference),
            made_at=now,
            **step_keyword(step),
        )

    def notify_people(
        self: "Notices[Notice]",
        people: Iterable[Person],
        school: School,
        why: MessageReason,
        line: str,
        key: str,
        now: datetime,
    ) -> None:
        """Write a red notice to each of `people` about something that is of no concern. `key` is of
        the thing: nobody is told of it twice."""
        self.bulk_create(
            self.model(
                school=school,
                key=f"{key}:{person.uid}",
                why=why,
                red=True,
                person=person,
                line=line,
                made_at=now,
            )
            for person in people
        )

    def notify_word_back(self, by: Person, concern: Concern, uid: uuid.UUID, now: datetime) -> None:
        """Write a notice to the concern's writer that a word back has come, once for each.

        `uid` is that of the word back (`WordBack`).
        """
        if concern.reporter_id != by.pk:
            self.create(
                school_id=concern.school_id,
                key=_word_back_key(uid),
                why=MessageReason.WORD_BACK,
                red=False,
                person_id=concern.reporter_id,
                line=LINES[MessageReason.WORD_BACK].format(reference=concern.reference),
                made_at=now,
            )

    def end_notices(self, how: NoticeEnding, now: datetime) -> int:
        return self.still_pending().update(ended_at=now, ended=how)


def step_keyword(step: BaseStep) -> dict[str, Any]:
    """The keyword argument that gives a notice its step: `step`, or `adult_step`."""
    return {"adult_step" if step._meta.model_name == "adultstep" else "step": step}


def _word_back_key(uid: uuid.UUID) -> str:
    return f"back:{uid}"


def _needs_opening_notice(by: Viewer, step: BaseStep) -> bool:
    """Whether opening `step` needs a notice now.

    Not if the holder opened it, nor for steps with a date of their own, which are sent on that
    date. A task is the exception: it is sent when it is set.
    """
    own_date = CLOCKS[step.KINDS(step.kind)].unit is ClockUnit.DATE and step.kind != StepKind.TASK
    return step.holder_id != by.person.pk and not own_date


class Letters(models.QuerySet[Row]):
    def unsent_letters(self) -> Self:
        return self.filter(sent_at__isnull=True, ended_at__isnull=True)

    def certainly_unsent(self) -> Self:
        """Letters that certainly did not go out: never tried, or the last try failed."""
        return self.unsent_letters().filter(Q(tries=0) | ~Q(fault=""))

    def due_for_sending(self, now: datetime) -> Self:
        """Unsent letters whose time for the next try has come and that no worker is sending.

        A time further ahead than any that could be set now was set under a clock that stood ahead.
        """
        due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + LONGEST_BACK_OFF)
        free = Q(leased_until__lte=now) | Q(leased_until__gt=now + LEASE)
        return self.unsent_letters().filter(due, free).order_by("pk")

    def lease_letter(self, letter: "Letter", now: datetime) -> bool:
        """Try to lease `letter` for sending. Of two workers only one gets True."""
        mine = self.due_for_sending(now).filter(pk=letter.pk)
        return bool(mine.update(leased_until=now + LEASE, tries=F("tries") + 1, fault=""))

    def to_outside_between(self, school: School, since: datetime, now: datetime) -> Self:
        """Letters to the adviser outside `school` made after `since` and up to `now`, sent or still
        to be sent."""
        made = self.filter(made_at__gt=since, made_at__lte=now)
        return made.filter(school=school, person=None, ended_at=None)

    def stuck_letters(self, now: datetime) -> Self:
        """Letters unsent for longer than `STUCK`, without those about concerns about adults: who
        sees these must not learn from them that there is such a concern."""
        return self.unsent_letters().filter(_is_stuck(now), about_adult=False)

    def stuck_letters_for(self, viewer: Viewer, shown: Notices["Notice"]) -> Self:
        """Those of the viewer's school with a notice of `shown` that has waited as long as that.

        Annotated with `since`: from when the oldest of these was to be sent. A letter may hold what
        the viewer may not know of beside what they may, and its own times would tell of it.
        """
        due = shown.filter(_is_stuck(viewer.now), letter=OuterRef("pk")).order_by("made_at", "pk")
        rows = self.stuck_letters(viewer.now).filter(Exists(due), school=viewer.school)
        return rows.annotate(since=Greatest("made_at", Subquery(due.values("made_at")[:1])))


class Letter(SchoolOwnedModel):
    """One e-mail to one person, or to the adviser outside the school (`person` is null)."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="letters")
    red = models.BooleanField()
    # Its notices are about concerns about adults. These never share a letter with others.
    about_adult = models.BooleanField(default=False)
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

    # Not a column: see `stuck_letters_for`.
    since: datetime

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

    def __str__(self) -> str:
        return f"letter {self.uid}"

    def merge_unsent_letters(self, now: datetime) -> None:
        """Move the notices of the same person's other unsent letters into this one.

        They get one letter, not one for each round in which the server was down. Of several notices
        that say the same, only the last is kept. A letter that now says more gets a new uid,
        because it is another message and must not be taken for the first.
        """
        others = Letter.objects.certainly_unsent().filter(
            school=self.school_id, person=self.person_id
        )
        others = others.filter(red=self.red, about_adult=self.about_adult, leased_until__lte=now)
        with transaction.atomic():
            keys = list(others.exclude(pk=self.pk).values_list("pk", flat=True))
            # One update for each row: a letter that another worker has leased meanwhile is left.
            taken = [key for key in keys if others.filter(pk=key).update(ended_at=now)]
            if not taken:
                return
            Notice.objects.still_pending().filter(letter__in=taken).update(letter=self)
            rows = list(self.notices.still_pending().order_by("pk"))
            newest = {row.same_message_key: row.pk for row in rows}
            older = {row.pk for row in rows} - set(newest.values())
            Notice.objects.filter(pk__in=older).end_notices(NoticeEnding.MERGED, now)
            self.uid = uuid.uuid4()
            self.save(update_fields=["uid"])

    def record_failed_try(self, fault: str, now: datetime) -> None:
        self.fault = fault[:60]
        self.next_try_at = now + retry_delay(self.tries)
        self.leased_until = now
        self.save(update_fields=["fault", "next_try_at", "leased_until"])


class Notice(SchoolOwnedModel):
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
        "concerns.AdultStep", models.PROTECT, null=True, related_name="notices", db_index=False
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
                condition=Q(why__in=[why.value for why in MessageReason]), name="notice_says_why"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="")
                | Q(ended_at__isnull=False, ended__in=[word.value for word in NoticeEnding]),
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
            models.Index(
                fields=["adult_step"],
                condition=Q(adult_step__isnull=False),
                name="notices_about_adults",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.uid}"

    @property
    def same_message_key(self) -> int | str:
        """Equal for two notices that say the same. Only the later one is sent."""
        if self.adult_step_id:
            return f"adult step {self.adult_step_id}"
        return self.step_id or self.key

    @property
    def related_step(self) -> BaseStep | None:
        """The step it is about, if any. Needs `step` and `adult_step` fetched."""
        return self.step or self.adult_step

    @property
    def is_step_done(self) -> bool:
        """Whether the step it is about has been done meanwhile."""
        return self.related_step is not None and self.related_step.done_at is not None
