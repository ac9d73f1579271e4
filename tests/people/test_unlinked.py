"""Tests that a link to single sign-on that ends with an account has its line, and its owner a mail.

No provider is asked here: what signing in with one does is tried in `tests/account/sign_on/`.
"""

import io
import json

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from concerns.account import acts as account
from concerns.models import LedgerLine, SignOnLink, SignOnProvider
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.sign_on import SignOnKind
from tests import factories
from tests.access.codes import set_up_app
from tests.conftest import SecureClient
from tests.people.test_staff_file import HEAD, confirm, shown

pytestmark = pytest.mark.django_db


def link(where, person) -> None:
    """Link an account of Google to `person`."""
    issuer = "https://accounts.google.test"
    provider = SignOnProvider(
        kind=SignOnKind.GOOGLE, directory="school.test", issuer=issuer, client_id="1"
    )
    head = factories.viewer(where, Role.HEAD)
    now = timezone.now()
    account.set_up_sign_on(by=head, provider=provider, now=now)
    own = factories.viewer(where, who=person)
    said = {"provider": provider, "subject": f"of-{person.pk}", "addresses": (person.email,)}
    account.link_sign_on(by=own, now=now, **said)


def told_of_end(person) -> list[str]:
    """Why the record says that the person's links ended, once the last one has."""
    assert not SignOnLink.objects.not_ended().filter(person=person).exists()
    lines = LedgerLine.objects.filter(kind=Kind.SIGN_ON_UNLINKED, about=person.uid)
    return [json.loads(line.body)["reason"] for line in lines]


def letters_of_end(person) -> int:
    said = "nor your Microsoft or Google account opens it"
    return sum(person.email in letter.to and said in letter.body for letter in mail.outbox)


def signed_in(where, role: Role) -> SecureClient:
    return factories.sign_in(SecureClient(), factories.person(where, role))


def test_with_a_lost_factor_that_two_people_remove(where):
    lead = factories.person(where, Role.DSL)
    set_up_app(lead)
    link(where, lead)
    signed_in(where, Role.OFFICE).post(f"/people/{lead.uid}/factor/", {"sure": "on"})
    (asked,) = lead.asked.all()
    signed_in(where, Role.HEAD).post(f"/people/asked/{asked.uid}/", {"answer": "yes"})
    assert told_of_end(lead) == [f"with: {Kind.APPROVED.label}"]
    assert letters_of_end(lead) == 1


def test_with_a_lost_factor_that_is_removed_by_command(where):
    head = factories.person(where, Role.HEAD)
    set_up_app(head)
    link(where, head)
    call_command("staff", "--lost-factor", head.email, stdout=io.StringIO())
    assert told_of_end(head) == [f"with: {Kind.FACTOR_REMOVED.label}"]
    assert letters_of_end(head) == 1


def test_with_a_staff_file_by_which_the_head_makes_somebody_a_reader(house):
    link(house.school, house.teacher.person)
    line = f"{house.teacher.person.name},{house.teacher.person.email},staff; deputy,,,,,\n"
    desk = factories.sign_in(SecureClient(), house.head.person)
    confirm(desk, shown(desk, HEAD + line))
    assert told_of_end(house.teacher.person) == [f"with: {Kind.STAFF_BROUGHT.label}"]
    assert letters_of_end(house.teacher.person) == 1


def test_with_a_staff_file_that_is_brought_in_by_command(where, tmp_path):
    factories.person(where, Role.HEAD)
    teacher = factories.person(where)
    link(where, teacher)
    file = tmp_path / "staff.csv"
    file.write_text(f"{HEAD}{teacher.name},{teacher.email},staff; deputy,,,,,\n")
    call_command("staff", str(file), stdout=io.StringIO())
    assert told_of_end(teacher) == [f"with: {Kind.STAFF_BROUGHT.label}"]
    assert letters_of_end(teacher) == 1


def test_without_a_link_there_is_neither_line_nor_letter(where):
    head = factories.person(where, Role.HEAD)
    set_up_app(head)
    call_command("staff", "--lost-factor", head.email, stdout=io.StringIO())
    assert told_of_end(head) == []
    assert letters_of_end(head) == 0
