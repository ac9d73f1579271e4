"""Tests that a password is one however its letters were typed, and that old ones still open."""

import io
import sys

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.management import call_command

from concerns.models import Person
from tests import factories
from tests.conftest import SecureClient
from tests.hashers import RememberedArgon2id
from tests.people.test_links import link_in

# The same on the screen: é as one character, as Windows types it, and as two, as a Mac does.
ONE = "trois caf\u00e9s noirs"
TWO = "trois cafe\u0301s noirs"


@pytest.fixture
def teacher(house) -> Person:
    return house.teacher.person


@pytest.fixture
def link(house, teacher) -> str:
    office = factories.sign_in(SecureClient(), house.office.person)
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    return link_in(mail.outbox[-1])


def is_let_in(person: Person, password: str) -> bool:
    said = {"login": person.email, "password": password}
    return SecureClient().post("/sign-in/", said).status_code == 302


@pytest.mark.parametrize(("chosen", "again"), [(ONE, TWO), (TWO, ONE), (TWO, TWO)])
def test_a_password_is_one_however_it_is_typed(teacher, client, link, chosen, again):
    assert client.post(link, {"password": chosen, "again": again}).status_code == 200
    assert is_let_in(teacher, ONE)
    assert is_let_in(teacher, TWO)


def test_a_password_kept_as_it_was_typed_still_opens(teacher):
    Person.objects.filter(pk=teacher.pk).update(password=make_password(TWO))
    assert is_let_in(teacher, TWO)
    assert not is_let_in(teacher, "another long one")


def test_a_password_kept_by_windows_opens_from_a_mac(teacher):
    Person.objects.filter(pk=teacher.pk).update(password=make_password(ONE))
    assert is_let_in(teacher, TWO)


def test_its_length_is_that_of_what_is_seen(client, link):
    short = "e\u0301" * 11
    answer = client.post(link, {"password": short, "again": short})
    assert "too short" in answer.content.decode()


def test_a_password_from_the_command_line_is_one_too(teacher, monkeypatch, capsys):
    factories.person(teacher.posts.get().school, "head")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{TWO}\n"))
    call_command("staff", set_password=teacher.email)
    assert is_let_in(teacher, ONE)


def test_an_address_that_nobody_has_is_compared_as_often(teacher, monkeypatch):
    hashed = []
    encode = RememberedArgon2id.encode

    def count_encoded(self, password, salt):
        hashed.append("encode")
        return encode(self, password, salt)

    def count_compared(self, password, encoded):
        hashed.append("verify")
        return False

    monkeypatch.setattr(RememberedArgon2id, "encode", count_encoded)
    monkeypatch.setattr(RememberedArgon2id, "verify", count_compared)
    for guess in (ONE, TWO):
        assert not is_let_in(teacher, guess)
        of_somebody = len(hashed)
        SecureClient().post("/sign-in/", {"login": "nobody@example.test", "password": guess})
        assert len(hashed) == 2 * of_somebody
        hashed.clear()
