"""Tests that no series of acts, in any order, leaves an open concern with nothing owed."""

import random
from datetime import timedelta

import pytest

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Concern, LedgerLine
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import AgencyAnswer, AnswerView, ConcernOutcome, Route, SpokenTo
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import conversation_answers, decide_concern, referral_sent_answers

pytestmark = pytest.mark.django_db
ACTS = 40


class Walk:
    """One concern about two children, two leads and a writer, moved by chance."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.now = factories.NOW
        self.where = factories.school()
        self.writer = factories.viewer(self.where)
        self.leads = [factories.viewer(self.where, r) for r in (Role.DSL, Role.DEPUTY)]
        about = (factories.child(self.where), factories.child(self.where))
        category = self.chance.choice([(), ("sexual",)])
        sent = factories.send_concern(self.writer, *about, categories=category)
        self.concern = sent.concern

    @property
    def lead(self):
        person = self.chance.choice(self.leads)
        return factories.viewer(self.where, *person.roles, who=person.person, now=self.now)

    def on(self, **more):
        return {"by": self.lead, "concern": self.concern, "now": self.now, **more}

    def take(self):
        triage.take(**self.on())

    def hand(self):
        triage.hand(**self.on(to=self.chance.choice(self.leads).person, note="Yours."))

    def note(self):
        triage.note(**self.on(words="Asked the nurse."))

    def close(self):
        triage.close(
            **self.on(outcome=ConcernOutcome.KEPT, why="Calm now.", words_back="Thank you.")
        )

    def reopen(self):
        triage.reopen(**self.on(why="A new sign."))

    def tell(self):
        chase.tell_reporter(**self.on(words="We are on it."))

    def add(self):
        submit.add(by=self.writer, concern=self.concern, words="And again.", now=self.now)

    def decide(self):
        rows = list(self.concern.children.order_by("id"))
        rows = self.chance.sample(rows, self.chance.choice((1, 2)))
        routes = self.chance.sample([r for r in Route if r is not Route.NO_FURTHER], 2)
        if self.chance.random() < 0.3:
            routes = [Route.NO_FURTHER]
        until = self.now.date() + timedelta(days=10)
        more = {"watch_until": until, "watched_by": self.writer.person, "keep_until": until}
        if self.chance.random() < 0.3:
            more["sent"] = {r: referral_sent_answers() for r in routes if r == Route.SOCIAL_CARE}
            more["spoken"] = conversation_answers()
        decide_concern(self.lead, self.concern, *routes, now=self.now, rows=rows, **more)

    def speak(self):
        child = self.chance.choice([None, *self.concern.children.order_by("id")])
        told = {"spoken_to": self.chance.choice(list(SpokenTo)), "who": "Her", "said": "So."}
        reached = self.chance.random() < 0.8
        more = {"concern_child": child, "happened_at": self.now, "reached": reached}
        refer.speak(**self.on(**told, **more))

    def move_a_referral(self):
        referrals = list(self.concern.referrals.order_by("id"))
        if not referrals:
            raise ActRefused("There is none.")
        referral = self.chance.choice(referrals)
        both = {"by": self.lead, "referral": referral, "now": self.now}
        said = {"spoken_to": "Duty worker", "happened_at": self.now}
        answer = self.chance.choice(list(AgencyAnswer))
        view = self.chance.choice(list(AnswerView))
        self.chance.choice(
            [
                lambda: refer.send(agency="Front door", method="telephone", **said, **both),
                lambda: refer.hear_back(answer=answer, words="Will see.", **said, **both),
                lambda: refer.give_view(view=view, words="We think so.", **both),
                lambda: refer.withdraw(words="Sent by the hospital already.", **both),
            ]
        )()

    def do_a_step(self):
        steps = list(self.concern.steps.open().in_order())
        if not steps:
            raise ActRefused("There is none.")
        step = self.chance.choice(steps)
        chase.do_step(by=self.lead, step=step, words="Done.", now=self.now)

    def move(self) -> bool:
        """Makes one act, a while after the last. Returns whether the rules let it."""
        self.now += timedelta(minutes=self.chance.randrange(1, 400))
        moves = [self.take, self.hand, self.note, self.close, self.reopen, self.tell, self.add]
        moves += [self.decide, self.speak, self.move_a_referral, self.do_a_step] * 2
        try:
            self.chance.choice(moves)()
        except ActRefused:
            return False
        return True


@pytest.mark.parametrize("seed", range(8))
def test_after_every_act_an_open_concern_owes_something_and_a_closed_one_nothing(seed):
    walk = Walk(seed)
    for _ in range(ACTS):
        before = LedgerLine.objects.count()
        version = walk.concern.version
        passed = walk.move()
        walk.concern = Concern.objects.get(pk=walk.concern.pk)
        steps = list(walk.concern.steps.open())
        assert bool(steps) == (walk.concern.state != State.CLOSED)
        assert walk.concern.next_due_at == min((step.due_at for step in steps), default=None)
        assert all(step.holder_id or step.holder_role for step in steps)
        assert walk.concern.version == version + passed
        written = LedgerLine.objects.order_by("-id")[: LedgerLine.objects.count() - before]
        assert all((line.kind == Kind.REFUSED) != passed for line in written)
        assert written or not passed
    assert list(find_integrity_breaches(walk.where, walk.now.date())) == []
