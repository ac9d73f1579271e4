"""Weeks of a school played at random: whatever anybody does or leaves undone, nobody goes quiet.

Staff write and add; leads take, decide, refer, hear back, agree or challenge, close and reopen, or
do nothing; people go on leave, leave for good, or turn out to be named in a concern; the clock goes
round, or is dead for days. After every step: no open concern without a next step, no step without
somebody who may act, nothing late unnoticed once the clock has gone round, every message sent once,
and a record that tells the same story.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail as sent_here
from django.db.models import Max
from django.http import Http404
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from concerns.chase import acts as chase
from concerns.doors import rounds
from concerns.doors.act import Refused
from concerns.models import Beat, Concern, Cover, Line, Notice, Step, Task
from concerns.models.climb import Ladders
from concerns.models.notice import Told
from concerns.models.unheld import breaches
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.climbing import pushes
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.cover import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import Stage, State
from concerns.rules.roles import Role
from concerns.rules.words import Outcome, Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LEADS = (Role.DSL, Role.DEPUTY, Role.HEAD)
ROUTES = (
    (Route.PARENTS,), (Route.SOCIAL_CARE,), (Route.SOCIAL_CARE, Route.POLICE), (Route.NO_FURTHER,),
    (Route.SCHOOL_SUPPORT,), (Route.PARENTS, Route.HEALTH),
)  # fmt: skip
# What a line of the record leaves a concern at, by the last of these lines.
LEAVES = {
    Kind.SUBMITTED: {State.WAITING},
    Kind.TAKEN: {State.TAKEN, State.DECIDED},
    Kind.DECIDED: {State.DECIDED},
    Kind.CLOSED: {State.CLOSED},
    Kind.REOPENED: {State.TAKEN},
}
# Whoever wrote it may make it new again by these.
ANEW = (Kind.ADDED, Kind.STILL_WORRIED)


class Weeks(RuleBasedStateMachine):
    """One school. `went` is when the clock last went round."""

    def __init__(self):
        super().__init__()
        self.now, self.went = NOW, None
        self.school = factories.school()
        self.people = {role: factories.person(self.school, role) for role in (*LEADS, Role.OFFICE)}
        self.writers = [factories.person(self.school) for _ in range(3)]
        self.children = [factories.child(self.school) for _ in range(3)]
        self.refused = 0
        Beat.objects.update(leased_until=NOW - timedelta(days=1))
        sent_here.outbox.clear()

    def viewer(self, role: Role):
        return factories.viewer(self.school, role, who=self.people[role], now=self.now)

    def writer(self, number: int):
        return factories.viewer(self.school, who=self.writers[number % 3], now=self.now)

    def concern(self, number: int, *states: State) -> Concern | None:
        rows = list(Concern.objects.filter(school=self.school, state__in=states).order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def does(self, act, by, **given) -> None:
        try:
            act(by=by, now=self.now, **given)
        except (Refused, Http404):
            # The rules may say no to what chance asks for, and somebody named sees nothing.
            self.refused += 1

    @rule(number=st.integers(0, 8), home=st.sampled_from(["no", "yes"]), danger=st.booleans())
    def somebody_writes(self, number, home, danger):
        more = {"going_home": home, "danger": danger and home == "yes"}
        child = self.children[number % 3]
        factories.sent(self.writer(number), child, now=self.now, **more)

    @rule(number=st.integers(0, 8))
    def its_writer_adds(self, number):
        concern = self.concern(number, *State)
        if concern:
            by = factories.viewer(self.school, who=concern.reporter, now=self.now)
            self.does(submit.add, by, concern=concern, words="And again.")

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def a_lead_takes(self, number, role):
        concern = self.concern(number, State.WAITING, State.TAKEN)
        if concern:
            self.does(triage.take, self.viewer(role), concern=concern)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS), routes=st.sampled_from(ROUTES))
    def a_lead_decides(self, number, role, routes):
        concern = self.concern(number, State.TAKEN, State.DECIDED)
        if concern:
            decided = factories.decided(concern, *routes)
            self.does(triage.decide, self.viewer(role), concern=concern, decided=decided)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS), agrees=st.booleans())
    def a_referral_goes_on(self, number, role, agrees):
        concern = self.concern(number, State.DECIDED, State.TAKEN)
        referral = concern.referrals.order_by("-pk").first() if concern else None
        if referral is None:
            return
        said = {"spoken_to": "Jo", "happened_at": self.now, "words": "So they say."}
        if referral.stage is Stage.TO_SEND:
            act, said = refer.send, {"agency": "Front door", "method": "telephone", **said}
        elif referral.awaited and agrees:
            act, said = refer.hear_back, {"answer": "no_further", **said}
        elif referral.stage is Stage.ANSWERED or referral.awaited:
            # Silence is challenged as an answer is, and a challenge goes on up its ladder.
            view = "agree" if agrees else "disagree"
            act, said = refer.give_view, {"view": view, "whom": "Bo Hill", "words": "Why so."}
        else:
            return
        self.does(act, self.viewer(role), referral=referral, **said)

    @rule(number=st.integers(0, 8), minutes=st.integers(0, 60))
    def an_agency_is_rung(self, number, minutes):
        concern = self.concern(number, State.DECIDED, State.TAKEN)
        referral = concern.referrals.order_by("-pk").first() if concern else None
        if referral:
            call = {"telephone": "01632 960001", "minutes": minutes, "happened_at": self.now}
            self.does(refer.chase, self.viewer(Role.DEPUTY), referral=referral, **call)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS), days=st.integers(0, 20))
    def a_colleague_is_asked(self, number, role, days):
        concern = self.concern(number, State.TAKEN, State.DECIDED)
        if concern:
            by, to = self.viewer(role), self.writers[number % 3]
            asked = {"to": to, "words": "How is lunch?", "on": by.today + timedelta(days=days)}
            self.does(chase.ask, by, concern=concern, **asked)

    @rule(number=st.integers(0, 8), done=st.booleans())
    def a_colleague_answers(self, number, done):
        tasks = Task.objects.filter(step__done_at__isnull=True, school=self.school).order_by("pk")
        tasks = list(tasks.select_related("step__holder"))
        if tasks:
            task = tasks[number % len(tasks)]
            by = factories.viewer(self.school, who=task.step.holder, now=self.now)
            self.does(chase.answer, by, task=task, words="Fine today.", done=done)

    @rule(number=st.integers(0, 8))
    def its_writer_is_still_worried(self, number):
        concern = self.concern(number, *State)
        if concern:
            by = factories.viewer(self.school, who=concern.reporter, now=self.now)
            self.does(submit.still_worried, by, concern=concern, words="")

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def another_looks_again(self, number, role):
        owed = Step.objects.open().filter(school=self.school, kind=StepKind.STILL_WORRIED)
        owed = list(owed.select_related("concern", "decision").order_by("pk"))
        if owed:
            said = {"words": "Looked again.", "words_back": "Thank you."}
            step = owed[number % len(owed)]
            self.does(chase.look_again, self.viewer(role), step=step, **said)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def a_step_is_done(self, number, role):
        steps = Step.objects.open().filter(school=self.school, kind__in=BY_A_NOTE)
        steps = list(steps.select_related("concern").order_by("pk"))
        if steps:
            step = steps[number % len(steps)]
            self.does(chase.do_step, self.viewer(role), step=step, words="It is done.")

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def a_lead_speaks_to_parents(self, number, role):
        concern = self.concern(number, State.DECIDED)
        if concern:
            talk = {"spoken_to": "parent", "who": "Mother", "said": "Listened."}
            self.does(refer.speak, self.viewer(role), concern=concern, happened_at=self.now, **talk)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def a_lead_closes(self, number, role):
        concern = self.concern(number, State.DECIDED)
        if concern:
            said = {"outcome": Outcome.EXPLAINED, "why": "Calm now.", "words_back": "Thank you."}
            self.does(triage.close, self.viewer(role), concern=concern, **said)

    @rule(number=st.integers(0, 8), role=st.sampled_from(LEADS))
    def a_lead_reopens(self, number, role):
        concern = self.concern(number, State.CLOSED)
        if concern:
            self.does(triage.reopen, self.viewer(role), concern=concern, why="A new sign.")

    @rule(number=st.integers(0, 8), role=st.sampled_from((Role.DSL, Role.DEPUTY)))
    def somebody_is_named(self, number, role):
        concern = self.concern(number, State.WAITING, State.TAKEN, State.DECIDED)
        if concern:
            who = {"person": self.people[role], "why": "Named in it."}
            self.does(triage.exclude, self.viewer(Role.HEAD), concern=concern, **who)

    @rule(role=st.sampled_from((Role.DSL, Role.DEPUTY)), days=st.integers(0, 9))
    def a_lead_goes_on_leave(self, role, days):
        today = self.viewer(role).today
        until = today + timedelta(days=days)
        cover = Cover(kind=CoverKind.LEAVE, person=self.people[role], since=today, until=until)
        self.does(people.say_cover, self.viewer(Role.OFFICE), cover=cover)

    @rule(role=st.sampled_from((Role.DSL, Role.DEPUTY)))
    def a_lead_leaves_and_another_comes(self, role):
        gone, head = self.people[role], self.viewer(Role.HEAD)
        given = {"person": gone, "last": head.today, "to": self.people[Role.HEAD]}
        self.does(people.leave, head, **given)
        self.people[role] = factories.person(self.school, role)

    @rule(hours=st.sampled_from([1, 5, 26, 75]), alive=st.booleans())
    def time_passes(self, hours, alive):
        self.now += timedelta(hours=hours)
        if alive:
            assert rounds.go_round(self.now)
            self.went = self.now

    @invariant()
    def no_open_concern_is_without_a_step_nor_a_step_without_somebody(self):
        assert list(breaches(self.school, self.viewer(Role.HEAD).today)) == []

    @invariant()
    def nothing_late_was_left_out_when_the_clock_went_round(self):
        if self.went != self.now:
            return
        steps = Step.objects.late(self.now).filter(school=self.school)
        steps = list(steps.select_related("concern", "holder"))
        told = Notice.objects.filter(step__in=steps).values_list("step")
        last = dict(told.order_by().annotate(Max("pushed")))
        ladders = Ladders(self.school, self.now, steps)
        for step in steps:
            due = pushes(StepKind(step.kind), self.school.days, step.due_at, self.now)
            # Begun by an act after the round: it is told with the next.
            if step.opened_at < self.now or last.get(step.pk):
                assert last.get(step.pk, 0) == due
            assert ladders.come(step).to is not None

    @invariant()
    def every_message_was_sent_once(self):
        ids = Counter(message.extra_headers["Message-ID"] for message in sent_here.outbox)
        assert set(ids.values()) <= {1}
        sent = Notice.objects.filter(school=self.school, ended=Told.SENT).count()
        lines = Line.objects.filter(school=self.school, kind=Kind.NOTICED).count()
        assert sent == lines

    @invariant()
    def the_record_tells_the_same_story(self):
        rows = Line.objects.filter(school=self.school, kind__in=LEAVES, outcome="done")
        last = {row.concern: Kind(row.kind) for row in rows.order_by("pk") if row.concern}
        for concern in Concern.objects.filter(school=self.school):
            again = Line.objects.filter(concern=concern.uid, kind__in=ANEW).exists()
            allowed = LEAVES[last[concern.uid]] | ({State.WAITING} if again else set())
            assert concern.state in allowed


def test_weeks_of_chance_leave_nobody_quiet():
    run_state_machine_as_test(
        Weeks,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
