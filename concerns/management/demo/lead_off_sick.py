"""The demonstration year whose lead is off sick in the last five school days, unannounced.

The lead's work is not done. The deputy looks at the queue a few times a day and does what has been
escalated to her. On the last two days she is on a course, so steps are escalated further, to the
head, who does them on every day but the last. Agencies answer nothing: they are rung, and then
challenged. The clock runs every half-hour, day and night. Who gets a step is read from the real
escalation ladders.
"""

from datetime import datetime, time, timedelta

from concerns.chase import acts as chase
from concerns.doors import sight
from concerns.management.demo import clock_rounds, names_and_sentences
from concerns.management.demo.year import DemoYear
from concerns.models import ChaseCall, Concern, Cover, Step
from concerns.people import acts as people
from concerns.reading.late_and_quiet import FROM_OUTSIDE
from concerns.refer import acts as refer
from concerns.rules.challenge_ladder import ChallengeRung
from concerns.rules.clocks import BY_A_NOTE, DECISIONS, FIRST_LOOKS, StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.roles import Role
from concerns.rules.words import AnswerView
from concerns.workflow.escalation import EscalationLadders

A_WEEK = 5
LOOKS = (time(9, 10), time(10, 45), time(12, 30), time(14, 15), time(15, 10), time(16, 20))
A_ROUND = timedelta(minutes=30)
# Calls to an agency before its silence is challenged.
CALLS = 3
# How long one person is busy with a step for which they talk to somebody, in minutes: nobody rings
# two agencies, or hears two children, at once.
TALKING = 20
TALKED = FROM_OUTSIDE | DECISIONS | {StepKind.SPEAK_TO_PARENTS}
LAST_TALK = time(17, 30)


class LeadOffSickYear(DemoYear):
    """A year, up to `now`, whose last week passes without the lead."""

    def __init__(self, school, now, told):
        super().__init__(school, now, told)
        self.week = self._list_school_days()[-A_WEEK:]
        self.since = self._london_datetime(self.week[0], time())
        self.acting = Role.DEPUTY
        # Until when each is busy with what they have planned, and the keys of those steps.
        self._busy_until: dict[Role, datetime] = {}
        self._planned: set[int] = set()
        leads_work = (
            self._take_concern,
            self._decide_concern,
            self._send_referral,
            self._write_back_to_reporter,
            self._speak_to_parents,
            self._give_view,
        )
        self._leads_work = {*leads_work, self._tidy_and_close, self._answer_referral}

    def lead_on_duty(self, at):
        return (
            super().lead_on_duty(at)
            if at < self.since
            else self.viewer_in_role(self.acting_person, self.acting, at)
        )

    @property
    def acting_person(self):
        return self.people[self.acting]

    def schedule_event(self, when, what, *given):
        if when < self.since or what not in self._leads_work:
            super().schedule_event(when, what, *given)

    def _schedule_year(self):
        super()._schedule_year()
        days = self.week
        # By day and by night, as a real clock goes: a red step climbs in the evening too.
        at = self.since
        while at < self.now:
            self.schedule_event(at, clock_rounds.run_clock_round, self)
            at += A_ROUND
        course = days[-2]
        self.schedule_event(
            self._london_datetime(course, time(8, 0)), self._send_deputy_on_course, days[-1]
        )
        for day in days:
            for hour in LOOKS:
                if day < course:
                    self.schedule_event(
                        self._london_datetime(day, hour), self._work_through_steps, Role.DEPUTY
                    )
                if day < days[-1]:
                    self.schedule_event(
                        self._london_datetime(day, hour) + timedelta(minutes=5),
                        self._work_through_steps,
                        Role.HEAD,
                    )

    def _london_datetime(self, day, hour):
        return datetime.combine(day, hour, self.LONDON)

    def _send_deputy_on_course(self, at, until):
        office = self.viewer_in_role(self.people[Role.OFFICE], Role.OFFICE, at)
        away = {"person": self.people[Role.DEPUTY], "since": at.date(), "until": until}
        people.say_cover(by=office, cover=Cover(kind=CoverKind.LEAVE, **away), now=at)

    def _work_through_steps(self, at, role: Role) -> None:
        """The person with `role` looks at the queue and does the steps that are for them: those for
        which they talk to somebody one after the other.

        These are their own steps due within six hours, those escalated to them, and those an agency
        has not answered. The deputy also reads new concerns.
        """
        self.acting = role
        owed = Step.objects.open().filter(school=self.school).in_order()
        rows = list(owed.select_related("concern__reporter", "holder", "referral"))
        ladders = EscalationLadders(self.school, at, rows)
        soon = at + timedelta(hours=6)
        for step in rows:
            come = ladders.current_recipient(step)
            own = step.holder == self.acting_person and step.due_at < soon
            # Anybody who looks at the queue sees these, whoever holds them.
            seen = step.kind in FROM_OUTSIDE and step.due_at <= at
            seen |= role is Role.DEPUTY and step.kind in FIRST_LOOKS
            if own or seen or (come and come.to == self.acting_person):
                if step.kind in TALKED:
                    self._plan_step(at, role, step)
                else:
                    self._do_demo_step(at, step.pk)

    def _plan_step(self, at, role: Role, step: Step) -> None:
        """Plan `step` for when whoever has `role` is free; not if the day is over by then.

        A decision says that the child was seen just before, so it is made while they are here.
        """
        ends = max(at, self._busy_until.get(role, at)) + timedelta(minutes=TALKING)
        last = self.school.closes if step.kind in DECISIONS else LAST_TALK
        local = ends.astimezone(self.LONDON)
        if step.pk in self._planned or local.date() != at.date() or local.time() > last:
            return
        self._planned.add(step.pk)
        self._busy_until[role] = ends
        self.schedule_event(ends, self._do_planned_step, role, step.pk)

    def _do_planned_step(self, at, role: Role, key: int) -> None:
        self.acting = role
        self._planned.discard(key)
        self._do_demo_step(at, key)

    def _do_demo_step(self, at, key: int) -> None:
        step = Step.objects.select_related("concern", "referral").get(pk=key)
        if step.done_at:
            return
        concern = Concern.objects.get(pk=step.concern_id)
        noticed = self._noticed.get(concern.pk, names_and_sentences.AT_THE_GATE)
        owes = {"by": self.lead_on_duty(at), "now": at}
        done = self.note_of_done(step)
        does = {
            **dict.fromkeys(FIRST_LOOKS, lambda: self._take_concern(at, concern, noticed)),
            **dict.fromkeys(DECISIONS, lambda: self._decide_concern(at, concern, noticed)),
            **dict.fromkeys(FROM_OUTSIDE, lambda: self._chase_or_challenge(at, step)),
            **dict.fromkeys(BY_A_NOTE, lambda: chase.do_step(step=step, words=done, **owes)),
            StepKind.SEND_REFERRAL: lambda: self._send_referral(at, step.referral),
            StepKind.SPEAK_TO_PARENTS: lambda: self._speak_to_parents(at, concern),
            StepKind.TELL_REPORTER: lambda: self._write_back_to_reporter(at, concern),
            StepKind.AGREE_OR_CHALLENGE: lambda: self._give_view(at, step.referral),
            StepKind.REFER_AGAIN: lambda: refer.not_again(
                concern=concern, why=names_and_sentences.NOT_AGAIN, **owes
            ),
        }
        kind = StepKind(step.kind)
        if kind not in does:
            return
        if kind not in FIRST_LOOKS:
            # As in a real school: it is done on a page that they have opened.
            sight.open_concern(owes["by"], concern.uid)
        does[kind]()

    def _chase_or_challenge(self, at, step: Step) -> None:
        """Ring a late agency once a day; challenge it after three calls, or if that is the step."""
        referral = step.referral
        calls = list(ChaseCall.objects.filter(referral=referral).order_by("id"))
        if step.due_at > at:
            return
        if step.kind == StepKind.CHALLENGE or len(calls) >= CALLS:
            self._challenge_silence(at, referral)
        elif not calls or calls[-1].at.date() < at.date():
            minutes = self.chance.randrange(6, TALKING - 1)
            refer.chase(
                by=self.lead_on_duty(at),
                referral=referral,
                telephone="01632 960100",
                minutes=minutes,
                said=self.chance.choice(names_and_sentences.NOBODY),
                happened_at=at - timedelta(minutes=minutes + 1),
                now=at,
            )

    def _challenge_silence(self, at, referral) -> None:
        said = "Referred, and rung again and again: nobody says what will be done. Decide today."
        refer.give_view(
            by=self.lead_on_duty(at),
            referral=referral,
            view=AnswerView.DISAGREE,
            words=said,
            whom=_name_on_rung(referral.rung_to_challenge_next),
            now=at,
        )


def _name_on_rung(rung: ChallengeRung) -> str:
    place = list(ChallengeRung).index(rung)
    return names_and_sentences.CHALLENGED[place % len(names_and_sentences.CHALLENGED)]
