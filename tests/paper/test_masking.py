"""This file knows that another child's name is found however it is written, and is covered."""

import pytest

from concerns.paper.masking import COVER, Names, covered, name

NAMES = Names(
    [name("Bilal", "Khan"), name("Zoë", "O'Brien-Smith"), name("Jo", "van der Berg"), name("Jo")],
    less=[name("Aoife", "Byrne")],
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
    assert covered(NAMES.pieces(text)) == left


def test_what_is_left_in_is_told_by_its_number():
    pieces = NAMES.pieces("Jo and Jo")
    assert covered(pieces, shown=[0]) == f"Jo and {COVER}"


def test_the_childs_own_name_is_no_other_childs():
    names = Names([name("Aoife", "Byrne")], less=[name("Aoife", "Byrne")])
    assert covered(names.pieces("Aoife Byrne came.")) == "Aoife Byrne came."


def test_a_text_cut_at_names_is_the_whole_text():
    text = "Before Jo, Bilal Khan; after."
    assert "".join(piece.words for piece in NAMES.pieces(text)) == text
