"""Tests for the passphrase of a package of one child's file, as people type it."""

import pytest

from concerns.rules.child_package import tidy_passphrase

PASSPHRASE = "4821-0937-5566-1020-8843-7719"


@pytest.mark.parametrize(
    "typed",
    ["482109375566102088437719", " 4821 0937 5566 1020 8843 7719 ", "4821–0937–5566–1020–8843–7719",
     "4821.0937.5566.1020.8843.7719", "４８２１-0937-5566-1020-8843-7719"],
)  # fmt: skip
def test_a_passphrase_may_be_typed_with_spaces_or_without(typed):
    assert tidy_passphrase(typed) == PASSPHRASE


def test_a_passphrase_of_another_program_is_left_as_it_is():
    assert tidy_passphrase(" correct horse-battery ") == "correct horse-battery"
