"""Tests that whoever is shut out from a child gets the pages of a school with nothing about it.

A reader of the record looks at one school twice: as it is, and after others have written concerns
about the child and worked through them to every state, and rounds have sent e-mails. The reader is
shut out because the child is their family, or because the writer said so.
"""

import uuid
from datetime import timedelta

import pytest

from concerns.doors import clock_round, unsent_words
from concerns.models.base import kept_out
from concerns.models.concern.draft import CONCERN
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.workflow import step_doers
from tests import factories, homes
from tests.adult.twins import TwinSchool, make_twin_school
from tests.factories import NOW
from tests.history_files import bring_history, line_of

# One of each kind is tried by `make quick` and on PostgreSQL; the rest only on SQLite.
REST = pytest.mark.more_of_a_kind
READERS = ["dsl", *(pytest.param(post, marks=REST) for post in ("head", "governor"))]
WRITTEN = NOW - timedelta(days=2)


class Family(TwinSchool):
    """The same with two children: one is family of a lead, the head and a governor, the other of
    nobody.

    Another lead and a deputy do the work. The child's brother is in the record already.
    """

    def __init__(self):
        super().__init__()
        self.kin = factories.child(self.where, "Forrest", "Doorley")
        self.other = factories.child(self.where, "Foster", "Doorman")
        for post in ("dsl", "head", "governor"):
            factories.relate_to_child(self.posts[post], self.kin)
        self.lead = factories.viewer(self.where, Role.DSL)
        self.deputy = factories.viewer(self.where, Role.DEPUTY)
        brother = self.world.concern.children.get().child
        homes.add_sibling(self.lead, brother, self.kin)
        # The writer is reminded of what they have not sent, in both schools.
        words = {"account": ["The gate"]}
        unsent_words.save_draft_words(
            self.writer.person, self.where, CONCERN, uuid.uuid4(), words, NOW
        )

    def write_about(self, child, **more) -> list[uuid.UUID]:
        """Writes concerns in every state, in every way one can come about; returns their ids, and
        those of what belongs to the whole one."""
        by = self.writer
        said = {
            "by": by,
            "lead": self.lead,
            "account": "The door was shut.",
            "now": WRITTEN,
            **more,
        }
        for state in State:
            factories.concern_at(
                state, where=self.where, children=(child,), going_home="yes", **said
            )
        if not more:
            also = {"involved": (child,), "account": "The door was shut."}
            factories.send_concern(by, self.other, **also)
        staff = by, self.lead, self.deputy, self.people[1]
        whole, _, _ = factories.make_case_of_child(child, *staff, now=WRITTEN, **more)
        if not more:
            bring_history(self.lead, line_of(child, "The door was shut."), now=WRITTEN)
        draft = uuid.uuid4()
        words = {"account": ["The door"], "children": [str(child.uid)]}
        unsent_words.save_draft_words(by.person, self.where, CONCERN, draft, words, NOW)
        return [whole.uid, whole.referrals.get().uid, whole.steps.open().first().uid]


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    with make_twin_school(databases, migrated, django_db_blocker, of=Family) as made:
        yield made


def run_rounds() -> list[uuid.UUID]:
    for hours in (2, 1, 0):
        clock_round.run_reminder_round(NOW - timedelta(hours=hours))
    return []


@pytest.mark.long
@pytest.mark.parametrize("post", READERS)
def test_every_page_of_whoever_is_family_of_the_child_is_what_it_was(place, post):
    reader = place.posts[post]
    assert place.moved(reader, lambda: place.write_about(place.kin), after=run_rounds) == []


@pytest.mark.parametrize("post", READERS)
def test_every_page_of_whom_the_writer_excludes_is_what_it_was(place, post):
    reader = place.posts[post]

    def work() -> list[uuid.UUID]:
        return place.write_about(place.other, excluded=(reader,))

    assert place.moved(reader, work, after=run_rounds) == []


@REST
def test_with_mail_down_every_page_of_a_head_who_is_family_of_the_child_is_what_it_was(
    place, settings
):
    settings.EMAIL_HOST = ""
    head = place.posts["head"]
    said_there = ["audit", "chase", "people", "submit", "triage"]

    def work() -> list[uuid.UUID]:
        return place.write_about(place.kin)

    assert place.moved(head, work, after=run_rounds, rooms=said_there) == []


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("forgotten", ["named", "family"])
def test_the_comparison_sees_an_exclusion_that_is_forgotten(place, monkeypatch, forgotten):
    way = {"named": "excluded_from", "family": "relations"}[forgotten]
    monkeypatch.delitem(kept_out.KEPT_OUT_THROUGH, way)
    reader = place.posts["dsl"]
    about, more = {
        "named": (place.other, {"excluded": (reader,)}),
        "family": (place.kin, {}),
    }[forgotten]
    seen = place.moved(reader, lambda: place.write_about(about, **more), rooms=["chase"])
    assert "GET /chase/?whose=all" in seen


@pytest.mark.sqlite_alone
def test_the_comparison_sees_an_e_mail_to_whoever_is_shut_out(place, monkeypatch):
    monkeypatch.setattr(step_doers, "kept_out_by_concern", lambda _concerns: {})
    reader = place.posts["dsl"]

    def work() -> list[uuid.UUID]:
        return place.write_about(place.kin)

    assert "E-MAILS" in place.moved(reader, work, after=run_rounds, rooms=["submit"])
