"""Mail that cannot go out: what fails holds up nothing else, and whoever must know is told."""

import socket
import threading
from datetime import timedelta

import pytest
from django.core import mail as sent_here
from django.core.checks import run_checks
from django.core.mail import get_connection
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from concerns.chase import acts as chase
from concerns.doors import clock_round, mail
from concerns.models import Heartbeat, Letter, Notice, RoundFailure, School
from concerns.models.outbox.heartbeat import MailFault
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.doors.test_dead_mail_server import Server
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def faults(now) -> list[str]:
    status, _ = Heartbeat.objects.read_heartbeat()
    return status.fault_messages(now, is_mail_stuck=bool(status.stuck))


def write_urgent(where) -> None:
    factories.concern_at(State.WAITING, where=where, going_home="yes", now=NOW)


def test_an_address_that_is_two_holds_back_nobody_elses_letter(where, post_office):
    adviser = {"adviser_name": "Ann", "adviser_email": "a@x.test, b@x.test"}
    School.objects.filter(pk=where.pk).update(**adviser)
    lead = factories.person(where, Role.DSL)
    write_urgent(where)
    port = int(post_office.settings["EMAIL_PORT"])
    by = get_connection(SMTP, host="127.0.0.1", port=port, use_tls=False)
    for minutes in (0, 31, 46, 61, 76, 91):
        clock_round.run_reminder_round(NOW + minutes * MINUTE, by)
    assert Letter.objects.get(person=None, sent_at=None, ended_at=None).fault == "ValueError"
    assert not Letter.objects.filter(person=lead, sent_at=None, ended_at=None).exists()
    assert Heartbeat.objects.get().at == NOW + 91 * MINUTE


def test_a_letter_that_cannot_be_built_is_shown_and_the_rest_go(where, monkeypatch):
    lead = factories.person(where, Role.DSL)
    other = factories.school()
    factories.person(other, Role.DSL)
    write_urgent(where)
    write_urgent(other)
    build = mail._build_email

    def fail_for_lead(letter, notices, by):
        if letter.person == lead:
            raise ValueError("cannot be built")
        return build(letter, notices, by)

    monkeypatch.setattr(mail, "_build_email", fail_for_lead)
    clock_round.run_reminder_round(NOW)
    assert Letter.objects.get(sent_at=None).fault == "ValueError"
    assert len(sent_here.outbox) == 1


@pytest.mark.parametrize("part", ["merge_unsent_letters", "refresh_from_db"])
def test_a_letter_whose_rows_are_at_fault_is_shown_and_the_rest_go(where, monkeypatch, part):
    lead = factories.person(where, Role.DSL)
    other = factories.school()
    factories.person(other, Role.DSL)
    write_urgent(where)
    write_urgent(other)
    whole = getattr(Letter, part)

    def fail_for_lead(letter, *given):
        if letter.person_id == lead.pk:
            raise IntegrityError("rows at fault")
        return whole(letter, *given)

    monkeypatch.setattr(Letter, part, fail_for_lead)
    clock_round.run_reminder_round(NOW)
    assert Letter.objects.get(sent_at=None).fault == "IntegrityError"
    assert len(sent_here.outbox) == 1
    assert Heartbeat.objects.get().at == NOW


def test_a_letter_that_went_and_cannot_be_marked_holds_up_no_other(where, monkeypatch):
    for school in (where, factories.school()):
        factories.person(school, Role.DSL)
        write_urgent(school)
    monkeypatch.setattr(mail.ledger, "write_ledger_line", fail_once(KeyError("ledger")))
    clock_round.run_reminder_round(NOW)
    assert Letter.objects.get(sent_at=None).fault == "KeyError"
    assert Letter.objects.exclude(sent_at=None).count() == 1


def test_a_database_that_is_gone_is_the_fault_of_no_letter(where, monkeypatch):
    factories.person(where, Role.DSL)
    write_urgent(where)
    monkeypatch.setattr(mail, "_send_letter", fail_once(OperationalError("gone")))
    with pytest.raises(OperationalError):
        clock_round.run_reminder_round(NOW)
    assert Letter.objects.get().fault == ""


def fail_once(fault: Exception):
    """A function that raises `fault` the first time, and afterwards does nothing."""
    faults = [fault]

    def fail(*given, **more):
        if faults:
            raise faults.pop()

    return fail


@pytest.fixture
def silent_server():
    """A port that takes every connection and never says a word."""
    taken = []
    listening = socket.create_server(("127.0.0.1", 0))

    def take():
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield taken, listening.getsockname()[1]
    listening.close()
    for connection in taken:
        connection.close()


def test_a_server_that_says_nothing_is_asked_twice_in_a_round_and_then_left(where, silent_server):
    taken, port = silent_server
    for _ in range(5):
        factories.person(where, Role.HEAD)
        write_urgent(where)
    by = get_connection(SMTP, host="127.0.0.1", port=port, timeout=0.2, use_tls=False)
    for minutes in (0, 31, 46, 61, 76):
        clock_round.run_reminder_round(NOW + minutes * MINUTE, by)
    before = len(taken)
    assert Letter.objects.due_for_sending(NOW + 300 * MINUTE).count() > 2
    clock_round.run_reminder_round(NOW + 300 * MINUTE, by)
    assert len(taken) - before == 2


def test_a_mail_server_that_is_not_there_is_said_though_no_letter_waits(where):
    factories.person(where, Role.DSL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    by = get_connection(SMTP, host="127.0.0.1", port=port, timeout=0.2, use_tls=False)
    for minutes in range(0, 31, 6):
        clock_round.run_reminder_round(NOW + minutes * MINUTE, by)
    assert faults(NOW + 31 * MINUTE) == [MailFault.SILENT.label]
    clock_round.run_reminder_round(NOW + 40 * MINUTE)
    assert faults(NOW + 40 * MINUTE) == []


def test_no_mail_server_at_all_is_said_at_once_by_the_health_check_and_to_readers(
    client, where, settings
):
    settings.EMAIL_HOST = ""
    clock_round.run_reminder_round()
    assert "no mail server is set" in client.get("/healthz").json()["why"]
    factories.sign_in(client, factories.person(where, Role.DSL))
    assert "o mail server is set" in page_text(client.get("/triage/"))


def test_a_letter_that_does_not_go_out_is_said_by_the_health_check_until_it_has(client, where):
    """The server is there, and refuses one letter: of the second school, not urgent, a day old."""
    now = timezone.now()
    other = factories.school()
    writer, lead = factories.viewer(other), factories.viewer(other, Role.DSL)
    before = now - timedelta(days=3)
    concern = factories.concern_at(State.TAKEN, where=other, by=writer, lead=lead, now=before)
    written = now - timedelta(days=2)
    chase.tell_reporter(by=lead, concern=concern, words="Thank you.", now=written)
    server = Server(refused=[writer.person.email])
    for moment in (now - timedelta(hours=25), now):
        clock_round.run_reminder_round(moment, server)
    letter = Letter.objects.unsent_letters().get()
    assert not letter.red
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "an e-mail has been waiting" in answer.json()["why"]
    letter.next_try_at = now
    letter.save()
    clock_round.run_reminder_round(now, Server())
    assert client.get("/healthz").json() == {"ok": True}


def test_an_urgent_notice_that_never_came_into_a_letter_is_a_fault(where, monkeypatch):
    write_urgent(where)
    factories.person(where, Role.DSL)
    monkeypatch.setattr(clock_round.SchoolRound, "_put_notices_in_letters", lambda self: None)
    clock_round.run_reminder_round(NOW)
    assert faults(NOW) == []
    clock_round.run_reminder_round(NOW + 16 * MINUTE)
    assert faults(NOW + 16 * MINUTE) != []


def test_what_a_round_set_aside_about_an_adult_is_not_shown_to_the_head(client, where, monkeypatch):
    head = factories.person(where, Role.HEAD)
    factories.person(where, Role.CHAIR)
    adults.send_adult_concern(factories.viewer(where), head, now=NOW)

    def fail(*_):
        raise ValueError("a ladder that cannot be climbed")

    monkeypatch.setattr(clock_round.adult_escalation, "find_adult_recipient", fail)
    clock_round.run_reminder_round(NOW + timedelta(days=2))
    failure = RoundFailure.objects.unresolved_failures().get()
    factories.sign_in(client, head)
    assert failure.about not in page_text(client.get("/chase/undelivered/"))


def test_what_fails_in_one_school_stops_no_other_and_is_shown_to_its_head(where, monkeypatch):
    other = factories.school()
    lead = factories.person(other, Role.DSL)
    write_urgent(other)
    run = clock_round.SchoolRound.run_for_school

    def fail_for_first(self):
        if self.school == where:
            raise ValueError("a fault outside a row")
        return run(self)

    monkeypatch.setattr(clock_round.SchoolRound, "run_for_school", fail_for_first)
    assert clock_round.run_reminder_round(NOW)
    assert [message.to for message in sent_here.outbox] == [[lead.email]]
    assert RoundFailure.objects.unresolved_failures().get().school == where


def test_a_round_whose_lease_another_worker_has_taken_ends(where, monkeypatch):
    factories.person(where, Role.DSL)
    write_urgent(where)
    run = clock_round.SchoolRound.run_for_school

    def lose_lease(self):
        Heartbeat.objects.update(leased_until=NOW + 90 * MINUTE)
        return run(self)

    monkeypatch.setattr(clock_round.SchoolRound, "run_for_school", lose_lease)
    assert not clock_round.run_reminder_round(NOW)
    assert sent_here.outbox == []


def test_letters_are_not_sent_once_the_lease_is_gone(where):
    factories.person(where, Role.DSL)
    write_urgent(where)
    clock_round.SchoolRound(where, NOW).run_for_school()
    assert mail.send_due_letters(NOW, may_go_on=lambda: False).sent == 0
    assert Letter.objects.due_for_sending(NOW).exists()


def test_a_server_that_does_not_let_us_in_is_not_tried_for_every_letter(where):
    from smtplib import SMTPAuthenticationError

    from tests.doors.test_dead_mail_server import Server

    server = Server(SMTPAuthenticationError(535, b"wrong password"))
    for role in (Role.DSL, Role.DEPUTY, Role.HEAD):
        factories.person(where, role)
    write_urgent(where)
    for minutes in (0, 31, 46):
        clock_round.run_reminder_round(NOW + minutes * MINUTE, server)
    server.asked = 0
    clock_round.run_reminder_round(NOW + 300 * MINUTE, server)
    assert server.asked == 1


def test_what_does_not_go_out_about_an_adult_is_shown_to_its_reader_alone(client, where, settings):
    settings.EMAIL_HOST = ""
    head, chair = (factories.person(where, role) for role in (Role.HEAD, Role.CHAIR))
    Heartbeat.objects.update(mail_fault="", mail_fault_since=None)
    about_head = adults.send_adult_concern(factories.viewer(where), head, now=NOW, sort="harm")
    clock_round.run_reminder_round(NOW)
    later = Heartbeat.objects.database_now() - 20 * MINUTE
    Letter.objects.update(made_at=later)
    Notice.objects.update(made_at=later)
    factories.sign_in(client, head)
    assert "None: every e-mail" in page_text(client.get("/chase/undelivered/"))
    assert about_head.reference not in page_text(client.get("/adult/"))
    chairs = factories.sign_in(SecureClient(), chair)
    assert "E-mails about these that were not sent" in page_text(chairs.get("/adult/"))


@pytest.mark.parametrize(
    "origin",
    [
        "school.uk", "https://school.uk/", "https://", "https://school.uk/app", "",
        "https://school.uk ", "https://www school.uk", "https://name:word@school.uk",
        "https://sch\u00f6ol.uk", "https://School.uk", "ftp://school.uk", "https://school.uk:abc",
        "https://school.uk, https://www.school.uk", "https://school.uk\n",
    ],
)  # fmt: skip
def test_an_origin_that_would_make_broken_links_is_refused(settings, origin):
    settings.SITE_ORIGIN = origin
    assert "concerns.E003" in [fault.id for fault in run_checks()]


@pytest.mark.parametrize(
    "origin", ["https://school.uk", "https://www.a-b.sch.uk:8443", "http://localhost:8000"]
)
def test_an_origin_that_links_can_begin_with_is_taken(settings, origin):
    settings.SITE_ORIGIN = origin
    assert run_checks() == []


@pytest.mark.parametrize("sender", ["a@x.test, b@x.test", "nobody", ""])
def test_a_sender_that_is_not_one_address_is_refused(settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    assert "concerns.E004" in [fault.id for fault in run_checks()]
