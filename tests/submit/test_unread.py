"""Tests that a writer is told on their own pages when nobody read their concern in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories
from tests.desk import page_text

UNREAD = "nobody has said that they have it"


@pytest.fixture
def late(staff, child):
    """About a child who may not be safe at home today: it must be read within half an hour."""
    sent = timezone.now() - timedelta(hours=1)
    return factories.send_concern(staff.viewer, child, going_home="yes", now=sent).concern


def pages(staff, concern):
    return [page_text(staff.open(f"/submit/{page}")) for page in ("", f"mine/{concern.uid}/")]


def test_both_of_the_writers_pages_say_so_in_red_and_lead_to_whom_to_find(staff, late):
    for page in pages(staff, late):
        said = page[page.index('<p class="govuk-body late">It should') :].split("</p>")[0]
        assert UNREAD in said
        assert "Do not wait" in said
        assert f'href="/submit/sent/{late.uid}/"' in said


def test_until_its_time_is_over_nothing_is_said(staff, child):
    fresh = factories.send_concern(
        staff.viewer, child, going_home="yes", now=timezone.now()
    ).concern
    assert not any(UNREAD in page for page in pages(staff, fresh))


def test_once_a_lead_has_it_nothing_is_said(staff, late):
    lead = factories.viewer(staff.where, Role.DSL, now=timezone.now())
    triage.take(by=lead, concern=late, now=lead.now)
    assert not any(UNREAD in page for page in pages(staff, late))
