"""Tests that nobody goes quiet in weeks of a school that are played by chance.

After every move these must hold: no open concern is without the next step that its state asks for;
no step is without somebody who may act; the people who may act on a late step have been told as
often as the table of clocks says; every message was sent once; and the record tells what happened.
Who may act, and what was done, is what `weeks.py` remembers: the product is not asked.
"""

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent_here
from django.db import connection, transaction
from django.db.models import F
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from concerns.models import Concern, LedgerLine, Letter, Notice, Step, WordBack
from concerns.models.outbox.notice import NoticeEnding
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules import calendars, clocks
from concerns.rules.calendars import Calendar
from concerns.rules.clocks import CLOCKS, DECISIONS, FIRST_LOOKS, WRITERS_OWN, ClockUnit, StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import OPEN, SETTLED, ReferralStage, State
from concerns.rules.message_rules import MessageReason
from concerns.rules.roles import Role
from concerns.rules.school_days import SchoolDays, is_school_day
from tests.chase.weeks import DAY, Weeks

pytestmark = pytest.mark.django_db
# Each run plays other weeks, so a few at a time come to see many.
SCHOOLS = 8 if connection.vendor == "sqlite" else 3
MOVES_EACH = 60
# What is owed of a concern, and of a referral, for as long as it stands at this.
OWED = {State.WAITING: FIRST_LOOKS, State.TAKEN: DECISIONS, State.DECIDED: frozenset(StepKind)}
OWED_OUTSIDE = {
    ReferralStage.TO_SEND: {StepKind.SEND_REFERRAL},
    ReferralStage.SENT: {StepKind.HEAR_BACK, StepKind.HEAR_BACK_OTHER},
    ReferralStage.ANSWERED: {StepKind.AGREE_OR_CHALLENGE},
    ReferralStage.CHALLENGED: {StepKind.CHALLENGE},
}
# Where a line of the record moves a concern on to, from where it stood; elsewhere it stays.
MOVES_ON = {
    Kind.TAKEN: {State.WAITING: State.TAKEN},
    Kind.DECIDED: dict.fromkeys(OPEN, State.DECIDED),
    Kind.CLOSED: {State.DECIDED: State.CLOSED},
    Kind.REOPENED: {State.CLOSED: State.TAKEN},
    Kind.ADDED: {State.CLOSED: State.WAITING},
    Kind.STILL_WORRIED: {State.CLOSED: State.WAITING},
    # Of steps done, looking again alone.
    Kind.STEP_DONE: {State.WAITING: State.TAKEN},
}
LOOKED_AGAIN = f'"reason":"{StepKind.STILL_WORRIED}"'


def at_once(row: Notice) -> bool:
    """Whether a message about it goes at once: the most pressing steps, and pressing ones when
    late."""
    return row.step is not None and CLOCKS[StepKind(row.step.kind)].rank <= (3 if row.pushed else 1)


def minutes_of_breaks_by_day(days: SchoolDays, start: datetime, end: datetime) -> int:
    """Minutes between seven and ten with no school before the next day without any, or after the
    last: found day by day, as one would with a wall calendar."""
    zone = ZoneInfo(days.zone)
    start = start.astimezone(zone).replace(tzinfo=None)
    end = end.astimezone(zone).replace(tzinfo=None)
    found = timedelta()
    day = start.date()
    while day <= end.date():
        spans = []
        if not is_school_day(days, day):
            spans.append((time(7), time(22)))
        else:
            if not is_school_day(days, day - DAY):
                spans.append((time(7), days.opens))
            if not is_school_day(days, day + DAY):
                spans.append((days.closes, time(22)))
        for begins, ends in spans:
            first = max(datetime.combine(day, begins), start)
            found += max(min(datetime.combine(day, ends), end) - first, timedelta())
        day += DAY
    return found // timedelta(minutes=1)


class NobodyGoesQuiet(Weeks):
    def __init__(self, chance):
        super().__init__(chance)
        # For each late step: who could act on it, since which asking, and the last asking.
        self.ladders: dict[int, tuple[object, int, int]] = {}
        # Messages that were still to be sent after the last round.
        self.again: set[Notice] = set()

    def able(self, step: Step) -> set:
        """Who may act on `step`, whether at work or away."""
        leads = set(self.leads) - self.named[step.concern_id]
        if step.kind == StepKind.STILL_WORRIED and step.decision:
            leads -= {step.decision.by}
        theirs = step.kind == StepKind.TASK or step.holder == step.concern.reporter
        own = {step.holder} if theirs and step.kind in {*WRITERS_OWN, StepKind.TASK} else set()
        return leads | own - {None, *self.gone}

    def asked(self, step: Step) -> set:
        """Who should be asked once it is late: those at work, or all if nobody is."""
        today = self.post(Role.HEAD).todays_date
        away = {cover.person for cover in self.away if cover.since <= today <= cover.until}
        away = away if set(self.leads) - away else set()
        return self.able(step) - away

    def askings(self, step: Step) -> int:
        """How often it should have been asked for by now, in the calendar of its clock."""
        clock = CLOCKS[StepKind(step.kind)]
        days = self.school.school_calendar
        due_at = step.due_at
        calendar = clock.calendar
        late = calendars.minutes_between(calendar, days, due_at, self.now)
        every = calendars.day_minutes(calendar, days) if clock.every == clocks.DAY else clock.every
        if calendar is Calendar.SCHOOL and clock.unit is ClockUnit.MINUTES:
            # In breaks by day: everybody is asked once, and then a fourth as often.
            by_day = minutes_of_breaks_by_day(days, due_at, self.now)
            late += by_day if by_day <= 4 * every else 4 * every + (by_day - 4 * every) // 4
        if calendar is not Calendar.REAL or clock.rank == 0 or late <= 4 * every:
            return 1 + late // every
        # By night everybody is asked once, and then a fourth as often.
        once = due_at + timedelta(minutes=4 * every)
        lessons = calendars.minutes_between(Calendar.SCHOOL, days, once, self.now)
        return 5 + lessons // every + (late - 4 * every - lessons) // (4 * every)

    def open_steps(self):
        steps = Step.objects.open().filter(school=self.school)
        return steps.select_related("concern__reporter", "holder", "decision__by")

    def every_open_concern_owes_what_comes_next(self):
        owed = {}
        for step in self.open_steps():
            owed.setdefault(step.concern_id, set()).add(step.kind)
        for concern in Concern.objects.filter(school=self.school):
            kinds = owed.get(concern.pk, set())
            assert kinds & OWED[concern.state] if concern.state in OWED else not kinds
            for referral in concern.referrals.all():
                if referral.current_stage not in SETTLED:
                    steps = Step.objects.open().filter(referral=referral)
                    assert steps.filter(kind__in=OWED_OUTSIDE[referral.current_stage]).exists()

    def every_step_has_somebody_who_may_act(self) -> list[str]:
        """The references of the concerns of which nobody may act any longer."""
        assert Role.DSL in self.leads.values()
        nobody = []
        for step in self.open_steps():
            able = self.able(step)
            assert step.holder is None or step.holder in able
            nobody += [] if able else [step.concern.reference]
        return sorted(nobody)

    def the_check_of_the_record_finds_only_that_nobody_is_left(self, nobody: list[str]):
        """It says so of each concern in `nobody`, and nothing else of any."""
        said = find_integrity_breaches(self.school, self.post(Role.HEAD).todays_date)
        assert sorted(words.split(":")[0] for words in said) == nobody

    def whoever_can_help_is_told_that_nobody_is_left(self, step: Step):
        """Daily the writer, and the leads, but none who must not know of one such concern."""
        said = Notice.objects.filter(school=self.school, made_at__gt=self.now - DAY)
        assert said.filter(step=step, why=MessageReason.NOBODY_READS).exists()
        left = {one.concern_id for one in self.open_steps() if not self.asked(one)}
        helpers = set(self.leads).difference(*(self.named[key] for key in left))
        told = said.filter(why=MessageReason.NOBODY).select_related("person")
        assert helpers <= {row.person for row in told}
        assert {row.person for row in told if row.made_at == self.now} <= helpers

    def whoever_may_act_is_asked_for_what_is_late(self):
        if self.went != self.now:
            return
        for step in self.open_steps().filter(due_at__lt=self.now):
            people = self.asked(step)
            askings = self.askings(step)
            told = list(
                Notice.objects.filter(step=step, why=MessageReason.LATE).select_related("person")
            )
            assert {row.person for row in told if row.made_at == self.now} <= people
            if not people:
                self.whoever_can_help_is_told_that_nobody_is_left(step)
                continue
            # Whoever has had a message about it in the last day need not have another.
            lately = {row.person for row in step.notices.filter(made_at__gt=self.now - DAY)}
            if max((row.pushed for row in told), default=0) != askings:
                assert people <= lately
            ladder = (people, step.holder)
            (before, since, last) = self.ladders.get(step.pk, (0,) * 3)
            since = since if before == ladder else max(last + 1, askings - len(people))
            self.ladders[step.pk] = (ladder, since, askings)
            if askings - since >= len(people) - 1:
                newest = {row.person for row in told if row.pushed > askings - len(people)}
                assert newest - {None} <= people <= newest | lately
            if step.kind in FIRST_LOOKS:
                assert step.notices.filter(why=MessageReason.UNREAD).count() == 1

    def every_message_is_sent_and_once(self):
        mine = Notice.objects.filter(school=self.school)
        sent = list(mine.filter(ended=NoticeEnding.SENT))
        ids = Counter(message.extra_headers["Message-ID"] for message in sent_here.outbox)
        assert {key for key, times in ids.items() if times > 1} <= self.may_be_twice
        letters = Letter.objects.filter(school=self.school, sent_at__isnull=False)
        letters = {f"<{uid}@testserver>" for uid in letters.values_list("uid", flat=True)}
        assert letters <= set(ids) <= letters | self.may_be_twice
        said = Counter((row.step_id, row.why, row.pushed, row.person_id) for row in sent)
        again = {key for key, times in said.items() if times > 1}
        # A concern may come to them again, another word too; and that nobody is left is said daily.
        assert {why for _, why, _, _ in again} <= {
            MessageReason.NEW,
            MessageReason.WORD_BACK,
            MessageReason.NOBODY,
            MessageReason.NOBODY_READS,
        }
        assert not mine.filter(ended=NoticeEnding.SENT, step__done_at__lt=F("ended_at")).exists()
        assert (
            mine.filter(why=MessageReason.WORD_BACK).count()
            == WordBack.objects.filter(concern__school=self.school)
            .exclude(by=F("concern__reporter"))
            .count()
        )
        if self.posted == self.now:
            rows = mine.still_pending().select_related("step")
            left = {row for row in rows if not row.step or self.asked(row.step)}
            left = {row for row in left if at_once(row) or row.made_at < self.now - DAY}
            # What was in a letter to somebody who has left is in another's with the next round.
            assert {row for row in left if row.person_id or row in self.again} == set()
            self.again = left

    def the_record_tells_the_same_story(self):
        lines = list(LedgerLine.objects.filter(school=self.school).order_by("pk"))
        told = [
            (row.kind, row.actor_id, row.received, row.outcome) for row in lines if row.actor_id
        ]
        assert told == self.story
        sent = Notice.objects.filter(school=self.school, ended=NoticeEnding.SENT).count()
        assert sum(row.kind == Kind.NOTICED for row in lines) == sent
        last = {}
        stands = {}
        for row in lines:
            if row.concern is None or row.outcome != "done" or row.kind == Kind.NOTICED:
                continue
            last[row.concern] = (row.kind, row.actor_id, row.received)
            before = stands.setdefault(row.concern, State.WAITING)
            if row.kind != Kind.STEP_DONE or LOOKED_AGAIN in row.body:
                stands[row.concern] = MOVES_ON.get(row.kind, {}).get(before, before)
        for concern in Concern.objects.filter(school=self.school):
            changed = (concern.changed_how, concern.changed_by_id, concern.changed_at)
            assert changed == last[concern.uid]
            assert (*changed, "done") in self.story
            assert concern.state == stands[concern.uid]


@settings(max_examples=SCHOOLS, phases=[Phase.generate])
# Chance as it falls: one that is made to shrink seldom comes further than the first concern.
@given(chance=st.randoms(use_true_random=True))
@pytest.mark.long
def test_weeks_of_chance_leave_nobody_quiet(chance):
    sent_here.outbox.clear()
    # Each school is played by itself.
    with transaction.atomic():
        play(NobodyGoesQuiet(chance))
        transaction.set_rollback(True)


def play(weeks):
    for number, move in enumerate(weeks.play(MOVES_EACH)):
        # Said where one fails: what had been done before.
        note(f"{weeks.now} {move}")
        weeks.every_open_concern_owes_what_comes_next()
        nobody = weeks.every_step_has_somebody_who_may_act()
        # What is broken stays so, and the check reads everything: every third time will do.
        if number % 3 == 2:
            weeks.the_check_of_the_record_finds_only_that_nobody_is_left(nobody)
        weeks.whoever_may_act_is_asked_for_what_is_late()
        weeks.every_message_is_sent_and_once()
        weeks.the_record_tells_the_same_story()
