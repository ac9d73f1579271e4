"""Tests for the pages of a task, of looking again and of a watch: cost and content."""

from datetime import timedelta

import pytest

from concerns.models import Step, Task, TaskAnswer
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.workflow.escalation import EscalationLadders
from tests import factories
from tests.afterwards import (
    answer_task,
    ask_colleague,
    concern_ready_to_watch,
    get_open_review,
    open_watch,
)
from tests.counting import list_statements
from tests.desk import Desk, page_text, summary_errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


def on(desk):
    return {"on": desk.today + timedelta(days=7), "now": desk.now}


def test_a_first_page_with_many_tasks_costs_what_one_with_one_does(client):
    where = factories.school()
    lead = factories.viewer(where, Role.DSL)
    staff = factories.viewer(where)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
    factories.sign_in(client, staff.person)
    ask_colleague(lead, concern, staff.person)
    client.get("/submit/")
    one = len(list_statements(lambda: client.get("/submit/")))
    for _ in range(5):
        ask_colleague(lead, concern, staff.person)
    assert len(list_statements(lambda: client.get("/submit/"))) == one


def test_a_review_with_many_lines_costs_what_one_with_one_does(desk):
    concern = concern_ready_to_watch(desk.where, desk.viewer, now=desk.now)
    made = open_watch(desk.viewer, concern, now=desk.now)
    page = f"/chase/look/{get_open_review(concern).uid}/"
    task = Task.objects.get(watch=made)
    answer_task(factories.viewer(desk.where, who=made.adult), task, now=desk.now)
    desk.open(page)
    one = len(list_statements(lambda: desk.open(page)))
    for _ in range(5):
        factories.send_concern(
            factories.viewer(desk.where), concern.children.get().child, now=desk.now
        )
        _answered(made, task)
    assert len(list_statements(lambda: desk.open(page))) == one <= 30
    assert TaskAnswer.objects.filter(task__watch=made).count() == 6


def _answered(made, task):
    """Adds one more task that the adult was given, with their answer."""
    step = Step(
        school=task.school,
        concern=made.concern,
        kind=StepKind.TASK,
        holder=made.adult,
        opened_at=task.at,
        due_at=task.at,
        done_at=task.at,
        done_by=made.adult,
        ended="done",
    )
    step.save()
    words = {"at": task.at, "words": "Well.", "school": task.school}
    again = Task.objects.create(step=step, by=task.by, watch=made, **words)
    TaskAnswer.objects.create(task=again, by=made.adult, **words)


def test_the_ladders_of_many_tasks_and_worries_cost_what_those_of_one_do(client):
    where = factories.school()
    lead = factories.viewer(where, Role.DSL)
    factories.person(where, Role.DEPUTY)

    def more():
        concern = factories.concern_at(State.DECIDED, where=where, lead=lead)
        ask_colleague(lead, concern)
        writer = factories.viewer(where, who=concern.reporter)
        submit.still_worried(by=writer, concern=concern, words="", now=lead.now)

    def up():
        rows = list(Step.objects.open().select_related("concern", "holder").order_by("pk"))
        ladders = EscalationLadders(where, lead.now + timedelta(days=60), rows)
        return [ladders.current_recipient(step) for step in rows]

    more()
    up()
    one = len(list_statements(up))
    for _ in range(4):
        more()
    assert len(list_statements(up)) == one


def test_the_form_that_closes_asks_for_a_watch_only_where_one_is_opened(desk):
    calm = desk.concern(State.DECIDED)
    red = concern_ready_to_watch(desk.where, desk.viewer, now=desk.now)
    assert "So the child is watched" in page_text(desk.open(f"/triage/{red.uid}/close/"))
    shown = page_text(desk.open(f"/triage/{calm.uid}/close/"))
    assert "End it, and watch" not in shown
    assert "Another agency leads now. So the child is watched" in shown


def test_shortening_a_watch_asks_why_on_the_page(desk):
    concern = concern_ready_to_watch(desk.where, desk.viewer, now=desk.now)
    adult = factories.person(desk.where)
    said = {"outcome": "kept", "why": "Calm.", "words_back": "Thank you.", "last": "2"}
    said |= {"adult": adult.uid, "question": "How is she?"}
    path = f"/triage/{concern.uid}/close/"
    assert summary_errors(desk.press(path, said)) == ["Say why a shorter time is enough"]
    assert desk.press(path, said | {"why_shorter": "They move."}).status_code == 302


def test_a_task_for_oneself_is_not_offered(desk):
    concern = desk.concern(State.DECIDED)
    assert str(desk.viewer.person.uid) not in page_text(desk.open(f"/chase/ask/{concern.uid}/"))


def test_the_button_that_cannot_gives_it_back(client):
    where = factories.school()
    desk = Desk(client, where, Role.STAFF)
    lead = factories.viewer(where, Role.DSL, now=desk.now)
    concern = factories.concern_at(State.DECIDED, where=where, lead=lead, now=desk.now)
    task = ask_colleague(lead, concern, desk.viewer.person, **on(desk))
    form = {"words": "I am on a trip.", "do": "cannot"}
    assert desk.press(f"/chase/task/{task.uid}/", form).status_code == 302
    assert not TaskAnswer.objects.get().done
    assert "It went back to the person who asked" in page_text(
        desk.open(f"/chase/task/{task.uid}/")
    )
