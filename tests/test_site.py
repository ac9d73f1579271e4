"""Tests for the site itself: headers, error pages, signing in, and what stops it from starting."""

import base64
import json
import os
import subprocess
import sys
import uuid

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.staticfiles.finders import get_finders
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from concerns.doors import unsent_words
from concerns.models import Draft
from concerns.models.base import append_only
from concerns.models.concern.draft import CONCERN
from concerns.rules.roles import Role
from safeguarding import start
from safeguarding.logs import NoMessageFormatter
from tests import factories, house
from tests.conftest import SecureClient

pytestmark = pytest.mark.django_db
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/sign-in/", "/no-such-page/", "/healthz", "/submit/"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", STRICT),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_response_has_strict_headers(client, path, name, value):
    assert client.get(path).headers[name] == value


def test_every_response_is_for_https_alone(client):
    assert "max-age=63072000" in client.get("/healthz").headers["Strict-Transport-Security"]


def test_no_feature_of_the_browser_is_open(client):
    assert "camera=()" in client.get("/sign-in/").headers["Permissions-Policy"]


def test_cookies_are_bound_to_this_host_and_out_of_reach_of_script(client, where):
    factories.sign_in(client, factories.person(where))
    session = client.cookies["__Host-session"]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")


def test_health_says_well(client):
    assert client.get("/healthz").json() == {"ok": True}


def test_health_says_why_not_when_the_database_does_not_answer(client, monkeypatch):
    from django.db import OperationalError

    def gone():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", gone)
    assert client.get("/healthz").status_code == 503


def test_nobody_signs_themselves_up(client):
    from allauth.account.adapter import get_adapter

    assert not get_adapter().is_open_for_signup(None)
    assert b"password1" not in client.get("/sign-in/help/").content


def test_passwords_are_hashed_with_argon2id_at_nineteen_mebibytes(where):
    hashed = factories.person(where).password
    assert identify_hasher(hashed).algorithm == "argon2"
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in hashed


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, where):
    who = factories.person(where)
    wrong = client.post("/sign-in/", {"login": who.email, "password": "not it at all"})
    unknown = client.post("/sign-in/", {"login": "x@example.test", "password": "not it at all"})
    said = [answer.context["form"].errors.as_text() for answer in (wrong, unknown)]
    assert said[0] == said[1]


def test_a_whole_school_behind_one_address_can_sign_in(where):
    for _ in range(40):
        factories.sign_in(SecureClient(), factories.person(where))


def test_one_account_cannot_be_guessed_at_for_ever(client, where):
    who = factories.person(where)
    for _ in range(11):
        client.post("/sign-in/", {"login": who.email, "password": "a wrong guess"})
    right = client.post("/sign-in/", {"login": who.email, "password": factories.PASSWORD})
    assert right.status_code != 302


def test_an_account_deactivated_cannot_sign_in(client, where):
    who = factories.person(where)
    who.is_active = False
    who.save(update_fields=["is_active"])
    client.post("/sign-in/", {"login": who.email, "password": factories.PASSWORD})
    assert client.get("/submit/").status_code == 302


def test_signing_out_clears_the_browser(client, where):
    factories.sign_in(client, factories.person(where))
    assert client.post("/sign-out/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_session_nobody_touched_has_ended(client, where, settings):
    factories.sign_in(client, factories.person(where))
    client.get("/submit/")
    del client.cookies[settings.IDLE_COOKIE_NAME]
    assert client.get("/submit/").status_code == 302


def test_an_idle_mark_of_another_session_is_not_believed(client, where, settings):
    factories.sign_in(client, factories.person(where))
    client.cookies[settings.IDLE_COOKIE_NAME] = signing.TimestampSigner(salt="other").sign("1")
    assert client.get("/submit/").status_code == 302


def test_a_request_too_large_is_a_413(client, where, settings):
    factories.sign_in(client, factories.person(where))
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert client.post("/submit/write/", {"account": "x" * 200}).status_code == 413


def test_what_is_not_found_is_our_own_page(client):
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "Page not found" in page.content.decode()


def test_a_stale_form_token_keeps_what_was_typed(where):
    who = factories.viewer(where)
    client = SecureClient(enforce_csrf_checks=True)
    draft = uuid.uuid4()
    token = unsent_words.sign_form_token(who, CONCERN, draft)
    answer = client.post("/submit/write/", {"account": "quiet all day", "keep": token})
    assert answer.status_code == 403
    assert Draft.objects.get(uid=draft).typed_fields == {"account": ["quiet all day"]}


def test_a_stale_form_token_shows_a_stranger_nothing(where):
    client = SecureClient(enforce_csrf_checks=True)
    answer = client.post("/submit/write/", {"account": "quiet all day"})
    assert "quiet all day" not in answer.content.decode()


@pytest.fixture
def collected(settings, tmp_path):
    """The static files are collected, as far as the start of the site can see."""
    settings.STATIC_ROOT = tmp_path
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    write_collected(tmp_path, names)
    return names


def write_collected(folder, names) -> None:
    (folder / "staticfiles.json").write_text(json.dumps({"paths": dict.fromkeys(names, "")}))


def test_the_site_starts_over_a_whole_database(collected):
    start.refuse_unless_safe()


def test_a_site_whose_style_sheets_are_not_collected_says_what_to_run(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        start.refuse_unless_safe()


def test_a_site_that_was_upgraded_and_not_collected_again_says_what_to_run(collected, tmp_path):
    write_collected(tmp_path, collected[1:])
    with pytest.raises(ImproperlyConfigured, match="not since the last upgrade"):
        start.refuse_unless_safe()


@pytest.mark.parametrize("text", ["", "{}", '{"paths": 1}'])
def test_a_list_of_collected_files_that_cannot_be_read_says_what_to_run(collected, tmp_path, text):
    (tmp_path / "staticfiles.json").write_text(text)
    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        start.refuse_unless_safe()


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["concerns_line_no_delete"], r"missing: concerns_line_no_delete\. Find out who"),
        ([f"trigger_{number}" for number in range(6)], "trigger_4 and others"),
    ],
)
def test_the_site_does_not_start_without_its_triggers(monkeypatch, missing, said):
    monkeypatch.setattr(append_only, "missing_triggers", lambda: missing)
    with pytest.raises(ImproperlyConfigured, match=said):
        start.refuse_unless_safe()


def test_the_site_does_not_start_on_the_tables_of_an_older_release():
    MigrationRecorder.Migration.objects.filter(app="concerns").last().delete()
    with pytest.raises(ImproperlyConfigured, match=r"Run: manage\.py migrate"):
        start.refuse_unless_safe()


def test_the_demo_does_not_start_over_real_people(settings, collected):
    factories.real_school()
    settings.DEMO = True
    with pytest.raises(ImproperlyConfigured, match="real people"):
        start.refuse_unless_safe()


def test_a_postgresql_that_could_forget_is_refused(monkeypatch, collected):
    class Forgetful:
        vendor = "postgresql"

        def cursor(self):
            return self

        __enter__ = cursor

        def __exit__(self, *_):
            pass

        def execute(self, *_):
            pass

        def fetchone(self):
            return ["off"]

    monkeypatch.setattr(start, "connection", Forgetful())
    with pytest.raises(ImproperlyConfigured, match="fsync off"):
        start._require_durable_database()


def elsewhere(**options) -> dict:
    return {"HOST": "db.example", "OPTIONS": options}


def test_a_database_elsewhere_whose_certificate_is_not_checked_is_refused():
    with pytest.raises(ImproperlyConfigured, match="sslmode=verify-full"):
        start.require_checked_database(elsewhere(sslmode="require"))


def test_a_database_elsewhere_whose_certificate_is_checked_is_not():
    start.require_checked_database(elsewhere(sslmode="verify-full"))


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "/var/run/postgresql"])
def test_nor_is_one_on_this_machine(host):
    start.require_checked_database({"HOST": host, "OPTIONS": {}})


def test_nor_is_one_on_a_network_of_its_own(settings):
    settings.DATABASE_PRIVATE_NETWORK = True
    start.require_checked_database(elsewhere())


def test_the_site_asks_for_that_when_it_starts(monkeypatch, settings, collected):
    asked = []
    monkeypatch.setattr(start, "require_checked_database", asked.append)
    start.refuse_unless_safe()
    assert asked == [settings.DATABASES["default"]]


def run(**environment):
    told = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(
        command, cwd=house.ROOT, env=told, capture_output=True, text=True, check=False
    )


GOOD = {"SECRET_KEY": "x" * 50, "RECORD_KEYS": "1:" + base64.b64encode(b"k" * 32).decode()}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 50}, "RECORD_KEYS is not set"),
        (GOOD | {"RECORD_KEYS": "nonsense"}, "RECORD_KEYS must read"),
        (GOOD | {"RECORD_KEYS": "1:c2hvcnQ="}, "must be 32 bytes"),
    ],
)
def test_unset_or_wrong_it_refuses_and_says_what_to_do(environment, said):
    answer = run(**environment)
    assert answer.returncode != 0
    assert said in answer.stderr


def test_set_right_it_is_ready():
    assert run(**GOOD).returncode == 0


def test_a_head_may_be_signed_in_twice(where):
    who = factories.person(where, Role.HEAD)
    first = SecureClient()
    second = SecureClient()
    factories.sign_in(first, who)
    factories.sign_in(second, who)
    assert first.get("/submit/").status_code == second.get("/submit/").status_code == 200


def test_a_fault_is_logged_by_kind_and_place_and_without_its_words():
    def refuse():
        try:
            raise KeyError("row contains (Zebedee, Quillfeather)")
        except KeyError as first:
            raise ValueError("Zebedee was refused") from first

    try:
        refuse()
    except ValueError:
        told = NoMessageFormatter().formatException(sys.exc_info())
    assert "Zebedee" not in told
    assert "builtins.ValueError" in told
    assert "builtins.KeyError" in told
    assert "in refuse" in told


def test_every_log_is_told_that_way(settings):
    assert settings.LOGGING["formatters"]["plain"]["()"] == "safeguarding.logs.NoMessageFormatter"
    assert settings.LOGGING["root"]["handlers"] == ["console"]


def test_words_posted_to_no_page_without_a_token_lead_to_the_first_page(client):
    assert client.post("/submit/keep/").headers["Location"] == "/sign-in/?next=/"


def test_pages_leave_compressed_with_a_length_of_chance(client):
    lengths = {
        len(client.get("/sign-in/", headers={"accept-encoding": "gzip"}).content) for _ in range(12)
    }
    assert max(lengths) < len(client.get("/sign-in/").content) / 2
    assert len(lengths) > 3
