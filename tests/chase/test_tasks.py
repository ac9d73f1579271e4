"""Tests for tasks: a colleague is asked by a day, sees nothing else, and it is never lost."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from concerns.chase import queries
from concerns.doors.act import ActRefused
from concerns.models import LedgerLine, Step, Task, TaskAnswer
from concerns.models.school.cover import Cover
from concerns.people import acts as people
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit.queries import list_own_tasks
from concerns.triage import acts as triage
from concerns.workflow.escalation import EscalationLadders
from tests import factories
from tests.afterwards import BY, LATER, answer_task, ask_colleague
from tests.deciding import open_step_kinds
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(where):
    return factories.viewer(where)


@pytest.fixture
def concern(where, lead):
    return factories.concern_at(State.DECIDED, where=where, lead=lead)


@pytest.fixture
def task(lead, concern, colleague):
    return ask_colleague(lead, concern, colleague.person)


def come(task, now):
    """To whom it has come at `now`."""
    step = Step.objects.select_related("concern", "holder").get(pk=task.step_id)
    ladders = EscalationLadders(task.school, now, [step])
    return [ladders.current_recipient(step).to, *ladders.people_on_ladder(step)]


def test_it_is_its_colleagues_by_the_bell_of_its_day(task, colleague):
    assert task.step.holder == colleague.person
    assert task.step.due_at.date() == BY
    assert list_own_tasks(colleague) == [task]


def test_the_colleague_is_shown_nothing_of_the_concern(client, task, colleague, concern):
    factories.sign_in(client, colleague.person)
    for address in ("/submit/", f"/chase/task/{task.uid}/"):
        shown = client.get(address).content.decode()
        assert "Ring the old school." in shown
        told = [concern.reference, str(concern.uid), concern.account[:20]]
        told += [row.child.forename for row in concern.children.select_related("child")]
        assert not [words for words in told if words in shown]


def test_nobody_else_on_the_staff_sees_it(where, task):
    with pytest.raises(Http404):
        queries.read_task_page(factories.viewer(where), task.uid)


def test_a_lead_of_another_school_sees_nothing_of_it(task):
    with pytest.raises(Http404):
        queries.read_task_page(factories.viewer(factories.school(), Role.DSL), task.uid)


def test_a_colleague_who_is_the_childs_family_cannot_be_asked(where, lead, concern):
    relative = factories.person(where)
    factories.relate_to_child(relative, concern.children.get().child)
    with pytest.raises(ActRefused):
        ask_colleague(lead, concern, relative)
    assert relative not in queries.list_colleagues_to_ask(lead, concern)


def test_whoever_is_kept_out_of_it_cannot_be_asked(where, lead, concern):
    person = factories.person(where)
    triage.exclude(by=lead, concern=concern, person=person, why="Involved.", now=LATER)
    with pytest.raises(ActRefused):
        ask_colleague(lead, concern, person)


@pytest.mark.parametrize("on", [date(2026, 11, 2), date(2028, 1, 1)])
def test_its_day_is_still_to_come_and_within_a_year(lead, concern, on):
    with pytest.raises(ActRefused):
        ask_colleague(lead, concern, on=on)


def test_who_turns_out_to_be_family_sees_it_no_longer(task, colleague, concern):
    factories.relate_to_child(colleague.person, concern.children.get().child)
    assert list_own_tasks(colleague) == []
    with pytest.raises(Http404):
        answer_task(colleague, task)


def test_who_is_kept_out_later_holds_it_no_longer_and_it_is_its_setters(lead, task, colleague):
    concern = task.step.concern
    triage.exclude(by=lead, concern=concern, person=colleague.person, why="Involved.", now=LATER)
    assert Step.objects.get(pk=task.step_id).holder == lead.person


def test_an_answer_is_read_by_who_asked_within_two_school_hours(task, colleague, concern, lead):
    answer_task(colleague, task)
    step = concern.steps.open().get(kind=StepKind.READ_ADDITION)
    assert (step.holder, StepKind.TASK in open_step_kinds(concern)) == (lead.person, False)
    assert TaskAnswer.objects.get().words == "They sent it."


def test_the_lead_reads_the_answer_on_the_concern_and_beside_the_step(
    client, task, colleague, lead
):
    answer_task(colleague, task)
    factories.sign_in(client, lead.person)
    concern = task.step.concern
    step = concern.steps.open().get(kind=StepKind.READ_ADDITION)
    for address in (f"/triage/{concern.uid}/", f"/chase/step/{step.uid}/"):
        assert "They sent it." in client.get(address).content.decode()


def test_it_is_answered_once(task, colleague):
    answer_task(colleague, task)
    with pytest.raises(ActRefused):
        answer_task(colleague, task, "Twice.")
    assert TaskAnswer.objects.count() == 1


def test_who_cannot_gives_it_back_at_once_due_today(task, colleague, concern, lead):
    answer_task(colleague, task, "I am on a trip.", done=False)
    back = concern.steps.open().get(kind=StepKind.TASK)
    assert (back.holder, back.due_at.date()) == (lead.person, NOW.date())
    assert back.task.words == task.words


def test_what_came_back_is_done_by_who_asked_and_nobody_reads_their_own(task, colleague, lead):
    answer_task(colleague, task, "I cannot.", done=False)
    answer_task(lead, Task.objects.get(by=lead.person, step__done_at=None))
    assert open_step_kinds(task.step.concern).isdisjoint({StepKind.TASK, StepKind.READ_ADDITION})


def test_undone_it_comes_to_the_colleague_again_then_to_who_asked(where, lead, concern, colleague):
    deputy = factories.viewer(where, Role.DEPUTY)
    task = ask_colleague(deputy, concern, colleague.person)
    late = task.step.due_at + timedelta(minutes=1)
    assert come(task, late) == [colleague.person, colleague.person, deputy.person, lead.person]


def test_of_somebody_on_leave_it_comes_to_who_asked_at_once(where, task, colleague, lead):
    Cover.objects.create(
        school=where,
        kind=CoverKind.LEAVE,
        person=colleague.person,
        since=BY,
        until=BY + timedelta(days=9),
        by=lead.person,
        at=NOW,
    )
    assert come(task, task.step.due_at + timedelta(minutes=1))[0] == lead.person


def test_a_leavers_task_is_its_setters_again(where, task, colleague, lead):
    head = factories.viewer(where, Role.HEAD)
    factories.person(where, Role.HEAD)
    people.leave(by=head, person=colleague.person, last=NOW.date(), to=head.person, now=LATER)
    assert Step.objects.get(pk=task.step_id).holder == lead.person


def test_a_colleague_without_a_post_of_a_lead_holds_it_and_nothing_is_unheld(where, task):
    assert list(find_integrity_breaches(where, NOW.date())) == []


def test_a_task_of_a_post_that_ended_is_found(where, task, colleague):
    colleague.person.posts.update(until=NOW.date() - timedelta(days=1))
    assert len(list(find_integrity_breaches(where, NOW.date()))) == 1


def test_taking_or_handing_the_concern_leaves_it_with_who_was_asked(where, task, colleague, lead):
    concern = task.step.concern
    deputy = factories.person(where, Role.DEPUTY)
    triage.hand(by=lead, concern=concern, to=deputy, note="Yours.", now=LATER)
    assert Step.objects.get(pk=task.step_id).holder == colleague.person


def test_filed_under_another_child_nobody_is_asked_of_the_wrong_one(where, task, lead, colleague):
    concern = task.step.concern
    row = concern.children.get()
    right = factories.child(where)
    triage.refile(by=lead, concern=concern, row=row, to=right, why="A namesake.", now=LATER)
    assert list_own_tasks(colleague) == []


def test_looking_at_it_is_on_record_and_so_is_each_act(task, colleague):
    queries.read_task_page(colleague, task.uid)
    answer_task(colleague, task)
    lines = LedgerLine.objects.filter(kind__in=[Kind.TASKED, Kind.TASK_DONE, Kind.LISTED])
    assert {line.kind for line in lines} == {Kind.TASKED, Kind.TASK_DONE, Kind.LISTED}
