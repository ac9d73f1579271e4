"""Tests for which passwords are made of words that anybody here would guess."""

import pytest

from concerns.rules.passwords import is_made_of_guessed_words

SCHOOLS = ("St Oswald's Primary School", "Ysgol Llan-y-Môr")


@pytest.mark.parametrize(
    "password",
    [
        "Safeguarding2026!",
        "headteacher head 1",
        "St Oswalds 20262027",
        "st. oswald's SCHOOL",
        "ysgolllanymor99",
        "welcome-to-school",
    ],
)
def test_a_password_of_the_schools_own_words_is_guessed(password):
    assert is_made_of_guessed_words(password, SCHOOLS)


@pytest.mark.parametrize(
    "password",
    [
        "three otters dance",
        "oswald sings loudly",
        "a long password for tests",
        "мой пароль тут",
        "8#2!9$5@7^1&4",
    ],
)
def test_a_password_with_words_of_its_own_is_not(password):
    assert not is_made_of_guessed_words(password, SCHOOLS)


def test_the_name_of_another_school_may_be_in_it():
    assert not is_made_of_guessed_words("St Oswalds 20262027", ("Elmfield School",))
