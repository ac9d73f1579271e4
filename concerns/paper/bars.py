"""This file knows how figures are drawn as bars, placed for `templates/parts/bars.html`.

Drawn here and not by a script, so that they are there without one, on paper too. Everything is an
attribute of the SVG, for the content policy allows no inline style. A chart never stands alone: it
stands beside the table that holds the same figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# In units of the drawing. A label stands over its bar, so that a long one fits a telephone.
WIDTH = 400
_ROW, _LABEL, _BAR, _TOP, _ROOM_FOR_FIGURE = 42, 15, 14, 21, 48


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    late: bool
    y: int

    # Filled in by `bars`, which alone knows the longest.
    length: float = 0.0

    @property
    def label_y(self) -> int:
        return self.y + _LABEL

    @property
    def bar_y(self) -> int:
        return self.y + _TOP

    @property
    def value_x(self) -> float:
        return self.length + 6

    @property
    def value_y(self) -> int:
        return self.bar_y + _BAR - 2


@dataclass(frozen=True)
class Bars:
    """One chart: its title, its bars and its size."""

    title: str
    rows: tuple[Bar, ...]
    width: int = WIDTH
    thick: int = _BAR
    track: int = WIDTH - _ROOM_FOR_FIGURE

    @property
    def height(self) -> int:
        return _ROW * len(self.rows)


def bars(title: str, figures: Iterable[tuple[str, int]], late: Iterable[str] = ()) -> Bars:
    """A chart of (label, figure), in the order given; those labelled in `late` stand out."""
    figures = list(figures)
    marked = frozenset(late)
    most = max((figure for _, figure in figures), default=0) or 1
    track = WIDTH - _ROOM_FOR_FIGURE
    return Bars(
        title,
        tuple(
            Bar(label, figure, label in marked, _ROW * place, round(track * figure / most, 1))
            for place, (label, figure) in enumerate(figures)
        ),
    )
