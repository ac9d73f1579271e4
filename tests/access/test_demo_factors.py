"""Tests the second factors of the demonstration: set up and not asked for, unless it is locked."""

from datetime import UTC, datetime

import pytest

from concerns.management.demo import school as invented
from concerns.management.demo import second_factors
from concerns.models import School
from concerns.rules.roles import Role
from tests.access.codes import give_factor
from tests.conftest import SecureClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def oakfield() -> School:
    made = invented.build_school(datetime.now(UTC).date())
    second_factors.set_up_apps(made)
    return made


def comes(login: str):
    client = SecureClient()
    said = {"login": f"{login}@{invented.DOMAIN}", "password": invented.PASSWORD}
    assert client.post("/sign-in/", said).status_code == 302
    return client


def test_a_password_opens_everything_in_the_demonstration(oakfield):
    for login, start in (("dsl", "/triage/"), ("head", "/audit/"), ("office", "/roll/")):
        client = comes(login)
        assert client.get("/").headers["Location"] == start
        assert client.get(start).status_code == 200


def test_everybody_but_the_reporters_has_a_key(oakfield):
    secrets = second_factors.secrets_by_email(oakfield)
    everybody = (*invented.PEOPLE, *invented.list_other_staff())
    must = {one.email for one in everybody if one.role is not Role.STAFF}
    assert set(secrets) == must
    assert len(set(secrets.values())) == len(must)


def test_a_locked_demonstration_opens_to_the_key_that_it_prints(oakfield):
    second_factors.lock_school(oakfield, datetime.now(UTC))
    secrets = second_factors.secrets_by_email(oakfield)
    client = comes("dsl")
    assert client.get("/").headers["Location"] == "/access/factor/"
    assert client.get("/triage/").status_code == 302
    assert give_factor(client, secrets[f"dsl@{invented.DOMAIN}"]).status_code == 302
    assert client.get("/triage/").status_code == 200


def test_in_a_locked_demonstration_a_teacher_still_reports_by_a_password_alone(oakfield):
    second_factors.lock_school(oakfield, datetime.now(UTC))
    client = comes("teacher")
    assert client.get("/").headers["Location"] == "/submit/"
    assert client.get("/submit/write/").status_code == 200
