"""Tests for cover: who is away is passed over, who stands in acts, and somebody is always found."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from concerns.doors.act import ActRefused
from concerns.models import Cover, LedgerLine, Person, School
from concerns.models.school.cover import people_acting_for_role
from concerns.people import acts
from concerns.rules.cover_kinds import CoverKind, is_cover_in_force
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.school_days import SchoolDays
from concerns.submit import queries as submit
from tests import factories
from tests.people.conftest import NOW, TODAY

TOMORROW = TODAY + timedelta(days=1)
# Tuesday 3 November 2026, a school day; a Saturday; and the same Tuesday at nine at night.
SATURDAY = datetime(2026, 11, 7, 10, tzinfo=UTC)
NIGHT = datetime(2026, 11, 3, 21, tzinfo=UTC)


@pytest.fixture
def deputy(house):
    return factories.viewer(house.school, Role.DEPUTY)


def cover(by, kind: CoverKind, person: Person, **more) -> Cover:
    said = {"since": TODAY, **more}
    what = Cover(kind=kind, person=person, **said)
    return acts.say_cover(by=by, cover=what, now=NOW)


def found(school: School, now=NOW, role=Role.DSL) -> list[Person]:
    return [one.person for one in people_acting_for_role(school, role, now)]


def test_without_cover_the_lead_comes_first_then_the_deputy_then_the_head(house, deputy):
    assert found(house.school) == [house.lead.person, deputy.person, house.head.person]


def test_who_is_away_is_passed_over_on_those_days_alone(house, deputy):
    cover(house.office, CoverKind.LEAVE, house.lead.person, since=TOMORROW, until=TOMORROW)
    lead = house.lead.person
    assert found(house.school)[0] == lead
    assert lead not in found(house.school, NOW + timedelta(days=1))
    assert found(house.school, NOW + timedelta(days=2))[0] == lead


def test_who_stands_in_has_the_place_of_who_is_away_and_says_so(house, deputy):
    more = {"until": TOMORROW, "stands_in": house.head.person}
    cover(house.office, CoverKind.LEAVE, house.lead.person, **more)
    first = people_acting_for_role(house.school, Role.DSL, NOW)[0]
    assert first.person == house.head.person
    assert first.acting_role_words == f"Headteacher, standing in for {house.lead.person.name}"


def test_who_stands_in_and_is_away_too_is_passed_over(house, deputy):
    cover(house.office, CoverKind.LEAVE, deputy.person, until=TOMORROW)
    more = {"until": TOMORROW, "stands_in": deputy.person}
    cover(house.office, CoverKind.LEAVE, house.lead.person, **more)
    assert found(house.school) == [house.head.person]


def test_when_everybody_is_away_everybody_is_named(house):
    for who in (house.lead, house.head):
        cover(house.office, CoverKind.LEAVE, who.person, until=TOMORROW)
    assert found(house.school) == [house.lead.person, house.head.person]


def test_a_part_time_lead_is_found_on_their_days(house, deputy):
    cover(house.lead, CoverKind.WEEKDAYS, house.lead.person, weekdays="1", stands_in=deputy.person)
    assert found(house.school)[0] == deputy.person
    assert found(house.school, NOW + timedelta(days=1))[0] == house.lead.person


def test_after_hours_and_on_days_without_school_who_is_named_comes_first(house, deputy):
    cover(house.office, CoverKind.AFTER_HOURS, deputy.person)
    cover(house.office, CoverKind.HOLIDAYS, house.head.person)
    assert found(house.school)[0] == house.lead.person
    assert found(house.school, NIGHT)[0] == deputy.person
    assert found(house.school, SATURDAY)[0] == house.head.person


def test_who_has_left_acts_for_nobody(house, deputy):
    cover(house.office, CoverKind.AFTER_HOURS, deputy.person)
    house.leaves(deputy.person)
    assert deputy.person not in found(house.school, NIGHT)


def test_a_cover_that_was_removed_has_no_effect(house, deputy):
    row = cover(house.office, CoverKind.LEAVE, house.lead.person, until=TOMORROW)
    acts.end_cover(by=house.office, cover=row, now=NOW)
    assert found(house.school)[0] == house.lead.person
    assert LedgerLine.objects.filter(kind=Kind.COVERED).count() == 2


def test_a_writer_is_told_whom_to_find_as_it_is_now(house, deputy):
    cover(house.lead, CoverKind.LEAVE, house.lead.person, until=TOMORROW, stands_in=deputy.person)
    contacts = submit.find_leads(house.teacher)
    assert contacts.first_contact.person == deputy.person
    assert "standing in for" in contacts.first_contact.title


def test_standing_in_brings_nobody_to_a_concern_they_may_not_see(house, deputy):
    child = factories.child(house.school)
    factories.relate_to_child(deputy.person, child)
    concern = factories.send_concern(house.teacher, child).concern
    cover(house.lead, CoverKind.LEAVE, house.lead.person, until=TOMORROW, stands_in=deputy.person)
    people = [one.person for one in submit.find_leads(house.teacher, concern).people]
    assert people == [house.head.person]


def test_a_lead_says_it_of_themselves_alone(house, deputy):
    with pytest.raises(ActRefused, match="of yourself"):
        cover(house.lead, CoverKind.LEAVE, deputy.person, until=TOMORROW)


def test_only_who_may_decide_is_covered_or_stands_in(house):
    with pytest.raises(ActRefused, match="Choose somebody who reads concerns"):
        cover(house.office, CoverKind.LEAVE, house.teacher.person, until=TOMORROW)
    more = {"until": TOMORROW, "stands_in": house.teacher.person}
    with pytest.raises(ActRefused, match="Choose somebody who may decide on concerns to stand in"):
        cover(house.office, CoverKind.LEAVE, house.lead.person, **more)


def test_the_office_says_that_the_chair_is_away_too(house, client):
    chair = factories.person(house.school, Role.CHAIR)
    factories.sign_in(client, house.office.person)
    page = client.get("/people/cover/").content.decode()
    assert "concerns about adults who work here go to the chair of governors" in page
    said = {"kind": "leave", "person": str(chair.uid), **SAID, **UNTIL}
    assert client.post("/people/cover/", said).status_code == 302
    assert Cover.objects.get().person == chair
    assert client.post("/people/cover/", said | {"kind": "holidays"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "leave"},
        {"kind": "weekdays"},
        {"kind": "leave", "until": TODAY - timedelta(days=1)},
        {"kind": "nothing"},
    ],
)
def test_the_database_refuses_a_cover_that_says_no_when(house, wrong):
    said = {"person": house.lead.person, "by": house.lead.person, "since": TODAY, "at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Cover.objects.create(school=house.school, **said, **wrong)


DAYS = SchoolDays(
    "England", time(8, 45), time(15, 30), ((date(2026, 11, 2), date(2026, 12, 18)),), frozenset()
)


@pytest.mark.parametrize(
    ("kind", "weekdays", "now", "so"),
    [
        ("leave", "", NOW, True),
        ("weekdays", "1", NOW, True),
        ("weekdays", "024", NOW, False),
        ("after_hours", "", NOW, False),
        ("after_hours", "", NIGHT, True),
        ("after_hours", "", SATURDAY, False),
        ("holidays", "", SATURDAY, True),
        ("holidays", "", NIGHT, False),
    ],
)
def test_when_each_kind_of_cover_is_in_force(kind, weekdays, now, so):
    assert is_cover_in_force(CoverKind(kind), DAYS, TODAY, None, weekdays, now) is so
    assert not is_cover_in_force(
        CoverKind(kind), DAYS, TODAY + timedelta(days=9), None, weekdays, now
    )
    assert not is_cover_in_force(
        CoverKind(kind), DAYS, date(2026, 1, 1), date(2026, 1, 2), weekdays, now
    )


SAID = {"since_day": "1", "since_month": "12", "since_year": "2027"}
UNTIL = {"until_day": "3", "until_month": "12", "until_year": "2027"}


def test_a_lead_writes_it_on_a_page_and_takes_it_away(house, client, deputy):
    factories.sign_in(client, house.lead.person)
    lead = str(house.lead.person.uid)
    said = {"kind": "leave", "person": lead, "stands_in": str(deputy.person.uid), **SAID, **UNTIL}
    assert client.post("/people/cover/", said).status_code == 302
    row = Cover.objects.get()
    assert (row.person, row.stands_in) == (house.lead.person, deputy.person)
    assert f"{deputy.person.name} stands in" in client.get("/people/cover/").content.decode()
    client.post(f"/people/cover/{row.uid}/", {"sure": "on"})
    assert Cover.objects.current_or_planned(TODAY).count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "leave"},
        {"kind": "weekdays", **UNTIL},
        {"kind": "after_hours", "weekdays": ["1"]},
        {"kind": "holidays", "stands_in": "other"},
        {"kind": "leave", "stands_in": "self", **UNTIL},
        {"kind": "leave", "until_day": "1", "until_month": "1", "until_year": "2026"},
    ],
)
def test_what_does_not_fit_together_is_said(house, client, deputy, wrong):
    factories.sign_in(client, house.lead.person)
    uids = {"self": str(house.lead.person.uid), "other": str(deputy.person.uid)}
    said = {"person": uids["self"], **SAID, **wrong}
    said["stands_in"] = uids.get(said.get("stands_in"), "")
    assert client.post("/people/cover/", said).status_code == 422
    assert not Cover.objects.exists()
