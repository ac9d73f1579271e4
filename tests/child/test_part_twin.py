"""Tests that whoever reads a part of the record gets the pages of a school in which nothing else
was written.

A head of year, and a keyworker of one child, each look at one school twice: as it is, and after
others have written concerns about children outside their part and worked through them to every
state, and rounds have sent e-mails. There is something in their part in both. An attendance officer
looks at it before and after others have written in other categories, and in the file, of the very
child whom a concern of theirs is about.
"""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Q

from concerns.doors import clock_round, unsent_words
from concerns.models import PartAnswers, StaffChangeRequest
from concerns.models.base import reader_part
from concerns.models.concern.draft import CONCERN
from concerns.people import acts as people
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from concerns.triage import acts as triage
from tests import factories, homes
from tests.adult.twins import TwinSchool, make_twin_school
from tests.doors.world import kind_of
from tests.factories import NOW

# One of each kind is tried by `make quick` and on PostgreSQL; the rest only on SQLite.
REST = pytest.mark.more_of_a_kind
# The pages of one child or concern that a reader of a part may open.
OPENS = (
    "triage_read", "triage_print", "triage_note", "triage_files", "child", "child_file",
    "child_chronology", "child_print",
)  # fmt: skip
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
            ("category", Role.ATTENDANCE, PartAnswers(categories=("absence", "missing"))),
        ):
            self.posts[name] = factories.person(self.where, name=f"The reader of a {name}")
            give_part(head, self.posts[name], role, part)
        self.theirs.class_name = "5K"
        self.theirs.save()
        homes.add_sibling(self.lead, self.theirs, self.outside)
        staff = self.writer, self.lead, self.deputy, self.people[1]
        factories.make_case_of_child(self.theirs, *staff, now=WRITTEN - timedelta(days=1))
        absent = {"categories": ("absence",), "now": WRITTEN - timedelta(days=1)}
        self.absent = factories.send_concern(self.writer, self.theirs, **absent).concern

    def _addresses(self, rooms):
        """Also what opens for them of the child and the concern that are of everybody's part."""
        yield from super()._addresses(rooms)
        theirs = {"child": self.theirs.uid, "concern": self.absent.uid}
        for name in OPENS:
            if not rooms or name.split("_")[0] in rooms:
                yield name, self.world.address(name, theirs[kind_of(name)])

    def sort_into(self, *categories: str) -> None:
        said = {"categories": categories, "why": "It is that.", "now": WRITTEN}
        triage.sort(by=self.lead, concern=self.absent, **said)

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


@pytest.mark.parametrize(
    "reader",
    [pytest.param("year", marks=REST), "child", pytest.param("class", marks=REST)],
)
def test_every_page_of_whoever_reads_a_part_is_what_it_was(place, reader):
    def work() -> list[uuid.UUID]:
        return place.write_about(place.outside)

    assert place.moved(place.posts[reader], work, after=run_rounds) == []


@REST
def test_every_page_of_whoever_reads_a_category_is_what_it_was(place):
    """Whatever is written, in other categories or in none, and in the file, of a child whose
    absence they read of; and of her brother."""

    def work() -> list[uuid.UUID]:
        homes.write_whole_file(place.lead, place.theirs)
        given = [*place.write_about(place.theirs), *place.write_about(place.outside)]
        return [*given, place.outside.uid]

    assert place.moved(place.posts["category"], work, after=run_rounds) == []


@pytest.mark.parametrize(
    "categories", [("missing",), pytest.param(("neglect",), marks=REST)], ids=["in", "out"]
)
def test_what_a_lead_sorts_anew_appears_or_is_gone(place, categories):
    """Into another category of theirs the row changes; into one that is not theirs it goes."""

    def work() -> list[uuid.UUID]:
        place.sort_into(*categories)
        return []

    seen = place.moved(place.posts["category"], work, rooms=["triage", "child"])
    assert {"GET /triage/", "GET /child/tracker/"} <= set(seen)


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("reader", [pytest.param("year", marks=pytest.mark.long), "child"])
def test_the_comparison_sees_what_is_written_about_a_child_of_the_part(place, reader):
    def work() -> list[uuid.UUID]:
        return place.write_about(place.theirs)[:0]

    seen = place.moved(place.posts[reader], work, rooms=["triage", "child"])
    assert {"GET /triage/", "GET /child/tracker/"} <= set(seen)


@pytest.mark.sqlite_alone
@pytest.mark.parametrize(
    ("reader", "forgotten"),
    [("year", "children_with_file_in_part"), ("category", "_in_their_categories")],
)
def test_the_comparison_sees_a_part_that_is_forgotten(place, monkeypatch, reader, forgotten):
    monkeypatch.setattr(reader_part, forgotten, lambda viewer: Q(pk__isnull=False))

    def work() -> list[uuid.UUID]:
        return place.write_about(place.outside)[:0]

    assert "GET /triage/" in place.moved(place.posts[reader], work, rooms=["triage"])
