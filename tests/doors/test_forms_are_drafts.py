"""Tests that every form in which somebody may write more than a line saves itself, and is offered
again on its page.

The school is made once for this file, and each person opens its pages once. Each test undoes what
it did there.
"""

from urllib.parse import unquote

import pytest
from django.db import connection

from concerns.models import Draft
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.databases import filled_once, undone_afterwards
from tests.doors.test_who_opens_what import come
from tests.doors.world import World, made, routes
from tests.form_on_page import forms_on_page

SENTENCE = "Nobody has read this sentence yet."
PAGE = "/submit/words/"
# One of each kind is tried by `make quick` and on PostgreSQL.
REST = pytest.mark.more_of_a_kind


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    with filled_once(databases, migrated, django_db_blocker, "drafts"):
        yield Place(made())


@pytest.fixture
def at(place):
    with undone_afterwards():
        yield place


@pytest.fixture
def world(at):
    return at.world


class Place:
    """The school, its people, and the forms that each of them meets on its pages."""

    def __init__(self, world: World):
        self.world = world
        posts = (Role.DSL, Role.HEAD, Role.CHAIR)
        self.people = {role.value: factories.person(world.school, role) for role in posts}
        self.people["writer"] = world.writer
        self.met: dict[str, list] = {}

    def come(self, who: str) -> SecureClient:
        return factories.sign_in(SecureClient(), self.people[who])

    def forms_met_by(self, who: str) -> list:
        """Each form with a box, by the address of the page it stands on."""
        if who not in self.met:
            with undone_afterwards():
                client = self.come(who)
                self.met[who] = [
                    (address, form)
                    for address in map(self.world.address, routes())
                    for form in forms_shown(client.get(address))
                ]
        return self.met[who]


def forms_shown(answer) -> list:
    is_page = answer.status_code == 200 and not answer.streaming
    return list(forms_on_page(answer)) if is_page else []


@pytest.mark.parametrize(
    ("who", "least"), [("writer", 5), ("dsl", 20), pytest.param("head", 25, marks=REST)]
)
def test_every_form_for_more_than_a_line_is_offered_again(at, who, least):
    client = at.come(who)
    met = at.forms_met_by(who)
    assert len(met) >= least
    assert [address for address, form in met if not form.autosave] == []
    lost = [
        f"{address}: {form.action}"
        for address, form in met
        if form.autosave == PAGE and not is_offered_again(client, address, form)
    ]
    assert lost == []


def is_offered_again(client, address, form) -> bool:
    """Whether what is saved of the form stands in it when its page is opened next."""
    (box, *_) = form.boxes
    saved = client.post(PAGE, form.fields(**{box: SENTENCE}))
    again = [one for one in forms_on_page(client.get(address)) if one.action == form.action]
    return saved.status_code == 200 and any(one.boxes[box] == SENTENCE for one in again)


@pytest.mark.parametrize(
    "who", ["dsl", *(pytest.param(who, marks=REST) for who in ("writer", "head", "chair"))]
)
def test_what_is_typed_in_any_form_whose_session_has_ended_is_there_after_signing_in(at, who):
    client = at.come(who)
    met = at.forms_met_by(who)
    assert met
    lost = [
        f"{address}: {form.action}"
        for address, form in met
        if not is_there_after_signing_in(client, address, form)
    ]
    assert lost == []


def is_there_after_signing_in(client, address, form) -> bool:
    (box, *_) = form.boxes
    answer = SecureClient().post(form.action or address, form.fields(**{box: SENTENCE}))
    _, _, back = answer.headers["Location"].partition("next=")
    return SENTENCE in client.get(unquote(back), follow=True).content.decode()


@pytest.mark.parametrize("who", ["writer", pytest.param("head", marks=REST)])
def test_every_form_saved_on_its_page_may_be_saved_for_later_without_script(at, who):
    client = at.come(who)
    met = [form for _, form in at.forms_met_by(who) if form.autosave == PAGE]
    lost = [form.action for form in met if not is_saved_for_later(client, form)]
    # What is to be covered in a print is sent to the print itself.
    assert [action for action in lost if "/print/" not in action and "/pack/" not in action] == []


def is_saved_for_later(client, form) -> bool:
    (box, *_) = form.boxes
    client.post(form.action, form.fields(**{box: SENTENCE, "do": "later"}))
    draft = Draft.objects.order_by("pk").last()
    return SENTENCE in draft.typed_fields.get(box, ())


def test_what_is_saved_of_a_form_is_shown_to_nobody_else(world):
    address = f"/triage/{world.concern.uid}/note/"
    lead = come(world, "dsl")
    (form,) = forms_on_page(lead.get(address))
    lead.post(PAGE, form.fields(words=SENTENCE))
    assert SENTENCE in lead.get(address).content.decode()
    for who in ("head", "deputy"):
        client = come(world, who)
        assert SENTENCE not in client.get(address).content.decode()
        assert SENTENCE not in client.get("/submit/").content.decode()


def test_what_is_saved_lies_encrypted(world):
    lead = come(world, "dsl")
    (form,) = forms_on_page(lead.get(f"/triage/{world.concern.uid}/note/"))
    lead.post(PAGE, form.fields(words=SENTENCE))
    lead.post(PAGE, form.fields(words="Another sentence, from another window."))
    draft = Draft.objects.get(page__startswith="/triage/")
    assert len(draft.other_copies) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT words, other_words FROM concerns_draft WHERE page = %s", [draft.page]
        )
        stored = b"".join(map(bytes, cursor.fetchone()))
    assert b"sentence" not in stored


def test_a_token_of_somebody_else_saves_for_them_and_throws_nothing_away(world):
    address = f"/triage/{world.concern.uid}/note/"
    lead = come(world, "dsl")
    (form,) = forms_on_page(lead.get(address))
    lead.post(PAGE, form.fields(words=SENTENCE))
    other = factories.sign_in(SecureClient(), factories.person(world.school))
    assert other.post("/submit/words/end/", form.carried).headers["Location"] == "/submit/"
    assert SENTENCE in lead.get(address).content.decode()
