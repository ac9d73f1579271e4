"""Tests the calendar's page: what stands on which day, whose it is, who sees it, what it costs."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from concerns.models import ComingMeetingAnswers, LedgerLine, MeetingAnswers
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories, homes
from tests.audit.conftest import text
from tests.counting import list_statements

pytestmark = pytest.mark.django_db
# A Tuesday.
NOW = factories.NOW
DAY = timedelta(days=1)
PAGE = "/chase/calendar/"


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, who=factories.person(where, Role.DSL, name="Dee Lead"))


@pytest.fixture
def concern(lead, where):
    child = factories.child(where, "Ann", "Stone")
    return factories.concern_at(State.TAKEN, where=where, lead=lead, children=(child,))


def call(lead, concern, when, goes=None, kind="core_group"):
    coming = ComingMeetingAnswers(kind, when, "The civic hall", goes or lead.person)
    return refer.plan_meeting(by=lead, concern=concern, coming=coming, now=lead.now)


def days_of(viewer, asked="") -> dict[str, str]:
    """The words under each day of the page."""
    page = text(viewer, PAGE + asked)
    found = {}
    for part in page.split('<section class="week__day')[1:]:
        part = part.split("</section>")[0].split(">", 1)[1]
        name, rest = part.split("</h2>")
        words = " ".join(unescape(re.sub("<[^>]*>", " ", name)).split())
        found[words] = " ".join(unescape(re.sub("<[^>]*>", " ", rest)).split())
    return found


def test_this_week_is_shown_with_its_school_days_and_today_marked(lead):
    days = days_of(lead)
    assert list(days) == ["Mon 2 Nov", "Tue 3 Nov (today)", "Wed 4 Nov", "Thu 5 Nov", "Fri 6 Nov"]
    assert set(days.values()) == {"Nothing"}


def test_a_meeting_stands_on_its_day_at_its_time_with_the_child_and_who_goes(lead, concern):
    call(lead, concern, NOW + 2 * DAY)
    said = days_of(lead)["Thu 5 Nov"]
    for words in ("10:00 Core group", "Ann Stone", concern.reference, "Dee Lead", "The civic hall"):
        assert words in said


def test_a_meeting_in_the_evening_stands_on_its_own_day_though_it_is_due_the_next(lead, concern):
    call(lead, concern, datetime(2026, 11, 8, 18, 30, tzinfo=UTC))
    days = days_of(lead)
    assert "18:30 Core group" in days["Sun 8 Nov"]
    assert "Core group" not in str(days_of(lead, "?week=2026-11-09"))


def test_a_moved_meeting_stands_where_it_was_moved_to_and_a_cancelled_or_held_one_nowhere(
    lead, concern
):
    moved, gone = call(lead, concern, NOW + DAY), call(lead, concern, NOW + 2 * DAY, kind="team")
    refer.change_meeting(by=lead, coming=moved, begins_at=NOW + 8 * DAY, why="Ill.", now=NOW)
    refer.change_meeting(by=lead, coming=gone, begins_at=None, why="Ill.", now=NOW)
    assert "Core group" not in str(days_of(lead))
    assert "Team around" not in str(days_of(lead))
    assert "10:00 Core group" in days_of(lead, "?week=2026-11-11")["Wed 11 Nov"]
    met = MeetingAnswers("core_group", NOW + 8 * DAY, "Ann, Bo", "All goes on.")
    refer.meet(by=lead, concern=concern, met=met, now=NOW + 8 * DAY)
    assert "10:00" not in str(days_of(lead, "?week=2026-11-11"))


def test_reviews_and_steps_stand_on_the_day_they_are_due(lead, concern):
    assert "Decide" in days_of(lead)["Thu 5 Nov"]
    child = concern.children.get().child
    homes.end_line(lead, child, homes.add_status(lead, child))
    assert "Watch review" in str(days_of(lead, "?week=2026-11-16"))


def test_the_weeks_before_and_after_are_a_press_away_and_the_filters_stay(lead, concern):
    page = unescape(text(lead, PAGE + "?whose=mine&kind=step"))
    assert "?week=2026-10-26&whose=mine&kind=step" in page
    assert "?week=2026-11-09&whose=mine&kind=step" in page
    assert ">This week<" not in page
    assert ">This week<" in text(lead, PAGE + "?week=2026-11-09")
    assert '<input type="hidden" name="week" value="2026-11-02">' in page


def test_a_day_on_which_the_school_is_closed_says_so(lead, where):
    factories.close_school_on(where, (NOW + DAY).date())
    assert "Wed 4 Nov no school" in days_of(lead)
    assert "Mon 26 Oct no school" in days_of(lead, "?week=2026-10-26")
    assert "no school" not in str(days_of(lead, "?week=2031-10-26"))


def test_one_may_see_only_ones_own_or_only_one_kind(lead, where, concern):
    other = factories.person(where, Role.DEPUTY, name="Dan Deputy")
    call(lead, concern, NOW + DAY, goes=other)
    assert "Core group" in str(days_of(lead))
    mine = str(days_of(lead, "?whose=mine"))
    assert "Core group" not in mine
    assert "Decide" in mine
    assert "Decide" not in str(days_of(lead, "?kind=meeting"))
    assert "Core group" in str(days_of(lead, "?kind=meeting"))


def test_what_is_late_from_before_this_week_is_counted(lead, concern):
    later = factories.viewer(lead.school, Role.DSL, who=lead.person, now=NOW + 14 * DAY)
    assert "1 step" in text(later, PAGE)
    assert "due before this week" not in text(lead, PAGE)
    assert "late" in days_of(later, "?week=2026-11-02")["Thu 5 Nov"]


def test_what_one_may_not_see_stands_nowhere(lead, where, concern):
    call(lead, concern, NOW + DAY)
    deputy = factories.viewer(where, Role.DEPUTY)
    assert concern.reference in text(deputy, PAGE)
    triage.exclude(by=lead, concern=concern, person=deputy.person, why="Named.", now=NOW)
    assert concern.reference not in text(deputy, PAGE)
    assert set(days_of(deputy).values()) == {"Nothing"}


def test_the_record_names_the_concerns_shown(lead, concern):
    text(lead, PAGE)
    line = LedgerLine.objects.latest("id")
    assert line.kind == Kind.LISTED
    assert str(concern.uid) in line.body


def test_a_week_asks_as_much_of_fifty_entries_as_of_five(lead, where):
    pages = ["", "?whose=mine", "?kind=meeting"]

    def fill(count):
        for _ in range(count):
            concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
            coming = call(lead, concern, NOW + 2 * DAY)
            refer.change_meeting(
                by=lead, coming=coming, begins_at=NOW + DAY, why="Ill.", now=lead.now
            )

    def count():
        return [len(list_statements(lambda: text(lead, PAGE + page))) for page in pages]  # noqa: B023

    fill(5)
    count()
    few = count()
    fill(45)
    many = count()
    assert few == many
    assert max(many) <= 14, many
