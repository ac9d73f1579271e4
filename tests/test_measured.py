"""Tests that coverage is measured during the tests that are listed, and during no others."""

import pytest

from tests.measured import MEASURED, TESTS, UNMEASURED, is_measured, pause_or_resume


class Controller:
    """What `tests/measured.py` uses of pytest-cov."""

    def __init__(self):
        self.started = True
        self.said = []

    def pause(self):
        self.started = False
        self.said.append("pause")

    def resume(self):
        self.started = True
        self.said.append("resume")


def test_it_stops_before_what_is_not_measured_and_goes_on_before_what_is():
    controller = Controller()
    for measured in (True, False, False, True, True):
        pause_or_resume(controller, measured=measured)
    assert controller.said == ["pause", "resume"]


def test_a_folder_is_measured_but_for_the_files_that_are_left_out(monkeypatch):
    monkeypatch.delenv("MEASURE", raising=False)
    names = ("rules/test_tables.py", UNMEASURED[0], "audit/test_pages.py")
    assert [is_measured(TESTS / name) for name in names] == [True, False, False]


def test_every_test_is_measured_if_asked_for(monkeypatch):
    monkeypatch.setenv("MEASURE", "all")
    assert is_measured(TESTS / "audit/test_pages.py")


@pytest.mark.parametrize("name", [*MEASURED, *UNMEASURED])
def test_what_is_listed_is_there(name):
    assert (TESTS / name).exists()
