"""Bar charts, laid out for `templates/parts/bars.html`, and charts of months.

The server draws them as SVG, so that they also appear without JavaScript and on paper. All styling
is in SVG attributes, because the content security policy forbids inline styles. Always show a chart
next to the table with the same figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
    # What is written in place of a figure that may not be shown.
    words: str = ""

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


def build_suppressed_chart(
    title: str, figures: Iterable[tuple[str, int | None]], hidden: str
) -> BarChart:
    """A chart of `figures` of which some may not be shown: those are None, have no bar, and say
    `hidden`."""
    figures = list(figures)
    drawn = build_bar_chart(title, ((label, shown or 0) for label, shown in figures))
    bars = (
        replace(bar, words=hidden if shown is None else "")
        for bar, (_, shown) in zip(drawn.rows, figures, strict=True)
    )
    return replace(drawn, rows=tuple(bars))


# A chart of months: a row for each label, in it a bar for each month.
MONTHS_WIDTH = 480
_MONTHS_ROW = 50
_MONTHS_BAR = 24
_GAP = 3


@dataclass(frozen=True)
class MonthBar:
    """One month's bar. Positions are in SVG units."""

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class MonthRow:
    """The months of one label. `total` is the sum of its figures."""

    label: str
    total: int
    y: int
    bars: tuple[MonthBar, ...]

    @property
    def label_y(self) -> int:
        return self.y + _LABEL

    @property
    def base_y(self) -> int:
        return self.y + _TOP + _MONTHS_BAR


@dataclass(frozen=True)
class MonthChart:
    """A chart of months: `first` and `last` are the words at the two ends of its axis."""

    title: str
    rows: tuple[MonthRow, ...]
    first: str
    last: str
    bar_width: float
    width: int = MONTHS_WIDTH

    @property
    def axis_y(self) -> int:
        return _MONTHS_ROW * len(self.rows) + _LABEL

    @property
    def chart_height(self) -> int:
        return self.axis_y + 6


def build_month_chart(
    title: str, months: Sequence[str], rows: Iterable[tuple[str, Sequence[int]]]
) -> MonthChart:
    """A chart of `rows`, (label, a figure for each of `months`), in the order given.

    The largest figure of the whole chart is as high as a row; a month of none has no bar.
    """
    rows = list(rows)
    most = max((figure for _, figures in rows for figure in figures), default=0) or 1
    slot = MONTHS_WIDTH / (len(months) or 1)
    return MonthChart(
        title,
        tuple(
            _lay_out_month_row(label, figures, place, most, slot)
            for place, (label, figures) in enumerate(rows)
        ),
        first=months[0] if months else "",
        last=months[-1] if months else "",
        bar_width=round(slot - _GAP, 1),
    )


def _lay_out_month_row(
    label: str, figures: Sequence[int], place: int, most: int, slot: float
) -> MonthRow:
    top = _MONTHS_ROW * place
    base = top + _TOP + _MONTHS_BAR
    heights = [round(_MONTHS_BAR * figure / most, 1) for figure in figures]
    bars = tuple(
        MonthBar(round(slot * month, 1), round(base - height, 1), height)
        for month, height in enumerate(heights)
        if height
    )
    return MonthRow(label, sum(figures), top, bars)
