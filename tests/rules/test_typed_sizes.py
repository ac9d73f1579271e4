"""Tests for the reader of sizes as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.rules.typed_sizes import LARGEST, SMALLEST, read_size_in_cm, size_in_words

READ = {
    "1.5": "1.5", "2": "2", "2cm": "2", "2 cms": "2", "1,5 cm": "1.5", ".5": "0.5", "2.50": "2.5",
    "about 2.5": "2.5", "About 2.5cm": "2.5", "approx. 3 cm": "3", "~4": "4", "roughly 1cm": "1",
    "20mm": "2", "5 mm": "0.5", "15 millimetres": "1.5", "1 inch": "2.5", "2 inches": "5.1",
    '1"': "2.5", "1/2": "0.5", "1/2 cm": "0.5", "\u00bd": "0.5", "1\u00bd cm": "1.5",
    "1 1/2": "1.5", "half a cm": "0.5", "half an inch": "1.3", "6 x 4": "6", "4 x 6 cm": "6",
    "6cm x 4cm": "6", "6 by 4": "6", "6\u00d74": "6", "20 x 10mm": "2", "3cm long": "3",
    "2 cm long x 1 cm wide": "2", "2 across": "2", "3 cm in diameter": "3", "2cm or so": "2",
    "3 marks, about 1 each": "1", "2 bruises 1.5cm each": "1.5", "two marks each about 2cm": "2",
    "2cm bruise": "2", "a 2cm round bruise": "2", "bruise 2cm": "2", "marks about 1 each": "1",
    "diameter 2 cm": "2", "length: 3cm": "3", "3cm in length": "3", "2cm dia": "2", "3cm-ish": "3",
    "(3cm)": "3", "3cm?": "3", "appx 3cm": "3", "c3cm": "3", "2\u00b75cm": "2.5", "1/3": "0.3",
    "three cm": "3", "a cm": "1", "an inch": "2.5", "half cm": "0.5", "1-1/2 in": "3.8",
    "1cm wide, 3cm long": "3", "3/4 inch": "1.9", "\u00be": "0.8", "1 2/3": "1.7",
    "3 small round bruises, 1cm": "1", "3cm.": "3", "200": "200", "0.1": "0.1", "2.55": "2.6",
}  # fmt: skip
NO_NUMBER = [
    "", "big", "small", "size of a 50p", "50p", "like a 10p piece", "under 1", "over 5 cm", "<1",
    "less than 2", "2-3", "2 to 3 cm", "3 marks", "3 marks and 2 cuts", "Infinity", "nan", "-3",
    "size of a 10p", "10p", "2/3", "2/3 cm", "3/4", "6/4", "10/5 mm", "2 bruises", "a bruise",
    "three", "less than a cm", "bruise under 1cm", "3cm and 2cm", "2cm2", "1 cm or less",
    "0", "0 cm", "0.01", "201", "500cm", "1/0", "1 1/0", "1e2", "9" * 5000, "1m", "2 fingers",
    "fist", "\u0662", "\ufffd", "1 2", "2.5.5", "6 x", "x 4", "2\u00b2",
]  # fmt: skip


@pytest.mark.parametrize("written", READ)
def test_a_size_is_read_as_people_write_it(written):
    assert read_size_in_cm(written) == Decimal(READ[written])


@pytest.mark.parametrize("written", NO_NUMBER)
def test_no_number_is_made_of_words_that_give_none(written):
    assert read_size_in_cm(written) is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1.5", "1.5 cm"),
        ("1,5cm", "1.5 cm"),
        ("about 2.5", "about 2.5 (read as 2.5 cm)"),
        ("1/2", "1/2 (read as 0.5 cm)"),
        ("6 x 4", "6 x 4 (read as 6.0 cm)"),
        ("2.55", "2.55 (read as 2.6 cm)"),
        ("size of a 50p", "size of a 50p"),
        ("", ""),
    ],
)
def test_what_was_written_stands_with_the_number_beside_it(written, said):
    assert size_in_words(written, read_size_in_cm(written)) == said


def test_a_size_of_before_there_were_words_is_its_number():
    assert size_in_words("", Decimal("1.5")) == "1.5 cm"


@given(
    st.decimals(SMALLEST, LARGEST, places=1), st.sampled_from(["{}", "about {}cm", "{} cm long"])
)
def test_every_tenth_of_a_centimetre_is_read_back(size, words):
    assert read_size_in_cm(words.format(size)) == size


@given(st.text(max_size=30))
def test_no_text_is_a_fault(written):
    found = read_size_in_cm(written)
    assert found is None or SMALLEST <= found <= LARGEST
