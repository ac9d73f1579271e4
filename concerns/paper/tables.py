"""This file knows a table of figures with its chart, where every figure leads to its rows."""

from dataclasses import dataclass
from datetime import datetime

from concerns.paper.bars import Bars, bars
from concerns.paper.spread import Spread


@dataclass(frozen=True)
class Row:
    """One row. Its figures are of what `to` asks for; each leads there, narrowed by its column.

    `to` is the room's own: it has a `query` for an address and `but(...)` to narrow it.
    """

    label: str
    to: object
    came: int = 0
    decided: int = 0
    open: int = 0
    oldest: datetime | None = None

    @property
    def to_decided(self):
        return self.to.but(which="decided")

    @property
    def to_open(self):
        return self.to.but(which="open")


@dataclass(frozen=True)
class Table:
    """Rows, the chart of one of their columns, and for waits what they come to."""

    rows: list[Row]
    chart: Bars
    spread: Spread | None = None


def table(title: str, rows: list[Row], column: str = "came", spread: Spread | None = None) -> Table:
    """A table with the bars of `column`."""
    return Table(rows, bars(title, ((row.label, getattr(row, column)) for row in rows)), spread)
