"""No page of the site offers its viewer what they may not do: each power is taken from each role.

Where the links and forms of a page lead, and whether that is refused, is asked of the gate: the row
of `concerns/urls.py` decides. The act behind each is asked too.
"""

import importlib
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from concerns.doors.act import ActRefused
from concerns.doors.gate import may_open
from concerns.rules.lifecycle import State
from concerns.rules.roles import PART_READERS, ROLES, May, Role
from concerns.rules.words import Route
from concerns.triage import acts as triage
from tests import factories
from tests.conftest import SecureClient
from tests.deciding import decide_concern
from tests.doors.world import made, routes
from tests.posts import post_without

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_alone]

LINK = re.compile(r'(?:href|action|data-autosave|data-extend)="([^"]*)"')
NAVIGATION = re.compile(r'<nav class="site-nav".*?</nav>', re.DOTALL)
TAKEN = sorted((role, power) for role in Role for power in ROLES[role])
ROOMS = ("adult", "chase", "child", "people", "refer", "roll", "submit", "triage")


def offered_by(page: str, address: str) -> set[str]:
    """The addresses of the site to which the links and forms of the page at `address` lead."""
    led = {urljoin(address, found.replace("&amp;", "&")) for found in LINK.findall(page)}
    return {urlsplit(where).path for where in led if where.startswith("/")}


def power_for(address: str) -> May | None:
    """The power that the page at `address` needs, if any."""
    try:
        open_to = getattr(resolve(address).func, "open_to", None)
    except Resolver404:
        return None
    return open_to if isinstance(open_to, May) else None


class Visitor:
    """Somebody in `role` who opens pages. The bar of rooms is on every page, so it is left out of
    their links and looked at on its own."""

    def __init__(self, school, role: Role):
        self.viewer = factories.viewer(school, role)
        if role in PART_READERS:
            factories.read_part(self.viewer.person, school)
        self.client = factories.sign_in(SecureClient(), self.viewer.person)

    def open(self, address: str) -> str:
        """The page at `address`; empty if it does not open."""
        if power_for(urlsplit(address).path) not in {None, *self.viewer.held_powers}:
            return ""
        answer = self.client.get(address)
        shown = answer.status_code == 200 and not answer.streaming
        return answer.content.decode() if shown else ""

    def links_on(self, address: str) -> set[str]:
        """The pages with a power of their own to which the page at `address` leads."""
        page = NAVIGATION.sub("", self.open(address))
        return {led for led in offered_by(page, address) if power_for(led)}

    def refusals_on(self, address: str) -> list[str]:
        return sorted(led for led in self.links_on(address) if not opens(self.viewer, led))

    def refused_rooms(self, pages: list[str]) -> list[str]:
        """The rooms in the bar that refuse them, on the first of `pages` that has the bar."""
        bars = (NAVIGATION.search(self.open(page)) for page in pages)
        bar = next((bar[0] for bar in bars if bar), "")
        return sorted(led for led in offered_by(bar, "/") if not opens(self.viewer, led))


def opens(viewer, address: str) -> bool:
    return may_open(viewer, resolve(address).url_name)


def more_pages(world) -> list[str]:
    """What the pages by name do not show: what everybody owes, and concerns in other states."""
    lead = factories.viewer(world.school, Role.DSL)
    new = factories.concern_at(State.WAITING, where=world.school)
    shut = factories.concern_at(State.TAKEN, where=world.school, lead=lead)
    decide_concern(lead, shut, Route.SOCIAL_CARE)
    referral = shut.referrals.get()
    shut.steps.filter(done_at=None).update(kind="next_move")
    shut.refresh_from_db()
    ended = {"outcome": "kept", "why": "It is over.", "words_back": "Thank you."}
    triage.close(by=lead, concern=shut, now=factories.NOW, **ended)
    acts = ("", "close/", "decide/", "reopen/")
    pages = [f"/triage/{one.uid}/{act}" for one in (new, shut) for act in acts]
    return [*pages, f"/refer/{referral.uid}/", "/chase/?whose=all"]


def test_a_link_and_a_form_are_found_wherever_they_lead():
    page = '<a href="?more">a</a><a href="/roll/?x=1">b</a><form action="/triage/"></form>'
    assert offered_by(page, "/audit/rows/") == {"/audit/rows/", "/roll/", "/triage/"}


@pytest.mark.long
def test_whoever_lacks_a_power_is_offered_nothing_that_needs_it():
    world = made()
    pages = [*map(world.address, routes()), *more_pages(world)]
    found = []
    for role in Role:
        visitor = Visitor(world.school, role)
        led = {page: visitor.links_on(page) for page in pages}
        for power in ROLES[role]:
            # Nobody reads of every child who does not read.
            both = {May.READ, May.READ_ALL} if power is May.READ else {power}
            with post_without(role, *both):
                # A page that led nowhere with this power leads nowhere without it.
                needing = [page for page in pages if power in map(power_for, led[page])]
                refused = [(page, visitor.refusals_on(page)) for page in needing]
                refused.append(("the bar of rooms", visitor.refused_rooms(pages)))
                found += [
                    f"{role.value} without {power.name}, {page}: {there}"
                    for page, addresses in refused
                    for there in addresses
                ]
    assert "\n".join(found) == ""


def acts_of_the_site() -> list:
    modules = [importlib.import_module(f"concerns.{room}.acts") for room in ROOMS]
    every = {act for module in modules for act in vars(module).values() if hasattr(act, "power")}
    return sorted(every, key=lambda act: (act.__module__, act.__name__))


@pytest.mark.parametrize(("role", "power"), TAKEN)
def test_and_every_act_that_needs_it_refuses(where, role, power):
    with post_without(role, power):
        by = factories.viewer(where, role)
        for act in acts_of_the_site():
            if act.power is power:
                with pytest.raises(ActRefused, match="Your post does not let you do this"):
                    act(by=by, now=factories.NOW)
