"""What the pages about second factors show: one's own, and for the head who has none yet. And who
reads a part of the record, and of which children."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from django.db.models import Q

from concerns.doors import sight
from concerns.models import (
    BulkStop,
    Child,
    ExportRequest,
    Person,
    Post,
    ReaderPart,
    ReadingQuestion,
    ReadingQuestionFile,
    Relation,
    SignOnLink,
    SignOnProvider,
    StaffChangeRequest,
    Viewer,
)
from concerns.models.school import second_factor
from concerns.models.school.person import Posts, end_of_grace
from concerns.models.school.reader_part import part_of_rows
from concerns.reading import child_tracker, pickers
from concerns.rules.bulk_brake import role_to_tell
from concerns.rules.calendar_entries import read_week
from concerns.rules.reporting_periods import local_midnight
from concerns.rules.roles import MUST_HAVE_FACTOR, PART_READERS, May, Role
from concerns.rules.second_factor import may_set_up_factor, must_have_factor


@dataclass(frozen=True)
class OwnFactor:
    """The viewer's own second factor.

    `passkey`: they have a passkey. `must`: their post must have a second factor. `may_set_up`: they
    may set one up now. `ends_on`: the first day on which a password alone is not enough; None if it
    always is. `codes_left`: recovery codes that have not been used. `provider`: where they can give
    a second factor that counts here, through an account of single sign-on.
    """

    enrolled: bool
    passkey: bool
    must: bool
    may_set_up: bool
    ends_on: date | None
    codes_left: int
    provider: SignOnProvider | None


def read_own_factor(viewer: Viewer, *, gave_factor: bool) -> OwnFactor:
    person = viewer.person
    enrolled = second_factor.has_second_factor(person)
    until = person.may_set_up_factor_until
    open_now = not viewer.lacks_factor or (until is not None and viewer.now < until)
    return OwnFactor(
        enrolled=enrolled,
        passkey=second_factor.has_passkey(person),
        must=must_have_factor(viewer.post_roles),
        may_set_up=may_set_up_factor(enrolled=enrolled, gave_factor=gave_factor, open_now=open_now),
        ends_on=end_of_grace(viewer.school, _current_posts(viewer).filter(person=person)),
        codes_left=second_factor.count_recovery_codes(person),
        provider=_provider_trusted_for_factor(viewer),
    )


def _provider_trusted_for_factor(viewer: Viewer) -> SignOnProvider | None:
    links = SignOnLink.objects.own_links(viewer).trusted_for_factor()
    link = links.order_by("provider__kind", "pk").first()
    return link.provider if link else None


def list_own_factors(viewer: Viewer) -> list[second_factor.KeptFactor]:
    """The viewer's passkeys and app, in the order in which they were set up."""
    return second_factor.list_second_factors(viewer.person)


def begin_own_passkey(viewer: Viewer) -> str:
    """What the browser needs to use one of the viewer's passkeys, as JSON."""
    return second_factor.begin_passkey(viewer.person)


def begin_new_passkey(viewer: Viewer) -> str:
    """What the browser needs to make a passkey, as JSON."""
    return second_factor.begin_new_passkey(viewer.person)


def build_app_address(viewer: Viewer, secret: str) -> str:
    """The address, `otpauth://...`, from which an app takes the secret."""
    address: str = get_adapter().build_totp_url(viewer.person, secret)
    return address


@dataclass(frozen=True)
class StaffFactorRow:
    """Somebody whose post must have a second factor. `is_over`: their days of grace are over."""

    person: Person
    titles: str
    enrolled: bool
    ends_on: date | None
    is_over: bool


def list_staff_factors(viewer: Viewer) -> list[StaffFactorRow]:
    """Everybody in post today who must have a second factor: those without one first, by name."""
    posts = _current_posts(viewer).filter(role__in=MUST_HAVE_FACTOR, person__is_active=True)
    by_person: dict[Person, list[Post]] = {}
    for post in posts.select_related("person").order_by("person__name", "pk"):
        by_person.setdefault(post.person, []).append(post)
    have = set(
        second_factor.second_factors().filter(user__in=by_person).values_list("user", flat=True)
    )
    rows = []
    for person, held in by_person.items():
        ends_on = end_of_grace(viewer.school, held)
        rows.append(
            StaffFactorRow(
                person=person,
                titles=", ".join(post.role_in_words for post in held),
                enrolled=person.pk in have,
                ends_on=ends_on,
                is_over=ends_on is not None and viewer.todays_date >= ends_on,
            )
        )
    return sorted(rows, key=lambda row: row.enrolled)


def _current_posts(viewer: Viewer):
    return Post.objects.filter(school=viewer.school).in_force_on(viewer.todays_date)


# How many stops the head's page shows, newest first.
STOPS_SHOWN = 50


def find_waiting_stop(viewer: Viewer) -> BulkStop | None:
    """The stop for which the viewer has still to say why; None if there is none."""
    return BulkStop.objects.find_waiting(viewer)


def is_chair_told(viewer: Viewer) -> bool:
    """Whether it is the chair who is told that the viewer opens many files, and not the head."""
    return role_to_tell(viewer.roles) is Role.CHAIR


def read_stops(viewer: Viewer) -> list[BulkStop]:
    """Who was asked why they open so many files, and what they said, newest first. Recorded."""
    rows = BulkStop.objects.of_school(viewer).newest_first()[:STOPS_SHOWN]
    return sight.read_list(viewer, rows, reason="who opened many files")


def get_own_question(viewer: Viewer, uid: UUID) -> ReadingQuestion:
    """The question why the viewer reads outside their caseload, with its answer. Raises Http404 for
    anybody else's."""
    rows = ReadingQuestion.objects.own_questions(viewer).select_related("answer")
    return sight.get_one_or_404(viewer, rows, uid)


# How many rows of a week are shown: more than anybody reads, and no page without end.
READINGS_SHOWN = 300


@dataclass(frozen=True)
class WeekOfReadings:
    """What was read outside somebody's caseload in the week from `first` to `last`, newest first.

    `is_asked`: the school asks why now; an invented one need not. `is_head`: the viewer is a head,
    and is shown the rows. `more`: some are not shown. `heads_own`: how many files that head read so
    themselves; for the chair, how many the heads did.
    `before` and `after`: the first days of the weeks beside this one; None after the current one.
    """

    first: date
    last: date
    is_asked: bool
    is_head: bool
    rows: list[ReadingQuestionFile]
    more: bool
    heads_own: int
    before: date
    after: date | None


def read_week_of_readings(viewer: Viewer, written: str) -> WeekOfReadings:
    """The week of the day `written` as 2026-11-30, or the current one. Recorded. The rows are for
    heads alone: the chair is shown how much the heads read, and no more."""
    today = viewer.todays_date
    first = read_week(written, today)
    after = first + timedelta(days=7)
    days = viewer.school.school_calendar
    begins, ends = (local_midnight(days, each) for each in (first, after))
    files = ReadingQuestionFile.objects.answered_between(viewer, begins, ends)
    rows: list[ReadingQuestionFile] = []
    more = False
    is_head = viewer.has_power(May.POSTS)
    own = files.filter(question__by_head=True)
    if is_head:
        # What another head read would tell this one of children whom they may not know of.
        own = own.filter(question__person=viewer.person)
        shown = files.shown_to_head(viewer).select_related(
            "child", "question__person", "question__answer"
        )
        rows, more = sight.read_page_of_list(
            viewer,
            shown,
            READINGS_SHOWN,
            of=lambda row: row.child.uid,
            reason="read outside a caseload",
        )
    return WeekOfReadings(
        first=first,
        last=after - timedelta(days=1),
        is_asked=viewer.school.asks_why_read,
        is_head=is_head,
        rows=rows,
        more=more,
        heads_own=own.count(),
        before=first - timedelta(days=7),
        after=after if after <= today else None,
    )


# How many requests for a file of the whole school are shown, newest first.
REQUESTS_SHOWN = 50


@dataclass(frozen=True)
class ExportsAsked:
    """`allowed`: the viewer may take out the whole school now."""

    rows: list[ExportRequest]
    allowed: bool


def list_export_requests(viewer: Viewer) -> ExportsAsked:
    """Who asked to take out the whole school, and what was answered, newest first."""
    rows = ExportRequest.objects.of_school(viewer).newest_first()[:REQUESTS_SHOWN]
    return ExportsAsked(list(rows), ExportRequest.objects.all().is_allowed_for(viewer))


def get_export_request(viewer: Viewer, uid: UUID) -> ExportRequest:
    """A request of the viewer's school. Raises Http404."""
    return sight.get_one_or_404(viewer, ExportRequest.objects.of_school(viewer).newest_first(), uid)


# Readers of a part


@dataclass(frozen=True)
class PartReaderRow:
    """Somebody who reads a part of the record, or for whom that is asked: `of` is the post, or the
    request for it, and `part` in words. The words name children."""

    of: Post | StaffChangeRequest
    part: str


def list_part_readers(viewer: Viewer) -> tuple[list[PartReaderRow], list[PartReaderRow]]:
    """(posts now and to come, requests that wait for an answer), by name; without those that name
    a child of the viewer's family."""
    posts = _part_posts(viewer).filter(person__is_active=True)
    asked = StaffChangeRequest.objects.of_school(viewer).awaiting_answer()
    asked = asked.filter(role__in=PART_READERS).exclude(_names_family(viewer))
    asked = asked.select_related("person", "by")
    held = list(posts.select_related("person").order_by("person__name", "pk"))
    waiting = list(asked.order_by("person__name", "pk"))
    rows = ReaderPart.objects.filter(school=viewer.school).select_related("child").order_by("pk")
    parts = list(rows.filter(post__in=held) | rows.filter(asked__in=waiting))
    return (
        [_row_of_part(post, (row for row in parts if row.post_id == post.pk)) for post in held],
        [_row_of_part(one, (row for row in parts if row.asked_id == one.pk)) for one in waiting],
    )


def _row_of_part(of: Post | StaffChangeRequest, rows: Iterable[ReaderPart]) -> PartReaderRow:
    return PartReaderRow(of, part_of_rows(rows).part_in_words)


def get_part_post(viewer: Viewer, uid: UUID) -> Post:
    """A post that reads a part and has not ended. Raises Http404."""
    return sight.get_one_or_404(viewer, _part_posts(viewer).select_related("person"), uid)


def _part_posts(viewer: Viewer) -> Posts[Post]:
    rows = Post.objects.of_school(viewer).filter(role__in=PART_READERS)
    return rows.current_or_future(viewer.todays_date).exclude(_names_family(viewer))


def _names_family(viewer: Viewer) -> Q:
    family = Relation.objects.filter(shuts_out=viewer.person)
    return Q(part_rows__child__in=family.values("child"))


def describe_part(post: Post) -> str:
    """What the post reads, in words that name children."""
    rows = ReaderPart.objects.filter(post=post).select_related("child").order_by("pk")
    return part_of_rows(rows).part_in_words


def list_staff_to_give_part(viewer: Viewer) -> dict[str, Person]:
    """{uid: person} of everybody else who works here, by name."""
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.todays_date)
    return {str(person.uid): person for person in staff.exclude(pk=viewer.person.pk)}


def list_groups(viewer: Viewer) -> list[tuple[str, str]]:
    """The years and classes of the roll, as choices."""
    return child_tracker.groups_of_school(viewer)


def find_children_of_part(viewer: Viewer, part: str, ticked: list[UUID]) -> list[Child]:
    """The children on the roll who were `ticked`, then those found by `part` of a name."""
    on_roll = Child.objects.on_roll(viewer)
    chosen = list(on_roll.filter(uid__in=ticked).in_surname_order()) if ticked else []
    found = pickers.find_children_to_pick(viewer, part)[0] if part.strip() else []
    return [*chosen, *(child for child in found if child.left is None and child not in chosen)]
