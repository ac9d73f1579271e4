"""Tests that the children of a whole school are taken out in one file by two people."""

import json
from datetime import timedelta

import pytest
from django.core import mail

from concerns.access import acts
from concerns.doors import clock_round
from concerns.doors.act import ActRefused
from concerns.models import ExportAnswer, ExportRequest, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.whole_export import ALLOWED_FOR, WAITS_FOR
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db

FEW = 10
FILE = "/child/tracker/csv/"
ASKS = "/access/export/"


@pytest.fixture
def where():
    """A school of which more children are tracked than one person may take out."""
    school = factories.school(files_an_hour=FEW, files_a_day=FEW)
    writer = factories.viewer(school)
    for _ in range(FEW + 1):
        factories.send_concern(writer, factories.child(school))
    return school


def comes(school, role):
    return factories.sign_in(SecureClient(), factories.person(school, role))


def ask(client):
    there = client.get(FILE).headers["Location"]
    assert client.post(there, {"words": "The termly review."}).headers["Location"] == there
    return ExportRequest.objects.latest("pk")


def answer(client, asked, word="yes"):
    return client.post(f"{ASKS}{asked.uid}/", {"answer": word})


@pytest.mark.parametrize("address", [FILE, "/child/tracker/print/"])
def test_one_person_alone_takes_out_nothing(where, address):
    answered = comes(where, Role.DSL).get(address)
    assert answered.headers["Location"].startswith(f"{ASKS}?next=")
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()


def test_a_reason_that_is_too_long_is_told_and_not_cut(where):
    client = comes(where, Role.DSL)
    assert "maxlength" not in client.get(ASKS).content.decode()
    answered = client.post(ASKS, {"words": "x" * 501})
    assert answered.status_code == 422
    assert "Write this in 500 characters or fewer" in page_text(answered)
    assert "x" * 501 in page_text(answered)


def test_a_tracker_narrowed_to_fewer_children_needs_nobody_else(where):
    assert comes(where, Role.DSL).get(f"{FILE}?category=neglect").status_code == 200


@pytest.mark.parametrize(
    ("asker", "second"), [(Role.DSL, Role.HEAD), (Role.DEPUTY, Role.HEAD), (Role.HEAD, Role.DSL)]
)
def test_what_one_asks_and_another_allows_is_taken_out(where, asker, second):
    client = comes(where, asker)
    asked = ask(client)
    assert answer(comes(where, second), asked).headers["Location"] == ASKS
    assert "You may take it out now." in page_text(client.get(ASKS))
    whole = client.get(FILE)
    assert whole.status_code == 200
    assert whole.getvalue().decode().count("\n") == FEW + 2
    kinds = [Kind.EXPORT_ASKED, Kind.EXPORT_ANSWERED, Kind.EXPORTED]
    rows = LedgerLine.objects.filter(kind__in=kinds).order_by("pk")
    assert [row.kind for row in rows] == kinds
    assert json.loads(rows[1].body)["reason"] == "allowed"


def test_what_is_refused_is_not_taken_out(where):
    client = comes(where, Role.DSL)
    answer(comes(where, Role.HEAD), ask(client), "no")
    assert client.get(FILE).status_code == 302


def test_what_somebody_else_was_allowed_is_theirs_alone(where):
    answer(comes(where, Role.HEAD), ask(comes(where, Role.DSL)))
    assert comes(where, Role.DEPUTY).get(FILE).status_code == 302


def test_nobody_answers_their_own_request(where):
    client = comes(where, Role.HEAD)
    asked = ask(client)
    refused = answer(client, asked)
    assert refused.status_code == 422
    assert "You asked for this yourself" in page_text(refused)
    assert not ExportAnswer.objects.exists()


def test_of_two_leads_neither_counts_as_the_head(where):
    asked = ask(comes(where, Role.DSL))
    refused = answer(comes(where, Role.DEPUTY), asked)
    assert refused.status_code == 422
    assert "Only the headteacher can answer this." in page_text(refused)


def test_the_head_is_told_that_somebody_asks(where):
    head = factories.person(where, Role.HEAD)
    ask(comes(where, Role.DSL))
    clock_round.run_reminder_round()
    (letter,) = [one for one in mail.outbox if one.to == [head.email]]
    assert "asks to take out the children of the whole school" in letter.body
    assert "termly" not in letter.body


def asks_by_act(school, now=NOW):
    lead = factories.viewer(school, Role.DSL)
    return lead, acts.ask_for_export(by=lead, words="To look.", now=now)


def test_nobody_asks_twice_at_once(where):
    lead, _ = asks_by_act(where)
    with pytest.raises(ActRefused):
        acts.ask_for_export(by=lead, words="Again.", now=NOW)


def test_what_was_allowed_holds_for_a_day(where):
    lead, asked = asks_by_act(where)
    head = factories.viewer(where, Role.HEAD)
    acts.answer_export(by=head, asked=asked, allowed=True, now=NOW)
    rows = ExportRequest.objects.all()
    for later, allowed in [(timedelta(), True), (ALLOWED_FOR, False)]:
        viewer = factories.viewer(where, Role.DSL, who=lead.person, now=NOW + later)
        assert rows.is_allowed_for(viewer) is allowed


def test_a_request_is_answered_once_and_not_after_a_week(where):
    head = factories.viewer(where, Role.HEAD)
    _, asked = asks_by_act(where)
    late = factories.viewer(where, Role.HEAD, who=head.person, now=NOW + WAITS_FOR)
    with pytest.raises(ActRefused):
        acts.answer_export(by=late, asked=asked, allowed=True, now=late.now)
    acts.answer_export(by=head, asked=asked, allowed=False, now=NOW)
    with pytest.raises(ActRefused):
        acts.answer_export(by=head, asked=asked, allowed=True, now=NOW)
