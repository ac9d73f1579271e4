"""A table of figures with its bar chart, where every figure links to the concerns behind it."""

from dataclasses import dataclass
from datetime import datetime

from concerns.paper.bars import Bars, bars
from concerns.paper.spread import Spread


@dataclass(frozen=True)
class Row:
    """One row: its label, its figures and the filters `to` that they are counted with.

    Each figure links to the concerns behind it: `to`, narrowed by the figure's column. `to` is an
    AuditFilters, which this folder may not import: it has `to_query_string` and `narrowed_by(...)`.
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
    """Rows with a bar chart of one of their columns; a table of waits has a summary as well."""

    rows: list[Row]
    chart: Bars
    spread: Spread | None = None


def table(title: str, rows: list[Row], column: str = "came", spread: Spread | None = None) -> Table:
    """A table with a bar chart of `column`, which is a field of FigureRow."""
    return Table(rows, bars(title, ((row.label, getattr(row, column)) for row in rows)), spread)
