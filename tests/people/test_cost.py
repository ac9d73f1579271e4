"""Tests that the pages about one of the staff cost as much in a large school as in a small.

The lists, and a person's own page, are counted in `test_pages.py`.
"""

import pytest
from django.utils import timezone

from concerns.doors.password_links import build_password_link
from concerns.models import Cover, Post
from concerns.people import acts
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import Role
from tests import counting, factories
from tests.people.conftest import NOW, staffed

# A link is sent beside all that is known of a person; a file is tried out, and taken back.
MOST = {"invite": 10, "file": 16}
HEAD = "name,email,roles,title\n"
LINES = [f"Bo {n},bo{n}@school.test,staff,Teacher\n" for n in range(30)]


def count(ask) -> int:
    return len(counting.list_statements(ask))


def kept(house, lines: list[str]):
    """A staff file of so many lines that waits to be confirmed."""
    return acts.upload(
        by=house.office, content=HEAD + "".join(lines), rows=len(lines), now=timezone.now()
    )


@pytest.fixture
def pages(house) -> dict[str, str]:
    """The address of each page about one person or one thing."""
    who = factories.person(house.school, Role.STAFF, Role.OFFICE)
    cover = Cover(kind="holidays", person=house.lead.person, since=NOW.date())
    acts.say_cover(by=house.office, cover=cover, now=NOW)
    uids = {
        "file": kept(house, LINES[:3]).uid,
        "cover": cover.uid,
        "asked": house.post(house.office, who, Role.DEPUTY).uid,
        "post": Post.objects.get(person=who, role=Role.OFFICE).uid,
        "family": factories.relate_to_child(who, factories.child(house.school)).uid,
    }
    names = {"file": "file", "uncover": "cover", "answer": "asked", "end": "post"}
    names["unrelate"] = "family"
    found = {name: f"/people/{room}/{uids[room]}/" for name, room in names.items()}
    for name, last in {"give": "post", "change": "change", "family": "family"}.items():
        found[name] = f"/people/{who.uid}/{last}/"
    found |= {"invite": f"/people/{who.uid}/invite/", "upload": "/people/file/"}
    link = build_password_link(who, PasswordLinkKind.RESET)
    return found | {"password": link.removeprefix("https://testserver")}


@pytest.fixture
def head(house, client):
    """Somebody who may open every one of them."""
    factories.sign_in(client, house.head.person)
    client.get("/people/")
    return client


def test_each_page_about_one_asks_as_much_among_fifty_as_among_five(house, head, pages):
    def asked() -> dict[str, int]:
        return {name: count(lambda: head.get(page)) for name, page in pages.items()}  # noqa: B023

    staffed(house, 5)
    assert {head.get(page).status_code for page in pages.values()} == {200}
    few = asked()
    staffed(house, 45)
    assert asked() == few
    assert {name: n for name, n in few.items() if n > MOST.get(name, 9)} == {}


def test_a_pupil_is_found_on_the_page_of_a_family_at_one_price(house, head, pages):
    search = {"find": "surn", "do": "find"}
    factories.child(house.school)
    few = count(lambda: head.post(pages["family"], search))
    for _ in range(30):
        factories.child(house.school)
    assert count(lambda: head.post(pages["family"], search)) == few


def test_a_file_asks_three_questions_more_for_each_line_more(house, head):
    asked = [
        count(lambda: head.get(f"/people/file/{kept(house, LINES[:lines]).uid}/"))  # noqa: B023
        for lines in (10, 30)
    ]
    assert asked[1] - asked[0] <= 3 * 20, asked


def test_what_waits_is_told_at_one_price_however_many_readers_spoke_of_themselves(house, head):
    def say() -> None:
        reader = factories.viewer(house.school, Role.DEPUTY, now=timezone.now())
        child = factories.child(house.school)
        acts.say_family(by=reader, child=child, how="aunt", now=reader.now)

    say()
    few = count(lambda: head.get("/people/asked/"))
    for _ in range(20):
        say()
    assert len(head.get("/people/asked/").context["said"]) == 21
    assert count(lambda: head.get("/people/asked/")) == few <= 9


def test_who_leaves_is_shown_at_one_price_however_much_they_began(house, head):
    page = f"/people/{house.teacher.person.uid}/leave/"
    house.begins(house.teacher)
    few = count(lambda: head.get(page))
    for _ in range(20):
        house.begins(house.teacher)
    assert head.get(page).context["leaver"].unsent == 21
    assert count(lambda: head.get(page)) == few <= 16
