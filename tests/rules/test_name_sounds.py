"""Tests for how names are found by their sound, and with a year and class."""

import pytest

from concerns.rules.name_folding import find_pupil_numbers, name_search_words
from concerns.rules.name_sounds import (
    is_name_meant,
    name_readings,
    name_sound_keys,
    sound_keys,
)
from concerns.rules.reference_codes import MOST_REFERENCES, find_references


@pytest.mark.parametrize(
    "names",
    [
        "robin robyn robbin robynne", "mohamed mohammed muhammad mohammad", "sean shaun shawn",
        "catherine katherine kathryn katharine", "nicholas nicolas nikolas", "zac zack zak",
        "christopher kristopher", "aidan ayden aiden", "jayden jaden", "caitlin kaitlyn katelyn",
        "stephen steven", "phoebe feebee", "geoffrey jeffrey", "niamh neve", "yusuf youssef",
        "hussain hussein", "ahmed ahmad", "chloe khloe", "sophie sofie", "ryan rian", "rhys reece",
        "oneill oneil oneal", "jon john jhon", "omar umar", "usman osman", "lewis louis",
        "graham graeme", "emilia amelia", "thompson thomson", "ibrahim ebrahim", "imran emran",
        "catherine kate", "thomas tom", "elizabeth liz", "william bill", "robert bob",
    ],
)  # fmt: skip
def test_names_that_are_said_alike_share_a_code(names):
    first, *others = names.split()
    for other in others:
        assert sound_keys(first) & sound_keys(other), other


@pytest.mark.parametrize("pair", ["robyn rachel", "sean sam", "ali ava", "mohammed mark"])
def test_other_names_share_none(pair):
    one, other = pair.split()
    assert not sound_keys(one) & sound_keys(other)


@pytest.mark.parametrize("word", ["", "x", "1b", "أحمد", "aa1"])
def test_what_the_codes_say_nothing_about_has_none(word):
    assert sound_keys(word) == frozenset()


def test_no_code_can_be_taken_for_a_folded_word():
    assert all(key[0].isupper() and key[1] == ":" for key in name_sound_keys("Thomas", "Mary-Ann"))


def test_every_word_must_be_of_the_name_or_of_the_class_and_one_of_the_name():
    words = name_search_words("Robyn", "Hart")
    meant = {
        "robin": True, "robin 1b": True, "1 b robin": True, "robin year 1": True, "robin y1": True,
        "rob har": True, "robin in class 1b": True, "hart 1b": True, "in": False,
        "robin 2b": False, "1b": False, "year 1": False, "robin smith": False,
    }  # fmt: skip
    for typed, whether in meant.items():
        assert is_name_meant(name_readings(typed), words, "Year 1", "1B") is whether, typed


def test_a_child_without_a_class_is_found_by_no_word_of_one():
    assert not is_name_meant(name_readings("robyn 1b"), {"robyn"})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("H7K-2MQ", ["H7K-2MQ"]), ("h7k2mq", ["H7K-2MQ"]), ("h7k 2mq", ["H7K-2MQ"]),
        ("Subject: H7K–2MQ is late.", ["H7K-2MQ"]),
        ("the H7K-2MQ, and ABC-DEF", ["THE-H7K", "H7K-2MQ", "AND-ABC", "ABC-DEF"]),
        ("H7K-2MQX", []), ("XH7K-2MQ", []), ("belts", []), ("H1K-2MQ", []), ("", []),
    ],
)  # fmt: skip
def test_a_reference_is_read_however_it_is_written(typed, found):
    assert find_references(typed) == found


def test_only_some_references_are_looked_for():
    assert len(find_references(" ".join(["H7K2MQ", "ABC2MQ", "DEF2MQ"] * 3 + ["a2c"] * 9))) <= (
        MOST_REFERENCES
    )


def test_a_pupil_number_is_read_with_or_without_spaces_in_any_case():
    assert find_pupil_numbers("a1234 5678 9012") == ["A123456789012"]
    assert find_pupil_numbers("A123456789012") == ["A123456789012"]
    assert find_pupil_numbers("robyn hart") == []
