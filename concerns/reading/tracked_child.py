"""What a row of the tracker says of one child, read for many children in a fixed number of queries.

Which children are listed is in `child_tracker.py`. Everything here is limited to what the viewer
may see: of a child with two concerns, one of which is kept from the viewer, the row is what it
would be without that one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from concerns.models.child.child import Child
from concerns.models.child.child_details import Professional, Sighting
from concerns.models.concern.category_sorting import SortedCategory
from concerns.models.concern.concern import Concern, ConcernCategory
from concerns.models.concern.concern_child import ConcernChild
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer
from concerns.reading.child_file import find_last_sightings
from concerns.reading.queue_row import NOBODY_YET, NOT_SORTED
from concerns.reading.status_flags import find_status_flags
from concerns.rules.calendar_entries import calendar_words, is_meeting_or_review
from concerns.rules.child_file_vocabulary import Profession, StatusFlag
from concerns.rules.clocks import StepKind
from concerns.rules.words import SORTED_INTO, Category, ChildPart, Route


@dataclass(frozen=True)
class NextMeeting:
    """The next meeting or review: what it is, and when it is held or due. `called`: it is a meeting
    at a time of day; otherwise the day alone counts. `late`: it is past."""

    words: str
    at: datetime
    called: bool
    late: bool


@dataclass(frozen=True)
class TrackedConcern:
    """An open concern of the child, with its open steps, the first due first."""

    concern: Concern
    also_involved: bool
    steps: list[Step]


@dataclass(frozen=True)
class TrackedChild:
    """A row. `late` says in words how late the most overdue step is; "" if none is. `has_file`:
    whether the viewer reads the child's file; if not, nothing of it is in the row."""

    child: Child
    has_file: bool
    flags: list[StatusFlag]
    concerns: list[TrackedConcern]
    categories: list[str]
    leads: list[str]
    social_workers: list[Professional]
    seen: Sighting | None
    alone: Sighting | None
    meeting: NextMeeting | None
    steps: list[Step] = field(default_factory=list)
    late_steps: int = 0
    late: str = ""

    @property
    def reasons(self) -> list[str]:
        """Why the child is listed, besides statuses and concerns: a watch, and open referrals, each
        with where it goes."""
        watched = any(step.kind == StepKind.LOOK_AFTER for step in self.steps)
        routes = dict.fromkeys(step.referral.route for step in self.steps if step.referral)
        labels = [Route.label_of_value(route).removeprefix("Refer to ") for route in routes]
        referral = [f"Referral: {', '.join(label.split(':')[0] for label in labels)}"]
        return ["On a watch"] * watched + referral * bool(labels)


def load_tracked_children(viewer: Viewer, children: list[Child]) -> list[TrackedChild]:
    """A row for each of `children`, in their order, in a fixed number of queries.

    Does not check permission: `doors/sight.py` must already have let the viewer read `children`.
    """
    keys = [child.pk for child in children]
    with_file = Child.objects.keys_with_file(viewer, keys)
    flags = find_status_flags(viewer, with_file)
    concerns = _open_concerns_of(viewer, keys)
    categories = _categories_in_words([one.concern for rows in concerns.values() for one in rows])
    workers = _social_workers_of(with_file)
    seen = find_last_sightings(viewer, [child for child in children if child.pk in with_file])
    return [
        _build_row(
            viewer,
            child,
            concerns[child.pk],
            has_file=child.pk in with_file,
            flags=flags.get(child.pk, []),
            categories=_join_categories(concerns[child.pk], categories),
            social_workers=workers[child.pk],
            sightings=seen.get(child.pk, (None, None)),
        )
        for child in children
    ]


def _open_concerns_of(viewer: Viewer, children: list[int]) -> dict[int, list[TrackedConcern]]:
    """Child key -> the open concerns that the viewer may see, most pressing first."""
    visible = Concern.objects.visible_to(viewer).open()
    rows = ConcernChild.objects.not_misfiled().filter(child__in=children)
    rows = rows.filter(concern__in=visible.values("pk"))
    links = list(rows.values_list("child", "concern", "part"))
    wanted = Concern.objects.filter(pk__in={concern for _, concern, _ in links})
    wanted = wanted.select_related("holder").only(*_CONCERN, "holder__name")
    concerns = {concern.pk: concern for concern in wanted.most_pressing_first()}
    steps = _open_steps_of(viewer, list(concerns))
    found: dict[int, list[TrackedConcern]] = defaultdict(list)
    order = {key: place for place, key in enumerate(concerns)}
    for child, key, part in sorted(links, key=lambda link: order[link[1]]):
        involved = part == ChildPart.INVOLVED
        found[child].append(TrackedConcern(concerns[key], involved, steps[key]))
    return found


_CONCERN = ("uid", "reference", "state", "rank", "next_due_at", "sorting", "closed_at")


def _open_steps_of(viewer: Viewer, concerns: list[int]) -> dict[int, list[Step]]:
    """Concern key -> its open steps, the first due first, each with its meeting to come."""
    rows = Step.objects.open().filter(concern__in=concerns).in_part_of(viewer).in_order()
    rows = rows.select_related("referral", "coming").prefetch_related("coming__changes")
    found: dict[int, list[Step]] = defaultdict(list)
    for step in rows:
        found[step.concern_id].append(step)
    return found


def _categories_in_words(concerns: list[Concern]) -> dict[int, list[str]]:
    """Concern key -> its categories: a lead's, or its writer's where no lead has sorted it yet."""
    found: dict[int, list[str]] = defaultdict(list)
    sortings = [concern.sorting_id for concern in concerns if concern.sorting_id]
    leads = SortedCategory.objects.filter(sorting__in=sortings).order_by("id")
    for key, category in leads.values_list("sorting__concern_id", "category"):
        found[key].append(SORTED_INTO[category])
    unsorted = [concern.pk for concern in concerns if not concern.sorting_id]
    writers = ConcernCategory.objects.filter(concern__in=unsorted).order_by("id")
    writers = writers.exclude(category=Category.UNSORTED)
    for key, category in writers.values_list("concern_id", "category"):
        found[key].append(Category.label_of_value(category))
    return found


def _join_categories(concerns: list[TrackedConcern], words: dict[int, list[str]]) -> list[str]:
    """The categories of a child's open concerns, each once; NOT_SORTED for one that has none."""
    said = (words.get(one.concern.pk, [NOT_SORTED]) for one in concerns)
    return list(dict.fromkeys(word for of_one in said for word in of_one))


def _social_workers_of(children: Collection[int]) -> dict[int, list[Professional]]:
    rows = Professional.objects.not_ended().filter(child__in=children)
    rows = rows.filter(profession=Profession.SOCIAL_WORKER)
    found: dict[int, list[Professional]] = defaultdict(list)
    for row in rows.order_by(F("began_at").desc(), "-id"):
        found[row.child_id].append(row)
    return found


def _build_row(
    viewer: Viewer,
    child: Child,
    concerns: list[TrackedConcern],
    *,
    has_file: bool,
    flags: list[StatusFlag],
    categories: list[str],
    social_workers: list[Professional],
    sightings: tuple[Sighting | None, Sighting | None],
) -> TrackedChild:
    steps = sorted(
        (step for one in concerns for step in one.steps), key=lambda step: (step.due_at, step.pk)
    )
    late = [step for step in steps if step.due_at < viewer.now]
    days = viewer.school.school_calendar
    seen, alone = sightings
    return TrackedChild(
        child=child,
        has_file=has_file,
        flags=flags,
        concerns=concerns,
        categories=categories,
        leads=_leads_of(concerns),
        social_workers=social_workers,
        seen=seen,
        alone=alone,
        meeting=_next_meeting(steps, viewer.now),
        steps=steps,
        late_steps=len(late),
        late=late[0].how_late_in_words(days, viewer.now) if late else "",
    )


def _leads_of(concerns: list[TrackedConcern]) -> list[str]:
    names = (one.concern.holder.name if one.concern.holder else NOBODY_YET for one in concerns)
    return list(dict.fromkeys(names))


def _next_meeting(steps: Iterable[Step], now: datetime) -> NextMeeting | None:
    """The first meeting or review among `steps`: one to come, at its own time, or one due."""
    found = [
        NextMeeting(
            step.coming.kind_words if step.coming else calendar_words(StepKind(step.kind)),
            step.coming.begins_at_now if step.coming else step.due_at,
            step.coming is not None,
            step.due_at < now,
        )
        for step in steps
        if is_meeting_or_review(StepKind(step.kind))
    ]
    return min(found, key=lambda meeting: meeting.at, default=None)
