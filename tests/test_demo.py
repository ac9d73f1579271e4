"""Tests for the demonstration: a believable school, made once, and never over anybody real."""

import itertools
import json
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from concerns.management.demo import names_and_sentences
from concerns.management.demo import school as invented
from concerns.models import (
    Child,
    Concern,
    ConcernChild,
    Mark,
    Person,
    Placement,
    Post,
    ReferralEvent,
    School,
    Step,
    WordBack,
)
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.calendars import is_school_day
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import SpokenTo
from tests.databases import ROOT, in_place

# It is made by the acts of the product, which the simulated weeks try on PostgreSQL as well.
pytestmark = [pytest.mark.long, pytest.mark.sqlite_alone]
DEMO = {"DEMO": "1"}


@pytest.fixture(scope="module")
def made(databases, migrated):
    """The demonstration's own database, and what `demo --json` printed."""
    database = databases.copy(migrated, "demo")
    yield database, database.manage("demo", "--json", env=DEMO).stdout
    databases.drop(database)


@pytest.fixture
def oakfield(made, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), in_place(made[0]):
        yield School.objects.get()


def test_it_prints_every_identity_with_password_and_role(made):
    people = json.loads(made[1])
    assert {person["role"] for person in people} == {role.value for role in Role}
    assert all(person["email"] and person["password"] for person in people)


def test_everybody_it_prints_can_sign_in(made, oakfield):
    somebody = json.loads(made[1])[-1]
    person = Person.objects.get(email=somebody["email"])
    assert person.check_password(somebody["password"])


def test_it_has_280_pupils_and_45_staff(oakfield):
    staff = Post.objects.filter(school=oakfield).exclude(role__in=[Role.CHAIR, Role.GOVERNOR])
    assert (Child.objects.count(), staff.values("person").distinct().count()) == (280, 45)


def test_its_child_with_four_surnames_is_found(oakfield):
    for typed in ("delacruz", "Zolkiewska María", "al mansur", "ferreira majo"):
        assert [child.known_as for child in Child.objects.found_by(typed, oakfield)] == ["Majo"], (
            typed
        )


def test_it_has_a_year_of_concerns_at_the_middle_level(oakfield):
    # 280 pupils, 900 incidents a year for each 1,000, 1.25 entries for each.
    assert 280 <= Concern.objects.count() <= 360


def test_its_concerns_are_in_every_state(oakfield):
    assert set(Concern.objects.values_list("state", flat=True)) == set(State)


def test_some_are_late_and_most_are_not(oakfield):
    late = Concern.objects.late(timezone.now()).count()
    assert 0 < late < Concern.objects.open().count()


def test_every_concern_was_written_on_a_school_day(oakfield):
    days = {received.date() for received in Concern.objects.values_list("received_at", flat=True)}
    assert [day for day in days if not is_school_day(oakfield.school_calendar, day)] == []


def test_whatever_falls_due_on_a_day_somebody_chose_falls_due_on_a_school_day(oakfield):
    dated = Step.objects.filter(kind__in=["keep", "watch"]).values_list("due_at", flat=True)
    assert dated
    assert [due for due in dated if not is_school_day(oakfield.school_calendar, due.date())] == []


def test_each_child_is_in_the_year_and_class_of_the_time_it_was_written_about(oakfield):
    rows = ConcernChild.objects.filter(child__isnull=False).select_related("concern", "child")
    placed = {}
    for place in Placement.objects.all():
        placed.setdefault(place.child_id, []).append(place)
    for row in rows:
        day = timezone.localdate(row.concern.received_at)
        then = [one for one in placed[row.child_id] if one.since <= day < (one.until or date.max)]
        assert [(one.year, one.class_name) for one in then] == [(row.year, row.class_name)]


def test_a_writer_is_told_that_somebody_spoke_to_the_family_only_once_somebody_had(oakfield):
    replies = WordBack.objects.select_related("concern")
    spoken = [row for row in replies if row.words == names_and_sentences.REPLY_SPOKEN]
    assert spoken
    for row in spoken:
        parents = row.concern.conversations.filter(spoken_to=SpokenTo.PARENT, at__lte=row.at)
        assert parents.exists()


def test_a_mark_is_where_the_words_say(oakfield):
    for row in Mark.objects.select_related("concern"):
        assert row.place in names_and_sentences.MARKS[row.concern.account]


def test_an_agency_answers_in_the_words_of_its_answer(oakfield):
    for row in ReferralEvent.objects.exclude(answer=""):
        assert row.words == names_and_sentences.ANSWERS[row.answer]


def test_nothing_in_it_is_unheld(oakfield):
    assert list(find_integrity_breaches(oakfield)) == []


def test_no_step_was_done_before_it_was_opened(oakfield):
    from django.db.models import F

    assert not Step.objects.filter(done_at__lt=F("opened_at")).exists()


def test_it_says_it_is_invented(oakfield):
    assert oakfield.invented


def test_made_again_it_keeps_what_is_there(made, oakfield):
    before = Concern.objects.count()
    made[0].manage("demo", "--json", env=DEMO)
    assert Concern.objects.count() == before


def test_a_place_set_up_for_real_has_no_demo(made):
    answer = made[0].manage("demo", check=False)
    assert answer.returncode != 0
    assert "real installation" in answer.stderr


def test_it_does_not_touch_a_database_with_real_people(databases, migrated):
    real = databases.copy(migrated, "real")
    toml = "from tests import factories; factories.real_school()"
    real.manage("shell", "--command", toml, "--verbosity=0")
    answer = real.manage("demo", env=DEMO, check=False)
    databases.drop(real)
    assert answer.returncode != 0
    assert "real people" in answer.stderr


def serve_demo(database, port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "demo", "--serve"],
        env=database.environment | DEMO | {"PORT": str(port)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(what, seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_clock_of_the_demonstration_ends_with_the_site(made, number, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serve_demo(made[0], port) as site:
        clocks = []

        def find_clock() -> bool:
            command = ["pgrep", "--parent", str(site.pid), "--full", "manage.py clock"]
            clocks[:] = subprocess.run(command, capture_output=True, text=True).stdout.split()
            return bool(clocks) and b"gunicorn" in Path(f"/proc/{site.pid}/cmdline").read_bytes()

        wait_until(find_clock)
        site.send_signal(number)
        wait_until(lambda: not Path(f"/proc/{clocks[0]}").exists())
        if number == signal.SIGKILL:
            subprocess.run(["pkill", "--full", f"127.0.0.1:{port}"])


@pytest.mark.parametrize("port", ["taken", "nine", "99999"])
def test_a_port_that_cannot_be_used_is_said_in_one_sentence(made, port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1] if port == "taken" else port
        with serve_demo(made[0], port) as site:
            said = site.communicate(timeout=60)[1].strip()
    assert site.returncode == 1
    assert f"Port {port} cannot be used" in said
    assert "make run PORT=8001" in said
    assert len(said.splitlines()) == 1


def test_its_terms_are_six_a_year_with_gaps_between():
    terms = invented.half_terms_from(2026)
    assert len(terms) == 6
    assert all(one[1] < other[0] for one, other in itertools.pairwise(terms))
    assert terms[0][0] >= date(2026, 9, 1)


def test_a_cleaners_worry_told_at_the_gate_is_in_the_file(oakfield):
    told = Concern.objects.get(teller_is="site")
    assert (told.account, told.state) == ("", State.WAITING)
    assert told.told_by.startswith("Marta Nowak")
