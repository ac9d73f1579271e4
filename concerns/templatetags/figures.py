"""Draws a figure as a link to what is behind it, and the bars of a chart.

In Python and not in a template, because a page of figures has a hundred of each: a template that
takes in another for each one costs five times as much.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from concerns.paper.bar_chart import Bar, BarChart
from concerns.paper.figure_table import FigureFilters

register = template.Library()

_FIGURE = '<a class="govuk-link" href="{}?{}">{}{}</a>'
_ABOUT = '<span class="govuk-visually-hidden"> {}</span>'
# All but the label are numbers of ours.
_BAR = (
    '<text x="0" y="{label_y}">{label}</text>'
    '<rect class="bars__track" x="0" y="{bar_y}" width="{track}" height="{thick}"/>'
    '<rect class="{kind}" x="0" y="{bar_y}" width="{length}" height="{thick}"/>'
    '<text class="bars__value" x="{value_x}" y="{value_y}">{value}</text>'
)


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
        value=bar.value,
    )
    return SafeString(drawn)
