"""Tests that a subject's every page is what it would be had nothing been written about them.

The same person looks at one school twice: as it is, and after concerns about them have been written
and worked through to every state. After each look the school is put back as it was.
"""

import uuid
from datetime import timedelta

import pytest

from concerns.adult import acts as adult
from concerns.doors import clock_round, unsent_words
from concerns.models import AdultStep, Cover, Letter, Notice
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.people import acts as people
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.adult import twins
from tests.doors.world import made
from tests.factories import NOW

pytestmark = pytest.mark.django_db

POSTS = {role.value: role for role in (Role.DSL, Role.HEAD, Role.CHAIR, Role.OFFICE)}


class School:
    """A school with one of everything, everybody in post, and somebody who writes."""

    def __init__(self):
        self.world = made()
        self.where = self.world.school
        self.posts = {
            name: factories.person(self.where, role, name=f"The {name}")
            for name, role in POSTS.items()
        }
        self.posts["staff"] = factories.person(self.where, name="Dan Dubious")
        self.people = [factories.person(self.where) for _ in range(4)]
        self.writer = factories.viewer(self.where, who=self.people[0])

    def write_about(self, subject) -> list[uuid.UUID]:
        """Writes concerns in every state, of every kind, and in every way one can come about."""
        role = Role.CHAIR if subject == self.posts["head"] else Role.HEAD
        reader = factories.viewer(self.where, role, who=self.posts[role])
        for state in State:
            for sort in ("", "low", "harm"):
                adults.adult_concern_at(
                    state, by=self.writer, reader=reader, whom=subject, sort=sort
                )
        whole = adults.make_whole_adult_case(self.where, subject, reader, self.people)
        described = adults.send_adult_concern(self.writer)
        said = {"concern": described, "person": subject, "now": NOW}
        head = factories.viewer(self.where, Role.HEAD, who=self.posts["head"])
        adult.about(by=head, why="The description fits.", **said)
        self._begin(self.writer)
        return [whole.uid, AdultStep.objects.filter(concern=whole).first().uid]

    def _begin(self, by) -> None:
        """Begins a concern that is not sent, and one that was about a child at first."""
        unsent_words.save_draft_words(
            by.person, self.where, ADULT, uuid.uuid4(), {"account": ["The door"]}, NOW
        )
        child = uuid.uuid4()
        unsent_words.save_draft_words(
            by.person, self.where, CONCERN, child, {"account": ["The door"]}, NOW
        )
        unsent_words.convert_draft(by, child, {"account": ["The door was shut."]})


@pytest.fixture
def place() -> School:
    return School()


def nothing() -> list[uuid.UUID]:
    return []


def moved(place: School, who, work) -> list[str]:
    """Lists the pages that answer `who` differently after `work` than before."""
    after, secret = twins.looking(place.world, who, work)
    before, _ = twins.looking(place.world, who, nothing, secret)
    assert len(after) > 150
    return twins.differences(before, after)


@pytest.mark.parametrize("post", [*POSTS, "staff"])
def test_the_subjects_every_page_is_what_it_was(place, post):
    subject = place.posts[post]
    assert moved(place, subject, lambda: place.write_about(subject)) == []


def test_the_chairs_every_page_is_what_it_was_though_the_head_is_away(place):
    cover = Cover(kind="leave", person=place.posts["head"], since=NOW.date(), until=NOW.date())
    office = factories.viewer(place.where, Role.OFFICE, who=place.posts["office"])
    people.say_cover(by=office, cover=cover, now=NOW)
    subject = place.posts["chair"]
    head = factories.viewer(place.where, Role.HEAD, who=place.posts["head"])

    def work():
        said = {"by": place.writer, "reader": head, "whom": subject}
        return [adults.adult_concern_at(state, **said).uid for state in State]

    assert moved(place, subject, work) == []


def test_every_page_of_whom_the_writer_shuts_out_is_what_it_was(place):
    near = place.posts["head"]

    def work():
        return [adults.send_adult_concern(place.writer, place.posts["staff"], shut_out=(near,)).uid]

    assert moved(place, near, work) == []


def test_the_leads_every_page_is_what_it_was_when_it_is_about_somebody_else(place):
    subject = place.posts["staff"]
    assert moved(place, place.posts["dsl"], lambda: place.write_about(subject)) == []


@pytest.mark.parametrize("post", ["head", "dsl"])
def test_with_mail_down_the_subjects_every_page_is_what_it_was(place, settings, post):
    settings.EMAIL_HOST = ""
    subject = place.posts[post]

    def run_rounds() -> list[uuid.UUID]:
        clock_round.run_reminder_round(NOW)
        long_ago = NOW - timedelta(days=1)
        Letter.objects.update(made_at=long_ago)
        Notice.objects.update(made_at=long_ago)
        clock_round.run_reminder_round(NOW)
        return []

    def work() -> list[uuid.UUID]:
        return place.write_about(subject) + run_rounds()

    after, secret = twins.looking(place.world, subject, work)
    before, _ = twins.looking(place.world, subject, run_rounds, secret)
    assert twins.differences(before, after) == []


def test_a_school_looked_at_twice_is_the_same(place):
    assert moved(place, place.posts["head"], nothing) == []


def test_the_comparison_sees_a_concern_about_a_child(place):
    def work():
        return [factories.concern_at(State.WAITING, where=place.where, by=place.writer).uid]

    seen = moved(place, place.posts["dsl"], work)
    assert "GET /triage/" in seen


def test_the_comparison_sees_what_its_reader_sees(place):
    seen = moved(place, place.posts["head"], lambda: place.write_about(place.posts["dsl"]))
    assert "GET /adult/" in seen


@pytest.mark.parametrize("forgotten", ["visible_to", "written_by"])
def test_the_comparison_sees_an_exclusion_that_is_forgotten(place, monkeypatch, forgotten):
    from concerns.models.adult.adult_concern import AdultRows

    def everything(rows, viewer):
        return rows.filter(school=viewer.school).for_viewer(viewer)

    monkeypatch.setattr(AdultRows, forgotten, everything)
    subject = place.posts["head"]
    assert moved(place, subject, lambda: place.write_about(subject)) != []
