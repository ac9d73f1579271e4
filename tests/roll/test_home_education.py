"""Tests for what the office's answer that a child is educated at home sends, and to whom."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from concerns.models import Concern, LedgerLine, Status
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.leaving import HomeEducationConsent, LeavingReason
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import GoingHome, RollAnswer
from tests import factories, homes
from tests.factories import NOW
from tests.leavers import (
    check_home,
    concerns_about,
    filled_in,
    open_steps_about,
    without_form_keys,
)
from tests.roll.test_pages import text

WEEK = timedelta(days=7)
LATER = NOW + WEEK
LAST_DAY = NOW.date()


PROTECTED = ({"kind": "section_47"}, {"kind": "plan", "category": "neglect"})


@pytest.mark.parametrize("status", PROTECTED)
def test_home_education_of_a_protected_child_is_held_open(office, missing, status):
    child = missing[0].child
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(child,))
    homes.add_status(lead, child, **status)
    reason = LeavingReason.HOME_EDUCATION
    office.answer(missing[0], RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    assert len(open_steps_about(child, StepKind.HOME_EDUCATION)) == 1
    assert not open_steps_about(child, StepKind.SEND_FILE)


def test_enquiries_that_have_ended_hold_nothing_open(office, missing):
    child = missing[0].child
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(child,))
    status = homes.add_status(lead, child, "section_47")
    Status.objects.filter(pk=status.pk).update(ended_at=NOW, ended_by=lead.person, over_at=NOW)
    reason = LeavingReason.HOME_EDUCATION
    office.answer(missing[0], RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    assert not open_steps_about(child, StepKind.HOME_EDUCATION)


def educate_at_home(office, question, status=None) -> Concern:
    """The office answers that a pupil is educated at home. Returns the concern that this sends."""
    if status:
        homes.add_status(factories.viewer(office.school, Role.DSL), question.child, status)
    before = [one.pk for one in concerns_about(question.child)]
    reason = LeavingReason.HOME_EDUCATION
    office.answer(question, RollAnswer.LEFT, LATER, reason=reason, left_on=LAST_DAY)
    (sent,) = [one for one in concerns_about(question.child) if one.pk not in before]
    return sent


@pytest.mark.parametrize("status", [None, "section_47"])
def test_home_education_sends_a_concern_in_the_name_of_whoever_answers(office, missing, status):
    sent = educate_at_home(office, missing[0], status)
    assert (sent.reporter, sent.state) == (office.viewer.person, State.WAITING)
    assert sent.account == (
        "This child is to be educated at home. The last day at this school was 3 November 2026."
    )


def test_it_does_not_say_that_whoever_answers_was_asked_about_going_home(office, missing):
    sent = educate_at_home(office, missing[0])
    assert sent.going_home == GoingHome.NOT_ASKED
    line = LedgerLine.objects.get(kind=Kind.SUBMITTED, concern=sent.uid)
    assert json.loads(line.body)["fields"] == ["account"]


def test_a_protected_child_of_whom_nobody_wrote_is_held_by_the_lead(office, missing):
    sent = educate_at_home(office, missing[0], "section_47")
    owed = sent.steps.open().order_by("kind")
    assert [(step.kind, step.holder_role) for step in owed] == [
        (StepKind.FIRST_LOOK, Role.DSL),
        (StepKind.HOME_EDUCATION, Role.DSL),
    ]
    assert list(find_integrity_breaches(office.school, LATER.date())) == []


def test_home_education_of_another_child_asks_no_answer_of_the_authority(office, missing):
    sent = educate_at_home(office, missing[0])
    assert [step.kind for step in sent.steps.open()] == [StepKind.FIRST_LOOK]


def test_of_a_child_of_whom_somebody_wrote_the_office_sends_a_concern_too(office, missing):
    writer = factories.viewer(office.school)
    before = factories.send_concern(writer, missing[0].child).concern
    assert educate_at_home(office, missing[0]) != before


def test_whoever_answers_reads_the_same_of_what_they_sent_for_any_child(office, desk, missing):
    pages = []
    for question, status in ((missing[0], "section_47"), (missing[1], None)):
        sent = educate_at_home(office, question, status)
        for name in ("submit_sent", "submit_mine"):
            page = without_form_keys(text(desk.client.get(reverse(name, args=[sent.uid]))))
            page = page.replace(question.child.name, "A pupil").replace(sent.reference, "REF")
            receipt_codes_and_addresses = r"[A-Z0-9]{4}( [A-Z0-9]{4}){3}|[0-9a-f-]{36}"
            pages.append(re.sub(receipt_codes_and_addresses, "", page))
    assert pages[:2] == pages[2:]


def test_whoever_answers_is_told_before_that_a_concern_goes_out_in_their_name(desk, missing):
    page = text(desk.client.get(reverse("roll_answer", args=[missing[0].uid])))
    # Of home education, and of a child whom nobody can find.
    assert page.count("a concern in your name") == 2


def test_the_office_reads_that_a_refused_child_is_on_the_roll_and_not_why(office, desk, missing):
    child = missing[0].child
    educate_at_home(office, missing[0], "section_47")
    lead = factories.viewer(office.school, Role.DSL, now=LATER + WEEK)
    check_home(lead, child, HomeEducationConsent.REFUSED, now=LATER + WEEK)
    asked = reverse("roll_pupil", args=[child.uid]), reverse("roll_answer", args=[missing[0].uid])
    for address in (*asked, reverse("roll"), reverse("roll_pupils")):
        page = text(desk.client.get(address))
        for telling in (lead.person.name, "refuse", "section 47", "Section 47", "authority"):
            assert telling not in page


def test_the_office_reads_the_same_after_home_education_of_any_child(office, desk, missing):
    protected, other, *_ = missing
    lead = factories.viewer(office.school, Role.DSL)
    factories.concern_at(State.TAKEN, where=office.school, lead=lead, children=(protected.child,))
    homes.add_status(lead, protected.child, "section_47")
    pages = []
    for question in (protected, other):
        typed = filled_in((question, "home_education", ""))
        desk.client.post(reverse("roll_missing"), typed)
        question.refresh_from_db()
        own = text(desk.client.get(reverse("roll_answer", args=[question.uid])))
        pages.append(without_form_keys(own).replace(question.child.name, "A pupil"))
    assert pages[0] == pages[1]
