"""Tests for where somebody is signed in: seen and ended by themselves, ended by the head, and ended
by time."""

import os
import subprocess
import sys
import time

import pytest
from django.core import mail

from concerns.models import LedgerLine, Person
from concerns.rules.browser_names import name_browser
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests import house as tree
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.people.test_links import BOTH, link_in

WINDOWS = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
PAGE = "/account/sessions/"


def sign_in(who: Person, agent: str = "") -> SecureClient:
    return factories.sign_in(SecureClient(headers={"user-agent": agent}), who)


def is_in(client) -> bool:
    return client.get("/submit/").status_code == 200


def end(client, chosen):
    return client.post(PAGE, {"end": str(chosen)})


@pytest.fixture
def teacher(house) -> Person:
    return house.teacher.person


def keys_of_others(client) -> list[int]:
    return [row.key for row in client.get(PAGE).context["rows"] if not row.in_use]


def test_somebody_sees_where_they_are_signed_in_and_ends_one_of_them(teacher):
    desk = sign_in(teacher, WINDOWS)
    lost = sign_in(teacher, IPHONE)
    page = page_text(desk.get(PAGE))
    assert "Edge on Windows" in page
    assert page.count("the one you are using now") == 1
    assert "Safari on an iPhone" in page
    assert "after 30 minutes" in page
    (key,) = keys_of_others(desk)
    assert end(desk, key).status_code == 302
    assert (is_in(desk), is_in(lost)) == (True, False)
    line = LedgerLine.objects.get(kind=Kind.SESSION_ENDED)
    assert (line.actor, line.about) == (teacher, str(teacher.uid))


def test_all_others_end_at_once_and_there_is_nothing_left_to_end(teacher):
    desk, *others = [sign_in(teacher) for _ in range(3)]
    assert end(desk, "others").status_code == 302
    assert is_in(desk)
    assert not any(map(is_in, others))
    answer = end(desk, "others")
    assert answer.status_code == 422
    assert "That has ended already" in answer.content.decode()


def test_nobody_ends_a_session_of_somebody_else(house, teacher):
    theirs = sign_in(house.office.person)
    (row,) = theirs.get(PAGE).context["rows"]
    mine = sign_in(teacher)
    for chosen in (row.key, "", "0", "x"):
        assert end(mine, chosen).status_code == 422
    assert is_in(theirs)


def test_a_session_that_was_signed_out_is_not_listed(teacher):
    desk = sign_in(teacher)
    sign_in(teacher).post("/sign-out/")
    assert keys_of_others(desk) == []


def test_the_head_signs_somebody_out_everywhere(house, teacher):
    theirs = [sign_in(teacher), sign_in(teacher)]
    head = sign_in(house.head.person)
    address = f"/account/{teacher.uid}/out/"
    assert f'href="{address}"' in head.get(f"/people/{teacher.uid}/").content.decode()
    assert head.post(address, {}).status_code == 422
    assert head.post(address, {"sure": "on"}).url == f"/people/{teacher.uid}/"
    assert not any(map(is_in, theirs))
    assert is_in(head)
    line = LedgerLine.objects.get(kind=Kind.SESSION_ENDED)
    assert (line.actor, line.about) == (house.head.person, str(teacher.uid))
    own = head.post(f"/account/{house.head.person.uid}/out/", {"sure": "on"})
    assert own.status_code == 422


@pytest.mark.parametrize("role", [Role.OFFICE, Role.DSL, Role.STAFF])
def test_only_the_head_signs_others_out(house, teacher, role):
    other = sign_in(factories.person(house.school, role))
    assert other.post(f"/account/{teacher.uid}/out/", {"sure": "on"}).status_code == 403
    page = other.get(f"/people/{teacher.uid}/").content.decode()
    assert "Sign them out everywhere" not in page


def test_a_head_of_another_school_signs_nobody_out_here(teacher):
    head = sign_in(factories.person(factories.school(), Role.HEAD))
    assert head.post(f"/account/{teacher.uid}/out/", {"sure": "on"}).status_code == 404


def test_a_new_password_and_leaving_end_every_session(house, teacher):
    session = sign_in(teacher)
    SecureClient().post("/account/forgotten/", {"email": teacher.email})
    SecureClient().post(link_in(mail.outbox[-1]), BOTH)
    assert not is_in(session)
    other = factories.person(house.school)
    session = sign_in(other)
    house.leaves(other)
    assert not is_in(session)


def test_a_session_ends_after_ten_hours_however_busy_it_is(teacher, monkeypatch):
    busy = sign_in(teacher)
    really = time.time
    for hours in (0.2 * step for step in range(49)):
        monkeypatch.setattr(time, "time", lambda hours=hours: really() + hours * 3600)
        assert is_in(busy), hours
    session = busy.session
    session["something"] = "new"
    session.save()
    monkeypatch.setattr(time, "time", lambda: really() + 9.9 * 3600)
    assert is_in(busy)
    monkeypatch.setattr(time, "time", lambda: really() + 10.01 * 3600)
    assert not is_in(busy)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("READER_IDLE_MINUTES", "5", ""),
        ("READER_IDLE_MINUTES", "16", "READER_IDLE_MINUTES must be a number from 5 to 15"),
        ("WRITER_IDLE_MINUTES", "31", "WRITER_IDLE_MINUTES must be a number from 5 to 30"),
        ("SESSION_HOURS", "11", "SESSION_HOURS must be a number from 1 to 10"),
        ("SESSION_HOURS", "long", "SESSION_HOURS must be a number from 1 to 10"),
        ("SESSION_HOURS", "4", ""),
    ],
)
def test_a_site_may_set_the_limits_lower_and_no_higher(name, value, told):
    environment = {"PATH": os.environ["PATH"], name: value}
    command = [sys.executable, "-c", "import tests.settings"]
    answer = subprocess.run(
        command, cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (answer.returncode == 0) is not bool(told)
    assert told in answer.stderr


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Edge on Windows"),
        (IPHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/130.0 Safari/537.36", "Chrome on a Chromebook"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.1) Gecko/20100101 Firefox/132.0",
         "Firefox on a Mac"),
        ("", "A browser on an unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_its_owner_calls_it(agent, words):
    assert name_browser(agent) == words
