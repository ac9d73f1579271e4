"""Tests for the reader of times as people type them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.rules.typed_times import TypedTime, read_time_of_day, time_in_words

# What is typed, and the time it is. No afternoon is taken for it.
PLAIN = {
    "14:30": (14, 30), "14.30": (14, 30), "1430": (14, 30), "14 30": (14, 30), "14h30": (14, 30),
    "14:30:00": (14, 30), "14;30": (14, 30), "14,30": (14, 30), "1430hrs": (14, 30),
    "14:30 hours": (14, 30), "0215": (2, 15), "02:15": (2, 15), "02.15": (2, 15), "00:00": (0, 0),
    "0:05": (0, 5), "015": (0, 15), "23:59": (23, 59), "1pm": (13, 0), "2 pm": (14, 0),
    "2.15pm": (14, 15), "2:15 PM": (14, 15), "2.15 p.m.": (14, 15), "2.15p.m": (14, 15),
    "215pm": (14, 15), "2.15am": (2, 15), "215 a.m.": (2, 15), "14:15pm": (14, 15),
    "12am": (0, 0), "12pm": (12, 0), "12.30am": (0, 30), "12.30pm": (12, 30), "12:30": (12, 30),
    "1230": (12, 30), "9": (9, 0), "09": (9, 0), "9.05": (9, 5), "905": (9, 5), "9am": (9, 0),
    "730": (7, 30), "10": (10, 0), "11.45": (11, 45), "12": (12, 0), "15": (15, 0),
    "9 o'clock": (9, 0), "9 o\u2019clock": (9, 0), "noon": (12, 0), "Midday": (12, 0),
    "midnight": (0, 0), "half past nine": (9, 30), "half past 9": (9, 30), "half 9": (9, 30),
    "quarter past nine": (9, 15), "a quarter to ten": (9, 45), "ten to nine": (8, 50),
    "two minutes to nine": (8, 58), "twenty-five past 8": (8, 25), "5 minutes past 11": (11, 5),
    "quarter to 12": (11, 45),
    "half past two pm": (14, 30), "two in the afternoon": (14, 0), "8 in the morning": (8, 0),
    "7 in the evening": (19, 0), "about 9.30": (9, 30), "around 10am": (10, 0), "~11": (11, 0),
    "12 noon": (12, 0), "12.00 noon": (12, 0), "12 midnight": (0, 0), "ten thirty": (10, 30),
    "twelve thirty": (12, 30), "eight forty-five": (8, 45), "nine o five": (9, 5),
    "nine oh five": (9, 5), "nearly 3pm": (15, 0), "just after 9": (9, 0), "2 at night": (2, 0),
    "11 at night": (23, 0), "half past twelve at night": (0, 30), "6.30 this evening": (18, 30),
    "10ish": (10, 0), "at 9:10": (9, 10), " 8:45 ": (8, 45), "\uff11\uff14:\uff13\uff10": (14, 30),
}  # fmt: skip
# What may be the night or the day: the day is taken, and said.
TAKEN_IN_THE_AFTERNOON = {
    "215": (14, 15), "2:15": (14, 15), "2.15": (14, 15), "2 15": (14, 15), "2": (14, 0),
    "1": (13, 0), "1.05": (13, 5), "3:20": (15, 20), "330": (15, 30), "6": (18, 0),
    "659": (18, 59), "half past two": (14, 30), "half 3": (15, 30), "quarter to 3": (14, 45),
    "half-past two": (14, 30), "two-fifteen": (14, 15), "\u00bd past 2": (14, 30),
    "2.15 approx": (14, 15), "2.15?": (14, 15), "(2.15)": (14, 15), "2:15.": (14, 15),
    "c 2.15": (14, 15), "2\u00b715": (14, 15), "just before 2.15": (14, 15), "3 sharp": (15, 0),
    "ten past one": (13, 10), "about 2": (14, 0), "two o'clock": (14, 0), "quarter to 1": (12, 45),
}  # fmt: skip
NOT_READ = [
    "", " ", "half past", "quarter to", "past 2", "2.5", "2:5", "24:00", "2400", "25", "25:00",
    "12:60", "260", "275", "99", "14305", "-2", "2-3", "2 to 3", "10 to 11", "two to three",
    "2:15-2:30", "between 2 and 3",
    "2:15:", "before 9", "after 2.15", "by 3", "14:15 at night", "forty five", "?", "about",
    "after lunch", "period 3", "break", "lunch", "13am", "0pm", "0.30am", "14:30am", "pm", "am",
    "x", "now", "two fifteen thirty", "2:15 or 3:15", "2..15", "70 past 2", "0 past 2",
    "5 to 30", "1/2", "\u0662:\u0661\u0665", "2\u00b2", "\ufffd", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("typed", PLAIN)
def test_a_time_is_read_as_people_type_it(typed):
    assert read_time_of_day(typed) == TypedTime(time(*PLAIN[typed]))


@pytest.mark.parametrize("typed", TAKEN_IN_THE_AFTERNOON)
def test_an_hour_of_night_or_day_is_taken_in_the_afternoon_and_says_so(typed):
    assert read_time_of_day(typed) == TypedTime(time(*TAKEN_IN_THE_AFTERNOON[typed]), True)


@pytest.mark.parametrize("typed", NOT_READ)
def test_what_is_not_one_time_is_not_guessed_at(typed):
    assert read_time_of_day(typed) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("14:30", "14:30"),
        ("9.05", "09:05"),
        ("215", "215 (read as 14:15)"),
        ("about 9", "about 9 (read as 09:00)"),
        ("after lunch", "after lunch"),
    ],
)
def test_how_a_time_was_read_stands_beside_what_was_typed(typed, said):
    assert time_in_words(typed) == said


@given(st.times(), st.sampled_from(["%H:%M", "%H.%M", "%H%M", "%I:%M%p", "%I.%M %p", "%I%M%p"]))
def test_every_minute_of_the_day_is_read_back(at, way):
    at = time(at.hour, at.minute)
    assert read_time_of_day(at.strftime(way)) == TypedTime(at)


@given(st.integers(0, 9), st.integers(0, 99))
def test_three_figures_are_one_of_the_hour_and_two_of_the_minute(hour, minute):
    found = read_time_of_day(f"{hour}{minute:02}")
    if minute > 59:
        assert found is None
    else:
        assert found is not None
        assert (found.at.hour in {hour, hour + 12}, found.at.minute) == (True, minute)


@given(st.text(max_size=30))
def test_no_text_is_a_fault(typed):
    read_time_of_day(typed)
