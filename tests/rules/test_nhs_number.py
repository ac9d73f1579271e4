"""Tests for the NHS number: ten figures, the last of which is right."""

import pytest

from concerns.rules.nhs_number import group_nhs_number, is_nhs_number


@pytest.mark.parametrize("written", ["9434765919", "9000000009", "4505577104", "1000000060"])
def test_a_number_whose_last_figure_is_right(written):
    assert is_nhs_number(written)


@pytest.mark.parametrize("written", ["9434765918", "943476591", "943 476 5919", "A434765919", ""])
def test_any_other_is_none(written):
    assert not is_nhs_number(written)


def test_it_is_written_as_it_is_read_aloud():
    assert group_nhs_number("9434765919") == "943 476 5919"
