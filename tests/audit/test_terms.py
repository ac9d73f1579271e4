"""Tests the audit's figures by term: each is as counted by hand, beside the term before."""

from dataclasses import replace
from datetime import date, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

import pytest

from concerns.audit import queries
from concerns.audit.forms import AuditFilters
from concerns.models import Concern
from concerns.paper.term_table import TermRow
from concerns.paper.wait_summary import summarise_waits
from concerns.rules.school_terms import SchoolTerm
from tests import factories
from tests.audit.conftest import look, text
from tests.audit.test_sheet import sheet

LONDON = ZoneInfo("Europe/London")
# The first days of the terms that the test's school has, by hand.
FIRSTS = {
    ("2024", "summer"): date(2025, 4, 1),
    ("2025", "autumn"): date(2025, 9, 1),
    ("2025", "spring"): date(2026, 1, 5),
    ("2025", "summer"): date(2026, 4, 13),
    ("2026", "autumn"): date(2026, 9, 1),
    ("2026", "spring"): date(2027, 1, 4),
}


def figures(viewer, year, term=""):
    known = queries.list_years_with_concerns(viewer)
    return queries.count_audit_figures(viewer, AuditFilters(year=year, term=term), known)


def by_hand(year, term) -> list[Concern]:
    at = list(FIRSTS).index((year, term))
    first, last = list(FIRSTS.values())[at : at + 2]
    return [
        row
        for row in Concern.objects.order_by("id")
        if first <= row.received_at.astimezone(LONDON).date() < last
    ]


def test_the_terms_of_a_year_stand_after_the_one_before_them_each_as_counted_by_hand(audit_head):
    found = figures(audit_head, "2025").terms.rows
    labels = ["Summer term 2025", "Autumn term 2025", "Spring term 2026", "Summer term 2026"]
    assert [row.label for row in found] == labels
    now = figures(audit_head, "2026").terms.rows
    assert [row.label for row in now] == ["Summer term 2026", "Autumn term 2026"]
    for row, which in zip([*found, now[1]], FIRSTS, strict=False):
        rows = by_hand(*which)
        assert row.came == len(rows), row.label
        assert row.decided == sum(one.decided_at is not None for one in rows)
        assert row.open == sum(one.closed_at is None for one in rows)
        looked = [one.looked_after for one in rows if one.looked_after is not None]
        waited = [one.decided_after for one in rows if one.decided_after is not None]
        assert (row.looked.half if row.looked else None) == (median_low(looked) if looked else None)
        assert (row.waits.half if row.waits else None) == (median_low(waited) if waited else None)


def test_the_figures_of_a_term_are_of_its_concerns_alone_and_lead_to_them(audit_head):
    found = figures(audit_head, "2025", "spring")
    rows = by_hand("2025", "spring")
    assert found.whole.came == len(rows) > 0
    assert sum(row.came for row in found.months.rows) == len(rows)
    assert found.months.rows[0].label == "January 2026"
    behind = queries.concerns_behind_figure(audit_head, found.whole.to)
    assert set(behind) == set(rows)
    asked = found.whole.to.to_query_string
    assert {row["Reference"] for row in sheet(audit_head, asked)} == {row.reference for row in rows}
    assert "Spring term 2026" in text(audit_head, f"/audit/rows/?{asked}")


def test_the_three_terms_make_the_year(audit_head):
    terms = [figures(audit_head, "2025", term.value).whole.came for term in SchoolTerm]
    assert sum(terms) == figures(audit_head, "2025").whole.came


def row(came, minutes=(), before=None):
    waits = summarise_waits([(minute, 1) for minute in sorted(minutes)], len(minutes), (30, 60, 90))
    return TermRow("", AuditFilters(), came, came, came, None, waits, waits, before)


@pytest.mark.parametrize(
    ("now", "before", "came", "half"),
    [
        (row(5, (9, 9, 70)), row(2, (1, 4, 4)), "3 more", "5 minutes longer"),
        (row(2, (1, 4, 4)), row(5, (9, 9, 70)), "3 fewer", "5 minutes shorter"),
        (row(3, (1, 4, 4)), row(3, (4, 4, 9)), "as many", "as long"),
        (row(1, (9,)), row(2, (4, 9)), "1 fewer", ""),
    ],
)
def test_a_term_says_how_it_differs_from_the_one_before(now, before, came, half):
    both = replace(now, before=before)
    assert (both.came_change, both.decided_change, both.open_change) == (came, came, came)
    assert (both.looked_change, both.waits_change) == (half, half)
    assert (now.came_change, now.looked_change) == ("", "")


def test_the_page_shows_the_terms_and_asks_for_one(head, where, writer):
    factories.send_concern(writer, factories.child(where), now=head.now)
    page = text(head, "/audit/")
    assert 'id="terms"' in page
    assert "1 more" in page
    assert "Autumn term 2026" in text(head, "/audit/?year=2026&term=autumn")
    assert 'id="terms"' not in text(head, "/audit/?year=all")
    assert 'id="terms"' in text(head, "/audit/print/?year=2026&term=autumn")


def test_a_term_of_no_one_year_is_asked_for_again(head):
    answer = look(head, "/audit/?year=all&term=autumn")
    assert answer.status_code == 422
    assert "Choose one school year to see one of its terms" in answer.content.decode()
    answer = look(head, "/audit/?year=2026&term=winter")
    assert answer.status_code == 422
    assert "Choose one of the terms" in answer.content.decode()


def test_a_term_that_has_not_begun_has_nothing_yet(head):
    page = text(head, "/audit/?year=2026&term=summer")
    assert "came in during\n      this term" in page


def test_what_came_in_the_holiday_counts_in_the_term_before_it(head, where, writer):
    day = head.now - timedelta(days=4)
    factories.send_concern(writer, factories.child(where), now=day)
    assert figures(head, "2026", "autumn").whole.came == 1
