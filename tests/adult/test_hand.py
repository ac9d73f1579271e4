"""Tests for handing a concern about an adult to the other reader, as posts are today."""

import pytest

from concerns.models import Person, Viewer
from concerns.rules.roles import Role
from tests import adults, factories
from tests.adult.test_away import away
from tests.desk import Desk, page_text


@pytest.fixture
def desk(client, where):
    return Desk(client, where, Role.HEAD, name="Hedda Head")


@pytest.fixture
def concern(desk, dan, writer):
    return adults.send_adult_concern(writer, dan, desk.now)


def hand_page(desk, concern) -> str:
    return page_text(desk.open(f"/adult/{concern.uid}/hand/"))


def away_today(who: Viewer, desk) -> None:
    away(who, since=desk.today, until=desk.today)


def test_it_says_who_would_have_it(desk, concern, chair):
    page = hand_page(desk, concern)
    assert "<strong>Cho Chair</strong>, Chair of governors" in page
    assert "You no longer see it" in page


def test_the_page_of_the_concern_promises_nobody(desk, concern, chair):
    page = page_text(desk.open(f"/adult/{concern.uid}/"))
    assert ">Hand it on<" in page
    assert "Hand it to" not in page


def test_while_the_chair_is_away_it_says_that_nobody_may_have_it_and_asks_for_no_note(
    desk, concern, chair
):
    away_today(chair, desk)
    page = hand_page(desk, concern)
    assert "Cho Chair" not in page
    assert "Nobody else in post here today may read it" in page
    assert 'name="note"' not in page


def test_who_is_shut_out_is_not_named(desk, writer, chair):
    concern = adults.send_adult_concern(writer, None, desk.now, shut_out=(chair.person,))
    assert "Cho Chair" not in hand_page(desk, concern)


def test_a_chair_who_has_it_while_the_head_is_away_is_told_that_it_stays_with_them(
    client, where, head, writer, dan
):
    desk = Desk(client, where, Role.CHAIR, name="Cho Chair")
    concern = adults.send_adult_concern(writer, dan, desk.now)
    away_today(factories.viewer(where, who=Person.objects.get(name="Hedda Head")), desk)
    page = hand_page(desk, concern)
    assert "You no longer see it" not in page
    assert "stays yours" in page
