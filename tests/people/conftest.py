"""This file knows a school with an office, a head and a lead, for the tests of its staff."""

import uuid
from dataclasses import dataclass, field
from datetime import date

import pytest

from concerns.doors import keep
from concerns.models import Asked, Draft, Person, Post, School, Viewer
from concerns.models.draft import CONCERN
from concerns.people import acts
from concerns.rules.roles import Role
from concerns.rules.staffing import Matter
from tests import factories

NOW = factories.NOW
TODAY = NOW.date()


@dataclass
class House:
    """One school; each of its people as they act today."""

    school: School = field(default_factory=factories.school)

    def __post_init__(self):
        self.office = factories.viewer(self.school, Role.OFFICE)
        self.head = factories.viewer(self.school, Role.HEAD)
        self.lead = factories.viewer(self.school, Role.DSL)
        self.teacher = factories.viewer(self.school)

    def ask(self, by: Viewer, matter: Matter, person: Person, now=NOW, **more) -> Asked:
        """What was done, or what waits: then it has been saved."""
        what = Asked(matter=matter, person=person, **more)
        acts.change(by=by, what=what, now=now)
        return what

    def post(self, by: Viewer, person: Person, role: Role, since: date = TODAY) -> Asked:
        return self.ask(by, Matter.POST, person, role=role, since=since)

    def answer(self, by: Viewer, asked: Asked, approved: bool = True):
        why = "" if approved else "Not this year."
        return acts.answer(by=by, asked=asked, approved=approved, why=why, now=NOW)

    def begins(self, who: Viewer, page: str = CONCERN, **picked) -> Draft:
        """A concern begun and not sent, with what was `picked` in it."""
        words = {"account": ["Thin"]} | {name: [str(row.uid)] for name, row in picked.items()}
        return keep.words(who.person, self.school, page, uuid.uuid4(), words, NOW)

    def leaves(self, who: Person, to: Person | None = None, by: Viewer | None = None) -> None:
        acts.leave(by=by or self.office, person=who, last=TODAY, to=to, now=NOW)

    def roles(self, person: Person, day: date = TODAY) -> set[str]:
        posts = Post.objects.filter(person=person, school=self.school).in_force(day)
        return set(posts.values_list("role", flat=True))


def whole_staff(school: School) -> None:
    """Everything that the staff's own record can hold: asked, answered, and a link sent."""
    house = House(school)
    house.answer(house.head, house.post(house.office, house.teacher.person, Role.DEPUTY))
    house.ask(house.head, Matter.PASSWORD, house.teacher.person)


def staffed(house: House, number: int) -> None:
    """So many more, each with two posts, a family, and something that waits."""
    for _ in range(number):
        who = factories.person(house.school, Role.STAFF, Role.OFFICE)
        factories.related(who, factories.child(house.school))
        house.post(house.office, who, Role.DEPUTY)


@pytest.fixture
def house(db) -> House:
    return House()
