"""A school in which a test moves the clock and sees who is sent which message."""

import re
from datetime import datetime, timedelta

from django.apps import apps
from django.core import mail
from django.test import RequestFactory

from concerns.chase import queries
from concerns.doors import clock_round
from concerns.models import Concern, Letter, Step
from concerns.refer import acts as refer
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from concerns.workflow.escalation import EscalationLadders
from tests import factories
from tests.counting import render_view
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def break_ladder(monkeypatch, concern: Concern, does: str) -> None:
    """Makes the ladder's method `does` fail for each step of `concern`, as a bad row would."""
    whole = getattr(EscalationLadders, does)

    def broken(ladders, step):
        if step.concern_id == concern.pk:
            raise ZeroDivisionError("a secret")
        return whole(ladders, step)

    monkeypatch.setattr(EscalationLadders, does, broken)


class Quiet:
    """A school with a lead, a deputy, a head and a teacher.

    `pass_by` moves the clock and runs the rounds of `manage.py clock`; `heard` lists who was sent a
    message.
    """

    def __init__(self):
        self.now = NOW
        self.school = factories.school()
        self.people = {
            role: factories.person(self.school, role, name=name)
            for role, name in (
                (Role.DSL, "Lena Lead"), (Role.DEPUTY, "Dee Deputy"), (Role.HEAD, "Hedda Head"),
                (Role.STAFF, "Tia Teacher"),
            )
        }  # fmt: skip

    def viewer(self, role: Role):
        return factories.viewer(self.school, role, who=self.people[role], now=self.now)

    def write(self, **more) -> Concern:
        more = {"by": self.viewer(Role.STAFF), "now": self.now, **more}
        return factories.concern_at(State.WAITING, where=self.school, **more)

    def referred(self) -> Concern:
        """A concern whose referral was sent and has no answer."""
        concern = self.write()
        self.does(triage.take, concern=concern)
        told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
        decided = factories.decision_answers(concern, Route.SOCIAL_CARE, **told)
        self.does(triage.decide, concern=concern, decided=decided)
        sent = {"agency": "Front door", "spoken_to": "Jo", "method": "telephone"}
        referral = concern.referrals.get()
        self.does(refer.send, referral=referral, happened_at=self.now, **sent)
        return concern

    def does(self, act, role=Role.DSL, **given):
        return act(by=self.viewer(role), now=self.now, **given)

    def pass_by(self, how_long: timedelta, every: timedelta = 15 * MINUTE) -> None:
        until = self.now + how_long
        while self.now < until:
            self.now = min(self.now + every, until)
            clock_round.run_reminder_round(self.now)

    def stands_still(self, how_long: timedelta) -> None:
        """Moves the clock without running a round."""
        self.now += how_long

    @property
    def heard(self) -> list[str]:
        return [message.to[0] for message in mail.outbox]

    def heard_by(self, role: Role) -> list[str]:
        email = self.people[role].email
        return [message.body for message in mail.outbox if message.to == [email]]

    def has_heard(self, role: Role, concern: Concern) -> bool:
        return concern.reference in " ".join(self.heard_by(role))

    def has_heard_late(self, role: Role, reference: str) -> bool:
        """Whether they were told in an e-mail that the concern is late, and not only that it is."""
        said = f"{re.escape(reference)} is ([^.]* )?late"
        return bool(re.search(said, " ".join(self.heard_by(role))))

    def forget(self) -> None:
        mail.outbox.clear()

    def shows(self, view, role=Role.DSL, address: str = "/", **given) -> str:
        return render_view(view, self.viewer(role), address, **given)

    def posts(self, view, fields: dict, role=Role.STAFF, **given):
        """The answer to a form posted to `view`, at the time of this school's clock."""
        request = RequestFactory().post("/", fields)
        request.viewer = self.viewer(role)
        request.session = {}
        return view(request, **given)

    def moves(self, role=Role.DSL, whose: str = "mine") -> list:
        return queries.read_next_steps(self.viewer(role), {"whose": whose}).rows

    def late(self, concern: Concern) -> list[Step]:
        return list(Step.objects.late(self.now).filter(concern=concern))

    @property
    def waiting_letters(self) -> int:
        return Letter.objects.unsent_letters().count()


def pass_rungs(quiet: Quiet, days: int) -> None:
    """Let the time pass in which what is late comes to each rung, with a round for each: of what
    climbs each quarter of an hour, each hour and each day."""
    quiet.pass_by(MINUTE)
    quiet.pass_by(2 * HOUR)
    quiet.pass_by(8 * HOUR, every=HOUR)
    quiet.pass_by(days * DAY, every=DAY)


# Rows that hold for the moment only: how far a round came, and what the last check found.
PASSING = frozenset({"EscalationProgress", "IntegrityFault"})


def read_all_keys() -> dict[str, set]:
    """The keys of every row there is, by the name of its model."""
    models = apps.get_app_config("concerns").get_models()
    return {
        model.__name__: set(model._default_manager.values_list("pk", flat=True))
        for model in models
        if model.__name__ not in PASSING
    }


def find_lost_rows(before: dict[str, set]) -> dict[str, set]:
    """The keys that `before` has, and that are no longer there."""
    now = read_all_keys()
    return {name: keys - now[name] for name, keys in before.items() if keys - now[name]}


def at(moment: datetime, *, hour: int, minute: int = 0) -> datetime:
    return moment.replace(hour=hour, minute=minute)
