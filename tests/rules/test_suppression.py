"""Tries to find hidden numbers by arithmetic, from everything that a governor is shown together."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.paper.governor_tables import build_category_figures, build_term_figures
from concerns.reading.governor_figures import TermFigures
from concerns.rules.governor_figures import FIGURE_WITHIN, GovernorFigure, settled_terms
from concerns.rules.suppression import suppress_count, suppressed_in_words
from concerns.rules.words import SORTED_INTO
from tests.rules.schools import PRIMARY

TERMS = settled_terms(PRIMARY, date(2026, 11, 30))
CATEGORIES = sorted(SORTED_INTO)[:4]
# What a number may be that is shown in words, as anybody can work out who knows the rule.
BOUNDS: dict[str, tuple[int, int]] = {}
for number in range(200):
    words = suppressed_in_words(suppress_count(number))
    BOUNDS[words] = (BOUNDS.get(words, (number, number))[0], number)
MOST = 190


@st.composite
def counts_of_term(draw):
    """What there was in a term: a count for each figure and category, each within another."""
    counts = {GovernorFigure.RECEIVED: draw(st.integers(0, MOST) | st.integers(0, 16))}
    for figure in (figure for figure in GovernorFigure if figure in FIGURE_WITHIN):
        whole = counts[FIGURE_WITHIN[figure]]
        counts[figure] = draw(st.integers(0, whole) | st.integers(max(0, whole - 5), whole))
    return counts, {word: draw(st.integers(0, counts["received"])) for word in CATEGORIES}


def shown(terms) -> list[TermFigures]:
    return [
        TermFigures(
            term,
            {figure: suppress_count(count) for figure, count in figures.items()},
            {word: number for word, count in words.items() if (number := suppress_count(count))},
        )
        for term, (figures, words) in zip(TERMS, terms, strict=True)
    ]


class Attacker:
    """Narrows what each number may be by what it is within, and by sums, until nothing gives way.

    Where each number is within one other, and nothing is a sum, what is left is exactly what is
    possible: each number of a range goes with some number of the range it is within.
    """

    def __init__(self, bounds, within, sums=()):
        self.low = {name: low for name, (low, _) in bounds.items()}
        self.high = {name: high for name, (_, high) in bounds.items()}
        self.within = within
        before = None
        while before != (before := (dict(self.low), dict(self.high))):
            for part, whole in within.items():
                self._narrow(part, self.low[part], self.high[whole])
                self._narrow(whole, self.low[part], self.high[whole])
            for whole, parts in sums:
                self._narrow_by_sum(whole, parts)

    def _narrow(self, name, low: int, high: int) -> None:
        self.low[name] = max(self.low[name], low)
        self.high[name] = min(self.high[name], high)

    def _narrow_by_sum(self, whole, parts) -> None:
        low = sum(self.low[part] for part in parts)
        high = sum(self.high[part] for part in parts)
        self._narrow(whole, low, high)
        for part in parts:
            least = self.low[whole] - (high - self.high[part])
            self._narrow(part, least, self.high[whole] - (low - self.low[part]))

    def possible(self, name) -> int:
        return self.high[name] - self.low[name] + 1

    def possible_rest(self, part) -> int:
        """How many numbers the rest may be: what of the whole is not in the part."""
        whole = self.within[part]
        least = max(0, self.low[whole] - self.high[part])
        return self.high[whole] - self.low[part] - least + 1


def read_tables(found) -> tuple[dict, dict]:
    """(what each number may be, by term and name; what each is within), from the words shown."""
    bounds = {}
    for term, cells in build_term_figures(found).rows:
        bounds |= {(term, head): BOUNDS[words] for head, words in cells}
    for label, cells in build_category_figures(found).rows:
        bounds |= {(term, label): BOUNDS[words] for term, words in cells}
    within = {}
    for term, name in bounds:
        figure = next((one for one in GovernorFigure if one.label == name), None)
        if figure is not GovernorFigure.RECEIVED:
            whole = FIGURE_WITHIN[figure] if figure else GovernorFigure.RECEIVED
            within[term, name] = (term, whole.label)
    return bounds, within


@given(st.lists(counts_of_term(), min_size=len(TERMS), max_size=len(TERMS)))
def test_no_hidden_number_and_no_rest_of_one_can_be_worked_out(terms):
    bounds, within = read_tables(shown(terms))
    attacker = Attacker(bounds, within)
    hidden = [name for name, (low, _) in bounds.items() if low == 0]
    # Of a hidden number nothing more is known than that it is hidden.
    assert [name for name in hidden if attacker.possible(name) < 5] == []
    assert [name for name in bounds if attacker.possible(name) < 3] == []
    assert [part for part in within if attacker.possible_rest(part) < 3] == []


@settings(max_examples=15)
@given(st.lists(counts_of_term(), min_size=len(TERMS), max_size=len(TERMS)))
def test_the_charts_say_no_more_than_the_tables(terms):
    found = shown(terms)
    tables = (build_term_figures(found), build_category_figures(found))
    said = {words for table in tables for _, cells in table.rows for _, words in cells}
    bars = [bar for table in tables for chart in table.charts for bar in chart.rows]
    assert {suppressed_in_words(None if bar.words else bar.value) for bar in bars} <= said
    assert not any(bar.length for bar in bars if bar.words)


def test_the_attacker_finds_a_hidden_number_by_subtraction():
    exact = {"all": (12, 12), "soon": (9, 9), "late": (0, 4)}
    assert Attacker(exact, {}, [("all", ["soon", "late"])]).possible("late") == 1
    assert Attacker(exact, {"soon": "all"}).possible_rest("soon") == 1


def test_the_attacker_finds_a_hidden_number_beside_a_total_though_all_are_rounded():
    parts = ["one", "two", "three", "four"]
    bounds = {"all": BOUNDS["About 30"], **dict.fromkeys(parts, BOUNDS["About 10"]), "five": (0, 4)}
    assert Attacker(bounds, {}, [("all", [*parts, "five"])]).possible("five") == 1


def test_a_figure_is_within_one_other_at_most_and_that_stands_before_it():
    figures = list(GovernorFigure)
    assert set(FIGURE_WITHIN) == set(figures) - {GovernorFigure.RECEIVED}
    assert all(figures.index(whole) < figures.index(one) for one, whole in FIGURE_WITHIN.items())


def test_one_more_than_five_changes_what_is_shown_by_rounding_alone():
    said = [suppressed_in_words(suppress_count(count)) for count in range(14)]
    assert said == [*["Fewer than 5"] * 5, *["About 5"] * 3, *["About 10"] * 5, "About 15"]


def test_no_term_overlaps_another_and_each_is_shown_four_weeks_after_its_end():
    assert [term.label for term in TERMS] == [
        "Autumn term 2024", "Spring term 2025", "Summer term 2025",
        "Autumn term 2025", "Spring term 2026", "Summer term 2026",
    ]  # fmt: skip
    assert all(one.end == other.start for one, other in pairwise(TERMS))
    day = date(2027, 1, 28)
    assert settled_terms(PRIMARY, day)[-1].label == "Summer term 2026"
    assert settled_terms(PRIMARY, day + timedelta(days=1))[-1].label == "Autumn term 2026"


def test_a_term_is_the_same_whatever_terms_the_school_has_entered():
    other = replace(PRIMARY, terms=(), closures=frozenset())
    assert settled_terms(other, date(2026, 11, 30)) == TERMS
