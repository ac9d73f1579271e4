"""The audit's table of terms: what came in, what became of it and how long that took, by term.

Each term is compared with the one before it.

The database counts all terms of the table at once, in three queries, whatever there is to count.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from concerns.models import Concern
from concerns.paper.bar_chart import BarChart, build_bar_chart
from concerns.paper.figure_table import FigureFilters, FigureRow
from concerns.paper.wait_summary import WaitSummary, summarise_waits
from concerns.rules.reporting_periods import hours_in_words, wait_band_limits
from concerns.rules.school_days import SchoolDays
from concerns.rules.school_terms import SchoolTerm, term_bounds, term_in_words

SAME = "as many"


@dataclass(frozen=True)
class TermRow(FigureRow):
    """A term's figures, and the row of the term before; None in the first row of the table."""

    looked: WaitSummary | None = None
    waits: WaitSummary | None = None
    before: "TermRow | None" = None

    @property
    def came_change(self) -> str:
        """How many more or fewer came in than in the term before; "" if that is not known."""
        return _change_in_words(self.came, self.before.came if self.before else None)

    @property
    def decided_change(self) -> str:
        return _change_in_words(self.decided, self.before.decided if self.before else None)

    @property
    def open_change(self) -> str:
        return _change_in_words(self.open, self.before.open if self.before else None)

    @property
    def looked_change(self) -> str:
        """How much longer half of the first looks took than in the term before."""
        return _wait_change_in_words(self.looked, self.before.looked if self.before else None)

    @property
    def waits_change(self) -> str:
        return _wait_change_in_words(self.waits, self.before.waits if self.before else None)


def _change_in_words(now: int, before: int | None) -> str:
    if before is None:
        return ""
    if now == before:
        return SAME
    return f"{now - before} more" if now > before else f"{before - now} fewer"


def _wait_change_in_words(now: WaitSummary | None, before: WaitSummary | None) -> str:
    if now is None or before is None or now.is_too_few or before.is_too_few:
        return ""
    longer = (now.half or 0) - (before.half or 0)
    if not longer:
        return "as long"
    return f"{hours_in_words(abs(longer))} {'longer' if longer > 0 else 'shorter'}"


@dataclass(frozen=True)
class TermTable:
    """The rows, the oldest term first, with a bar chart of what came in."""

    rows: list[TermRow]
    chart: BarChart


# (school year, term, the filters of the concerns in it)
AskedTerm = tuple[int, SchoolTerm, FigureFilters]


def build_term_table(
    concerns: QuerySet[Concern], days: SchoolDays, asked: Sequence[AskedTerm]
) -> TermTable:
    """The table of the terms `asked`, which follow each other. `concerns` are all that may count.

    The first term is there to be compared with: it has no term before it.
    """
    bounds = [term_bounds(days, year, term) for year, term, _ in asked]
    inside = concerns.filter(received_at__gte=bounds[0][0], received_at__lt=bounds[-1][1])
    placed = inside.annotate(in_term=_place_of_term([end for _, end in bounds]))
    counts = {found.pop("in_term"): found for found in _count_by_place(placed)}
    looked = _waits_by_place(placed, "looked_after", days)
    waits = _waits_by_place(placed, "decided_after", days)
    rows: list[TermRow] = []
    for place, (year, term, filters) in enumerate(asked):
        counted = counts.get(place, {})
        rows.append(
            TermRow(
                term_in_words(year, term),
                filters,
                came=counted.get("came", 0),
                decided=counted.get("decided", 0),
                open=counted.get("open", 0),
                looked=looked.get(place),
                waits=waits.get(place),
                before=rows[-1] if rows else None,
            )
        )
    return TermTable(rows, build_bar_chart("By term", [(row.label, row.came) for row in rows]))


def _place_of_term(ends: list[datetime]) -> Case:
    """The place of the term in which a concern came in, the first being 0."""
    cases = [When(received_at__lt=end, then=Value(place)) for place, end in enumerate(ends)]
    return Case(*cases, output_field=IntegerField())


def _count_by_place(placed: QuerySet[Any, Any]) -> Iterator[dict[str, int]]:
    yield from (
        placed.order_by()
        .values("in_term")
        .annotate(
            came=Count("id"),
            decided=Count("id", filter=Q(decided_at__isnull=False)),
            open=Count("id", filter=Q(closed_at__isnull=True)),
        )
    )


def _waits_by_place(
    placed: QuerySet[Any, Any], column: str, days: SchoolDays
) -> dict[int, WaitSummary]:
    """The summary of the waits in `column`, in school minutes, of each term."""
    rows = placed.order_by().values_list("in_term", column).annotate(many=Count("id"))
    found: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    for place, minutes, many in rows.order_by(F("in_term"), column):
        found[place].append((minutes, many))
    limits = wait_band_limits(days)
    return {
        place: summarise_waits(
            counted, sum(many for minutes, many in counted if minutes is not None), limits
        )
        for place, counted in found.items()
    }
