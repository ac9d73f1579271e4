"""Fixtures for every test; those of databases, servers, browsers and mail have their own files."""

import gc
import os

import hypothesis
import pytest
from django.core.cache import cache
from django.test import Client

from concerns.models.school import school
from concerns.rules.roles import Role
from tests import factories
from tests.composed import forget_composed_statements

pytest_plugins = [
    "tests.databases",
    "tests.server",
    "tests.browser",
    "tests.post_office",
    "tests.openid_provider.started",
    "tests.durations",
    "tests.measured",
]


# No test fails because the machine is slow, and each run tries the same examples.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")
# A run keeps little that refers to itself: collecting garbage less often saves a twelfth of it.
gc.set_threshold(100_000, 50, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a test that is skipped, or expected to fail, has failed: nothing is left out unseen."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = "It was left out, and CI leaves out nothing."
    return report


@pytest.fixture(autouse=True)
def nothing_remembered(request):
    """Empties the calendar cache, which goes by number, and a number that was rolled back is used
    again; and the counts of the rate limits, which are kept in memory. What a test changed must not
    stay in a statement that was composed meanwhile."""
    school._calendar_and_clocks.cache_clear()
    cache.clear()
    yield
    if "monkeypatch" in request.fixturenames:
        forget_composed_statements()


class SecureClient(Client):
    """Django's test client over https, as the site is: plain http is only redirected."""

    def generic(self, *arguments, **settings):
        settings["secure"] = True
        return super().generic(*arguments, **settings)


@pytest.fixture
def client():
    return SecureClient()


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL)


@pytest.fixture
def writer(where):
    return factories.viewer(where)
