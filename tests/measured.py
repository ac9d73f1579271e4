"""Measures coverage only during the tests that are needed for it.

Measuring nearly doubles what a test costs. The tests listed here take every branch of
`concerns/rules` and `concerns/doors`, so `make test` measures no others. If a branch is tried
elsewhere, its file is added here. With `MEASURE=all` every test is measured: `make test` does so on
PostgreSQL if its run on SQLite has left a branch out.
"""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# Whole folders, and files of others that take a branch which no test in these takes.
MEASURED = (
    "rules/",
    "doors/",
    "forms/",
    "access/",
    "account/",
    "adult/test_reader.py",
    "adult/test_send.py",
    "audit/test_trail.py",
    "chase/test_calendar_feed.py",
    "chase/test_next_steps.py",
    "child/test_child_page.py",
    "child/test_reader_of_part.py",
    "child/test_search.py",
    "history/test_bring_history.py",
    "people/",
    "refer/test_ladder.py",
    "refer/test_meet.py",
    "submit/test_drafts.py",
    "submit/test_send.py",
    "test_site.py",
    "triage/test_queue_views.py",
    "triage/test_refile_pages.py",
)
# These go through thousands of moments or pages, and take no branch that the others do not.
UNMEASURED = (
    "rules/test_calendars_always.py",
    "rules/test_every_quarter_hour.py",
    "access/test_password_alone.py",
    "account/sign_on/test_linking.py",
    "account/test_sessions.py",
    "doors/test_forms_are_drafts.py",
    "doors/test_identity_strip.py",
    "doors/test_repeated_messages.py",
    "doors/test_telephones.py",
    "doors/test_what_pages_offer.py",
    "doors/test_who_opens_what.py",
    "people/test_step_daughter.py",
)


def is_measured(path: Path) -> bool:
    """Whether coverage is measured during the tests of the file at `path`."""
    if os.environ.get("MEASURE") == "all":
        return True
    name = path.relative_to(TESTS).as_posix()
    return name.startswith(MEASURED) and not name.startswith(UNMEASURED)


def pause_or_resume(controller, *, measured: bool) -> None:
    """Goes on measuring, or stops until the next test that is measured. `controller` is that of
    pytest-cov."""
    if measured and not controller.started:
        controller.resume()
    elif controller.started and not measured:
        controller.pause()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    plugin = item.config.pluginmanager.getplugin("_cov")
    if plugin and plugin.cov_controller:
        pause_or_resume(plugin.cov_controller, measured=is_measured(item.path))
    return (yield)
