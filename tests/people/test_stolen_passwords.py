"""Tests that a new password is looked up in a list of stolen ones, asked of a real server."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from concerns.doors import breached_passwords
from concerns.doors.breached_passwords import is_breached_password
from safeguarding.settings import _read_authority
from tests import factories
from tests.conftest import SecureClient
from tests.people.test_links import link_in
from tests.people.test_normalised_passwords import ONE, TWO

pytestmark = pytest.mark.django_db

STOLEN = "umbrella kettle staircase"
OTHER = "pelican gravel lantern"


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


class StolenList(ThreadingHTTPServer):
    """A list of stolen passwords that is asked by range. `asked`: (path, wants padding)."""

    daemon_threads = True

    def __init__(self, *passwords: str):
        super().__init__(("127.0.0.1", 0), AnswersRanges)
        self.digests = [sha1(password) for password in passwords]
        self.asked: list[tuple[str, str | None]] = []
        self.status = 200
        # Cleared, it answers nobody until the test is over.
        self.answers = threading.Event()
        self.answers.set()

    def handle_error(self, *args) -> None:
        """Says nothing of a client that has gone."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/range"


class AnswersRanges(BaseHTTPRequestHandler):
    server: StolenList

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Add-Padding"]))
        self.server.answers.wait()
        beginning = self.path.rpartition("/")[2]
        found = [f"{one[5:]}:31" for one in self.server.digests if one.startswith(beginning)]
        # Padding, as the real list adds it: it was stolen 0 times.
        padding = [f"{sha1(OTHER)[5:]}:0", f"{'0' * 35}:0"]
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write("\r\n".join([*found, *padding]).encode())

    def log_message(self, *args):
        pass


@contextmanager
def serving(settings, *passwords: str) -> Iterator[StolenList]:
    server = StolenList(*passwords)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    settings.BREACHED_PASSWORDS_URL = server.address
    try:
        yield server
    finally:
        server.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stolen(settings):
    with serving(settings, STOLEN, ONE) as server:
        yield server


@pytest.fixture
def link(house) -> str:
    office = factories.sign_in(SecureClient(), house.office.person)
    office.post(f"/people/{house.teacher.person.uid}/invite/", {"sure": "on"})
    return link_in(mail.outbox[-1])


def choose(link: str, password: str):
    return SecureClient().post(link, {"password": password, "again": password})


def test_a_stolen_password_is_refused_and_only_the_beginning_of_its_hash_is_told(stolen, link):
    answer = choose(link, STOLEN)
    assert answer.status_code == 422
    assert "stolen from other sites" in answer.content.decode()
    assert stolen.asked == [(f"/range/{sha1(STOLEN)[:5]}", "true")]


def test_another_is_taken_though_it_stands_in_the_padding(stolen, link):
    assert choose(link, OTHER).status_code == 200
    assert len(stolen.asked) == 1


@pytest.mark.parametrize("typed", [ONE, TWO])
def test_a_stolen_password_is_found_however_its_letters_are_typed(stolen, typed):
    assert is_breached_password(typed)


def does_not_answer_in_time(stolen, monkeypatch):
    monkeypatch.setattr(breached_passwords, "PATIENCE", (1, 0.05))
    stolen.answers.clear()


def is_out_of_order(stolen, monkeypatch):
    stolen.status = 503


def sends_elsewhere(stolen, monkeypatch):
    stolen.status = 302


def is_gone(stolen, monkeypatch):
    stolen.shutdown()
    stolen.server_close()


@pytest.mark.parametrize(
    "fault", [does_not_answer_in_time, is_out_of_order, sends_elsewhere, is_gone]
)
def test_a_list_that_cannot_be_asked_keeps_nobody_from_a_password(
    stolen, link, monkeypatch, caplog, fault
):
    fault(stolen, monkeypatch)
    assert choose(link, "password1234").status_code == 422
    caplog.clear()
    assert choose(link, STOLEN).status_code == 200
    (said,) = caplog.messages
    assert said.startswith("the list of stolen passwords was not asked: ")
    assert sha1(STOLEN)[:5] not in caplog.text


def test_nothing_is_asked_unless_whoever_runs_the_site_has_said_where(stolen, settings, link):
    settings.BREACHED_PASSWORDS_URL = ""
    assert choose(link, STOLEN).status_code == 200
    assert stolen.asked == []


def test_a_list_is_asked_by_https_alone(monkeypatch):
    monkeypatch.setenv("BREACHED_PASSWORDS_URL", "http://list.example/range/")
    with pytest.raises(ImproperlyConfigured, match="must begin with https"):
        _read_authority("BREACHED_PASSWORDS_URL", "")
    monkeypatch.setenv("BREACHED_PASSWORDS_URL", "https://list.example/range/")
    assert _read_authority("BREACHED_PASSWORDS_URL", "") == "https://list.example/range"
