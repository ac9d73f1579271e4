"""Tests that the office cannot make itself a lead: what opens the record waits for the head."""

import pytest
from django.db import IntegrityError, transaction

from concerns.doors.act import ActRefused
from concerns.models import LedgerLine, Post, Relation, StaffChangeAnswer, StaffChangeRequest
from concerns.models.school import approval
from concerns.people import acts
from concerns.rules import staff_approval
from concerns.rules.kinds import Kind
from concerns.rules.roles import READERS, May, Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories
from tests.people.conftest import NOW, TODAY


@pytest.mark.parametrize("role", sorted(READERS))
def test_a_reading_post_given_by_the_office_waits_and_opens_nothing(house, role):
    what = house.post(house.office, house.teacher.person, role)
    assert what.pk
    assert house.roles(house.teacher.person) == {"staff"}
    assert LedgerLine.objects.filter(kind=Kind.ASKED, about=str(what.uid)).count() == 1


def test_a_post_that_neither_reads_nor_keeps_the_staff_is_the_office_s_to_give(house):
    clerk = factories.person(house.school, Role.OFFICE)
    assert house.post(house.office, clerk, Role.STAFF).pk is None
    assert house.roles(clerk) == {"staff", "office"}
    assert house.post(house.office, house.teacher.person, Role.OFFICE).pk


def test_what_waited_is_done_when_the_head_approves_it(house):
    house.answer(house.head, house.post(house.office, house.teacher.person, Role.DEPUTY))
    assert house.roles(house.teacher.person) == {"staff", "deputy"}


def test_what_the_head_refuses_is_never_done_and_says_why(house):
    what = house.post(house.office, house.teacher.person, Role.DEPUTY)
    house.answer(house.head, what, approved=False)
    assert house.roles(house.teacher.person) == {"staff"}
    assert StaffChangeAnswer.objects.get(asked=what).why == "Not this year."


def test_the_office_answers_nothing(house):
    what = house.post(house.office, house.teacher.person, Role.DEPUTY)
    with pytest.raises(ActRefused):
        house.answer(house.office, what)
    assert house.roles(house.teacher.person) == {"staff"}


def test_the_head_needs_nobody_to_make_somebody_else_a_reader(house):
    assert house.post(house.head, house.teacher.person, Role.DEPUTY).pk is None
    assert house.roles(house.teacher.person) == {"staff", "deputy"}


def test_a_head_never_gives_themselves_a_reading_post_nor_answers_their_own(house):
    what = house.post(house.head, house.head.person, Role.DSL)
    assert what.pk
    with pytest.raises(ActRefused, match="asked for this yourself"):
        house.answer(house.head, what)
    other = factories.viewer(house.school, Role.HEAD)
    house.answer(other, what)
    assert "dsl" in house.roles(house.head.person)


def test_a_head_may_approve_of_themselves_only_what_opens_nothing_more(house):
    house.answer(house.head, house.post(house.office, house.head.person, Role.DSL))
    assert house.roles(house.head.person) == {"head", "dsl"}
    what = house.ask(
        house.office, StaffRequestMatter.EMAIL, house.head.person, email="other@example.test"
    )
    with pytest.raises(ActRefused, match="about yourself"):
        house.answer(house.head, what)


def test_it_is_answered_once(house):
    what = house.post(house.office, house.teacher.person, Role.DEPUTY)
    house.answer(house.head, what)
    with pytest.raises(ActRefused, match="has already answered this"):
        house.answer(factories.viewer(house.school, Role.HEAD), what)
    assert Post.objects.filter(person=house.teacher.person, role="deputy").count() == 1


def test_the_database_itself_refuses_an_answer_to_one_s_own(house):
    what = house.post(house.office, house.teacher.person, Role.DEPUTY)
    who = house.office.person
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffChangeAnswer.objects.create(
            school=house.school, asked=what, asked_by=who, by=who, at=NOW, approved=True
        )


def test_the_same_is_asked_once_while_it_waits(house):
    house.post(house.office, house.teacher.person, Role.DEPUTY)
    with pytest.raises(ActRefused, match="already been asked for"):
        house.post(house.office, house.teacher.person, Role.DEPUTY)


def test_a_post_somebody_holds_is_not_given_again(house):
    with pytest.raises(ActRefused, match="already holds that post"):
        house.post(house.office, house.teacher.person, Role.STAFF)


def test_a_reader_s_address_waits_and_so_does_that_of_who_is_to_be_one(house):
    teacher = house.teacher.person
    house.ask(house.office, StaffRequestMatter.EMAIL, teacher, email="a@example.test")
    second = factories.viewer(house.school, Role.OFFICE)
    house.answer(second, StaffChangeRequest.objects.get())
    teacher.refresh_from_db()
    assert teacher.email == "a@example.test"
    house.post(house.office, teacher, Role.DEPUTY)
    for person in (teacher, house.lead.person):
        address = f"new{person.pk}@example.test"
        what = house.ask(house.office, StaffRequestMatter.EMAIL, person, email=address)
        with pytest.raises(ActRefused, match="Only the headteacher"):
            house.answer(second, what)


def test_another_school_s_reader_is_not_reset_from_here(house):
    factories.Post.objects.create(
        person=house.teacher.person, school=factories.school(), role=Role.DSL, since=TODAY
    )
    what = {"email": "mine@example.test"}
    with pytest.raises(ActRefused, match="another school"):
        house.ask(house.head, StaffRequestMatter.EMAIL, house.teacher.person, **what)


def test_the_head_is_told_how_much_waits_and_not_what_they_asked_themselves(house):
    house.post(house.office, house.teacher.person, Role.DEPUTY)
    house.post(house.head, house.head.person, Role.DSL)
    assert approval.count_awaiting_head(house.head) == 1


def test_a_new_person_who_waits_for_a_reading_post_can_write_from_the_first_day(house):
    what = StaffChangeRequest(matter=StaffRequestMatter.POST, role=Role.DSL, since=TODAY)
    said = {"name": "New Lead", "room": "", "telephone": ""}
    acts.add_person(by=house.office, email="new@example.test", said=said, what=what, now=NOW)
    assert what.pk
    assert house.roles(what.person) == {"staff"}
    assert not what.person.has_usable_password()


def test_nobody_is_added_twice(house):
    what = StaffChangeRequest(matter=StaffRequestMatter.POST, role=Role.STAFF, since=TODAY)
    address = house.teacher.person.email
    with pytest.raises(ActRefused, match="already works here"):
        acts.add_person(by=house.office, email=address, said={}, what=what, now=NOW)


def test_taking_back_a_reader_s_family_waits_since_it_opens_what_was_shut(house):
    child = factories.child(house.school)
    factories.relate_to_child(house.lead.person, child)
    what = house.ask(house.office, StaffRequestMatter.UNRELATED, house.lead.person, child=child)
    assert Relation.objects.not_withdrawn().count() == 1
    house.answer(house.head, what)
    assert Relation.objects.not_withdrawn().count() == 0


@pytest.mark.parametrize("matter", StaffRequestMatter)
def test_who_may_do_it_alone_is_who_opens_nothing_or_a_head_for_another(matter):
    office = frozenset({Role.OFFICE})
    head = frozenset({Role.HEAD})
    # These two always take a second person.
    alone = matter not in {StaffRequestMatter.EMAIL, StaffRequestMatter.FACTOR}
    assert staff_approval.may_change_unapproved(matter, office, opens=False, oneself=False) is alone
    assert not staff_approval.may_change_unapproved(matter, office, opens=True, oneself=False)
    assert staff_approval.may_change_unapproved(matter, head, opens=True, oneself=False) is alone
    shuts = matter is StaffRequestMatter.RELATED
    assert staff_approval.may_change_unapproved(matter, head, opens=True, oneself=True) is shuts


def test_whoever_may_read_a_record_is_a_reader():
    assert {role for role in Role if May.READ in acts_of(role)} <= READERS
    assert not READERS & {Role.STAFF, Role.OFFICE}


def acts_of(role: Role) -> frozenset[May]:
    from concerns.rules.roles import ROLES

    return ROLES[role]
