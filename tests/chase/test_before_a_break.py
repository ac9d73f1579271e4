"""What is written just before a weekend or a break is somebody's the same evening.

Driven through the product with the clock moved. `tests/rules/test_every_quarter_hour.py` tries
every quarter of an hour of a year by the rule alone.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from concerns.chase import views as chase_pages
from concerns.models import Notice
from concerns.models.outbox.notice import NoticeEnding
from concerns.models.school.cover import Cover
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.roles import Role
from concerns.submit import views as submit_pages
from tests.chase.quiet import DAY, HOUR, Quiet

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
# The last lesson of the Friday with which half-term begins.
FRIDAY = datetime(2026, 10, 23, 14, 50, tzinfo=LONDON)
EVENING = FRIDAY.replace(hour=19)


@pytest.fixture
def quiet():
    before_half_term = Quiet()
    before_half_term.now = FRIDAY
    return before_half_term


def test_the_deputy_hears_the_same_evening_where_the_lead_is_ill(quiet):
    concern = quiet.write()
    quiet.pass_by(EVENING - FRIDAY)
    assert quiet.has_heard(Role.DEPUTY, concern)
    told = Notice.objects.get(person=quiet.people[Role.DEPUTY], step__concern=concern)
    assert told.ended == NoticeEnding.SENT
    assert told.made_at <= FRIDAY + 3 * HOUR
    assert f"{concern.reference} is 1 hour late. These people have had an e-mail about it: " in (
        told.line
    )
    assert "Lena Lead (23 October 2026" in told.line


def test_the_head_hears_before_the_night_and_is_left_in_peace_during_it(quiet):
    concern = quiet.write()
    quiet.pass_by(EVENING.replace(hour=22) - FRIDAY)
    assert quiet.has_heard(Role.HEAD, concern)
    quiet.forget()
    quiet.pass_by(9 * HOUR)
    assert quiet.heard == []


@pytest.mark.long
@pytest.mark.sqlite_alone
def test_it_goes_round_on_every_day_of_half_term(quiet):
    concern = quiet.write()
    quiet.pass_by(EVENING.replace(hour=23) - FRIDAY)
    for _ in range(9):
        quiet.forget()
        quiet.pass_by(DAY, every=HOUR / 2)
        assert any(quiet.has_heard(role, concern) for role in (Role.DSL, Role.DEPUTY, Role.HEAD))


def test_who_is_named_for_after_school_is_asked_first(quiet):
    Cover.objects.create(
        school=quiet.school,
        kind=CoverKind.AFTER_HOURS,
        person=quiet.people[Role.HEAD],
        since=date(2026, 9, 1),
        by=quiet.people[Role.HEAD],
        at=FRIDAY,
    )
    concern = quiet.write()
    quiet.pass_by(2 * HOUR + HOUR / 4)
    assert quiet.has_heard(Role.HEAD, concern)
    assert not quiet.has_heard(Role.DEPUTY, concern)


def test_the_writer_is_told_by_when_it_is_read_before_the_break(quiet):
    concern = quiet.write()
    receipt = quiet.shows(lambda request: submit_pages.sent(request, concern.uid), Role.STAFF)
    assert "16:50 today" in receipt


def test_the_writer_is_told_that_nobody_has_said_they_have_it(quiet):
    quiet.write()
    quiet.pass_by(3 * HOUR)
    assert any(
        "Nobody has said yet that they have" in words for words in quiet.heard_by(Role.STAFF)
    )
    assert "1 hour late" in quiet.shows(chase_pages.home)
