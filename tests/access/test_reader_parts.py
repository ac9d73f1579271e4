"""Tests of saying who reads a part of the record: who may, who approves it, and how it ends."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from concerns.access import acts, queries
from concerns.doors.act import ActRefused
from concerns.models import (
    Child,
    Concern,
    LedgerLine,
    PartAnswers,
    Post,
    ReaderPart,
    StaffChangeRequest,
)
from concerns.people import acts as people
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.staff_approval import StaffRequestMatter
from tests import counting, factories
from tests.conftest import SecureClient
from tests.factories import NOW

pytestmark = pytest.mark.django_db
YEAR_5 = PartAnswers(years=("Year 5",))


@pytest.fixture
def where():
    return factories.school()


@pytest.fixture
def teacher(where):
    return factories.person(where)


def ask(by, person, part=YEAR_5, role=Role.YEAR_LEAD, **more) -> StaffChangeRequest:
    said = {"since": NOW.date(), "role": role, "matter": StaffRequestMatter.POST, **more}
    what = StaffChangeRequest(person=person, **said)
    acts.give_part(by=by, what=what, part=part, now=NOW)
    return what


def roles(person) -> set[str]:
    return set(Post.objects.filter(person=person).values_list("role", flat=True))


def read_by(person, where, now=NOW) -> set[Child]:
    viewer = factories.viewer(where, *map(Role, roles(person)), who=person, now=now)
    return set(Child.objects.visible_to(viewer))


def test_what_the_lead_says_waits_for_the_head_and_shows_nothing_meanwhile(where, teacher):
    factories.child(where, year="Year 5")
    what = ask(factories.viewer(where, Role.DSL), teacher)
    assert what.pk
    assert roles(teacher) == {"staff"}
    assert not read_by(teacher, where)
    assert LedgerLine.objects.filter(kind=Kind.ASKED, about=str(what.uid)).count() == 1


def test_what_the_head_approves_is_read_from_then_on(where, teacher):
    child = factories.child(where, year="Year 5")
    factories.child(where, year="Year 6")
    what = ask(factories.viewer(where, Role.DSL), teacher)
    head = factories.viewer(where, Role.HEAD)
    asked = StaffChangeRequest.objects.get(pk=what.pk)
    people.answer(by=head, asked=asked, approved=True, why="", now=NOW)
    assert roles(teacher) == {"staff", "year_lead"}
    assert read_by(teacher, where) == {child}


def test_the_head_needs_nobody_to_say_it_of_somebody_else(where, teacher):
    child = factories.child(where)
    part = PartAnswers(children=(child,))
    what = ask(factories.viewer(where, Role.HEAD), teacher, part, Role.KEYWORKER)
    assert what.pk is None
    assert read_by(teacher, where) == {child}
    line = LedgerLine.objects.get(kind=Kind.STAFF_CHANGED, about=str(teacher.uid))
    assert str(child.uid) in line.body


def test_whoever_begins_to_read_a_part_chooses_a_new_password(where, teacher):
    what = ask(factories.viewer(where, Role.HEAD), teacher)
    teacher.refresh_from_db()
    assert what.link_owed
    assert not teacher.has_usable_password()


def test_a_head_does_not_say_it_of_themselves(where):
    head = factories.viewer(where, Role.HEAD)
    assert ask(head, head.person).pk


@pytest.mark.parametrize("role", [Role.STAFF, Role.OFFICE, Role.CHAIR, Role.YEAR_LEAD])
def test_nobody_else_says_who_reads_a_part(where, teacher, role):
    with pytest.raises(ActRefused):
        ask(factories.viewer(where, role), teacher)
    assert roles(teacher) == {"staff"}


@pytest.mark.parametrize(
    ("part", "role"),
    [
        (PartAnswers(), Role.YEAR_LEAD),
        (PartAnswers(), Role.KEYWORKER),
        (YEAR_5, Role.KEYWORKER),
        (YEAR_5, Role.DSL),
    ],
)
def test_a_part_says_of_which_children_and_nothing_else(where, teacher, part, role):
    with pytest.raises(ActRefused):
        ask(factories.viewer(where, Role.HEAD), teacher, part, role)
    assert roles(teacher) == {"staff"}


def test_another_change_is_not_made_here(where, teacher):
    with pytest.raises(ActRefused):
        ask(factories.viewer(where, Role.HEAD), teacher, matter=StaffRequestMatter.PASSWORD)


def test_somebody_of_another_school_reads_no_part_here(where):
    other = factories.person(factories.school())
    with pytest.raises(ActRefused):
        ask(factories.viewer(where, Role.HEAD), other)


def test_the_office_cannot_choose_a_post_that_reads_a_part(where, teacher):
    office = factories.sign_in(SecureClient(), factories.person(where, Role.OFFICE))
    page = office.get(f"/people/{teacher.uid}/post/").content.decode()
    assert 'value="deputy"' in page
    assert 'value="year_lead"' not in page


def test_a_post_that_reads_a_part_without_one_shows_nothing(where, teacher):
    factories.child(where)
    office = factories.viewer(where, Role.HEAD)
    what = StaffChangeRequest(
        matter=StaffRequestMatter.POST, person=teacher, role=Role.YEAR_LEAD, since=NOW.date()
    )
    people.change(by=office, what=what, now=NOW)
    assert not ReaderPart.objects.exists()
    assert not read_by(teacher, where)


def test_the_lead_ends_it(where, teacher):
    ask(factories.viewer(where, Role.HEAD), teacher)
    post = Post.objects.get(person=teacher, role=Role.YEAR_LEAD)
    lead = factories.viewer(where, Role.DSL)
    acts.end_part(by=lead, post=post, now=NOW)
    tomorrow = factories.viewer(
        where, Role.STAFF, Role.YEAR_LEAD, who=teacher, now=NOW + timedelta(days=1)
    )
    factories.child(where, year="Year 5")
    assert not Child.objects.visible_to(tomorrow).exists()


def test_one_that_was_to_begin_later_never_begins(where, teacher):
    ask(factories.viewer(where, Role.HEAD), teacher, since=NOW.date() + timedelta(days=3))
    post = Post.objects.get(person=teacher, role=Role.YEAR_LEAD)
    acts.end_part(by=factories.viewer(where, Role.DSL), post=post, now=NOW)
    post.refresh_from_db()
    assert post.called_off


def test_no_other_post_is_ended_here(where):
    lead = factories.viewer(where, Role.DSL)
    with pytest.raises(ActRefused):
        acts.end_part(by=lead, post=Post.objects.get(person=lead.person), now=NOW)


# --- The pages ------------------------------------------------------------------------------------


def test_a_head_of_year_is_made_by_page_and_sees_their_year_alone(where, teacher):
    child = factories.child(where, "Asha", "Merrow", year="Year 5")
    factories.child(where, "Ben", "Merrow", year="Year 3")
    lead = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    path = "/access/parts/years/"
    assert "Year 5" in lead.get(path).content.decode()
    told = lead.post(path, {"person": str(teacher.uid), "groups": ["year:Year 5"], **today(lead)})
    assert told.status_code == 302
    listed = lead.get("/access/parts/").content.decode()
    assert "Waiting for the headteacher" in listed
    assert "Year 5" in listed
    asked = StaffChangeRequest.objects.get()
    shown = head.get(f"/people/asked/{asked.uid}/").content.decode()
    assert "Reads only" in shown
    assert "Year 5" in shown
    assert head.post(f"/people/asked/{asked.uid}/", {"answer": "yes"}).status_code == 302
    assert read_by(teacher, where, timezone.now()) == {child}


def test_a_keyworker_is_made_by_page_without_a_script(where, teacher):
    child = factories.child(where, "Asha", "Merrow")
    other = factories.child(where, "Ben", "Merrow")
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    path = "/access/parts/children/"
    assert head.get(path).status_code == 200
    found = head.post(path, {"find": "asha", "do": "find"}).content.decode()
    assert str(child.uid) in found
    more = head.post(path, {"find": "ben", "children": [str(child.uid)], "do": "find"})
    assert str(child.uid) in more.content.decode()
    assert str(other.uid) in more.content.decode()
    nobody = head.post(path, {"find": "zebedee", "do": "find"}).content.decode()
    assert "No child on the roll matches" in nobody
    said = {"person": str(teacher.uid), "children": [str(child.uid), str(other.uid)]}
    assert head.post(path, {**said, **today(head)}).status_code == 302
    assert read_by(teacher, where, timezone.now()) == {child, other}


def today(client) -> dict[str, str]:
    """The first day as the form offers it: today by the clock of the database."""
    page = client.get("/access/parts/years/").content.decode()
    return {
        f"since_{part}": page.split(f'name="since_{part}"')[1].split('value="')[1].split('"')[0]
        for part in ("day", "month", "year")
    }


@pytest.mark.parametrize("path", ["/access/parts/years/", "/access/parts/children/"])
def test_what_is_missing_is_said(where, path):
    lead = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    answer = lead.post(path, {})
    assert answer.status_code == 422
    assert "Choose who it is" in answer.content.decode()
    assert "Enter the first day" in answer.content.decode()


def test_days_that_cannot_be_are_refused(where, teacher):
    factories.child(where, year="Year 5")
    lead = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    said = {"person": str(teacher.uid), "groups": ["year:Year 5"]}
    days = {"since_day": "1", "since_month": "1", "since_year": "2020"}
    page = lead.post("/access/parts/years/", {**said, **days}).content.decode()
    assert "Choose today, or a day in this year or the next" in page
    before = {**today(lead), "until_day": "1", "until_month": "1", "until_year": "2020"}
    page = lead.post("/access/parts/years/", {**said, **before}).content.decode()
    assert "The last day is before the first" in page


def test_it_is_ended_by_page(where):
    reader = factories.part_reader(where, years=("Year 5",)).person
    lead = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    post = reader.posts.get(role=Role.YEAR_LEAD)
    path = f"/access/parts/{post.uid}/end/"
    assert "Year 5" in lead.get(path).content.decode()
    assert lead.post(path).status_code == 302
    post.refresh_from_db()
    assert post.until


def test_a_link_that_could_not_be_sent_is_said(where, teacher, monkeypatch):
    factories.child(where, year="Year 5")
    monkeypatch.setattr("concerns.doors.mail.send_password_link", lambda *_, **__: False)
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    said = {"person": str(teacher.uid), "groups": ["year:Year 5"], **today(head)}
    answer = head.post("/access/parts/years/", said)
    assert answer["Location"] == "/access/parts/?unsent"
    assert "could not be sent" in head.get(answer["Location"]).content.decode()


def test_the_list_takes_as_many_queries_for_six_as_for_three(where):
    lead = factories.viewer(where, Role.DSL)
    # The school's calendar is read once, by whatever asks what day it is.
    assert lead.todays_date
    counts = []
    for _ in range(2):
        for _ in range(3):
            factories.part_reader(where, Role.KEYWORKER, children=(factories.child(where),))
        statements = counting.list_statements(lambda: queries.list_part_readers(lead))
        counts.append(len(statements))
    assert counts == [3, 3]


def test_a_concern_of_their_year_is_in_their_queue(where):
    child = factories.child(where, year="Year 5")
    concern = factories.send_concern(factories.viewer(where), child).concern
    reader = factories.part_reader(where, years=("Year 5",)).person
    shown = factories.sign_in(SecureClient(), reader).get("/triage/").content.decode()
    assert Concern.objects.get(pk=concern.pk).reference in shown


def test_a_lead_is_not_told_who_reads_of_a_child_of_their_family(where):
    child = factories.child(where)
    reader = factories.part_reader(where, Role.KEYWORKER, children=(child,)).person
    lead = factories.viewer(where, Role.DSL)
    ask(lead, factories.person(where), PartAnswers(children=(child,)), Role.KEYWORKER)
    assert [len(rows) for rows in queries.list_part_readers(lead)] == [1, 1]
    factories.relate_to_child(lead.person, child)
    assert queries.list_part_readers(lead) == ([], [])
    with pytest.raises(Http404):
        queries.get_part_post(lead, reader.posts.get(role=Role.KEYWORKER).uid)


# --- Categories -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "role", "usual"),
    [
        ("/access/parts/needs/", Role.SENCO, "special_needs"),
        ("/access/parts/attendance/", Role.ATTENDANCE, "absence"),
    ],
)
def test_a_reader_of_categories_is_made_by_page_and_approved(where, teacher, path, role, usual):
    child = factories.child(where)
    factories.send_concern(factories.viewer(where), child, categories=("missing",))
    factories.send_concern(factories.viewer(where), factories.child(where), categories=("fgm",))
    lead = factories.sign_in(SecureClient(), factories.person(where, Role.DSL))
    head = factories.sign_in(SecureClient(), factories.person(where, Role.HEAD))
    shown = lead.get(path).content.decode()
    ticked = re.findall(r'name="categories"[^>]*value="(\w+)"[^>]*checked', shown)
    assert ticked == [usual]
    assert 'value="unsorted"' not in shown
    assert lead.post(path, {"person": str(teacher.uid), **today(lead)}).status_code == 422
    said = {"person": str(teacher.uid), "categories": ["missing", usual], **today(lead)}
    assert lead.post(path, said).status_code == 302
    assert read_by(teacher, where, timezone.now()) == set()
    asked = StaffChangeRequest.objects.get()
    shown = head.get(f"/people/asked/{asked.uid}/").content.decode()
    assert "concerns in “Missing from home or care”" in shown
    assert head.post(f"/people/asked/{asked.uid}/", {"answer": "yes"}).status_code == 302
    assert roles(teacher) == {"staff", role.value}
    assert read_by(teacher, where, timezone.now()) == {child}
    assert "concerns in “Missing from home or care”" in lead.get("/access/parts/").content.decode()


@pytest.mark.parametrize(
    "part", [YEAR_5, PartAnswers(), PartAnswers(("Year 5",), (), (), ("fgm",))]
)
def test_a_post_of_categories_is_given_categories_and_nothing_else(where, teacher, part):
    with pytest.raises(ActRefused):
        ask(factories.viewer(where, Role.HEAD), teacher, part, Role.ATTENDANCE)


def test_the_database_refuses_a_part_of_a_category_that_is_none(where, teacher):
    post = teacher.posts.get()
    for row in ({"category": "unsorted"}, {"category": "absence", "year": "Year 5"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReaderPart.objects.create(school=where, post=post, **row)
