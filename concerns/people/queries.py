"""What the pages about staff read: the list, one person, open requests, cover, and what is held."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import F, Prefetch
from django.http import Http404

from concerns.doors import sight
from concerns.models import (
    Child,
    Concern,
    Cover,
    Draft,
    Invitation,
    InvitationBatch,
    Person,
    Post,
    QueuedInvitation,
    Relation,
    School,
    StaffChangeRequest,
    Viewer,
)
from concerns.models.school.cover import ActingPerson, people_acting_for_role
from concerns.models.school.invitation import InvitationEnding
from concerns.models.school.reader_part import part_of_request
from concerns.models.school.second_factor import has_second_factor
from concerns.models.school.staff_file import StaffFile
from concerns.paper.csv_columns import STAFF, guess_columns
from concerns.paper.csv_reading import CsvFileTable
from concerns.paper.file_columns import FileColumn, headings_digest, list_file_columns
from concerns.paper.staff_rows import parse_staff_table, read_staff_lines
from concerns.reading.sign_in_status import sign_in_prefetches, sign_in_status
from concerns.rules.reporting_periods import local_day
from concerns.rules.roles import May, Role
from concerns.rules.second_factor import must_have_factor
from concerns.workflow import handover
from concerns.workflow.staff_import import StaffLine

A_PAGE = 50
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class StaffListRow:
    """One line of the list of staff."""

    person: Person
    posts: list[Post]
    signs_in: str

    @property
    def posts_in_words(self) -> str:
        return ", ".join(post.role_in_words for post in self.posts)


def read_staff_list(
    viewer: Viewer, *, left: bool, after: uuid.UUID | None
) -> tuple[list[StaffListRow], bool]:
    """A page of the staff by name, and whether more follow; if `left`, of those who have left."""
    rows = _all_staff_with_posts(viewer)
    rows = (rows.former_staff_of if left else rows.current_staff_of)(
        viewer.school, viewer.todays_date
    )
    if after:
        rows = rows.after_person(sight.get_one_or_404(viewer, _all_staff_with_posts(viewer), after))
    found = list(rows.order_by("name", "pk")[: A_PAGE + 1])
    return [_build_staff_row(viewer, person) for person in found[:A_PAGE]], len(found) > A_PAGE


def find_staff_by_name(viewer: Viewer, part: str) -> list[StaffListRow]:
    """Staff by part of a name, including those who have left."""
    rows = (
        _all_staff_with_posts(viewer)
        .with_name_containing(part[:100])
        .order_by("name", "pk")[:A_PAGE]
    )
    return [_build_staff_row(viewer, person) for person in rows]


def _all_staff_with_posts(viewer: Viewer):
    """Everybody with a post here, past or to come, with their posts here in order and the links
    they were sent, the last first."""
    posts = Post.objects.filter(school=viewer.school).order_by("since", "pk")
    return Person.objects.of_school(viewer).prefetch_related(
        Prefetch("posts", posts),
        *sign_in_prefetches(),
    )


def _build_staff_row(viewer: Viewer, person: Person) -> StaffListRow:
    today = viewer.todays_date
    posts = list(person.posts.all())
    lasting = [post for post in posts if post.until is None or post.until >= today]
    return StaffListRow(person, lasting or posts[-1:], sign_in_status(person, viewer.now))


@dataclass(frozen=True)
class StaffRequestRow:
    """A request that awaits an answer. `answerable`: the viewer may answer it. `approver`: who may,
    in words."""

    asked: StaffChangeRequest
    answerable: bool
    approver: str


@dataclass(frozen=True)
class PersonPage:
    """One of the staff, as their page shows them. `ended` and `lasting` are their posts here,
    `waiting` the requests about them that await the head."""

    person: Person
    signs_in: str
    last_link: Invitation | None
    lasting: list[Post]
    ended: list[Post]
    waiting: list[StaffRequestRow]
    covers: list[Cover]
    family: list[Relation]


def read_person_page(viewer: Viewer, uid: uuid.UUID) -> PersonPage:
    """One person with posts, families, cover, links and open requests. Raises Http404."""
    person: Person = sight.get_one_or_404(viewer, _all_staff_with_posts(viewer), uid)
    families = Relation.objects.of_school(viewer).filter(shuts_out=person)
    today = viewer.todays_date
    ended = [
        post
        for post in person.posts.all()
        if post.called_off or (post.until and post.until < today)
    ]
    return PersonPage(
        person=person,
        signs_in=sign_in_status(person, viewer.now),
        last_link=next(iter(person.invitations.all()), None),
        lasting=[post for post in person.posts.all() if post not in ended],
        ended=ended,
        waiting=_waiting_rows(
            viewer, _staff_requests(viewer).awaiting_answer().filter(person=person)
        ),
        covers=[row.cover for row in list_covers(viewer) if row.cover.person_id == person.pk],
        family=list(families.select_related("child").order_by("pk")),
    )


def get_staff_member(viewer: Viewer, uid: uuid.UUID) -> Person:
    return sight.get_one_or_404(viewer, Person.objects.of_school(viewer), uid)


def get_current_post(viewer: Viewer, uid: uuid.UUID) -> Post:
    """A post that has not ended. Raises Http404."""
    rows = Post.objects.of_school(viewer).current_or_future(viewer.todays_date)
    return sight.get_one_or_404(viewer, rows.select_related("person"), uid)


def get_current_relation(viewer: Viewer, uid: uuid.UUID) -> Relation:
    rows = Relation.objects.of_school(viewer).not_withdrawn()
    return sight.get_one_or_404(viewer, rows.select_related("person", "child"), uid)


def _staff_requests(viewer: Viewer):
    rows = StaffChangeRequest.objects.of_school(viewer)
    rows = rows.select_related("by", "person", "child", "answer__by", "confirmation")
    return rows.order_by("-id")


def _waiting_rows(viewer: Viewer, waiting: Iterable[StaffChangeRequest]) -> list[StaffRequestRow]:
    return [
        StaffRequestRow(
            row, not row.why_may_not_answer(viewer), row.approver_words(viewer.todays_date)
        )
        for row in waiting
    ]


def list_staff_requests(
    viewer: Viewer,
) -> tuple[list[StaffRequestRow], list[StaffChangeRequest]]:
    """(requests that await the head, requests answered in the last month)."""
    since = viewer.now - LATELY
    waiting = _waiting_rows(viewer, _staff_requests(viewer).awaiting_answer()[:A_PAGE])
    return waiting, list(
        _staff_requests(viewer).already_answered().filter(answer__at__gte=since)[:A_PAGE]
    )


def list_self_declared_family(viewer: Viewer) -> list[Relation]:
    """Relations that readers recorded of themselves in the last month.

    These need no approval, so the head is shown them.
    """
    readers = (
        Post.objects.filter(school=viewer.school)
        .with_read_access()
        .current_or_future(viewer.todays_date)
    )
    rows = Relation.objects.of_school(viewer).filter(by=F("person"), at__gte=viewer.now - LATELY)
    rows = rows.filter(person__in=readers.values("person")).select_related("person")
    return list(rows.order_by("-at", "-pk")[:A_PAGE])


def get_staff_request(viewer: Viewer, uid: uuid.UUID) -> StaffChangeRequest:
    return sight.get_one_or_404(viewer, _staff_requests(viewer), uid)


def describe_asked_part(viewer: Viewer, asked: StaffChangeRequest) -> str:
    """What a post would read that reads a part, for whoever may approve it; else "".
    The words may name children, whom the office need not know of."""
    if not viewer.has_power(May.POSTS):
        return ""
    return part_of_request(asked).part_in_words


def list_offered_posts(viewer: Viewer) -> list[StaffChangeRequest]:
    """Posts in other schools that the viewer has not yet confirmed."""
    return list(_offered_posts(viewer).order_by("id"))


def get_offered_post(viewer: Viewer, uid: uuid.UUID) -> StaffChangeRequest:
    """A post in another school that the viewer has not yet confirmed. Raises Http404."""
    return sight.get_one_or_404(viewer, _offered_posts(viewer), uid)


def _offered_posts(viewer: Viewer):
    rows = StaffChangeRequest.objects.unconfirmed().filter(person=viewer.person)
    return rows.select_related("school", "by", "person").for_viewer(viewer)


def viewer_for_offered_post(asked: StaffChangeRequest, now: datetime) -> Viewer:
    """The viewer for answering it: the person, in the school that asked, with no post there yet."""
    return Viewer(asked.person, asked.school, frozenset({Role.STAFF}), now)


def get_pupil_or_none(viewer: Viewer, uid: uuid.UUID | None) -> Child | None:
    return Child.objects.of_school(viewer).filter(uid=uid).first() if uid else None


def list_own_families(viewer: Viewer) -> list[Relation]:
    rows = Relation.objects.of_school(viewer).filter(shuts_out=viewer.person)
    return list(rows.select_related("child").order_by("pk"))


def list_own_requests(viewer: Viewer) -> list[StaffRequestRow]:
    waiting = _staff_requests(viewer).awaiting_answer()
    return _waiting_rows(viewer, waiting.filter(person=viewer.person, child__isnull=False))


@dataclass(frozen=True)
class LeavingPage:
    """Somebody who is leaving.

    `told`: the viewer reads the record, and so is told how many concerns and steps they hold (`has`
    and `owes`), how many drafts they did not send (`unsent`), and which concerns (`shown`). Whoever
    does not read it is told no number, and sees the same page whatever the person holds. `decides`:
    by their post they may hold concerns.
    """

    person: Person
    told: bool
    decides: bool
    has: int = 0
    owes: int = 0
    unsent: int = 0
    shown: list[Concern] = field(default_factory=list)

    @property
    def needs_successor(self) -> bool:
        """Whether somebody must be named who takes over."""
        return bool(self.has or self.owes)


def get_person_leaving(viewer: Viewer, uid: uuid.UUID) -> LeavingPage:
    """The person who is leaving, and for a viewer who reads the record what they hold.

    Raises Http404 if they have left already, and for the viewer themselves.
    """
    here = Person.objects.of_school(viewer).current_staff_of(viewer.school, viewer.todays_date)
    person = sight.get_one_or_404(viewer, here, uid)
    if person.pk == viewer.person.pk:
        raise Http404
    deciders = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    decides = deciders.filter(pk=person.pk).exists()
    if not viewer.has_power(May.READ_ALL):
        return LeavingPage(person, told=False, decides=decides)
    has, owes = handover.count_open_work(person, viewer)
    return LeavingPage(
        person,
        told=True,
        decides=decides,
        has=has,
        owes=owes,
        unsent=Draft.objects.begun_by(person, viewer).count(),
        shown=_list_held_concerns(viewer, person),
    )


def _list_held_concerns(viewer: Viewer, person: Person) -> list[Concern]:
    """The concerns that the person holds, to list their references. Recorded as shown."""
    rows = Concern.objects.visible_to(viewer)
    mine = rows.filter(pk__in=handover.open_concerns_held_by(person, viewer.school).values("pk"))
    return sight.read_page_of_list(
        viewer, mine.most_pressing_first(), A_PAGE, reason="held by a leaver"
    )[0]


def list_successors(viewer: Viewer, leaver: Person) -> dict[str, Person]:
    """{uid: person} of those who may take over from `leaver`."""
    return {uid: person for uid, person in list_leads_by_uid(viewer).items() if person != leaver}


@dataclass(frozen=True)
class CoverRow:
    """An absence or a cover. `in_effect`: it is so now. `may_end`: the viewer may end it."""

    cover: Cover
    in_effect: bool
    may_end: bool


def list_covers(viewer: Viewer) -> list[CoverRow]:
    """Current and planned absences and cover, by first day, with whether the viewer may end it."""
    rows = Cover.objects.of_school(viewer).current_or_planned(viewer.todays_date)
    return [
        CoverRow(
            cover=row,
            in_effect=row.is_in_effect(viewer.school, viewer.now),
            may_end=row.person_id == viewer.person.pk or viewer.has_power(May.PEOPLE),
        )
        for row in rows.select_related("person", "stands_in").order_by("since", "pk")
    ]


def get_current_cover(viewer: Viewer, uid: uuid.UUID) -> Cover:
    rows = Cover.objects.of_school(viewer).current_or_planned(viewer.todays_date)
    return sight.get_one_or_404(viewer, rows.select_related("person", "stands_in"), uid)


def find_acting_leads(viewer: Viewer) -> list[ActingPerson]:
    """Who acts as the lead at this moment, first to turn to first."""
    return people_acting_for_role(viewer.school, Role.DSL, viewer.now)


def list_leads_by_uid(viewer: Viewer) -> dict[str, Person]:
    """{uid: person} of those who may cover for somebody or be reached out of hours."""
    rows = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    return {str(person.uid): person for person in rows}


def list_who_may_be_away(viewer: Viewer) -> dict[str, Person]:
    """{uid: person} of those for whom the viewer may record an absence."""
    if not viewer.has_power(May.PEOPLE):
        return {str(viewer.person.uid): viewer.person}
    rows = Person.objects.who_may_be_away(viewer.school, viewer.todays_date)
    return {str(person.uid): person for person in rows}


@dataclass(frozen=True)
class InvitationProgress:
    """How far the invitations of one batch are."""

    batch: InvitationBatch
    rows: list[QueuedInvitation]

    @property
    def count_done(self) -> int:
        return sum(bool(row.ended) for row in self.rows)

    @property
    def not_sent(self) -> list[QueuedInvitation]:
        """Those that ended and were not sent."""
        return [row for row in self.rows if row.ended and row.ended != InvitationEnding.SENT]


def read_invitation_batch(viewer: Viewer, uid: uuid.UUID) -> InvitationProgress:
    """One batch of the viewer's school with its invitations, by name. Raises Http404."""
    batches = InvitationBatch.objects.of_school(viewer).select_related("by")
    found = sight.get_one_or_404(viewer, batches, uid)
    rows = QueuedInvitation.objects.filter(batch=found).select_related("person")
    return InvitationProgress(found, list(rows.order_by("person__name", "pk")))


def get_staff_file(viewer: Viewer, uid: uuid.UUID) -> StaffFile:
    """A staff file that awaits confirmation. Raises Http404, also if it was imported."""
    rows = StaffFile.objects.of_school(viewer).awaiting_confirmation()
    return sight.get_one_or_404(viewer, rows.select_related("by"), uid)


@dataclass(frozen=True)
class StaffFileReading:
    """A staff file as a table. `guess`: the likely position of each of our columns. `remembered`:
    it is what was chosen for the last file with these headings."""

    table: CsvFileTable
    guess: dict[str, int]
    remembered: bool

    def columns_with_examples(self, mapping: Mapping[str, int]) -> list[FileColumn]:
        """Each column of the file, what it is read as, and its first values."""
        words = {column.key: column.words for column in STAFF}
        return list_file_columns(self.table, mapping, words.__getitem__)

    def columns_to_keep(self, mapping: Mapping[str, int]) -> dict[str, object]:
        """What is kept of an imported file, to read the next with the same headings."""
        return {"headings": headings_digest(self.table), "mapping": dict(mapping)}


def read_staff_table(viewer: Viewer, file: StaffFile) -> StaffFileReading:
    """`file` as a table, with the columns of the last import if it had the same headings."""
    found = parse_staff_table(file.content)
    last = StaffFile.objects.of_school(viewer).imported_newest_first().defer("content").first()
    if last and last.columns.get("headings") == headings_digest(found):
        return StaffFileReading(found, last.columns["mapping"], remembered=True)
    return StaffFileReading(found, guess_columns(found.headings, STAFF), remembered=False)


@dataclass(frozen=True)
class SharedLine:
    """A line of which it is asked whether its address is of one person. `answered`: it is."""

    line: StaffLine
    answered: bool


@dataclass(frozen=True)
class StaffFileLines:
    """The lines of a staff file: those to import, those with a fault, and those asked about. Of the
    last, the answered ones are imported too."""

    to_import: list[StaffLine]
    left_out: list[StaffLine]
    perhaps_shared: list[SharedLine]


def read_lines_of_file(
    viewer: Viewer, table: CsvFileTable, mapping: Mapping[str, int], persons: Collection[str]
) -> StaffFileLines:
    """The lines of a file, read with `mapping`. `persons` are the numbers of the lines of which
    somebody has said that the address is of one person. Nothing is asked of who works here."""
    lines = read_staff_lines(table, mapping, viewer.todays_date)
    asked = [line for line in lines if line.shared and not line.wrong]
    if asked:
        here = Person.objects.current_staff_of(viewer.school, viewer.todays_date)
        known = here.filter(email__in=[line.email for line in asked])
        emails = set(known.values_list("email", flat=True))
        asked = [line for line in asked if line.email not in emails]
    shared = [SharedLine(line, str(line.line) in persons) for line in asked]
    waiting = {row.line.line for row in shared if not row.answered}
    return StaffFileLines(
        to_import=[line for line in lines if not line.wrong and line.line not in waiting],
        left_out=[line for line in lines if line.wrong],
        perhaps_shared=shared,
    )


def viewer_for_invitation(person: Person, now: datetime) -> Viewer:
    """The viewer for using an invitation link: the person, in the school that last invited them.

    The role is staff, because somebody may be invited before their first day, without a post yet.
    """
    last = Invitation.objects.filter(person=person).select_related("school").order_by("-at", "-pk")
    return Viewer(person, last[0].school, frozenset({Role.STAFF}), now)


def viewer_for_command_line(school: School, now: datetime) -> Viewer | None:
    """The viewer for the command line: the head, the longest in post. None if there is none."""
    today: date = local_day(school.school_calendar, now)
    posts = Post.objects.filter(school=school).active_with_role(Role.HEAD).in_force_on(today)
    post = posts.select_related("person").order_by("since", "pk").first()
    return Viewer(post.person, school, frozenset({Role.HEAD}), now) if post else None


def viewer_without_person(school: School, now: datetime) -> Viewer:
    """A viewer without a person, to import the first staff file, which must name a head."""
    # Everywhere else a viewer has a person, so the type says so. What the command line does with
    # this one writes a line in the record without a name.
    nobody = cast(Person, None)
    return Viewer(nobody, school, frozenset({Role.HEAD}), now)


def owes_second_factor(viewer: Viewer) -> bool:
    """Whether their post must have a second factor, and they have none, or have not given it."""
    if viewer.school.factor_since is None or not must_have_factor(viewer.post_roles):
        return False
    return viewer.lacks_factor or not has_second_factor(viewer.person)
