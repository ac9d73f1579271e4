"""A school played by chance: what people do or leave undone, and what the clock and mail server do.

Staff write, add and are still worried; leads take, hand on, decide, refer, hear back, agree or
challenge, ask, close and reopen; people go on leave, leave for good, or turn out to be named in a
concern; the clock stands still for days, or two rounds go at once. The same seed plays the same
weeks. Who is in post, away or shut out, and what was done, is remembered here: the product is not
asked.
"""

import uuid
from collections import defaultdict
from datetime import timedelta
from random import Random

from django.db.models import Q
from django.http import Http404

from concerns.chase import acts as chase
from concerns.doors import clock_round
from concerns.doors.act import ActRefused
from concerns.models import Concern, Cover, DecisionAnswers, Heartbeat, Person, Referral, Step, Task
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.clocks import BY_A_NOTE, FIRST_LOOKS, StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import OPEN, ReferralStage, State
from concerns.rules.roles import Role
from concerns.rules.words import ConcernOutcome, Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.chase.server import Killed, Post, Server
from tests.factories import NOW

LEADS = (Role.DSL, Role.DEPUTY, Role.HEAD)
ROUTES = (
    (Route.PARENTS,), (Route.SOCIAL_CARE,), (Route.SOCIAL_CARE, Route.POLICE), (Route.NO_FURTHER,),
    (Route.SCHOOL_SUPPORT,), (Route.PARENTS, Route.HEALTH),
)  # fmt: skip
OPENS = {Route.PARENTS: StepKind.SPEAK_TO_PARENTS, Route.SCHOOL_SUPPORT: StepKind.SUPPORT}
TO_READ = (*FIRST_LOOKS, StepKind.READ_ADDITION)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Weeks:
    """One school.

    `went` is the time of the clock's last round, `posted` the last time everything could be sent;
    `story` lists what was done, in words.
    """

    def __init__(self, chance: Random):
        self.chance = chance
        self.now = NOW
        self.went = None
        self.posted = None
        self.school = factories.school()
        self.came = 0
        self.people = {role: self.comes(role) for role in (*LEADS, Role.OFFICE)}
        self.writers = [self.comes() for _ in range(3)]
        self.children = [factories.child(self.school) for _ in range(3)]
        self.leads = {self.people[role]: role for role in LEADS}
        self.gone: list[Person] = []
        self.away: list[Cover] = []
        self.named: dict[int, set[Person]] = defaultdict(set)
        self.story: list[tuple] = []
        self.sightings: set[tuple] = set()
        self.may_be_twice: set[str] = set()
        Heartbeat.objects.update(leased_until=NOW - DAY)

    def comes(self, *roles: Role) -> Person:
        """Adds somebody new.

        Names go by the order of coming, so that a seed always gives the same ones.
        """
        self.came += 1
        return factories.person(self.school, *roles, name=f"Number {self.came:03}")

    def play(self, moves: int):
        """Makes that many moves and yields the name of each; one that cannot be made does not
        count."""
        names = [name for name, often in MOVES.items() for _ in range(often)]
        while moves:
            name = self.chance.choice(names)
            if getattr(self, name)() is not False:
                moves -= 1
                yield name

    def one(self, rows):
        """Any of `rows`, by chance; None if there is none."""
        rows = list(rows.order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def concern(self, *states: State) -> Concern | None:
        return self.one(Concern.objects.filter(school=self.school, state__in=states))

    def step(self, *kinds: StepKind) -> Step | None:
        rows = Step.objects.open().filter(school=self.school, kind__in=kinds)
        return self.one(rows.select_related("concern", "decision", "holder"))

    def post(self, role: Role):
        """Who has the post; the head, while nobody has."""
        role = role if role in self.people else Role.HEAD
        return factories.viewer(self.school, role, who=self.people[role], now=self.now)

    def a_lead(self, *others: Person):
        who = self.chance.choice(others or list(self.leads))
        return factories.viewer(self.school, self.leads[who], who=who, now=self.now)

    def staff(self, person: Person):
        return factories.viewer(self.school, who=person, now=self.now)

    def does(self, act, by, kind: Kind | None = None, **given) -> bool:
        """Whether it was done, which takes a minute.

        The rules may refuse what chance asks for, and somebody who is named in a concern cannot see
        it.
        """
        kind = kind or act.kind
        outcome = "done"
        try:
            act(by=by, now=self.now, **given)
        except (ActRefused, Http404):
            kind = Kind.REFUSED
            outcome = "refused"
        self.story.append((kind, by.person.pk, self.now, outcome))
        self.now += MINUTE
        return outcome == "done"

    def owes(self, concern: Concern, *kinds: StepKind) -> bool:
        return Step.objects.open().filter(concern=concern, kind__in=kinds).exists()

    def somebody_writes(self):
        home = self.chance.choice(["no", "no", "yes"])
        more = {"going_home": home, "danger": home == "yes" and self.chance.random() < 0.5}
        account = factories.concern_account(self.chance.choice(self.children), **more)
        by = self.staff(self.chance.choice(self.writers))
        self.does(submit.submit, by, Kind.SUBMITTED, draft=uuid.uuid4(), account=account)

    def its_writer_adds(self):
        if not (concern := self.concern(*State)) or concern.reporter in self.gone:
            return False
        by = self.staff(concern.reporter)
        self.does(submit.add, by, Kind.ADDED, concern=concern, words="And again.")
        assert self.owes(concern, *TO_READ)

    def its_writer_is_still_worried(self):
        if not (concern := self.concern(*State)) or concern.reporter in self.gone:
            return False
        self.does(submit.still_worried, self.staff(concern.reporter), concern=concern, words="")
        assert self.owes(concern, StepKind.STILL_WORRIED)

    def a_lead_takes(self):
        if not (concern := self.concern(State.WAITING, State.TAKEN)):
            return False
        self.does(triage.take, self.a_lead(), concern=concern)

    def a_lead_hands_on(self):
        if not (concern := self.concern(*OPEN)):
            return False
        to = self.chance.choice([*self.leads, *self.gone])
        self.does(triage.hand, self.a_lead(), concern=concern, to=to, note="Yours.")

    def a_lead_decides(self):
        if not (concern := self.concern(*OPEN)):
            return False
        routes = self.chance.choice(ROUTES)
        by = self.a_lead()
        decided = factories.decision_answers(concern, *routes, sighted_by=by.person)
        if self.does(triage.decide, by, concern=concern, decided=decided):
            self.each_child_was_seen(decided)
            assert all(self.owes(concern, OPENS[route]) for route in routes if route in OPENS)

    def each_child_was_seen(self, decided: DecisionAnswers) -> None:
        """Tells, before the decision just made, that each child was seen.

        A sighting that stands there already is not told again.
        """
        _, *by_whom_and_when = self.story[-1]
        for row in decided.children:
            sighting = (row.pk, decided.sighted_by, decided.sighted_at)
            if sighting not in self.sightings:
                self.sightings.add(sighting)
                self.story.insert(-1, (Kind.SIGHTED, *by_whom_and_when))

    def a_referral_goes_on(self):
        if not (referral := self.one(Referral.objects.filter(concern__school=self.school))):
            return False
        said = {"spoken_to": "Jo", "happened_at": self.now, "words": "So they say."}
        if referral.current_stage is ReferralStage.TO_SEND:
            act = refer.send
            said = {"agency": "Front door", "method": "telephone", **said}
        elif referral.is_awaiting_agency and self.chance.random() < 0.5:
            act = refer.hear_back
            said = {"answer": "no_further", **said}
        else:
            # No answer is challenged as an answer is, and a challenge goes on up its ladder.
            view = self.chance.choice(["agree", "disagree"])
            act = refer.give_view
            said = {"view": view, "whom": "Bo Hill", "words": "Why so."}
        self.does(act, self.a_lead(), referral=referral, **said)

    def an_agency_is_rung(self):
        if not (referral := self.one(Referral.objects.filter(concern__school=self.school))):
            return False
        call = {"telephone": "01632 960001", "minutes": 9, "happened_at": self.now}
        self.does(refer.chase, self.a_lead(), referral=referral, **call)

    def a_colleague_is_asked(self):
        if not (concern := self.concern(State.TAKEN, State.DECIDED)):
            return False
        by = self.a_lead()
        to = self.chance.choice([*self.writers, *self.gone])
        asked = {"words": "How is lunch?", "on": by.todays_date + self.chance.randint(0, 3) * DAY}
        self.does(chase.ask, by, concern=concern, to=to, **asked)

    def a_colleague_answers(self):
        if not (step := self.step(StepKind.TASK)):
            return False
        by = self.staff(step.holder)
        task = Task.objects.get(step=step)
        done = self.chance.random()
        said = {"words": "Fine today.", "done": done < 0.5}
        if self.does(chase.answer, by, task=task, **said) and task.by != step.holder:
            # What they found is to be read; what they could not do is asked for again.
            assert self.owes(step.concern, *(TO_READ if said["done"] else [StepKind.TASK]))

    def another_looks_again(self):
        if not (step := self.step(StepKind.STILL_WORRIED)):
            return False
        by = self.a_lead()
        back = "Thank you."
        if self.does(chase.look_again, by, step=step, words="Looked again.", words_back=back):
            assert step.decision is None or step.decision.by != by.person

    def a_step_is_done(self):
        if not (step := self.step(*BY_A_NOTE)):
            return False
        self.does(chase.do_step, self.a_lead(), step=step, words="It is done.")

    def a_lead_speaks_to_parents(self):
        if not (step := self.step(StepKind.SPEAK_TO_PARENTS)):
            return False
        talk = {"who": "Mother", "said": "Listened.", "happened_at": self.now}
        by = self.a_lead()
        concern = step.concern
        self.does(refer.speak, by, concern=concern, spoken_to="parent", **talk)

    def a_lead_closes(self):
        """A lead closes the concern with the fewest open steps outside referrals, or any."""
        rows = Concern.objects.filter(school=self.school, state=State.DECIDED).order_by("pk")
        least = sorted(rows, key=lambda row: row.steps.open().filter(referral=None).count())[:1]
        if not least:
            return False
        said = {"outcome": ConcernOutcome.EXPLAINED, "why": "Calm now.", "words_back": "Thanks."}
        concern = self.chance.choice([*least, self.concern(State.DECIDED)])
        self.does(triage.close, self.a_lead(), concern=concern, **said)

    def a_lead_reopens(self):
        if not (concern := self.concern(State.CLOSED)):
            return False
        self.does(triage.reopen, self.a_lead(), concern=concern, why="A new sign.")

    def somebody_is_named(self):
        before = [key for key in self.named if self.chance.random() < 0.5]
        again = self.one(Concern.objects.open().filter(pk__in=before))
        if not (concern := again or self.concern(*OPEN)):
            return False
        left = [who for who in self.leads if who not in self.named[concern.pk]]
        who = (
            concern.holder if concern.holder in left else self.chance.choice(left or [*self.leads])
        )
        given = {"concern": concern, "person": who, "why": "Named in it."}
        if self.does(triage.exclude, self.a_lead(*left), **given):
            self.named[concern.pk].add(who)
            assert len(left) > 1

    def a_lead_goes_on_leave(self):
        who = self.a_lead()
        days = {
            "since": who.todays_date,
            "until": who.todays_date + self.chance.randint(0, 6) * DAY,
        }
        cover = Cover(kind=CoverKind.LEAVE, person=who.person, **days)
        if self.does(people.say_cover, self.post(Role.OFFICE), cover=cover):
            self.away.append(cover)

    def a_lead_leaves(self):
        role = self.chance.choice([Role.DSL, Role.DEPUTY])
        gone = self.post(role).person
        if self.chance.random() < 0.7:
            self.people[role] = self.comes(role)
            self.leads[self.people[role]] = role
        if self.leaves(gone, self.a_lead().person):
            del self.leads[gone]
            if self.people[role] == gone:
                del self.people[role]

    def a_writer_leaves(self):
        place = self.chance.randrange(3)
        if self.leaves(self.writers[place], self.post(Role.DEPUTY).person):
            self.writers[place] = self.comes()

    def leaves(self, gone: Person, to: Person) -> bool:
        """Whether `gone` has left, with a line on each concern on which they held anything."""
        owing = Step.objects.open().filter(school=self.school, holder=gone).values("concern")
        theirs = Concern.objects.open().filter(Q(holder=gone) | Q(pk__in=owing), school=self.school)
        held = theirs.count()
        head = self.post(Role.HEAD)
        if left := self.does(people.leave, head, person=gone, last=head.todays_date, to=to):
            self.story += self.story[-1:] * held
            self.gone.append(gone)
        return left

    def the_clock_stands_still(self):
        self.now += self.chance.choice([1, 5, 26, 75]) * HOUR

    def the_clock_goes_round(self):
        self.now += self.chance.choice([1, 1, 5, 26, 75]) * HOUR
        how = self.chance.choice([Server.WELL, Server.WELL, *Server])
        post = Post(how, self.now)
        try:
            assert clock_round.run_reminder_round(self.now, post)
        except Killed:
            self.may_be_twice |= post.twice
        self.went = self.now
        self.posted = self.now if how in (Server.WELL, Server.TWICE) else self.posted


MOVES = {
    "somebody_writes": 3, "its_writer_adds": 2, "its_writer_is_still_worried": 2,
    "a_lead_takes": 2, "a_lead_hands_on": 2, "a_lead_decides": 4, "a_referral_goes_on": 5,
    "an_agency_is_rung": 1, "a_colleague_is_asked": 2, "a_colleague_answers": 2,
    "another_looks_again": 2, "a_step_is_done": 2, "a_lead_speaks_to_parents": 2,
    "a_lead_closes": 4, "a_lead_reopens": 2, "somebody_is_named": 2, "a_lead_goes_on_leave": 1,
    "a_lead_leaves": 1, "a_writer_leaves": 1, "the_clock_stands_still": 1,
    "the_clock_goes_round": 8,
}  # fmt: skip
