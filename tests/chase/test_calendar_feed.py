"""Tests the private link to a calendar: what it tells, to whom, and when it works no longer."""

import re
from datetime import timedelta

import icalendar
import pytest
from django.core.cache import cache
from django.utils import timezone

from concerns.chase import acts
from concerns.doors import fetch_limit
from concerns.doors.act import ActRefused
from concerns.models import CalendarFeed, ComingMeetingAnswers, LedgerLine, Post
from concerns.paper import calendar_file
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.calendar_entries import CalendarEntryKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.conftest import SecureClient
from tests.deciding import decide_concern
from tests.desk import Desk, page_text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LINK = "/chase/calendar/link/"
SECRET = "a-secret-of-the-test"


@pytest.fixture(autouse=True)
def no_limit_reached():
    cache.clear()


@pytest.fixture
def desk(client):
    return Desk(client, factories.school(), name="Dee Lead")


@pytest.fixture
def concern(desk):
    child = factories.child(desk.where, "Amelia", "Quillfeather")
    return desk.concern(children=(child,), categories=("neglect",))


def call(desk, concern, when=None):
    """A meeting to come, whose place and words name the child."""
    when = when or (desk.now + 3 * DAY).replace(microsecond=0)
    coming = ComingMeetingAnswers(
        "conference", when, "Quillfeather's home", desk.viewer.person, "About Amelia."
    )
    return refer.plan_meeting(by=desk.viewer, concern=concern, coming=coming, now=desk.now)


def make(desk, secret=SECRET):
    return acts.make_calendar_link(by=desk.viewer, secret=secret, now=desk.now)


def fetch(secret=SECRET):
    """What a program gets, which has no cookie."""
    return SecureClient().get(f"/chase/feed/calendar.ics?link={secret}")


def events(secret=SECRET) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(fetch(secret).content).walk("VEVENT")


def shown_link(answer) -> str:
    return re.search(r'value="[^"]*(/chase/feed/calendar.ics[^"]+)"', page_text(answer))[1]


def test_the_link_is_shown_once_and_a_program_fetches_the_calendar_by_it_without_a_cookie(
    desk, concern
):
    coming = call(desk, concern)
    assert "You have no private link" in page_text(desk.open(LINK))
    link = shown_link(desk.press(LINK, {"do": "make"}))
    again = page_text(desk.open(LINK))
    assert "You have a private link" in again
    assert link not in again
    answer = SecureClient().get(link)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    meeting, step = sorted(
        icalendar.Calendar.from_ical(answer.content).walk("VEVENT"), key=lambda e: str(e["SUMMARY"])
    )
    assert meeting["SUMMARY"] == f"Meeting: {concern.reference}"
    assert meeting["DTSTART"].dt == coming.begins_at
    assert step["SUMMARY"] == f"Step due: {concern.reference}"
    assert str(concern.uid) in meeting["URL"]


def test_it_names_references_and_nothing_that_tells_of_a_child(desk, concern):
    call(desk, concern)
    make(desk)
    told = fetch().content.decode().casefold()
    assert concern.reference.casefold() in told
    for words in ("amelia", "quillfeather", "class", "neglect", "conference", "decide", "dee lead"):
        assert words not in told


def test_a_program_is_told_something_of_each_kind_of_entry():
    assert set(calendar_file.WORDS) == set(CalendarEntryKind)


def test_only_a_hash_of_the_secret_is_kept(desk):
    desk.press(LINK, {"do": "make"})
    link = shown_link(desk.press(LINK, {"do": "make"}))
    secret = link.split("=")[1]
    assert len(secret) >= 43
    kept = str(list(CalendarFeed.objects.values())) + str(list(LedgerLine.objects.values()))
    assert secret not in kept


def test_no_log_holds_the_secret(desk, monkeypatch, caplog):
    make(desk)
    fetch()
    stop_reading(desk)
    fetch()
    monkeypatch.setattr(fetch_limit, "MOST_OF_SECRET", 2)
    assert fetch().status_code == 429
    assert "Too Many Requests" in caplog.text
    assert SECRET not in caplog.text


def test_a_new_link_ends_the_old_one(desk):
    make(desk, "first-secret")
    make(desk, "second-secret")
    assert fetch("first-secret").status_code == 404
    assert fetch("second-secret").status_code == 200


def test_it_can_be_ended_and_each_change_is_a_line_of_the_record(desk):
    make(desk)
    assert desk.press(LINK, {"do": "end"}).status_code == 302
    assert fetch().status_code == 404
    kinds = list(LedgerLine.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.count(Kind.CALENDAR_LINKED) == 1
    assert kinds.count(Kind.CALENDAR_UNLINKED) == 1
    with pytest.raises(ActRefused, match="no private link"):
        acts.end_calendar_link(by=desk.viewer, now=desk.now)


def leave(desk):
    factories.person(desk.where, Role.DSL)
    head = factories.viewer(desk.where, Role.HEAD, now=desk.now)
    person = desk.viewer.person
    people.leave(by=head, person=person, last=desk.today - DAY, to=None, now=desk.now)


def stop_reading(desk):
    Post.objects.filter(person=desk.viewer.person).update(until=timezone.localdate() - DAY)
    since = timezone.localdate() - DAY
    Post.objects.create(person=desk.viewer.person, school=desk.where, role=Role.STAFF, since=since)


def read_again_in_a_new_post(desk):
    stop_reading(desk)
    since = timezone.localdate()
    CalendarFeed.objects.update(made_at=timezone.now() - 30 * DAY)
    Post.objects.create(person=desk.viewer.person, school=desk.where, role=Role.DEPUTY, since=since)


def be_shut_out(desk):
    person = desk.viewer.person
    person.is_active = False
    person.save(update_fields=["is_active"])


def have_ones_password_set_anew(desk):
    desk.viewer.person.replace_password("three quiet herons")


@pytest.mark.parametrize(
    "end", [have_ones_password_set_anew, leave, stop_reading, read_again_in_a_new_post, be_shut_out]
)
def test_it_ends_when_its_owner_leaves_or_stops_reading_even_if_they_return(desk, end):
    make(desk)
    assert fetch().status_code == 200
    end(desk)
    assert fetch().status_code == 404


def test_a_wrong_an_ended_and_a_dead_link_get_the_same_bytes(desk):
    make(desk, "ended-secret")
    make(desk)
    stop_reading(desk)
    answers = [fetch("never-was"), fetch("ended-secret"), fetch()]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    heads = [sorted(answer.headers.items()) for answer in answers]
    assert heads[0] == heads[1] == heads[2]


def test_it_shows_only_what_its_owner_may_see_now(desk, concern):
    make(desk)
    assert len(events()) == 1
    other = factories.viewer(desk.where, Role.DEPUTY, now=desk.now)
    triage.exclude(by=other, concern=concern, person=desk.viewer.person, why="Named.", now=desk.now)
    assert events() == []


def test_it_is_one_persons_in_one_school(desk, concern):
    elsewhere = factories.school()
    Post.objects.create(
        person=desk.viewer.person, school=elsewhere, role=Role.DSL, since=desk.today - 90 * DAY
    )
    there = factories.viewer(elsewhere, Role.DSL, who=desk.viewer.person, now=desk.now)
    acts.make_calendar_link(by=there, secret="of-the-other-school", now=desk.now)
    make(desk)
    assert events("of-the-other-school") == []
    assert len(events()) == 1


def test_what_it_shows_is_recorded_once_a_day_and_whenever_it_changes(desk, concern):
    make(desk)

    def recorded():
        return LedgerLine.objects.filter(kind=Kind.LISTED, body__contains="calendar feed").count()

    for _ in range(3):
        fetch()
    assert recorded() == 1
    assert str(concern.uid) in LedgerLine.objects.latest("id").body
    desk.concern()
    fetch()
    assert recorded() == 2
    CalendarFeed.objects.update(shown_on=desk.today - DAY)
    fetch()
    assert recorded() == 3


def test_a_program_that_asks_without_end_is_held_off(desk, monkeypatch):
    monkeypatch.setattr(fetch_limit, "MOST_OF_SECRET", 2)
    make(desk)
    assert [fetch().status_code for _ in range(3)] == [200, 200, 429]
    assert fetch("another").status_code == 404


def test_whoever_guesses_is_held_off_whatever_secret_they_try(desk, monkeypatch):
    monkeypatch.setattr(fetch_limit, "MOST_FROM_ADDRESS", 2)
    make(desk)
    assert [fetch(f"guess-{number}").status_code for number in range(2)] == [404, 404]
    assert fetch().status_code == 429


def test_a_count_whose_hour_ends_meanwhile_begins_again(desk, monkeypatch):
    make(desk)
    monkeypatch.setattr(cache, "add", lambda *given: False)
    assert fetch().status_code == 200


def test_steps_of_one_concern_due_on_one_day_are_one_event(desk):
    concern = desk.concern()
    make(desk)
    (one,) = events()
    assert one["DTSTART"].dt == timezone.localtime(concern.next_due_at).date()
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, Route.POLICE, now=desk.now)
    due = [event["DTSTART"].dt for event in events()]
    assert len(due) == len(set(due)) > 1
