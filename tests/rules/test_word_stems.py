"""Tests for the words by which a name or a text is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.rules.name_folding import fold_text, name_query_variants, name_search_words
from concerns.rules.word_stems import (
    excerpt_around_match,
    search_query_stems,
    searchable_stems,
    stem_word,
    stems_in_text,
)


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
    assert len({stem_word(fold_text(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("hand", "han"), ("belt", "bell"), ("bed", "be"), ("dress", "dre")]
)
def test_other_words_stay_other_words(one, other):
    assert stem_word(one) != stem_word(other)


def test_what_is_in_everything_finds_nothing():
    assert searchable_stems("He said that she was not, and I did it. x") == set()


@pytest.mark.parametrize("typed", ["", "  ", "%", "*", '"', "'", "_", "🙂", "he was not", "\u200f"])
def test_nothing_is_looked_for_where_no_word_is(typed):
    assert search_query_stems(typed) == []


def test_accents_case_hyphens_and_apostrophes_do_not_matter():
    assert searchable_stems("Żółć İZMİR o’brien-SMITH") == searchable_stems(
        "zolc izmir OBRIEN smith"
    )


def test_other_alphabets_and_figures_are_words_too():
    assert searchable_stems("عربى 中文 5 07700") == {"عربى", "中文", "5", "07700"}


def test_the_longest_is_looked_for_first():
    assert search_query_stems("mum belt kitchen belts") == ["kitchen", "belt", "mum"]


def test_a_piece_of_what_was_written_shows_each_word_found():
    text = "one two three four Mum's belt five six seven eight"
    assert excerpt_around_match(text, {"mum", "belt"}, most=2) == [
        ("…", False),
        ("three four", False),
        ("Mum's belt", True),
        ("five", False),
        ("…", False),
    ]
    assert excerpt_around_match("Mum said", {"mum"}) == [("Mum", True), ("said", False)]
    assert excerpt_around_match(text, {"otter"}) == []


@pytest.mark.parametrize(
    "written", ["O'Brien", "O’Brien", "O‘Brien", "OʼBrien", "O´Brien", "O`Brien", "OBRIEN"]
)
def test_every_apostrophe_is_none(written):
    assert fold_text(written) == "obrien"


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
    assert fold_text(written) == plain


def test_a_name_is_found_by_each_word_and_by_those_behind_it_as_one():
    assert name_search_words("Ana", "de la Cruz", "") == {"ana", "delacruz", "lacruz", "cruz"}
    assert max(map(len, name_search_words("ﷺ" * 90))) == 100


def test_what_is_typed_may_be_meant_in_several_ways():
    assert name_query_variants("") == name_query_variants("%") == []
    assert name_query_variants("Rashid") == [["rashid"]]
    assert name_query_variants("al rashid") == [["al", "rashid"], ["alrashid"]]
    assert ["omar", "alrashid"] in name_query_variants("omar al rashid")
    assert len(name_query_variants("a b c d e f g h i")) == 7


WORDS = ["belt", "Belt’s", "unbelted", "bully", "bullied", "cry", "o'b", "Żółć", "zolc", "ﬁsh"]
BETWEEN = [" ", "\n", "—", "…", "/", "_", "\u00a0", "\u200b", "-", "'", ". "]


PARTS = st.sampled_from(WORDS) | st.text("bel’téß\u00ad\u200b", max_size=4)


@given(st.lists(st.tuples(PARTS, st.sampled_from(BETWEEN)), max_size=12))
def test_a_text_is_passed_over_quickly_and_nothing_in_it_is_missed(parts):
    text = "".join(word + between for word, between in parts)
    wanted = frozenset(searchable_stems("belt bully cry zolc fish obrien"))
    assert stems_in_text(text, wanted) == wanted & searchable_stems(text)
    marked = [word for word, hit in excerpt_around_match(text, wanted) if hit]
    assert bool(marked) == bool(wanted & searchable_stems(text))


def test_an_excerpt_of_a_long_text_is_of_its_first_match():
    text = f"{'day ' * 400}belt {'night ' * 400}belt"
    assert excerpt_around_match(text, {"belt"}, most=1) == [
        ("…", False), ("day", False), ("belt", True), ("night", False), ("…", False),
    ]  # fmt: skip


def test_what_is_looked_for_is_no_pattern():
    assert stems_in_text("an otter (small)", frozenset({"(", "[a", "ot+er", "*"})) == set()
