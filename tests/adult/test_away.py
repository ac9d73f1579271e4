"""Tests for a reader on leave: the other reader has the concern meanwhile, never its subject."""

from datetime import timedelta

import pytest

from concerns.adult import acts as adult
from concerns.adult import queries
from concerns.models import AdultConcern, Cover, Viewer
from concerns.models.adult.adult_concern import find_reader_posts
from concerns.people import acts as people
from concerns.rules.cover_kinds import CoverKind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.adult.test_who_sees import seeing
from tests.factories import NOW

TODAY = NOW.date()


def away(who: Viewer, **more) -> Cover:
    said = {"kind": CoverKind.LEAVE, "since": TODAY, "until": TODAY + timedelta(days=14), **more}
    office = factories.viewer(who.school, Role.OFFICE)
    return people.say_cover(by=office, cover=Cover(person=who.person, **said), now=NOW)


def reads(concern) -> set[str]:
    return {post.person.name for post in find_reader_posts(concern, TODAY)}


def test_what_is_sent_while_the_head_is_away_goes_to_the_chair(head, chair, writer, dan):
    away(head)
    concern = adults.send_adult_concern(writer, dan)
    assert concern.goes_to == Role.CHAIR
    assert reads(concern) == {"Cho Chair"}
    assert [one.person for one in queries.build_adult_receipt(writer, concern).people] == [
        chair.person
    ]
    assert AdultConcern.objects.visible_to(chair).exists()


def test_what_is_open_already_is_the_chairs_to_see_and_do_while_the_head_is_away(
    where, head, chair, writer, dan
):
    concern = adults.send_adult_concern(writer, dan)
    assert seeing(where) == {"Hedda Head"}
    row = away(head)
    assert reads(concern) == {"Cho Chair"}
    adult.take(by=chair, concern=concern, now=NOW)
    office = factories.viewer(where, Role.OFFICE)
    people.end_cover(by=office, cover=row, now=NOW)
    assert (seeing(where), reads(concern)) == ({"Hedda Head"}, {"Hedda Head"})
    assert adults.reload_adult_concern(concern).goes_to == Role.HEAD


def test_leave_takes_nobodys_own_sight(head, chair, writer, dan):
    adults.send_adult_concern(writer, dan)
    away(head)
    assert AdultConcern.objects.visible_to(head).exists()


def test_what_is_closed_is_not_opened_to_the_other_by_leave(head, chair, writer, dan):
    concern = adults.adult_concern_at(State.CLOSED, by=writer, reader=head, whom=dan)
    away(head)
    assert not AdultConcern.objects.visible_to(chair).exists()
    assert reads(concern) == {"Hedda Head"}


@pytest.mark.parametrize("weekday", [TODAY.weekday(), TODAY.weekday() + 1])
def test_a_head_who_is_never_here_on_a_weekday_is_away_on_that_day_alone(
    head, chair, writer, dan, weekday
):
    away(head, kind=CoverKind.WEEKDAYS, until=None, weekdays=str(weekday))
    role = Role.CHAIR if weekday == TODAY.weekday() else Role.HEAD
    assert adults.send_adult_concern(writer, dan).goes_to == role


def test_leave_that_is_over_to_come_or_taken_back_is_none(head, chair, writer, dan):
    away(head, since=TODAY + timedelta(days=1))
    away(head, since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    row = away(head)
    people.end_cover(by=factories.viewer(head.school, Role.OFFICE), cover=row, now=NOW)
    assert adults.send_adult_concern(writer, dan).goes_to == Role.HEAD


@pytest.mark.parametrize("shut_out", ["named", "subject"])
def test_the_heads_leave_never_brings_it_to_whom_it_is_to_be_kept_from(
    where, head, chair, writer, dan, shut_out
):
    who = {"shut_out": (chair.person,)} if shut_out == "named" else {}
    away(head)
    concern = adults.send_adult_concern(writer, dan if who else chair.person, **who)
    assert concern.goes_to == Role.HEAD
    assert (seeing(where), reads(concern)) == ({"Hedda Head"}, {"Hedda Head"})


def test_about_the_head_it_is_never_the_heads_though_the_chair_is_away(where, head, chair, writer):
    away(chair)
    concern = adults.send_adult_concern(writer, head.person)
    assert concern.goes_to == Role.CHAIR
    assert (seeing(where), reads(concern)) == ({"Cho Chair"}, {"Cho Chair"})


def test_where_both_are_away_it_is_as_if_neither_were(where, head, chair, writer, dan):
    for who in (head, chair):
        away(who)
    concern = adults.send_adult_concern(writer, dan)
    assert (seeing(where), reads(concern)) == ({"Hedda Head"}, {"Hedda Head"})


def test_what_the_chair_has_from_the_heads_leave_stays_with_them(head, chair, writer, dan, where):
    row = away(head)
    concern = adults.send_adult_concern(writer, dan)
    people.end_cover(by=factories.viewer(where, Role.OFFICE), cover=row, now=NOW)
    friend = factories.person(where)
    adult.exclude(by=chair, concern=concern, person=friend, why="A friend.", now=NOW)
    assert seeing(where) == {"Cho Chair"}


def test_the_writer_is_told_whom_to_go_to_as_it_is_today(head, chair, writer):
    before = {one.person.name: one.about for one in queries.find_adult_contacts(writer)}
    assert set(before) == {"Hedda Head", "Cho Chair"}
    away(head)
    assert [(one.person.name, one.about) for one in queries.find_adult_contacts(writer)] == [
        ("Cho Chair", "about anybody, while the headteacher is away")
    ]
    assert [one.person for one in queries.find_adult_contacts(writer, {str(chair.person.uid)})] == [
        head.person
    ]


def test_a_chair_may_be_away_and_stands_in_for_nobody(head, chair):
    assert away(chair).person == chair.person
    with pytest.raises(Exception, match="may decide on concerns to stand in"):
        away(head, stands_in=chair.person)
    with pytest.raises(Exception, match="only they are reached out of hours"):
        away(chair, kind=CoverKind.HOLIDAYS, until=None)
