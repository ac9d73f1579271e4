"""Collects everything that one person can get out of the site, as bytes that can be compared.

Every address of the site is opened and pressed, with the things its room is about and with those
that must stay secret; lists are asked every question they take. The addresses come from the site's
own table, so that a page made later is covered too. Only what changes on every request is made the
same: a form's token, signed values, the id of a form not sent yet. The clock stands still, so that
no two answers differ by a minute. Each answer comes with the number of statements it took: a page
that asks the database more often has something to hide.
"""

import re
import uuid

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from concerns.models.school import school
from tests import factories
from tests.conftest import SecureClient
from tests.doors.world import World, kind_of, routes

# The form's token; the signed token of its draft; the id of a form not sent yet, or of one press.
FRESH = re.compile(rb'(name="(?:csrfmiddlewaretoken|keep|draft|once)" value=")[^"]*"')
# What is typed into search boxes.
TYPED = {"submit_children": {"part": "fo"}, "child_search": {"words": "door"}}
# The questions a list can be asked.
ASKED = {
    "triage": ("?state=late", "?state=waiting", "?state=closed"),
    **dict.fromkeys(("audit", "audit_print"), ("?year=all",)),
    **dict.fromkeys(("audit_rows", "audit_csv"), ("?year=all", "?year=all&which=late")),
}


class Undone(Exception):
    """Raised to roll back everything that was done for one look."""


def looking(world: World, who, work, secret=()) -> tuple[dict[str, tuple], list[uuid.UUID]]:
    """Collects everything `who` can get once `work()` is done, then rolls `work()` back.

    Returns it with the ids that `work` gave, whose addresses are asked for as well.
    """
    try:
        with transaction.atomic():
            made = work()
            found = everything(world, who, [*secret, *made])
            raise Undone
    except Undone:
        return found, made


def everything(world: World, who, secret) -> dict[str, tuple]:
    """Every answer that `who` gets, by what was asked for."""
    school._calendar_and_clocks.cache_clear()
    still = ["tests.adult.clock.stands_still", *settings.MIDDLEWARE]
    found = {}
    with override_settings(MIDDLEWARE=still):
        client = factories.sign_in(SecureClient(), who)
        for name in routes():
            kind = kind_of(name)
            for uid in [world.uids[kind], *secret] if kind else [None]:
                path = world.address(name, uid)
                for query in ("", *ASKED.get(name, ())):
                    asked = path.split("?")[0] + query if query else path
                    found[f"GET {asked}"] = told(client.get, asked)
                found[f"POST {path}"] = told(client.post, path, TYPED.get(name, {}))
    return found


def told(ask, *what) -> tuple:
    """The status, headers and body of an answer, and how many statements it took."""
    with CaptureQueriesContext(connection) as asked:
        answer = ask(*what)
        body = FRESH.sub(rb'\1"', answer.getvalue())
    headers = {name: value for name, value in answer.items() if name != "Set-Cookie"}
    return answer.status_code, headers, body, len(asked)


def differences(one: dict, other: dict) -> list[str]:
    return sorted(page for page in one.keys() | other.keys() if one.get(page) != other.get(page))
