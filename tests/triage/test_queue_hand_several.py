"""Tests for handing several concerns to one colleague at once."""

import pytest

from concerns.models import Exclusion, Handing, LedgerLine, Notice
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy(where):
    return factories.person(where, Role.DEPUTY, name="Tom Fairley")


@pytest.fixture
def client(client, lead):
    return factories.sign_in(client, lead.person)


def tick(client, *concerns):
    return client.get("/triage/hand/", {"concern": [str(one.uid) for one in concerns]})


def hand(client, to, *concerns, note="I am on a course from noon.", **more):
    ticked = [f"{one.uid}.{one.version}" for one in concerns]
    return client.post(
        "/triage/hand/", {"concern": ticked, "to": str(to.uid), "note": note, **more}
    )


def take(where, lead, number=1, **more):
    return [
        factories.concern_at(State.TAKEN, where=where, lead=lead, **more) for _ in range(number)
    ]


def test_the_queue_has_a_box_to_tick_beside_each_open_concern(client, where, lead):
    (concern,) = take(where, lead)
    closed = factories.concern_at(State.CLOSED, where=where, lead=lead)
    box = '<input type="checkbox" name="concern" value="{}"'
    assert box.format(concern.uid) in client.get("/triage/").content.decode()
    assert box.format(closed.uid) not in client.get("/triage/?state=closed").content.decode()


def test_those_ticked_are_shown_and_reading_them_is_recorded(client, where, lead, deputy):
    one, other, _ = take(where, lead, 3)
    shown = page_text(tick(client, one, other))
    assert one.reference in shown
    assert other.reference in shown
    line = LedgerLine.objects.filter(kind=Kind.LISTED).latest("id")
    assert str(one.uid) in line.body


def test_each_is_handed_over_with_the_note_and_the_queue_says_so(client, where, lead, deputy):
    each = take(where, lead, 3)
    answer = hand(client, deputy, *each[:2])
    assert "2 handed to Tom Fairley" in page_text(client.get(answer["Location"]))
    assert {row.concern for row in Handing.objects.all()} == set(each[:2])
    assert {row.words for row in Handing.objects.all()} == {"I am on a course from noon."}
    assert Notice.objects.filter(person=deputy).exists()
    each[2].refresh_from_db()
    assert each[2].holder == lead.person


def test_what_may_not_be_handed_is_said_and_the_rest_is_done(client, where, lead, deputy):
    hidden, moved, closed, fine = take(where, lead, 4)
    Exclusion.objects.create(
        school=where, concern=hidden, person=deputy, by=lead.person, at=lead.now
    )
    closed = factories.concern_at(State.CLOSED, where=where, lead=lead)
    moved.version -= 1
    answer = hand(client, deputy, hidden, moved, closed, fine)
    shown = page_text(answer)
    assert answer.status_code == 422
    assert "1 handed on." in shown
    assert f"{hidden.reference}: That colleague may not decide on this concern" in shown
    assert f"{moved.reference}: {lead.person.name} did something on it" in shown
    assert f"{closed.reference}: This concern is closed" in shown
    assert fine.reference not in shown
    assert [row.concern for row in Handing.objects.all()] == [fine]


def test_the_note_and_the_colleague_are_asked_for(client, where, lead, deputy):
    (concern,) = take(where, lead)
    answer = hand(client, deputy, concern, note="")
    assert answer.status_code == 422
    assert "Write them a note" in page_text(answer)
    assert concern.reference in page_text(answer)
    assert not Handing.objects.exists()


def test_what_one_may_not_see_is_not_named(client, where, lead, deputy):
    elsewhere = factories.concern_at(State.WAITING, where=factories.school())
    for answer in (tick(client, elsewhere), hand(client, deputy, elsewhere)):
        assert elsewhere.reference not in page_text(answer)
    assert not Handing.objects.exists()


@pytest.mark.parametrize("query", ["", "?concern=x&concern="])
def test_nothing_ticked_leads_back_to_the_queue(client, deputy, query):
    assert "Tick the concerns in the queue first" in page_text(client.get(f"/triage/hand/{query}"))


def test_another_persons_handing_is_not_said_to_be_ones_own(client, where, lead, deputy):
    (concern,) = take(where, lead)
    hand(client, deputy, concern)
    (handing,) = Handing.objects.all()
    other = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    assert "handed to" not in page_text(other.get(f"/triage/?handed={handing.uid}"))
