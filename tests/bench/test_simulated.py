"""Tests that three weeks of the simulated year lose nothing, and that a year can fail."""

import uuid
from datetime import date, datetime, timedelta

import pytest

from concerns.doors import clock_round
from concerns.models import Concern, Notice, Step
from concerns.models.response.step import StepEnding
from tests import factories
from tests.bench import counted, table
from tests.bench.post import Arrived, PostOffice
from tests.bench.secondary import Plan
from tests.bench.simulated import Year
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.long]
HIGH = 2_500
# The last of them is half-term. The lead is off sick in the second, in which a deputy leaves and
# another comes, and no mail goes out from its Wednesday to the Sunday.
THREE_WEEKS = Plan(
    first=date(2025, 10, 13),
    last=date(2025, 11, 2),
    every=timedelta(hours=1),
    leave=None,
    sick=(date(2025, 10, 20), date(2025, 10, 24)),
    mail_fails=(date(2025, 10, 22), date(2025, 10, 26)),
    leaves=(date(2025, 10, 21), date(2025, 10, 22)),
)
OPEN, WRITTEN, WAITS, TWICE, TOLD = range(5)


@pytest.mark.more_of_a_kind
def test_three_weeks_of_a_busy_secondary_lose_nothing():
    year = Year(HIGH, THREE_WEEKS, say=lambda words: None).play()
    found = counted.of(year)
    assert set(found["lost"].values()) == {0}
    assert table.lost([found]) == ""
    # The school was not empty, and mail did fail.
    assert len(year.written) > 150
    assert year.post.failed > 0
    assert Step.objects.filter(done_at__isnull=False).count() > 300
    assert Concern.objects.closed().exists()
    assert sum(year.refused.values()) < len(year.written) / 50


def lost(school, *, now=NOW, written=(), arrived=(), since=NOW - timedelta(days=9)) -> list[int]:
    return list(counted.lost(school, now, written, list(arrived), since).values())


@pytest.fixture
def concern():
    where = factories.school()
    factories.person(where, factories.Role.DSL)
    return factories.send_concern(factories.viewer(where), factories.child(where)).concern


def test_a_school_in_order_has_lost_nothing(concern):
    assert lost(concern.school, written=[concern.uid]) == [0, 0, 0, 0, 0]


def test_an_open_concern_without_a_step_is_lost(concern):
    ended = {"done_at": NOW, "done_by": concern.reporter, "ended": StepEnding.DONE}
    Step.objects.filter(concern=concern).update(**ended)
    assert lost(concern.school)[OPEN] == 1


def test_what_was_written_and_is_not_on_record_is_lost(concern):
    assert lost(concern.school, written=[concern.uid, uuid.uuid4()])[WRITTEN] == 1


def test_a_letter_that_never_goes_is_lost_where_mail_works_and_waits_where_it_does_not(concern):
    assert Notice.objects.still_pending().count() == 1
    later = NOW + timedelta(days=2)
    assert lost(concern.school, now=later)[WAITS] == 1
    assert lost(concern.school, now=later, since=later)[WAITS] == 0


def test_a_message_that_arrived_twice_is_seen(concern):
    assert lost(concern.school, arrived=[a_message("<1@x>"), a_message("<1@x>")])[TWICE] == 1


def test_a_message_that_the_record_knows_nothing_of_is_seen(concern):
    assert lost(concern.school, arrived=[a_message("<1@x>")])[TOLD] == 1


def a_message(number: str, at: datetime = NOW) -> Arrived:
    return Arrived(at, "lead@simulated.example", False, number, lines=1)


def test_what_was_lost_in_any_year_is_said():
    good, bad = ({"figures": {}, "lost": {"letters": number}} for number in (0, 3))
    assert table.lost([good, good]) == ""
    assert table.lost([good, bad]) == "LOST. letters: 3"


def test_the_mail_server_of_the_year_fails_and_then_takes_what_waited(concern):
    post = PostOffice(lambda at: at < NOW + timedelta(days=1))
    for hours, failing in ((5, True), (7, True), (30, False)):
        post.now = NOW + timedelta(hours=hours)
        clock_round.run_reminder_round(post.now, post)
        assert bool(post.arrived) is not failing
    assert post.failed > 0
    assert len({one.number for one in post.arrived}) == len(post.arrived)
