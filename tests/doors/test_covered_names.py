"""Tests of covered names: while they are covered in a browser, no page shows a child or words."""

import pytest

from concerns.models import Addition, Child, ConcernChild, HouseholdAdult, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.desk import page_text
from tests.doors.world import World, made, routes
from tests.form_on_page import forms_on_page

pytestmark = pytest.mark.django_db

COVERED = "Names are covered in this browser"


@pytest.fixture
def concern(where):
    child = factories.child(where, "Zebedee", "Quill", class_name="5K")
    told = {"account": "By the bins.", "children": (child,)}
    return factories.concern_at(State.TAKEN, where=where, **told)


@pytest.fixture
def client(client, lead):
    return covered(factories.sign_in(client, lead.person))


def covered(client: SecureClient) -> SecureClient:
    client.cookies["names_covered"] = "1"
    return client


def names_and_words(world: World) -> dict[str, bytes]:
    """Each kind of what may not be seen, with a text of it."""
    children = Child.objects.of_school(factories.viewer(world.school))
    names = {f"child {row.pk}": row.name for row in children}
    adults = {f"adult {row.pk}": row.name for row in HouseholdAdult.objects.all()}
    described = {f"described {row.pk}": row.name for row in ConcernChild.objects.all()}
    texts = names | adults | described | {"account": world.concern.account}
    return {what: text.encode() for what, text in texts.items() if text}


def found_on_pages(world: World, person, hidden: dict[str, bytes]) -> dict[str, list[str]]:
    client = covered(factories.sign_in(SecureClient(), person))
    pages = {name: client.get(world.address(name)).getvalue() for name in routes()}
    found = {
        name: [what for what in hidden if hidden[what] in page] for name, page in pages.items()
    }
    return {name: what for name, what in found.items() if what}


def test_no_page_shows_a_child_or_words_while_names_are_covered():
    world = made()
    hidden = names_and_words(world)
    assert len(hidden) > 3
    others = (Role.DSL, Role.HEAD, Role.CHAIR, Role.OFFICE)
    people = [world.writer, *(factories.person(world.school, role) for role in others)]
    assert [found_on_pages(world, person, hidden) for person in people] == [{}] * len(people)


def found_after_sending(world: World, person, hidden: dict[str, bytes]) -> dict[str, list[str]]:
    """What each page shows when its form is sent with nothing in it."""
    client = factories.sign_in(SecureClient(), person)
    pages = {}
    for name in routes():
        pages[name] = covered(client).post(world.address(name)).getvalue()
    found = {
        name: [what for what in hidden if hidden[what] in page] for name, page in pages.items()
    }
    return {name: what for name, what in found.items() if what}


@pytest.mark.parametrize("role", [Role.DSL, Role.HEAD])
def test_no_form_that_is_shown_again_shows_a_child_or_words_while_names_are_covered(role):
    world = made()
    hidden = names_and_words(world)
    person = factories.person(world.school, role)
    assert found_after_sending(world, person, hidden) == {}


def test_what_was_typed_comes_back_with_the_names(client, concern):
    address = f"/triage/{concern.uid}/note/"
    page = client.post("/triage/cover/") and client.get(address)
    token = forms_on_page(page)[0].fields()["keep"]
    given = {"version": concern.version, "words": "Seen at the gate.", "keep": token}
    answer = covered(client).post(address, given)
    assert answer.status_code == 422
    text = page_text(answer)
    assert COVERED in text
    assert "What you typed is saved" in text
    assert "Zebedee" not in text
    shown = client.post("/triage/cover/", {"to": address})
    again = page_text(client.get(shown["Location"]))
    assert "Seen at the gate." in again
    assert "Zebedee Quill" in again


def test_a_form_whose_words_could_not_be_saved_does_not_say_so(client, concern):
    answer = client.post(f"/triage/{concern.uid}/note/", {"version": concern.version})
    assert "What you typed is saved" not in page_text(answer)
    assert "Your form was not sent yet" in page_text(answer)


def test_a_covered_page_says_so_and_nothing_is_recorded_as_opened(client, concern):
    before = LedgerLine.objects.count()
    shown = page_text(client.get(concern.get_absolute_url()))
    assert COVERED in shown
    assert concern.reference not in shown
    assert LedgerLine.objects.count() == before


def test_showing_names_leads_to_the_page_that_was_covered(client, concern):
    answer = client.post("/triage/cover/", {"to": concern.get_absolute_url()})
    assert answer["Location"] == concern.get_absolute_url()
    assert "Zebedee Quill" in page_text(client.get(answer["Location"]))


def test_whoever_may_not_open_the_queue_shows_names_all_the_same(where, concern):
    client = covered(factories.sign_in(SecureClient(), concern.reporter))
    assert COVERED in page_text(client.get("/submit/"))
    assert client.post("/triage/cover/")["Location"] == "/"
    assert "Zebedee Quill" in page_text(client.get("/submit/"))


@pytest.mark.parametrize(
    "to", ["//elsewhere.example/", "https://elsewhere.example/", "triage_read"]
)
def test_showing_names_leads_to_no_other_site(client, to):
    assert client.post("/triage/cover/", {"to": to})["Location"] == "/triage/?"


def test_what_a_search_finds_is_covered(client, concern):
    assert COVERED in page_text(client.post("/child/search/", {"words": "Quill"}))


def test_a_form_that_was_open_before_is_sent_all_the_same(client, concern):
    address = f"/triage/{concern.uid}/note/"
    given = {"version": concern.version, "words": "Seen at the gate.", "about": "child"}
    assert client.post(address, given).status_code == 302
    assert Addition.objects.filter(concern=concern).exists()
    assert LedgerLine.objects.filter(kind=Kind.ADDED).exists()


@pytest.mark.parametrize("page", ["/submit/write/", "/adult/write/", "/access/factor/"])
def test_a_concern_is_written_and_a_second_factor_given_while_names_are_covered(client, page):
    assert COVERED not in page_text(client.get(page))
