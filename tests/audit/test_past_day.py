"""Tests that the four numbers of any past day equal what a walk through the rows gives."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from concerns.audit import queries
from concerns.audit.forms import FOUR, AuditFilters, AuditStatus
from concerns.models import Concern
from concerns.reading import late_and_quiet
from concerns.refer import acts as refer
from concerns.rules import reporting_periods
from concerns.rules.lifecycle import State
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.audit.conftest import close, look, text
from tests.audit.test_figures import behind, references
from tests.counting import list_statements
from tests.deciding import decide_concern, referral_sent_answers

LONDON = ZoneInfo("Europe/London")
DAYS = (date(2025, 11, 3), date(2026, 3, 31), date(2026, 8, 12), date(2026, 11, 2))
LOOKS = {"first_look", "first_look_now"}
OUTSIDE = {"hear_back", "hear_back_other", "challenge"}


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=LONDON)


def was_open(concern: Concern, at: datetime) -> bool:
    if concern.received_at > at:
        return False
    ended = [row for row in concern.endings.order_by("id") if row.at <= at]
    return not ended or ended[-1].reopened


def owed(concern: Concern, at: datetime) -> list:
    return [
        s for s in concern.steps.all() if s.opened_at <= at and not (s.done_at and s.done_at <= at)
    ]


def last_heard(concern: Concern, at: datetime) -> datetime:
    """The latest time, up to `at`, of any row that an act left on it."""
    rows = [*concern.decisions.all(), *concern.endings.all(), *concern.words_back.all()]
    rows += concern.additions.all()
    rows += [event for referral in concern.referrals.all() for event in referral.events.all()]
    moments = [concern.received_at, *(row.at for row in rows)]
    moments += [at for step in concern.steps.all() for at in (step.opened_at, step.done_at) if at]
    return max(moment for moment in moments if moment <= at)


def by_hand(viewer, day: date) -> dict[AuditStatus, list[Concern]]:
    at = end_of(day)
    rows = [row for row in Concern.objects.all() if was_open(row, at)]
    quiet = reporting_periods.quiet_cutoff(viewer.school.school_calendar, at, 10)
    return {
        AuditStatus.LATE: [c for c in rows if any(step.due_at < at for step in owed(c, at))],
        AuditStatus.WAITING: [c for c in rows if {s.kind for s in owed(c, at)} & LOOKS],
        AuditStatus.OUTSIDE: [c for c in rows if {s.kind for s in owed(c, at)} & OUTSIDE],
        AuditStatus.QUIET: [c for c in rows if last_heard(c, at) < quiet],
    }


@pytest.mark.parametrize("day", DAYS)
def test_each_number_of_a_past_day_is_its_rows(audit_head, day):
    found = queries.count_past_day_statuses(audit_head, AuditFilters(day=day.isoformat()))
    hand = by_hand(audit_head, day)
    assert {which: count for which, count, _ in found} == {w: len(rows) for w, rows in hand.items()}
    for which, _, asked in found:
        assert behind(audit_head, asked) == references(hand[which]), which


def test_of_some_past_day_each_number_is_more_than_nought(audit_head):
    hands = [by_hand(audit_head, day) for day in DAYS]
    assert all(any(hand[which] for hand in hands) for which in FOUR)


def test_a_moment_ago_worked_out_from_rows_is_what_stands_now(audit_head):
    days = audit_head.school.school_calendar
    now = audit_head.now
    for which in FOUR:
        rows = queries.visible_concerns(audit_head)
        of_now = references(rows.filter(late_and_quiet.current_conditions(days, now, 10)[which]))
        assert of_now == references(
            rows.filter(late_and_quiet.conditions_at_moment(days, now, 10)[which])
        ), which
        assert of_now, which


def test_what_was_closed_and_opened_again_was_closed_between(head, where, lead):
    start = head.now - timedelta(days=21)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, now=start)
    close(lead, concern, start + timedelta(days=2))
    triage.reopen(by=lead, concern=concern, why="A new sign.", now=start + timedelta(days=7))
    for after, found in ((1.95, 1), (6, 0), (10, 1)):
        at = start + timedelta(days=after)
        steps = late_and_quiet.conditions_at_moment(where.school_calendar, at, 1)
        assert (
            queries.visible_concerns(head).filter(steps[late_and_quiet.QUIET]).count() == found
        ), after


def test_a_word_added_since_is_not_heard_on_the_day_before(head, where, writer):
    start = head.now - timedelta(days=40)
    concern = factories.concern_at(State.WAITING, where=where, by=writer, now=start)
    submit.add(by=writer, concern=concern, words="Again.", now=head.now - timedelta(days=2))
    yesterday = (head.now - timedelta(days=3)).date().isoformat()
    assert queries.count_past_day_statuses(head, AuditFilters(day=yesterday))[3][1] == 1
    assert queries.count_audit_figures(head, AuditFilters(), [2026]).now[3][1] == 0


def test_the_page_says_how_it_stood_and_leads_to_the_rows(head, where):
    concern = factories.concern_at(State.WAITING, where=where, now=head.now - timedelta(days=4))
    later = replace(head, now=head.now + timedelta(days=2))
    page = text(later, "/audit/day/?day_day=3&day_month=11&day_year=2026")
    assert "As it stood at the end of 3 November 2026" in page
    rows = text(later, "/audit/rows/?year=all&quiet=10&which=late&day=2026-11-03")
    assert "Late, as it stood at the end of 3 November 2026" in rows
    assert concern.reference in rows, rows
    assert f"/chase/why/{concern.steps.get().uid}/" in rows


def test_today_and_the_days_to_come_are_no_past_day(head):
    answer = look(head, "/audit/day/?day_day=3&day_month=11&day_year=2026")
    assert answer.status_code == 422
    assert "Enter a day in the past" in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["which=late&day=2026-11-03", "day=2026-11-01", "which=open&day=2026-11-01",
              "which=late&day=2026-11-01&category=neglect", "which=late&day=x"]
)  # fmt: skip
def test_a_figure_nobody_links_to_has_no_rows(head, query):
    from django.http import Http404

    with pytest.raises(Http404):
        look(head, f"/audit/rows/?year=all&{query}")


def test_a_past_day_costs_the_same_whatever_there_is(head, where):
    pages = (
        "/audit/day/?day_day=2&day_month=11&day_year=2026",
        "/audit/rows/?year=all&which=late&day=2026-11-02",
    )

    def cost():
        return [len(list_statements(lambda: look(head, page).content)) for page in pages]  # noqa: B023

    def fill(count):
        for _ in range(count):
            factories.concern_at(State.WAITING, where=where, now=head.now - timedelta(days=9))

    fill(2)
    few = cost()
    fill(8)
    assert cost() == few
    assert few[0] <= 3
    assert few[1] <= 12


def test_a_call_to_an_agency_is_heard_on_a_past_day_too(head, where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decide_concern(
        lead, concern, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    later = lead.now + timedelta(days=28)
    refer.chase(
        by=lead,
        referral=concern.referrals.get(),
        telephone="01632 960100",
        minutes=5,
        said="Nobody free.",
        happened_at=later,
        now=later,
    )
    days, at = where.school_calendar, later + timedelta(days=1)
    for found in (
        late_and_quiet.current_conditions(days, at, 5),
        late_and_quiet.conditions_at_moment(days, at, 5),
    ):
        quiet = found[late_and_quiet.QUIET]
        assert not queries.visible_concerns(head).filter(quiet, pk=concern.pk).exists()


def test_all_that_acts_write_about_a_concern_is_heard(head):
    """A table that an act writes is asked without anybody adding it to a list."""
    names = {model.__name__ for model in late_and_quiet.models_written_by_acts()}
    assert names >= {"ChaseCall", "Meeting", "ComingMeeting", "TaskAnswer", "CategorySorting"}
    assert not {name for name in names if name.startswith("Adult")}
