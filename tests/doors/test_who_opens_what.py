"""This file knows, by hand, who opens what: every address of the site and everybody who may come.

The site keeps its own table in `concerns/urls.py`. This one is written apart from it, so that a
change of either is seen, and is walked with real people, a real concern and everything it has.
"""

import re
import uuid
from dataclasses import dataclass

import pytest
from django.urls import get_resolver, reverse

from concerns.models import Concern, Draft, Exclusion, Line, Post, RollQuestion, Step
from concerns.models.draft import CONCERN
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.conftest import SecureClient
from tests.roll import exports
from tests.roll.conftest import Office

pytestmark = pytest.mark.django_db

# `in`: sent to sign in. The writer wrote the concern and the draft; staff wrote nothing. Each row
# says what opening the address gives, and behind the stroke what pressing an empty form on it does.
TABLE = """
                   stranger writer staff dsl deputy head chair office | stranger writer staff dsl deputy head chair office
home               in       302    302   302 302    302  302   302    | in       302    302   302 302    302  302   302
people_where       in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
people_still_here  in       405    405   405 405    405  405   405    | in       204    204   204 204    204  204   204
submit             in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
submit_start       in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
submit_adult       in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
submit_danger      in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
submit_write       in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
submit_children    in       405    405   405 405    405  405   405    | in       200    200   200 200    200  200   200
submit_keep        in       405    405   405 405    405  405   405    | in       400    400   400 400    400  400   400
submit_draft       in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_sent        in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_told        in       302    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
submit_mine        in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_add         in       302    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
triage             in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
triage_read        in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
triage_take        in       403    403   302 302    302  403   403    | in       403    403   409 409    409  403   403
triage_hand        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_decide      in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_note        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_close       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_reopen      in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_speak        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer              in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_send         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_answer       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_view         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_withdraw     in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_step         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_tell         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
child              in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
roll               in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   200
roll_upload        in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   422
roll_file          in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   409
roll_answer        in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   422
audit              in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_rows         in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_trail        in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_csv          in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_print        in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_print_trail  in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
"""  # noqa: E501 - a table is read across

HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
WHO = HEAD[: HEAD.index("|")]
OPENED = {name: dict(zip(WHO, said[: len(WHO)], strict=True)) for name, *said in ROWS}
PRESSED = {name: dict(zip(WHO, said[len(WHO) + 1 :], strict=True)) for name, *said in ROWS}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


# What an address must be asked with: a figure's rows are nobody's without the figure.
ASKED = dict.fromkeys(["audit_rows", "audit_csv"], "?year=all")

READINGS = (
    Kind.OPENED, Kind.LISTED, Kind.STORY, Kind.TRAIL, Kind.AUDITED, Kind.EXPORTED, Kind.REFUSED,
)  # fmt: skip


@dataclass
class World:
    """A school with one of everything that an address can name, and who wrote it."""

    school: object
    writer: object
    concern: Concern
    uids: dict[str, uuid.UUID]

    def address(self, name: str, uid: uuid.UUID | None = None) -> str:
        kind = _kind(name)
        path = reverse(name, kwargs={"uid": uid or self.uids[kind]} if kind else None)
        return path + ASKED.get(name, "")


def _kind(name: str) -> str:
    """What the address called `name` takes: a concern unless it says otherwise; or nothing."""
    if "<uuid:uid>" not in _routes()[name]:
        return ""
    room = name.split("_")[0]
    if name in {"submit_draft", "chase_step", "roll_file", "roll_answer"}:
        return name
    if name == "refer_speak":
        return "concern"
    return {"child": "child", "refer": "referral"}.get(room, "concern")


def _routes() -> dict[str, str]:
    return {row.name: str(row.pattern) for row in get_resolver("concerns.urls").url_patterns}


@pytest.fixture
def world():
    school = factories.school()
    office = Office(school, factories.viewer(school, Role.OFFICE))
    writer, lead = factories.viewer(school), factories.viewer(school, Role.DSL)
    concern = factories.concern_at(State.TAKEN, where=school, by=writer, lead=lead)
    routes = (Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT)
    decided = factories.decided(concern, *routes)
    triage.decide(by=lead, concern=concern, decided=decided, now=factories.NOW)
    Draft.objects.create(
        school=school, person=writer.person, page=CONCERN, words="{}",
        begun_at=factories.NOW, saved_at=factories.NOW,
    )  # fmt: skip
    # Whom the concern is about is not in the file: so the office is asked.
    office.bring(exports.roll(3))
    uids = {
        "concern": concern.uid,
        "child": concern.children.get().child.uid,
        "referral": concern.referrals.get().uid,
        "chase_step": Step.objects.get(concern=concern, kind="support").uid,
        "submit_draft": Draft.objects.get().uid,
        "roll_file": office.upload(exports.written(exports.roll(4))).uid,
        "roll_answer": RollQuestion.objects.get().uid,
    }
    return World(school, writer.person, Concern.objects.get(), uids)


def come(world, who: str) -> SecureClient:
    client = SecureClient()
    if who == "stranger":
        return client
    if who == "writer":
        return factories.sign_in(client, world.writer)
    return factories.sign_in(client, factories.person(world.school, Role(who)))


def walk(world, method: str) -> dict[str, dict[str, str]]:
    people = {who: come(world, who) for who in WHO}
    return {
        name: {who: said(client, method, world.address(name)) for who, client in people.items()}
        for name in _routes()
    }


def said(client, method: str, address: str) -> str:
    answer = getattr(client, method)(address)
    where = answer.headers.get("Location", "")
    return "in" if where.startswith("/sign-in/") else str(answer.status_code)


def differences(found, table) -> list[str]:
    return [
        f"{name}, {who}: {answer} and not {table[name][who]}"
        for name, row in found.items()
        for who, answer in row.items()
        if answer != table[name][who]
    ]


def test_every_address_of_the_site_stands_in_the_table():
    assert set(_routes()) == set(OPENED)


def test_everybody_opens_what_the_table_says_and_nothing_else(world):
    assert differences(walk(world, "get"), OPENED) == []


def test_an_empty_form_is_answered_as_the_table_says_and_changes_nothing(world):
    before = Concern.objects.values().get(), Line.objects.exclude(kind__in=READINGS).count()
    assert differences(walk(world, "post"), PRESSED) == []
    after = Concern.objects.values().get(), Line.objects.exclude(kind__in=READINGS).count()
    assert after == before


# Whose existence is the secret. Each of these people may open every page of their own school.
EVERY_POST = (Role.DSL, Role.HEAD, Role.OFFICE)


def by_name(world):
    who = factories.person(world.school, *EVERY_POST)
    Exclusion.objects.create(
        school=world.school, concern=world.concern, person=who, by=world.writer, at=factories.NOW
    )
    return who


def by_family(world):
    who = factories.person(world.school, *EVERY_POST)
    factories.related(who, world.concern.children.get().child)
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
ROLL = {"roll_file", "roll_answer"}
MAY_KNOW = {
    by_name: {"child", *ROLL},
    by_family: ROLL,
    in_another_school: set(),
    who_was_here_until_yesterday: set(),
}


def seen(client, method: str, world, name: str, uid: uuid.UUID) -> tuple:
    """All that is told; less the form's token, and the id that was asked for."""
    answer = getattr(client, method)(world.address(name, uid))
    headers = {key: value.replace(str(uid), "") for key, value in answer.items()}
    return answer.status_code, headers, TOKEN.sub(b"", answer.content)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("shut_out", MAY_KNOW)
def test_what_one_may_not_see_is_byte_for_byte_what_does_not_exist(world, shut_out, method):
    client = factories.sign_in(SecureClient(), shut_out(world))
    names = [name for name in _routes() if _kind(name) and name not in MAY_KNOW[shut_out]]
    assert len(names) > 20
    told = [name for name in names if not _is_nothing(client, method, world, name)]
    assert told == []


def _is_nothing(client, method: str, world, name: str) -> bool:
    nothing = seen(client, method, world, name, uuid.uuid4())
    # Taking it is a press; opened, its address leads on without a look, whatever is there or not.
    leads_on = nothing[0] == 302 and (name, method) == ("triage_take", "get")
    there = seen(client, method, world, name, world.uids[_kind(name)])
    return (nothing[0] == 404 or leads_on) and there == nothing


def lists_naming_it(world, who) -> set[str]:
    client, reference = factories.sign_in(SecureClient(), who), world.concern.reference.encode()
    lists = [name for name in _routes() if not _kind(name)]
    return {name for name in lists if reference in client.get(world.address(name)).getvalue()}


def test_no_list_names_what_one_may_not_see(world):
    may = factories.person(world.school, *EVERY_POST)
    assert lists_naming_it(world, may) == {"triage", "audit_rows", "audit_csv"}
    for shut_out in MAY_KNOW:
        assert lists_naming_it(world, shut_out(world)) == set()


BOX = re.compile(rb"<textarea\b[^>]*>|<input\b[^>]*>")
NO_WORDS = re.compile(rb'type="(hidden|radio|checkbox|submit|file|date|number)"')


def remembered(page: bytes) -> list[bytes]:
    """The boxes for words that a shared computer's browser might offer to the next person."""
    boxes = [box for box in BOX.findall(page) if not NO_WORDS.search(box)]
    return [box for box in boxes if b'autocomplete="off"' not in box]


def test_a_box_that_a_browser_would_remember_is_found():
    assert remembered(b'<input name="find" type="text">') != []


@pytest.mark.parametrize("who", ["writer", "dsl", "head", "office"])
def test_no_browser_is_asked_to_remember_what_was_typed(world, who):
    client = come(world, who)
    pages = {name: client.get(world.address(name)) for name in _routes()}
    found = {
        name: remembered(page.content)
        for name, page in pages.items()
        if page.status_code == 200 and not page.streaming
    }
    assert {name: boxes for name, boxes in found.items() if boxes} == {}
