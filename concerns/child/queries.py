"""Reads one child's story (every concern the viewer may see, and its outcome) and their file.

A concern about several children shows only what was decided, said and sent for this child: nothing
about any other. Each page starts after the last concern of the previous page. A page shows fifty
concerns with all that happened, as lines of text, fetched with one query for each kind: linked
objects cost three times as much.

The chronology is not here but in `paper/chronology_print.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import Http404

from concerns.child import acts
from concerns.doors import page_subject, sight
from concerns.models import (
    Authority,
    Child,
    Concern,
    ConcernCategory,
    ConcernChild,
    Conversation,
    Decision,
    DecisionRoute,
    EarlierFile,
    Enrolment,
    HouseholdAdult,
    Mark,
    Referral,
    ReferralEvent,
    SortedCategory,
    Status,
    Viewer,
)
from concerns.models.child.child_fact import Fact
from concerns.paper import tracker_csv
from concerns.reading import child_file, child_tracker, concern_history
from concerns.reading.child_file import ChildFile
from concerns.reading.child_tracker import TrackerFilters
from concerns.reading.tracked_child import TrackedChild
from concerns.reading.when_written import written_later_in_words
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import SORTED_INTO, Category, ChildPart, Route
from concerns.workflow.closing import questions_on_status_end

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 50
# (heading: what happened, when, by whom; the words)
Line = tuple[str, str]


class StoryColumns(TypedDict):
    """What the story adds to a concern: the child's part in it, the last conversation held before
    it was filed under them, whether it is about others too, and its writer's name."""

    part: str
    said_before: int | None
    about_others: bool
    by: str


class StoryEntry(NamedTuple):
    """One concern in the story, and what happened for this child. Fields in the page's order."""

    uid: UUID
    reference: str
    state: str
    facts: str
    account: str
    lines: list[Line]


@dataclass(frozen=True)
class StoryPage:
    child: Child
    enrolments: list[Enrolment]
    entries: list[StoryEntry]
    more: str


def read_story_page(viewer: Viewer, uid, after: str) -> StoryPage:
    """One page of the story, newest first; `after` is the uid of the last concern already shown.

    The reading is recorded, with the ids shown. Raises Http404 if the viewer may not see the child.
    """
    child = sight.get_child_of_page(viewer, uid)
    visible = Concern.objects.visible_to(viewer)
    about = ConcernChild.objects.filter(concern=OuterRef("pk"), part=ChildPart.ABOUT)
    rows = visible.filter(children__child=child).annotate(
        part=F("children__part"),
        said_before=F("children__said_before"),
        about_others=Exists(about.exclude(child=child)),
        by=F("reporter__name"),
    )
    if after:
        rows = _keep_older_concerns(rows, visible, after)
    found, more = sight.read_page_of_list(
        viewer,
        rows.only(*_COLUMNS).order_by("-occurred_at", "-received_at", "-id"),
        PAGE,
        kind=Kind.STORY,
        about=child.uid,
        children=[child.uid],
    )
    return StoryPage(
        child=child,
        enrolments=list(child.enrolments.order_by("-since", "-id")),
        entries=_build_story_entries(found, child),
        more=str(found[-1].uid) if more else "",
    )


_COLUMNS = (
    *StoryEntry._fields[:3],
    "received_at",
    "closed_at",
    "outcome",
    "account",
    "teller_is",
    "sorting",
    "occurred_at",
    "when_written",
    "happened_on",
    "happened_at",
    "how_sure",
)


def _keep_older_concerns(rows, visible, after: str):
    try:
        last = visible.filter(uid=UUID(after))
    except ValueError:
        return rows
    at = Subquery(last.values("occurred_at"))
    written = Subquery(last.values("received_at"))
    key = Subquery(last.values("pk"))
    here = Q(occurred_at=at) & (Q(received_at__lt=written) | Q(received_at=written, pk__lt=key))
    return rows.filter(Q(occurred_at__lt=at) | here)


def _build_story_entries(
    found: "list[WithAnnotations[Concern, StoryColumns]]", child: Child
) -> list[StoryEntry]:
    here = {"concern__in": _child_rows_on_page(found, child)}
    categories = defaultdict(list)
    sorted_into = defaultdict(list)
    rows = ConcernCategory.objects.filter(**here).values_list("concern_id", "category")
    for key, category in rows:
        categories[key].append(Category.label_of_value(category))
    sorted_here = [one.sorting_id for one in found if one.sorting_id]
    sortings = SortedCategory.objects.filter(sorting__in=sorted_here)
    for key, category in sortings.values_list("sorting__concern", "category").order_by("id"):
        sorted_into[key].append(SORTED_INTO[category])
    kinds: list[Mapping[int, list]] = [
        _list_marks(here),
        _list_decisions(here, child),
        _list_referrals(here, child),
        _list_conversations(here, child),
    ]
    kinds.append(_list_told_accounts([one.pk for one in found if one.teller_is]))
    return [
        _build_story_entry(
            concern, categories[key], sorted_into[key], [kind[key] for kind in kinds]
        )
        for key, concern in ((concern.pk, concern) for concern in found)
    ]


def _child_rows_on_page(found: Sequence[Concern], child: Child):
    """The ids of the page's concerns, selected by their times: fifty keys would cost twice as much.

    This also selects concerns from the same times that the viewer may not see; no entry shows them.
    """
    times = [concern.occurred_at for concern in found]
    own = ConcernChild.objects.filter(child=child)
    if times:
        own = own.filter(concern__occurred_at__range=(times[-1], times[0]))
    return own.values("concern")


def _build_story_entry(
    concern: "WithAnnotations[Concern, StoryColumns]",
    categories: list[str],
    sorted_into: list[str],
    lines: list[list],
) -> StoryEntry:
    """One entry of the story.

    Marks are shown only if the concern is about this child alone, and conversations about "the
    children" only if it is about this child: otherwise it is not certain who is meant.
    """
    about = concern.part == ChildPart.ABOUT
    marks, decided, sent, said, told = lines
    marks = marks if about and not concern.about_others else []
    # What was said about all the children before the concern was filed here was about another.
    before = concern.said_before or 0
    said = [line for key, line in said if key is None or (about and key > before)]
    also = "" if about else " (also involved)"
    sorts = f" ({', '.join(sorted(categories))})" if categories else ""
    wrote = f"{concern.occurred_in_words}{also}, {concern.by} wrote{sorts}"
    later = written_later_in_words(concern.occurred, concern.received_at)
    if concern.when_written:
        wrote += f". When it happened, as written: {concern.when_written}"
    by_lead = [f"Sorted by a lead into: {', '.join(sorted_into)}"] if sorted_into else []
    ended = f"Closed {format_date_or_time(concern.closed_at)}: {concern.outcome_in_words}"
    closed = [ended] if concern.closed_at else []
    return StoryEntry(
        uid=concern.uid,
        reference=concern.reference,
        state=concern.state,
        facts="\n".join(filter(None, [wrote, later, *by_lead, *marks, *closed])),
        account=concern.account,
        lines=[*told, *decided, *sent, *said],
    )


def _primary_key_of(row):
    return row.pk


def _say_written_later(row: ReferralEvent | Conversation) -> str:
    """ ". Written down ...", if it was written down later than it happened."""
    later = written_later_in_words(row.happened_at, row.at)
    return f". {later}" if later else ""


def _list_told_accounts(keys: list[int]) -> dict[int, list[Line]]:
    """What people without an account said, for the few concerns that came from one."""
    lines = defaultdict(list)
    rows = Concern.objects.filter(pk__in=keys).annotate(by=F("reporter__name")) if keys else ()
    for row in rows:
        lines[row.pk].append((row.told_words_heading(row.by), row.told_words))
    return lines


def _list_marks(here) -> dict[int, list[str]]:
    lines = defaultdict(list)
    for mark in sorted(Mark.objects.filter(**here), key=_primary_key_of):
        lines[mark.concern_id].append(f"Mark: {mark.mark_in_words}")
    return lines


def _list_decisions(here, child: Child) -> dict[int, list[Line]]:
    """Newest first. The newest is in force; earlier ones are superseded."""
    made = Decision.objects.filter(children__concern_child__child=child, **here)
    ways = defaultdict(list)
    within = {f"decision__{name}": value for name, value in here.items()}
    routes = DecisionRoute.objects.filter(**within)
    columns = ("pk", "decision_id", "route", "until", "adult__name")
    for _, key, *way in sorted(routes.values_list(*columns)):
        ways[key].append(_describe_route(*way))
    lines: dict[int, list[Line]] = defaultdict(list)
    for one in made.annotate(who=F("by__name")).order_by("-id"):
        old = " (superseded by a later decision)" if lines[one.concern_id] else ""
        heading = (
            f"Decided {format_date_or_time(one.at)}, {one.who}{old}: {'; '.join(ways[one.pk])}"
        )
        again = [("Look at it again", format_date_or_time(one.review_on))] if one.review_on else []
        asked = [
            f"{asked}: {said}"
            for asked, said in [*concern_history.list_decision_answers(one), *again]
        ]
        lines[one.concern_id].append((heading, "\n".join([one.reason, *asked])))
    return lines


def _describe_route(route: str, until, adult: str | None) -> str:
    return ", ".join(filter(None, [Route.label_of_value(route), format_date_or_time(until), adult]))


def _list_referrals(here, child: Child) -> dict[int, list[Line]]:
    rows = Referral.objects.filter(decision__children__concern_child__child=child, **here)
    sent = sorted(rows.values_list("pk", "concern_id", "route"))
    events = ReferralEvent.objects.filter(referral__in=[pk for pk, _, _ in sent])
    happened = defaultdict(list)
    for event in events.annotate(who=F("by__name")).order_by("happened_at", "id"):
        happened[event.referral_id].append(event)
    lines = defaultdict(list)
    for key, concern, route in sent:
        own = happened[key]
        last = max(own, key=_primary_key_of, default=None)
        stage = ReferralStage(last.stage) if last else ReferralStage.TO_SEND
        told = [
            concern_history.referral_event_in_words(event, event.who) + _say_written_later(event)
            for event in own
        ]
        lines[concern].append((f"{Route.label_of_value(route)}: {stage.label}", "\n".join(told)))
    return lines


def _list_conversations(here, child: Child) -> dict[int, list[tuple[int | None, Line]]]:
    """(its id if it was about all the children, else None; the line), oldest first."""
    lines = defaultdict(list)
    own = Q(concern_child__child=child) | Q(concern_child=None)
    for one in (
        Conversation.objects.filter(own, **here)
        .annotate(whom=F("by__name"))
        .order_by("happened_at", "id")
    ):
        line = (
            f"{concern_history.conversation_in_words(one)}, "
            f"{format_date_or_time(one.happened_at)}, {one.whom}{_say_written_later(one)}",
            one.said,
        )
        lines[one.concern_id].append((None if one.concern_child_id else one.pk, line))
    return lines


# The child's file


def read_child_file(viewer: Viewer, uid) -> ChildFile:
    """A child's file as it is now. The reading is recorded. Raises Http404."""
    child = sight.open_child_story(viewer, Child.objects.visible_to(viewer), uid, Kind.FILE)
    files = child_file.load_child_files(viewer, [child])
    page_subject.note_files_read(files)
    return files[0]


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
# The most children on one print or in one file of the tracker: more than any school has pupils. A
# longer one says that it is cut short.
MOST_TRACKED = 5_000
CUT_SHORT = "There are more children than one file holds. Choose a class or a status first."


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
    """Every child the tracker lists by the filters `asked`, for a print or a file. Recorded as
    taken out, before anything is sent."""
    wanted = child_tracker.read_tracker_filters(viewer, asked)
    rows = child_tracker.tracked_children(viewer, wanted)
    found, more = sight.read_tracked_children(viewer, rows, MOST_TRACKED, reason, Kind.EXPORTED)
    return TrackerPage(wanted, found, found[-1].child.uid if more else None, later=False)


def tracker_csv_rows(viewer: Viewer, asked: Mapping[str, str]) -> list[tuple]:
    """The rows of the tracker's CSV file, in the order of `tracker_csv.HEAD`. Recorded."""
    zone = ZoneInfo(viewer.school.school_calendar.zone)
    page = read_whole_tracker(viewer, asked, "tracker: CSV file")
    rows = [tracker_csv.tracker_csv_row(row, zone) for row in page.rows]
    return [*rows, (CUT_SHORT,)] if page.more else rows
