"""Tests for a school's own clocks: within bounds, dated, in force for what opens from then on."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from concerns.chase import acts
from concerns.doors.act import ActRefused
from concerns.models import ClockSet, LedgerLine, School
from concerns.rules.adult_vocabulary import AdultStepKind
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.counting import list_statements
from tests.desk import Desk, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NOBODY = {"adviser_name": "", "adviser_email": "", "adviser_of": ""}
PRIYA = {
    "adviser_name": "Priya Rao",
    "adviser_email": "priya@council.example",
    "adviser_of": "Westshire Council",
}


def lead_of(where, *roles):
    return factories.viewer(School.objects.get(pk=where.pk), *(roles or (Role.DSL,)))


def set_to(where, by=None, adviser=NOBODY, read=None, **figures):
    by = by or lead_of(where)
    read = by.school.calendar_version if read is None else read
    acts.set_clocks(by=by, figures=figures, adviser=adviser, read=read, now=NOW)
    return School.objects.get(pk=where.pk)


def first_look(where):
    concern = factories.concern_at(State.WAITING, where=where)
    return concern.steps.get(kind=StepKind.FIRST_LOOK).due_at


def test_what_opens_afterwards_is_owed_by_the_schools_own_figure(where):
    where = set_to(where, first_look=30)
    assert first_look(where) == NOW + timedelta(minutes=30)


def test_what_was_open_before_keeps_its_time(where):
    concern = factories.concern_at(State.WAITING, where=where)
    set_to(where, first_look=30)
    assert concern.steps.get().due_at == NOW + timedelta(minutes=120)


def test_another_school_is_as_it_was(where):
    set_to(where, first_look=30)
    assert first_look(factories.school()) == NOW + timedelta(minutes=120)


def test_the_newest_of_several_counts_and_none_is_the_table_again(where):
    where = set_to(where, first_look=30)
    where = set_to(where, first_look=60)
    assert first_look(where) == NOW + timedelta(minutes=60)
    where = set_to(where, first_look=None)
    assert first_look(where) == NOW + timedelta(minutes=120)
    assert list(ClockSet.objects.values_list("amount", flat=True)) == [30, 60, None]


@pytest.mark.parametrize("amount", [0, 241, 100_000])
def test_past_its_bounds_a_clock_is_not_set(where, amount):
    with pytest.raises(ActRefused):
        set_to(where, first_look=amount)
    assert not ClockSet.objects.exists()


@pytest.mark.parametrize("kind", ["hear_back", "watch", "decide_today", "danger_now", "nothing"])
def test_what_no_school_changes_is_not_set(where, kind):
    with pytest.raises(ActRefused):
        set_to(where, **{kind: 1})


def test_a_figure_from_an_older_table_still_keeps_the_promise(where):
    by = lead_of(where).person
    ClockSet.objects.create(school=where, kind="first_look", amount=9999, since=NOW, by=by)
    assert where.own_clock_amounts["first_look"] == 240


def test_a_clock_about_adults_is_set_by_their_readers_alone(where):
    kind = AdultStepKind.DECIDE
    with pytest.raises(ActRefused):
        set_to(where, **{kind: 1})
    assert set_to(where, lead_of(where, Role.HEAD), **{kind: 1}).own_clock_amounts[kind] == 1


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.OFFICE, Role.STAFF, Role.CHAIR])
def test_nobody_but_a_head_or_a_lead_sets_a_clock(where, role):
    with pytest.raises(ActRefused, match="Your post"):
        set_to(where, lead_of(where, role), first_look=30)


def test_two_at_once_do_not_undo_each_other(where):
    read = where.calendar_version
    set_to(where, first_look=30)
    with pytest.raises(ActRefused, match="since you opened this page"):
        set_to(where, read=read, decide=1)


def test_it_is_on_record_by_its_name_and_the_row_never_changes(where):
    set_to(where, first_look=30)
    line = LedgerLine.objects.get(kind=Kind.CLOCKS_SET)
    assert '"first_look"' in line.body
    refused = pytest.raises(DatabaseError, match=r"does not change|permission denied")
    with refused, connection.cursor() as cursor:
        cursor.execute("UPDATE concerns_clockset SET amount = 1")


def test_an_act_pays_nothing_for_the_schools_figures(where):
    where = set_to(where, first_look=30)
    by = factories.viewer(where)
    child = factories.child(where)
    factories.send_concern(by, child)
    asked = list_statements(lambda: factories.send_concern(by, child))
    assert not [one for one in asked if "clockset" in one]


def test_an_adviser_is_kept_and_needs_a_name_and_an_address(where):
    assert set_to(where, adviser=PRIYA).adviser_words == "Priya Rao of Westshire Council"
    with pytest.raises(ActRefused, match="neither"):
        set_to(where, adviser=PRIYA | {"adviser_email": ""})


# The page


@pytest.fixture
def desk(client, where):
    return Desk(client, where)


def form(desk, **more):
    return {"read": School.objects.get(pk=desk.where.pk).calendar_version, **NOBODY, **more}


PAGE = "/chase/clocks/"


def test_the_page_says_the_default_the_limit_and_the_source(desk):
    page = page_text(desk.open(PAGE))
    assert "First look, in school minutes" in page
    assert "Usual: 120 school minutes. At most 240. From practice" in page
    assert "Get social care's answer. 1 working day: Keeping Children Safe" in page
    assert "Nothing: every time is the usual one." in page
    assert "LADO" not in page


def test_a_head_is_asked_about_clocks_for_concerns_about_adults_too(client, where):
    assert "Concerns about adults who work here" in page_text(
        Desk(client, where, Role.HEAD).open(PAGE)
    )


def test_what_is_kept_stands_in_its_box_and_says_who_changed_it(desk):
    assert desk.press(PAGE, form(desk, first_look="45")).status_code == 302
    page = page_text(desk.open(PAGE))
    assert 'name="first_look" value="45"' in page
    assert f"First look: 45 school minutes. {desk.viewer.person.name}" in page


def test_an_error_says_the_bounds(desk):
    answer = desk.press(PAGE, form(desk, first_look="300", decide="soon"))
    assert answer.status_code == 422
    assert summary_errors(answer) == [
        "First look: enter a whole number of school minutes from 1 to 240, or leave it empty",
        "Decide: enter a whole number of school days from 1 to 5, or leave it empty",
    ]


def test_the_page_costs_the_same_however_often_it_was_changed(desk):
    desk.open(PAGE)
    few = len(list_statements(lambda: desk.open(PAGE)))
    for number in range(5):
        desk.press(PAGE, form(desk, first_look=str(30 + number)))
    desk.open(PAGE)
    assert len(list_statements(lambda: desk.open(PAGE))) == few <= 10
