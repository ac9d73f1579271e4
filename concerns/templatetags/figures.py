"""Draws a figure as a link to what is behind it, the numbers of a table's row, and the bars of a
chart.

In Python and not in a template, because a page of figures has a hundred of each: a template costs
five times as much.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from concerns.paper.bar_chart import Bar, BarChart, MonthChart, MonthRow
from concerns.paper.figure_table import FigureFilters

register = template.Library()

_FIGURE = '<a class="govuk-link" href="{}?{}">{}{}</a>'
_ABOUT = '<span class="govuk-visually-hidden"> {}</span>'
# All but the label, and words in place of a figure, are numbers of ours.
_BAR = (
    '<text x="0" y="{label_y}">{label}</text>'
    '<rect class="bars__track" x="0" y="{bar_y}" width="{track}" height="{thick}"/>'
    '<rect class="{kind}" x="0" y="{bar_y}" width="{length}" height="{thick}"/>'
    '<text class="bars__value" x="{value_x}" y="{value_y}">{value}</text>'
)
_MONTHS_LABEL = (
    '<text x="0" y="{y}">{label}: {total}</text>'
    '<rect class="bars__base" x="0" y="{base}" width="{width}" height="1" />'
)
_MONTH = '<rect class="bars__bar" x="{x}" y="{y}" width="{width}" height="{height}" />'
_MONTH_HEAD = '<th scope="row" class="govuk-table__header">{:%B %Y}</th>'
_TABLE_ROW = '\n<tr class="govuk-table__row">{}\n{}</tr>'
_NUMBER = '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>'


@cache
def _rows_address() -> str:
    return reverse("audit_rows")


@register.simple_tag
def figure_link(count: int, to: FigureFilters, *about: str) -> str:
    """`count` as a link to the concerns behind it, which `to` filters; "0" alone leads nowhere.

    `about` says, joined, what is counted, for whoever hears the links of a page and sees no table.
    """
    if not count:
        return "0"
    said = _ABOUT.format(escape("".join(about))) if about else ""
    query = escape(to.to_query_string)
    return SafeString(_FIGURE.format(_rows_address(), query, int(count), said))


@register.filter
def draw_bar(bar: Bar, bars: BarChart) -> SafeString:
    """One bar of the chart `bars` as SVG: its label, its track, itself and its figure."""
    label = f"{bar.label} (late)" if bar.late else bar.label
    drawn = _BAR.format(
        label_y=bar.label_y,
        label=escape(label),
        bar_y=bar.bar_y,
        track=bars.track,
        thick=bars.thick,
        kind="bars__bar bars__bar--late" if bar.late else "bars__bar",
        length=bar.length,
        value_x=bar.value_x,
        value_y=bar.value_y,
        value=escape(bar.words) or bar.value,
    )
    return SafeString(drawn)


@register.filter
def draw_months(row: MonthRow, months: MonthChart) -> SafeString:
    """One row of the chart `months` as SVG: its label with its total, its base and its bars."""
    label = _MONTHS_LABEL.format(
        y=row.label_y,
        label=escape(row.label),
        total=row.total,
        base=row.base_y,
        width=months.width,
    )
    bars = [
        _MONTH.format(x=bar.x, y=bar.y, width=months.bar_width, height=bar.height)
        for bar in row.bars
    ]
    return SafeString("".join([label, *bars]))


@register.filter
def draw_numbers(numbers: Iterable[int]) -> SafeString:
    """The cells of a table's row, a number in each."""
    return SafeString("".join([_NUMBER.format(int(number)) for number in numbers]))


@register.filter
def draw_month_row(month: date, numbers: Iterable[int]) -> SafeString:
    """A table's row: the month, and a number in each of the other cells."""
    return SafeString(_TABLE_ROW.format(_MONTH_HEAD.format(month), draw_numbers(numbers)))
