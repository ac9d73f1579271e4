"""Tests that a writer is asked whom they told by voice, while a child may be in danger."""

import pytest

from concerns.chase import acts as chase
from concerns.models import Concern
from concerns.rules.clocks import StepKind
from concerns.rules.roles import Role
from tests import factories
from tests.desk import page_text

UNSAID = "you have not said who you told in person"


@pytest.fixture
def danger(staff, child):
    staff.send(staff.answers(child, danger="on"))
    return Concern.objects.get()


def pages(staff, concern):
    return [page_text(staff.open(f"/submit/{page}")) for page in ("", f"mine/{concern.uid}/")]


def test_both_of_the_writers_pages_say_so_in_red_with_what_to_do_and_where(staff, danger):
    for page in pages(staff, danger):
        said = page[page.index('<p class="govuk-body late">') :].split("</p>")[0]
        assert f"{danger.reference}, sent " in said
        assert UNSAID in said
        assert 'href="tel:999"' in said
        assert f'href="/submit/sent/{danger.uid}/"' in said


def test_once_they_have_said_whom_the_line_is_gone(staff, danger):
    staff.client.post(f"/submit/told/{danger.uid}/", {"whom": "Lee Lead"})
    assert not any(UNSAID in page for page in pages(staff, danger))


def test_once_a_lead_says_that_they_were_told_the_line_is_gone(staff, danger):
    lead = factories.viewer(staff.where, Role.DSL, now=danger.received_at)
    step = danger.steps.get(kind=StepKind.DANGER_NOW)
    chase.do_step(by=lead, step=step, words="Told me at the gate.", now=lead.now)
    assert not any(UNSAID in page for page in pages(staff, danger))


def test_an_ordinary_concern_of_the_same_writer_says_nothing_of_it(staff, child, danger):
    ordinary = factories.send_concern(staff.viewer, child).concern
    assert UNSAID not in page_text(staff.open(f"/submit/mine/{ordinary.uid}/"))


def test_it_is_said_on_every_page_of_the_list_and_to_nobody_else(staff, child, danger, another):
    last = factories.send_concern(staff.viewer, child).concern
    assert UNSAID in page_text(staff.open(f"/submit/?before={last.uid}"))
    assert UNSAID not in page_text(another().open("/submit/"))
