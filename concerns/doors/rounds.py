"""One round of the clock: sends reminders for late steps and posts pending mail.

`manage.py clock` runs rounds in a loop. If nobody started it, any web request runs the round that
is overdue (`safeguarding/middleware.py`). A round may run twice at once, be killed at any moment,
or be missed for a week: what is late is always computed from times when it is read, and a round
only sends the messages. Whoever runs a round leases the one row of `Heartbeat`. One bad row never
stops a round: it is set aside, shown to the head, and tried again in the next.
"""

import logging
from collections import defaultdict
from datetime import datetime

from django.db import transaction

from concerns.doors import mail
from concerns.models import (
    AdultStep,
    Beat,
    Draft,
    LastPush,
    Letter,
    Notice,
    Person,
    School,
    Step,
    Trouble,
    Viewer,
    adult_climb,
)
from concerns.models.climb import Come, Ladders
from concerns.models.cover import who_acts
from concerns.models.notice import Told, of_step
from concerns.rules.clocks import FIRST_LOOKS, REMIND_AFTER
from concerns.rules.messages import (
    LINES,
    OUTSIDE_AGAIN,
    TO_OUTSIDE,
    Why,
    at_once,
    late_line,
    next_post,
)
from concerns.rules.roles import May, Role
from concerns.rules.spans import local_day

log = logging.getLogger(__name__)


def go_round(now: datetime | None = None, post_by=None) -> bool:
    """Run one round over every school at `now` (aware; the database's clock unless given).

    False if somebody else is already running one. `post_by` is the mail connection, as `by` of
    `mail.send_due_letters`. Raises only DatabaseError.
    """
    now = now or Beat.objects.clock()
    if not Beat.objects.lease(now):
        return False
    nobody = 0
    for school in School.objects.order_by("pk"):
        nobody += Round(school, now).go()
    mail.post(now, post_by)
    Beat.objects.gone_round(now, nobody, Letter.objects.stuck(now).count())
    return True


class Round:
    """The round of one school: writes notices, then puts those that are due in letters."""

    def __init__(self, school: School, now: datetime):
        self.school, self.now = school, now
        self._written: list[Notice] = []
        self._reached: dict[int, int] = {}
        self._bad: list[str] = []

    def go(self) -> int:
        """Run it. Returns how many open steps have nobody left who may act on them."""
        steps = Step.objects.for_a_round(self.school)
        self.steps = {step.pk: step for step in steps}
        self.ladders = Ladders(self.school, self.now, steps)
        self._told = LastPush.objects.of(self.school)
        nobody = [step for step in steps if self._whole(step, self._tell_of)]
        self._tell_of_nobody(nobody)
        for step in self._adult_steps():
            self._whole(step, self._tell_of_adult)
        self._tell_of_drafts()
        with transaction.atomic():
            # Each notice has a unique key: one that is already written is skipped.
            Notice.objects.bulk_create(self._written, ignore_conflicts=True)
            LastPush.objects.reached(self.school, self._reached)
            LastPush.objects.over(self._told.keys() - self.steps.keys())
        Trouble.objects.over(self.school, self._bad, self.now)
        with transaction.atomic():
            self._gather()
        return len(nobody)

    def _whole(self, row, does):
        """The result of `does(row)`. If it raises, the row is set aside and None returned."""
        try:
            return does(row)
        except Exception as fault:
            # Log which row and which kind of error, never the message: it may quote the record.
            log.warning("set aside %s: %s", row.uid, type(fault).__name__)
            self._bad.append(str(row.uid))
            Trouble.objects.set_aside(self.school, row.uid, fault, self.now)
            return None

    def _tell_of(self, step: Step) -> bool:
        """Write the notices due for a step. True if nobody is left who may act on it."""
        people = self.ladders.rungs(step)
        come = self.ladders.come(step)
        told = self._told.get(step.pk, 0)
        if come and people and come.pushed > told:
            for came in self._since(told, step, come, len(people) + 1):
                self._push(step, came, people)
            if step.kind in FIRST_LOOKS and come.to and step.concern.reporter != come.to:
                self._tell_reporter(step, come.to)
            self._reached[step.pk] = come.pushed
        return not people

    def _since(self, told: int, step: Step, come: Come, ladder: int) -> list[Come]:
        """Everybody the step was escalated to since a round last sent notices of it, each once.

        So nobody is passed over if rounds were missed.
        """
        last = max(told, come.pushed - ladder)
        return [self.ladders.came(step, pushed) for pushed in range(last + 1, come.pushed + 1)]

    def _push(self, step: Step, came: Come, people: list[Person]) -> None:
        if came.outside:
            line = TO_OUTSIDE.format(school=self.school.name)
            self._write(step, Why.LATE, None, came.pushed, line, outside=True)
            return
        place = people.index(came.to)
        before = people[place - 1].name if came.pushed > 1 and len(people) > 1 else ""
        late = step.late_words(self.school.days, self.now)
        line = late_line(step.concern.reference, late, before, came.again)
        self._write(step, Why.LATE, came.to, came.pushed, line)

    def _tell_reporter(self, step: Step, to: Person) -> None:
        where = ", ".join(filter(None, [to.name, to.room, to.telephone]))
        line = LINES[Why.UNREAD].format(reference=step.concern.reference, person=where)
        self._write(step, Why.UNREAD, step.concern.reporter, 1, line, key=f"{step.uid}:unread")

    def _tell_of_nobody(self, steps: list[Step]) -> None:
        """Tell everybody who reads the queue, once a day, that a step has nobody: not which one."""
        if not steps:
            return
        today = local_day(self.school.days, self.now)
        for reader in Person.objects.who_may(May.READ, self.school, today):
            key = f"nobody:{self.school.uid}:{today}:{reader.uid}"
            self._add(key=key, why=Why.NOBODY, red=True, person=reader, line=LINES[Why.NOBODY])

    def _adult_steps(self) -> list[AdultStep]:
        steps = AdultStep.objects.late(self.now).filter(school=self.school)
        return list(steps.select_related("concern").in_order())

    def _tell_of_adult(self, step: AdultStep) -> None:
        """Notify whoever a late step about an adult is escalated to: never the subject."""
        come = adult_climb.come(self.school, step, self.now)
        if come and come.to:
            late = step.late_words(self.school.days, self.now)
            line = late_line(step.concern.reference, late, "", come.again)
            self._write(step, Why.LATE, come.to, come.pushed, line)

    def _tell_of_drafts(self) -> None:
        """Remind of unsent concerns: the writer within the hour, the lead the next morning."""
        begun = Draft.objects.unsent().not_sent().filter(school=self.school)
        if not begun.exists():
            # Asking for each lead's drafts costs as much as the rest of a quiet round.
            return
        lying = begun.filter(saved_at__lte=self.now - REMIND_AFTER).select_related("person")
        for draft in lying.defer("words"):
            self._draft(draft, Why.BEGUN, draft.person)
        told: set[int] = set()
        for acting in who_acts(self.school, Role.DSL, self.now):
            lead = Viewer(acting.person, self.school, frozenset({acting.role}), self.now)
            for draft in Draft.objects.known_to_leads(lead).not_sent():
                if draft.pk not in told:
                    self._draft(draft, Why.UNSENT, acting.person)
                told.add(draft.pk)

    def _draft(self, draft: Draft, why: Why, to: Person) -> None:
        red = why is Why.BEGUN
        key = f"draft:{draft.uid}:{why}"
        self._add(key=key, why=why, red=red, person=to, draft=draft.uid, line=LINES[why])

    def _write(
        self, step, why: Why, to: Person | None, pushed: int, line: str, key="", outside=False
    ) -> None:
        self._add(
            key=key or f"{step.uid}:{pushed}",
            why=why,
            red=at_once(step.KINDS(step.kind), pushed),
            person=to,
            pushed=pushed,
            line=line,
            outside=outside,
            **of_step(step),
        )

    def _add(self, **told) -> None:
        self._written.append(Notice(school=self.school, made_at=self.now, **told))

    def _gather(self) -> None:
        """Put pending notices in one letter per person; end those whose recipient has gone."""
        rows = self._still_to_say()
        going: dict[Person, list[Notice]] = defaultdict(list)
        self._gather_outside([row for row in rows if row.outside])
        for row in rows:
            if row.outside:
                continue
            to = self._to_whom(row)
            if to:
                going[to].append(row)
            elif not (row.step_id or row.adult_step_id):
                Notice.objects.filter(pk=row.pk).end(Told.GONE, self.now)
        for to, notices in going.items():
            self._put_in_letters(to, notices)

    def _still_to_say(self) -> list[Notice]:
        """Notices waiting to go. Those whose step has been done meanwhile are ended here.

        Only notices of steps this round has read are returned; those of steps opened since then are
        for the next round.
        """
        rows = Notice.objects.to_go().filter(school=self.school).order_by("pk")
        rows = list(rows.prefetch_related("person", "adult_step__concern"))
        owed = set(Step.objects.open().filter(school=self.school).values_list("pk", flat=True))
        done = {row.pk for row in rows if self._is_done(row, owed)}
        Notice.objects.filter(pk__in=done).end(Told.ACTED, self.now)
        rows = [row for row in rows if row.pk not in done]
        return [row for row in rows if row.step_id is None or row.step_id in self.steps]

    def _is_done(self, row: Notice, owed: set[int]) -> bool:
        return row.step_id not in owed if row.step_id else row.acted

    def _gather_outside(self, rows: list[Notice]) -> None:
        """Write one letter to the outside adviser, however much is late: not what, nor how many.

        If the school no longer names an adviser, the notices end and escalation goes on without.
        """
        if not self.school.adviser_email:
            Notice.objects.filter(pk__in=[row.pk for row in rows]).end(Told.GONE, self.now)
        elif rows and not Letter.objects.outside(self.school, self.now - OUTSIDE_AGAIN).exists():
            self._letter(None, rows, red=True)

    def _to_whom(self, row: Notice) -> Person | None:
        """Who is told. Looked up now if the notice names nobody or a person who has left."""
        if row.person and row.person.is_active:
            return row.person
        people = None
        if row.adult_step:
            people = self._whole(row.adult_step, self._adult_rungs)
        elif row.step_id:
            people = self._whole(self.steps[row.step_id], self.ladders.rungs)
        return next(iter(people or ()), None)

    def _adult_rungs(self, step: AdultStep) -> list[Person]:
        return adult_climb.rungs(self.school, step, self.now)

    def _put_in_letters(self, to: Person, notices: list[Notice]) -> None:
        # Count from the oldest: a later notice that says the same must not put the letter off.
        waits = min((row.made_at for row in notices if not row.red), default=self.now)
        newest = {row.about: row for row in notices}
        merged = [row.pk for row in notices if newest[row.about] is not row]
        Notice.objects.filter(pk__in=merged).end(Told.MERGED, self.now)
        left = list(newest.values())
        red = [row for row in left if row.red]
        if red:
            self._letter(to, red, red=True)
        posted = [row for row in left if not row.red]
        if posted and self._next_post(to, waits) <= self.now:
            self._letter(to, posted, red=False)

    def _next_post(self, to: Person, after: datetime) -> datetime:
        return next_post((to.first_post, to.second_post), self.school.days.zone, after)

    def _letter(self, to: Person | None, notices: list[Notice], *, red: bool) -> None:
        letter = Letter.objects.create(
            school=self.school, person=to, red=red, made_at=self.now,
            next_try_at=self.now, leased_until=self.now,
        )  # fmt: skip
        rows = Notice.objects.filter(pk__in=[row.pk for row in notices])
        rows.update(letter=letter, person=to)
