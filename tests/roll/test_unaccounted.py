"""Tests for a child whom nobody at the school can find: a concern about them, until they are."""

from datetime import timedelta

import pytest
from django.urls import reverse

from concerns.chase import acts as chase
from concerns.leaving.queries import read_leavers
from concerns.models import Child, RollQuestion, Step
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.roll import acts
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import GoingHome, RollAnswer
from concerns.workflow.unaccounted import unaccounted_questions
from tests import factories
from tests.factories import NOW
from tests.leavers import (
    concerns_about,
    open_steps_about,
)
from tests.roll import exports
from tests.roll.test_pages import text

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LATER = NOW + WEEK
LAST_DAY = NOW.date()


def test_not_known_sends_a_concern_whether_or_not_there_is_another(office, missing):
    known, unknown, *_ = missing
    before = factories.send_concern(factories.viewer(office.school), known.child).concern
    for question in (known, unknown):
        office.answer(question, RollAnswer.NOT_KNOWN, LATER)
    sent = [concerns_about(one.child)[-1] for one in (known, unknown)]
    assert before not in sent
    for concern in sent:
        assert concern.reporter == office.viewer.person
        kinds = set(concern.steps.open().values_list("kind", flat=True))
        assert kinds == {StepKind.FIRST_LOOK_NOW, StepKind.MISSING_FROM_ROLL}


def test_it_does_not_say_that_the_office_was_asked_about_going_home(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    assert concerns_about(missing[0].child)[-1].going_home == GoingHome.NOT_ASKED


def test_such_a_concern_is_whole_by_the_daily_check(office, missing):
    factories.viewer(office.school, Role.DSL)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    assert list(find_integrity_breaches(office.school, LATER.date())) == []


def test_it_is_not_sent_twice_while_it_is_open(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    office.bring(exports.roll(20)[4:], LATER + WEEK)
    again = RollQuestion.objects.get(child=missing[0].child, answered_at__isnull=True)
    office.answer(again, RollAnswer.NOT_KNOWN, LATER + WEEK)
    assert len(concerns_about(missing[0].child)) == 1


def test_who_is_in_a_later_file_is_no_longer_unaccounted_for(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    assert [row.child for row in lost] == [missing[0].child]
    office.bring(exports.roll(20), LATER + WEEK)
    assert not lost.all().exists()


def lost_children(office) -> list[Child]:
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    return [row.child for row in lost.order_by("pk")]


def find_child(office, step: Step, now) -> None:
    lead = factories.viewer(office.school, Role.DSL, now=now)
    chase.do_step(by=lead, step=step, words="At her aunt's in Leeds: I rang.", now=now)


def test_whom_a_lead_has_found_is_unaccounted_for_no_longer(office, missing):
    for question in missing[:2]:
        office.answer(question, RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps_about(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, step, LATER + DAY)
    assert lost_children(office) == [missing[1].child]
    assert list(find_integrity_breaches(office.school, (LATER + DAY).date())) == []


def test_who_is_looked_for_because_of_another_concern_too_is_unaccounted_for(office, missing):
    factories.concern_at(State.TAKEN, where=office.school, children=(missing[0].child,))
    office.answer(missing[1], RollAnswer.STILL_HERE, LATER)
    office.bring(exports.roll(20)[4:], LATER)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER + DAY)
    first, second = open_steps_about(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, first, LATER + 2 * DAY)
    assert lost_children(office) == [missing[0].child]
    find_child(office, second, LATER + 3 * DAY)
    assert lost_children(office) == []


def test_who_is_found_and_then_not_known_again_is_unaccounted_for(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps_about(missing[0].child, StepKind.MISSING_FROM_ROLL)
    # The next file asks again before the lead has found the child.
    office.bring(exports.roll(20)[4:], LATER + DAY)
    find_child(office, step, LATER + 2 * DAY)
    again = RollQuestion.objects.get(child=missing[0].child, answered_at__isnull=True)
    office.answer(again, RollAnswer.NOT_KNOWN, LATER + 3 * DAY)
    assert lost_children(office) == [missing[0].child]


def test_the_lead_says_that_a_child_is_found_on_the_page_of_the_step(office, client, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    lead = factories.viewer(office.school, Role.DSL)
    (step,) = open_steps_about(missing[0].child, StepKind.MISSING_FROM_ROLL)
    factories.sign_in(client, lead.person)
    assert reverse("chase_step", args=[step.uid]) in text(client.get(reverse("leaving")))


def test_the_office_reads_that_a_child_is_found_and_not_where(office, desk, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    (step,) = open_steps_about(missing[0].child, StepKind.MISSING_FROM_ROLL)
    find_child(office, step, LATER + DAY)
    found = RollQuestion.objects.get(answer=RollAnswer.FOUND)
    page = text(desk.client.get(reverse("roll_answer", args=[found.uid])))
    assert "A safeguarding lead has found out where the child is" in page
    assert "aunt" not in page


def test_a_file_asked_for_by_a_new_school_finds_nobody(office, missing):
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    office.leave(missing[0].child, None, now=LATER + WEEK)
    lost = unaccounted_questions(RollQuestion.objects.of_school(office.viewer))
    assert [row.child for row in lost] == [missing[0].child]
    office.leave(missing[0].child, LAST_DAY, now=LATER + WEEK)
    assert not lost.all().exists()


def test_what_a_lead_has_recorded_is_not_answered_otherwise_by_the_office(office, missing):
    office.leave(missing[0].child, LAST_DAY)
    with pytest.raises(acts.ActRefused, match="already"):
        office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)


def test_family_is_not_shown_a_child_who_is_unaccounted_for(office, missing):
    lead = factories.viewer(office.school, Role.DSL)
    office.answer(missing[0], RollAnswer.NOT_KNOWN, LATER)
    shown = read_leavers(lead).unaccounted
    assert [row.question.child for row in shown] == [missing[0].child]
    factories.relate_to_child(lead.person, missing[0].child)
    assert read_leavers(lead).unaccounted == []
