"""Plays the simulated year: who looks when, the clock's rounds, and what happens to people.

A queue of events in time is played through the real acts and the real round of the clock. How
people work, how much they forget and how agencies answer are guesses for an average school, each a
constant with a sentence: here and in `leads.py`, `doing.py`, `writing.py` and `agencies.py`. The
results are what the product makes of those guesses. The seed is fixed: the same level is the same
year. Nobody begins a concern without sending it, and nothing is written about an adult.
"""

import heapq
import itertools
import time as watch
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.http import Http404

from concerns.doors import clock_round
from concerns.doors.act import ActRefused
from concerns.models import Cover, Person, StaffChangeRequest, Viewer
from concerns.models.school.person import viewers_for_person
from concerns.people import acts as people
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests.bench import secondary, writing
from tests.bench.leads import Leads
from tests.bench.post import PostOffice
from tests.bench.secondary import (
    DEPUTY,
    DSL,
    HEAD,
    NEW,
    OFFICE,
    OTHER_DEPUTY,
    Plan,
    day_of,
    moment,
    within,
)

SEED = 2026
# The clock goes round as often as the plan says between these hours of a school day, else seldom.
IN_SCHOOL = (time(8), time(17))
ELSE = timedelta(hours=3)


class Year:
    """The school year of `plan`, at so many incidents for each 1,000 pupils."""

    def __init__(self, level: int, plan: Plan = secondary.WHOLE_YEAR, say: Callable = print):
        self.level = level
        self.plan = plan
        self.say = say
        self.chance = Random(SEED)
        self.place = secondary.set_up(plan, self.chance)
        self.school = self.place.school
        self.who = self.place.people
        self.post = PostOffice(lambda at: within(plan.mail_fails, day_of(at)))
        self.leads = Leads(self)
        # The receipts that people hold in their hands, by the id of what they wrote.
        self.written: list = []
        self.refused: Counter[str] = Counter()
        self.quiet: list[str] = []
        self.seconds: Counter[str] = Counter()
        self._events: list = []
        self._count = itertools.count()

    def at(self, when: datetime, what: Callable, *given) -> None:
        """Plans `what` at `when`, if that is in the year."""
        if day_of(when) <= self.plan.last:
            heapq.heappush(self._events, (when, next(self._count), what, given))

    def play(self) -> "Year":
        for day in secondary.every_day(self.plan):
            self._lay_out(day)
        writing.plan(self)
        self._befall()
        while self._events:
            when, _, what, given = heapq.heappop(self._events)
            began = watch.process_time()
            what(when, *given)
            self.seconds[what.__name__.strip("_")] += watch.process_time() - began
        return self

    # People as the product has them

    def viewer(self, person: Person, at: datetime) -> Viewer | None:
        """The viewer the gate would make of this person; None if they hold no post on that day."""
        return next(iter(viewers_for_person(person, at)), None)

    def here(self, person: Person, at: datetime) -> bool:
        """Whether they are at work at all, whoever knows of it."""
        day = day_of(at)
        plan = self.plan
        return not (person == self.who[DSL] and (within(plan.sick, day) or within(plan.leave, day)))

    def does(self, act: Callable, **given):
        """The result of `act`; None if the rules refused it, which is counted."""
        try:
            return act(**given)
        except (ActRefused, Http404) as why:
            self.refused[f"{act.__name__}: {getattr(why, 'words', 'not theirs to see')}"] += 1
            return None

    # A day

    def _lay_out(self, day: date) -> None:
        school = self.place.is_school_day(day)
        opens, closes = (moment(day, at) for at in IN_SCHOOL)
        at = moment(day, time(2))
        while day_of(at) == day:
            self.at(at, self._round)
            at += self.plan.every if school and opens <= at < closes else ELSE
        self.leads.lay_out(day, school)
        if day.weekday() == 6:
            self.at(moment(day, time(23, 30)), self._look_for_quiet)

    def _round(self, at: datetime) -> None:
        self.post.now = at
        before = len(self.post.arrived)
        assert clock_round.run_reminder_round(at, self.post)
        self.leads.read(at, self.post.arrived[before:])

    def _look_for_quiet(self, at: datetime) -> None:
        self.quiet += find_integrity_breaches(self.school, day_of(at))
        if day_of(at).day <= 7:
            self.say(f"  {day_of(at):%B %Y}: {len(self.written)} written")

    # What happens to people

    def _befall(self) -> None:
        plan = self.plan
        morning = time(7, 30)
        self.at(moment(plan.first, morning), self._name_for_holidays)
        if plan.leave:
            # The office enters it on the Friday before.
            self.at(moment(plan.leave[0] - timedelta(days=3), time(14)), self._say_leave)
        if plan.leaves:
            self.at(moment(plan.leaves[0], time(16, 45)), self._leave)

    def _name_for_holidays(self, at: datetime) -> None:
        """Names a lead for days without school (weekends too) and for after hours, all year."""
        for kind in (CoverKind.HOLIDAYS, CoverKind.AFTER_HOURS):
            cover = Cover(kind=kind, person=self.who[DEPUTY], since=day_of(at))
            self._cover(at, cover)

    def _say_leave(self, at: datetime) -> None:
        since, until = self.plan.leave
        person = self.who[DSL]
        other = self.who[DEPUTY]
        row = Cover(kind=CoverKind.LEAVE, person=person, stands_in=other, since=since, until=until)
        self._cover(at, row)

    def _cover(self, at: datetime, cover: Cover) -> None:
        self.does(people.say_cover, by=self.viewer(self.who[OFFICE], at), cover=cover, now=at)

    def _leave(self, at: datetime) -> None:
        """The office adds a newcomer, the head approves it, the office writes down who leaves."""
        office, head = (self.viewer(self.who[name], at) for name in (OFFICE, HEAD))
        what = StaffChangeRequest(
            matter=StaffRequestMatter.POST, role=Role.DEPUTY, since=self.plan.leaves[1]
        )
        said = {"name": "Nia Newcome", "room": "Room 9", "telephone": ""}
        email = f"{NEW}@simulated.example"
        self.does(people.add_person, by=office, email=email, said=said, what=what, now=at)
        self.does(people.answer, by=head, asked=what, approved=True, why="", now=at)
        given = {"person": self.who[OTHER_DEPUTY], "last": day_of(at), "to": self.who[DSL]}
        self.does(people.leave, by=head, now=at, **given)
        self.who[NEW] = Person.objects.get(email=email)
        del self.who[OTHER_DEPUTY]
