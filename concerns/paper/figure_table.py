"""A table of figures with its bar chart, where every figure links to the concerns behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from concerns.paper.bar_chart import BarChart, build_bar_chart
from concerns.paper.wait_summary import WaitSummary


class FigureFilters(Protocol):
    """What a row needs of the audit's AuditFilters, which this folder may not import."""

    def narrowed_by(self, **more: Any) -> "FigureFilters": ...

    @property
    def to_query_string(self) -> str: ...


@dataclass(frozen=True)
class FigureRow:
    """One row: its label, its figures and the filters `to` that they are counted with.

    Each figure links to the concerns behind it: `to`, narrowed by the figure's column.
    """

    label: str
    to: FigureFilters
    came: int = 0
    decided: int = 0
    open: int = 0
    oldest: datetime | None = None

    @property
    def to_decided(self) -> FigureFilters:
        return self.to.narrowed_by(which="decided")

    @property
    def to_open(self) -> FigureFilters:
        return self.to.narrowed_by(which="open")


@dataclass(frozen=True)
class FigureTable:
    """Rows with a bar chart of one of their columns; a table of waits has a summary as well."""

    rows: list[FigureRow]
    chart: BarChart
    spread: WaitSummary | None = None


def build_figure_table(
    title: str, rows: list[FigureRow], column: str = "came", spread: WaitSummary | None = None
) -> FigureTable:
    """A table with a bar chart of `column`, which is a field of FigureRow."""
    return FigureTable(
        rows, build_bar_chart(title, ((row.label, getattr(row, column)) for row in rows)), spread
    )
