"""Tests for the page of a decision when others have acted meanwhile or the session has ended."""

import pytest

from concerns.models import Decision, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from tests import factories
from tests.counting import list_statements
from tests.deciding import decide_concern
from tests.desk import FULL, Desk, count_readings, page_text, summary_errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def taken(desk):
    return desk.concern()


def page(concern):
    return f"/triage/{concern.uid}/decide/"


def test_a_page_gone_stale_says_who_what_and_when_and_keeps_what_was_typed(desk, taken):
    carried = desk.carried(page(taken))
    other = factories.viewer(
        desk.where, Role.DEPUTY, who=factories.person(desk.where, Role.DEPUTY, name="Ben Lloyd")
    )
    triage.note(by=other, concern=taken, words="I rang.", now=desk.now)
    answer = desk.client.post(page(taken), carried | FULL)
    assert answer.status_code == 409
    assert "Ben Lloyd did something while this page was open" in page_text(answer)
    assert "Ben Lloyd: Added to a concern" in page_text(answer)
    assert FULL["reason"] in page_text(answer)
    assert not Decision.objects.filter(concern=taken).exists()
    assert desk.client.post(page(taken), carried | FULL).status_code == 409
    again = carried | FULL | {"version": str(int(carried["version"]) + 1)}
    assert f'name="version" value="{again["version"]}"' in page_text(answer)
    assert desk.client.post(page(taken), again).status_code == 302


def test_the_same_press_twice_is_told_and_doubles_nothing(desk, taken):
    form = desk.carried(page(taken)) | FULL
    assert desk.client.post(page(taken), form).status_code == 302
    second = desk.client.post(page(taken), form)
    assert second.status_code == 409
    assert "You have already done something on this concern" in page_text(second)
    assert Decision.objects.filter(concern=taken).count() == 1


def test_a_wrong_form_does_not_make_a_stale_page_fresh(desk, taken):
    carried = desk.carried(page(taken))
    triage.note(by=desk.viewer, concern=taken, words="I rang.", now=desk.now)
    answer = desk.client.post(page(taken), carried | FULL | {"reason": ""})
    assert answer.status_code == 422
    assert f'name="version" value="{carried["version"]}"' in page_text(answer)


@pytest.mark.parametrize("version", ["", "x", "-1", "1" * 40])
def test_a_form_without_its_version_is_taken_for_stale(desk, taken, version):
    assert (
        desk.client.post(page(taken), FULL | desk.seen_now() | {"version": version}).status_code
        == 409
    )


def test_words_of_an_ended_session_come_back_after_signing_in(desk, taken, client):
    form = desk.carried(page(taken)) | FULL
    client.cookies.clear()
    sent_on = client.post(page(taken), form)
    assert sent_on.status_code == 302
    assert "/sign-in/" in sent_on.url
    factories.sign_in(client, desk.viewer.person)
    back = page_text(desk.open(page(taken)))
    assert "What you typed is saved" in back
    assert FULL["reason"] in back
    assert not summary_errors(desk.open(page(taken)))
    assert desk.press(page(taken), FULL).status_code == 302
    assert "What you typed is saved" not in page_text(desk.open(page(taken)))


def test_showing_the_page_is_a_reading_and_so_is_showing_it_again(desk, taken):
    before = count_readings(taken)
    desk.open(page(taken))
    assert count_readings(taken) == before + 1
    desk.client.post(page(taken), {})
    assert count_readings(taken) == before + 2


def test_another_schools_concern_is_no_page(desk):
    other = factories.concern_at(State.TAKEN, where=factories.school())
    assert desk.open(page(other)).status_code == 404
    assert desk.client.post(page(other), FULL).status_code == 404


def test_a_member_of_staff_is_refused_the_page(client):
    desk = Desk(client, factories.school(), Role.STAFF)
    concern = factories.concern_at(State.TAKEN, where=desk.where)
    assert desk.open(page(concern)).status_code == 403
    assert LedgerLine.objects.filter(kind=Kind.REFUSED).count() == 1


def test_the_page_costs_the_same_however_much_was_decided(desk, taken):
    decide_concern(desk.viewer, taken, now=desk.now)
    desk.open(page(taken))
    few = len(list_statements(lambda: desk.open(page(taken))))
    for _ in range(10):
        decide_concern(desk.viewer, taken, now=desk.now)
    assert len(list_statements(lambda: desk.open(page(taken)))) == few
