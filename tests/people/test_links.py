"""Tests for the link by mail that chooses a password: once, within two days, naming no child."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as sent_mail
from django.utils import timezone

from concerns.doors.act import ActRefused
from concerns.doors.password_links import PasswordLinkTokens, build_password_link
from concerns.models import Invitation, LedgerLine, Person, StaffChangeRequest
from concerns.people import acts, queries
from concerns.rules.kinds import Kind
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import factories
from tests.desk import page_text
from tests.people.conftest import NOW, TODAY

NEW = "three quiet herons"
BOTH = {"password": NEW, "again": NEW}


@pytest.fixture
def new(house) -> Person:
    """Somebody with a post and no password yet."""
    person = factories.person(house.school)
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def desk(house, client):
    return factories.sign_in(client, house.office.person)


def invite(desk, person: Person):
    return desk.post(f"/people/{person.uid}/invite/", {"sure": "on"})


def link_in(message) -> str:
    return re.search(r"https://testserver(/people/password/\?link=\S+)", message.body).group(1)


def test_an_invitation_says_nothing_but_what_it_is_for(house, desk, new):
    child = factories.child(house.school, "Amelia", "Quillfeather")
    factories.relate_to_child(new, child)
    assert invite(desk, new).url == f"/people/{new.uid}/?sent"
    message = sent_mail.outbox[0]
    assert message.to == [new.email]
    assert "48 hours" in message.body
    for told in ("Amelia", "Quillfeather", "4B", "concern "):
        assert told not in message.body + message.subject


def test_with_the_link_a_password_is_chosen_and_one_can_sign_in(desk, new, client):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    assert "Choose your password" in client.get(link).content.decode()
    assert "Your password is set" in client.post(link, BOTH).content.decode()
    desk.logout()
    answer = client.post("/sign-in/", {"login": new.email, "password": NEW})
    assert answer.status_code == 302
    assert LedgerLine.objects.filter(kind=Kind.PASSWORD_SET, actor=new).exists()


def test_a_link_works_once_and_then_says_what_to_do(desk, new, client):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    client.post(link, BOTH)
    for answer in (client.get(link), client.post(link, {**BOTH, "password": "x"})):
        assert answer.status_code == 410
        assert "ask for another" in answer.content.decode()


def test_two_who_press_at_once_set_one_password(house, desk, new):
    invite(desk, new)
    new.refresh_from_db()
    link = build_password_link(new, PasswordLinkKind.INVITATION).partition("link=")[2]
    by = queries.viewer_for_invitation(new, NOW)
    given = {"by": by, "person": new, "link": link, "now": NOW}
    acts.choose_password(password=NEW, **given)
    with pytest.raises(ActRefused, match="This link no longer works"):
        acts.choose_password(password="another long password", **given)
    new.refresh_from_db()
    assert new.check_password(NEW)


def pass_time(monkeypatch, **by) -> None:
    """Lets so much time pass for the links."""
    now = datetime.now(UTC).replace(tzinfo=None) + timedelta(**by)
    monkeypatch.setattr(PasswordLinkTokens, "_now", lambda tokens: now)


def test_an_invitation_ends_after_two_days(desk, new, client, monkeypatch):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    pass_time(monkeypatch, hours=47, minutes=59)
    assert client.get(link).status_code == 200
    pass_time(monkeypatch, hours=48, minutes=1)
    assert client.get(link).status_code == 410


def test_a_link_for_whoever_had_a_password_ends_after_an_hour(house, desk, client, monkeypatch):
    assert "60 minutes" in page_text(desk.get(f"/people/{house.teacher.person.uid}/invite/"))
    invite(desk, house.teacher.person)
    (message,) = sent_mail.outbox
    assert "for 60 minutes" in message.body
    link = link_in(message)
    pass_time(monkeypatch, minutes=59)
    assert client.get(link).status_code == 200
    pass_time(monkeypatch, minutes=61)
    assert client.get(link).status_code == 410


def test_a_link_to_who_became_a_reader_is_an_invitation(house, client, monkeypatch):
    head = factories.sign_in(client, house.head.person)
    asked = house.post(house.office, house.teacher.person, Role.DEPUTY)
    head.post(f"/people/asked/{asked.uid}/", {"answer": "yes"})
    pass_time(monkeypatch, hours=47)
    assert client.get(link_in(sent_mail.outbox[0])).status_code == 200


@pytest.mark.parametrize("kind", PasswordLinkKind)
def test_a_sign_in_ends_every_link_and_so_does_another_password(house, client, kind):
    teacher = house.teacher.person
    links = [build_password_link(teacher, kind).removeprefix("https://testserver")]
    assert client.get(links[0]).status_code == 200
    factories.sign_in(client, teacher)
    teacher.refresh_from_db()
    assert client.get(links[0]).status_code == 410
    links.append(build_password_link(teacher, kind).removeprefix("https://testserver"))
    acts.set_password(by=house.head, person=teacher, password="by the command line", now=NOW)
    assert [client.get(link).status_code for link in links] == [410, 410]


def test_two_sign_ins_within_a_second_end_a_link_all_the_same(house, client):
    teacher = house.teacher.person
    teacher.last_login = NOW
    teacher.save()
    link = build_password_link(teacher, PasswordLinkKind.RESET).removeprefix("https://testserver")
    teacher.last_login = NOW + timedelta(milliseconds=300)
    teacher.save()
    assert client.get(link).status_code == 410


def test_whose_last_post_is_over_uses_no_link(house, client):
    teacher = house.teacher.person
    link = build_password_link(teacher, PasswordLinkKind.RESET).removeprefix("https://testserver")
    teacher.posts.update(until=timezone.localdate() - timedelta(days=1))
    assert client.get(link).status_code == 410


def test_a_second_link_ends_the_first(desk, new, client):
    invite(desk, new)
    invite(desk, new)
    first, second = map(link_in, sent_mail.outbox)
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


@pytest.mark.parametrize("link", ["", "nothing", "x.y", "00000000-0000-0000-0000-000000000000.a-b"])
def test_what_is_no_link_opens_nothing(db, client, link):
    assert client.get("/people/password/", {"link": link}).status_code == (410 if link else 404)


def test_who_has_left_uses_no_link(desk, new, client, house):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    house.leaves(new)
    assert client.get(link).status_code == 410


def test_a_weak_password_or_two_that_differ_are_refused_and_the_link_stays(desk, new, client):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    for said in ({"password": "short", "again": "short"}, {"password": NEW, "again": "other"}, {}):
        assert client.post(link, said).status_code == 422
    assert client.get(link).status_code == 200


def test_a_password_of_the_schools_own_name_is_refused(desk, new, client, house):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    guessed = f"{house.school.name} 2026!"
    answer = client.post(link, {"password": guessed, "again": guessed})
    assert answer.status_code == 422
    assert "like the name of the school" in answer.content.decode()


def test_a_new_password_for_who_does_not_read_ends_their_session_at_once(house, desk):
    from tests.conftest import SecureClient

    theirs = factories.sign_in(SecureClient(), house.teacher.person)
    invite(desk, house.teacher.person)
    assert theirs.get("/submit/").status_code == 302
    house.teacher.person.refresh_from_db()
    assert not house.teacher.person.has_usable_password()


def test_a_reader_s_new_password_waits_and_the_head_s_approval_sends_it(house, desk):
    from tests.conftest import SecureClient

    lead = house.lead.person
    invite(desk, lead)
    assert sent_mail.outbox == []
    lead.refresh_from_db()
    assert lead.check_password(factories.PASSWORD)
    what = StaffChangeRequest.objects.get(matter=StaffRequestMatter.PASSWORD)
    head = factories.sign_in(SecureClient(), house.head.person)
    head.post(f"/people/asked/{what.uid}/", {"answer": "yes"})
    assert [message.to for message in sent_mail.outbox] == [[lead.email]]
    lead.refresh_from_db()
    assert not lead.has_usable_password()


def test_a_reader_s_first_link_waits_for_nobody(house, desk):
    lead = factories.person(house.school, Role.DEPUTY)
    lead.set_unusable_password()
    lead.save()
    invite(desk, lead)
    assert len(sent_mail.outbox) == 1


def test_who_begins_next_week_can_choose_a_password_today(house, desk, client):
    later = TODAY + timedelta(days=400)
    person = factories.person(house.school, since=later)
    person.set_unusable_password()
    person.save()
    invite(desk, person)
    assert client.post(link_in(sent_mail.outbox[0]), BOTH).status_code == 200


def test_after_three_links_in_an_hour_no_more_go(desk, new):
    assert [invite(desk, new).status_code for _ in range(4)] == [302, 302, 302, 422]
    assert len(sent_mail.outbox) == Invitation.objects.count() == 3


def test_tries_at_links_are_limited_and_a_right_link_works_all_the_while(
    desk, new, client, settings
):
    invite(desk, new)
    link = link_in(sent_mail.outbox[0])
    limits = {**settings.ACCOUNT_RATE_LIMITS, "wrong_password_link": "20/m/ip"}
    settings.ACCOUNT_RATE_LIMITS = limits
    answers = [client.post("/people/password/?link=x.y").status_code for _ in range(21)]
    assert set(answers[:20]) == {410}
    assert answers[20] == 429
    assert client.post(link, BOTH).status_code == 200


def test_a_mail_that_fails_is_said_and_undoes_nothing(house, desk, new, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = 1
    answer = invite(desk, new)
    assert answer.url.endswith("?unsent")
    assert "could not be sent" in desk.get(answer.url).content.decode()
    assert Invitation.objects.filter(person=new).exists()


def test_where_no_mail_is_set_up_nobody_loses_a_password_over_it(house, desk, settings):
    settings.EMAIL_HOST = ""
    answer = invite(desk, house.teacher.person)
    assert answer.status_code == 422
    house.teacher.person.refresh_from_db()
    assert house.teacher.person.has_usable_password()
