"""Tests that each requirement of OWASP ASVS 5.0, levels 1 and 2, has a row in `ASVS.md`, and that
what the row names is there; and shows what no other test shows.
"""

import random
import re
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.utils.crypto import get_random_string

from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient

TESTS = Path(__file__).parent
ROOT = TESTS.parent
ROW = re.compile(r"\| ([\d.]+) \| ([12]) \| (.+?) \| (.+) \|")
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
SENTENCE = re.compile(r"`([^`]+)`: “(.+)”")
REASON = "**Does not apply.** "
# The numbers of the standard, version 5.0.0, by level.
LEVELS = {
    "1": """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1
    3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3
    6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2
    8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1
    11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
    """,
    "2": """
    1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11
    1.4.1 1.4.2 1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3
    3.4.4 3.4.5 3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4
    5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4
    6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3
    7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2 9.2.3 9.2.4
    10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 10.4.8 10.4.9 10.4.10
    10.4.11 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 11.1.1 11.1.2
    11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 12.3.1 12.3.2
    12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4
    13.4.5 14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2
    15.3.3 15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2
    16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 17.1.1 17.2.1 17.2.2 17.2.3 17.2.4
    17.3.1 17.3.2
    """,
}


def read_rows() -> list[tuple[str, str, str, str]]:
    """Number, level, words and what shows it, of each row of the table."""
    rows = ROW.findall((TESTS / "ASVS.md").read_text())
    assert len(rows) > 200
    return rows


def is_defined(file: str, test: str) -> bool:
    path = TESTS / file
    return path.is_file() and f"def {test}(" in path.read_text()


def is_said(file: str, sentence: str) -> bool:
    path = ROOT / file
    return path.is_file() and sentence in " ".join(path.read_text().split())


def is_evidence(shown: str) -> bool:
    """Whether `shown` gives a reason of some length, or tests or a sentence that are there."""
    if shown.startswith(REASON):
        return len(shown.split()) > 5
    said = SENTENCE.fullmatch(shown)
    if said:
        return is_said(*said.groups())
    tests = TEST.findall(shown)
    whole = "<br>".join(f"`{file}::{test}`" for file, test in tests) == shown
    return bool(tests) and whole and all(is_defined(*one) for one in tests)


def test_each_requirement_has_one_row_under_its_level():
    asked = sorted((number, level) for level in LEVELS for number in LEVELS[level].split())
    assert sorted((number, level) for number, level, *_ in read_rows()) == asked


def test_what_each_row_names_is_there():
    assert [number for number, _, _, shown in read_rows() if not is_evidence(shown)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "`test_asvs.py::test_that_nobody_wrote`",
        "`no_such_file.py::test_what_each_row_names_is_there`",
        "`test_asvs.py::test_what_each_row_names_is_there` and more",
        "`README.md`: “words that nobody wrote there”",
        "**Does not apply.** No.",
        "**Not shown.** There is no test of it, and nobody says why there is none.",
    ],
)
def test_what_shows_nothing_is_found(wrong):
    assert not is_evidence(wrong)


@pytest.mark.django_db
def test_a_password_is_covered_and_a_browser_may_fill_it_in(client):
    page = client.get("/sign-in/").content.decode()
    (box,) = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert 'type="password"' in box
    assert 'autocomplete="current-password"' in box


@pytest.mark.django_db
def test_a_password_of_a_hundred_characters_opens(where, client):
    person = factories.person(where)
    password = "heron " * 16 + "pond"
    person.set_password(password)
    person.save()
    answer = client.post("/sign-in/", {"login": person.email, "password": password})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.django_db
def test_a_session_has_a_long_key_of_chance(where):
    person = factories.person(where)
    keys = [factories.sign_in(SecureClient(), person).session.session_key for _ in range(2)]
    # 32 characters of 36: 165 bits.
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/sign-in/", "/healthz", "/submit/"])
def test_nothing_that_was_sent_is_sent_back_by_trace(client, address):
    answer = client.trace(address, headers={"x-secret": "marmalade"})
    assert "marmalade" not in answer.content.decode()
    assert answer.headers["Content-Type"] != "message/http"


@pytest.mark.django_db
def test_no_folder_is_listed(client):
    for address in ("/static/", "/static/site/", "/media/", "/.git/", "/.git/config"):
        assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_pages_and_files_say_what_they_are(where):
    client = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    for address, kind in (
        ("/triage/", "text/html; charset=utf-8"),
        ("/child/tracker/csv/", "text/csv; charset=utf-8"),
        ("/audit/csv/?year=all", "text/csv; charset=utf-8"),
        ("/nowhere/", "text/html; charset=utf-8"),
    ):
        assert client.get(address).headers["Content-Type"] == kind


@pytest.mark.django_db
def test_no_other_site_may_read_an_answer(client):
    answer = client.get("/sign-in/", headers={"origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_is_drawn_by_chance_cannot_be_foretold():
    """The secret of an app, that of the recovery codes, and what keys of sessions are made with."""
    drawn = []
    for _ in range(2):
        random.seed(7)
        drawn += [generate_totp_secret(), RecoveryCodes.generate_seed(), get_random_string(32)]
    assert len(set(drawn)) == len(drawn)
    assert min(map(len, drawn)) == 32
