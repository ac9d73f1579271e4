"""Tests what a session without a second factor opens, by every address of the site: what a reporter
needs, and nothing that was written.

The school is made once for this file, and everybody opens each address once. Each test undoes what
it did there.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from concerns.doors.gate import PageOpenTo
from concerns.models import AdultConcern, Child, Concern, LedgerLine, School, Task
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import MUST_HAVE_FACTOR, ROLES, WITHOUT_FACTOR, May, Role
from concerns.triage import acts as triage
from tests import factories
from tests.access.codes import give_factor, set_up_app
from tests.conftest import SecureClient
from tests.databases import filled_once, undone_afterwards
from tests.doors.who_opens_what import OPENED, PRESSED
from tests.doors.world import World, made, routes
from tests.form_on_page import forms_on_page

GIVES = "/access/factor/?next="


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    """A school that asks for a second factor, and whose days of grace are over."""
    with filled_once(databases, migrated, django_db_blocker, "password_alone"):
        found = made()
        long_ago = timezone.now() - timedelta(days=100)
        School.objects.filter(pk=found.school.pk).update(
            invented=False, asks_why_read=True, factor_since=long_ago
        )
        found.school.refresh_from_db()
        yield found


@pytest.fixture
def world(place) -> World:
    with undone_afterwards():
        yield place


def powers_by_address() -> dict[str, object]:
    from concerns import urls

    return {row.name: row.callback.open_to for row in urls.urlpatterns}


def expected(name: str, role: Role, table) -> str:
    """What a session of `role` by a password alone gets: a reporter's answer, or where the factor
    is given, or the refusal that the post gets in any session."""
    power = powers_by_address()[name]
    if isinstance(power, PageOpenTo) or power in WITHOUT_FACTOR:
        return table[name]["staff"]
    return "factor" if power in ROLES[role] else "403"


# A teacher and a lead are tried by `make quick` and on PostgreSQL.
REST = pytest.mark.more_of_a_kind
FIRST = (Role.STAFF, Role.DSL)
ROLES_TRIED = [*FIRST, *(pytest.param(role, marks=REST) for role in Role if role not in FIRST)]
# Where it matters that nobody has a factor yet.
OWN_PAGES = {"home", "access_new", "access_passkey"}
# A colleague may set aside a draft that has waited; a lead may, whose session opens it no more.
OF_SOMEBODY_ELSE = {"chase_task", "chase_set_aside"}


def answer_of(client, method: str, address: str) -> str:
    answer = getattr(client, method)(address)
    if answer.headers.get("Location", "").startswith(GIVES):
        return "factor"
    return str(answer.status_code)


def written_words() -> list[str]:
    """Whatever of the world nobody may read by a password alone."""
    names = [name for child in Child.objects.all() for name in (child.forename, child.surname)]
    said = [concern.account for concern in [*Concern.objects.all(), *AdultConcern.objects.all()]]
    return [*names, *said, *(task.words for task in Task.objects.all())]


@dataclass(frozen=True)
class Opened:
    """What an address answered, and how many words its page shows that nobody may read there."""

    answer: str
    shown: int


class Visits:
    """What each address answers to whom. Each person opens an address once, however many ask."""

    def __init__(self, world: World):
        self.world = world
        self.done: dict[tuple[str, str], dict[str, Opened]] = {}

    def of(self, who: str, method: str) -> dict[str, Opened]:
        if (who, method) not in self.done:
            with undone_afterwards():
                self.done[who, method] = self._open_each_address(who, method)
        return self.done[who, method]

    def _open_each_address(self, who: str, method: str) -> dict[str, Opened]:
        world = self.world
        person = world.writer if who == "writer" else factories.person(world.school, Role(who))
        client = factories.sign_in(SecureClient(), person)
        words = written_words()
        assert len(words) > 10
        any_of_them = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")

        def open_address(name: str) -> Opened:
            answer = getattr(client, method)(world.address(name))
            shown = any_of_them.findall(answer.getvalue().decode())
            return Opened(answer_in_word(answer), len(shown))

        return {name: open_address(name) for name in routes()}


def answer_in_word(answer) -> str:
    if answer.headers.get("Location", "").startswith(GIVES):
        return "factor"
    return str(answer.status_code)


@pytest.fixture(scope="module")
def visits(place) -> Visits:
    return Visits(place)


@pytest.mark.parametrize("role", ROLES_TRIED)
@pytest.mark.parametrize(("method", "table"), [("get", OPENED), ("post", PRESSED)])
def test_every_address_answers_a_reporter_or_asks_for_the_factor(visits, role, method, table):
    wrong = {
        name: (opened.answer, expected(name, role, table))
        for name, opened in visits.of(role, method).items()
        if name not in OWN_PAGES and opened.answer != expected(name, role, table)
    }
    assert wrong == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["writer", *ROLES_TRIED])
def test_no_page_shows_a_word_that_was_sent_or_the_name_of_a_pupil(visits, who, method):
    told = {name: opened.shown for name, opened in visits.of(who, method).items() if opened.shown}
    assert told == {}


def test_what_a_session_may_not_read_is_not_recorded_as_read(world):
    client = factories.sign_in(SecureClient(), factories.person(world.school, Role.DSL))
    for name in routes():
        client.get(world.address(name))
    read = (Kind.STORY, Kind.FILE, Kind.TRAIL, Kind.AUDITED, Kind.EXPORTED, Kind.SEARCHED)
    assert not LedgerLine.objects.filter(kind__in=read).exists()


def test_the_writer_sees_reference_state_and_reply_and_not_what_they_wrote(world):
    lead = factories.viewer(world.school, Role.DSL)
    concern = factories.concern_at(
        State.CLOSED,
        where=world.school,
        by=factories.viewer(world.school, who=world.writer),
        lead=lead,
    )
    client = factories.sign_in(SecureClient(), world.writer)
    page = client.get(f"/submit/mine/{concern.uid}/").content.decode()
    assert concern.reference in page
    assert "Thank you. Help is in place." in page
    assert concern.account not in page
    assert "You have signed in with a password only" in page


def test_with_the_factor_the_writer_reads_their_own_words_again(world):
    secret = set_up_app(world.writer)
    client = factories.sign_in(SecureClient(), world.writer)
    own = world.address("submit_mine")
    assert world.concern.account not in client.get(own).content.decode()
    give_factor(client, secret)
    page = client.get(own).content.decode()
    assert world.concern.account in page
    assert world.concern.children.get().child.surname in page


def test_with_the_factor_a_lead_opens_what_the_post_opens(world):
    lead = factories.person(world.school, Role.DSL)
    secret = set_up_app(lead)
    client = factories.sign_in(SecureClient(), lead)
    assert client.get("/triage/").headers["Location"] == f"{GIVES}%2Ftriage%2F"
    answer = client.post(f"{GIVES}/triage/", {"code": give_code(secret)})
    assert answer.headers["Location"] == "/triage/"
    assert client.get("/triage/").status_code == 200


def test_words_that_are_sent_once_the_days_of_grace_are_over_are_kept(world):
    lead = factories.viewer(world.school, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=world.school, lead=lead)
    secret = set_up_app(lead.person)
    client = factories.sign_in(SecureClient(), lead.person)
    address = f"/triage/{concern.uid}/decide/"
    give_factor(client, secret)
    form = next(one for one in forms_on_page(client.get(address)) if "reason" in one.boxes)
    alone = factories.sign_in(SecureClient(), lead.person)
    sent = alone.post(address, form.fields(reason="I typed this."))
    assert sent.headers["Location"] == GIVES + quote(address, safe="")
    assert "I typed this." in client.get(address).content.decode()


def give_code(secret):
    from tests.access.codes import code_of_app

    return code_of_app(secret)


def test_an_act_is_refused_to_a_viewer_without_the_factor_too(world):
    from concerns.doors.act import ActRefused
    from concerns.models.school.person import viewers_for_person

    (lead,) = viewers_for_person(factories.person(world.school, Role.DSL), gave_factor=False)
    assert lead.lacks_factor
    with pytest.raises(ActRefused):
        triage.note(by=lead, concern=world.concern, words="x", now=lead.now)


def test_a_lead_still_sends_a_concern_by_a_password_alone(world):
    client = factories.sign_in(SecureClient(), factories.person(world.school, Role.DSL))
    child = factories.child(world.school)
    said = {"do": "send", "child": str(child.uid), "account": "He came without a coat again."}
    answer = client.post("/submit/write/", said | {"going_home": "no"})
    assert answer.headers["Location"].startswith("/submit/sent/")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_but_a_reporters_must_have_a_factor(role):
    assert (role in MUST_HAVE_FACTOR) is (role is not Role.STAFF)
    assert May.REREAD in ROLES[role]
