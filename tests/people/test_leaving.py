"""Tests for somebody who leaves: one act, and nothing of theirs is left behind."""

import re
from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from concerns.adult import acts as adult
from concerns.chase import acts as chase
from concerns.doors.act import ActRefused
from concerns.models import Concern, Draft, Exclusion, LedgerLine, Post, Step
from concerns.models.concern.draft import ADULT
from concerns.people import acts, queries
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts as submit
from concerns.workflow import handover
from tests import adults, factories
from tests.desk import day_fields, page_text
from tests.people.conftest import NOW, TODAY


@pytest.fixture
def deputy(house):
    return factories.viewer(house.school, Role.DEPUTY)


def concern_of(house, holder, state=State.TAKEN) -> Concern:
    return factories.concern_at(state, where=house.school, lead=holder)


def test_all_they_held_goes_to_the_colleague_named_and_nothing_is_unheld(house, deputy):
    for state in (State.TAKEN, State.DECIDED):
        concern_of(house, deputy, state)
    house.leaves(deputy.person, house.lead.person)
    assert not Step.objects.open().filter(holder=deputy.person).exists()
    assert {row.holder_id for row in Concern.objects.open()} == {house.lead.person.pk}
    assert list(find_integrity_breaches(house.school, TODAY + timedelta(days=1))) == []
    assert LedgerLine.objects.filter(kind=Kind.LEFT, concern__isnull=False).count() == 2


def test_what_the_colleague_may_not_see_goes_to_the_role(house, deputy):
    ours = concern_of(house, deputy)
    factories.relate_to_child(house.lead.person, ours.children.get().child)
    named = concern_of(house, deputy)
    Exclusion.objects.create(
        school=house.school, concern=named, person=house.lead.person, by=named.reporter, at=NOW
    )
    house.leaves(deputy.person, house.lead.person)
    for step in Step.objects.open():
        assert (step.holder, step.holder_role) == (None, "dsl")
    assert list(find_integrity_breaches(house.school, TODAY + timedelta(days=1))) == []


def test_a_writer_s_own_step_goes_too(house, deputy):
    child = factories.child(house.school)
    factories.send_concern(house.teacher, child, danger=True)
    house.leaves(house.teacher.person, deputy.person)
    assert not Step.objects.open().filter(holder=house.teacher.person).exists()
    assert list(find_integrity_breaches(house.school, TODAY)) == []


def test_posts_end_the_account_closes_and_a_session_ends_at_once(house, client, deputy):
    factories.sign_in(client, deputy.person)
    assert client.get("/submit/").status_code == 200
    house.leaves(deputy.person)
    assert client.get("/submit/").status_code == 302
    deputy.person.refresh_from_db()
    assert not deputy.person.is_active
    assert not deputy.person.has_usable_password()
    assert Post.objects.get(person=deputy.person).until == TODAY


def test_who_holds_a_post_in_another_school_keeps_their_account(house, deputy):
    Post.objects.create(
        person=deputy.person, school=factories.school(), role=Role.STAFF, since=TODAY
    )
    house.leaves(deputy.person)
    deputy.person.refresh_from_db()
    assert deputy.person.is_active


@pytest.mark.parametrize("role", [Role.DSL, Role.HEAD])
def test_the_only_lead_or_head_leaves_once_somebody_else_is(house, role, deputy):
    who = {Role.DSL: house.lead, Role.HEAD: house.head}[role].person
    with pytest.raises(ActRefused, match="is the only"):
        house.leaves(who, deputy.person)
    factories.person(house.school, role)
    house.leaves(who, deputy.person)
    assert house.roles(who, TODAY + timedelta(days=1)) == set()


def test_a_lead_who_is_deactivated_is_no_lead(house):
    other = factories.person(house.school, Role.DSL)
    other.is_active = False
    other.save()
    with pytest.raises(ActRefused, match="is the only"):
        house.leaves(house.lead.person)


def test_nobody_writes_down_their_own_leaving_nor_a_day_to_come(house, deputy):
    with pytest.raises(ActRefused, match="Ask a colleague"):
        house.leaves(house.office.person)
    with pytest.raises(ActRefused, match="in the future"):
        acts.leave(
            by=house.office, person=deputy.person, last=TODAY + timedelta(days=1), to=None, now=NOW
        )


@pytest.mark.parametrize("to", ["nobody", "a teacher", "themselves"])
def test_what_is_held_goes_to_somebody_who_may_decide(house, deputy, to):
    concern_of(house, deputy)
    who = {"nobody": None, "a teacher": house.teacher.person, "themselves": deputy.person}[to]
    with pytest.raises(ActRefused):
        house.leaves(deputy.person, who, by=house.head)
    assert Concern.objects.get().holder == deputy.person


def test_the_head_is_told_how_much_is_held_and_not_what_is_their_own_family_s(house, deputy):
    concern_of(house, deputy)
    hers = concern_of(house, deputy)
    assert handover.count_open_work(deputy.person, house.head) == (2, 2)
    factories.relate_to_child(house.head.person, hers.children.get().child)
    assert handover.count_open_work(deputy.person, house.head) == (1, 1)


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.STAFF])
def test_the_office_sees_the_same_page_whatever_a_leaver_holds(house, client, role):
    leaver = factories.viewer(house.school, role)
    factories.sign_in(client, house.office.person)
    page = f"/people/{leaver.person.uid}/leave/"
    before = seen_but_for_tokens(client.get(page))
    factories.send_concern(leaver, factories.child(house.school), danger=True)
    if role is Role.DEPUTY:
        concern_of(house, leaver)
    house.begins(leaver)
    assert seen_but_for_tokens(client.get(page)) == before


def seen_but_for_tokens(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r'name="(csrfmiddlewaretoken|keep)" value="[^"]*"', "", page_text(answer))


@pytest.mark.parametrize("holds", [True, False])
def test_the_office_is_answered_the_same_whatever_a_leaver_holds(house, client, deputy, holds):
    if holds:
        concern_of(house, deputy)
    factories.sign_in(client, house.office.person)
    said = day_fields("last", timezone.localdate())
    answer = client.post(f"/people/{deputy.person.uid}/leave/", said)
    assert (answer.status_code, answer.url) == (302, f"/people/{deputy.person.uid}/")
    assert not Step.objects.open().filter(holder=deputy.person).exists()


def test_what_is_hidden_from_the_head_goes_to_the_role_and_nobody_need_be_named(house, deputy):
    hers = concern_of(house, deputy)
    factories.relate_to_child(house.head.person, hers.children.get().child)
    house.leaves(deputy.person, by=house.head)
    hers.refresh_from_db()
    step = hers.steps.open().get()
    assert (hers.holder, step.holder, step.holder_role) == (None, None, "dsl")
    assert list(find_integrity_breaches(house.school, TODAY + timedelta(days=1))) == []


def test_what_is_hidden_goes_along_with_what_is_not(house, deputy):
    hers = concern_of(house, deputy)
    other = concern_of(house, deputy)
    factories.relate_to_child(house.head.person, hers.children.get().child)
    with pytest.raises(ActRefused, match="Choose who takes over"):
        house.leaves(deputy.person, by=house.head)
    house.leaves(deputy.person, house.lead.person, by=house.head)
    assert {row.holder for row in Concern.objects.filter(pk__in=[hers.pk, other.pk])} == {
        house.lead.person
    }


def told_of_drafts(house, who) -> int:
    return queries.get_person_leaving(house.head, who.person.uid).unsent


def test_the_head_is_told_that_a_leaver_began_a_concern_and_nothing_is_lost_by_it(house, deputy):
    draft = house.begins(deputy)
    assert told_of_drafts(house, deputy) == 1
    house.leaves(deputy.person)
    assert Draft.objects.get() == draft
    assert Draft.objects.get().typed_fields == {"account": ["Thin"]}


def test_the_head_is_not_told_of_what_is_about_an_adult_or_was_sent_or_set_aside(house, deputy):
    house.begins(deputy, page=ADULT)
    sent = house.begins(deputy)
    account = factories.concern_account(factories.child(house.school))
    submit.submit(by=deputy, draft=sent.uid, account=account, now=NOW)
    chase.set_aside(by=deputy, draft=house.begins(deputy), why="A costume.", now=NOW)
    assert told_of_drafts(house, deputy) == 0


def test_the_head_is_not_told_of_what_shuts_them_out(house, deputy):
    child = factories.child(house.school)
    factories.relate_to_child(house.head.person, child)
    house.begins(deputy, child=child)
    house.begins(deputy, excluded=house.head.person)
    assert told_of_drafts(house, deputy) == 0


def test_a_reader_sees_which_they_are_and_the_office_does_not(house, deputy):
    concern = concern_of(house, deputy)
    assert queries.get_person_leaving(house.head, deputy.person.uid).shown == [concern]
    assert queries.get_person_leaving(house.office, deputy.person.uid).shown == []


def test_who_has_left_cannot_leave_again(house, deputy):
    house.leaves(deputy.person)
    with pytest.raises(Http404):
        queries.get_person_leaving(house.office, deputy.person.uid)


def test_who_comes_back_has_a_post_again_and_no_old_password(house, deputy):
    house.leaves(deputy.person)
    later = TODAY + timedelta(days=1)
    deputy.person.refresh_from_db()
    house.post(house.head, deputy.person, Role.STAFF, since=later)
    deputy.person.refresh_from_db()
    assert deputy.person.is_active
    assert not deputy.person.has_usable_password()


# One post of several.


def second(house, person, role=Role.STAFF) -> Post:
    return Post.objects.create(
        person=person, school=house.school, role=role, since=TODAY - timedelta(days=90)
    )


def end(house, post, until=TODAY, by=None):
    return acts.end_post(by=by or house.office, post=post, until=until, now=NOW)


def test_with_a_deciding_post_goes_what_it_let_them_hold(house, deputy):
    concern_of(house, deputy)
    second(house, deputy.person)
    end(house, Post.objects.get(person=deputy.person, role="deputy"))
    step = Step.objects.open().get()
    assert (step.holder, step.holder_role) == (None, "dsl")
    assert Concern.objects.get().holder is None


def test_who_still_decides_by_another_post_keeps_what_they_hold(house, deputy):
    concern_of(house, deputy)
    second(house, deputy.person, Role.DSL)
    end(house, Post.objects.get(person=deputy.person, role="deputy"))
    assert Concern.objects.get().holder == deputy.person


def test_a_reading_post_ends_on_the_day_it_is_written_down(house, deputy):
    second(house, deputy.person)
    with pytest.raises(ActRefused, match="on the day"):
        end(house, Post.objects.get(role="deputy"), until=TODAY + timedelta(days=3))


def test_the_only_post_is_ended_by_leaving(house):
    with pytest.raises(ActRefused, match="only post"):
        end(house, Post.objects.get(person=house.teacher.person))


def test_no_post_ends_before_it_began_nor_the_last_lead_s(house):
    post = second(house, house.lead.person)
    with pytest.raises(ActRefused, match="before the first day of the post"):
        end(house, post, until=TODAY - timedelta(days=100))
    with pytest.raises(ActRefused, match="is the only"):
        end(house, Post.objects.get(person=house.lead.person, role="dsl"))


def test_what_they_had_taken_of_an_adult_stays_with_their_post(house, deputy):
    factories.person(house.school, Role.HEAD)
    about = adults.send_adult_concern(house.teacher, factories.person(house.school))
    adult.take(by=house.head, concern=about, now=NOW)
    house.leaves(house.head.person, house.lead.person)
    about.refresh_from_db()
    assert about.holder is None
    assert set(about.steps.open().values_list("holder_role", flat=True)) == {"head"}
