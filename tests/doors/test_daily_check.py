"""Tests for the daily check of the record: who is told of what it finds, and who is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from concerns.doors import clock_round, daily_check
from concerns.models import (
    AdultConcern,
    Concern,
    Exclusion,
    Heartbeat,
    HistoryUpload,
    IntegrityFault,
    RollFile,
    StaffFile,
)
from concerns.reading import integrity_check
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.desk import Desk, page_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def put_off(concern) -> None:
    """Puts off the step of `concern` until 2099, by hand."""
    concern.steps.filter(done_at=None).update(due_at=FAR)
    type(concern).objects.filter(pk=concern.pk).update(next_due_at=FAR)


def make_broken(where) -> Concern:
    concern = factories.concern_at(State.WAITING, where=where)
    put_off(concern)
    return concern


def make_broken_about_adult(where, whom=None, role=Role.HEAD) -> AdultConcern:
    reader = factories.viewer(where, role)
    concern = adults.adult_concern_at(
        State.WAITING, by=factories.viewer(where), reader=reader, whom=whom
    )
    put_off(concern)
    return concern


@pytest.fixture
def health(client, settings):
    """What /healthz says at the time of the tests, but for the clock itself."""
    Heartbeat.objects.update(at=NOW)

    def ask() -> str:
        return client.get("/healthz").content.decode()

    return ask


def test_a_round_keeps_what_the_check_finds(where, lead):
    concern = make_broken(where)
    clock_round.run_reminder_round(NOW)
    fault = IntegrityFault.objects.get()
    assert concern.reference in fault.words
    assert fault.found_at == NOW


def test_a_whole_record_is_checked_once_a_day(where, lead):
    clock_round.run_reminder_round(NOW)
    make_broken(where)
    clock_round.run_reminder_round(NOW + DAY - HOUR)
    assert not IntegrityFault.objects.exists()
    clock_round.run_reminder_round(NOW + DAY + HOUR)
    assert IntegrityFault.objects.exists()


def test_what_was_put_right_is_gone_within_the_hour(where, lead):
    concern = make_broken(where)
    clock_round.run_reminder_round(NOW)
    concern.steps.filter(done_at=None).update(due_at=NOW + HOUR)
    Concern.objects.filter(pk=concern.pk).update(next_due_at=NOW + HOUR)
    clock_round.run_reminder_round(NOW + HOUR + timedelta(minutes=1))
    assert not IntegrityFault.objects.exists()
    assert not Heartbeat.objects.is_record_found_broken()


def test_a_check_dated_in_the_future_is_made_again(where, lead):
    Heartbeat.objects.record_integrity_check(broken=False, now=FAR)
    make_broken(where)
    clock_round.run_reminder_round(NOW)
    assert IntegrityFault.objects.exists()


def test_the_health_check_says_what_to_run_and_no_number(where, lead, health):
    assert "manage.py unheld" not in health()
    make_broken(where)
    clock_round.run_reminder_round(NOW)
    assert "found something wrong: run manage.py unheld" in health()


def test_the_head_is_told_and_sees_which_concern(client, where, lead):
    concern = make_broken(where)
    clock_round.run_reminder_round(NOW)
    desk = Desk(client, where, Role.HEAD)
    assert "Something is wrong in the record" in page_text(desk.open("/audit/"))
    assert concern.reference in page_text(desk.open("/chase/undelivered/"))


def test_a_head_who_is_kept_out_of_the_concern_sees_nothing_of_it(client, where, lead):
    concern = make_broken(where)
    clock_round.run_reminder_round(NOW)
    desk = Desk(client, where, Role.HEAD)
    Exclusion.objects.create(
        school=where, concern=concern, person=desk.viewer.person, by=concern.reporter, at=NOW
    )
    assert "Something is wrong in the record" not in page_text(desk.open("/audit/"))
    assert concern.reference not in page_text(desk.open("/chase/undelivered/"))


def test_a_head_of_another_school_sees_nothing_of_it(client, where, lead):
    concern = make_broken(where)
    clock_round.run_reminder_round(NOW)
    desk = Desk(client, factories.school(), Role.HEAD)
    assert concern.reference not in page_text(desk.open("/chase/undelivered/"))


def test_what_concerns_the_head_is_shown_to_the_chair_alone(client, where, lead, health):
    desk = Desk(client, where, Role.HEAD)
    concern = make_broken_about_adult(where, desk.viewer.person, Role.CHAIR)
    clock_round.run_reminder_round(NOW)
    for page in ("/audit/", "/chase/undelivered/", "/adult/"):
        text = page_text(desk.open(page))
        assert concern.reference not in text
        assert "wrong in the record of" not in text
    assert "Something is wrong" not in page_text(desk.open("/audit/"))
    assert "manage.py unheld" not in health()


def test_the_reader_of_a_concern_about_an_adult_sees_that_it_is_broken(client, where, lead):
    desk = Desk(client, where, Role.HEAD)
    concern = make_broken_about_adult(where)
    clock_round.run_reminder_round(NOW)
    text = page_text(desk.open("/adult/"))
    assert "What is wrong in the record of these" in text
    assert f"{concern.reference}: a next step is due on 01/01/2099" in text


def test_whoever_runs_the_site_is_told_of_what_concerns_an_adult_by_the_log(where, lead, caplog):
    make_broken_about_adult(where)
    clock_round.run_reminder_round(NOW)
    assert "run manage.py unheld" in caplog.text


def test_a_check_that_cannot_be_finished_is_a_fault_and_ends_no_round(
    where, lead, health, monkeypatch
):
    def fail(*_):
        raise KeyError("a child's name")

    monkeypatch.setattr(daily_check, "check_school_integrity", fail)
    assert clock_round.run_reminder_round(NOW) is True
    assert "manage.py unheld" in health()
    assert IntegrityFault.objects.get().words == "the check of the record could not be finished"


def test_a_worker_that_lost_its_lease_ends_the_check(where, lead):
    make_broken(where)
    assert daily_check.check_record_if_due(NOW, lambda: False) is False
    assert Heartbeat.objects.is_integrity_check_due(NOW)


def test_one_school_s_faults_do_not_replace_another_s(where, lead):
    other = factories.school()
    factories.person(other, Role.DSL)
    make_broken(where)
    make_broken(other)
    clock_round.run_reminder_round(NOW)
    assert {fault.school_id for fault in IntegrityFault.objects.all()} == {where.pk, other.pk}
    assert integrity_check.AT_ONCE > 1


def test_a_database_that_does_not_answer_is_no_fault_of_the_record(where, lead, monkeypatch):
    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(daily_check, "check_school_integrity", fail)
    with pytest.raises(OperationalError):
        daily_check.check_record_if_due(NOW, lambda: True)
    assert not IntegrityFault.objects.exists()


def test_a_round_that_lost_its_lease_during_the_check_is_not_recorded(where, monkeypatch):
    monkeypatch.setattr(clock_round, "check_record_if_due", lambda now, may_go_on: False)
    assert not clock_round.run_reminder_round(NOW)
    assert Heartbeat.objects.get().at != NOW


def test_a_file_that_nobody_confirms_is_deleted_though_nobody_uploads_another(where, lead):
    said = {"school": where, "by": lead.person, "content": "Surname"}
    for model in (HistoryUpload, RollFile, StaffFile):
        model.objects.create(read_at=NOW - DAY - HOUR, **said)
        model.objects.create(read_at=NOW - HOUR, **said)
    brought = RollFile.objects.create(read_at=NOW - 2 * DAY, brought_at=NOW - 2 * DAY, **said)
    clock_round.run_reminder_round(NOW)
    assert [model.objects.count() for model in (HistoryUpload, StaffFile)] == [1, 1]
    assert RollFile.objects.filter(brought_at=None).count() == 1
    assert RollFile.objects.filter(pk=brought.pk).exists()
