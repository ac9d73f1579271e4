"""Tests that one form makes one concern, however often and however suddenly it is sent."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from concerns.models import Addition, Concern, Draft, LedgerLine, Step
from concerns.rules.kinds import Kind
from concerns.submit import acts
from tests import factories
from tests.conftest import SecureClient
from tests.submit.conftest import Staff


@pytest.fixture
def staff(fresh_database):
    where = factories.school()
    person = factories.person(where)
    return Staff(factories.sign_in(SecureClient(), person), where, person)


@pytest.fixture
def child(staff):
    return factories.child(staff.where)


def at_once(staff, address, answers, times=16):
    """The answers to one form sent at the same moment from several windows of one browser."""

    def press(_):
        window = SecureClient()
        window.cookies = staff.client.cookies.copy()
        try:
            return window.post(address, answers)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as windows:
        return list(windows.map(press, range(times)))


def test_sixteen_presses_at_once_make_one_concern_and_show_one_receipt(staff, child):
    answers = staff.answers(child, **{"mark-0-place": "ear"})
    staff.send(answers | {"do": "later"})
    shown = at_once(staff, "/submit/write/", answers)
    assert {answer.status_code for answer in shown} == {302}
    assert len({answer["Location"] for answer in shown}) == 1
    assert Concern.objects.count() == 1
    assert LedgerLine.objects.filter(kind=Kind.SUBMITTED).count() == 1
    assert Step.objects.count() == 1


def test_sixteen_presses_at_once_add_once(staff, child):
    concern = factories.send_concern(staff.viewer, child).concern
    words = {"words": "Again.", "once": "0b7c7e7c-3f0e-4b3c-8a52-6f0e6a1d2c11"}
    shown = at_once(staff, f"/submit/add/{concern.uid}/", words)
    assert {answer.status_code for answer in shown} == {302}
    assert Addition.objects.count() == 1


def test_sixteen_saves_at_once_make_one_draft(staff, child):
    answers = staff.answers(child)
    shown = at_once(staff, "/submit/keep/", answers)
    assert {answer.status_code for answer in shown} == {200}
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("part", ["ConcernChild", "ConcernCategory", "Mark", "Step", "LedgerLine"])
def test_when_any_part_fails_nothing_is_written_and_the_words_stay(staff, child, monkeypatch, part):
    answers = staff.answers(child, categories=["neglect"], **{"mark-0-place": "ear"})
    staff.send(answers | {"do": "later"})
    broken = RuntimeError("the power went")

    def fail(*given, **more):
        raise broken

    model = {"Step": Step, "LedgerLine": LedgerLine}.get(part) or getattr(acts, part)
    name = "create" if part == "LedgerLine" else "bulk_create"
    with monkeypatch.context() as patched:
        patched.setattr(type(model.objects), name, fail)
        with pytest.raises(RuntimeError):
            staff.send(answers)
    assert not Concern.objects.exists()
    assert not LedgerLine.objects.filter(kind=Kind.SUBMITTED).exists()
    assert Draft.objects.get().typed_fields["account"] == [answers["account"]]
    assert staff.send(answers).status_code == 302
    assert Concern.objects.count() == 1


def test_a_draft_saved_while_it_is_being_sent_is_not_left_behind_as_unsent(staff, child):
    answers = staff.answers(child)
    staff.send(answers)
    with transaction.atomic():
        Draft.objects.create(
            uid=uuid.UUID(answers["draft"]),
            person=staff.person,
            school=staff.where,
            begun_at=factories.NOW,
            saved_at=factories.NOW,
            words="{}",
        )
    assert f"/submit/draft/{answers['draft']}/" not in staff.open("/submit/").content.decode()
