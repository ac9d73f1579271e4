"""Tests that an invitation to a meeting is owed by whoever goes until it is held or called off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from concerns.doors.act import ActRefused
from concerns.models import ComingMeeting, ComingMeetingAnswers, MeetingAnswers, MeetingChange
from concerns.refer import acts as refer
from concerns.rules import meeting_rules
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories
from tests.audit.conftest import text
from tests.deciding import count_ledger_lines
from tests.desk import Desk, day_fields, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHERE = "Civic centre, room 4"
WORDS = "Called by the review officer."


@pytest.fixture
def desk(client):
    return Desk(client, factories.school(), name="Dee Lead")


@pytest.fixture
def deputy(desk):
    return factories.person(desk.where, Role.DEPUTY, name="Dan Deputy")


@pytest.fixture
def concern(desk):
    return desk.concern()


def invite(desk, concern, goes, when=None, **more):
    when = timezone.localtime() + 3 * DAY if when is None else when
    given = {
        "kind": "conference",
        **day_fields("begins_on", when),
        "begins_at": "10:00",
        "place": WHERE,
        "goes": more.pop("goes_key", str(goes.uid)),
        "words": WORDS,
        **more,
    }
    return desk.press(f"/refer/{concern.uid}/plan/", given)


def owed(concern):
    return list(concern.steps.open().filter(kind=StepKind.GO_TO_MEETING).order_by("id"))


def test_an_invitation_is_a_step_of_whoever_goes_on_the_day_of_the_meeting(desk, concern, deputy):
    assert f"/refer/{concern.uid}/plan/" in page_text(desk.open(f"/triage/{concern.uid}/"))
    answer = invite(desk, concern, deputy)
    assert (answer.status_code, answer.url) == (302, f"/triage/{concern.uid}/")
    (step,) = owed(concern)
    assert step.holder == deputy
    assert timezone.localtime(step.due_at).date() == timezone.localdate() + 3 * DAY
    shown = page_text(desk.open(f"/triage/{concern.uid}/"))
    for words in ("Initial child protection conference", WHERE, "Dan Deputy goes", WORDS):
        assert words in shown
    assert count_ledger_lines(concern, Kind.MEETING_PLANNED) == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"kind": ""}, "Choose which meeting it is"),
        ({"place": ""}, "Write where it is"),
        ({"goes_key": ""}, "Choose who goes"),
        ({"begins_on_day": "", "begins_on_month": "", "begins_on_year": ""}, "Enter the day"),
        ({"begins_at": ""}, "Enter the time"),
        ({"begins_on_year": "2020"}, "The meeting is to come"),
        ({"begins_on_year": "2099"}, "within a year"),
    ],
)
def test_an_invitation_says_which_meeting_when_where_and_who_goes(
    desk, concern, deputy, more, says
):
    answer = invite(desk, concern, deputy, **more)
    assert answer.status_code == 422
    assert any(says in error for error in summary_errors(answer)), summary_errors(answer)
    assert not ComingMeeting.objects.exists()


def test_the_concern_is_not_closed_while_a_meeting_is_to_come(desk, deputy):
    concern = desk.concern(State.DECIDED)
    invite(desk, concern, deputy)
    shown = page_text(desk.open(f"/triage/{concern.uid}/"))
    assert "Still to do before it can be closed: Go to the meeting, and record" in shown


def test_handing_the_concern_on_leaves_the_meeting_with_whoever_goes(desk, concern, deputy):
    invite(desk, concern, deputy)
    other = factories.person(desk.where, Role.DEPUTY)
    triage.hand(by=desk.viewer, concern=concern, to=other, note="Yours.", now=timezone.now())
    assert owed(concern)[0].holder == deputy


class Calls:
    """A lead with a concern, and the acts on its meetings at any time."""

    def __init__(self):
        self.lead = factories.viewer(factories.school(), Role.DSL)
        self.concern = factories.concern_at(State.TAKEN, where=self.lead.school, lead=self.lead)

    def call(self, when, kind="core_group", **more):
        given = {"by": self.lead, "concern": self.concern, "now": NOW, **more}
        coming = ComingMeetingAnswers(kind, when, WHERE, self.lead.person, WORDS)
        return refer.plan_meeting(coming=coming, **given)

    def hold(self, when, kind="core_group"):
        met = MeetingAnswers(kind, when, "Ann, Bo", "All goes on.")
        return refer.meet(by=self.lead, concern=self.concern, met=met, now=when)

    def change(self, coming, begins_at, now=NOW, place=""):
        given = {"begins_at": begins_at, "place": place, "why": "The chair is ill."}
        return refer.change_meeting(by=self.lead, coming=coming, now=now, **given)

    @property
    def still_to_come(self):
        return [step.coming for step in owed(self.concern)]


@pytest.fixture
def calls():
    return Calls()


def test_recording_the_meeting_ends_the_step(calls):
    calls.call(NOW + 3 * DAY)
    calls.hold(NOW + 3 * DAY)
    assert calls.still_to_come == []


def test_a_meeting_of_another_kind_or_before_its_day_does_not_end_it(calls):
    coming = calls.call(NOW + 3 * DAY)
    calls.hold(NOW + 3 * DAY, kind="team")
    calls.hold(NOW + 2 * DAY)
    assert calls.still_to_come == [coming]


def test_of_two_meetings_called_the_one_that_was_held_ends(calls):
    first = calls.call(NOW + 3 * DAY)
    second = calls.call(NOW + 10 * DAY)
    calls.hold(NOW + 4 * DAY)
    assert calls.still_to_come == [second]
    calls.call(NOW + 17 * DAY)
    calls.hold(NOW + 10 * DAY)
    assert [coming.begins_at for coming in calls.still_to_come] == [NOW + 17 * DAY]
    assert first.steps.get().ended == "done"


def test_a_meeting_that_nobody_recorded_is_late_the_next_day(calls):
    calls.call(NOW + 3 * DAY)
    (step,) = owed(calls.concern)
    days = calls.lead.school.school_calendar
    assert step.how_late_in_words(days, NOW + 2 * DAY) == ""
    assert step.how_late_in_words(days, NOW + 6 * DAY) != ""


def test_a_meeting_after_the_last_bell_is_due_the_day_after(calls):
    evening = datetime(2026, 11, 5, 18, 30, tzinfo=ZoneInfo("Europe/London"))
    days = calls.lead.school.school_calendar
    assert meeting_rules.coming_meeting_due_day(days, evening).day == 6
    assert meeting_rules.coming_meeting_due_day(days, evening.replace(hour=9)).day == 5


def test_a_moved_meeting_is_owed_on_its_new_day_and_the_first_is_kept(calls):
    coming = calls.call(NOW + 3 * DAY)
    calls.change(coming, NOW + 5 * DAY, place="By video")
    (step,) = owed(calls.concern)
    assert timezone.localtime(step.due_at).date() == (NOW + 5 * DAY).date()
    coming = ComingMeeting.objects.get()
    assert (coming.begins_at, coming.place) == (NOW + 3 * DAY, WHERE)
    assert (coming.begins_at_now, coming.place_now) == (NOW + 5 * DAY, "By video")
    calls.hold(NOW + 3 * DAY)
    assert calls.still_to_come == [coming]
    calls.hold(NOW + 5 * DAY)
    assert calls.still_to_come == []


def test_a_meeting_that_moved_on_line_is_said_to_be_by_video_and_not_at_it(desk, concern, deputy):
    invite(desk, concern, deputy)
    page = f"/refer/meeting/{ComingMeeting.objects.get().uid}/"
    later = timezone.localtime() + 5 * DAY
    moved = {"what": "moved", **day_fields("begins_on", later), "begins_at": "14:00"}
    desk.press(page, moved | {"place": "By video", "why": "The chair is ill."})
    change = MeetingChange.objects.get().change_in_words
    shown = page_text(desk.open(f"/triage/{concern.uid}/"))
    assert change.endswith(", By video")
    assert "By video." in shown
    assert "at By video" not in shown


def test_a_cancelled_meeting_is_owed_no_more_and_the_concern_still_has_a_next_step(calls):
    coming = calls.call(NOW + 3 * DAY)
    calls.change(coming, None)
    assert calls.still_to_come == []
    assert calls.concern.steps.open().exists()
    assert ComingMeeting.objects.get().is_cancelled
    assert coming.steps.get().ended == "called_off"


def test_what_was_held_or_cancelled_is_not_moved(calls):
    coming = calls.call(NOW + 3 * DAY)
    calls.change(coming, None)
    with pytest.raises(ActRefused, match="no longer to come"):
        calls.change(coming, NOW + 5 * DAY)


def test_a_meeting_is_not_moved_into_the_past(calls):
    coming = calls.call(NOW + 3 * DAY)
    with pytest.raises(ActRefused, match="is to come"):
        calls.change(coming, NOW - DAY)
    assert not MeetingChange.objects.exists()


def test_only_somebody_who_may_decide_on_it_goes(calls):
    coming = ComingMeetingAnswers("team", NOW + DAY, WHERE, factories.person(calls.lead.school))
    with pytest.raises(ActRefused, match="may decide"):
        refer.plan_meeting(by=calls.lead, concern=calls.concern, coming=coming, now=NOW)


def test_a_meeting_is_moved_and_cancelled_by_page_and_the_trail_keeps_each(desk, concern, deputy):
    invite(desk, concern, deputy)
    coming = ComingMeeting.objects.get()
    page = f"/refer/meeting/{coming.uid}/"
    assert page in page_text(desk.open(f"/triage/{concern.uid}/"))
    later = timezone.localtime() + 5 * DAY
    moved = {"what": "moved", **day_fields("begins_on", later), "begins_at": "14:00"}
    assert desk.press(page, moved | {"place": "", "why": "The chair is ill."}).status_code == 302
    assert [step.holder for step in owed(concern)] == [deputy]
    assert desk.press(page, {"what": "cancelled", "why": "No longer needed."}).status_code == 302
    assert owed(concern) == []
    head = factories.viewer(
        desk.where, Role.HEAD, who=factories.person(desk.where, Role.HEAD), now=timezone.now()
    )
    for shown in (
        page_text(desk.open(f"/triage/{concern.uid}/")),
        text(head, f"/audit/concern/{concern.uid}/"),
    ):
        for words in ("Moved to", "Cancelled", "The chair is ill.", "No longer needed.", WHERE):
            assert words in shown
    assert count_ledger_lines(concern, Kind.MEETING_CHANGED) == 2


def test_a_change_says_which_and_why(desk, concern, deputy):
    invite(desk, concern, deputy)
    page = f"/refer/meeting/{ComingMeeting.objects.get().uid}/"
    for given, says in [
        ({"what": "", "why": "Ill."}, "Say whether it was moved"),
        ({"what": "cancelled", "why": ""}, "Say why, and who said so"),
        ({"what": "moved", "why": "Ill."}, "Enter the day"),
    ]:
        answer = desk.press(page, given)
        assert any(says in error for error in summary_errors(answer)), summary_errors(answer)
    assert not MeetingChange.objects.exists()
