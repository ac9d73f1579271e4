"""The demonstration year whose lead is off sick in the last five school days, unannounced.

The lead's work is not done. The deputy looks at the queue a few times a day and does what has been
escalated to her. On the last two days she is on a course, so steps are escalated further, to the
head, who does them on every day but the last. Agencies answer nothing: they are rung, and then
challenged. The clock runs as usual. Who gets a step is read from the real escalation ladders.
"""

from datetime import datetime, time, timedelta

from concerns.chase import acts as chase
from concerns.management.demo import posts, words
from concerns.management.demo.year import Year
from concerns.models import ChaseCall, Concern, Cover, Step
from concerns.models.climb import Ladders
from concerns.models.stood import FROM_OUTSIDE
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.clocks import BY_A_NOTE, DECISIONS, FIRST_LOOKS, StepKind
from concerns.rules.cover import CoverKind
from concerns.rules.roles import Role
from concerns.rules.words import View

A_WEEK = 5
LOOKS = (time(9, 10), time(10, 45), time(12, 30), time(14, 15), time(15, 10), time(16, 20))
ROUNDS = tuple(time(hour, minute) for hour in range(8, 18) for minute in (5, 35))
# Calls to an agency before its silence is challenged.
CALLS = 3
DONE = "Done, and it is helping."
WHOM = {"team_manager": "Ms Hale", "service_manager": "Mr Osei", "partnership": "The chair"}


class SickWeek(Year):
    """A year, up to `now`, whose last week passes without the lead."""

    def __init__(self, school, now, told):
        super().__init__(school, now, told)
        self.week = self._school_days()[-A_WEEK:]
        self.since = self._local(self.week[0], time())
        self.acting = Role.DEPUTY
        leads_work = (self._take, self._decide, self._send, self._tell, self._speak, self._view)
        self._leads_work = {*leads_work, self._tidy, self._answer}

    def lead(self, at):
        return super().lead(at) if at < self.since else self.viewer(self.who, self.acting, at)

    @property
    def who(self):
        return self.people[self.acting]

    def at(self, when, what, *given):
        if when < self.since or what not in self._leads_work:
            super().at(when, what, *given)

    def _write_down(self):
        super()._write_down()
        days = self.week
        for day in days:
            for hour in ROUNDS:
                self.at(self._local(day, hour), posts.round_at, self)
        course = days[-2]
        self.at(self._local(course, time(8, 0)), self._on_a_course, days[-1])
        for day in days:
            for hour in LOOKS:
                if day < course:
                    self.at(self._local(day, hour), self._visit, Role.DEPUTY)
                if day < days[-1]:
                    self.at(self._local(day, hour) + timedelta(minutes=5), self._visit, Role.HEAD)

    def _local(self, day, hour):
        return datetime.combine(day, hour, self.LONDON)

    def _on_a_course(self, at, until):
        office = self.viewer(self.people[Role.OFFICE], Role.OFFICE, at)
        away = {"person": self.people[Role.DEPUTY], "since": at.date(), "until": until}
        people.say_cover(by=office, cover=Cover(kind=CoverKind.LEAVE, **away), now=at)

    def _visit(self, at, role: Role) -> None:
        """The person with `role` looks at the queue and does the steps that are for them.

        These are their own steps due within six hours, those escalated to them, and those an agency
        has not answered. The deputy also reads new concerns.
        """
        self.acting = role
        rows = Step.objects.open().filter(school=self.school).in_order()
        rows = list(rows.select_related("concern__reporter", "holder", "referral"))
        ladders = Ladders(self.school, at, rows)
        soon = at + timedelta(hours=6)
        for step in rows:
            come = ladders.come(step)
            own = step.holder == self.who and step.due_at < soon
            # Anybody who looks at the queue sees these, whoever holds them.
            seen = step.kind in FROM_OUTSIDE or (role is Role.DEPUTY and step.kind in FIRST_LOOKS)
            if own or seen or (come and come.to == self.who):
                self._do(at, Step.objects.select_related("concern", "referral").get(pk=step.pk))

    def _do(self, at, step: Step) -> None:
        if step.done_at:
            return
        concern = Concern.objects.get(pk=step.concern_id)
        told = "told" if concern.how_known == "child_told" else "injury"
        owes = {"by": self.lead(at), "now": at}
        does = {
            **dict.fromkeys(FIRST_LOOKS, lambda: self._take(at, concern, told)),
            **dict.fromkeys(DECISIONS, lambda: self._decide(at, concern, told)),
            **dict.fromkeys(FROM_OUTSIDE, lambda: self._press(at, step)),
            **dict.fromkeys(BY_A_NOTE, lambda: chase.do_step(step=step, words=DONE, **owes)),
            StepKind.SEND_REFERRAL: lambda: self._send(at, step.referral),
            StepKind.SPEAK_TO_PARENTS: lambda: self._speak(at, concern),
            StepKind.TELL_REPORTER: lambda: self._tell(at, concern),
            StepKind.AGREE_OR_CHALLENGE: lambda: self._view(at, step.referral),
            StepKind.REFER_AGAIN: lambda: refer.not_again(
                concern=concern, why=words.NOT_AGAIN, **owes
            ),
        }
        if step.kind in does:
            does[step.kind]()

    def _press(self, at, step: Step) -> None:
        """Ring a late agency once a day; challenge it after three calls, or if that is the step."""
        referral = step.referral
        calls = list(ChaseCall.objects.filter(referral=referral).order_by("id"))
        if step.due_at > at:
            return
        if step.kind == StepKind.CHALLENGE or len(calls) >= CALLS:
            self._challenge(at, referral)
        elif not calls or calls[-1].at.date() < at.date():
            refer.chase(
                by=self.lead(at), referral=referral, telephone="01632 960100",
                minutes=self.chance.randrange(6, 35), said=self.chance.choice(words.NOBODY),
                happened_at=at - timedelta(minutes=5), now=at,
            )  # fmt: skip

    def _challenge(self, at, referral) -> None:
        said = "Referred, and rung again and again: nobody says what will be done. Decide today."
        refer.give_view(
            by=self.lead(at), referral=referral, view=View.DISAGREE, words=said,
            whom=WHOM[referral.next_rung], now=at,
        )  # fmt: skip
