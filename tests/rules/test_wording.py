"""Tests for dates, ages, counts, first lines and telephone numbers in words."""

from datetime import date

import pytest

from concerns.rules.wording import age_in_words, number_to_dial, shorten_to_one_line

BORN = date(2020, 2, 29)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2020, 6, 1), "under 1 year"),
        (date(2021, 2, 28), "under 1 year"),
        (date(2021, 3, 1), "1 year"),
        (date(2026, 11, 30), "6 years"),
    ],
)
def test_an_age_is_in_whole_years(today, words):
    assert age_in_words(BORN, today) == words


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("", ""),
        (" \n\n", ""),
        ("\n He said  no. ", "He said no."),
        ("He said no.\nThen he left.", "He said no. …"),
        ("He said that he would not", "He said that …"),
        ("Heeeeeeeeeeeeeeeeeee", "Heeeeeeeeeeeeee …"),
    ],
)
def test_the_first_line_is_cut_after_a_word_and_says_that_there_is_more(written, line):
    assert shorten_to_one_line(written, 15) == line


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("01632 960111", "01632960111"),
        ("01632 960111 ext 4", "01632960111"),
        ("Duty team (01632) 960-111", "01632960111"),
        ("+44 (0)1632 960111", "+441632960111"),
        ("Room 3, 999", "999"),
        ("ask the office", ""),
        ("", ""),
    ],
)
def test_a_number_is_rung_as_it_was_written_without_its_words(written, dialled):
    assert number_to_dial(written) == dialled
