"""Tests that a meeting opens the clocks guidance gives it, and a step for each action of ours."""

from datetime import date, timedelta

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Meeting, MeetingAnswers, SchoolAction
from concerns.reading import chronology
from concerns.refer import acts as refer
from concerns.rules import calendars, clocks, meeting_rules
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.meeting_rules import MeetingKind
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import count_ledger_lines, open_step_kinds
from tests.desk import Desk, day_fields, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# Written down two days after it was held.
HELD = NOW + timedelta(days=1)
WRITTEN = NOW + timedelta(days=3)


@pytest.fixture
def lead():
    return factories.viewer(factories.school(), Role.DSL)


@pytest.fixture
def concern(lead):
    return factories.concern_at(State.TAKEN, where=lead.school, lead=lead)


def meet(lead, concern, kind=MeetingKind.STRATEGY, **more):
    said = {"happened_at": HELD, "who": "Ann, Bo", "agreed": "To meet again.", **more}
    return refer.meet(by=lead, concern=concern, met=MeetingAnswers(kind, **said), now=WRITTEN)


def due(concern, kind):
    return concern.steps.open().get(kind=kind).due_at


def test_the_conference_is_due_from_the_day_of_the_strategy_discussion(lead, concern):
    meet(lead, concern)
    by = calendars.add_working_days(lead.school.nation, HELD, 15)
    assert due(concern, StepKind.CONFERENCE) == by
    assert count_ledger_lines(concern, Kind.MET) == 1


def test_the_conference_opens_the_core_group_and_the_first_review(lead, concern):
    meet(lead, concern)
    meet(lead, concern, MeetingKind.CONFERENCE)
    assert StepKind.CONFERENCE not in open_step_kinds(concern)
    assert due(concern, StepKind.CORE_GROUP) == clocks.calculate_due_at(
        StepKind.CORE_GROUP, lead.school.school_calendar, HELD
    )
    review = clocks.calculate_due_at(
        StepKind.REVIEW_CONFERENCE, lead.school.school_calendar, HELD, date(2027, 2, 4)
    )
    assert due(concern, StepKind.REVIEW_CONFERENCE) == review


def test_a_review_opens_the_next_on_the_day_that_was_set(lead, concern):
    meet(lead, concern, MeetingKind.CONFERENCE)
    meet(lead, concern, MeetingKind.CORE_GROUP)
    assert StepKind.CORE_GROUP not in open_step_kinds(concern)
    meet(lead, concern, MeetingKind.REVIEW, next_on=date(2027, 4, 1))
    review = clocks.calculate_due_at(
        StepKind.REVIEW_CONFERENCE, lead.school.school_calendar, HELD, date(2027, 4, 1)
    )
    assert due(concern, StepKind.REVIEW_CONFERENCE) == review


@pytest.mark.parametrize(
    ("kind", "next_on"),
    [
        (MeetingKind.CONFERENCE, date(2027, 2, 5)),
        (MeetingKind.REVIEW, date(2027, 5, 5)),
        (MeetingKind.CORE_GROUP, date(2026, 11, 4)),
    ],
)
def test_a_day_later_than_guidance_or_gone_by_is_refused(lead, concern, kind, next_on):
    with pytest.raises(ActRefused, match=r"must be within \d months, by|must be after this one"):
        meet(lead, concern, kind, next_on=next_on)
    assert not Meeting.objects.exists()


def test_the_last_day_of_a_month_is_the_last_of_a_shorter_one():
    assert meeting_rules.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert meeting_rules.add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert meeting_rules.add_months(date(2026, 5, 31), 6) == date(2026, 11, 30)


def test_what_leads_no_further_ends_all_that_waited_for_a_meeting(lead, concern):
    meet(lead, concern, MeetingKind.CONFERENCE)
    meet(lead, concern, MeetingKind.REVIEW, leads_on=False)
    assert not open_step_kinds(concern) & clocks.MEETINGS


def test_each_action_of_ours_is_owed_by_its_day_by_whom_it_was_given_to(lead, concern):
    deputy = factories.person(lead.school, Role.DEPUTY)
    ours = SchoolAction("Ring the nurse.", date(2026, 11, 12), deputy)
    meet(lead, concern, MeetingKind.TEAM, actions=(ours,))
    step = concern.steps.open().get(kind=StepKind.AGREED_ACTION)
    assert (step.holder, step.action.what) == (deputy, "Ring the nurse.")
    on = clocks.calculate_due_at(StepKind.AGREED_ACTION, lead.school.school_calendar, HELD, ours.on)
    assert step.due_at == on


def test_an_action_stays_with_whom_it_was_given_to_when_the_concern_changes_hands(lead, concern):
    deputy = factories.viewer(lead.school, Role.DEPUTY)
    ours = SchoolAction("Ring the nurse.", date(2026, 11, 12), deputy.person)
    meet(lead, concern, MeetingKind.TEAM, actions=(ours,))
    other = factories.viewer(lead.school, Role.DEPUTY)
    triage.take(by=other, concern=concern, now=WRITTEN)
    assert concern.steps.open().get(kind=StepKind.AGREED_ACTION).holder == deputy.person


def test_a_meeting_about_a_child_it_was_wrongly_filed_under_is_not_the_right_ones(lead, concern):
    meet(lead, concern, MeetingKind.TEAM)
    right = factories.child(lead.school)
    later = WRITTEN + timedelta(hours=1)
    row = concern.children.get()
    triage.refile(by=lead, concern=concern, row=row, to=right, why="Not theirs.", now=later)
    entries, _ = chronology.read_chronology_page(lead, right, chronology.ChronologyFilters(), 50)
    assert "Team around the child or family" not in [entry.heading for entry in entries]
    assert StepKind.PUT_RIGHT in open_step_kinds(concern)


def test_an_action_is_not_given_to_somebody_with_no_page_to_do_it_on(lead, concern):
    ours = SchoolAction("Ring the nurse.", date(2026, 11, 12), factories.person(lead.school))
    with pytest.raises(ActRefused, match="may decide"):
        meet(lead, concern, MeetingKind.TEAM, actions=(ours,))


@pytest.mark.parametrize("kind", [MeetingKind.TEAM, MeetingKind.CORE_GROUP, MeetingKind.STRATEGY])
def test_the_next_meeting_is_owed_where_no_clock_of_its_own_has_its_day(lead, concern, kind):
    meet(lead, concern, kind, next_on=date(2026, 12, 1))
    step = concern.steps.open().get(kind=StepKind.AGREED_ACTION)
    assert step.action.on == date(2026, 12, 1)
    assert step.action.what.startswith("Go to the next meeting")


# The page


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


def form(desk, **more):
    held = {**day_fields("met_on", desk.today), "met_at": "00:00"}
    return {"kind": "team", "who": "Ann, Bo", "agreed": "A walk to school.", **held, **more}


def test_a_meeting_is_written_down_and_stands_in_the_story_and_the_chronology(desk):
    concern = desk.concern()
    path = f"/refer/{concern.uid}/meet/"
    me = str(desk.viewer.person.uid)
    soon = desk.today + timedelta(days=7)
    action = {"what_1": "Ring the nurse.", "whose_1": me, **day_fields("by_1", soon)}
    answer = desk.press(path, form(desk, **action))
    assert (answer.status_code, answer.url) == (302, f"/triage/{concern.uid}/")
    step = concern.steps.open().get(kind=StepKind.AGREED_ACTION)
    child = concern.children.get().child
    pages = path, answer.url, f"/child/{child.uid}/chronology/", f"/chase/step/{step.uid}/"
    for page in pages:
        assert "Ring the nurse." in page_text(desk.open(page)), page
    desk.client.cookies.clear()
    head = Desk(desk.client, desk.where, Role.HEAD)
    trail = page_text(head.open(f"/audit/concern/{concern.uid}/"))
    assert "A walk to school." in trail
    assert "recorded who was there" in trail


@pytest.mark.parametrize("left_out", ["kind", "who", "agreed", "met_at"])
def test_what_was_not_said_of_a_meeting_is_asked_for(desk, left_out):
    concern = desk.concern()
    said = form(desk)
    del said[left_out]
    answer = desk.press(f"/refer/{concern.uid}/meet/", said)
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)


def test_an_action_of_ours_says_by_when_and_whose(desk):
    concern = desk.concern()
    answer = desk.press(f"/refer/{concern.uid}/meet/", form(desk, what_2="Ring the nurse."))
    assert summary_errors(answer) == ["Enter the day by which it is done", "Choose who does it"]
