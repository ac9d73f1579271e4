"""Tests for which addresses of a list of accounts are perhaps of no one person."""

import pytest

from concerns.rules.shared_accounts import is_perhaps_shared


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("office@school.test", "Dev Evans"),
        ("no-reply@school.test", "Oakfield"),
        ("schooloffice@school.test", "Oakfield"),
        ("safeguarding.team@school.test", "Oakfield"),
        ("svc_arbor@school.test", "Arbor"),
        ("ricoh2@school.test", "Photocopier 2"),
    ],
)
def test_a_shared_mailbox_a_device_and_a_program_are_asked_about(email, name):
    assert is_perhaps_shared(email, name)


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("a.head@school.test", "Ada Head"),
        ("jhall@school.test", "Jo Hall"),
        ("4711@school.test", "Bo Lead"),
        ("@school.test", ""),
    ],
)
def test_a_person_is_not_asked_about(email, name):
    assert not is_perhaps_shared(email, name)


@pytest.mark.parametrize(
    ("mailbox", "asked"),
    [("SharedMailbox", True), ("Room Mailbox", True), ("UserMailbox", False), ("", False)],
)
def test_what_a_list_says_of_the_kind_of_mailbox_decides(mailbox, asked):
    assert is_perhaps_shared("ada@school.test", "Ada", mailbox) is asked
