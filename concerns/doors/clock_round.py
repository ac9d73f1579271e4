"""One round of the clock: sends reminders for late steps and posts pending mail; once a day it also
checks the whole record (`daily_check.py`).

`manage.py clock` runs rounds in a loop. If nobody started it, any web request runs the round that
is overdue (`safeguarding/middleware.py`). A round may run twice at once, be killed at any moment,
or be missed for a week: what is late is always computed from times when it is read, and a round
only sends the messages. Whoever runs a round leases the one row of `Heartbeat`, renews the lease as
it goes on, and stops if another worker has taken it. One bad row never stops a round, and one bad
school or letter never stops the others: it is set aside, shown to the head, and tried again in the
next.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from concerns.doors import mail
from concerns.doors.daily_check import check_record_if_due
from concerns.doors.invitation_queue import send_waiting_invitations
from concerns.doors.step_messages import StepMessages
from concerns.models import (
    AdultStep,
    Draft,
    EscalationProgress,
    Heartbeat,
    Letter,
    Notice,
    Person,
    RoundFailure,
    School,
    Step,
    Viewer,
)
from concerns.models.base.clock_ahead import before_or_ahead_filter
from concerns.models.outbox.heartbeat import LEASE
from concerns.models.outbox.notice import NoticeEnding, step_keyword
from concerns.models.school.cover import people_acting_for_role
from concerns.rules.clocks import FIRST_LOOKS, REMIND_AFTER
from concerns.rules.message_rules import (
    LINES,
    NOBODY_READS_OF_ADULT,
    NOBODY_TO_OUTSIDE,
    OUTSIDE_AGAIN,
    TO_OUTSIDE,
    MessageReason,
    is_urgent_message,
    next_post_time,
)
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import May, Role
from concerns.workflow import adult_escalation
from concerns.workflow.escalation import EscalationLadders, EscalationTarget

log = logging.getLogger(__name__)

LateStep = TypeVar("LateStep", Step, AdultStep)
Result = TypeVar("Result")


def run_reminder_round(
    now: datetime | None = None, post_by: BaseEmailBackend | None = None
) -> bool:
    """Run one round over every school at `now` (aware; the database's clock unless given).

    False if somebody else is already running one. `post_by` is the mail connection, as `by` of
    `mail.send_due_letters`. Raises only DatabaseError.
    """
    now = now or Heartbeat.objects.database_now()
    if not Heartbeat.objects.lease_round(now):
        return False
    lease = RoundLease(now)
    _recover_from_clock_ahead(now)
    nobody = 0
    for school in School.objects.order_by("pk"):
        nobody += _run_school_or_set_aside(school, now)
        if not lease.renew():
            return False
    posted = mail.send_due_letters(now, post_by, lease.renew)
    if posted.checked:
        Heartbeat.objects.record_mail_fault(posted.fault, now)
    if posted.fault is None:
        send_waiting_invitations(now, lease.renew)
    if not (check_record_if_due(now, lease.renew) and lease.renew()):
        return False
    stuck = Letter.objects.stuck_letters(now).count()
    stuck += Notice.objects.stuck_without_letter(now).count()
    Heartbeat.objects.record_round(now, nobody, stuck)
    return True


class RoundLease:
    """The lease of a round that has begun at `now`, to be renewed as the round goes on.

    The time that has passed is measured by this process, because `now` stands still for a round.
    """

    def __init__(self, now: datetime):
        self._now = now
        self._began = time.monotonic()
        self._held_until = now + LEASE

    def renew(self) -> bool:
        """Lease the round for two more minutes. False if another worker has it: end the round."""
        now = self._now + timedelta(seconds=time.monotonic() - self._began)
        if not Heartbeat.objects.renew_round_lease(self._held_until, now):
            return False
        self._held_until = now + LEASE
        return True


def _recover_from_clock_ahead(now: datetime) -> None:
    """If the last round ran while the database's clock stood ahead, undo what would keep us silent.

    That round told people of steps before they were late, and counted them as told. All is told
    again from `now` on.
    """
    if Heartbeat.objects.is_ahead(now):
        log.warning("the database's clock had been ahead; whoever was told too early is told again")
        with transaction.atomic():
            Notice.objects.all().release_keys_made_ahead(now)
            EscalationProgress.objects.all().delete()


def _run_school_or_set_aside(school: School, now: datetime) -> int:
    """How many open steps of `school` nobody may act on; 0 if its round failed and is set aside."""
    try:
        return SchoolRound(school, now).run_for_school()
    except Exception as fault:
        # Log which school and which kind of error, never the message: it may quote the record.
        log.warning("set aside the round of school %s: %s", school.uid, type(fault).__name__)
        RoundFailure.objects.record_failure(school, school.uid, fault, now)
        return 0


class SchoolRound:
    """The round of one school: writes notices, then puts those that are due in letters."""

    def __init__(self, school: School, now: datetime):
        self.school = school
        self.now = now
        self._written: list[Notice] = []
        self._reached: dict[int, int] = {}
        self._bad: list[str] = []

    def run_for_school(self) -> int:
        """Run it. Returns how many open steps have nobody left who may act on them."""
        steps = Step.objects.open_steps_for_round(self.school)
        self.steps = {step.pk: step for step in steps}
        self.ladders = EscalationLadders(self.school, self.now, steps)
        self._told = EscalationProgress.objects.pushed_counts(self.school)
        nobody = [step for step in steps if self._call_or_set_aside(step, self._write_step_notices)]
        self._notify_nobody_left(nobody)
        for step in self._late_adult_steps():
            self._call_or_set_aside(step, self._write_adult_notice)
        self._write_draft_notices()
        with transaction.atomic():
            # Each notice has a unique key: one that is already written is skipped.
            Notice.objects.bulk_create(self._written, ignore_conflicts=True)
            EscalationProgress.objects.save_pushed_counts(self.school, self._reached)
            EscalationProgress.objects.delete_for_steps(self._told.keys() - self.steps.keys())
        RoundFailure.objects.resolve_all_but(self.school, self._bad, self.now)
        with transaction.atomic():
            self._put_notices_in_letters()
        return len(nobody)

    def _call_or_set_aside(
        self, row: LateStep, does: Callable[[LateStep], Result]
    ) -> Result | None:
        """The result of `does(row)`. If it raises, the row is set aside and None returned."""
        try:
            return does(row)
        except Exception as fault:
            # Log which row and which kind of error, never the message: it may quote the record.
            log.warning("set aside %s: %s", row.uid, type(fault).__name__)
            self._bad.append(str(row.uid))
            about_adult = isinstance(row, AdultStep)
            RoundFailure.objects.record_failure(
                self.school, row.uid, fault, self.now, about_adult=about_adult
            )
            return None

    def _write_step_notices(self, step: Step) -> bool:
        """Write the notices due for a step. True if nobody is left who may act on it."""
        people = self.ladders.people_on_ladder(step)
        come = self.ladders.current_recipient(step)
        told = self._told.get(step.pk, 0)
        if come and told > come.pushed:
            # Counted under a clock that stood ahead, or before the step's time was put off. What
            # was told is known from the keys of the notices, and nobody is told twice.
            told = 0
        if come and people and come.pushed > told:
            ladder = self._ladder_with_adviser(people)
            told_before = StepMessages(step, self.now)
            for came in self._recipients_since(told, step, come, len(ladder)):
                to = None if came.outside else came.to
                self._write_late_notice(step, came.pushed, to, ladder, told_before)
            if step.kind in FIRST_LOOKS and come.to and step.concern.reporter != come.to:
                self._notify_reporter_unread(step, come.to)
            self._reached[step.pk] = come.pushed
        return not people

    def _recipients_since(
        self, told: int, step: Step, come: EscalationTarget, ladder: int
    ) -> list[EscalationTarget]:
        """Everybody the step was escalated to since a round last sent notices of it, each once.

        So nobody is passed over if rounds were missed.
        """
        last = max(told, come.pushed - ladder)
        return [
            self.ladders.recipient_after_pushes(step, pushed)
            for pushed in range(last + 1, come.pushed + 1)
        ]

    def _ladder_with_adviser(self, people: list[Person]) -> list[Person | None]:
        """The people on a ladder, and None for the adviser outside if the school names one."""
        return [*people, *([None] if self.school.adviser_words else [])]

    def _write_late_notice(
        self,
        step: Step | AdultStep,
        pushed: int,
        to: Person | None,
        ladder: Sequence[Person | None],
        messages: StepMessages,
    ) -> None:
        """Tell `to` that `step` is late, or None for the adviser outside. If they have been told of
        it too lately or too often, tell the next on the ladder who has not.

        Nobody outside is told before everybody here: somebody may have been passed over because the
        ladder became shorter meanwhile.
        """
        place = ladder.index(to) if to in ladder else 0
        turns = [*ladder[place:], *ladder[:place]]
        able = [one for one in turns if messages.may_send_to(one)]
        if able[:1] == [None]:
            able = [*messages.list_untold(able), None]
        if not able:
            return
        messages.add(able[0])
        if able[0] is None:
            line = TO_OUTSIDE.format(school=self.school.name)
            self._add_step_notice(step, MessageReason.LATE, None, pushed, line, outside=True)
            return
        late = step.how_late_in_words(self.school.school_calendar, self.now)
        line = messages.late_sentence(able[0], late)
        self._add_step_notice(step, MessageReason.LATE, able[0], pushed, line)

    def _notify_reporter_unread(self, step: Step, to: Person) -> None:
        where = ", ".join(filter(None, [to.name, to.room, to.telephone]))
        line = LINES[MessageReason.UNREAD].format(reference=step.concern.reference, person=where)
        self._add_step_notice(
            step, MessageReason.UNREAD, step.concern.reporter, 1, line, key=f"{step.uid}:unread"
        )

    def _notify_nobody_left(self, steps: list[Step]) -> None:
        """Tell whoever can help, once a day, that nobody here may act on a step.

        They are the chair of governors, who can have a lead appointed, the other readers of the
        queue, the adviser outside, and the writers of the concerns. Whoever may not see one of the
        concerns is not told: they must not learn that it exists.
        """
        if not steps:
            return
        today = local_day(self.school.school_calendar, self.now)
        chairs = Person.objects.in_role(Role.CHAIR, self.school, today)
        readers = Person.objects.who_may(May.READ_ALL, self.school, today)
        helpers = (chairs | readers).not_excluded_from(*{step.concern_id for step in steps})
        for person in helpers:
            key = f"nobody:{self.school.uid}:{today}:{person.uid}"
            line = LINES[MessageReason.NOBODY]
            self._add_notice(key=key, why=MessageReason.NOBODY, red=True, person=person, line=line)
        for step in steps:
            self._notify_writer_and_adviser(step, today)

    def _notify_writer_and_adviser(self, step: Step, today: date) -> None:
        key = f"{step.uid}:nobody:{today}"
        if self.school.adviser_words:
            line = NOBODY_TO_OUTSIDE.format(school=self.school.name)
            self._add_step_notice(
                step, MessageReason.NOBODY, None, 1, line, key=f"{key}:outside", outside=True
            )
        reason = MessageReason.NOBODY_READS
        number = self.school.authority.front_door
        line = LINES[reason].format(reference=step.concern.reference, number=number)
        self._add_step_notice(step, reason, step.concern.reporter, 1, line, key=f"{key}:writer")

    def _late_adult_steps(self) -> list[AdultStep]:
        steps = AdultStep.objects.late(self.now).filter(school=self.school)
        return list(steps.select_related("concern").in_order())

    def _write_adult_notice(self, step: AdultStep) -> None:
        """Notify whoever a late step about an adult is escalated to: never the subject."""
        come = adult_escalation.find_adult_recipient(self.school, step, self.now)
        if come and come.to is None:
            self._notify_writer_about_adult(step)
        if come and come.to and not Notice.objects.filter(key=f"{step.uid}:{come.pushed}").exists():
            people = self._adult_recipients(step)
            messages = StepMessages(step, self.now)
            self._write_late_notice(step, come.pushed, come.to, people, messages)

    def _notify_writer_about_adult(self, step: AdultStep) -> None:
        """Tell the writer, once a day, that nobody is left who may read it. Nobody else may know
        of it; and nor may the writer, if it turned out to be about them."""
        concern = step.concern
        if concern.exclusions.filter(person=concern.reporter_id, subject=True).exists():
            return
        today = local_day(self.school.school_calendar, self.now)
        reason = MessageReason.NOBODY_READS
        number = self.school.authority.lado
        line = NOBODY_READS_OF_ADULT.format(reference=concern.reference, number=number)
        key = f"{concern.uid}:nobody:{today}:writer"
        self._add_step_notice(step, reason, concern.reporter, 1, line, key=key)

    def _write_draft_notices(self) -> None:
        """Remind of unsent concerns: the writer within the hour, the lead the next morning."""
        begun = (
            Draft.objects.unsent_concern_drafts().without_sent_concerns().filter(school=self.school)
        )
        if not begun.exists():
            # Asking for each lead's drafts costs as much as the rest of a quiet round.
            return
        left = before_or_ahead_filter("saved_at", self.now - REMIND_AFTER, self.now)
        lying = begun.filter(left).select_related("person")
        for draft in lying.defer("words"):
            self._add_draft_notice(draft, MessageReason.BEGUN, draft.person)
        told: set[int] = set()
        for acting in people_acting_for_role(self.school, Role.DSL, self.now):
            lead = Viewer(acting.person, self.school, frozenset({acting.role}), self.now)
            for draft in Draft.objects.known_to_leads(lead).without_sent_concerns():
                if draft.pk not in told:
                    self._add_draft_notice(draft, MessageReason.UNSENT, acting.person)
                told.add(draft.pk)

    def _add_draft_notice(self, draft: Draft, why: MessageReason, to: Person) -> None:
        red = why is MessageReason.BEGUN
        key = f"draft:{draft.uid}:{why}"
        self._add_notice(key=key, why=why, red=red, person=to, draft=draft.uid, line=LINES[why])

    def _add_step_notice(
        self,
        step: Step | AdultStep,
        why: MessageReason,
        to: Person | None,
        pushed: int,
        line: str,
        key: str = "",
        outside: bool = False,
    ) -> None:
        self._add_notice(
            key=key or f"{step.uid}:{pushed}",
            why=why,
            red=is_urgent_message(step.KINDS(step.kind), pushed),
            person=to,
            pushed=pushed,
            line=line,
            outside=outside,
            **step_keyword(step),
        )

    def _add_notice(self, **told: Any) -> None:
        self._written.append(Notice(school=self.school, made_at=self.now, **told))

    def _put_notices_in_letters(self) -> None:
        """Put pending notices in one letter per person; end those whose recipient has gone.

        Those about concerns about adults get a letter of their own, because the pages that show
        which letters do not go out are read by people who must not learn of such a concern.
        """
        rows = self._pending_notices()
        going: dict[tuple[Person, bool], list[Notice]] = defaultdict(list)
        self._write_outside_letter([row for row in rows if row.outside])
        for row in rows:
            if row.outside:
                continue
            to = self._notice_recipient(row)
            if to:
                going[to, row.adult_step_id is not None].append(row)
            elif not (row.step_id or row.adult_step_id):
                Notice.objects.filter(pk=row.pk).end_notices(NoticeEnding.GONE, self.now)
        for (to, _), notices in going.items():
            self._write_letters_to(to, notices)

    def _pending_notices(self) -> list[Notice]:
        """Notices waiting to go. Those whose step has been done meanwhile are ended here.

        Only notices of steps this round has read are returned; those of steps opened since then are
        for the next round.
        """
        waiting = Notice.objects.not_in_a_letter().filter(school=self.school).order_by("pk")
        rows = list(waiting.prefetch_related("person", "adult_step__concern"))
        owed = set(Step.objects.open().filter(school=self.school).values_list("pk", flat=True))
        done = {row.pk for row in rows if self._is_notice_done(row, owed)}
        Notice.objects.filter(pk__in=done).end_notices(NoticeEnding.ACTED, self.now)
        rows = [row for row in rows if row.pk not in done]
        return [row for row in rows if row.step_id is None or row.step_id in self.steps]

    def _is_notice_done(self, row: Notice, owed: set[int]) -> bool:
        return row.step_id not in owed if row.step_id else row.is_step_done

    def _write_outside_letter(self, rows: list[Notice]) -> None:
        """Write one letter to the outside adviser, however much is late: not what, nor how many.

        If the school no longer names an adviser, the notices end and escalation goes on without.
        """
        if not self.school.adviser_email:
            Notice.objects.filter(pk__in=[row.pk for row in rows]).end_notices(
                NoticeEnding.GONE, self.now
            )
        elif rows and not self._is_adviser_told():
            self._create_letter(None, self._merge_same_messages(rows), red=True)

    def _is_adviser_told(self) -> bool:
        since = self.now - OUTSIDE_AGAIN
        return Letter.objects.to_outside_between(self.school, since, self.now).exists()

    def _notice_recipient(self, row: Notice) -> Person | None:
        """Who is told. Looked up now if the notice names nobody or a person who has left."""
        if row.person and row.person.is_active:
            return row.person
        people = None
        if row.adult_step:
            people = self._call_or_set_aside(row.adult_step, self._adult_recipients)
        elif row.step_id:
            people = self._call_or_set_aside(self.steps[row.step_id], self.ladders.people_on_ladder)
        return next(iter(people or ()), None)

    def _adult_recipients(self, step: AdultStep) -> list[Person]:
        return adult_escalation.people_on_adult_ladder(self.school, step, self.now)

    def _write_letters_to(self, to: Person, notices: list[Notice]) -> None:
        # Count from the oldest: a later notice that says the same must not put the letter off.
        waits = min((row.made_at for row in notices if not row.red), default=self.now)
        waits = min(waits, self.now)
        left = self._merge_same_messages(notices)
        red = [row for row in left if row.red]
        if red:
            self._create_letter(to, red, red=True)
        posted = [row for row in left if not row.red]
        if posted and self._next_post_of(to, waits) <= self.now:
            self._create_letter(to, posted, red=False)

    def _merge_same_messages(self, notices: list[Notice]) -> list[Notice]:
        """End all but the last of those that say the same. Returns what is left."""
        newest = {row.same_message_key: row for row in notices}
        merged = [row.pk for row in notices if newest[row.same_message_key] is not row]
        Notice.objects.filter(pk__in=merged).end_notices(NoticeEnding.MERGED, self.now)
        return list(newest.values())

    def _next_post_of(self, to: Person, after: datetime) -> datetime:
        return next_post_time(
            (to.first_post, to.second_post), self.school.school_calendar.zone, after
        )

    def _create_letter(self, to: Person | None, notices: list[Notice], *, red: bool) -> None:
        letter = Letter.objects.create(
            school=self.school,
            person=to,
            red=red,
            about_adult=notices[0].adult_step_id is not None,
            made_at=self.now,
            next_try_at=self.now,
            leased_until=self.now,
        )
        rows = Notice.objects.filter(pk__in=[row.pk for row in notices])
        rows.update(letter=letter, person=to)
