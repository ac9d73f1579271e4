"""Tests that staff who are a pupil's family are shown nothing of that pupil from then on."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Child, Concern, LedgerLine, Relation, StaffChangeRequest, Step
from concerns.people import acts
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories
from tests.people.conftest import NOW, TODAY


@pytest.fixture
def child(house):
    return factories.child(house.school, "Amelia", "Quillfeather")


def related(house, by, person, child):
    return house.ask(by, StaffRequestMatter.RELATED, person, child=child, how="step-mother")


def test_the_office_registers_who_does_not_read_at_once(house, child):
    assert related(house, house.office, house.teacher.person, child).pk is None
    relation = Relation.objects.get()
    assert (relation.person, relation.how, relation.by) == (
        house.teacher.person,
        "step-mother",
        house.office.person,
    )


def test_a_reader_s_family_waits_and_from_the_approval_on_they_see_nothing(house, client, child):
    concern = factories.concern_at(State.TAKEN, where=house.school, children=(child,))
    factories.sign_in(client, house.lead.person)
    page = f"/triage/{concern.uid}/"
    what = related(house, house.office, house.lead.person, child)
    assert client.get(page).status_code == 200
    house.answer(house.head, what)
    assert client.get(page).status_code == 404
    assert client.get(f"/child/{child.uid}/").status_code == 404
    assert concern.reference not in client.get("/triage/").content.decode()


def test_what_they_held_on_the_child_goes_to_the_next_who_may_in_the_same_act(house, child):
    deputy = factories.viewer(house.school, Role.DEPUTY)
    theirs = factories.concern_at(
        State.DECIDED, where=house.school, lead=house.lead, children=(child,)
    )
    other = factories.concern_at(State.DECIDED, where=house.school, lead=house.lead)
    related(house, house.head, house.lead.person, child)
    steps = Step.objects.open().filter(concern=theirs)
    assert {(step.holder_id, step.holder_role) for step in steps} == {(None, "deputy")}
    assert Concern.objects.get(pk=theirs.pk).holder is None
    assert Concern.objects.get(pk=other.pk).holder == house.lead.person
    assert Concern.objects.visible_to(deputy).filter(pk=theirs.pk).exists()
    assert list(find_integrity_breaches(house.school, TODAY)) == []


def test_a_writer_s_own_step_about_their_child_goes_to_the_lead(house, child):
    factories.send_concern(house.teacher, child, danger=True)
    related(house, house.office, house.teacher.person, child)
    assert not Step.objects.open().filter(holder=house.teacher.person).exists()


@pytest.mark.parametrize("who", ["teacher", "lead", "head"])
def test_anybody_says_it_of_themselves_and_it_is_so_at_once(house, child, who):
    assert acts.say_family(by=getattr(house, who), child=child, how="aunt", now=NOW)
    assert Relation.objects.get().person == getattr(house, who).person
    assert not StaffChangeRequest.objects.exists()


def test_a_reader_who_says_it_sees_nothing_from_the_next_request_on(house, client, child):
    concern = factories.concern_at(State.TAKEN, where=house.school, children=(child,))
    factories.sign_in(client, house.lead.person)
    page = f"/triage/{concern.uid}/"
    assert client.get(page).status_code == 200
    client.post("/people/own/", {"find": "quill", "child": str(child.uid), "how": "aunt"})
    assert client.get(page).status_code == 404


def test_the_head_is_told_which_readers_said_it_of_themselves(house, client, child):
    acts.say_family(by=house.lead, child=child, how="aunt", now=datetime.now(UTC))
    acts.say_family(by=house.teacher, child=child, how="aunt", now=datetime.now(UTC))
    related(house, house.head, factories.person(house.school, Role.DEPUTY), child)
    factories.sign_in(client, house.head.person)
    answer = client.get("/people/asked/")
    assert [row.person for row in answer.context["said"]] == [house.lead.person]
    assert "is family of a pupil here" in answer.content.decode()
    assert "Quillfeather" not in answer.content.decode()


def test_a_head_shuts_themselves_out_alone_and_lets_themselves_in_never(house, child):
    assert acts.say_family(by=house.head, child=child, how="uncle", now=NOW)
    what = house.ask(house.office, StaffRequestMatter.UNRELATED, house.head.person, child=child)
    with pytest.raises(ActRefused, match="about yourself"):
        house.answer(house.head, what)


def test_what_is_registered_is_not_registered_twice_nor_taken_back_twice(house, child):
    teacher = house.teacher.person
    related(house, house.office, teacher, child)
    with pytest.raises(ActRefused, match="already recorded"):
        related(house, house.office, teacher, child)
    house.ask(house.office, StaffRequestMatter.UNRELATED, teacher, child=child)
    with pytest.raises(ActRefused, match="already recorded"):
        house.ask(house.office, StaffRequestMatter.UNRELATED, teacher, child=child)


def test_what_was_taken_back_stays_on_record_and_can_be_said_anew(house, child):
    for _ in range(2):
        related(house, house.office, house.teacher.person, child)
        house.ask(house.office, StaffRequestMatter.UNRELATED, house.teacher.person, child=child)
    ended = Relation.objects.filter(ended_by=house.office.person, ended_at=NOW)
    assert ended.count() == Relation.objects.count() == 2


def test_who_is_no_longer_family_sees_again_what_their_post_opens(house, child):
    concern = factories.concern_at(State.TAKEN, where=house.school, children=(child,))
    related(house, house.head, house.lead.person, child)
    assert not Concern.objects.visible_to(house.lead).exists()
    house.ask(house.head, StaffRequestMatter.UNRELATED, house.lead.person, child=child)
    assert Concern.objects.visible_to(house.lead).get() == concern
    assert Child.objects.visible_to(house.lead).filter(pk=child.pk).exists()


def test_the_line_tells_of_the_child_by_id_alone(house, child):
    related(house, house.office, house.teacher.person, child)
    line = LedgerLine.objects.filter(kind=Kind.STAFF_CHANGED).get()
    assert str(child.uid) in line.body
    assert "Quillfeather" not in line.body


def test_a_reader_of_tomorrow_is_a_reader(house, child):
    tomorrow = TODAY + timedelta(days=1)
    house.post(house.head, house.teacher.person, Role.DEPUTY, since=tomorrow)
    assert related(house, house.office, house.teacher.person, child).pk


def test_the_page_finds_the_pupil_by_part_of_a_name_and_registers(house, client, child):
    factories.sign_in(client, house.office.person)
    page = f"/people/{house.teacher.person.uid}/family/"
    found = client.post(page, {"find": "quill", "do": "find"})
    assert "Amelia Quillfeather" in found.content.decode()
    assert not Relation.objects.exists()
    said = {"find": "quill", "child": str(child.uid), "how": "aunt"}
    assert client.post(page, said | {"how": ""}).status_code == 422
    assert client.post(page, said).status_code == 302
    assert Relation.objects.get().how == "aunt"


def test_nobody_found_is_said_and_another_school_s_child_is_nobody(house, client):
    factories.child(factories.school(), "Amelia", "Quillfeather")
    factories.sign_in(client, house.office.person)
    page = f"/people/{house.teacher.person.uid}/family/"
    assert "No pupil matches" in client.post(page, {"find": "quill", "do": "find"}).content.decode()
