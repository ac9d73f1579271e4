"""Collects everything that one person can get out of the site, as bytes that can be compared.

Every address of the site is opened and pressed, with the things its room is about and, where it
takes one of their kind, with those that must stay secret. Lists are asked every question they take,
and the e-mails that went to the person are read. The addresses come from the site's own table, so
that a page made later is covered too. Only what changes on every request is made the same: a form's
token, signed values, the id of a form not sent yet. The clock stands still, so that no two answers
differ by a minute. Each answer comes with the number of statements it took: a page that asks the
database more often has something to hide.

A school is made once for a file of tests, in a database of its own, and what each person gets from
it as it is, is asked once. Whatever a test does there is rolled back.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain

from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.test import override_settings

from concerns.doors.covered_names import COOKIE
from concerns.doors.gate import may_open
from concerns.models.school import school
from concerns.models.school.person import viewers_for_person
from concerns.rules.roles import Role
from tests import factories
from tests.conftest import SecureClient
from tests.databases import filled_once, undone_afterwards
from tests.doors.world import kind_of, made, routes
from tests.factories import NOW

# The form's token; the signed token of its draft; the id of a form not sent yet, or of one press.
FRESH = re.compile(rb'(name="(?:csrfmiddlewaretoken|keep|draft|once)" value=")[^"]*"')
# What a new passkey or app is made from is drawn by chance: the options; the square and its key.
DRAWN = re.compile(
    rb'(?<=data-options=")[^"]*|(?<=<path d=")M[^"]*|(?<=<strong>)(?:[A-Z2-7]{4} ){8}|otpauth://[^"]*'
)
# Cookies are given anew; the length is that of the body before what is drawn was taken out.
LEFT_OUT = frozenset({"Set-Cookie", "Content-Length"})
# `/healthz` goes by the clock of the database, which does not stand still.
STOPPED = re.compile(rb"stopped \d+ minutes")
# So do the times at which somebody signed in.
SIGNED_IN = re.compile(rb"Signed in [^<]*|(?<=</span>, )[^<]*(?=</span></button>)")
# What is typed into search boxes.
TYPED = {"submit_children": {"part": "fo"}, "child_search": {"words": "door"}}
# The questions a list can be asked.
ASKED = {
    "triage": ("?state=late", "?state=waiting", "?state=closed"),
    "chase": ("?whose=all",),
    "audit_day": ("?day_day=3&day_month=11&day_year=2026",),
    **dict.fromkeys(("audit", "audit_print"), ("?year=all",)),
    **dict.fromkeys(("audit_rows", "audit_csv"), ("?year=all", "?year=all&which=late")),
}
ROLES = (Role.DSL, Role.HEAD, Role.CHAIR, Role.OFFICE, Role.GOVERNOR)
POSTS = {role.value: role for role in ROLES}
# Does something, and returns the ids that it gave.
Work = Callable[[], list[uuid.UUID]]


def nothing() -> list[uuid.UUID]:
    return []


class TwinSchool:
    """A school with one of everything, everybody in post, and somebody who writes."""

    def __init__(self):
        self.world = made()
        self.where = self.world.school
        self.posts = {
            name: factories.person(self.where, role, name=f"The {name}")
            for name, role in POSTS.items()
        }
        self.posts["staff"] = factories.person(self.where, name="Dan Dubious")
        # Whom the head brings into concerns: nobody who looks at the school twice.
        self.deputy = factories.person(self.where, Role.DEPUTY, name="The deputy")
        self.people = [factories.person(self.where) for _ in range(4)]
        self.writer = factories.viewer(self.where, who=self.people[0])
        self._models = find_models(self.world.uids.values())
        self._kept = {}
        self._kept_unheard_of = {}

    def moved(
        self,
        who,
        work: Work,
        before: Work = nothing,
        after: Work = nothing,
        rooms: Sequence[str] = (),
    ) -> list[str]:
        """Lists what `who` gets differently if `work` is done than if it is not.

        `before` and `after` are done in both schools. `rooms` are those looked at; none means all.
        """

        def all_of_it() -> list[uuid.UUID]:
            return [uid for done in (before, work, after) for uid in done()]

        with self._undone(all_of_it) as secret:
            models = find_models(secret)
            assert models.keys() == set(secret)
            hidden = {
                uid: self._ask(who, self._secret_addresses(who, rooms, uid, model), uid)
                for uid, model in models.items()
            }
            found = self._ask(who, self._addresses(rooms))
        unchanged = self._ask_as_it_is(who, before, after, rooms)
        assert len(found) > 150 or rooms
        told = [
            differences(self._ask_unheard_of(who, before, after, rooms, models[uid]), one)
            for uid, one in hidden.items()
        ]
        return sorted({*differences(unchanged, found), *chain.from_iterable(told)})

    def _ask_as_it_is(self, who, before: Work, after: Work, rooms: Sequence[str]):
        """What `who` gets from the school as it is: asked once, and kept for the next test."""
        key = _name_of_look(who, before, after, rooms)
        if key not in self._kept:
            with self._undone(lambda: [*before(), *after()]):
                self._kept[key] = self._ask(who, self._addresses(rooms))
        return self._kept[key]

    def _ask_unheard_of(
        self, who, before: Work, after: Work, rooms: Sequence[str], model: type[Model]
    ):
        """What `who` gets for an id that no row of `model` was ever given: as it would be for each
        of those that must stay secret. It is kept too."""
        key = (*_name_of_look(who, before, after, rooms), model)
        if key not in self._kept_unheard_of:
            never = uuid.uuid4()
            with self._undone(lambda: [*before(), *after()]):
                asked = self._secret_addresses(who, rooms, never, model)
                self._kept_unheard_of[key] = self._ask(who, asked, never)
        return self._kept_unheard_of[key]

    @contextmanager
    def _undone(self, work: Work) -> Iterator[list[uuid.UUID]]:
        mail.outbox.clear()
        with undone_afterwards():
            yield work()

    def _addresses(self, rooms: Sequence[str]):
        """Every address, of the world's things where it takes an id."""
        for name in _names_in(rooms):
            kind = kind_of(name)
            yield name, self.world.address(name, self.world.uids[kind] if kind else None)

    def _secret_addresses(self, who, rooms: Sequence[str], secret: uuid.UUID, model: type[Model]):
        """Those that take the id of a row of `model`, with `secret`. What the gate keeps
        from everybody in the posts of `who` is left out: it answers before it looks at the id."""
        viewers = viewers_for_person(who, NOW)
        assert viewers
        for name in _names_in(rooms):
            kind = kind_of(name)
            takes_it = kind and self._models[self.world.uids[kind]] is model
            if takes_it and any(may_open(viewer, name) for viewer in viewers):
                yield name, self.world.address(name, secret)

    def _ask(self, who, addresses, secret: uuid.UUID | None = None) -> dict[str, tuple]:
        """Every answer that `who` gets, by what was asked for, and their e-mails.

        A word stands in place of the id `secret`.
        """
        school._calendar_and_clocks.cache_clear()
        # What is kept for the next request would make the second look cheaper than the first.
        cache.clear()
        still = ["tests.adult.clock.stands_still", *settings.MIDDLEWARE]
        sent = sorted((one.subject, one.body) for one in mail.outbox if who.email in one.to)
        found = {"E-MAILS": tuple(sent)}
        with transaction.atomic(), override_settings(MIDDLEWARE=still):
            client = factories.sign_in(SecureClient(), who)
            found["GET /healthz"] = told(client.get, "/healthz")
            for name, path in addresses:
                for query in ("", *ASKED.get(name, ())):
                    asked = path.split("?")[0] + query if query else path
                    found[f"GET {asked}"] = told(client.get, asked)
                found[f"POST {path}"] = told(client.post, path, TYPED.get(name, {}))
                # One press covers names, and every page after it would tell nothing.
                client.cookies.pop(COOKIE, None)
            transaction.set_rollback(True)
        return {hide(secret, page): hide(secret, answer) for page, answer in found.items()}


def find_models(uids: Iterable[uuid.UUID]) -> dict[uuid.UUID, type[Model]]:
    """The model of the row that has each of `uids`."""
    wanted = list(uids)
    return {
        uid: model
        for model in apps.get_app_config("concerns").get_models()
        if any(field.name == "uid" for field in model._meta.fields)
        for uid in model._base_manager.filter(uid__in=wanted).values_list("uid", flat=True)
    }


def _name_of_look(who, before: Work, after: Work, rooms: Sequence[str]) -> tuple:
    return who.pk, before.__name__, after.__name__, tuple(rooms), settings.EMAIL_HOST


def _names_in(rooms: Sequence[str]) -> list[str]:
    return [name for name in routes() if not rooms or name.split("_")[0] in rooms]


def hide(secret: uuid.UUID | None, said):
    """`said` with a word in place of the id `secret`, wherever it stands."""
    if isinstance(said, str):
        return said.replace(str(secret), "SECRET")
    if isinstance(said, bytes):
        return said.replace(str(secret).encode(), b"SECRET")
    if isinstance(said, dict):
        return {name: hide(secret, value) for name, value in said.items()}
    return tuple(hide(secret, one) for one in said) if isinstance(said, tuple) else said


def told(ask, *what) -> tuple:
    """The status, headers and body of an answer, and how many statements it took."""
    asked: list[str] = []
    with connection.execute_wrapper(partial(count_statement, asked)):
        answer = ask(*what)
        body = STOPPED.sub(b"stopped", DRAWN.sub(b"", FRESH.sub(rb'\1"', answer.getvalue())))
        body = SIGNED_IN.sub(b"Signed in", body)
    headers = {name: value for name, value in answer.items() if name not in LEFT_OUT}
    return answer.status_code, headers, body, len(asked)


def count_statement(asked: list[str], execute, sql, *more):
    """Django's own list would write out each statement with its values, and ask SQLite for them."""
    asked.append(sql)
    return execute(sql, *more)


def differences(one: dict, other: dict) -> list[str]:
    return sorted(page for page in one.keys() | other.keys() if one.get(page) != other.get(page))


@contextmanager
def make_twin_school(databases, migrated, blocker, of=TwinSchool) -> Iterator[TwinSchool]:
    """The school of a file of tests, in a database of its own that is used meanwhile."""
    with filled_once(databases, migrated, blocker, "twins"):
        yield of()
