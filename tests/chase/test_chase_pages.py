"""Tests for the pages on which a next step is done and on which the writer hears back."""

from datetime import timedelta

import pytest

from concerns.models import Step, WordBack
from concerns.rules.clocks import BY_A_NOTE, StepKind
from concerns.rules.education_elsewhere import ELSEWHERE_REVIEW_STEPS
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import acts as submit
from concerns.workflow.leaving import OF_LEAVING
from tests import factories
from tests.deciding import decide_concern
from tests.desk import Desk, count_readings, page_text, summary_errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def decided(desk):
    return desk.concern(State.DECIDED)


@pytest.fixture
def step(decided):
    return decided.steps.get(kind=StepKind.SUPPORT)


def page(step):
    return f"/chase/step/{step.uid}/"


def test_a_step_is_done_by_a_sentence(desk, step, decided):
    answer = desk.press(page(step), {"words": "Lunch with Ms Hill."})
    assert (answer.status_code, answer.url) == (302, f"/triage/{decided.uid}/")
    step.refresh_from_db()
    assert step.done_by == desk.viewer.person


@pytest.mark.parametrize("kind", sorted(BY_A_NOTE))
def test_each_kind_done_by_a_note_asks_its_own_question(desk, step, kind):
    Step.objects.filter(pk=step.pk).update(kind=kind)
    shown = page_text(desk.open(page(step)))
    assert StepKind.label_of_value(kind) in shown
    assert "?</label>" in shown


def test_what_was_added_stands_beside_reading_it(desk):
    writer = factories.viewer(desk.where, now=desk.now)
    concern = desk.concern(State.DECIDED, by=writer)
    submit.add(by=writer, concern=concern, words="He came hungry again.", now=desk.now)
    owed = concern.steps.open().get(kind=StepKind.READ_ADDITION)
    assert "He came hungry again." in page_text(desk.open(page(owed)))


# Those of a task, a watch, a leaver or a child taught elsewhere, which need more rows than a step,
# have tests of their own.
NEED_MORE_ROWS = {StepKind.TASK, StepKind.LOOK_AFTER, *OF_LEAVING, *ELSEWHERE_REVIEW_STEPS.values()}


@pytest.mark.parametrize("kind", sorted(set(StepKind) - BY_A_NOTE - NEED_MORE_ROWS))
def test_every_other_kind_leads_to_where_it_is_done(desk, step, kind):
    Step.objects.filter(pk=step.pk).update(kind=kind)
    answer = desk.open(page(step))
    assert answer.status_code == 302
    assert desk.open(answer.url).status_code == 200


def test_a_referrals_step_leads_to_the_referral(desk):
    concern = desk.concern()
    decide_concern(desk.viewer, concern, Route.POLICE, now=desk.now)
    owed = concern.steps.open().get(kind=StepKind.SEND_REFERRAL)
    assert desk.open(page(owed)).url == f"/refer/{concern.referrals.get().uid}/"


def test_an_empty_sentence_is_asked_for(desk, step):
    answer = desk.press(page(step), {"words": ""})
    assert answer.status_code == 422
    assert summary_errors(answer) == ["Write what was found or done. A sentence is enough."]


def test_a_step_done_already_says_when_and_is_not_done_twice(desk, step):
    desk.press(page(step), {"words": "In place."})
    shown = page_text(desk.open(page(step)))
    assert "This has been done" in shown
    version = Step.objects.get(pk=step.pk).concern.version
    again = desk.client.post(page(step), {"words": "In place.", "version": version})
    assert again.status_code == 422
    assert "has already been done" in summary_errors(again)[0]


def test_another_schools_step_is_no_page(desk):
    other = factories.concern_at(State.DECIDED, where=factories.school())
    owed = other.steps.get(kind=StepKind.SUPPORT)
    assert desk.open(page(owed)).status_code == 404


def test_showing_a_step_is_reading_its_concern(desk, step, decided):
    before = count_readings(decided)
    desk.open(page(step))
    assert count_readings(decided) == before + 1


def telling(concern):
    return f"/chase/tell/{concern.uid}/"


def test_the_reporter_gets_a_word(desk, decided):
    assert desk.press(telling(decided), {"words": "Thank you."}).status_code == 302
    assert WordBack.objects.get(concern=decided).words == "Thank you."
    assert "Thank you." in page_text(desk.open(telling(decided)))


def test_no_word_is_asked_for(desk, decided):
    answer = desk.press(telling(decided), {"words": "  "})
    assert (answer.status_code, len(summary_errors(answer))) == (422, 1)


def test_another_schools_reporter_is_told_nothing(desk):
    other = factories.concern_at(State.DECIDED, where=factories.school())
    answer = desk.client.post(telling(other), {"words": "Thank you.", "version": other.version})
    assert answer.status_code == 404
    assert not WordBack.objects.filter(concern=other).exists()


def test_a_member_of_staff_is_refused_both_pages(client):
    desk = Desk(client, factories.school(), Role.STAFF)
    concern = factories.concern_at(
        State.DECIDED, where=desk.where, now=desk.now - timedelta(hours=1)
    )
    owed = concern.steps.get(kind=StepKind.SUPPORT)
    assert desk.open(page(owed)).status_code == 403
    assert desk.open(telling(concern)).status_code == 403
