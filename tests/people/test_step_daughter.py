"""Tests that the office manager learns nothing of her step-daughter, who is a pupil here."""

import re
import uuid

import pytest

from concerns.doors import unsent_words
from concerns.models import Concern, Person
from concerns.models.concern.draft import CONCERN
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import factories
from tests.adult.twins import DRAWN
from tests.conftest import SecureClient
from tests.doors.world import World, kind_of, made, routes

SECRET = "marmalade on her cardigan, and a bruise"
# What differs from one showing of a page to the next, whatever it tells.
TOKENS = re.compile(rb'name="(csrfmiddlewaretoken|keep|draft|once)" value="[^"]*"')


@pytest.fixture
def world(db) -> World:
    return made()


@pytest.fixture
def manager(world) -> Person:
    return factories.person(world.school, Role.OFFICE, name="Pat Linton")


@pytest.fixture
def daughter(world, manager):
    child = factories.child(world.school, "Amelia", "Quillfeather")
    factories.relate_to_child(manager, child)
    return child


def every_page(client, world, who: Person) -> dict[str, bytes]:
    """Every address of the site as it is shown; `who` is the member of staff in it."""
    pages = {}
    for name in routes():
        uid = who.uid if kind_of(name) == "person" else None
        answer = client.get(world.address(name, uid))
        told = DRAWN.sub(b"", TOKENS.sub(b"", answer.getvalue()))
        pages[name] = str(answer.status_code).encode() + told.replace(str(uid).encode(), b"")
    return pages


def all_that_can_be_said(world, daughter, lead) -> Concern:
    writer = factories.viewer(world.school, who=world.writer)
    told = {"children": (daughter,), "account": SECRET}
    begun = {"child": [str(daughter.uid)], "account": [SECRET]}
    unsent_words.save_draft_words(
        lead.person, world.school, CONCERN, uuid.uuid4(), begun, factories.NOW
    )
    return factories.concern_at(State.DECIDED, where=world.school, by=writer, lead=lead, **told)


def test_whatever_is_written_about_her_no_page_of_the_office_manager_changes_by_a_byte(
    world, manager, daughter, settings
):
    # Of one moment: some pages say what time it is.
    settings.MIDDLEWARE = ["tests.adult.clock.stands_still", *settings.MIDDLEWARE]
    client = factories.sign_in(SecureClient(), manager)
    lead = factories.viewer(world.school, Role.DEPUTY)
    client.get("/submit/")
    before = every_page(client, world, lead.person)
    concern = all_that_can_be_said(world, daughter, lead)
    after = every_page(client, world, lead.person)
    assert {name for name in before if before[name] != after[name]} == set()
    told = [word.encode() for word in (concern.reference, SECRET, "cardigan")]
    assert not [name for name, page in after.items() if any(word in page for word in told)]


def test_who_holds_only_what_is_hers_leaves_as_one_who_holds_nothing(world, manager, daughter):
    client = factories.sign_in(SecureClient(), manager)
    nothing, lead = (factories.viewer(world.school, Role.DEPUTY) for _ in range(2))
    concern = all_that_can_be_said(world, daughter, lead)
    last = dict(zip(("last_day", "last_month", "last_year"), (3, 11, 2026), strict=True))
    answers = []
    for who in (nothing, lead):
        page = f"/people/{who.person.uid}/leave/"
        # What was recorded of the one before them is said on the page after it.
        client.get("/people/")
        shown = TOKENS.sub(b"", client.get(page).content)
        # Each of the two may take over from the other.
        shown = re.sub(rb'<option value="[^"]+">[^<]*', b"", shown)
        shown = shown.replace(str(who.person.uid).encode(), b"")
        pressed = client.post(page, last)
        answers.append((shown.replace(who.person.name.encode(), b""), pressed.status_code))
    assert answers[0] == answers[1]
    assert answers[0][1] == 302
    concern.refresh_from_db()
    assert concern.holder is None


def test_no_address_of_hers_opens_for_the_office_manager(world, manager, daughter):
    client = factories.sign_in(SecureClient(), manager)
    concern = all_that_can_be_said(world, daughter, factories.viewer(world.school, Role.DEPUTY))
    uids = {"concern": concern.uid, "child": daughter.uid}
    opened = {
        name: client.get(world.address(name, uids[kind_of(name)]))
        for name in routes()
        if kind_of(name) in uids
    }
    assert len(opened) > 15
    answers = {name: answer.status_code for name, answer in opened.items()}
    allowed = {name for name, code in answers.items() if code not in (403, 404)}
    # That she is a pupil, and was seen today, any member of staff may say in a line.
    assert allowed <= {"child_seen"}


def test_made_a_lead_the_office_manager_still_learns_nothing_of_her(world, manager, daughter):
    concern = all_that_can_be_said(world, daughter, factories.viewer(world.school, Role.DEPUTY))
    for role in (Role.DSL, Role.HEAD):
        factories.Post.objects.create(
            person=manager, school=world.school, role=role, since=factories.NOW.date()
        )
    client = factories.sign_in(SecureClient(), manager)
    pages = {name: client.get(world.address(name)) for name in routes()}
    told = [word.encode() for word in (concern.reference, SECRET)]
    found = [n for n, page in pages.items() if any(word in page.getvalue() for word in told)]
    assert found == []
    assert client.get(f"/triage/{concern.uid}/").status_code == 404
    assert client.get(f"/child/{daughter.uid}/").status_code == 404
