"""Tests every address against the table of who opens what, with real people and concerns.

The school is made once for this file, and so are the pages that everybody opens. Each test undoes
what it did there.
"""

import re
import uuid

import pytest

from concerns.doors.covered_names import COOKIE
from concerns.models import (
    AdultConcern,
    AdultExclusion,
    Concern,
    ConcernChild,
    Exclusion,
    LedgerLine,
    Post,
)
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.databases import filled_once, undone_afterwards
from tests.doors.who_opens_what import OPENED, PRESSED, WHO
from tests.doors.world import kind_of, made, routes

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


READINGS = (
    Kind.OPENED, Kind.LISTED, Kind.STORY, Kind.FILE, Kind.TRAIL, Kind.AUDITED, Kind.EXPORTED,
    Kind.REFUSED, Kind.SIGNED_IN,
)  # fmt: skip


@pytest.fixture(scope="module")
def place(databases, migrated, django_db_setup, django_db_blocker):
    with filled_once(databases, migrated, django_db_blocker, "opened"):
        yield made()


@pytest.fixture
def world(place):
    with undone_afterwards():
        yield place


@pytest.fixture(scope="module")
def opened(place) -> dict[str, dict[str, tuple[str, bytes]]]:
    """What each address says to everybody who opens it, and the page they get."""

    def keep(answer) -> tuple[str, bytes]:
        shown = answer.status_code == 200 and not answer.streaming
        return said(answer), answer.content if shown else b""

    with undone_afterwards():
        return walk(place, "get", keep=keep)


def come(world, who: str) -> SecureClient:
    client = SecureClient()
    if who == "stranger":
        return client
    if who == "writer":
        return factories.sign_in(client, world.writer)
    person = factories.person(world.school, Role(who))
    if who == "year_lead":
        # Every child of this school is of their part.
        factories.read_part(person, world.school)
    if who == "keyworker":
        child = factories.child(world.school, year="Year 6")
        factories.read_part(person, world.school, children=(child,))
    if who == "senco":
        # The concern of this school is of their part.
        factories.read_part(person, world.school, categories=("neglect",))
    if who == "attendance":
        factories.read_part(person, world.school)
    return factories.sign_in(client, person)


def said(answer) -> str:
    where = answer.headers.get("Location", "")
    return "in" if where.startswith("/sign-in/") else str(answer.status_code)


def walk(world, method: str, names=None, keep=said) -> dict[str, dict]:
    people = {who: come(world, who) for who in WHO}

    def ask(name: str, client):
        answer = getattr(client, method)(world.address(name))
        # Else the first press would cover names on every page after it.
        client.cookies.pop(COOKIE, None)
        return keep(answer)

    return {
        name: {who: ask(name, client) for who, client in people.items()}
        for name in names or routes()
    }


def differences(found, table) -> list[str]:
    return [
        f"{name}, {who}: {answer} and not {table[name][who]}"
        for name, row in found.items()
        for who, answer in row.items()
        if answer != table[name][who]
    ]


def test_every_address_of_the_site_stands_in_the_table():
    assert set(routes()) == set(OPENED)


@pytest.mark.sqlite_alone
def test_everybody_opens_what_the_table_says_and_nothing_else(opened):
    found = {
        name: {who: answer for who, (answer, _) in row.items()} for name, row in opened.items()
    }
    assert differences(found, OPENED) == []


# Pressing the button is enough: a writer who is still worried need not say why, nor whoever ends
# that somebody reads a part of the record.
SAYS_ENOUGH = {"submit_worried", "access_end_part"}


def _standing():
    rows = [*Concern.objects.order_by("pk").values(), AdultConcern.objects.values().get()]
    return *rows, LedgerLine.objects.exclude(kind__in=READINGS).count()


@pytest.mark.long
@pytest.mark.sqlite_alone
def test_an_empty_form_is_answered_as_the_table_says_and_changes_nothing(world):
    before = _standing()
    silent = {name: row for name, row in PRESSED.items() if name not in SAYS_ENOUGH}
    assert differences(walk(world, "post", silent), silent) == []
    assert _standing() == before
    assert differences(walk(world, "post", SAYS_ENOUGH), PRESSED) == []


# Things whose existence is secret. Each of these people may open every page of their school.
EVERY_POST = (Role.DSL, Role.HEAD, Role.OFFICE)


def by_name(world):
    who = factories.person(world.school, *EVERY_POST)
    said = {"school": world.school, "person": who, "by": world.writer, "at": factories.NOW}
    for concern in Concern.objects.all():
        Exclusion.objects.create(concern=concern, **said)
    AdultExclusion.objects.create(concern=AdultConcern.objects.get(), **said)
    return who


def by_family(world):
    who = factories.person(world.school, *EVERY_POST)
    for row in ConcernChild.objects.all():
        factories.relate_to_child(who, row.child)
    return who


def in_another_school(world):
    return factories.person(factories.school(), *EVERY_POST)


def who_was_here_until_yesterday(world):
    who = in_another_school(world)
    for role in EVERY_POST:
        Post.objects.create(
            person=who, school=world.school, role=role, since="2020-09-01", until="2021-07-20"
        )
    return who


# What each may know of nevertheless: a child is no secret to who is only named in a concern about
# them, nor is the roll to the family of a pupil.
# A concern about an adult is another matter than the child's family.
ROLL = {"roll_file", "roll_answer", "roll_pupil", "roll_take_back"}
ADULTS = {name for name in OPENED if name.startswith("adult_")}
# Nor, to a lead, that a colleague has begun something and not sent it; nor the list of staff.
BEGUN = {"chase_set_aside"}
CHILD = {
    "child", "child_file", "child_write", "child_end", "child_seen", "child_chronology",
    "child_print", "child_knew", "child_knew_print", "leaving_child", "child_document_file",
    "child_document_files", "elsewhere_child",
    "leaving_package",
    "history_package",
    "history_record",
    "history_attachment",
}  # fmt: skip
# That a colleague asked for a file of the whole school says nothing of any child.
EXPORTS = {"access_export_answer"}
STAFF = {name for name in OPENED if name.startswith("people")}
STAFF |= {"account_sign_out", "access_end_part"}
MAY_KNOW = {
    by_name: CHILD | ROLL | BEGUN | STAFF | EXPORTS,
    by_family: ROLL | BEGUN | STAFF | ADULTS | EXPORTS,
    in_another_school: set(),
    who_was_here_until_yesterday: set(),
}


def seen(client, method: str, world, name: str, uid: uuid.UUID) -> tuple:
    """All that the answer tells, without the form's token and the id that was asked for."""
    answer = getattr(client, method)(world.address(name, uid))
    headers = {key: value.replace(str(uid), "") for key, value in answer.items()}
    return answer.status_code, headers, TOKEN.sub(b"", answer.content)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("shut_out", MAY_KNOW)
def test_what_one_may_not_see_is_byte_for_byte_what_does_not_exist(world, shut_out, method):
    client = factories.sign_in(SecureClient(), shut_out(world))
    names = [name for name in routes() if kind_of(name) and name not in MAY_KNOW[shut_out]]
    assert len(names) > 20
    told = [name for name in names if not _is_nothing(client, method, world, name)]
    assert told == []


def _is_nothing(client, method: str, world, name: str) -> bool:
    nothing = seen(client, method, world, name, uuid.uuid4())
    # Taking is done by a press. Opening its address redirects, whether or not the thing exists.
    leads_on = nothing[0] == 302 and name in {"triage_take", "adult_take"} and method == "get"
    there = seen(client, method, world, name, world.uids[kind_of(name)])
    return (nothing[0] == 404 or leads_on) and there == nothing


def lists_naming_it(world, who) -> set[str]:
    client = factories.sign_in(SecureClient(), who)
    reference = world.concern.reference.encode()
    lists = [name for name in routes() if not kind_of(name)]
    return {name for name in lists if reference in client.get(world.address(name)).getvalue()}


def test_no_list_names_what_one_may_not_see(world):
    may = factories.person(world.school, *EVERY_POST)
    assert lists_naming_it(world, may) == {
        "triage", "chase", "audit_rows", "audit_csv", "child_tracker", "child_tracker_print",
        "child_tracker_csv",
    }  # fmt: skip
    for shut_out in MAY_KNOW:
        assert lists_naming_it(world, shut_out(world)) == set()


BOX = re.compile(rb"<textarea\b[^>]*>|<input\b[^>]*>")
NO_WORDS = re.compile(rb'type="(hidden|radio|checkbox|submit|file|date|number)"')


def remembered(page: bytes) -> list[bytes]:
    """The text boxes that a shared computer's browser might offer to the next person."""
    boxes = [box for box in BOX.findall(page) if not NO_WORDS.search(box)]
    # A code of a second factor counts once, so nothing is lost if a telephone offers to fill it in.
    kept = (b'autocomplete="off"', b'autocomplete="one-time-code"')
    return [box for box in boxes if not any(word in box for word in kept)]


def test_a_box_that_a_browser_would_remember_is_found():
    assert remembered(b'<input name="find" type="text">') != []


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("who", ["writer", "dsl", "head", "office"])
def test_no_browser_is_asked_to_remember_what_was_typed(opened, who):
    pages = {name: row[who][1] for name, row in opened.items()}
    assert any(pages.values())
    found = {name: remembered(page) for name, page in pages.items()}
    assert {name: boxes for name, boxes in found.items() if boxes} == {}
