"""Fixtures: a school over a real server, and people in it who press at the same moment.

What goes wrong here is arranged for real: processes are killed, connections cut, cookies taken.
The clock is the machine's own, since the server asks its database for the time.
"""

import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest
from django.utils import timezone

from concerns.models import Child, Concern, Person, School, Viewer
from concerns.rules.roles import Role
from tests import factories
from tests.server import Server, Visitor

WROTE = "He had not eaten, and held his arm."
DECIDED = {
    "weight": "full", "routes": "no_further", "considered": "Speaking to parents first.",
    "parents_told": "no", "parents_why_not": "Nothing to tell them.", "siblings": "none",
    "child_seen": "seen",
}  # fmt: skip


class Desk:
    """Somebody signed in at a browser. Another window of it is another `Visitor`."""

    def __init__(self, server: Server, person: Person, open_until: ExitStack):
        self._server = server
        self.person = person
        self._open_until = open_until
        self.visitor = self._opened()
        self.visitor.sign_in(person.email, factories.PASSWORD)

    def _opened(self, **settings) -> Visitor:
        return self._open_until.enter_context(self._server.visitor(**settings))

    def window(self) -> Visitor:
        return self._opened(cookies=self.visitor.cookies)

    def press(self, path: str, form: dict, wait: float = 0):
        """A call for `at_once`, made `wait` seconds later than the others if that is over 0."""

        def pressed() -> httpx.Response:
            time.sleep(max(0, wait))
            return self.visitor.submit(path, form)

        return pressed

    def lose(self, cookie: str) -> None:
        """Deletes this browser's session in the middle of whatever was on the page."""
        self.visitor.cookies.delete(f"__Host-{cookie}")

    def sign_in_at(self, where: str) -> httpx.Response:
        """Signs in on the page one was sent to, and follows where it leads."""
        token = {"login": self.person.email, "password": factories.PASSWORD}
        return self.visitor.submit(where, token, follow_redirects=True)

    def carried(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's forms: its draft, its version, its tokens."""
        page = self.visitor.get(path)
        assert page.status_code == 200, f"{path.split('/')[1]}: {page.status_code}"
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        return {name: unescape(value) for name, value in found}

    def form(self, child: Child, **more) -> dict:
        """A whole concern that is not sent, with a draft of its own; no page is asked for it."""
        words = {"account": WROTE, "going_home": "no", "do": "send", **more}
        return {"draft": str(uuid.uuid4()), "child": str(child.uid)} | words

    def decision(self, path: str, reason: str) -> dict:
        """A whole decision, with the hidden fields of its page as it is now."""
        now = timezone.localtime()
        day = {"seen_on_day": now.day, "seen_on_month": now.month, "seen_on_year": now.year}
        seen = {"seen_by": str(self.person.uid), "seen_at": f"{now:%H:%M}", **day}
        return self.carried(path) | DECIDED | seen | {"reason": reason}


class Place:
    """The school that faults are tried on."""

    def __init__(self):
        self.now = datetime.now(UTC)
        self.school: School = factories.school()
        self.writer = factories.person(self.school, name="Wyn Writer")
        self.leads = (
            factories.person(self.school, Role.DSL, name="Lee Lead"),
            factories.person(self.school, Role.DEPUTY, name="Dee Deputy"),
        )
        self.child = factories.child(self.school)

    def acting(self, who: Person) -> Viewer:
        role = Role.STAFF if who == self.writer else Role.DSL
        return factories.viewer(self.school, role, who=who, now=datetime.now(UTC))

    def concern(self, **more) -> Concern:
        by = self.acting(self.writer)
        return factories.send_concern(by, self.child, now=by.now, **more).concern


@pytest.fixture
def place(server) -> Place:
    return Place()


@pytest.fixture
def sits_down(server):
    """`sits_down(person)`: a Desk where that person has signed in."""
    with ExitStack() as open_until:
        yield lambda person: Desk(server, person, open_until)


@pytest.fixture
def at_once():
    """`at_once(call, call, ...)` returns the result of each. All wait until every one is ready."""

    def run(*calls):
        ready = threading.Barrier(len(calls))

        def one(call):
            ready.wait(30)
            return call()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [running.result() for running in [pool.submit(one, call) for call in calls]]

    return run
