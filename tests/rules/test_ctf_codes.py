"""Tests that a code of a Common Transfer File is read in words if it is known."""

import pytest

from concerns.rules.ctf_codes import ETHNICITIES, RELATIONS, in_words


@pytest.mark.parametrize(
    ("code", "table", "words"),
    [
        ("PAM", RELATIONS, "Mother"),
        (" pam ", RELATIONS, "Mother"),
        ("WBRI", ETHNICITIES, "White British"),
        ("Aunt", RELATIONS, "Aunt"),
        ("", RELATIONS, ""),
    ],
)
def test_a_code_is_in_words_if_it_is_known(code, table, words):
    assert in_words(code, table) == words
