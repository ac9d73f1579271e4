"""Reads one child's page (what is known of them, and a timeline of everything) and their file.

The timeline is the chronology, newest first, a row for each entry. A concern about several children
shows only what was decided, said and sent for this child: nothing about any other. Each page starts
after the last entry of the previous page.

The chronology itself is not here but in `paper/chronology_print.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404

from concerns.child import acts
from concerns.doors import page_subject, sight
from concerns.models import (
    Authority,
    Child,
    ChildDocument,
    ConcernChild,
    DocumentFile,
    EarlierFile,
    Enrolment,
    HouseholdAdult,
    Sibling,
    Status,
    Step,
    Viewer,
)
from concerns.models.base.composed_rows import ComposedRows, read_by_keys
from concerns.models.child.child_fact import Fact
from concerns.models.child.composed_for_viewer import (
    is_composed_for,
    keys_of_viewer,
    stand_in_child,
    stand_in_viewer,
)
from concerns.paper import tracker_csv
from concerns.paper.bar_chart import MonthChart, build_month_chart
from concerns.reading import child_file, child_tracker, chronology
from concerns.reading.category_counts import (
    CategoryCounts,
    count_by_category,
    find_categories,
    list_counted_concerns,
)
from concerns.reading.child_file import ChildFile
from concerns.reading.child_tracker import TrackerFilters
from concerns.reading.chronology_places import ChronologyFilters
from concerns.reading.timeline_row import TimelineRow, build_timeline_row
from concerns.reading.tracked_child import TrackedChild
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES
from concerns.rules.kinds import Kind
from concerns.workflow.closing import questions_on_status_end

PAGE = 50
# Documents that the page of a child's file shows.
MOST_DOCUMENTS = 50
# Open steps that the page names.
MOST_STEPS = 20
_OF_A_STEP = (
    "kind", "due_at", "holder_role", "holder__name", "concern__uid", "concern__reference",
)  # fmt: skip


@dataclass(frozen=True)
class ChildOverview:
    """What stands above the timeline: the file, what is still to do, and counts by category."""

    file: ChildFile
    enrolments: Sequence[Enrolment]
    steps: list[Step]
    more_steps: bool
    counts: CategoryCounts
    chart: MonthChart


@dataclass(frozen=True)
class ChildPage:
    """A child's page, or a further page of their timeline (without the overview)."""

    child: Child
    rows: list[TimelineRow]
    more: str
    overview: ChildOverview | None
    # Whether the viewer reads the child's file.
    has_file: bool


def read_child_page(viewer: Viewer, uid, wanted: ChronologyFilters) -> ChildPage:
    """What is known of a child, and a page of everything that was written, newest first.

    Recorded, with the concerns shown. Raises Http404 if the viewer may not see the child.
    """
    child = sight.get_child_of_page(viewer, uid)
    begins = wanted.after is None
    has_file = bool(Child.objects.keys_with_file(viewer, [child.pk]))
    entries, more = chronology.read_chronology_page(viewer, child, wanted, PAGE)
    steps = _find_open_steps(viewer, child) if begins else []
    counted = list_counted_concerns(viewer, child) if begins else []
    keys = {entry.concern_key for entry in entries if entry.concern_key}
    categories = find_categories(keys | {one.key for one in counted})
    overview = None
    if begins:
        counts = count_by_category(viewer, counted, categories)
        overview = _build_overview(viewer, child, steps, counts)
    shown = [entry.concern for entry in entries if entry.concern]
    shown += [step.concern.uid for step in steps[:MOST_STEPS]]
    sight.record_child_page(viewer, child, dict.fromkeys(shown), with_file=begins and has_file)
    rows = [build_timeline_row(entry, categories.get(entry.concern_key or 0)) for entry in entries]
    return ChildPage(child, rows, more, overview, has_file)


def _find_open_steps(viewer: Viewer, child: Child) -> list[Step]:
    """The open steps of the child's concerns, the one due first at the beginning; one more than
    the page names."""
    if is_composed_for(viewer):
        return _compose_open_steps().fetch(keys_of_viewer(viewer, child))
    return list(_open_steps_of(viewer, child))


@cache
def _compose_open_steps() -> ComposedRows[Step]:
    return ComposedRows(_open_steps_of(stand_in_viewer(), stand_in_child()))


def _open_steps_of(viewer: Viewer, child: Child) -> QuerySet[Step]:
    own = ConcernChild.objects.filter(child=child).values("concern")
    owed = Step.objects.visible_by_key_to(viewer).open().filter(concern__in=own).in_order()
    return owed.select_related("concern", "holder").only(*_OF_A_STEP)[: MOST_STEPS + 1]


def _build_overview(
    viewer: Viewer, child: Child, steps: list[Step], counts: CategoryCounts
) -> ChildOverview:
    files = child_file.load_child_files(viewer, [child])
    page_subject.note_files_read(files)
    title = f"Concerns in the last {len(counts.months)} months, by category"
    return ChildOverview(
        file=files[0],
        enrolments=read_by_keys(_enrolments, "child", [child.pk] if files[0].is_read else []),
        steps=steps[:MOST_STEPS],
        more_steps=len(steps) > MOST_STEPS,
        counts=counts,
        chart=build_month_chart(title, [f"{month:%B %Y}" for month in counts.months], counts.rows),
    )


def _enrolments() -> QuerySet[Any]:
    """The last first."""
    return Enrolment.objects.order_by("-since", "-id")


# The child's file


def read_child_file(viewer: Viewer, uid) -> ChildFile:
    """A child's file as it is now. The reading is recorded. Raises Http404."""
    child = sight.open_child_story(viewer, Child.objects.with_file_for(viewer), uid, Kind.FILE)
    files = child_file.load_child_files(viewer, [child])
    page_subject.note_files_read(files)
    return files[0]


def list_documents(viewer: Viewer, child: Child) -> tuple[list[ChildDocument], bool]:
    """The newest documents in the child's file, each with its files, and whether there are more;
    none for whoever is no lead. The page of the file, which shows them, is recorded. The others are
    in the chronology."""
    rows = ChildDocument.objects.visible_to(viewer).filter(child=child)
    rows = rows.select_related("by", "ended_by").order_by("-began_at", "-id")
    found = list(rows[: MOST_DOCUMENTS + 1])
    shown = found[:MOST_DOCUMENTS]
    _join_document_files(viewer, shown)
    return shown, len(found) > len(shown)


def _join_document_files(viewer: Viewer, documents: list[ChildDocument]) -> None:
    files: dict[int, list[DocumentFile]] = defaultdict(list)
    rows = DocumentFile.objects.visible_to(viewer).filter(document__in=documents)
    for file in rows.without_content().select_related("by").order_by("id") if documents else ():
        files[file.document_id].append(file)
    for document in documents:
        document.files_shown = files[document.pk]


def get_document(viewer: Viewer, uid) -> ChildDocument:
    """A document, for an act. Not recorded: the page that shows it is. Raises Http404."""
    rows = ChildDocument.objects.visible_to(viewer).select_related("child", "by", "ended_by")
    return sight.get_one_or_404(viewer, rows, uid)


def read_document_page(viewer: Viewer, document: ChildDocument) -> dict:
    """A document with its files and the file of its child. Recorded."""
    _join_document_files(viewer, [document])
    return {"document": document, "file": read_child_file(viewer, document.child.uid)}


def get_file_to_write(viewer: Viewer, uid, what: str, row: str) -> tuple[ChildFile, object]:
    """The file an act writes to, and the row it adds to (None for a new line). Raises Http404.

    The reading is not recorded here: the page's view does it.
    """
    found = child_file.load_child_files(
        viewer, [sight.get_one_or_404(viewer, Child.objects.visible_to(viewer), uid)]
    )[0]
    if what in ("tie", "fact"):
        adults = HouseholdAdult.objects.filter(pk__in=[one.adult.pk for one in found.all_adults])
        return found, _get_row_or_404(adults, row)
    if what == "sibling_elsewhere":
        elsewhere = [one.pk for one in found.siblings_elsewhere]
        return found, _get_row_or_404(Sibling.objects.filter(pk__in=elsewhere), row)
    if what == "numbers":
        return found, _get_row_or_404(Authority.objects.filter(pk=found.authority.pk), row)
    if what == "event":
        return found, _get_row_or_404(
            EarlierFile.objects.unread_files().filter(child=found.child), row
        )
    return found, None


def list_authorities() -> list[Authority]:
    return list(Authority.objects.ordered_by_name())


def get_line_to_end(viewer: Viewer, uid, what: str, row: str) -> tuple[ChildFile, Fact]:
    """The file, and the line in it that an act ends. Raises Http404."""
    model = acts.ENDABLE.get(what)
    if model is None:
        raise Http404
    found, _ = get_file_to_write(viewer, uid, "", "")
    rows = model.objects.visible_to(viewer).filter(**{model.to_child: found.child})
    return found, _get_row_or_404(rows, row)


def find_review_step(viewer: Viewer, row: Fact) -> Step | None:
    """The open step to review a status that ends with a review, if it is one and the viewer may see
    the step."""
    if not isinstance(row, Status) or row.kind not in ELSEWHERE_STATUSES:
        return None
    return Step.objects.visible_to(viewer).open().filter(status=row).first()


def get_watch_questions(viewer: Viewer, row: Fact) -> dict:
    """Arguments of the form that ends a status; empty for any other line.

    They say whether the child is left with a lower status and so is watched, on which concern, and
    which staff can be asked how the child is.
    """
    return questions_on_status_end(viewer, row) if isinstance(row, Status) else {}


def _get_row_or_404(rows, uid: str):
    try:
        found = rows.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def get_child_to_sight(viewer: Viewer, uid) -> Child:
    """The child to record a sighting of. The reading is not recorded here: the page does it."""
    return sight.get_one_or_404(viewer, Child.objects.visible_to(viewer), uid)


def get_chosen_children(viewer: Viewer, uids: Iterable[UUID]) -> list[Child]:
    """The children picked, including one who left the roll while the form was open."""
    uids = list(uids)
    return list(Child.objects.of_school(viewer).filter(uid__in=uids)) if uids else []


TRACKED_AT_ONCE = 50
# The most children on one print of the tracker: more than any school has pupils. A longer one says
# that it is cut short.
MOST_TRACKED = 5_000
# Children of the tracker's file that are in memory at once.
CSV_PIECE = 250


@dataclass(frozen=True)
class TrackerPage:
    """A page of the tracker. `more`: the child after whom the next page begins; None at the end.
    `later`: this is not the first page."""

    wanted: TrackerFilters
    rows: list[TrackedChild]
    more: UUID | None
    later: bool


def read_tracker_page(viewer: Viewer, asked: Mapping[str, str], after: UUID | None) -> TrackerPage:
    """The next fifty children of the tracker after the child `after`. Recorded. Raises Http404."""
    wanted = child_tracker.read_tracker_filters(viewer, asked)
    rows = child_tracker.tracked_children(viewer, wanted)
    if after:
        last = sight.get_one_or_404(viewer, Child.objects.visible_to(viewer), after)
        rows = child_tracker.after_tracked_child(viewer, rows, last, wanted.order)
    found, more = sight.read_tracked_children(viewer, rows, TRACKED_AT_ONCE, "tracker")
    return TrackerPage(wanted, found, found[-1].child.uid if more else None, bool(after))


def read_whole_tracker(viewer: Viewer, asked: Mapping[str, str], reason: str) -> TrackerPage:
    """Every child the tracker lists by the filters `asked`, for a print. Recorded as taken out."""
    wanted = child_tracker.read_tracker_filters(viewer, asked)
    rows = child_tracker.tracked_children(viewer, wanted)
    found, more = sight.read_tracked_children(viewer, rows, MOST_TRACKED, reason, Kind.EXPORTED)
    return TrackerPage(wanted, found, found[-1].child.uid if more else None, later=False)


def tracker_csv_rows(viewer: Viewer, asked: Mapping[str, str]) -> Iterator[tuple]:
    """The rows of the tracker's CSV file, in the order of `tracker_csv.HEAD`.

    They are read a piece at a time, and each piece is recorded as taken out before any of it is
    sent; the first at once, so that there is no file at all if it cannot be recorded.
    """
    pieces = _read_tracker_pieces(viewer, asked)
    first = next(pieces)
    zone = ZoneInfo(viewer.school.school_calendar.zone)
    rows = chain(first, chain.from_iterable(pieces))
    return (tracker_csv.tracker_csv_row(row, zone) for row in rows)


def _read_tracker_pieces(viewer: Viewer, asked: Mapping[str, str]) -> Iterator[list[TrackedChild]]:
    """At least one piece, perhaps without a child. Each goes on after the last child of the one
    before, so that nothing stays open in the database while a slow reader takes the file."""
    wanted = child_tracker.read_tracker_filters(viewer, asked)
    whole = child_tracker.tracked_children(viewer, wanted)
    rows = whole
    more = True
    goes_on = False
    while more:
        found, more = sight.read_tracked_children(
            viewer, rows, CSV_PIECE, "tracker: CSV file", Kind.EXPORTED, goes_on=goes_on
        )
        goes_on = True
        yield found
        if more:
            last = found[-1].child
            rows = child_tracker.after_tracked_child(viewer, whole, last, wanted.order)
