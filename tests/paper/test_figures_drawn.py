"""Tests of how a figure and a bar are drawn: what links where, and that every word is escaped."""

from concerns.audit.forms import AuditFilters
from concerns.paper.bar_chart import build_bar_chart, build_month_chart
from concerns.templatetags.figures import draw_bar, draw_months, draw_numbers, figure_link

ASKED = AuditFilters(year="2026", which="open")


def test_a_figure_leads_to_its_rows_and_says_what_is_counted():
    drawn = figure_link(3, ASKED, "still open, ", "Autumn <term>")
    assert 'href="/audit/rows/?year=2026&amp;quiet=10&amp;which=open">3<span' in drawn
    assert "> still open, Autumn &lt;term&gt;</span></a>" in drawn


def test_a_figure_of_nothing_leads_nowhere():
    assert figure_link(0, ASKED, "open") == "0"
    assert "span" not in figure_link(1, ASKED)


def test_a_bar_says_its_label_its_figure_and_that_it_is_late():
    chart = build_bar_chart("T", [("A <b>", 4), ("Old", 1)], late=["Old"])
    first, last = (draw_bar(row, chart) for row in chart.rows)
    assert ">A &lt;b&gt;</text>" in first
    assert ">4</text>" in first
    assert "bars__bar--late" not in first
    assert ">Old (late)</text>" in last
    assert 'class="bars__bar bars__bar--late"' in last


def test_a_row_of_months_says_its_label_and_total_and_has_a_bar_for_each_month_with_any():
    chart = build_month_chart("T", ["May", "June"], [("A <b>", [0, 3])])
    drawn = draw_months(chart.rows[0], chart)
    assert ">A &lt;b&gt;: 3</text>" in drawn
    assert drawn.count('class="bars__bar"') == 1


def test_the_numbers_of_a_row_stand_in_a_cell_each():
    drawn = draw_numbers([2, 0])
    assert [cell.partition(">")[2] for cell in drawn.split("</td>")] == ["2", "0", ""]
