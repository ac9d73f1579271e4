"""Tests that whoever reads a part of the record gets the pages of a school in which nothing else
was written.

A head of year, and a keyworker of one child, each look at one school twice: as it is, and after
others have written concerns about children outside their part and worked through them to every
state, and rounds have sent e-mails. There is something in their part in both.
"""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Q

from concerns.doors import clock_round, unsent_words
from concerns.models import PartAnswers, StaffChangeRequest
from concerns.models.base import reader_part
from concerns.models.child import child as children
from concerns.models.concern.draft import CONCERN
from concerns.people import acts as people
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories, homes
from tests.adult.twins import TwinSchool, make_twin_school
from tests.factories import NOW

# One of each kind is tried by `make quick` and on PostgreSQL; the rest only on SQLite.
REST = pytest.mark.more_of_a_kind
WRITTEN = NOW - timedelta(days=2)


class Parts(TwinSchool):
    """The same with a child of Year 5 and her brother in Year 3, and who reads of her."""

    def __init__(self):
        super().__init__()
        self.theirs = factories.child(self.where, "Forrest", "Doorley", year="Year 5")
        self.outside = factories.child(self.where, "Foster", "Doorley", year="Year 3")
        self.lead = factories.viewer(self.where, Role.DSL)
        self.deputy = factories.viewer(self.where, Role.DEPUTY)
        head = factories.viewer(self.where, Role.HEAD, who=self.posts["head"])
        for name, role, part in (
            ("year", Role.YEAR_LEAD, PartAnswers(years=("Year 5",))),
            ("class", Role.YEAR_LEAD, PartAnswers(classes=("5K",))),
            ("child", Role.KEYWORKER, PartAnswers(children=(self.theirs,))),
        ):
            self.posts[name] = factories.person(self.where, name=f"The reader of a {name}")
            give_part(head, self.posts[name], role, part)
        self.theirs.class_name = "5K"
        self.theirs.save()
        homes.add_sibling(self.lead, self.theirs, self.outside)
        staff = self.writer, self.lead, self.deputy, self.people[1]
        factories.make_case_of_child(self.theirs, *staff, now=WRITTEN - timedelta(days=1))

    def write_about(self, child) -> list[uuid.UUID]:
        """Writes concerns in every state, in every way one can come about; returns their ids, and
        those of what belongs to the whole one."""
        said = {"by": self.writer, "lead": self.lead, "account": "The door was shut."}
        found = [
            factories.concern_at(
                state, where=self.where, children=(child,), going_home="yes", now=WRITTEN, **said
            )
            for state in State
        ]
        # A child of theirs is only also involved: the concern is about another.
        also = {"involved": (self.theirs,), "account": "The door was shut."}
        if child != self.theirs:
            found.append(factories.send_concern(self.writer, child, **also).concern)
        staff = self.writer, self.lead, self.deputy, self.people[1]
        whole, _, _ = factories.make_case_of_child(child, *staff, now=WRITTEN)
        draft = uuid.uuid4()
        words = {"account": ["The door"], "children": [str(child.uid)]}
        unsent_words.save_draft_words(
            self.writer.person, self.where, CONCERN, draft, words, WRITTEN
        )
        return [
            whole.uid, whole.referrals.get().uid, whole.steps.open().first().uid,
            *(concern.uid for concern in found[-1:]),
        ]  # fmt: skip


def give_part(head, person, role, part, **more) -> None:
    what = StaffChangeRequest(
        matter=StaffRequestMatter.POST, person=person, role=role, since=NOW.date(), **more
    )
    what.part = part
    assert people.change(by=head, what=what, now=NOW)
    # Their password ended with the change: they have chosen another.
    person.password = factories.hash_once(factories.PASSWORD)
    person.save()


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    with make_twin_school(databases, migrated, django_db_blocker, of=Parts) as made:
        yield made


def run_rounds() -> list[uuid.UUID]:
    for hours in (2, 1, 0):
        clock_round.run_reminder_round(NOW - timedelta(hours=hours))
    return []


@pytest.mark.parametrize("reader", ["year", "child", pytest.param("class", marks=REST)])
def test_every_page_of_whoever_reads_a_part_is_what_it_was(place, reader):
    def work() -> list[uuid.UUID]:
        return place.write_about(place.outside)

    assert place.moved(place.posts[reader], work, after=run_rounds) == []


@pytest.mark.parametrize("reader", ["year", "child"])
def test_the_comparison_sees_what_is_written_about_a_child_of_the_part(place, reader):
    def work() -> list[uuid.UUID]:
        return place.write_about(place.theirs)[:0]

    seen = place.moved(place.posts[reader], work, rooms=["triage", "child"])
    assert {"GET /triage/", "GET /child/tracker/"} <= set(seen)


def test_the_comparison_sees_a_part_that_is_forgotten(place, monkeypatch):
    for module in (reader_part, children):
        monkeypatch.setattr(module, "children_in_part", lambda viewer: Q())

    def work() -> list[uuid.UUID]:
        return place.write_about(place.outside)[:0]

    assert "GET /triage/" in place.moved(place.posts["year"], work, rooms=["triage"])
