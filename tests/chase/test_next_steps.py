"""Tests for the page of next steps: one's own and everyone's, late first, each with its link."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from concerns.chase import acts as chase
from concerns.chase import queries, views
from concerns.models import Cover, Exclusion, LedgerLine, Step
from concerns.people import acts as people
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.due_groups import DueGroup
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.conftest import SecureClient
from tests.counting import list_statements, render_view
from tests.factories import NOW

pytestmark = pytest.mark.django_db
EVERYONE = {"whose": "all"}


def steps(viewer, **asked) -> list[Step]:
    return [row.step for row in queries.read_next_steps(viewer, asked).rows]


def kinds(viewer, **asked) -> set[str]:
    return {step.kind for step in steps(viewer, **asked)}


def test_what_a_post_owes_is_its_holders(where, lead):
    factories.concern_at(State.WAITING, where=where)
    assert kinds(lead) == {StepKind.FIRST_LOOK}
    assert kinds(factories.viewer(where, Role.DEPUTY)) == set()


def test_what_is_owed_by_name_is_that_persons_alone(where, lead):
    deputy = factories.viewer(where, Role.DEPUTY)
    factories.concern_at(State.TAKEN, where=where, lead=deputy)
    assert kinds(deputy) == {StepKind.DECIDE}
    assert kinds(lead) == set()
    assert kinds(lead, **EVERYONE) == {StepKind.DECIDE}


def test_what_is_done_is_not_there(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    assert StepKind.FIRST_LOOK not in kinds(lead)
    assert [step.concern for step in steps(lead)] == [concern]


def test_what_has_waited_longest_past_its_time_comes_first(where, lead):
    for minutes in (10, 300, 120):
        factories.concern_at(State.WAITING, where=where, now=NOW - timedelta(minutes=minutes))
    found = steps(lead)
    assert [step.due_at for step in found] == sorted(step.due_at for step in found)


def test_what_is_late_stands_by_how_pressing_it_is_and_then_by_when_it_was_due(where, lead):
    # A reply was due first, then a first look; last the look at a child somebody feared to send
    # home. What is due only later stands behind them all.
    replied = factories.concern_at(State.DECIDED, where=where, lead=lead)
    now = NOW + timedelta(days=14)
    for hours, more in ((50, {}), (49, {"going_home": "yes"}), (48, {}), (1, {})):
        factories.concern_at(State.WAITING, where=where, now=now - timedelta(hours=hours), **more)
    found = steps(replace(lead, now=now))
    looks = [StepKind.FIRST_LOOK_NOW, StepKind.FIRST_LOOK, StepKind.FIRST_LOOK]
    decided = [StepKind.SUPPORT, StepKind.TELL_REPORTER]
    assert [step.kind for step in found] == [*looks, *decided, StepKind.FIRST_LOOK]
    assert [step.concern for step in found[3:5]] == [replied, replied]
    assert found[1].due_at < found[2].due_at


def test_next_steps_stand_under_late_today_this_week_and_later(where, lead):
    # Written on the Tuesday: due that day, on the Thursday, and after five school days.
    factories.concern_at(State.WAITING, where=where, now=NOW)
    factories.concern_at(State.TAKEN, where=where, lead=lead, now=NOW)
    factories.concern_at(State.DECIDED, where=where, lead=lead, now=NOW)
    due = {
        group.name: {row.step.kind for row in rows}
        for group, rows in queries.read_next_steps(lead, {}).groups
    }
    support = {StepKind.SUPPORT, StepKind.TELL_REPORTER}
    decide, look = {StepKind.DECIDE}, {StepKind.FIRST_LOOK}
    assert due == {"TODAY": look, "THIS_WEEK": decide, "LATER": support}
    evening = replace(lead, now=NOW + timedelta(hours=3))
    groups = [group for group, _ in queries.read_next_steps(evening, {}).groups]
    assert groups == [DueGroup.LATE, DueGroup.THIS_WEEK, DueGroup.LATER]
    page = render_view(views.home, evening)
    assert re.findall(r"caption--s\">([^<]*)<", page) == list(groups)


def test_each_is_counted_with_what_is_late_of_it(where):
    for minutes in (0, 24 * 60):
        factories.concern_at(State.WAITING, where=where, now=NOW - timedelta(minutes=minutes))
    later = factories.viewer(where, Role.DEPUTY, now=NOW + timedelta(minutes=1))
    assert queries.read_next_steps(later, {}).counts[1] == ("all", 2, 1)


def test_nobody_is_shown_the_steps_of_what_they_may_not_see(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    Exclusion.objects.create(
        school=where, concern=concern, person=lead.person, by=concern.reporter, at=NOW
    )
    assert queries.read_next_steps(lead, EVERYONE).counts == (("mine", 0, 0), ("all", 0, 0))
    assert steps(lead, **EVERYONE) == []


def test_the_look_is_recorded_with_the_concerns_it_names(where, lead):
    concern = factories.concern_at(State.WAITING, where=where)
    queries.read_next_steps(lead, {})
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("pk")
    assert json.loads(line.body)["shown"] == [str(concern.uid)]


def test_a_page_begins_behind_the_last_step_of_the_one_before(where, lead, monkeypatch):
    monkeypatch.setattr(queries, "A_PAGE", 2)
    for hours in (30, 30, 29, 1, 1):
        going_home = "yes" if hours == 29 else "no"
        now = NOW - timedelta(hours=hours)
        factories.concern_at(State.WAITING, where=where, now=now, going_home=going_home)
    found = []
    after = ""
    for _ in range(3):
        page = queries.read_next_steps(lead, {"after": str(after)})
        found += [row.step.pk for row in page.rows]
        after = page.more
    assert after is None
    assert len(set(found)) == len(found) == 5
    monkeypatch.setattr(queries, "A_PAGE", 5)
    assert found == [step.pk for step in steps(lead)]


def test_a_place_that_is_none_gives_the_beginning(where, lead):
    factories.concern_at(State.WAITING, where=where)
    page = queries.read_next_steps(lead, {"after": "x"})
    assert (len(page.rows), page.later) == (1, False)


def window(where, *roles):
    return factories.sign_in(SecureClient(), factories.person(where, *roles))


def test_every_step_leads_to_where_it_is_done(where, lead):
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    routes = (Route.SOCIAL_CARE, Route.PARENTS, Route.SCHOOL_SUPPORT)
    triage.decide(
        by=lead, concern=concern, decided=factories.decision_answers(concern, *routes), now=NOW
    )
    factories.concern_at(State.WAITING, where=where)
    browser = window(where, Role.DSL)
    page = browser.get("/chase/", EVERYONE).content.decode()
    rows = re.findall(r'<th scope="row".*?href="([^"]+)"', page, re.DOTALL)
    assert len(rows) == Step.objects.open().count()
    assert {browser.get(to).status_code for to in rows} == {200}


SAID = {"spoken_to": "Duty worker", "happened_at": NOW, "now": NOW}


@pytest.fixture
def sent(where, lead):
    """A referral that social care has and has not answered."""
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    decided = factories.decision_answers(concern, Route.SOCIAL_CARE)
    triage.decide(by=lead, concern=concern, decided=decided, now=NOW)
    referral = concern.referrals.get()
    refer.send(by=lead, referral=referral, agency="Front door", method="telephone", **SAID)
    return referral


def test_a_referrals_step_says_to_whom_it_goes(sent, lead):
    words = {row.words for row in queries.read_next_steps(lead, {}).rows}
    assert "Get social care's answer (refer to children's social care)" in words


def test_a_referrals_step_says_how_often_it_was_chased(where, sent, lead):
    client = window(where, Role.DSL)
    client.get("/chase/", EVERYONE)
    before = len(list_statements(lambda: client.get("/chase/", EVERYONE)))
    for minutes in (12, 9):
        refer.chase(by=lead, referral=sent, telephone="01632 960001", minutes=minutes, **SAID)
    asked = list_statements(lambda: client.get("/chase/", EVERYONE))
    assert len(asked) == before
    assert "Chased twice, 21 minutes waiting" in client.get("/chase/", EVERYONE).content.decode()


def test_a_task_of_somebody_away_is_with_who_asked_for_it(where, lead):
    colleague = factories.person(where, Role.DEPUTY)
    concern = factories.concern_at(State.TAKEN, where=where, lead=lead)
    asked = {"to": colleague, "words": "Please watch lunch.", "on": lead.todays_date}
    chase.ask(by=lead, concern=concern, **asked, now=NOW)
    assert StepKind.TASK not in kinds(lead)
    office = factories.viewer(where, Role.OFFICE)
    away = {"person": colleague, "since": lead.todays_date, "until": lead.todays_date}
    people.say_cover(by=office, cover=Cover(kind=CoverKind.LEAVE, **away), now=NOW)
    assert StepKind.TASK in kinds(lead)


def test_nothing_to_do_says_what_that_means(where):
    browser = window(where, Role.DSL)
    assert "You have nothing to do now." in browser.get("/chase/").content.decode()
    assert "Nobody has anything to do" in browser.get("/chase/", EVERYONE).content.decode()


def test_the_page_says_what_is_late_in_words(where):
    long_ago = datetime.now(UTC) - timedelta(days=30)
    factories.concern_at(State.WAITING, where=where, now=long_ago)
    page = window(where, Role.DSL).get("/chase/").content.decode()
    assert re.search(r'<span class="late">[^<]* late</span>', page)


def test_the_page_asks_the_same_of_the_database_whatever_the_steps(where):
    browser = window(where, Role.DSL)
    factories.concern_at(State.WAITING, where=where)
    browser.get("/chase/", EVERYONE)
    one = len(list_statements(lambda: browser.get("/chase/", EVERYONE)))
    for _ in range(6):
        factories.concern_at(State.DECIDED, where=where)
    assert len(list_statements(lambda: browser.get("/chase/", EVERYONE))) == one <= 15


def test_what_has_come_to_somebody_is_theirs_and_says_who_was_silent(where):
    lead = factories.person(where, Role.DSL)
    deputy = factories.person(where, Role.DEPUTY)
    factories.concern_at(State.WAITING, where=where, going_home="yes")
    later = NOW + timedelta(minutes=30 + 16)
    page = queries.read_next_steps(factories.viewer(where, Role.DEPUTY, who=deputy, now=later), {})
    assert page.counts == (("mine", 1, 1), ("all", 1, 1))
    assert page.rows[0].come.to == deputy
    page = queries.read_next_steps(factories.viewer(where, Role.DSL, who=lead, now=later), {})
    assert page.counts[0] == ("mine", 1, 1)


def test_whoever_stands_in_sees_at_once_what_they_were_told_of(where, lead):
    deputy = factories.viewer(where, Role.DEPUTY)
    held = factories.concern_at(State.TAKEN, where=where, lead=lead)
    new = factories.concern_at(State.WAITING, where=where)
    assert steps(deputy) == []
    office = factories.viewer(where, Role.OFFICE)
    away = {"person": lead.person, "since": lead.todays_date, "until": lead.todays_date}
    people.say_cover(by=office, cover=Cover(kind=CoverKind.LEAVE, **away), now=NOW)
    assert {step.concern for step in steps(deputy)} == {held, new}
