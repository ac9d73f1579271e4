"""Tests for what a leaver held: it is on record, and told to whoever takes it over."""

from datetime import timedelta

import pytest
from django.core import mail

from concerns.adult import acts as adult
from concerns.chase import acts as chase
from concerns.doors import clock_round, sight
from concerns.models import LedgerLine, Notice, Post
from concerns.paper.audit_trail import build_trail
from concerns.people import acts
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.triage import acts as triage
from concerns.workflow import handover
from tests import adults, factories
from tests.people.conftest import NOW, TODAY


@pytest.fixture
def deputy(house):
    return factories.viewer(house.school, Role.DEPUTY)


def concern_of(house, holder):
    return factories.concern_at(State.TAKEN, where=house.school, lead=holder)


def told(person):
    """The messages that `person` was sent about what somebody else had held."""
    return Notice.objects.filter(person=person, key__startswith="over:")


def became(viewer, concern) -> list[str]:
    """What the trail of `concern` says about the steps somebody held on it."""
    found = build_trail(sight.open_concern(viewer, concern.uid, Kind.TRAIL), viewer)
    facts = [fact for entry in found.entries for fact in entry.facts]
    return [words for about, words in facts if about == "What they held"]


def test_the_trail_says_what_went_to_the_colleague_and_what_went_back_to_its_post(house, deputy):
    over = concern_of(house, deputy)
    back = concern_of(house, deputy)
    factories.relate_to_child(house.lead.person, back.children.get().child)
    house.leaves(deputy.person, house.lead.person)
    assert became(house.head, over) == [handover.OVER]
    assert became(house.head, back) == [handover.BACK]


def test_the_trail_says_that_what_a_post_let_them_hold_went_back(house, deputy):
    concern = concern_of(house, deputy)
    since = TODAY - timedelta(days=90)
    Post.objects.create(person=deputy.person, school=house.school, role=Role.STAFF, since=since)
    post = Post.objects.get(person=deputy.person, role="deputy")
    acts.end_post(by=house.office, post=post, until=TODAY, now=NOW)
    assert became(house.head, concern) == [handover.BACK]


def test_the_trail_says_that_who_turned_out_to_be_family_holds_it_no_more(house, deputy):
    concern = concern_of(house, deputy)
    child = concern.children.get().child
    acts.say_family(by=deputy, child=child, how="aunt", now=NOW)
    assert became(house.head, concern) == [handover.BACK]


def test_what_they_had_taken_of_an_adult_is_on_record_as_given_back(house):
    factories.person(house.school, Role.HEAD)
    about = adults.send_adult_concern(house.teacher, factories.person(house.school))
    adult.take(by=house.head, concern=about, now=NOW)
    house.leaves(house.head.person, house.lead.person)
    assert LedgerLine.objects.filter(kind=Kind.LEFT, concern=about.uid).count() == 1


def test_the_office_that_writes_down_a_leaving_has_not_read_what_they_held(house, deputy):
    concern = concern_of(house, deputy)
    house.leaves(deputy.person, house.lead.person)
    found = build_trail(sight.open_concern(house.head, concern.uid, Kind.TRAIL), house.head)
    assert house.office.person.name not in {one.who for one in found.knew}


def test_who_takes_over_is_told_in_one_letter_and_of_no_child(house, deputy):
    concerns = [concern_of(house, deputy), concern_of(house, deputy)]
    house.leaves(deputy.person, house.lead.person)
    clock_round.run_reminder_round(NOW + timedelta(hours=8))
    sent = [one.body for one in mail.outbox if one.to == [house.lead.person.email]]
    assert len(sent) == 1
    for concern in concerns:
        assert f"{concern.reference} has been passed to you." in sent[0]
        assert concern.children.get().child.surname not in sent[0]


def test_who_takes_over_what_they_themselves_write_down_is_not_written_to(house, deputy):
    concern_of(house, deputy)
    house.leaves(deputy.person, house.head.person, by=house.head)
    assert not told(house.head.person)


def test_who_takes_over_is_not_told_of_what_went_back_to_who_had_asked(house, deputy):
    concern = concern_of(house, house.lead)
    task = {"words": "A telephone call.", "on": TODAY + timedelta(days=2)}
    chase.ask(by=house.lead, concern=concern, to=house.teacher.person, now=NOW, **task)
    house.leaves(house.teacher.person, deputy.person)
    assert not told(deputy.person)


def test_who_is_given_the_same_twice_is_told_twice(house, deputy):
    concern = concern_of(house, deputy)
    house.leaves(deputy.person, house.lead.person)
    other = factories.viewer(house.school, Role.DEPUTY)
    triage.hand(by=house.lead, concern=concern, to=other.person, note="Yours.", now=NOW)
    later = NOW + timedelta(minutes=5)
    acts.leave(by=house.office, person=other.person, last=TODAY, to=house.lead.person, now=later)
    assert told(house.lead.person).count() == 2
