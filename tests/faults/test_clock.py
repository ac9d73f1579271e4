"""Tests for what becomes of messages when the clock is killed, runs twice, or was never started."""

import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from concerns.models import Heartbeat, Letter, Notice
from concerns.rules.roles import Role
from tests import factories
from tests.databases import ROOT

PATIENCE = 60
MANY = 25


@pytest.fixture
def clock(fresh_database, post_office):
    """`clock()` starts `manage.py clock` as a process that posts to the test's own mail server."""
    running: list[subprocess.Popen] = []
    environment = fresh_database.environment | post_office.settings

    def start(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, ROOT / "manage.py", "clock", *arguments]
        running.append(subprocess.Popen(command, env=environment, cwd=ROOT))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def wait_for(what, patience=PATIENCE) -> None:
    until = time.monotonic() + patience
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)


def write(place, number: int) -> None:
    for _ in range(number):
        place.concern(going_home="yes")


@pytest.fixture
def place(fresh_database):
    from tests.faults.conftest import Place

    return Place()


def references(post_office) -> Counter:
    """How often each concern is in a message that arrived, each Message-ID counted once."""
    messages = {message["Message-ID"]: message for message in post_office.arrived}
    words = [message.get_content() for message in messages.values()]
    return Counter(
        line.split()[1] for each in words for line in each.splitlines() if line.startswith("- ")
    )


def test_what_was_written_arrives_by_a_real_mail_server(place, clock, post_office):
    write(place, 1)
    assert clock("--once").wait(PATIENCE) == 0
    message = post_office.arrived[0]
    assert message["To"] == place.leads[0].email
    assert message["Subject"] == "Safeguarding: please look now"
    assert place.child.surname not in message.as_string()


@pytest.mark.long
def test_a_clock_killed_again_and_again_loses_no_message_and_doubles_none(
    place, clock, post_office
):
    for number in range(6):
        write(place, 4)
        process = clock("--once")
        time.sleep(0.6 + number * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # A killed round keeps its lease for two minutes, which have passed here.
        Heartbeat.objects.update(leased_until=place.now - timedelta(days=1))
        Letter.objects.unsent_letters().update(
            leased_until=place.now - timedelta(days=1), next_try_at=place.now - timedelta(days=1)
        )
    assert clock("--once").wait(PATIENCE) == 0
    found = references(post_office)
    assert len(found) == 24
    assert set(found.values()) == {1}
    assert not Notice.objects.still_pending().exists()


def test_two_clocks_at_once_send_everything_once(place, clock, post_office):
    write(place, MANY)
    both = [clock("--once"), clock("--once")]
    assert [process.wait(PATIENCE) for process in both] == [0, 0]
    assert clock("--once").wait(PATIENCE) == 0
    assert sorted(references(post_office).values()) == [1] * MANY
    ids = [message["Message-ID"] for message in post_office.arrived]
    assert len(ids) == len(set(ids))


def test_the_clock_goes_round_until_it_is_stopped(place, clock):
    Heartbeat.objects.update(at=place.now - timedelta(days=1))
    process = clock()
    wait_for(lambda: not Heartbeat.objects.is_overdue(Heartbeat.objects.database_now()))
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def test_where_the_clock_was_never_started_any_request_sends_what_is_overdue(server, post_office):
    where = factories.school()
    lead = factories.person(where, Role.DSL)
    writer = factories.viewer(where, now=Heartbeat.objects.database_now())
    factories.send_concern(writer, factories.child(where), going_home="yes", now=writer.now)
    Heartbeat.objects.update(at=writer.now - timedelta(minutes=6))
    server.stop()
    server.start(MINDS_THE_CLOCK="1", **post_office.settings)
    with server.visitor() as visitor:
        assert visitor.get("/sign-in/").status_code == 200
        wait_for(lambda: post_office.arrived)
        assert post_office.arrived[0]["To"] == lead.email
        wait_for(lambda: visitor.get("/healthz").status_code == 200)


def test_a_clock_that_has_stood_still_for_ten_minutes_is_said_in_red_and_to_whoever_asks(
    server, sits_down
):
    where = factories.school()
    lead = sits_down(factories.person(where, Role.DSL))
    writer = sits_down(factories.person(where))
    Heartbeat.objects.update(at=Heartbeat.objects.database_now() - timedelta(minutes=11))
    words = "stopped 11 minutes ago"
    assert words in lead.visitor.get("/triage/").text
    assert words not in writer.visitor.get("/submit/").text
    answer = lead.visitor.get("/healthz")
    assert (answer.status_code, words in answer.json()["why"]) == (503, True)
