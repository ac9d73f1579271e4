"""Bar charts, laid out for `templates/parts/bars.html`.

The server draws them as SVG, so that they also appear without JavaScript and on paper. All styling
is in SVG attributes, because the content security policy forbids inline styles. Always show a chart
next to the table with the same figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# In SVG units. A label is drawn above its bar, so that a long one fits on a phone screen.
WIDTH = 400
_ROW = 42
_LABEL = 15
_BAR = 14
_TOP = 21
_ROOM_FOR_FIGURE = 48


@dataclass(frozen=True)
class Bar:
    """One bar, its label and its figure. Positions are in SVG units, `y` counted from the top."""

    label: str
    value: int
    late: bool
    y: int

    # Width of the bar in drawing units. The largest figure fills the whole track.
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
class BarChart:
    """One bar chart: its title, its bars and its size in SVG units."""

    title: str
    rows: tuple[Bar, ...]
    width: int = WIDTH
    thick: int = _BAR
    track: int = WIDTH - _ROOM_FOR_FIGURE

    @property
    def chart_height(self) -> int:
        return _ROW * len(self.rows)


def build_bar_chart(
    title: str, figures: Iterable[tuple[str, int]], late: Iterable[str] = ()
) -> BarChart:
    """A chart of `figures`, (label, figure) in the order given; `late` are the labels to mark."""
    figures = list(figures)
    marked = frozenset(late)
    most = max((figure for _, figure in figures), default=0) or 1
    track = WIDTH - _ROOM_FOR_FIGURE
    return BarChart(
        title,
        tuple(
            Bar(label, figure, label in marked, _ROW * place, round(track * figure / most, 1))
            for place, (label, figure) in enumerate(figures)
        ),
    )
