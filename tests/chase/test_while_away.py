"""Tests for what somebody who was away is shown when they are back."""

import re
from datetime import date, timedelta

import pytest

from concerns.chase import queries, views
from concerns.doors import sight
from concerns.doors.sign_in_record import record_sign_in
from concerns.models import Cover, Exclusion, LedgerLine, Step
from concerns.models.school.calendar_feed import CalendarFeed
from concerns.people import acts as people
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.triage import acts as triage
from tests import factories
from tests.chase.quiet import DAY, HOUR, Quiet
from tests.counting import list_statements, render_view

pytestmark = pytest.mark.django_db
# The lead is away from Wednesday 4 to Friday 6 November, and back on Monday.
FIRST, LAST = date(2026, 11, 4), date(2026, 11, 6)


class Away(Quiet):
    """The lead is away, and the deputy has taken one of two concerns that came."""

    def __init__(self, **more):
        super().__init__()
        self.before = self.write()
        self.does(triage.take, concern=self.before)
        self.is_away(**{"kind": CoverKind.LEAVE, "since": FIRST, "until": LAST, **more})
        self.now += DAY
        self.taken = self.write()
        self.does(triage.take, Role.DEPUTY, concern=self.taken)
        self.untouched = self.write()
        self.now += 5 * DAY

    def is_away(self, **more) -> Cover:
        office = factories.viewer(self.school, Role.OFFICE, now=self.now)
        cover = Cover(person=self.people[Role.DSL], **more)
        return people.say_cover(by=office, cover=cover, now=self.now)

    def caught_up(self, role=Role.DSL) -> queries.CatchingUp | None:
        return queries.read_next_steps(self.viewer(role), {}).away


@pytest.fixture
def away():
    return Away()


def test_who_is_back_is_shown_what_came_who_has_it_and_what_is_left_for_them(away):
    found = away.caught_up()
    assert (found.absence.first, found.absence.last) == (FIRST, LAST)
    rows = [(row.concern, row.whose, [step.words for step in row.left]) for row in found.came]
    assert rows == [
        (away.taken, "Dee Deputy", []),
        (away.untouched, "Nobody has it yet", ["First look"]),
    ]
    page = render_view(views.home, away.viewer(Role.DSL))
    said = re.search(r"While you were away[^<]*", page)[0]
    assert "Wednesday 4 November to Friday 6 November:" in said
    assert "2 concerns came" in said


def test_what_was_added_to_a_concern_of_theirs_came_too(away):
    away.now -= 4 * DAY
    away.does(submit.add, Role.STAFF, concern=away.before, words="And again today.")
    away.now += 4 * DAY
    found = away.caught_up()
    assert found.came[0].concern == away.before
    left = [step.words for step in found.came[0].left]
    assert (found.came[0].whose, left) == ("You", ["Read what was added", "Decide"])


def test_nobody_else_is_told_of_it_nor_they_for_longer_than_two_days(away):
    away.now -= 3 * DAY
    away.caught_up(Role.DEPUTY)
    away.now += 3 * DAY
    assert away.caught_up(Role.DEPUTY) is None
    assert away.caught_up() is not None
    away.now += DAY
    assert away.caught_up() is not None
    away.now += DAY
    assert away.caught_up() is None
    assert "While you were away" not in render_view(views.home, away.viewer(Role.DSL))


def test_what_was_closed_meanwhile_is_said_to_be_closed(away):
    lead = away.viewer(Role.DEPUTY)
    wednesday = away.now - 5 * DAY
    closed = factories.concern_at(State.CLOSED, where=away.school, lead=lead, now=wednesday)
    rows = {row.concern: row for row in away.caught_up().came}
    assert (rows[closed].whose, rows[closed].left) == ("It is closed", [])


def test_an_absence_that_was_ended_early_lasted_until_then():
    away = Away(until=date(2026, 12, 18))
    assert away.caught_up() is None
    office = factories.viewer(away.school, Role.OFFICE, now=away.now)
    people.end_cover(by=office, cover=Cover.objects.get(), now=away.now)
    absence = away.caught_up().absence
    assert (absence.first, absence.last, absence.back) == (FIRST, LAST, away.now.date())


def test_weekdays_on_which_somebody_is_never_here_are_an_absence_too():
    away = Away(kind=CoverKind.WEEKDAYS, until=None, weekdays="234")
    assert away.caught_up().absence.first == FIRST


def test_what_they_may_not_see_is_not_there(away):
    Exclusion.objects.create(
        school=away.school,
        concern=away.untouched,
        person=away.people[Role.DSL],
        by=away.people[Role.HEAD],
        at=away.now,
    )
    assert [row.concern for row in away.caught_up().came] == [away.taken]


def test_what_is_shown_is_recorded(away):
    away.caught_up()
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("pk")
    assert {str(away.taken.uid), str(away.untouched.uid)} <= set(line.body.split('"'))


def test_it_asks_the_same_of_the_database_however_much_came(away):
    viewer = away.viewer(Role.DSL)
    one = len(list_statements(lambda: render_view(views.home, viewer)))
    for hours in range(5):
        away.write(now=away.now - 5 * DAY + hours * HOUR)
    assert len(list_statements(lambda: render_view(views.home, viewer))) == one <= 20


def test_more_than_a_page_of_it_says_so(away, monkeypatch):
    monkeypatch.setattr(queries, "A_PAGE", 1)
    assert "more than 1 concern came" in render_view(views.home, away.viewer(Role.DSL))
    away.now -= timedelta(days=30)
    assert away.caught_up() is None


class Unrecorded(Away):
    """The lead took a concern on Tuesday and is back on Monday; nobody wrote down that she was
    away."""

    def is_away(self, **more) -> None:
        pass


@pytest.fixture
def unrecorded():
    return Unrecorded()


def test_an_absence_that_nobody_recorded_is_known_by_when_they_last_opened_the_record(unrecorded):
    found = unrecorded.caught_up()
    assert found.last_opened_at == factories.NOW
    assert [row.concern for row in found.came] == [unrecorded.taken, unrecorded.untouched]
    page = " ".join(render_view(views.home, unrecorded.viewer(Role.DSL)).split())
    said = "You last opened the record on Tuesday 3 November. Until you were back, 2 concerns came"
    assert said in page
    assert "While you were away" not in page


def test_what_came_on_the_morning_before_they_opened_it_came_while_they_were_away(unrecorded):
    early = unrecorded.write(now=unrecorded.now - HOUR)
    assert unrecorded.caught_up().came[-1].concern == early
    # Once they have opened it, what comes then is in the queue alone.
    unrecorded.now += HOUR
    unrecorded.write()
    unrecorded.now += HOUR
    assert unrecorded.caught_up().came[-1].concern == early


def test_whoever_only_signed_in_has_not_opened_the_record(unrecorded):
    lead = unrecorded.people[Role.DSL]
    record_sign_in(lead, unrecorded.now - 4 * DAY)
    record_sign_in(lead, unrecorded.now - 3 * HOUR)
    early = unrecorded.write(now=unrecorded.now - HOUR)
    found = unrecorded.caught_up()
    assert found.last_opened_at == factories.NOW
    assert found.came[-1].concern == early


def test_it_too_is_shown_on_two_days_and_no_longer(unrecorded):
    assert unrecorded.caught_up().last_opened_at == factories.NOW
    unrecorded.now += DAY
    assert unrecorded.caught_up().last_opened_at == factories.NOW
    unrecorded.now += DAY
    assert unrecorded.caught_up() is None


def test_where_no_row_shows_an_absence_nothing_is_said(unrecorded):
    assert unrecorded.caught_up(Role.HEAD) is None


def test_one_school_day_without_opening_it_is_no_absence(unrecorded):
    unrecorded.now -= 3 * DAY
    assert unrecorded.caught_up(Role.DEPUTY) is None


def test_a_program_that_fetches_their_calendar_has_not_opened_it_for_them(unrecorded):
    lead = unrecorded.viewer(Role.DSL)
    friday = factories.viewer(
        unrecorded.school, Role.DSL, who=lead.person, now=unrecorded.now - 3 * DAY
    )
    feed = CalendarFeed.objects.create(
        school=friday.school, person=friday.person, secret_hash="x", made_at=friday.now
    )
    sight.read_calendar_feed(friday, feed, Step.objects.visible_to(friday), 5)
    assert unrecorded.caught_up().last_opened_at == factories.NOW
