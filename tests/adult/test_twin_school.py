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
from concerns.models.adult.adult_concern import AdultRows
from concerns.models.concern.draft import ADULT, CONCERN
from concerns.people import acts as people
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.adult.twins import TwinSchool, make_twin_school, nothing
from tests.factories import NOW

# One of each kind is tried by `make quick` and on PostgreSQL; the rest only on SQLite.
REST = pytest.mark.more_of_a_kind


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    with make_twin_school(databases, migrated, django_db_blocker) as made:
        yield made


def write_about(place: TwinSchool, subject) -> list[uuid.UUID]:
    """Writes concerns in every state, of every kind, and in every way one can come about."""
    role = Role.CHAIR if subject == place.posts["head"] else Role.HEAD
    reader = factories.viewer(place.where, role, who=place.posts[role])
    for state in State:
        for sort in ("", "low", "harm"):
            said = {"by": place.writer, "reader": reader, "whom": subject, "sort": sort}
            adults.adult_concern_at(state, **said)
    whole = adults.make_whole_adult_case(place.where, subject, reader, place.people)
    if role is Role.HEAD:
        bring_in_the_deputy(place, whole, reader)
    described = adults.send_adult_concern(place.writer)
    said = {"concern": described, "person": subject, "now": NOW}
    head = factories.viewer(place.where, Role.HEAD, who=place.posts["head"])
    adult.about(by=head, why="The description fits.", **said)
    begin(place, place.writer)
    return [whole.uid, AdultStep.objects.filter(concern=whole).first().uid]


def bring_in_the_deputy(place: TwinSchool, concern, head) -> None:
    """The head brings the deputy in, who adds a note; ends that, and brings the deputy in again."""
    said = {"by": head, "concern": concern, "person": place.deputy, "now": NOW}
    adult.bring_in(**said, why="She knows the child.")
    deputy = factories.viewer(place.where, Role.DEPUTY, who=place.deputy)
    adult.note(by=deputy, concern=concern, words="He is in my class.", now=NOW)
    adult.end_reading(**said, why="She has told me all.")
    adult.bring_in(**said, why="There is more to ask her.")


def begin(place: TwinSchool, by) -> None:
    """Begins a concern that is not sent, and one that was about a child at first."""
    unsent_words.save_draft_words(
        by.person, place.where, ADULT, uuid.uuid4(), {"account": ["The door"]}, NOW
    )
    child = uuid.uuid4()
    unsent_words.save_draft_words(
        by.person, place.where, CONCERN, child, {"account": ["The door"]}, NOW
    )
    unsent_words.convert_draft(by, child, {"account": ["The door was shut."]})


OTHERS = ("dsl", "chair", "office", "staff", "governor")


@pytest.mark.parametrize("post", ["head", *(pytest.param(post, marks=REST) for post in OTHERS)])
def test_the_subjects_every_page_is_what_it_was(place, post):
    subject = place.posts[post]
    assert place.moved(subject, lambda: write_about(place, subject)) == []


@REST
def test_the_chairs_every_page_is_what_it_was_though_the_head_is_away(place):
    subject = place.posts["chair"]

    def the_head_is_away() -> list[uuid.UUID]:
        cover = Cover(kind="leave", person=place.posts["head"], since=NOW.date(), until=NOW.date())
        office = factories.viewer(place.where, Role.OFFICE, who=place.posts["office"])
        people.say_cover(by=office, cover=cover, now=NOW)
        return []

    def work() -> list[uuid.UUID]:
        head = factories.viewer(place.where, Role.HEAD, who=place.posts["head"])
        said = {"by": place.writer, "reader": head, "whom": subject}
        return [adults.adult_concern_at(state, **said).uid for state in State]

    assert place.moved(subject, work, before=the_head_is_away) == []


@REST
def test_every_page_of_whom_the_writer_shuts_out_is_what_it_was(place):
    near = place.posts["head"]

    def work() -> list[uuid.UUID]:
        return [adults.send_adult_concern(place.writer, place.posts["staff"], shut_out=(near,)).uid]

    assert place.moved(near, work) == []


@REST
def test_the_leads_every_page_is_what_it_was_when_it_is_about_somebody_else(place):
    subject = place.posts["staff"]
    assert place.moved(place.posts["dsl"], lambda: write_about(place, subject)) == []


@REST
@pytest.mark.parametrize("post", ["head", "dsl"])
def test_with_mail_down_the_subjects_every_page_is_what_it_was(place, settings, post):
    settings.EMAIL_HOST = ""
    subject = place.posts[post]
    said_there = ["adult", "audit", "chase", "people", "submit"]

    def run_rounds() -> list[uuid.UUID]:
        clock_round.run_reminder_round(NOW)
        long_ago = NOW - timedelta(days=1)
        Letter.objects.update(made_at=long_ago)
        Notice.objects.update(made_at=long_ago)
        clock_round.run_reminder_round(NOW)
        return []

    def work() -> list[uuid.UUID]:
        return write_about(place, subject)

    assert place.moved(subject, work, after=run_rounds, rooms=said_there) == []


@REST
def test_a_school_looked_at_twice_is_the_same(place):
    assert place.moved(place.posts["head"], nothing) == []


@pytest.mark.sqlite_alone
def test_the_comparison_sees_a_concern_about_a_child(place):
    def work() -> list[uuid.UUID]:
        return [factories.concern_at(State.WAITING, where=place.where, by=place.writer).uid]

    seen = place.moved(place.posts["dsl"], work, rooms=["triage"])
    assert "GET /triage/" in seen


@pytest.mark.sqlite_alone
def test_the_comparison_sees_what_a_lead_reads_who_was_brought_in(place):
    def work() -> list[uuid.UUID]:
        head = factories.viewer(place.where, Role.HEAD, who=place.posts["head"])
        concern = adults.send_adult_concern(place.writer, place.posts["staff"])
        said = {"concern": concern, "person": place.posts["dsl"], "why": "To know.", "now": NOW}
        adult.bring_in(by=head, **said)
        return [concern.uid]

    seen = place.moved(place.posts["dsl"], work, rooms=["adult", "submit"])
    assert "GET /submit/" in seen


@pytest.mark.sqlite_alone
def test_the_comparison_sees_what_its_reader_sees(place):
    subject = place.posts["dsl"]
    seen = place.moved(place.posts["head"], lambda: write_about(place, subject), rooms=["adult"])
    assert "GET /adult/" in seen


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("forgotten", ["visible_to", "written_by"])
def test_the_comparison_sees_an_exclusion_that_is_forgotten(place, monkeypatch, forgotten):
    def everything(rows, viewer):
        return rows.filter(school=viewer.school).for_viewer(viewer)

    monkeypatch.setattr(AdultRows, forgotten, everything)
    subject = place.posts["head"]
    assert place.moved(subject, lambda: write_about(place, subject), rooms=["adult"]) != []
