"""Tests for a part-time timetable, education off site and alternative provision, and reviews."""

import re
from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from concerns.doors.act import ActRefused
from concerns.elsewhere import acts, queries
from concerns.models import Concern, Status, Step
from concerns.reading.chronology import ChronologyFilters, read_chronology_page
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.child_file_vocabulary import StatusKind
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories, homes
from tests.desk import summary_errors
from tests.factories import NOW
from tests.homes import SOON
from tests.leavers import DAY, LATER, leave
from tests.roll.test_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(where):
    return factories.child(where)


@pytest.fixture
def opened(where, lead, child):
    return factories.concern_at(State.DECIDED, where=where, lead=lead, children=(child,))


def place(lead, child, kind=StatusKind.ALTERNATIVE, *, now=LATER, **said):
    return homes.record_elsewhere(lead, child, kind, now=now, **said)


def owed(child):
    return Step.objects.open().select_related("status", "concern").get(status__child=child)


def review(lead, child, *, step=None, now=LATER + DAY, **more):
    said = {"seen": "yes", "seen_by": "Jo, there", "attendance": "", "words": "Settled.", **more}
    said = {"next_on": None, "until": None, "why": "", "now_at": "", **said}
    return acts.record_elsewhere_review(by=lead, step=step or owed(child), now=now, **said)


def review_elsewhere(lead) -> None:
    """A child is taught elsewhere, and that was reviewed."""
    child = factories.child(lead.school)
    place(lead, child)
    review(lead, child, next_on=SOON)


def press(client, address, **typed):
    """Fills in the form of the page as it is there, and presses its button."""
    version = re.search(r'name="version" value="(\d+)"', text(client.get(address)))
    return client.post(address, {"version": version[1], **typed})


def test_a_review_stands_on_the_open_concern_and_is_due_on_its_day(lead, child, opened):
    place(lead, child)
    step = owed(child)
    assert (step.kind, step.concern) == (StepKind.REVIEW_ALTERNATIVE, opened)
    assert step.due_at.date() == SOON
    assert step.is_holding_open
    assert not list(find_integrity_breaches(lead.school, NOW.date()))


def test_of_a_child_without_a_concern_one_is_sent(lead, child):
    place(lead, child)
    concern = Concern.objects.get()
    assert set(concern.steps.values_list("kind", flat=True)) == {"first_look", "review_alternative"}
    assert not list(find_integrity_breaches(lead.school, NOW.date()))


def test_a_closed_concern_is_reopened_for_the_review(where, lead, child):
    closed = factories.concern_at(State.CLOSED, where=where, lead=lead, children=(child,))
    place(lead, child)
    closed.refresh_from_db()
    assert closed.state == State.DECIDED


def test_a_status_that_runs_has_one_open_review_until_it_is_ended(lead, child, opened):
    place(lead, child)
    first = owed(child)
    review(lead, child, next_on=SOON)
    assert owed(child).pk != first.pk
    with pytest.raises(ActRefused, match="already been done"):
        review(lead, child, step=first, next_on=SOON)
    Step.objects.filter(pk=owed(child).pk).update(status=None)
    assert any("to review it" in words for words in find_integrity_breaches(lead.school))
    Step.objects.open().filter(kind="review_alternative").update(status=Status.objects.get())
    review(lead, child, why="Back in all lessons", now_at="Here", now=LATER + 2 * DAY)
    assert Status.objects.get().why_ended == "Back in all lessons"
    assert not Step.objects.open().filter(status__isnull=False).exists()
    assert Step.objects.open().filter(concern=opened).exists()
    assert not list(find_integrity_breaches(lead.school, NOW.date()))


def test_a_part_time_timetable_has_an_end_and_does_not_go_on_after_it(lead, child, opened):
    with pytest.raises(ActRefused, match="agreed with the parent"):
        place(lead, child, StatusKind.PART_TIME)
    place(lead, child, StatusKind.PART_TIME, planned_end=SOON)
    after = LATER + 7 * DAY
    lead = factories.viewer(lead.school, Role.DSL, who=lead.person, now=after)
    with pytest.raises(ActRefused, match="has come"):
        review(lead, child, next_on=SOON + timedelta(days=9), now=after)


def test_both_ends_when_the_child_leaves(lead, child, opened):
    place(lead, child)
    leave(lead, child)
    assert Status.objects.get().ended_at
    assert not Step.objects.open().filter(status__isnull=False).exists()


def test_the_chronology_says_what_the_review_found(lead, child, opened):
    place(lead, child, place="Hill Farm")
    review(lead, child, next_on=SOON)
    rows, _ = read_chronology_page(lead, child, ChronologyFilters(), 50)
    said = [f"{row.heading} {row.words}" for row in rows]
    assert any("Alternative provision" in one and "Hill Farm" in one for one in said)
    assert any("Settled." in one for one in said)


def test_by_its_pages(client, lead, child, opened):
    signed_in = client
    factories.sign_in(client, lead.person)
    there = reverse("elsewhere_child", args=[child.uid])
    assert press(signed_in, f"{there}?kind=part_time").status_code == 422
    given = {"place": "Hill Farm", "checks": "not_known"}
    assert press(signed_in, f"{there}?kind=alternative", **given).status_code == 302
    step = owed(child)
    file = reverse("child_file", args=[child.uid])
    assert "Placement: Hill Farm" in text(signed_in.get(file))
    page = reverse("elsewhere_review", args=[step.uid])
    assert press(signed_in, page, seen="no", words="Not seen.").status_code == 422
    no_day = {"next_on_day": "31", "next_on_month": "2", "next_on_year": "2027"}
    answer = press(signed_in, page, seen="no", words="Not seen.", **no_day)
    assert len(summary_errors(answer)) == 1
    given = {"seen": "yes", "words": "Settled.", "why": "Over", "now_at": "Here, full time"}
    assert press(signed_in, page, **given).status_code == 302
    assert "Hill Farm" in text(signed_in.get(file))


def test_who_is_kept_out_of_the_concern_finds_no_review(where, lead, child, opened):
    place(lead, child)
    step = owed(child)
    other = factories.viewer(where, Role.DEPUTY)
    assert queries.get_step_of_review(other, step.uid) == step
    triage.exclude(by=lead, concern=opened, person=other.person, why="Involved.", now=LATER)
    with pytest.raises(Http404):
        queries.get_step_of_review(other, step.uid)
