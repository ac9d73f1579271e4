"""Tests for inviting many at once, and for the page of those who have not signed in yet."""

from datetime import timedelta

import pytest
from django.core import mail as sent_mail
from django.db import OperationalError
from django.utils import timezone

from concerns.doors import invitation_queue, mail
from concerns.doors.act import ActRefused
from concerns.doors.clock_round import run_reminder_round
from concerns.doors.invitation_queue import send_waiting_invitations
from concerns.models import Invitation, InvitationBatch, LedgerLine, Person, QueuedInvitation
from concerns.models.outbox.heartbeat import MailFault
from concerns.people import acts
from concerns.reading.sign_in_status import NOT_SENT, ON_ITS_WAY, list_not_signed_in
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.second_factor import SET_UP_WITHIN
from tests import counting, factories
from tests.conftest import SecureClient
from tests.people.conftest import NOW

PAGE = "/people/invitations/"
DAY = timedelta(days=1)


def new_person(house, *roles: Role) -> Person:
    """Somebody who was added and has no password yet."""
    person = factories.person(house.school, *roles or [Role.STAFF])
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def two(house) -> list[Person]:
    return [new_person(house), new_person(house, Role.DEPUTY)]


@pytest.fixture
def desk(house):
    return factories.sign_in(SecureClient(), house.office.person)


def invite(house, people, now=NOW) -> InvitationBatch:
    return acts.invite_many(by=house.office, people=people, now=now)


def always() -> bool:
    return True


def send(now=NOW) -> int:
    return send_waiting_invitations(now, always)


def endings() -> list[str]:
    return list(QueuedInvitation.objects.order_by("pk").values_list("ended", flat=True))


def status_of(house, person: Person, now=NOW) -> str:
    viewer = factories.viewer(house.school, Role.OFFICE, who=house.office.person, now=now)
    rows = {row.person.pk: row for row in list_not_signed_in(viewer)}
    return rows[person.pk].status


# By page.


def test_the_page_ticks_who_was_never_invited_and_invites_them(house, desk, two):
    page = desk.get(PAGE)
    ticked = {str(one.uid) for one in two}
    assert set(page.context["form"].initial["people"]) == ticked
    answer = desk.post(PAGE, {"people": sorted(ticked)})
    assert answer.url == f"/people/invitations/{InvitationBatch.objects.get().uid}/"
    assert {row.person for row in QueuedInvitation.objects.waiting()} == set(two)


def test_whose_password_is_set_is_not_offered_and_cannot_be_chosen(house, desk, two):
    teacher = house.teacher.person
    assert teacher in [row.person for row in desk.get(PAGE).context["others"]]
    assert desk.post(PAGE, {"people": [str(teacher.uid)]}).status_code == 422
    assert not QueuedInvitation.objects.exists()


def test_the_page_of_a_batch_shows_how_far_it_is_and_can_be_come_back_to(house, desk, two):
    desk.post(PAGE, {"people": [str(one.uid) for one in two]})
    address = f"/people/invitations/{InvitationBatch.objects.get().uid}/"
    assert '<progress id="done" max="2" value="0">' in desk.get(address).content.decode()
    assert address in desk.get(PAGE).content.decode()
    send(timezone.now())
    page = desk.get(address).content.decode()
    assert '<progress id="done" max="2" value="2">' in page
    assert "All have been sent" in page


def test_another_school_does_not_see_the_batch(house, two):
    made = invite(house, two)
    far = factories.viewer(factories.school("Far School"), Role.OFFICE)
    theirs = factories.sign_in(SecureClient(), far.person)
    assert theirs.get(f"/people/invitations/{made.uid}/").status_code == 404
    assert two[0].email not in theirs.get(PAGE).content.decode()


def test_the_pages_cost_as_much_for_thirty_as_for_two(house, desk, two):
    made = invite(house, two)
    pages = [PAGE, f"/people/invitations/{made.uid}/"]
    desk.get(PAGE)
    few = [len(counting.list_statements(lambda: desk.get(page))) for page in pages]  # noqa: B023
    more = [new_person(house) for _ in range(28)]
    for person in more[:14]:
        QueuedInvitation.objects.create(
            school=house.school, batch=made, person=person, next_try_at=NOW
        )
    many = [len(counting.list_statements(lambda: desk.get(page))) for page in pages]  # noqa: B023
    assert many == few


# Sent by the clock.


def test_each_gets_a_link_of_their_own_and_that_is_on_record(house, two, client):
    made = invite(house, two)
    assert send() == 2
    assert [one.to for one in sent_mail.outbox] == [[one.email] for one in two]
    link = sent_mail.outbox[0].body.split("https://testserver")[1].split()[0]
    assert client.get(link).status_code == 200
    assert endings() == ["sent", "sent"]
    assert set(Invitation.objects.values_list("person", "by", "at")) == {
        (one.pk, house.office.person.pk, NOW) for one in two
    }
    assert LedgerLine.objects.filter(kind=Kind.INVITED, about=made.uid).exists()
    sent = [str(row.uid) for row in QueuedInvitation.objects.all()]
    assert LedgerLine.objects.filter(kind=Kind.NOTICED, about__in=sent).count() == 2


def test_an_older_link_ends_when_somebody_is_invited_again(house, two, client):
    invite(house, two[:1])
    send()
    old = sent_mail.outbox[0].body.split("https://testserver")[1].split()[0]
    invite(house, two[:1])
    assert client.get(old).status_code == 410


def test_the_clock_sends_them(house, two):
    invite(house, two)
    run_reminder_round()
    assert endings() == ["sent", "sent"]


def test_a_mail_server_that_is_known_to_be_silent_is_not_tried(house, two, monkeypatch):
    invite(house, two)
    silent = mail.MailRound(0, MailFault.SILENT)
    monkeypatch.setattr(mail, "send_due_letters", lambda *given: silent)
    run_reminder_round()
    assert endings() == ["", ""]


def test_only_so_many_go_in_one_round(house, two, monkeypatch):
    monkeypatch.setattr(invitation_queue, "MOST_IN_A_ROUND", 1)
    invite(house, two)
    assert (send(), endings().count("sent")) == (1, 1)
    assert (send(), endings().count("sent")) == (1, 2)


def test_a_round_that_may_not_go_on_sends_none(house, two):
    invite(house, two)
    assert send_waiting_invitations(NOW, lambda: False) == 0
    assert endings() == ["", ""]


def test_who_has_chosen_a_password_meanwhile_and_who_has_left_are_sent_none(house, two):
    invite(house, two)
    two[0].refresh_from_db()
    two[0].replace_password("three quiet herons")
    two[1].posts.update(until=NOW.date() - timedelta(days=1), since=NOW.date() - timedelta(days=9))
    assert send() == 0
    assert endings() == ["acted", "gone"]


@pytest.fixture
def broken(monkeypatch):
    """Sending always fails: with a word of the server, or with an error that nobody foresaw."""

    def fail(how=None):
        def send_link(*given):
            if how:
                raise how
            return False

        monkeypatch.setattr(mail, "send_password_link", send_link)

    return fail


def test_one_that_fails_is_tried_again_later_and_at_last_said_to_have_failed(house, two, broken):
    broken()
    invite(house, two[:1])
    moment = NOW
    for _ in range(invitation_queue.MOST_TRIES):
        assert endings() == [""]
        send(moment)
        assert send(moment) == 0
        moment += timedelta(minutes=20)
    assert endings() == ["failed"]
    assert not Invitation.objects.exists()
    assert status_of(house, two[0], moment) == NOT_SENT


def test_a_link_that_was_sent_before_does_not_hide_that_the_last_failed(house, two, broken):
    invite(house, two[:1])
    send()
    broken()
    invite(house, two[:1], NOW + DAY)
    for tries in range(invitation_queue.MOST_TRIES):
        assert status_of(house, two[0], NOW + DAY) == ON_ITS_WAY
        send(NOW + DAY + tries * timedelta(minutes=20))
    assert status_of(house, two[0], NOW + DAY) == NOT_SENT


def test_the_time_to_set_up_a_second_factor_begins_when_the_link_is_sent(house, two):
    invite(house, two[:1])
    send(NOW + 3 * DAY)
    two[0].refresh_from_db()
    assert two[0].may_set_up_factor_until == NOW + 3 * DAY + SET_UP_WITHIN


def test_an_error_that_nobody_foresaw_costs_one_invitation_alone(house, two, broken):
    broken(ValueError("who it was for"))
    invite(house, two)
    assert send() == 0
    assert list(QueuedInvitation.objects.values_list("tries", flat=True)) == [1, 1]


def test_after_two_failures_in_a_row_the_others_wait_untried(house, two, broken):
    broken()
    invite(house, [*two, new_person(house)])
    send()
    tries = QueuedInvitation.objects.order_by("pk").values_list("tries", flat=True)
    assert list(tries) == [1, 1, 0]


def test_a_database_that_is_gone_is_the_fault_of_no_invitation(house, two, broken):
    broken(OperationalError("gone"))
    invite(house, two)
    with pytest.raises(OperationalError):
        send()


# Who may be invited.


def test_nobody_is_invited_twice_at_once(house, two):
    invite(house, two)
    with pytest.raises(ActRefused, match="Nobody is left to invite"):
        invite(house, two)


def test_a_password_that_is_in_use_is_never_ended_by_it(house):
    with pytest.raises(ActRefused, match="Nobody is left to invite"):
        invite(house, [house.teacher.person])
    house.teacher.person.refresh_from_db()
    assert house.teacher.person.has_usable_password()


def test_three_links_in_an_hour_are_enough(house, two):
    for _ in range(3):
        invite(house, two[:1])
        send()
    invite(house, two[:1])
    assert endings()[-1] == "limited"
    assert len(sent_mail.outbox) == 3


def test_who_reads_in_another_school_is_left_to_it(house, two):
    far = factories.school("Far School")
    two[0].posts.create(school=far, role=Role.DSL, since=NOW.date())
    invite(house, two[:1])
    assert endings() == ["elsewhere"]


def test_who_left_since_the_page_was_opened_is_not_invited(house, two):
    house.leaves(two[0])
    invite(house, two[:1])
    assert endings() == ["gone"]


def test_without_mail_nobody_is_invited(house, two, settings):
    settings.EMAIL_HOST = ""
    with pytest.raises(ActRefused, match="no way to send mail"):
        invite(house, two)


# What the page says of each.


def test_the_page_says_when_somebody_was_invited_and_whether_the_link_works(house, two):
    assert status_of(house, two[0]) == "Not invited yet"
    invite(house, two[:1])
    assert status_of(house, two[0]) == "The invitation waits to be sent"
    send()
    assert status_of(house, two[0]) == "Invited"
    later = NOW + timedelta(hours=48)
    assert status_of(house, two[0], later) == "Invited, but the link no longer works"


def test_who_has_signed_in_is_not_listed(house, desk):
    shown = [row.person for row in desk.get(PAGE).context["others"]]
    assert house.office.person not in shown
    assert house.teacher.person in shown
