"""Tests that whoever runs the site has no role in a school, and that what they do by command is in
its record with the name of their user."""

import io
import json
import os
import pwd
import sys

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command

from concerns.doors.operator_record import operating_system_user
from concerns.models import LedgerLine, Person, Post
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient

USER = pwd.getpwuid(os.getuid()).pw_name


def reasons(kind: Kind) -> list[tuple]:
    rows = LedgerLine.objects.filter(kind=kind).order_by("school")
    return [(row.school, row.actor, json.loads(row.body)["reason"]) for row in rows]


@pytest.fixture(autouse=True)
def nobody_called(monkeypatch):
    """However the tests were started."""
    monkeypatch.delenv("SUDO_USER", raising=False)


@pytest.mark.django_db
def test_what_is_listed_by_command_is_in_the_record_of_each_school_whatever_was_found():
    schools = [factories.school(), factories.school()]
    call_command("unheld", stdout=io.StringIO())
    said = f"manage.py unheld, from the command line, by {USER}"
    assert reasons(Kind.LISTED) == [(school, None, said) for school in schools]


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
def test_nobody_has_a_role_but_by_a_post_in_a_school(where):
    fields = {field.name for field in Person._meta.get_fields()}
    assert not fields & {"is_superuser", "is_staff", "groups", "user_permissions"}
    assert not apps.is_installed("django.contrib.admin")
    nobody = factories.person(where)
    Post.objects.filter(person=nobody).update(until="2025-01-01")
    client = factories.sign_in(SecureClient(), nobody)
    for address in ("/triage/", "/audit/", "/people/", "/adult/", "/submit/"):
        assert client.get(address).status_code == 403
