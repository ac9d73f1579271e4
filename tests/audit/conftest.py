"""Fixtures: a head, and two school years of concerns made by real acts."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.urls import resolve

from concerns.chase import acts as chase
from concerns.models import Child, Concern
from concerns.refer import acts as refer
from concerns.rules.roles import Role
from concerns.rules.words import Category, Route
from concerns.triage import acts as triage
from concerns.workflow.closing import owed_steps_in_words
from tests import factories
from tests.databases import in_place, undone_afterwards


@pytest.fixture
def where(db):
    return factories.school("Larch Hill School")


@pytest.fixture
def head(where):
    return factories.viewer(where, Role.HEAD, who=factories.person(where, Role.HEAD, name="Hal"))


@pytest.fixture
def lead(where):
    return factories.viewer(where, Role.DSL, who=factories.person(where, Role.DSL, name="Dee"))


@pytest.fixture
def writer(where):
    return factories.viewer(where, who=factories.person(where, name="Wyn"))


def look(viewer, address: str):
    """The answer to `address`, as the gate gives it to `viewer`, at the viewer's own time."""
    request = RequestFactory().get(address, secure=True)
    request.viewer = viewer
    request.session = {}
    request.resolver_match = match = resolve(request.path)
    return match.func.__wrapped__(request, **match.kwargs)


def text(viewer, address: str) -> str:
    return look(viewer, address).content.decode()


class Year:
    """Makes concerns of every kind, a few hours to a few weeks apart, with a fixed seed."""

    def __init__(self, where, writer, lead):
        self.where = where
        self.writer = writer
        self.lead = lead
        self.chance = random.Random("audit")
        self.children = [factories.child(where) for _ in range(3)]

    @staticmethod
    def children_of(where) -> list[Child]:
        return list(Child.objects.filter(school=where).order_by("pk"))

    def make(self, when: datetime) -> Concern:
        chance = self.chance
        concern = factories.send_concern(
            self.writer,
            chance.choice(self.children),
            now=when,
            categories=tuple(chance.sample(["neglect", "housing", "online"], chance.randrange(3))),
        ).concern
        far = chance.choice(
            ["waiting", "taken", "decided", "decided", "decided", "again", "closed"]
        )
        self._bring(concern, far, when)
        self._sort(concern, when)
        return concern

    def _sort(self, concern: Concern, when: datetime) -> None:
        """A lead sorts every other concern, and some of these twice."""
        concern.refresh_from_db()
        for _ in range(concern.pk % 2 + concern.pk % 3 // 2):
            categories = tuple(self.chance.sample(["neglect", "housing", "eating"], 2))
            triage.sort(
                by=self.lead, concern=concern, categories=categories, why="It says so.", now=when
            )

    def _bring(self, concern: Concern, far: str, when: datetime) -> None:
        if far == "waiting":
            return
        later = when + timedelta(minutes=self.chance.choice([5, 25, 200, 1500, 9000]))
        triage.take(by=self.lead, concern=concern, now=later)
        if far == "taken":
            return
        later += timedelta(minutes=self.chance.choice([10, 90, 2000]))
        self._decide(concern, later)
        if far == "again":
            self._decide(concern, later + timedelta(hours=1))
        if far == "closed":
            self._close(concern, later + timedelta(days=1))

    def _decide(self, concern: Concern, at: datetime) -> None:
        routes = self.chance.sample([Route.SOCIAL_CARE, Route.SCHOOL_SUPPORT, Route.PARENTS], 2)
        made = factories.decision_answers(concern, *routes)
        triage.decide(by=self.lead, concern=concern, decided=made, now=at)
        for referral in concern.referrals.exclude(events__isnull=False):
            if self.chance.random() < 0.7:
                send(self.lead, referral, at + timedelta(minutes=10))

    def _close(self, concern: Concern, at: datetime) -> None:
        for step in concern.steps.open().filter(kind="support"):
            chase.do_step(by=self.lead, step=step, words="In place.", now=at)
        if not owed_steps_in_words(concern.steps.open()):
            close(self.lead, concern, at + timedelta(minutes=5))


def send(lead, referral, at: datetime, **said):
    told = {"agency": "Westshire", "spoken_to": "Duty worker", "method": "telephone", **said}
    return refer.send(by=lead, referral=referral, happened_at=at, now=at, **told)


def close(lead, concern: Concern, at: datetime):
    said = {"outcome": "explained", "why": "It is explained.", "words_back": "Thank you."}
    return triage.close(by=lead, concern=concern, now=at, **said)


# Moments where a month or a school year begins by the clock on the wall and not yet in UTC.
EDGES = (
    datetime(2026, 3, 31, 22, 59, tzinfo=UTC),
    datetime(2026, 3, 31, 23, 0, tzinfo=UTC),
    datetime(2026, 8, 31, 22, 59, tzinfo=UTC),
    datetime(2026, 8, 31, 23, 0, tzinfo=UTC),
)


@pytest.fixture(scope="session")
def two_years(databases, migrated, django_db_setup, django_db_blocker):
    """A database with thirty-two concerns between September 2025 and this morning, in every state;
    and the head of their school. It is made once."""
    database = databases.copy(migrated, "two_years")
    with django_db_blocker.unblock(), in_place(database):
        where = factories.school("Larch Hill School")
        writer, lead, head = (
            factories.viewer(where, role) for role in (Role.STAFF, Role.DSL, Role.HEAD)
        )
        year = Year(where, writer, lead)
        start = datetime(2025, 9, 15, 10, 0, tzinfo=UTC)
        moments = [start + timedelta(days=14.2 * number) for number in range(28)]
        rows = [year.make(at) for at in sorted([*moments, *EDGES]) if at < factories.NOW]
        said = {key for row in rows for key in row.category_rows.values_list("category", flat=True)}
        assert said == {Category.NEGLECT, Category.HOUSING, Category.ONLINE}
    yield database, head
    databases.drop(database)


@pytest.fixture
def audit_head(two_years, django_db_blocker):
    """The head of a school with two years of concerns. What a test does there is undone."""
    database, head = two_years
    with django_db_blocker.unblock(), in_place(database), undone_afterwards():
        yield head
