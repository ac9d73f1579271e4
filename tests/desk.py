"""Somebody signed in at a desk: opens a page, fills in its form, presses the button.

A form carries what its page gave it, as a browser's does. The clock is the machine's own.
"""

import re
from datetime import date, datetime, timedelta
from html import unescape

from django.utils import timezone

from concerns.models import Concern, LedgerLine
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from concerns.rules.words import CHILD_WAS_SEEN
from tests import factories

# A full decision as it is typed, for a concern about one child.
FULL = {
    "weight": "full",
    "reason": "The third time this term.",
    "routes": ["school_support"],
    "considered": "Waiting, and why not.",
    "parents_told": "no",
    "parents_why_not": "Advice is awaited.",
    "siblings": "considered",
    "child_seen": "seen",
}
CARRIED = re.compile(
    r'<input type="hidden" name="(version|keep|draft_version|draft_seen)" value="([^"]*)"'
)


class Desk:
    def __init__(self, client, where, *roles, name=""):
        self.client = client
        self.where = where
        person = factories.person(where, *(roles or (Role.DSL,)), name=name)
        now = timezone.now() - timedelta(hours=2)
        self.viewer = factories.viewer(where, *(roles or (Role.DSL,)), who=person, now=now)
        factories.sign_in(client, person)

    @property
    def now(self) -> datetime:
        return self.viewer.now

    @property
    def today(self) -> date:
        return timezone.localdate()

    def concern(self, state=State.TAKEN, **more) -> Concern:
        """A concern brought to `state` in the last two hours, in this desk's hands."""
        return factories.concern_at(state, where=self.where, lead=self.viewer, now=self.now, **more)

    def open(self, path: str):
        return self.client.get(path)

    def carried(self, path: str) -> dict[str, str]:
        """What the page at `path` carries, and in a decision who saw the child: the one here."""
        page = self.open(path)
        assert page.status_code == 200
        html = page.content.decode()
        seen = self.seen_now() if 'name="seen_by"' in html else {}
        return dict(CARRIED.findall(html)[-4:]) | seen

    def seen_now(self) -> dict[str, str]:
        """Answers that the child was seen by whoever is at this desk, just now."""
        now = timezone.localtime()
        day = day_fields("seen_on", now)
        return {"seen_by": str(self.viewer.person.uid), "seen_at": f"{now:%H:%M}", **day}

    def press(self, path: str, form: dict, **more):
        """Posts `form` with the hidden fields of the page at `path` as it is now."""
        carried = self.carried(path)
        if form.get("child_seen") not in CHILD_WAS_SEEN:
            carried.pop("seen_by", None)
        return self.client.post(path, carried | form, **more)


def page_text(answer) -> str:
    return unescape(answer.content.decode())


def summary_errors(answer) -> list[str]:
    """What the summary at the head of the page says is wrong."""
    summary = re.search(r"error-summary__list.*?</ul>", page_text(answer), re.DOTALL)
    return re.findall(r"<li>(?:<a [^>]*>)?(.*?)(?:</a>)?</li>", summary[0]) if summary else []


def day_fields(name: str, when) -> dict[str, str]:
    """The three boxes of a day."""
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


def count_readings(concern) -> int:
    """How often `concern` has been read, by the record."""
    return LedgerLine.objects.filter(concern=concern.uid, kind=Kind.OPENED).count()
