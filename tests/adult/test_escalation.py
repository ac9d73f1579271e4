"""Tests that an adult concern its reader leaves comes to the other reader, without its words."""

from datetime import timedelta

import pytest

from concerns.adult import acts as adult
from concerns.doors.act import ActRefused
from concerns.models import AdultConcern, LedgerLine, Viewer
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.workflow.adult_escalation import list_escalated_to
from tests import adults, factories
from tests.counting import list_statements
from tests.desk import Desk, page_text
from tests.factories import NOW

# An urgent first look is due within half an hour, and escalated every quarter of an hour after.
LATE = timedelta(minutes=44)
COME = timedelta(minutes=45)


def at(who: Viewer, later: timedelta) -> Viewer:
    return Viewer(who.person, who.school, who.roles, NOW + later)


def come(who: Viewer, later: timedelta = COME) -> list[str]:
    return [one.reference for one in list_escalated_to(at(who, later))]


@pytest.fixture
def concern(writer, dan, head, chair):
    return adults.send_adult_concern(writer, dan, sort="harm")


def test_it_comes_to_the_other_at_the_second_push_and_not_before(concern, head, chair):
    assert come(chair, LATE) == []
    assert come(chair) == [concern.reference]
    assert come(head) == []
    assert not AdultConcern.objects.visible_to(at(chair, COME)).exists()


def test_once_its_reader_has_acted_it_has_come_to_nobody(concern, head, chair):
    adult.take(by=head, concern=concern, now=NOW)
    assert come(chair) == []


def test_it_comes_to_nobody_who_is_not_a_reader(concern, lead, writer, dan):
    assert [come(who) for who in (lead, writer)] == [[], []]


@pytest.mark.parametrize("whom", ["subject", "shut out"])
def test_it_never_comes_to_its_subject_nor_to_the_shut_out(writer, head, chair, dan, whom):
    who = {"shut_out": (chair.person,)} if whom == "shut out" else {}
    adults.send_adult_concern(writer, dan if who else chair.person, **who)
    assert come(chair, timedelta(days=30)) == []
    adults.send_adult_concern(writer, head.person)
    assert come(head, timedelta(days=30)) == []


def test_taken_over_it_is_theirs_alone_and_says_why(concern, head, chair):
    late = at(chair, COME)
    adult.take_over(by=late, uid=concern.uid, why="She does not answer.", now=late.now)
    concern = adults.reload_adult_concern(concern)
    assert (concern.goes_to, concern.holder) == (Role.CHAIR, None)
    assert AdultConcern.objects.visible_to(late).exists()
    assert not AdultConcern.objects.visible_to(head).exists()
    assert concern.entries.get().words == "She does not answer."
    assert LedgerLine.objects.get(kind=Kind.HANDED).concern == concern.uid


def test_what_has_not_come_is_not_taken_over(concern, chair):
    with pytest.raises(ActRefused, match="Somebody has acted"):
        adult.take_over(by=at(chair, LATE), uid=concern.uid, why="Mine.", now=NOW)
    assert adults.reload_adult_concern(concern).goes_to == Role.HEAD


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.CHAIR, name="Cho Chair")


@pytest.fixture
def lying(desk, where, head, dan):
    writer = factories.viewer(where, now=desk.now)
    return adults.send_adult_concern(writer, dan, desk.now, sort="harm")


def test_by_the_page_nothing_is_seen_of_it_until_it_is_taken_over(desk, lying):
    shown = page_text(desk.open("/adult/"))
    for said in (lying.reference, "went to the headteacher", "late"):
        assert said in shown
    over = f"/adult/{lying.uid}/over/"
    for page in (shown, page_text(desk.open(over))):
        assert adults.ACCOUNT not in page
        assert "Dan Dubious" not in page
    assert desk.press(over, {}).status_code == 422
    answer = desk.press(over, {"why": "She does not answer."})
    assert answer["Location"] == f"/adult/{lying.uid}/"
    assert adults.ACCOUNT in page_text(desk.open(answer["Location"]))
    assert desk.client.post(over, {"why": "Again."})["Location"] == answer["Location"]


def test_what_came_costs_the_same_however_much_it_is(desk, lying, where, dan):
    desk.open("/adult/")
    few = len(list_statements(lambda: desk.open("/adult/")))
    for _ in range(5):
        adults.send_adult_concern(factories.viewer(where, now=desk.now), dan, desk.now, sort="harm")
    assert len(list_statements(lambda: desk.open("/adult/"))) == few
