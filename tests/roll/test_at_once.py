"""Tests for the same file, or two, confirmed at the same moment, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from concerns.models import Child, Enrolment, LedgerLine, Placement
from concerns.roll import acts, queries
from concerns.rules.roles import Role
from tests import factories
from tests.factories import NOW
from tests.roll import exports
from tests.roll.conftest import Office


@pytest.fixture
def office(fresh_database) -> Office:
    school = factories.school()
    return Office(school, factories.viewer(school, Role.OFFICE))


def confirmed(office, files) -> list[str]:
    """The result of each press: "in", or the words of its refusal."""
    ready = Barrier(len(files))
    forms = [
        {
            "file": file,
            "mapping": queries.read_roll_file(office.viewer, file).guess,
            "seen": office.plan(file).plan_digest,
            "sure": True,
        }
        for file in files
    ]

    def press(form) -> str:
        try:
            ready.wait()
            acts.bring(by=office.viewer, now=NOW, **form)
        except acts.RollChanged as moved:
            return moved.words
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(len(files)) as several:
        return sorted(several.map(press, forms), key=lambda said: said != "in")


def all_is_there_once(office, count: int) -> None:
    for model in (Child, Enrolment, Placement):
        assert model.objects.filter(school=office.school).count() == count
    assert LedgerLine.objects.filter(school=office.school, kind="roll_brought").count() == 1


def test_one_file_pressed_eight_times_at_once_goes_in_once(office):
    file = office.upload(exports.written(exports.roll(60)))
    said = confirmed(office, [file] * 8)
    assert said[0] == "in"
    assert all("already" in words for words in said[1:])
    all_is_there_once(office, 60)


def test_two_files_confirmed_at_once_are_one_file_and_one_refusal(office):
    files = [office.upload(exports.written(exports.roll(60))) for _ in range(2)]
    said = confirmed(office, files)
    assert said[0] == "in"
    assert "after you opened this page" in said[1]
    all_is_there_once(office, 60)
