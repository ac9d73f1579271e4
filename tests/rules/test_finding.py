"""By which words something is found."""

import pytest

from concerns.rules.finding import around, found_by, looked_for, shortened
from concerns.rules.names import folded, name_words, ways


@pytest.mark.parametrize(
    "forms",
    [
        "bruise bruises bruised bruising", "hit hits hitting", "kiss kisses kissed kissing",
        "cry cries cried crying", "bully bullies bullied bullying", "mum mums mum's", "dad dad's",
        "dress dresses dressed", "die dies died", "argue argues argued arguing", "bleed bleeding",
        "scare scared scares", "slap slapped slaps", "touch touches touched", "lie lied lies",
    ],
)  # fmt: skip
def test_the_forms_of_a_word_find_one_another(forms):
    assert len({shortened(folded(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("hand", "han"), ("belt", "bell"), ("bed", "be"), ("dress", "dre")]
)
def test_other_words_stay_other_words(one, other):
    assert shortened(one) != shortened(other)


def test_what_is_in_everything_finds_nothing():
    assert found_by("He said that she was not, and I did it. x") == set()


@pytest.mark.parametrize("typed", ["", "  ", "%", "*", '"', "'", "_", "🙂", "he was not", "\u200f"])
def test_nothing_is_looked_for_where_no_word_is(typed):
    assert looked_for(typed) == []


def test_accents_case_hyphens_and_apostrophes_do_not_matter():
    assert found_by("Żółć İZMİR o’brien-SMITH") == found_by("zolc izmir OBRIEN smith")


def test_other_alphabets_and_figures_are_words_too():
    assert found_by("عربى 中文 5 07700") == {"عربى", "中文", "5", "07700"}


def test_the_longest_is_looked_for_first():
    assert looked_for("mum belt kitchen belts") == ["kitchen", "belt", "mum"]


def test_a_piece_of_what_was_written_shows_each_word_found():
    text = "one two three four Mum's belt five six seven eight"
    assert around(text, {"mum", "belt"}, most=2) == [
        ("…", False), ("three four", False), ("Mum's belt", True), ("five", False), ("…", False)
    ]  # fmt: skip
    assert around("Mum said", {"mum"}) == [("Mum", True), ("said", False)]
    assert around(text, {"otter"}) == []


@pytest.mark.parametrize(
    "written", ["O'Brien", "O’Brien", "O‘Brien", "OʼBrien", "O´Brien", "O`Brien", "OBRIEN"]
)
def test_every_apostrophe_is_none(written):
    assert folded(written) == "obrien"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Łukasz Żółć", "lukasz zolc"), ("IŞIK Şahin ığdır", "isik sahin igdir"),
        ("Ægir Þór", "aegir thor"), ("أحمد", "احمد"), ("مـحـمد", "محمد"),
        ("علی\u200cرضا", "علیرضا"),
        ("\u200fNoor\u200e", "noor"), ("Weiß", "weiss"), ("ANE\u0301", "ane"),
    ],
)  # fmt: skip
def test_a_name_is_folded_alike_however_it_is_written(written, plain):
    assert folded(written) == plain


def test_a_name_is_found_by_each_word_and_by_those_behind_it_as_one():
    assert name_words("Ana", "de la Cruz", "") == {"ana", "delacruz", "lacruz", "cruz"}
    assert max(map(len, name_words("ﷺ" * 90))) == 100


def test_what_is_typed_may_be_meant_in_several_ways():
    assert ways("") == ways("%") == []
    assert ways("Rashid") == [["rashid"]]
    assert ways("al rashid") == [["al", "rashid"], ["alrashid"]]
    assert ["omar", "alrashid"] in ways("omar al rashid")
    assert len(ways("a b c d e f g h i")) == 7
