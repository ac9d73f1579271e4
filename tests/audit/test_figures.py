"""Tests that every figure of the audit equals a count by hand, and leads to just those concerns."""

import itertools
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from concerns.audit import queries
from concerns.audit.forms import AuditFilters, AuditStatus
from concerns.models import Concern
from concerns.rules import reporting_periods
from concerns.rules.reporting_periods import WaitBand
from concerns.rules.words import Category, Route
from tests import factories

LONDON = ZoneInfo("Europe/London")
YEARS = ("2025", "2026", "all")


def figures_of(viewer, year: str):
    return queries.count_audit_figures(
        viewer, AuditFilters(year=year), queries.list_years_with_concerns(viewer)
    )


def by_hand(year: str) -> list[Concern]:
    """The concerns of a school year, found by walking through all there are."""
    return [row for row in Concern.objects.order_by("id") if year in ("all", school_year(row))]


def school_year(row: Concern) -> str:
    day = row.received_at.astimezone(LONDON)
    return str(day.year if day.month >= 9 else day.year - 1)


def behind(viewer, asked: AuditFilters) -> set[str]:
    return {row.reference for row in queries.concerns_behind_figure(viewer, asked)}


def references(rows) -> set[str]:
    return {row.reference for row in rows}


def check_counts(head, row, rows) -> None:
    """Checks a row of three counts and the oldest open one, and the concerns behind each count."""
    still_open = [one for one in rows if one.closed_at is None]
    decided = [one for one in rows if one.decided_at]
    assert (row.came, row.open) == (len(rows), len(still_open)), row.label
    assert row.decided == len(decided), row.label
    assert row.oldest == min((one.received_at for one in still_open), default=None), row.label
    assert behind(head, row.to) == references(rows), row.label
    assert behind(head, row.to_open) == references(still_open), row.label
    assert behind(head, row.to_decided) == references(decided), row.label


def test_what_came_in_and_what_became_of_it(audit_head):
    for year in YEARS:
        check_counts(audit_head, figures_of(audit_head, year).whole, by_hand(year))


def test_every_month_of_the_wall_clock_is_a_row_even_an_empty_one(audit_head):
    for year in ("2025", "2026"):
        rows = figures_of(audit_head, year).months.rows
        months = Counter(f"{row.received_at.astimezone(LONDON):%B %Y}" for row in by_hand(year))
        assert {row.label: row.came for row in rows} == {**dict.fromkeys(labels(rows), 0), **months}
        assert len(rows) == (12 if year == "2025" else 3)
        for row in rows:
            hand = [
                c for c in by_hand(year) if f"{c.received_at.astimezone(LONDON):%B %Y}" == row.label
            ]
            check_counts(audit_head, row, hand)


def labels(rows) -> list[str]:
    return [row.label for row in rows]


def test_all_years_are_told_year_by_year(audit_head):
    rows = figures_of(audit_head, "all").months.rows
    assert labels(rows) == ["School year 2025 to 2026", "School year 2026 to 2027"]
    for row, year in zip(rows, ("2025", "2026"), strict=True):
        check_counts(audit_head, row, by_hand(year))


def test_a_concern_counts_once_under_each_category_a_lead_last_sorted_it_into(audit_head):
    for year in YEARS:
        rows = figures_of(audit_head, year).categories.rows
        hand = by_hand(year)
        said = {row: {c.category for c in last_sorting(row)} for row in hand}
        assert any(said.values())
        assert not all(said.values())
        expected = {Category.label_of_value(key) for keys in said.values() for key in keys}
        assert labels(rows) == [*labels(rows)[:-1], "Not sorted yet"]
        assert set(labels(rows)[:-1]) == expected
        for row in rows:
            key = row.to.category
            check_counts(
                audit_head,
                row,
                [c for c in hand if key in said[c] or (key == "none" and not said[c])],
            )


def last_sorting(concern) -> list:
    made = concern.sortings.order_by("id").last()
    return list(made.categories.all()) if made else []


def test_what_is_not_yet_sorted_is_counted_of_all_years_and_leads_to_just_those(audit_head):
    for year in YEARS:
        unsorted = figures_of(audit_head, year).unsorted
        hand = [row for row in by_hand("all") if not row.sortings.exists()]
        assert unsorted.came == len(hand)
        assert behind(audit_head, unsorted.to) == references(hand)


def test_a_concern_counts_once_under_each_category_its_writer_chose(audit_head):
    for year in YEARS:
        rows = figures_of(audit_head, year).chosen.rows
        hand = by_hand(year)
        said = {row: set(row.category_rows.values_list("category", flat=True)) for row in hand}
        expected = {Category.label_of_value(key) for keys in said.values() for key in keys}
        none = {"No category chosen"} if any(not keys for keys in said.values()) else set()
        assert set(labels(rows)) == expected | none
        for row in rows:
            key = row.to.chosen
            check_counts(
                audit_head,
                row,
                [c for c in hand if key in said[c] or (key == "none" and not said[c])],
            )


def test_a_concern_counts_once_under_each_way_ever_decided_for_it(audit_head):
    for year in YEARS:
        rows = figures_of(audit_head, year).routes.rows
        hand = by_hand(year)
        said = {row: {r.route for d in row.decisions.all() for r in d.routes.all()} for row in hand}
        expected = {Route.label_of_value(key) for keys in said.values() for key in keys}
        assert set(labels(rows)) - {"Nothing decided yet"} == expected
        for row in rows:
            key = row.to.route
            check_counts(
                audit_head,
                row,
                [c for c in hand if key in said[c] or (key == "none" and not said[c])],
            )


def test_what_is_still_open_falls_into_one_age_each(audit_head):
    for year in YEARS:
        rows = figures_of(audit_head, year).ages.rows
        ends = (7, 28, 84, 182)
        hand = {row.label: [] for row in rows}
        for concern in by_hand(year):
            if concern.closed_at is None:
                days = (audit_head.todays_date - concern.received_at.astimezone(LONDON).date()).days
                hand[rows[sum(days >= end for end in ends)].label].append(concern)
        assert {row.label: row.open for row in rows} == {
            key: len(all_) for key, all_ in hand.items()
        }
        for row in rows:
            assert behind(audit_head, row.to) == references(hand[row.label]), row.label


def test_waits_come_to_the_median_and_the_ninetieth_percentile(audit_head):
    for year, name in itertools.product(YEARS, ("looked", "decided")):
        table = getattr(figures_of(audit_head, year), name)
        hand = [(getattr(row, f"{name}_after"), row) for row in by_hand(year)]
        waits = sorted(minutes for minutes, _ in hand if minutes is not None)
        assert table.spread.count == len(waits)
        assert table.spread.waiting == len(hand) - len(waits)
        assert table.spread.half == waits[-(-len(waits) * 50 // 100) - 1]
        assert table.spread.nine_in_ten == waits[-(-len(waits) * 90 // 100) - 1]
        ends = reporting_periods.wait_band_limits(audit_head.school.school_calendar)
        for place, row in enumerate(table.rows):
            expected = [
                one
                for minutes, one in hand
                if (minutes is None and place == len(WaitBand) - 1)
                or (minutes is not None and sum(minutes > end for end in ends) == place)
            ]
            assert row.came == len(expected), row.label
            assert behind(audit_head, row.to) == references(expected), row.label


def test_the_four_numbers_are_of_now_whatever_the_year(audit_head):
    found = figures_of(audit_head, "2025").now
    assert found == figures_of(audit_head, "all").now
    open_now = [row for row in by_hand("all") if row.closed_at is None]
    outside = {"hear_back", "hear_back_other", "challenge"}
    quiet = reporting_periods.quiet_cutoff(audit_head.school.school_calendar, audit_head.now, 10)
    hand = {
        AuditStatus.LATE: [c for c in open_now if any(late(s, audit_head) for s in c.steps.open())],
        AuditStatus.WAITING: [c for c in open_now if c.state == "waiting"],
        AuditStatus.OUTSIDE: [
            c for c in open_now if c.steps.open().filter(kind__in=outside).exists()
        ],
        AuditStatus.QUIET: [c for c in open_now if last_done(c) < quiet],
    }
    assert {which: count for which, count, _ in found} == {w: len(all_) for w, all_ in hand.items()}
    assert all(hand.values())
    for which, _, asked in found:
        assert behind(audit_head, asked) == references(hand[which]), which


def late(step, viewer) -> bool:
    return step.due_at < viewer.now


def last_done(concern):
    """When somebody last acted on it, by the rows that acts leave."""
    moments = [concern.received_at, concern.first_looked_at]
    moments += [row.at for row in concern.decisions.all()]
    moments += [row.at for row in concern.additions.all()]
    moments += [event.at for referral in concern.referrals.all() for event in referral.events.all()]
    return max(at for at in moments if at)


def test_more_days_of_silence_find_fewer_concerns(head, where):
    factories.concern_at("waiting", where=where, now=head.now - timedelta(days=40))
    found = [
        queries.count_audit_figures(head, AuditFilters(quiet=days), [2026]).now[3][1]
        for days in (5, 60)
    ]
    assert found == [1, 0]


def test_a_school_with_nothing_yet_counts_to_nothing(head):
    found = figures_of(head, "2026")
    assert (found.whole.came, found.looked.spread.half, found.decided.spread.count) == (0, None, 0)
    assert [count for _, count, _ in found.now] == [0, 0, 0, 0]
    assert queries.list_years_with_concerns(head) == [2026]
