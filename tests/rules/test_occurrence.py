"""Tests for when something happened, beside when it was written down."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from concerns.rules.occurrence import is_written_later, occurrence_in_words, occurrence_moment

WRITTEN = datetime(2026, 11, 29, 10, 15, tzinfo=UTC)
DAY = date(2026, 11, 5)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (DAY, time(14, 30), datetime(2026, 11, 5, 14, 30, tzinfo=UTC)),
        (DAY, None, datetime(2026, 11, 5, tzinfo=UTC)),
        (date(2026, 7, 1), None, datetime(2026, 6, 30, 23, tzinfo=UTC)),
        (date(2026, 11, 30), None, WRITTEN),
        (None, None, WRITTEN),
    ],
    ids=["a time", "a day", "a day in summer", "after it was written", "no day"],
)
def test_it_stands_where_it_happened(day, at, moment):
    assert occurrence_moment(day, at, WRITTEN) == moment


@pytest.mark.parametrize(
    ("day", "at", "how_sure", "words"),
    [
        (DAY, time(14, 30), "exact", "5 November 2026, 14:30"),
        (DAY, None, "", "5 November 2026"),
        (DAY, time(14, 30), "about", "About 5 November 2026, 14:30"),
        (DAY, None, "not_known", "5 November 2026, not known for certain"),
        (None, None, "not_known", "Not known when, written 29 November 2026, 10:15"),
        (None, None, "", "29 November 2026, 10:15"),
    ],
)
def test_it_is_named_by_when_it_happened_as_surely_as_it_was_known(day, at, how_sure, words):
    assert occurrence_in_words(day, at, how_sure, WRITTEN) == words


def test_what_is_written_within_a_quarter_of_an_hour_is_not_written_later():
    assert not is_written_later(WRITTEN - QUARTER, WRITTEN, QUARTER)
    assert is_written_later(WRITTEN - QUARTER - timedelta(seconds=1), WRITTEN, QUARTER)


def test_of_a_day_it_is_said_when_it_was_written():
    assert is_written_later(DAY, WRITTEN, QUARTER)
