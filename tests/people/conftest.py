"""Fixtures: a school with an office, a head and a lead, for the tests of its staff."""

import uuid
from dataclasses import dataclass, field
from datetime import date

import pytest

from concerns.doors import unsent_words
from concerns.models import Draft, Person, Post, School, StaffChangeRequest, Viewer
from concerns.models.concern.draft import CONCERN
from concerns.people import acts
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories

NOW = factories.NOW
TODAY = NOW.date()


@dataclass
class House:
    """One school and its people, as they act today."""

    school: School = field(default_factory=factories.school)

    def __post_init__(self):
        self.office = factories.viewer(self.school, Role.OFFICE)
        self.head = factories.viewer(self.school, Role.HEAD)
        self.lead = factories.viewer(self.school, Role.DSL)
        self.teacher = factories.viewer(self.school)

    def ask(
        self, by: Viewer, matter: StaffRequestMatter, person: Person, now=NOW, **more
    ) -> StaffChangeRequest:
        """Asks for a change, which is done or waits; either way it has been saved."""
        what = StaffChangeRequest(matter=matter, person=person, **more)
        acts.change(by=by, what=what, now=now)
        return what

    def post(
        self, by: Viewer, person: Person, role: Role, since: date = TODAY
    ) -> StaffChangeRequest:
        return self.ask(by, StaffRequestMatter.POST, person, role=role, since=since)

    def answer(self, by: Viewer, asked: StaffChangeRequest, approved: bool = True):
        why = "" if approved else "Not this year."
        return acts.answer(by=by, asked=asked, approved=approved, why=why, now=NOW)

    def begins(self, who: Viewer, page: str = CONCERN, **picked) -> Draft:
        """Begins a concern that is not sent, with `picked` in it."""
        words = {"account": ["Thin"]} | {name: [str(row.uid)] for name, row in picked.items()}
        return unsent_words.save_draft_words(
            who.person, self.school, page, uuid.uuid4(), words, NOW
        )

    def leaves(self, who: Person, to: Person | None = None, by: Viewer | None = None) -> None:
        acts.leave(by=by or self.office, person=who, last=TODAY, to=to, now=NOW)

    def roles(self, person: Person, day: date = TODAY) -> set[str]:
        posts = Post.objects.filter(person=person, school=self.school).in_force_on(day)
        return set(posts.values_list("role", flat=True))


def whole_staff(school: School) -> None:
    """All that the staff's record can hold: asked, answered, a link sent, and one that waits."""
    house = House(school)
    house.answer(house.head, house.post(house.office, house.teacher.person, Role.DEPUTY))
    house.ask(house.head, StaffRequestMatter.PASSWORD, house.teacher.person)
    new = factories.person(school)
    new.set_unusable_password()
    new.save()
    acts.invite_many(by=house.office, people=[new], now=NOW)


def staffed(house: House, number: int) -> None:
    """Adds so many people, each with two posts, a family, and a request that waits."""
    for _ in range(number):
        who = factories.person(house.school, Role.STAFF, Role.OFFICE)
        factories.relate_to_child(who, factories.child(house.school))
        house.post(house.office, who, Role.DEPUTY)


@pytest.fixture
def house(db) -> House:
    return House()
