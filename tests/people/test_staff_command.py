"""Tests for `manage.py staff FILE.csv`: who works here, with their posts."""

import io
import sys
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from concerns.models import LedgerLine, Person, Post
from concerns.models.school import person
from concerns.rules.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

HEAD = "name,email,roles,title,room,telephone,since,until\n"
FIRST = HEAD + (
    "Ada Head,ada@school.test,head,Headteacher,Office 1,01632 960101,01/09/2020,\n"
    "Bo Lead,BO@school.test,dsl; staff,Assistant head,,,2021-09-01,\n"
    "Zoë Teacher,zoe@school.test,Member of staff,Year 4 teacher,4B,,,\n"
)


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def bring(tmp_path, school):
    def run(text: str | bytes, *more: str) -> str:
        """The command's output; a CommandError is raised with the output in its `said`."""
        path = tmp_path / "staff.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        said = io.StringIO()
        try:
            call_command("staff", str(path), *more, stdout=said, stderr=said)
        except CommandError as wrong:
            wrong.said = said.getvalue()
            raise
        return said.getvalue()

    return run


def posts(email: str) -> set[tuple]:
    found = Post.objects.filter(person__email=email)
    return {(post.role, post.title, post.since, post.until) for post in found}


def test_the_example_is_a_file_that_goes_in(bring, school):
    said = io.StringIO()
    call_command("staff", "--example", stdout=said)
    assert "5 people added" in bring(said.getvalue())


def today() -> date:
    return timezone.localdate()


def test_a_new_schools_staff_go_in_with_their_posts(bring, school):
    assert "3 people added" in bring(FIRST)
    assert posts("bo@school.test") == {
        ("dsl", "Assistant head", date(2021, 9, 1), None),
        ("staff", "Assistant head", date(2021, 9, 1), None),
    }
    zoe = Person.objects.get(email="zoe@school.test")
    assert (zoe.name, zoe.room) == ("Zoë Teacher", "4B")
    assert posts(zoe.email) == {("staff", "Year 4 teacher", today(), None)}


def test_nobody_new_has_a_password(bring):
    bring(FIRST)
    assert not any(one.has_usable_password() for one in Person.objects.all())


def test_who_was_brought_in_acts_in_their_role_from_the_same_day(bring, school):
    bring(FIRST)
    viewer = person.viewers_for_person(Person.objects.get(email="bo@school.test"))[0]
    assert (viewer.school, viewer.roles) == (school, {Role.DSL, Role.STAFF})


def test_a_second_identical_file_writes_no_row(bring):
    bring(FIRST)
    before = list(Post.objects.order_by("pk").values()), list(Person.objects.values())
    assert "0 people added, 0 changed, 0 new posts" in bring(FIRST)
    assert (list(Post.objects.order_by("pk").values()), list(Person.objects.values())) == before


def test_the_first_file_must_name_a_head(bring):
    with pytest.raises(CommandError, match="must name one"):
        bring(HEAD + "Bo Lead,bo@school.test,dsl,,,,,\n")
    assert not Person.objects.exists()


def test_the_first_file_is_on_record_under_nobodys_name_and_the_next_under_the_heads(bring, school):
    bring(FIRST)
    bring(FIRST)
    first, second = LedgerLine.objects.filter(school=school, kind="staff_brought").order_by("pk")
    assert first.actor is None
    assert second.actor.email == "ada@school.test"
    assert "from the command line" in second.body


BAD = {
    "no name": (",x@school.test,staff,,,,,", "Name: missing"),
    "no address": ("Xi,,staff,,,,,", "E-mail: missing"),
    "not an address": ("Xi,x at school,staff,,,,,", "E-mail: this is not one valid address"),
    "no role": ("Xi,x@school.test,,,,,,", "Roles: missing"),
    "an unknown role": ("Xi,x@school.test,staff;wizard,,,,,", "'wizard' is not one of"),
    "an impossible day": ("Xi,x@school.test,staff,,,,31/02/2026,", "Since: not a date"),
    "an end before its beginning": (
        "Xi,x@school.test,staff,,,,01/09/2026,01/08/2026",
        "Until: this date is before Since",
    ),
    "the address of another line": ("Ada,ADA@school.test,staff,,,,,", "line 2 has the same"),
    "too long a title": (f"Xi,x@school.test,staff,{'t' * 101},,,,", "Title: longer than 100"),
    "torn quotation marks": ('"Xi"x",x@school.test,staff,,,,,', "quotation marks"),
}


@pytest.mark.parametrize(("line", "says"), BAD.values(), ids=BAD)
def test_a_bad_line_is_listed_and_the_others_go_in(bring, line, says):
    with pytest.raises(CommandError, match="1 lines were left out") as refused:
        bring(FIRST + line + "\nYu Last,yu@school.test,staff,,,,,\n")
    assert says in refused.value.said
    assert "Line 5" in refused.value.said
    assert Person.objects.filter(email="yu@school.test").exists()
    assert Person.objects.count() == 4


def test_a_person_the_file_lacks_stays_and_is_listed(bring):
    bring(FIRST)
    said = bring("\n".join(FIRST.split("\n")[:2]))
    assert "zoe@school.test is not in the file, and has not been changed" in said
    assert posts("zoe@school.test") == {("staff", "Year 4 teacher", today(), None)}


def test_a_role_the_file_lacks_stays_and_is_listed(bring):
    bring(FIRST)
    said = bring(FIRST.replace("dsl; staff", "staff"))
    assert "bo@school.test still holds the role 'dsl'" in said
    assert len(posts("bo@school.test")) == 2


def test_a_post_ends_on_the_day_its_line_says(bring):
    bring(FIRST)
    bring(FIRST.replace("2021-09-01,", "2021-09-01,31/12/2030"))
    assert {post[3] for post in posts("bo@school.test")} == {date(2030, 12, 31)}


def test_another_title_is_a_new_dated_post(bring):
    bring(FIRST)
    bring(FIRST.replace("Headteacher", "Executive head"))
    assert posts("ada@school.test") == {
        ("head", "Headteacher", date(2020, 9, 1), today() - timedelta(days=1)),
        ("head", "Executive head", today(), None),
    }


def test_a_new_role_is_a_new_post_beside_the_old(bring):
    bring(FIRST)
    bring(FIRST.replace("Member of staff", "staff and deputy dsl"))
    assert {post[0] for post in posts("zoe@school.test")} == {"staff", "deputy"}


def test_an_empty_cell_changes_nothing(bring):
    bring(FIRST)
    bring(FIRST.replace("Office 1,01632 960101", ","))
    assert Person.objects.get(email="ada@school.test").telephone == "01632 960101"


def test_a_file_in_windows_1252_with_semicolons_is_read(bring):
    bring(FIRST.replace("dsl; staff", "dsl").replace(",", ";").encode("cp1252"))
    assert Person.objects.filter(name="Zoë Teacher").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"%PDF-1.4", "PDF"), (b"", "no column"), (b"name,roles\na,b", "no column for: E-mail")],
)
def test_what_is_no_staff_file_is_told_kindly(bring, content, says):
    with pytest.raises(CommandError, match=says):
        bring(content)


def test_a_file_that_is_not_there_is_told_kindly(school):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("staff", "no-such-file.csv")


def test_with_several_schools_one_must_be_named(bring, school):
    other = factories.school()
    with pytest.raises(CommandError, match="--school"):
        bring(FIRST)
    bring(FIRST, "--school", other.urn)
    assert not school.posts.exists()
    assert other.posts.count() == 4


def typed(monkeypatch, words: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(words))


def test_a_password_is_set_from_the_command_line_and_never_shown(bring, monkeypatch, client):
    bring(FIRST)
    typed(monkeypatch, factories.PASSWORD + "\n")
    said = io.StringIO()
    call_command("staff", set_password="zoe@school.test", stdout=said)
    assert factories.PASSWORD not in said.getvalue()
    factories.sign_in(client, Person.objects.get(email="zoe@school.test"))
    line = LedgerLine.objects.get(kind="password_set")
    assert line.actor.email == "ada@school.test"
    assert factories.PASSWORD not in line.body


def test_a_weak_password_is_refused(bring, monkeypatch):
    bring(FIRST)
    typed(monkeypatch, "password\n")
    with pytest.raises(CommandError, match="too short"):
        call_command("staff", set_password="zoe@school.test")
    assert not Person.objects.get(email="zoe@school.test").has_usable_password()


def test_a_password_for_nobody_is_refused(bring):
    bring(FIRST)
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("staff", set_password="who@school.test")


def test_a_demonstration_takes_no_real_people(bring, settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="demonstration"):
        bring(FIRST)


def test_who_becomes_a_reader_by_the_command_starts_without_a_password(bring, school):
    bring(FIRST)
    zoe = Person.objects.get(email="zoe@school.test")
    zoe.replace_password("three quiet herons")
    said = bring(HEAD + "Zoë Teacher,zoe@school.test,deputy,,,,,\n")
    assert "zoe@school.test now reads the record" in said
    zoe.refresh_from_db()
    assert not zoe.has_usable_password()


SHARED = "Oakfield Office,office@school.test,office,,,,,\n"


def test_a_shared_mailbox_is_left_out_until_it_is_said_to_be_of_one_person(bring):
    with pytest.raises(CommandError, match="1 lines were left out") as refused:
        bring(FIRST + SHARED)
    assert "again with --person office@school.test" in refused.value.said
    assert "1 people added" in bring(FIRST + SHARED, "--person", "Office@school.test")
    assert "0 people added" in bring(FIRST + SHARED)
