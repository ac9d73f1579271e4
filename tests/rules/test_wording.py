"""Tests for dates, ages, counts, first lines and telephone numbers in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from concerns.rules.wording import (
    age_in_words,
    number_to_dial,
    school_wait_in_words,
    shorten_to_one_line,
    split_at_numbers,
)
from tests.rules.schools import PRIMARY

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


@pytest.mark.parametrize(
    "number",
    [
        "01632 960131", "01632960131", "020 7946 0018", "0161 496 0000", "07700 900742",
        "(01632) 960-131", "+44 7700 900742", "+44 (0)1632 960131", "0800 1111222",
    ],
)  # fmt: skip
def test_a_number_within_a_text_is_found(number):
    assert split_at_numbers(f"Rang ({number}), twice.") == ["Rang (", number, "), twice."]


@pytest.mark.parametrize(
    "text",
    [
        "On 09 11 2026 at 14:05.",
        "2026-11-02 10:15",
        "UPN A823432100001",
        "0.5 cm",
        "",
        "1000000000",
    ],
)
def test_what_is_no_telephone_number_stays_as_it_is(text):
    assert split_at_numbers(text) == [text]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "less than a minute"),
        (1, "only outside school hours"),
        (600, "only outside school hours"),
    ],
)
def test_a_wait_by_night_is_not_said_to_have_just_begun(minutes, words):
    evening = datetime(2026, 11, 3, 20, tzinfo=UTC)
    assert school_wait_in_words(PRIMARY, evening, evening + timedelta(minutes=minutes)) == words
