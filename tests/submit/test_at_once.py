"""Tests for urgent ticks on the form: a mark on an infant, known genital mutilation."""

from datetime import timedelta

import pytest
from django.http import Http404

from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Addition, Concern
from concerns.refer import acts as refer
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.submit import queries
from concerns.triage import acts as triage
from tests import factories
from tests.deciding import (
    decide_concern,
    further_answers_for,
    open_step_kinds,
    referral_sent_answers,
)
from tests.desk import Desk, page_text, summary_errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def infant(where, **more):
    marks = (factories.body_mark(),)
    return factories.concern_at(State.WAITING, where=where, marks=marks, cannot_move=True, **more)


# A mark on a child who cannot yet move about


def test_it_is_owed_within_half_an_hour_beside_the_first_look(where):
    concern = infant(where)
    assert open_step_kinds(concern) == {StepKind.REFER_NOW, StepKind.FIRST_LOOK_NOW}
    assert concern.steps.get(kind=StepKind.REFER_NOW).due_at == NOW + timedelta(minutes=30)


def test_a_mark_on_a_child_who_moves_about_is_not_urgent(where):
    concern = factories.concern_at(State.WAITING, where=where, marks=(factories.body_mark(),))
    assert StepKind.REFER_NOW not in open_step_kinds(concern)


def test_the_writer_reads_the_mark_on_their_own_page(where):
    writer = factories.viewer(where, Role.STAFF)
    sent = factories.send_concern(writer, factories.child(where), marks=(factories.body_mark(),))
    said = dict(queries.read_own_concern(writer, sent.concern.uid).said)
    assert said["Marks"] == "Ear, left, 1.5 cm: round, red"


@pytest.mark.parametrize("route", [Route.NO_FURTHER, Route.KEEP, Route.WATCH, Route.PARENTS])
def test_nothing_is_decided_without_social_care(where, lead, route):
    concern = infant(where)
    with pytest.raises(ActRefused, match="cannot yet move about"):
        decide_concern(lead, concern, route, **further_answers_for(where, route))
    assert StepKind.REFER_NOW in open_step_kinds(concern)


def test_deciding_to_refer_does_not_end_it_but_sending_does(where, lead):
    concern = infant(where)
    decide_concern(lead, concern, Route.SOCIAL_CARE)
    assert StepKind.REFER_NOW in open_step_kinds(concern)
    said = {"agency": "Front door", "spoken_to": "Duty worker", "method": "telephone"}
    referral = concern.referrals.get()
    refer.send(by=lead, referral=referral, happened_at=LATER, now=LATER, **said)
    assert StepKind.REFER_NOW not in open_step_kinds(concern)


def test_what_was_sent_before_it_was_written_down_ends_it_too(where, lead):
    concern = infant(where)
    decide_concern(
        lead, concern, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    assert StepKind.REFER_NOW not in open_step_kinds(concern)


def test_sending_to_the_police_does_not_end_it(where, lead):
    concern = infant(where)
    routes = (Route.SOCIAL_CARE, Route.POLICE)
    decide_concern(lead, concern, *routes, sent={Route.POLICE: referral_sent_answers()})
    assert StepKind.REFER_NOW in open_step_kinds(concern)


def test_once_it_was_referred_any_decision_may_be_made(where, lead):
    concern = infant(where)
    decide_concern(
        lead, concern, Route.SOCIAL_CARE, sent={Route.SOCIAL_CARE: referral_sent_answers()}
    )
    assert decide_concern(lead, concern, Route.PARENTS, now=LATER + timedelta(hours=1))


def test_who_takes_it_holds_it(where, lead):
    concern = infant(where)
    triage.take(by=lead, concern=concern, now=LATER)
    assert concern.steps.get(kind=StepKind.REFER_NOW).holder == lead.person


def test_the_page_offers_nothing_that_puts_it_off(client, where):
    desk = Desk(client, where)
    concern = desk.concern(State.TAKEN, marks=(factories.body_mark(),), cannot_move=True)
    page = page_text(desk.open(f"/triage/{concern.uid}/decide/"))
    assert "Ring children's social care now" in page
    offered = [route for route in Route if f'name="routes" value="{route}"' in page]
    assert set(Route) - set(offered) == {Route.NO_FURTHER, Route.KEEP, Route.WATCH}


# Genital mutilation that is known of


def known(where, writer, lead=None, state=State.WAITING, **more):
    said = {"fgm_known": True, "categories": ("fgm",), **more}
    return factories.concern_at(state, where=where, by=writer, lead=lead, **said)


def report(by, concern, now=LATER):
    return chase.report_fgm(by=by, concern=concern, words="Rang 101, ref 4.", now=now)


def test_the_report_is_the_writers_own_by_the_next_working_day(where, writer):
    step = known(where, writer).steps.get(kind=StepKind.REPORT_FGM)
    assert step.holder == writer.person
    assert step.due_at.date() == (NOW + timedelta(days=1)).date()


def test_a_suspicion_takes_the_usual_way(where, writer):
    concern = known(where, writer, fgm_known=False)
    assert open_step_kinds(concern) == {StepKind.FIRST_LOOK}


def test_it_stays_the_writers_whoever_takes_or_decides(where, writer, lead):
    concern = known(where, writer, lead, State.DECIDED)
    deputy = factories.person(where, Role.DEPUTY)
    triage.hand(by=lead, concern=concern, to=deputy, note="Yours.", now=LATER)
    assert concern.steps.get(kind=StepKind.REPORT_FGM).holder == writer.person


def test_the_writer_says_that_it_is_done(where, writer):
    concern = known(where, writer)
    report(writer, concern)
    assert StepKind.REPORT_FGM not in open_step_kinds(concern)
    assert Addition.objects.get(concern=concern).words == "Rang 101, ref 4."


def test_nobody_else_may_say_that_the_report_is_done(where, writer, lead):
    concern = known(where, writer)
    with pytest.raises(Http404):
        report(lead, concern)
    assert StepKind.REPORT_FGM in open_step_kinds(concern)


def test_the_report_is_said_to_be_done_only_once(where, writer):
    concern = known(where, writer)
    report(writer, concern)
    with pytest.raises(ActRefused, match="already been recorded"):
        report(writer, Concern.objects.get(pk=concern.pk))


def test_the_lead_cannot_close_it_while_it_is_open(where, writer, lead):
    concern = known(where, writer, lead, State.DECIDED)
    ended = {"outcome": "explained", "why": "Done.", "words_back": "Thanks."}
    with pytest.raises(ActRefused, match="Report it to the police yourself"):
        triage.close(by=lead, concern=concern, now=LATER, **ended)


# The pages


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.STAFF)


def test_every_page_of_the_writers_says_that_it_is_theirs(desk, where):
    concern = known(where, desk.viewer, now=desk.now)
    for page in ("/submit/", f"/submit/sent/{concern.uid}/", f"/submit/mine/{concern.uid}/"):
        shown = page_text(desk.open(page))
        assert "Report it to the police yourself, by" in shown, page
        assert f"/chase/reported/{concern.uid}/" in shown, page


def test_the_writer_writes_when_and_how_on_their_own_page(desk, where):
    concern = known(where, desk.viewer, now=desk.now)
    page = f"/chase/reported/{concern.uid}/"
    told = {"told_on_day": desk.today.day, "told_on_month": desk.today.month,
            "told_on_year": desk.today.year, "told_at": "00:00"}  # fmt: skip
    answer = desk.press(page, {"how": "Rang 101", "reference": "W7", **told})
    assert (answer.status_code, answer.url) == (302, f"/submit/mine/{concern.uid}/")
    said = Addition.objects.get(concern=concern).words
    assert said.endswith("Rang 101. Their reference: W7")
    assert "This is recorded." in page_text(desk.open(page))


def test_the_writer_is_asked_how_they_reported_it(desk, where):
    concern = known(where, desk.viewer, now=desk.now)
    answer = desk.press(f"/chase/reported/{concern.uid}/", {})
    assert "Write how you reported it and who you spoke to" in summary_errors(answer)


def test_a_tick_without_what_it_stands_beside_stops_nobody_and_the_reader_is_told(desk, where):
    child = factories.child(where)
    form = {"child": [str(child.uid)], "account": "A bruise.", "going_home": "no", "do": "send"}
    ticks = {"cannot_move": "on", "fgm_known": "on"}
    assert desk.client.post("/submit/write/", form | ticks).status_code == 302
    concern = Concern.objects.get()
    assert {StepKind.FIRST_LOOK_NOW, StepKind.REPORT_FGM} <= open_step_kinds(concern)
    assert [note.split(" Ask")[0] for note in concern.not_read.splitlines()] == [
        "Ticked: “This child cannot yet move about (a baby, or a disability)”, but no mark is "
        "written down.",
        "Ticked: “I know it was done to a girl under 18 (not only a suspicion)”, but not “Female "
        "genital mutilation (FGM)” beside it.",
    ]


def test_the_form_sends_both(desk, where):
    child = factories.child(where)
    form = {"child": [str(child.uid)], "account": "A bruise.", "going_home": "no", "do": "send"}
    ticks = {"cannot_move": "on", "mark-0-place": "ear", "fgm_known": "on", "categories": "fgm"}
    desk.client.post("/submit/write/", form | ticks)
    assert {StepKind.REFER_NOW, StepKind.REPORT_FGM} <= open_step_kinds(Concern.objects.get())
