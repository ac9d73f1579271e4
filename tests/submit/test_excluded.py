"""Tests for who must not see a concern: named in the form, or by its writer afterwards."""

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Concern, Exclusion, LedgerLine
from concerns.reading.integrity_check import find_integrity_breaches
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.submit import acts
from tests import factories
from tests.conftest import SecureClient
from tests.deciding import decide_concern
from tests.desk import page_text, summary_errors


@pytest.fixture
def lead(where):
    return factories.person(where, Role.DSL, name="Dora Lead")


@pytest.fixture
def deputy(where):
    return factories.person(where, Role.DEPUTY, name="Dee Deputy")


@pytest.fixture
def head(where):
    return factories.person(where, Role.HEAD, name="Hedda Head")


def reading(who, path):
    return factories.sign_in(SecureClient(), who).get(path)


def send(staff, child, *people):
    return staff.send(staff.answers(child, excluded=[str(who.uid) for who in people]))


def test_a_colleague_is_found_by_part_of_a_name_and_ticked_without_script(staff, child, lead):
    factories.person(staff.where, name="Dorian Other")
    answers = staff.answers(child, find_excluded="dor", do="find_excluded")
    page = page_text(staff.send(answers))
    assert "Dora Lead, Designated safeguarding lead" in page
    assert "Dorian Other, Member of staff" in page
    assert "Wyn Writer," not in page
    again = staff.answers(child, excluded=[str(lead.uid)], find_excluded="zz", do="find_excluded")
    page = page_text(staff.send(again))
    assert f'value="{lead.uid}" id="excluded-{lead.uid}" checked' in page
    assert "Nobody else who works here matches" in page


def test_the_page_no_longer_says_that_it_goes_to_who_is_ticked(staff, child, lead, deputy):
    ticked = staff.answers(child, excluded=[str(lead.uid)], find_excluded="d", do="find_excluded")
    page = page_text(staff.send(ticked))
    assert "This goes to <strong>Dee Deputy" in page


def test_who_is_named_never_sees_it_and_the_next_owes_it(staff, child, lead, deputy, head):
    assert send(staff, child, lead).status_code == 302
    concern = Concern.objects.get()
    assert reading(lead, f"/triage/{concern.uid}/").status_code == 404
    assert concern.reference not in page_text(reading(lead, "/triage/"))
    page = page_text(reading(deputy, f"/triage/{concern.uid}/"))
    assert "Must not see it, or hear about it from you: Dora Lead." in page
    assert concern.steps.get().holder_words == "Deputy safeguarding lead"
    assert list(find_integrity_breaches(staff.where, factories.NOW.date())) == []


def test_the_receipt_and_whom_to_find_name_nobody_who_is_kept_out(staff, child, lead, deputy):
    send(staff, child, lead)
    concern = Concern.objects.get()
    sent = page_text(staff.open(f"/submit/sent/{concern.uid}/"))
    assert "Dora Lead" not in sent
    assert "Dee Deputy" in sent
    mine = page_text(staff.open(f"/submit/mine/{concern.uid}/"))
    assert "Colleagues who must not see it: <strong>Dora Lead" in mine
    assert "Dora Lead</strong>, Designated" not in mine


def test_it_is_on_the_record_and_in_the_heads_trail(staff, child, lead, head):
    send(staff, child, lead)
    concern = Concern.objects.get()
    line = LedgerLine.objects.get(concern=concern.uid, kind=Kind.EXCLUDED)
    assert str(lead.uid) in line.body
    assert "Dora" not in line.body
    trail = page_text(reading(head, f"/audit/concern/{concern.uid}/"))
    assert "Said that Dora Lead must not see it" in trail


def test_a_head_who_is_kept_out_learns_nothing_from_the_audit(staff, child, lead, head):
    send(staff, child, head)
    concern = Concern.objects.get()
    assert reading(head, f"/audit/concern/{concern.uid}/").status_code == 404
    assert concern.reference not in page_text(reading(head, "/audit/rows/?year=all"))


def test_not_everybody_who_may_decide_can_be_kept_out(staff, child, lead, head):
    factories.person(staff.where, Role.CHAIR, name="Cass Chair")
    answer = send(staff, child, lead, head)
    assert answer.status_code == 422
    said = summary_errors(answer)[0]
    for named in ("Dora Lead", "Hedda Head", "Cass Chair (chair of governors)", "01632 960001"):
        assert named in said
    assert not Concern.objects.exists()
    assert "He had not eaten." in page_text(answer)
    answers = staff.answers(child, excluded=[str(lead.uid)])
    assert staff.send(answers).status_code == 302


def test_without_a_chair_it_still_says_whom_to_go_to(where, child, lead):
    viewer = factories.viewer(where)
    with pytest.raises(ActRefused) as refused:
        factories.send_concern(viewer, child, excluded=(lead,))
    assert "tell the chair of governors" in refused.value.words


def test_only_somebody_who_works_here_is_kept_out(staff, child, lead):
    stranger = factories.person(factories.school())
    assert send(staff, child, stranger).status_code == 302
    concern = Concern.objects.get()
    assert "does not work here" in concern.not_read
    assert not concern.exclusions.exists()
    with pytest.raises(ActRefused):
        factories.send_concern(staff.viewer, child, excluded=(stranger,))


def test_the_writer_keeps_it_from_a_colleague_afterwards(staff, child, lead, deputy):
    has_it = factories.viewer(staff.where, Role.DSL, who=lead)
    concern = factories.concern_at(
        State.TAKEN, where=staff.where, by=staff.viewer, children=(child,), lead=has_it
    )
    address = f"/submit/exclude/{concern.uid}/"
    assert "Dora Lead, Designated safeguarding lead" in page_text(staff.open(address))
    answer = staff.client.post(address, {"person": str(lead.uid)})
    assert answer["Location"] == f"/submit/mine/{concern.uid}/"
    concern.refresh_from_db()
    assert concern.holder is None
    assert reading(lead, f"/triage/{concern.uid}/").status_code == 404
    assert [step.holder_words for step in concern.steps.open()] == ["Deputy safeguarding lead"]


def test_afterwards_too_nobody_may_be_left_to_act(staff, child, lead):
    concern = factories.send_concern(staff.viewer, child).concern
    answer = staff.client.post(f"/submit/exclude/{concern.uid}/", {"person": str(lead.uid)})
    assert answer.status_code == 422
    assert "Nobody here could act on this" in summary_errors(answer)[0]
    assert not Exclusion.objects.exists()
    assert concern.steps.open().get().holder_role == Role.DSL


def test_said_twice_it_is_said_once_and_tells_nothing(staff, child, lead, deputy):
    from concerns.triage import acts as triage

    concern = factories.send_concern(staff.viewer, child).concern
    by = factories.viewer(staff.where, Role.DEPUTY, who=deputy)
    triage.exclude(by=by, concern=concern, person=lead, why="Named.", now=factories.NOW)
    assert "Dora Lead" not in page_text(staff.open(f"/submit/mine/{concern.uid}/"))
    acts.keep_from(by=staff.viewer, concern=concern, person=lead, now=factories.NOW)
    assert Exclusion.objects.count() == 1


def test_a_relative_who_wrote_it_sees_their_own_words_and_nothing_else(where, child):
    mother = factories.person(where, Role.DEPUTY, name="Mo Mother")
    factories.relate_to_child(mother, child)
    by = factories.viewer(where, Role.DEPUTY, who=mother)
    lead = factories.viewer(where, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=where, by=by, lead=lead, children=(child,))
    decide_concern(lead, concern, sighted_by=lead.person)
    mine = page_text(reading(mother, f"/submit/mine/{concern.uid}/"))
    assert concern.account in mine
    assert "The third time this term." not in mine
    for shut in (f"/triage/{concern.uid}/", f"/child/{child.uid}/"):
        assert reading(mother, shut).status_code == 404
