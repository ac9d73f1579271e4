"""Who may never see a concern is one rule, whichever way it is asked."""

import pytest

from concerns.chase import acts as chase
from concerns.models import Concern, Person, Post, Step, Task
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from concerns.workflow.escalation import EscalationLadders
from concerns.workflow.handover import count_open_work
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def concern(where, lead):
    return factories.concern_at(State.TAKEN, where=where, lead=lead)


def name_in_it(lead, concern, person):
    triage.exclude(by=lead, concern=concern, person=person, why="Named in it.", now=NOW)


def relate(lead, concern, person):
    return factories.relate_to_child(person, concern.children.get().child)


def relate_to_who_was_filed_wrongly(lead, concern, person):
    relate(lead, concern, person)
    row = concern.children.get()
    right = factories.child(lead.school)
    triage.refile(by=lead, concern=concern, row=row, to=right, why="It was his cousin.", now=NOW)


def take_the_relation_back(lead, concern, person):
    made = relate(lead, concern, person)
    type(made).objects.filter(pk=made.pk).update(shuts_out=None, ended_by=lead.person, ended_at=NOW)


def relate_to_a_child_nobody_wrote_about(lead, concern, person):
    factories.relate_to_child(person, factories.child(lead.school))


WAYS = {
    name_in_it: True,
    relate: True,
    relate_to_who_was_filed_wrongly: False,
    take_the_relation_back: False,
    relate_to_a_child_nobody_wrote_about: False,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_who_is_kept_out_says_the_same(where, lead, concern, way):
    deputy = factories.viewer(where, Role.DEPUTY)
    person = deputy.person
    later = factories.NOW.date().replace(month=12)
    task = chase.ask(by=lead, concern=concern, to=person, words="Ring.", on=later, now=NOW)
    way(lead, concern, person)
    Step.objects.filter(pk=task.step_id).update(holder=person, holder_role="")
    ladders = EscalationLadders(where, NOW, Step.objects.open().filter(concern=concern))
    answers = {
        "concerns": Concern.objects.visible_to(deputy).exists(),
        "steps": Step.objects.visible_to(deputy).exists(),
        "tasks asked": Task.objects.asked_of(deputy).exists(),
        "tasks": Task.objects.tasks_visible_to(deputy).exists(),
        "people": person in Person.objects.not_excluded_from(concern),
        "posts": Post.objects.filter(person=person).not_excluded_from(concern).exists(),
        "numbers": count_open_work(person, deputy) != (0, 0),
        "ladder": person in ladders.people_on_ladder(concern.steps.open().order_by("pk")[0]),
        "daily check": not list(find_integrity_breaches(where, NOW.date())),
    }
    assert answers == dict.fromkeys(answers, not WAYS[way])
