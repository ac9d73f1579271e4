"""Tests that whoever runs the site has no role in a school, and that what they do by command is in
its record with the name of their user."""

import io
import json
import os
import pwd
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command

from concerns import urls
from concerns.doors.gate import PageOpenTo
from concerns.doors.operator_record import operating_system_user
from concerns.management import commands
from concerns.models import LedgerLine, Person, Post
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.doors.world import made

USER = pwd.getpwuid(os.getuid()).pw_name


def reasons(kind: Kind) -> list[tuple]:
    rows = LedgerLine.objects.filter(kind=kind).order_by("school")
    return [(row.school, row.actor, json.loads(row.body)["reason"]) for row in rows]


@pytest.fixture(autouse=True)
def nobody_called(monkeypatch):
    """However the tests were started."""
    monkeypatch.delenv("SUDO_USER", raising=False)


# Every command, and what it shows of a record: nothing, or by which kind of line that is recorded.
COMMANDS = {
    "backup": Kind.EXPORTED,
    # Tells people what is late, by e-mail, and shows nothing to whoever runs it.
    "clock": None,
    # An invented school alone.
    "demo": None,
    # How many concerns and children there are on the site, and nothing of any of them.
    "findable": None,
    "map": None,
    "migrate": None,
    # What a restored record shows is shown by `verify` and `unheld`, which it calls.
    "restore": None,
    # What they do is recorded by their acts (below).
    "school": None,
    "sign_on": None,
    "staff": None,
    "unheld": Kind.LISTED,
    "verify": Kind.LISTED,
}


def test_of_each_command_it_is_known_what_it_shows():
    folder = Path(commands.__file__).parent
    assert {file.stem for file in folder.glob("[!_]*.py")} == set(COMMANDS)


# That of a backup is tried where backups are made: tests/paper/test_backup.py.
@pytest.mark.django_db
@pytest.mark.parametrize("command", [name for name in COMMANDS if COMMANDS[name] is Kind.LISTED])
def test_a_command_that_shows_something_names_who_ran_it_in_each_school(command):
    schools = [factories.school(), factories.school()]
    call_command(command, stdout=io.StringIO())
    said = f"manage.py {command}, from the command line, by {USER}"
    assert reasons(COMMANDS[command]) == [(school, None, said) for school in schools]


@pytest.mark.django_db
def test_a_school_brought_up_to_date_by_command_names_who_did_it(where, tmp_path):
    told = io.StringIO()
    call_command("school", example=True, stdout=told)
    file = tmp_path / "school.toml"
    file.write_text(told.getvalue())
    call_command("school", str(file), stdout=io.StringIO())
    ((_, _, said),) = reasons(Kind.SCHOOL_SET)
    assert said == f"from the command line, by {USER}"


@pytest.mark.django_db
def test_where_that_cannot_be_recorded_nothing_is_shown(monkeypatch):
    factories.school()

    def fail(*given, **more):
        raise RuntimeError

    monkeypatch.setattr("concerns.doors.ledger.write_ledger_line", fail)
    told = io.StringIO()
    with pytest.raises(RuntimeError):
        call_command("unheld", stdout=told)
    assert told.getvalue() == ""


@pytest.mark.django_db
def test_a_password_set_by_command_names_who_did_it_and_its_owner_is_told(where, monkeypatch):
    factories.person(where, Role.HEAD)
    teacher = factories.person(where)
    monkeypatch.setattr(sys, "stdin", io.StringIO("three quiet herons\n"))
    call_command("staff", set_password=teacher.email, stdout=io.StringIO())
    ((_, _, said),) = reasons(Kind.PASSWORD_SET)
    assert said == f"from the command line, by {USER}"
    assert [message.to for message in mail.outbox] == [[teacher.email]]


@pytest.mark.django_db
def test_where_no_mail_is_set_up_a_password_can_still_be_set(where, monkeypatch, settings):
    settings.EMAIL_HOST = ""
    factories.person(where, Role.HEAD)
    teacher = factories.person(where)
    monkeypatch.setattr(sys, "stdin", io.StringIO("three quiet herons\n"))
    call_command("staff", set_password=teacher.email, stdout=io.StringIO())
    assert not mail.outbox


def test_the_user_is_the_system_s_and_not_what_a_variable_says(monkeypatch):
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody else")
    assert operating_system_user() == USER


def test_root_is_named_with_whoever_became_root(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ann")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert operating_system_user() == "root (for ann)"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert operating_system_user() == "user 4000000"


@pytest.mark.django_db
def test_nobody_has_a_power_but_by_a_post_in_a_school(where):
    fields = {field.name for field in Person._meta.get_fields()}
    assert not fields & {"is_superuser", "is_staff", "groups", "user_permissions"}
    assert not hasattr(Person, "has_perm")
    assert not apps.is_installed("django.contrib.admin")


@pytest.mark.django_db
def test_an_account_without_a_post_opens_no_page_of_any_school():
    """Whoever runs a site of several schools may have an account: it would open nothing."""
    found = made()
    factories.school()
    operator = factories.person(found.school)
    Post.objects.filter(person=operator).update(until="2025-01-01")
    client = factories.sign_in(SecureClient(), operator)
    gated = [row.name for row in urls.urlpatterns if row.callback.open_to is not PageOpenTo.ANYONE]
    answers = {name: client.get(found.address(name)).status_code for name in gated}
    assert len(answers) > 100
    assert {name for name, status in answers.items() if status != 403} == set()
