"""Tests that a chart's bars are in proportion, within the drawing, and never without words."""

from django.template.loader import render_to_string

from concerns.paper.bar_chart import build_bar_chart, build_month_chart


def test_the_longest_bar_fills_the_track_and_the_others_are_in_proportion():
    chart = build_bar_chart("What came in", [("May", 10), ("June", 5), ("July", 0)])
    assert [bar.length for bar in chart.rows] == [chart.track, chart.track / 2, 0]


def test_bars_of_nothing_have_no_length():
    assert [bar.length for bar in build_bar_chart("None", [("May", 0)]).rows] == [0]


def test_everything_stands_within_the_drawing():
    chart = build_bar_chart("What came in", [("A", 1), ("B", 99_999)])
    last = chart.rows[-1]
    assert last.bar_y + chart.thick <= chart.chart_height
    assert last.value_x + len(str(last.value)) * 8 <= chart.width


def test_the_drawing_says_every_label_and_figure_and_carries_no_style():
    chart = build_bar_chart(
        "By <category>", [("Neglect & more", 4), ("Late ones", 2)], late=["Late ones"]
    )
    drawn = render_to_string("parts/bars.html", {"bars": chart})
    for words in ("By &lt;category&gt;", "Neglect &amp; more", ">4<", ">2<", "Late ones (late)"):
        assert words in drawn
    assert "style" not in drawn


def test_the_fullest_month_is_as_high_as_its_row_and_an_empty_one_has_no_bar():
    chart = build_month_chart("Two", ["May", "June", "July"], [("Neglect", [0, 1, 4])])
    (row,) = chart.rows
    assert [bar.height for bar in row.bars] == [6, 24]
    assert [bar.y + bar.height for bar in row.bars] == [row.base_y, row.base_y]
    assert (row.total, chart.first, chart.last) == (5, "May", "July")
    assert row.bars[-1].x + chart.bar_width <= chart.width
    assert row.base_y < chart.axis_y < chart.chart_height


def test_a_drawing_of_months_says_its_labels_totals_and_ends_and_carries_no_style():
    chart = build_month_chart("By <category>", ["May 2026", "June 2026"], [("Neglect", [1, 2])])
    drawn = render_to_string("parts/months.html", {"months": chart})
    for words in ("By &lt;category&gt;", "Neglect: 3", "May 2026", "June 2026"):
        assert words in drawn
    assert "style" not in drawn


def test_a_drawing_of_nothing_has_no_rows():
    assert build_month_chart("None", [], []).rows == ()
