"""Tests that the bench finds what a crowd was promised and is not on record exactly once."""

import uuid

import pytest

from concerns.models import Concern
from tests import factories
from tests.bench import goals, table
from tests.bench.crowd import Crowd, count_lost, measure_crowd
from tests.bench.visitor import Answer, Visitor


class Site:
    """Answers each request with the next of `answers`, or breaks off where that is an exception."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.closed = 0

    def __call__(self, sent) -> Answer:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, [], b"")

    def close(self) -> None:
        self.closed += 1


@pytest.mark.django_db
def test_what_is_on_record_once_is_not_lost(writer):
    concern = factories.send_concern(writer, factories.child(writer.school)).concern
    assert count_lost([(concern.draft, concern.uid)]) == 0


@pytest.mark.django_db
def test_a_concern_that_was_acknowledged_and_is_not_there_is_lost(writer):
    concern = factories.send_concern(writer, factories.child(writer.school)).concern
    assert count_lost([(uuid.uuid4(), uuid.uuid4())]) == 1
    assert count_lost([(concern.draft, uuid.uuid4())]) == 1


def test_what_was_lost_fails_the_run_and_is_counted():
    crowds = [{"lost": 0}, {"lost": 2}]
    assert table.lost_submissions({"crowds": crowds}).startswith("LOST. 2 concerns")
    assert table.lost_submissions({"crowds": crowds[:1]}) == ""


def test_a_request_whose_connection_breaks_is_sent_again():
    site = Site(ConnectionResetError(), 200)
    crowd = Crowd(left=1)
    assert crowd.ask_once(Visitor(site), "/triage/").status == 200
    assert (site.closed, crowd.wrong.total(), crowd.left) == (1, 0, 0)


@pytest.mark.parametrize(
    ("answers", "words"),
    [((503,), "submit 503"), ((ConnectionResetError(), TimeoutError()), "submit broken off")],
)
def test_an_answer_that_is_not_the_page_is_counted(answers, words):
    crowd = Crowd(left=1)
    assert crowd.ask_once(Visitor(Site(*answers)), "/submit/write/") is None
    assert crowd.wrong == {words: 1}


def test_nothing_is_asked_that_is_not_left():
    assert Crowd(left=0).ask_once(Visitor(Site()), "/triage/") is None


@pytest.mark.long
def test_a_crowd_submits_to_a_real_server_and_nothing_is_lost(
    filled, fresh_database, static, monkeypatch
):
    monkeypatch.setitem(goals.CROWDS, 3, (60, 1, 4))
    before = Concern.objects.count()
    found = measure_crowd(3, fresh_database.environment | {"STATIC_ROOT": str(static)})
    assert (found["lost"], found["wrong_in_words"]) == (0, {})
    assert found["acknowledged"] == Concern.objects.count() - before > 3
    said = " ".join(" ".join(table.crowds("SQLite", [found])).split())
    assert "of these not exactly once on record 0 goal exactly 0: met" in said
