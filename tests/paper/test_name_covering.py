"""Tests that another child's name is covered in a print, however it is written."""

import pytest

from concerns.paper.name_covering import COVER, NamesToCover, cover_names, split_name_words

NAMES = NamesToCover(
    [
        split_name_words("Bilal", "Khan"),
        split_name_words("Zoë", "O'Brien-Smith"),
        split_name_words("Jo", "van der Berg"),
        split_name_words("Jo"),
    ],
    less=[split_name_words("Aoife", "Byrne")],
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bilal Khan hit him.", f"{COVER} hit him."),
        ("BILAL KHAN", COVER),
        ("He took Bilal Khan's bag.", f"He took {COVER}'s bag."),
        ("with Zoe OBrien Smith", f"with {COVER}"),
        ("with Zoë O’Brien-Smith.", f"with {COVER}."),
        ("Jo van der Berg and Jo", f"{COVER} and {COVER}"),
        ("Bilal went, Khan stayed", "Bilal went, Khan stayed"),
        ("Joanna", "Joanna"),
        ("", ""),
    ],
)
def test_a_name_is_found_as_people_write_it(text, left):
    assert cover_names(NAMES.split_at_names(text)) == left


def test_what_is_left_in_is_told_by_its_number():
    pieces = NAMES.split_at_names("Jo and Jo")
    assert cover_names(pieces, shown=[0]) == f"Jo and {COVER}"


def test_the_childs_own_name_is_no_other_childs():
    names = NamesToCover(
        [split_name_words("Aoife", "Byrne")], less=[split_name_words("Aoife", "Byrne")]
    )
    assert cover_names(names.split_at_names("Aoife Byrne came.")) == "Aoife Byrne came."


def test_a_text_cut_at_names_is_the_whole_text():
    text = "Before Jo, Bilal Khan; after."
    assert "".join(piece.words for piece in NAMES.split_at_names(text)) == text
