"""What the pages about staff read: the list, one person, open requests, cover, and what is held."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Prefetch
from django.http import Http404

from concerns.doors import sight
from concerns.models import (
    Asked,
    Child,
    Concern,
    Cover,
    Draft,
    Invitation,
    Person,
    Post,
    Relation,
    School,
    Viewer,
    held,
)
from concerns.models.brought import StaffFile
from concerns.models.child import MOST_FOUND
from concerns.models.cover import Acting, who_acts
from concerns.paper import columns
from concerns.paper.columns import STAFF
from concerns.paper.rows import NotATable, table
from concerns.paper.staffing import StaffLine, staff_lines
from concerns.rules.names import folded
from concerns.rules.roles import May, Role
from concerns.rules.spans import local_day

A_PAGE = 50
LATELY = timedelta(days=30)
LINK_LASTS = timedelta(hours=48)


@dataclass(frozen=True)
class Listed:
    """One line of the list of staff."""

    person: Person
    posts: list[Post]
    signs_in: str

    @property
    def words(self) -> str:
        return ", ".join(post.words for post in self.posts)


def staff(viewer: Viewer, *, left: bool, after: uuid.UUID | None) -> tuple[list[Listed], bool]:
    """A page of the staff by name, and whether more follow; if `left`, of those who have left."""
    rows = _everyone(viewer)
    rows = (rows.gone if left else rows.here)(viewer.school, viewer.today)
    if after:
        rows = rows.after(sight.one(viewer, _everyone(viewer), after))
    found = list(rows.order_by("name", "pk")[: A_PAGE + 1])
    return [_listed(viewer, person) for person in found[:A_PAGE]], len(found) > A_PAGE


def called(viewer: Viewer, part: str) -> list[Listed]:
    """Staff by part of a name, including those who have left."""
    rows = _everyone(viewer).called(part[:100]).order_by("name", "pk")[:A_PAGE]
    return [_listed(viewer, person) for person in rows]


def _everyone(viewer: Viewer):
    posts = Post.objects.filter(school=viewer.school).order_by("since", "pk")
    return Person.objects.of_school(viewer).prefetch_related(
        Prefetch("posts", posts, to_attr="posts_here"),
        Prefetch("invitations", Invitation.objects.order_by("-at", "-pk"), to_attr="links"),
    )


def _listed(viewer: Viewer, person: Person) -> Listed:
    today = viewer.today
    lasting = [post for post in person.posts_here if post.until is None or post.until >= today]
    return Listed(person, lasting or person.posts_here[-1:], signs_in(person, viewer.now))


def signs_in(person: Person, now: datetime) -> str:
    """Whether they can sign in, else the state of their invitation. Needs `links` prefetched."""
    if not person.is_active:
        return "Cannot sign in: has left"
    if person.has_usable_password():
        return "Signs in"
    if not person.links:
        return "Not invited yet"
    return "Invited" if now - person.links[0].at < LINK_LASTS else "Invited: the link has ended"


def person(viewer: Viewer, uid: uuid.UUID) -> Person:
    """One person with posts, families, cover, links and open requests. Raises Http404."""
    found = sight.one(viewer, _everyone(viewer), uid)
    families = Relation.objects.of_school(viewer).filter(shuts_out=found)
    found.family = list(families.select_related("child").order_by("pk"))
    found.cover = [row for row in covers(viewer) if row.person_id == found.pk]
    found.waiting = list(_asked(viewer).waiting().filter(person=found))
    found.signs_in = signs_in(found, viewer.now)
    lasts = viewer.today
    found.ended = [post for post in found.posts_here if post.until and post.until < lasts]
    found.lasting = [post for post in found.posts_here if post not in found.ended]
    return found


def one(viewer: Viewer, uid: uuid.UUID) -> Person:
    return sight.one(viewer, Person.objects.of_school(viewer), uid)


def post(viewer: Viewer, uid: uuid.UUID) -> Post:
    """A post that has not ended. Raises Http404."""
    rows = Post.objects.of_school(viewer).lasting(viewer.today)
    return sight.one(viewer, rows.select_related("person"), uid)


def relation(viewer: Viewer, uid: uuid.UUID) -> Relation:
    rows = Relation.objects.of_school(viewer).standing()
    return sight.one(viewer, rows.select_related("person", "child"), uid)


def _asked(viewer: Viewer):
    rows = Asked.objects.of_school(viewer)
    return rows.select_related("by", "person", "child", "answer__by").order_by("-id")


def asked(viewer: Viewer) -> tuple[list[Asked], list[Asked]]:
    """(requests that await the head, requests answered in the last month)."""
    since = viewer.now - LATELY
    waiting = list(_asked(viewer).waiting()[:A_PAGE])
    for row in waiting:
        row.answerable = not row.why_not(viewer)
    return waiting, list(_asked(viewer).answered().filter(answer__at__gte=since)[:A_PAGE])


def said_themselves(viewer: Viewer) -> list[Relation]:
    """Relations that readers recorded of themselves in the last month.

    These need no approval, so the head is shown them.
    """
    readers = Post.objects.filter(school=viewer.school).reading().lasting(viewer.today)
    rows = Relation.objects.of_school(viewer).filter(by=F("person"), at__gte=viewer.now - LATELY)
    rows = rows.filter(person__in=readers.values("person")).select_related("person")
    return list(rows.order_by("-at", "-pk")[:A_PAGE])


def one_asked(viewer: Viewer, uid: uuid.UUID) -> Asked:
    return sight.one(viewer, _asked(viewer), uid)


def found(viewer: Viewer, part: str) -> tuple[list[Child], bool]:
    """The first MOST_FOUND pupils on the roll by part of a name, and whether there are more.

    Does not count as reading about a child.
    """
    if not folded(part):
        return [], False
    rows = list(Child.objects.on_roll(viewer).found_by(part[:100])[: MOST_FOUND + 1])
    return rows[:MOST_FOUND], len(rows) > MOST_FOUND


def pupil(viewer: Viewer, uid: uuid.UUID | None) -> Child | None:
    return Child.objects.of_school(viewer).filter(uid=uid).first() if uid else None


def own_families(viewer: Viewer) -> list[Relation]:
    rows = Relation.objects.of_school(viewer).filter(shuts_out=viewer.person)
    return list(rows.select_related("child").order_by("pk"))


def own_waiting(viewer: Viewer) -> list[Asked]:
    return list(_asked(viewer).waiting().filter(person=viewer.person, child__isnull=False))


def to_leave(viewer: Viewer, uid: uuid.UUID) -> Person:
    """The person who is leaving, with what they hold and how many drafts they have not sent.

    `has` and `owes` are the concerns and steps that the viewer may know of. Raises Http404 if they
    have left already, and for the viewer themselves.
    """
    here = Person.objects.of_school(viewer).here(viewer.school, viewer.today)
    found = sight.one(viewer, here, uid)
    if found.pk == viewer.person.pk:
        raise Http404
    found.has, found.owes = held.counted(found, viewer)
    found.unsent = Draft.objects.begun_by(found, viewer).count()
    found.shown = _references(viewer, found) if viewer.may(May.READ) else []
    return found


def _references(viewer: Viewer, person: Person) -> list[Concern]:
    """The concerns that the person holds, to list their references. Recorded as shown."""
    rows = Concern.objects.visible_to(viewer)
    mine = rows.filter(pk__in=held.held(person, viewer.school).values("pk"))
    return sight.page(viewer, mine.most_pressing_first(), A_PAGE, reason="held by a leaver")[0]


def able(viewer: Viewer, leaver: Person) -> dict[str, Person]:
    """{uid: person} of those who may take over from `leaver`."""
    return {uid: person for uid, person in leads(viewer).items() if person != leaver}


def covers(viewer: Viewer) -> list[Cover]:
    """Current and planned absences and cover, by first day, with whether the viewer may end it."""
    rows = Cover.objects.of_school(viewer).lasting(viewer.today)
    found = list(rows.select_related("person", "stands_in").order_by("since", "pk"))
    for row in found:
        row.now_so = row.stands(viewer.school, viewer.now)
        row.theirs = row.person_id == viewer.person.pk or viewer.may(May.PEOPLE)
    return found


def cover(viewer: Viewer, uid: uuid.UUID) -> Cover:
    rows = Cover.objects.of_school(viewer).lasting(viewer.today)
    return sight.one(viewer, rows.select_related("person", "stands_in"), uid)


def acting(viewer: Viewer) -> list[Acting]:
    """Who acts as the lead at this moment, first to turn to first."""
    return who_acts(viewer.school, Role.DSL, viewer.now)


def leads(viewer: Viewer) -> dict[str, Person]:
    """{uid: person} of those who may cover for somebody or be reached out of hours."""
    rows = Person.objects.who_may(May.DECIDE, viewer.school, viewer.today)
    return {str(person.uid): person for person in rows}


def absent(viewer: Viewer) -> dict[str, Person]:
    """{uid: person} of those for whom the viewer may record an absence."""
    if not viewer.may(May.PEOPLE):
        return {str(viewer.person.uid): viewer.person}
    rows = Person.objects.who_may_be_away(viewer.school, viewer.today)
    return {str(person.uid): person for person in rows}


def file(viewer: Viewer, uid: uuid.UUID) -> StaffFile:
    """A staff file that awaits confirmation. Raises Http404, also if it was imported."""
    rows = StaffFile.objects.of_school(viewer).waiting()
    return sight.one(viewer, rows.select_related("by"), uid)


def read(content: str, today: date) -> list[StaffLine]:
    """The staff lines in `content`. Raises NotATable if it is no table or lacks a needed column."""
    found = table(content, columns.known(STAFF))
    mapping = columns.guess(found.headings, STAFF)
    lacking = [column.words for column in STAFF if column.needed and column.key not in mapping]
    if lacking:
        raise NotATable(f"This file has no column for: {', '.join(lacking)}.")
    return staff_lines(found.rows, mapping, today)


def invited(person: Person, now: datetime) -> Viewer:
    """The viewer for using an invitation link: the person, in the school that last invited them.

    The role is staff, because somebody may be invited before their first day, without a post yet.
    """
    last = Invitation.objects.filter(person=person).select_related("school").order_by("-at", "-pk")
    return Viewer(person, last[0].school, frozenset({Role.STAFF}), now)


def by_command(school: School, now: datetime) -> Viewer | None:
    """The viewer for the command line: the head, the longest in post. None if there is none."""
    today: date = local_day(school.days, now)
    posts = Post.objects.filter(school=school).holding(Role.HEAD).in_force(today)
    post = posts.select_related("person").order_by("since", "pk").first()
    return Viewer(post.person, school, frozenset({Role.HEAD}), now) if post else None


def nobody_yet(school: School, now: datetime) -> Viewer:
    """A viewer without a person, to import the first staff file, which must name a head."""
    return Viewer(None, school, frozenset({Role.HEAD}), now)
