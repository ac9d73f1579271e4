"""Tests that whoever keeps the list of staff can neither read the record by it nor sign in as
somebody else: each tries a way through the pages."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from concerns.models import Person, Post, StaffChangeRequest
from concerns.models.school.person import viewers_for_person
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.desk import day_fields, page_text

HEADINGS = "name,email,roles,title,room,telephone,since,until\n"
NEW = "three quiet herons"
LINK = re.compile(r"https://testserver(/people/password/\?link=\S+)")


@pytest.fixture
def today():
    return timezone.localdate()


def sign_in(person: Person) -> SecureClient:
    return factories.sign_in(SecureClient(), person)


@pytest.fixture
def office(house) -> SecureClient:
    return sign_in(house.office.person)


@pytest.fixture
def head(house) -> SecureClient:
    return sign_in(house.head.person)


def bring(desk, person: Person, role: Role, since="", until="", title="") -> None:
    """Imports a file of one line about `person`, as it is shown."""
    line = f"{person.name},{person.email},{role},{title},,,{since},{until}\n"
    file = SimpleUploadedFile("staff.csv", (HEADINGS + line).encode(), "text/csv")
    address = desk.post("/people/file/", {"file": file}).url
    seen = desk.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]
    assert desk.post(address, {"seen": seen}).status_code == 302


def held(person: Person, role: Role) -> list[tuple]:
    rows = Post.objects.filter(person=person, role=role).order_by("since")
    return list(rows.values_list("since", "until"))


def change_address(desk, person: Person, email: str):
    said = {"name": person.name, "email": email}
    return desk.post(f"/people/{person.uid}/change/", said)


def answer(desk, person: Person, said: str = "yes"):
    """Answers what waits about `person`."""
    what = StaffChangeRequest.objects.awaiting_answer().get(person=person)
    return desk.post(f"/people/asked/{what.uid}/", {"answer": said, "why": "No."})


def is_let_in(email: str, password: str) -> bool:
    said = {"login": email, "password": password}
    return SecureClient().post("/sign-in/", said).status_code == 302


def links_to(email: str) -> list[str]:
    return [
        LINK.search(one.body)[1]
        for one in mail.outbox
        if one.to == [email] and LINK.search(one.body)
    ]


def ended_post(house, person: Person, role: Role, today) -> Post:
    """A post of `person` that ended a month ago."""
    since = today - timedelta(days=90)
    until = today - timedelta(days=30)
    return Post.objects.create(
        person=person, school=house.school, role=role, since=since, until=until
    )


# A reader's post by a file.


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.DSL, Role.HEAD, Role.CHAIR, Role.OFFICE])
def test_a_file_that_overlaps_an_ended_post_asks_nobody_to_give_it_again(house, today, role):
    office = factories.person(house.school, Role.OFFICE)
    ended = ended_post(house, house.teacher.person, role, today)
    bring(sign_in(office), house.teacher.person, role, ended.since, "31/12/2031")
    assert held(house.teacher.person, role) == [(ended.since, ended.until)]
    assert not StaffChangeRequest.objects.exists()


def test_a_file_gives_a_post_again_whose_first_day_is_after_the_end_of_the_last(house, today):
    office = factories.person(house.school, Role.OFFICE)
    ended_post(house, house.teacher.person, Role.DEPUTY, today)
    bring(sign_in(office), house.teacher.person, Role.DEPUTY, today)
    assert StaffChangeRequest.objects.get().first_day == today


def test_the_office_manager_who_was_acting_deputy_does_not_open_the_queue(house, office, today):
    ended = ended_post(house, house.office.person, Role.DEPUTY, today)
    bring(office, house.office.person, Role.DEPUTY, ended.since, "31/12/2031", "Acting deputy")
    assert office.get("/triage/").status_code == 403


def test_a_file_lengthens_a_reader_s_post_only_after_the_head(house, office, head, today):
    lead = factories.person(house.school, Role.DEPUTY)
    last = today + timedelta(days=10)
    lead.posts.update(until=last)
    bring(office, lead, Role.DEPUTY, until="31/12/2031")
    assert [until for _, until in held(lead, Role.DEPUTY)] == [last]
    answer(head, lead)
    begins, ends = held(lead, Role.DEPUTY)[1]
    assert begins == last + timedelta(days=1)
    assert ends.year == 2031


def test_a_file_that_begins_a_reader_s_post_in_the_past_waits_for_the_head(house, office, today):
    bring(office, house.teacher.person, Role.DSL, today - timedelta(days=300))
    assert held(house.teacher.person, Role.DSL) == []


def test_a_file_never_puts_an_ended_reader_s_post_on_days_that_are_over(house, office, today):
    ended = ended_post(house, house.teacher.person, Role.DEPUTY, today)
    later = ended.until + timedelta(days=5)
    bring(office, house.teacher.person, Role.DEPUTY, ended.since, later)
    assert held(house.teacher.person, Role.DEPUTY) == [(ended.since, ended.until)]
    assert not StaffChangeRequest.objects.exists()


def test_another_title_in_the_file_does_not_lengthen_a_reader_s_post(house, office, today):
    lead = factories.person(house.school, Role.DEPUTY)
    lead.posts.update(until=today + timedelta(days=10))
    bring(office, lead, Role.DEPUTY, until="31/12/2031", title="Assistant head")
    assert {until for _, until in held(lead, Role.DEPUTY)} == {
        today - timedelta(days=1),
        today + timedelta(days=10),
    }


def test_a_head_s_own_file_gives_them_no_other_reading_post(house, head):
    bring(head, house.head.person, Role.DSL)
    assert held(house.head.person, Role.DSL) == []
    assert StaffChangeRequest.objects.get().person == house.head.person


def test_a_post_in_the_office_waits_for_the_head_and_makes_no_second_person(house, office, today):
    day = {**day_fields("since", today), "title": ""}
    office.post(f"/people/{house.teacher.person.uid}/post/", {"role": "office", **day})
    assert held(house.teacher.person, Role.OFFICE) == []


def test_who_left_with_a_reader_s_post_to_come_comes_back_without_it(house, office, today):
    leaver = house.teacher.person
    coming = today + timedelta(days=20)
    Post.objects.create(person=leaver, school=house.school, role=Role.DSL, since=coming)
    office.post(f"/people/{leaver.uid}/leave/", day_fields("last", today))
    day = {**day_fields("since", today + timedelta(days=1)), "title": ""}
    office.post(f"/people/{leaver.uid}/post/", {"role": "staff", **day})
    leaver.refresh_from_db()
    assert leaver.is_active
    (viewer,) = viewers_for_person(leaver, timezone.now() + timedelta(days=20))
    assert viewer.roles == {Role.STAFF}


def test_a_reader_s_post_to_come_never_begins_for_whoever_has_left(house, office, today):
    """Their account stays open, because they work in another school of the site too."""
    leaver = house.teacher.person
    other = factories.school("Far School")
    coming = today + timedelta(days=20)
    Post.objects.create(person=leaver, school=other, role=Role.STAFF, since=today)
    Post.objects.create(person=leaver, school=house.school, role=Role.DSL, since=coming)
    office.post(f"/people/{leaver.uid}/leave/", day_fields("last", today))
    on_that_day = viewers_for_person(leaver, timezone.now() + timedelta(days=20))
    assert [viewer.school for viewer in on_that_day] == [other]
    page = page_text(office.get(f"/people/{leaver.uid}/"))
    assert "they left before" in page
    # The head may give it to them again, from the same day.
    house.post(house.head, leaver, Role.DSL, coming)


# Whoever becomes a reader.


def test_a_password_planted_before_somebody_becomes_a_reader_opens_nothing(house, office, head):
    teacher = house.teacher.person
    session = sign_in(teacher)
    house.post(house.office, teacher, Role.DEPUTY)
    answer(head, teacher)
    assert session.get("/triage/").status_code == 302
    assert not is_let_in(teacher.email, factories.PASSWORD)
    (link,) = links_to(teacher.email)
    SecureClient().post(link, {"password": NEW, "again": NEW})
    assert is_let_in(teacher.email, NEW)


def test_a_link_sent_before_somebody_becomes_a_reader_dies(house, office, head):
    teacher = house.teacher.person
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    (early,) = links_to(teacher.email)
    house.post(house.office, teacher, Role.DEPUTY)
    answer(head, teacher)
    assert SecureClient().get(early).status_code == 410
    assert len(links_to(teacher.email)) == 2


def test_who_becomes_a_reader_by_the_head_s_own_hand_starts_without_a_password(house, head, today):
    teacher = house.teacher.person
    page = f"/people/{teacher.uid}/post/"
    head.post(page, {"role": "deputy", "title": "", **day_fields("since", today)})
    assert not is_let_in(teacher.email, factories.PASSWORD)
    assert len(links_to(teacher.email)) == 1


def test_who_becomes_a_reader_by_the_head_s_file_starts_without_a_password(house, head):
    bring(head, house.teacher.person, Role.DEPUTY)
    assert not is_let_in(house.teacher.person.email, factories.PASSWORD)
    assert len(links_to(house.teacher.person.email)) == 1


def test_a_reader_who_is_given_another_reading_post_keeps_their_password(house, head):
    deputy = factories.person(house.school, Role.DEPUTY)
    house.post(house.office, deputy, Role.DSL)
    answer(head, deputy)
    assert is_let_in(deputy.email, factories.PASSWORD)


def test_where_no_mail_is_set_up_nobody_becomes_a_reader_over_a_lost_password(
    house, head, settings
):
    settings.EMAIL_HOST = ""
    house.post(house.office, house.teacher.person, Role.DEPUTY)
    assert "no way to send mail" in page_text(answer(head, house.teacher.person))
    assert held(house.teacher.person, Role.DEPUTY) == []


# An address.


def test_an_address_waits_for_a_second_person_whoever_asks(house, office, head):
    for desk in (office, head):
        person = factories.person(house.school)
        before = person.email
        change_address(desk, person, f"taken{person.pk}@example.test")
        person.refresh_from_db()
        assert person.email == before
        answer(desk, person)
        person.refresh_from_db()
        assert person.email == before


def test_a_link_asked_for_meanwhile_goes_to_the_old_address(house, office):
    teacher = house.teacher.person
    change_address(office, teacher, "taken@example.test")
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    assert links_to("taken@example.test") == []
    assert len(links_to(teacher.email)) == 1


@pytest.mark.parametrize("role", [Role.HEAD, Role.OFFICE])
def test_a_second_person_approves_it_and_everything_that_opened_the_account_ends(
    house, office, role
):
    teacher = house.teacher.person
    old = teacher.email
    session = sign_in(teacher)
    office.post(f"/people/{teacher.uid}/invite/", {"sure": "on"})
    (early,) = links_to(old)
    change_address(office, teacher, "married@example.test")
    answer(sign_in(factories.person(house.school, role)), teacher)
    assert session.get("/submit/").status_code == 302
    assert SecureClient().get(early).status_code == 410
    assert len(links_to("married@example.test")) == 1
    told = [one for one in mail.outbox if one.to == [old]][-1]
    assert "tell the headteacher now" in told.body
    assert not LINK.search(told.body)


def test_the_owner_of_the_account_is_not_the_second_person(house, office):
    colleague = factories.person(house.school, Role.OFFICE)
    change_address(office, colleague, "other@example.test")
    assert answer(sign_in(colleague), colleague).status_code == 422


def test_a_reader_s_address_is_approved_by_the_head_and_not_by_a_second_office(house, office):
    change_address(office, house.lead.person, "other@example.test")
    second = sign_in(factories.person(house.school, Role.OFFICE))
    refused = answer(second, house.lead.person)
    assert "Only the headteacher can answer this" in page_text(refused)


def test_no_page_shows_a_link_to_anybody(house, office, head):
    teacher = house.teacher.person
    change_address(office, teacher, "married@example.test")
    answer(head, teacher)
    (link,) = links_to("married@example.test")
    token = link.partition("link=")[2]
    for desk in (office, head):
        for page in ("", "asked/", f"{teacher.uid}/", f"{teacher.uid}/invite/"):
            assert token not in page_text(desk.get(f"/people/{page}"))


# Another school of the site.


@pytest.fixture
def other(house):
    """The office of another school, which has a head and a lead too."""
    school = factories.school("Far School")
    factories.person(school, Role.HEAD)
    factories.person(school, Role.DSL)
    return sign_in(factories.person(school, Role.OFFICE))


def add(desk, person: Person, today, role: str = "staff"):
    said = {"name": "Anybody", "email": person.email, "role": role, "title": ""}
    return desk.post("/people/add/", said | day_fields("since", today), follow=True)


def offered_link() -> str:
    return re.search(r"https://testserver(/people/confirm/\S+/)", mail.outbox[-1].body)[1]


def test_another_school_can_do_nothing_to_an_account_before_its_owner_confirms(house, other, today):
    teacher = house.teacher.person
    assert "must first confirm" in page_text(add(other, teacher, today))
    for page in ("", "change/", "invite/", "post/", "leave/", "family/"):
        assert other.get(f"/people/{teacher.uid}/{page}").status_code == 404
        assert other.post(f"/people/{teacher.uid}/{page}", {"sure": "on"}).status_code == 404


def test_another_school_s_file_changes_nothing_of_theirs_before_they_confirm(house, other):
    teacher = house.teacher.person
    bring(other, Person(name="Renamed", email=teacher.email), Role.STAFF)
    assert Person.objects.get(pk=teacher.pk).name == teacher.name
    assert set(teacher.posts.values_list("school", flat=True)) == {house.school.pk}


def test_its_owner_confirms_and_works_in_both_schools(house, other, today):
    teacher = house.teacher.person
    add(other, teacher, today)
    assert mail.outbox[-1].to == [teacher.email]
    sign_in(teacher).post(offered_link(), {"answer": "yes"})
    assert teacher.posts.count() == 2
    assert other.get(f"/people/{teacher.uid}/").status_code == 200


def test_its_owner_says_no_and_the_school_reads_it(house, other, today):
    add(other, house.teacher.person, today)
    session = sign_in(house.teacher.person)
    session.post(offered_link(), {"answer": "no"})
    assert house.teacher.person.posts.count() == 1
    assert "They say that they do not work here" in page_text(other.get("/people/asked/"))
    assert session.get(offered_link()).status_code == 404


def test_nobody_else_answers_for_its_owner(house, other, today):
    add(other, house.teacher.person, today)
    for who in (house.office.person, house.head.person):
        assert sign_in(who).post(offered_link(), {"answer": "yes"}).status_code == 404
    what = StaffChangeRequest.objects.get()
    assert other.post(f"/people/asked/{what.uid}/", {"answer": "yes"}).status_code == 422


def test_a_reader_s_post_in_another_school_waits_for_its_owner_and_then_for_its_head(
    house, other, today
):
    add(other, house.teacher.person, today, "deputy")
    what = StaffChangeRequest.objects.get()
    there = sign_in(Person.objects.get(posts__school=what.school, posts__role=Role.HEAD))
    refused = there.post(f"/people/asked/{what.uid}/", {"answer": "yes"})
    assert "must first confirm" in page_text(refused)
    sign_in(house.teacher.person).post(offered_link(), {"answer": "yes"})
    assert held(house.teacher.person, Role.DEPUTY) == []
    there.post(f"/people/asked/{what.uid}/", {"answer": "yes"})
    assert len(held(house.teacher.person, Role.DEPUTY)) == 1


def test_a_school_that_somebody_left_for_another_can_do_nothing_to_their_account(house, today):
    teacher = house.teacher.person
    Post.objects.create(person=teacher, school=factories.school(), role=Role.STAFF, since=today)
    house.leaves(teacher)
    teacher.posts.filter(school=house.school).update(until=today - timedelta(days=1))
    desk = sign_in(house.office.person)
    assert change_address(desk, teacher, "taken@example.test").status_code == 422
    assert desk.post(f"/people/{teacher.uid}/invite/", {"sure": "on"}).status_code == 422
    assert is_let_in(teacher.email, factories.PASSWORD)


def test_ending_a_post_in_the_office_on_a_later_day_does_not_lengthen_it(house, office, today):
    colleague = factories.person(house.school, Role.STAFF, Role.OFFICE)
    post = colleague.posts.get(role=Role.OFFICE)
    post.until = today + timedelta(days=5)
    post.save()
    answered = office.post(
        f"/people/post/{post.uid}/", day_fields("until", today + timedelta(days=99))
    )
    assert "already ends on" in page_text(answered)


def test_the_only_head_is_told_who_can_ask_for_a_reader_s_address(house, head):
    said = change_address(head, house.lead.person, "married@example.test")
    assert "Ask the office to make this change" in page_text(said)
    assert not StaffChangeRequest.objects.exists()
