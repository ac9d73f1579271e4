"""Reads everything about children and adults: limited to the viewer, and recorded in the ledger.

What a viewer may not see gives the same 404, byte for byte, as what does not exist. Each function
reads, records, commits and returns evaluated rows; the page is rendered afterwards, so that no lock
is held meanwhile. If the ledger line cannot be written, the page is not shown. Nor is it if it
would open the files of too many children (`bulk_brake.py`), or one outside the reader's caseload
for which they have given no reason (`reading_reason.py`).

A list is one line that names the uids shown. Loading a row for an act is recorded by the act's own
line. Picking a child from the roll is not a reading. Every queryset shown must have been narrowed
to this viewer (`visible_to`, `written_by`, `of_school`); otherwise NotScoped is raised.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.db.transaction import Atomic
from django.http import Http404, HttpRequest

from concerns.doors import bulk_brake, ledger, page_subject, reading_reason
from concerns.forms.base_form import parse_uuid
from concerns.models import (
    AdultConcern,
    AdultStep,
    Attachment,
    CalendarFeed,
    Child,
    Concern,
    ConcernChild,
    DocumentFile,
    Draft,
    Notice,
    Step,
    Viewer,
)
from concerns.models.base.case_row import SchoolOwnedModel
from concerns.models.concern.concern import ConcernQuerySet
from concerns.models.concern.concern_child import list_uids_of_children
from concerns.models.ledger.ledger_line import CALENDAR_FEED
from concerns.reading import child_file, child_story
from concerns.reading.child_file import ChildFile, FileInShort
from concerns.reading.child_story import ChildStory
from concerns.reading.earlier_no_further_action import ReReferral, gather_re_referral
from concerns.reading.tracked_child import TrackedChild, load_tracked_children
from concerns.rules.adult_vocabulary import LOOKS
from concerns.rules.clocks import FIRST_LOOKS
from concerns.rules.kinds import Kind

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

Row = TypeVar("Row", bound=Model)
ListedRow = TypeVar("ListedRow", bound=SchoolOwnedModel)
OpenedFile = TypeVar("OpenedFile", bound=FileInShort)


# Whom a page of a concern names beside it.
_PEOPLE_OF_CONCERN = ("reporter", "holder", "changed_by")


class OwnAdultConcernColumns(TypedDict):
    """What a concern about an adult that its writer opens is annotated with."""

    unread_since: datetime | None
    stuck: bool


class OwnConcernColumns(OwnAdultConcernColumns):
    """What a concern that its writer opens is annotated with: see `open_own_concern`."""

    has_files: bool


class NotScoped(Exception):
    """A queryset was not narrowed to its viewer before it was read. A programming error."""


_commits_once: ContextVar[bool] = ContextVar("commits_once", default=False)


@contextmanager
def commit_once() -> Iterator[None]:
    """What a page opens inside is committed together: all its lines, or none and no page.

    For a page that opens several things. It must let every exception through.
    """
    token = _commits_once.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _commits_once.reset(token)


def _transaction() -> Atomic:
    """A transaction of its own, or a part of the page's: without a savepoint, which would be two
    statements more for each thing that the page opens."""
    return transaction.atomic(savepoint=not _commits_once.get())


def open_concern(viewer: Viewer, uid: uuid.UUID, kind: Kind = Kind.OPENED) -> Concern:
    """Open one concern to read it. Recorded. Raises Http404 if the viewer may not see it.

    The page is about this concern, and says above it whose it is (`page_subject.py`).
    """
    with _transaction():
        rows = Concern.objects.visible_to(viewer).select_related(*_PEOPLE_OF_CONCERN)
        found = get_one_or_404(viewer, rows, uid)
        _record_opening(viewer, found, kind)
    page_subject.note_concern_of_page(found)
    return found


def open_own_concern(
    viewer: Viewer, uid: uuid.UUID
) -> "WithAnnotations[Concern, OwnConcernColumns]":
    """Open a concern the viewer wrote, whatever their role. Recorded. Raises Http404.

    Annotated with `stuck`: an urgent message about it has not gone out; and with `has_files`: its
    writer added files.
    """
    rows = query_own_concerns(viewer).asking_whom_they_told()
    stuck = Notice.objects.stuck_for_writer(viewer).filter(step__concern=OuterRef("pk"))
    rows = rows.annotate(stuck=Exists(stuck), has_files=has_files_of_writer(viewer))
    with _transaction():
        found = get_one_or_404(viewer, rows.select_related(*_PEOPLE_OF_CONCERN), uid)
        _record_opening(viewer, found, Kind.OPENED, braked=False)
    return found


def has_files_of_writer(viewer: Viewer) -> Exists:
    """Whether the writer of a concern added files, for an annotation: most have none, and those are
    not asked for."""
    rows = Attachment.objects.added_by_writer(viewer).filter(concern=OuterRef("pk"))
    return Exists(rows.order_by())


def query_own_concerns(viewer: Viewer) -> ConcernQuerySet:
    """Concerns the viewer wrote. Not recorded.

    Annotated with `unread_since`: when its overdue first look was due; None if none is overdue.
    """
    looks = Step.objects.late(viewer.now).filter(kind__in=FIRST_LOOKS, concern=OuterRef("pk"))
    return Concern.objects.written_by(viewer).annotate(unread_since=_earliest_due_at(looks))


def _earliest_due_at(looks: QuerySet[Step] | QuerySet[AdultStep]) -> Subquery:
    return Subquery(looks.order_by().values("due_at")[:1])


def _record_opening(viewer: Viewer, concern: Concern, kind: Kind, *, braked: bool = True) -> None:
    children = list_uids_of_children(concern.pk)
    _write_reading_line(
        viewer, kind, braked=braked, about=concern.uid, concern=concern.uid, children=children
    )


def open_attachment(viewer: Viewer, uid: uuid.UUID) -> Attachment:
    """A file of a concern that the viewer reads, to be opened. Recorded. Raises Http404."""
    return _open_file_and_record(viewer, Attachment.objects.visible_to(viewer), uid, braked=True)


def open_own_attachment(viewer: Viewer, uid: uuid.UUID) -> Attachment:
    """A file that the viewer added to a concern they wrote. Recorded. Raises Http404."""
    rows = Attachment.objects.added_by_writer(viewer)
    return _open_file_and_record(viewer, rows, uid, braked=False)


def open_document_file(viewer: Viewer, uid: uuid.UUID) -> DocumentFile:
    """A file of a document in a child's file, to be opened. Recorded. Raises Http404."""
    rows = DocumentFile.objects.visible_to(viewer).filter(missing="")
    with _transaction():
        found = get_one_or_404(viewer, rows.select_related("document__child", "school"), uid)
        children = [found.document.child.uid]
        _write_reading_line(viewer, Kind.ATTACHMENT_READ, about=found.uid, children=children)
    return found


def _open_file_and_record(
    viewer: Viewer, rows: QuerySet[Attachment], uid: uuid.UUID, *, braked: bool
) -> Attachment:
    """A file that was not kept cannot be opened, and is as if it did not exist."""
    with _transaction():
        kept = rows.filter(missing="").select_related("concern", "school")
        found = get_one_or_404(viewer, kept, uid)
        _write_reading_line(
            viewer,
            Kind.ATTACHMENT_READ,
            braked=braked,
            about=found.uid,
            concern=found.concern.uid,
            children=list_uids_of_children(found.concern_id),
        )
    return found


def open_adult_concern(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """Open a concern about an adult, as one of its readers. Recorded. Raises Http404."""
    return _open_adult_and_record(viewer, AdultConcern.objects.visible_to(viewer), uid)


def open_own_adult_concern(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """Open a concern about an adult that the viewer wrote. Recorded. Raises Http404."""
    return _open_adult_and_record(viewer, query_own_adult_concerns(viewer), uid)


def query_own_adult_concerns(
    viewer: Viewer,
) -> "QuerySet[WithAnnotations[AdultConcern, OwnAdultConcernColumns]]":
    """Concerns about adults the viewer wrote, with `stuck` and `unread_since`. Not recorded."""
    stuck = Exists(Notice.objects.stuck_for_adult_concern(viewer))
    looks = AdultStep.objects.late(viewer.now).filter(kind__in=LOOKS, concern=OuterRef("pk"))
    rows = AdultConcern.objects.written_by(viewer)
    return rows.annotate(stuck=stuck, unread_since=_earliest_due_at(looks))


def _open_adult_and_record(
    viewer: Viewer, rows: QuerySet[AdultConcern], uid: uuid.UUID
) -> AdultConcern:
    people = ("reporter", "holder", "changed_by", "subject", "named")
    with _transaction():
        found = get_one_or_404(viewer, rows.select_related(*people), uid)
        _write_reading_line(viewer, Kind.OPENED, about=found.uid, concern=found.uid)
    return found


def open_child_story(
    viewer: Viewer, model_rows: QuerySet[Child], uid: uuid.UUID, kind: Kind = Kind.STORY
) -> Child:
    """Open one child's chronology. Recorded. Raises Http404.

    `model_rows` is `Child.objects.visible_to(viewer)`; for their file, `with_file_for(viewer)`.
    """
    with _transaction():
        found = get_one_or_404(viewer, model_rows, uid)
        _write_reading_line(viewer, kind, about=found.uid, children=[found.uid])
    page_subject.note_child_of_page(found)
    return found


def get_child_of_page(viewer: Viewer, uid: uuid.UUID) -> Child:
    """The child a page is about. Not recorded: what the page shows of them is. Raises Http404."""
    found = get_one_or_404(viewer, Child.objects.visible_to(viewer), uid)
    page_subject.note_child_of_page(found)
    return found


def record_child_page(
    viewer: Viewer, child: Child, shown: Iterable[uuid.UUID], *, with_file: bool
) -> None:
    """Record that a child's page was read, which showed the concerns `shown`; and their file, if
    the page begins with it. In one transaction, before it is shown."""
    with _transaction():
        own = [child.uid]
        _write_reading_line(viewer, Kind.STORY, about=child.uid, children=own, shown=shown)
        if with_file:
            _write_reading_line(viewer, Kind.FILE, about=child.uid, children=own)


def open_child_files(viewer: Viewer, children: list[Child], reason: str = "") -> list[ChildFile]:
    """The files of the children of a concern or referral already opened. Recorded in one line.

    Children the viewer may not see are left out. `reason` goes into the line.
    """
    return _open_files(viewer, children, reason, child_file.load_child_files)


def _open_files(
    viewer: Viewer,
    children: list[Child],
    reason: str,
    load: Callable[[Viewer, list[Child]], list[OpenedFile]],
) -> list[OpenedFile]:
    with _transaction():
        found = load(viewer, children)
        uids = [one.child.uid for one in found]
        _write_reading_line(viewer, Kind.FILE, shown=uids, children=uids, reason=reason)
    page_subject.note_files_read(found)
    return found


def open_stories_beside(
    viewer: Viewer, concern: Concern, rows: list[ConcernChild], why: str, *, whole_files: bool
) -> list[ChildStory]:
    """The stories shown beside an opened concern: for the child of each row, and siblings here.

    All children of `rows` must be on the roll. Limited to what the viewer may see and to the last
    `beside.LOOKING_BACK`. With the children's whole files (`child_file.ChildFile`), or else what
    stands of them beside the concern. Recorded in two lines, with `why` as the reason.
    """
    named = [row.child for row in rows if row.child]
    told: Sequence[FileInShort]
    if whole_files:
        told = open_child_files(viewer, named, why)
    else:
        told = _open_files(viewer, named, why, child_file.load_files_in_short)
    children = {one.pk: one for each in told for one in (each.child, *each.siblings_here)}
    since = viewer.now - child_story.LOOKING_BACK
    found = read_list(
        viewer,
        child_story.concerns_of_children_since(viewer, concern, list(children), since),
        reason=why,
        children=[child.uid for child in children.values()],
    )
    return child_story.build_child_stories(viewer, concern, rows, told, found)


def read_tracked_children(
    viewer: Viewer,
    rows: QuerySet[Child],
    most: int,
    reason: str,
    kind: Kind = Kind.LISTED,
    *,
    goes_on: bool = False,
) -> tuple[list[TrackedChild], bool]:
    """The first `most` children of `rows` as rows of the tracker, and whether there are more.

    `goes_on`: they belong to a file of which an earlier part has been sent, which is not cut off.

    One line names the children shown, and those of their concerns that the rows tell of. One extra
    child is fetched to find out whether there are more, and is not shown. Raises NotScoped.
    """
    _require_scoped(viewer, rows)
    with _transaction():
        found = list(rows[: most + 1])
        tracked = load_tracked_children(viewer, found[:most])
        concerns = dict.fromkeys(one.concern.uid for row in tracked for one in row.concerns)
        children = [row.child.uid for row in tracked]
        shown = list(concerns)
        braked = not (goes_on or bulk_brake.require_second_person(viewer, kind, len(children)))
        _write_reading_line(
            viewer, kind, braked=braked, shown=shown, children=children, reason=reason
        )
    return tracked, len(found) > most


def read_for_new_referral(viewer: Viewer, concern: Concern) -> ReReferral:
    """What a repeated referral is drafted from. One line names the concerns it was taken from."""
    with _transaction():
        found = gather_re_referral(viewer, concern)
        shown = dict.fromkeys(one.concern.uid for one in found.before)
        _write_reading_line(viewer, Kind.LISTED, shown=list(shown), reason="to refer again")
    return found


def get_concern_to_change(viewer: Viewer, uid: uuid.UUID) -> Concern:
    """Load a concern for an act, whose own line records it. Raises Http404."""
    return get_one_or_404(viewer, Concern.objects.visible_to(viewer), uid)


def may_still_see(viewer: Viewer, row: Concern) -> bool:
    """Whether the viewer may still see a concern just changed, to choose the next page."""
    return Concern.objects.visible_to(viewer).filter(pk=row.pk).exists()


def get_one_or_404(viewer: Viewer, rows: QuerySet[Row], uid: uuid.UUID) -> Row:
    """One row for an act, or for a page of one's own. Not recorded. Raises Http404, NotScoped."""
    _require_scoped(viewer, rows)
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def read_uid_in_address(request: HttpRequest, name: str) -> uuid.UUID | None:
    """The row from which a list goes on, named in its address as `?name=`; None at its start.

    Raises Http404 if it is no uid.
    """
    written = request.GET.get(name)
    uid = parse_uuid(written) if written else None
    if written and uid is None:
        raise Http404
    return uid


def get_own_draft(viewer: Viewer, uid: uuid.UUID, page: str) -> Draft:
    """The viewer's own draft of the form `page` (CONCERN or ADULT). Raises Http404."""
    return get_one_or_404(viewer, Draft.objects.own_drafts(viewer).filter(page=page), uid)


def read_list(
    viewer: Viewer,
    rows: QuerySet[ListedRow],
    *,
    kind: Kind = Kind.LISTED,
    reason: str = "",
    children: Iterable[uuid.UUID] = (),
) -> list[ListedRow]:
    """Evaluate `rows` and record in one line the uids shown. Returns the rows. Raises NotScoped."""
    _require_scoped(viewer, rows)
    with _transaction():
        found = list(rows)
        _write_reading_line(
            viewer, kind, shown=[row.uid for row in found], reason=reason, children=children
        )
    return found


def read_page_of_list(
    viewer: Viewer,
    rows: QuerySet[Row],
    most: int,
    *,
    kind: Kind = Kind.LISTED,
    of: Callable[[Row], uuid.UUID] = attrgetter("uid"),
    reason: str = "",
    about: uuid.UUID | str = "",
    children: Iterable[uuid.UUID] = (),
) -> tuple[list[Row], bool]:
    """The first `most` of `rows`, recorded in one line, and whether there are more.

    One extra row is fetched to find that out; it is not shown, so it is not in the line. `of` gives
    the uid a row shows if that is not its own: a next step shows its concern. Raises NotScoped.
    """
    _require_scoped(viewer, rows)
    with _transaction():
        found = list(rows[: most + 1])
        ids = list(dict.fromkeys(of(row) for row in found[:most]))
        _write_reading_line(viewer, kind, shown=ids, reason=reason, about=about, children=children)
    return found[:most], len(found) > most


def record_reading(
    viewer: Viewer, kind: Kind, reason: str = "", **more: Unpack[ledger.LineSubjects]
) -> None:
    """Record a reading of figures, or of something put together elsewhere, before it is shown."""
    with _transaction():
        _write_reading_line(viewer, kind, reason=reason, **more)


def read_calendar_feed(
    viewer: Viewer, feed: CalendarFeed, rows: "QuerySet[Step]", most: int
) -> list[Step]:
    """The first `most` of `rows` for a program that fetches the viewer's calendar by `feed`.

    Recorded like a list, but only when it is first shown on a day and whenever it shows other
    concerns (`CalendarFeed.note_shown`). Raises NotScoped.
    """
    _require_scoped(viewer, rows)
    with _transaction():
        found = list(rows[:most])
        shown = list(dict.fromkeys(step.concern.uid for step in found))
        if feed.note_shown(shown, viewer.todays_date):
            _write_reading_line(viewer, Kind.LISTED, shown=shown, reason=CALENDAR_FEED)
    return found


def _require_scoped(viewer: Viewer, rows: QuerySet[Any]) -> None:
    if getattr(rows, "seen_by", None) != viewer.person.pk:
        raise NotScoped(rows.model.__name__)


def _write_reading_line(
    viewer: Viewer,
    kind: Kind,
    *,
    reason: str = "",
    braked: bool = True,
    **more: Unpack[ledger.LineSubjects],
) -> None:
    """Write the line of a reading. Unless it is not `braked`, raises ReasonNeeded if it opens files
    outside the viewer's caseload, and BulkStopped if it opens those of too many children."""
    if braked:
        children = more.get("children", ())
        reading_reason.require_reason(viewer, kind, children, more.get("concern"))
        bulk_brake.require_few_files(viewer, kind, more.get("children", ()))
    ledger.write_ledger_line(
        kind,
        school=viewer.school,
        by=viewer.person,
        role=viewer.role_words,
        now=viewer.now,
        reason=reason,
        **more,
    )
