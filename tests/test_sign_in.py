"""Somebody who cannot sign in or choose a password reads our own sentences, saying what to do."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from safeguarding.accounts import TOO_MANY, Adapter, SignInForm
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default"])


def errors(client, **said):
    form = client.post("/sign-in/", said).context["form"]
    return [word for words in form.errors.values() for word in words]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, ["Enter your school e-mail address", "Enter your password"]),
        ({"login": "no address", "password": "x"},
         ["Enter an e-mail address, like name@example.org"]),
        ({"login": "a@b.test", "password": "x\0"}, ["Enter your password"]),
    ],
)  # fmt: skip
def test_what_cannot_be_an_address_or_a_password_is_answered_in_plain_words(client, said, told):
    assert errors(client, **said) == told


def test_a_wrong_password_says_what_to_do(client, where):
    who = factories.person(where)
    said = errors(client, login=who.email, password="not it at all")
    assert said == [
        "The e-mail address or password is wrong. Try again, or ask for a link to choose a new "
        "password"
    ]


def test_too_many_tries_say_how_long_to_wait(client, where):
    who = factories.person(where)
    for _ in range(11):
        said = errors(client, login=who.email, password="a wrong guess")
    assert said == [TOO_MANY]


def test_no_sentence_about_an_account_is_the_librarys(where):
    for code, words in Adapter.error_messages.items():
        assert str(words) in Adapter.own_messages.values(), code
    assert all(SignInForm.own_messages.values())


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short one", "This password is too short. Choose one of 12 characters or more"),
        ("password1234", "This password is easy to guess. Choose another, like three words"),
    ],
)
def test_a_password_that_is_refused_says_what_to_choose(password, told):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert refused.value.messages == [told]
