"""Fixtures: two providers that are started, and a school that has set one up."""

import pytest
from django.utils import timezone

from concerns.models import Person, School, SignOnProvider
from concerns.rules.roles import Role
from tests import factories
from tests.openid_provider.setting_up import set_up_sign_on, use_providers


@pytest.fixture
def entra(providers, settings):
    use_providers(settings, *providers)
    return providers[0]


@pytest.fixture
def google(providers, entra):
    return providers[1]


@pytest.fixture
def where():
    found = factories.real_school()
    factories.person(found, Role.HEAD)
    return found


@pytest.fixture
def at_entra(monkeypatch, where, entra) -> SignOnProvider:
    return set_up_sign_on(monkeypatch, where, entra)


@pytest.fixture
def at_google(monkeypatch, where, google) -> SignOnProvider:
    return set_up_sign_on(monkeypatch, where, google, entra=False)


@pytest.fixture
def trusted(monkeypatch, where, entra) -> SignOnProvider:
    """A provider whose word for a second factor counts."""
    return set_up_sign_on(monkeypatch, where, entra, "--second-factor", "c1")


@pytest.fixture
def jo(where) -> Person:
    """A teacher, in the days of grace."""
    School.objects.filter(pk=where.pk).update(factor_since=timezone.now())
    return factories.person(where)
