"""The tables of a governor's figures, each with its chart: by term, and by category.

It lays out numbers that may be shown already (`rules/suppression.py`), and knows no others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from concerns.paper.bar_chart import BarChart, build_suppressed_chart
from concerns.reading.governor_figures import TermFigures
from concerns.rules.governor_figures import GovernorFigure
from concerns.rules.suppression import FEWER, suppressed_in_words
from concerns.rules.words import SORTED_INTO


@dataclass(frozen=True)
class GovernorTable:
    """Heads of columns; rows of a label and a cell for each head, in words; charts."""

    heads: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]
    charts: list[BarChart]


def build_term_figures(found: Sequence[TermFigures]) -> GovernorTable:
    """A row for each term, a column for each figure; charts of what came in by term, and of every
    figure of the last term."""
    heads = [figure.label for figure in GovernorFigure]
    rows = [
        (one.term.label, _cells_by_head(heads, [one.figures[figure] for figure in GovernorFigure]))
        for one in found
    ]
    came = ((one.term.label, one.figures[GovernorFigure.RECEIVED]) for one in found)
    last = found[-1]
    of_last = ((figure.label, last.figures[figure]) for figure in GovernorFigure)
    charts = [
        build_suppressed_chart("Concerns that came in, by term, rounded", came, FEWER),
        build_suppressed_chart(f"{last.term.label}, rounded", of_last, FEWER),
    ]
    return GovernorTable(heads, rows, charts)


def build_category_figures(found: Sequence[TermFigures]) -> GovernorTable:
    """A row for each category that has a number in one of the terms at least, a column for each
    term; a chart of the last term."""
    heads = [one.term.label for one in found]
    named = [word for word in SORTED_INTO if any(word in one.categories for one in found)]
    rows = [
        (SORTED_INTO[word], _cells_by_head(heads, [one.categories.get(word) for one in found]))
        for word in named
    ]
    last = found[-1]
    of_last = ((SORTED_INTO[word], last.categories.get(word)) for word in named)
    title = f"{last.term.label}, by category, rounded"
    return GovernorTable(heads, rows, [build_suppressed_chart(title, of_last, FEWER)])


def _cells_by_head(heads: Sequence[str], shown: Sequence[int | None]) -> list[tuple[str, str]]:
    return [(head, suppressed_in_words(one)) for head, one in zip(heads, shown, strict=True)]
