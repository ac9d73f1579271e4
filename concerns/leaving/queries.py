"""What the pages of leavers read: who is unaccounted for, whose file goes where, and who left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from concerns.doors import sight
from concerns.models import (
    Child,
    ChildPackage,
    Departure,
    FileSending,
    HomeEducationCheck,
    RollQuestion,
    Step,
    Viewer,
)
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.workflow.leaving import OF_LEAVING
from concerns.workflow.unaccounted import unaccounted_questions

A_PAGE = 100
# How long somebody who left stays on the page of leavers.
SHOWN_FOR = timedelta(days=366)


@dataclass(frozen=True)
class LeaverRow:
    """Somebody who left. `sendings`: what became of their file, the last first."""

    departure: Departure
    sendings: list[FileSending]
    steps: list[Step]


@dataclass(frozen=True)
class UnaccountedRow:
    """A child whom nobody could find, as the office answered. `step`: where the viewer says that
    they have found them; None if there is no such step that the viewer may see."""

    question: RollQuestion
    step: Step | None


@dataclass(frozen=True)
class LeaversPage:
    """`unaccounted`: children whom nobody could find, the longest first. `steps`: what is to be
    done for children who leave. `left`: who left, or is about to, within a year."""

    unaccounted: list[UnaccountedRow]
    more_unaccounted: bool
    steps: list[Step]
    more_steps: bool
    left: list[LeaverRow]
    more_left: bool


def read_leavers(viewer: Viewer) -> LeaversPage:
    """Who is unaccounted for, whose file is owed, and who left within a year. Recorded."""
    seen = Child.objects.visible_to(viewer).values("pk")
    lost = unaccounted_questions(RollQuestion.objects.of_school(viewer).filter(child__in=seen))
    lost = lost.select_related("child", "answered_by").order_by("answered_at", "id")
    questions, more_unaccounted = sight.read_page_of_list(
        viewer, lost, A_PAGE, of=attrgetter("child.uid"), reason="children unaccounted for"
    )
    unaccounted = _build_unaccounted_rows(viewer, questions)
    steps = Step.objects.visible_to(viewer).open().filter(kind__in=OF_LEAVING)
    steps = steps.select_related("departure__child", "concern", "holder").in_order()
    owed, more_steps = sight.read_page_of_list(
        viewer, steps, A_PAGE, of=attrgetter("concern.uid"), reason="steps of children who leave"
    )
    since = viewer.now - SHOWN_FOR
    gone = Departure.objects.visible_to(viewer).last_of_each_child().not_over()
    gone = gone.filter(at__gte=since)
    gone = gone.select_related("child", "by").newest_first()
    left, more_left = sight.read_page_of_list(
        viewer, gone, A_PAGE, of=attrgetter("child.uid"), reason="children who left"
    )
    rows = _build_leaver_rows(viewer, left, owed)
    return LeaversPage(unaccounted, more_unaccounted, owed, more_steps, rows, more_left)


def _build_unaccounted_rows(viewer: Viewer, questions: list[RollQuestion]) -> list[UnaccountedRow]:
    steps = Step.objects.visible_to(viewer).open().filter(kind=StepKind.MISSING_FROM_ROLL)
    steps = steps.annotate(child=F("concern__children__child"))
    steps = steps.filter(child__in=[row.child_id for row in questions]).order_by("-pk")
    # Of several the oldest: the one that is due first.
    by_child = {step.child: step for step in steps}
    return [UnaccountedRow(row, by_child.get(row.child_id)) for row in questions]


def _build_leaver_rows(
    viewer: Viewer, left: list[Departure], owed: Iterable[Step]
) -> list[LeaverRow]:
    sendings: dict[int, list[FileSending]] = defaultdict(list)
    rows = FileSending.objects.visible_to(viewer).filter(departure__in=left)
    rows = rows.filter(_step_is_visible_to(viewer))
    for row in rows.select_related("by").order_by("-happened_at", "-id"):
        sendings[row.departure_id].append(row)
    steps: dict[int | None, list[Step]] = defaultdict(list)
    for step in owed:
        steps[step.departure_id].append(step)
    return [LeaverRow(row, sendings[row.pk], steps[row.pk]) for row in left]


def _step_is_visible_to(viewer: Viewer) -> Exists:
    """Whether the step with which a row was recorded is of a concern that the viewer may see.
    Whoever is kept out of it would learn from the row that there is one. It is the step that was
    open then: an earlier one may be of another concern, from which it was moved."""
    steps = Step.objects.visible_to(viewer).filter(departure=OuterRef("departure"))
    not_over = Q(done_at__isnull=True) | Q(done_at__gte=OuterRef("at"))
    return Exists(steps.filter(not_over, opened_at__lte=OuterRef("at")))


@dataclass(frozen=True)
class ChildLeaving:
    """All that was recorded of a child's leaving, the last first. `back_since`: from when a child
    who had left is on the roll again; None for everybody else."""

    child: Child
    back_since: date | None
    departures: list[Departure]
    sendings: list[FileSending]
    packages: list[ChildPackage]
    checks: list[HomeEducationCheck]


def read_child_leaving(viewer: Viewer, uid: UUID) -> ChildLeaving:
    """What was recorded of one child's leaving. Recorded as a reading of their file. Raises
    Http404."""
    rows = Child.objects.with_file_for(viewer)
    child = sight.open_child_story(viewer, rows, uid, Kind.FILE)
    return _leaving_of(viewer, child)


def read_step_of_leaving(viewer: Viewer, step: Step) -> ChildLeaving:
    """What was recorded of the leaving of the child of `step`, which `get_step_of_leaving` read.
    Recorded. Raises Http404."""
    return read_child_leaving(viewer, cast(Departure, step.departure).child.uid)


def _leaving_of(viewer: Viewer, child: Child) -> ChildLeaving:
    of_child = {"child": child}
    departures = Departure.objects.visible_to(viewer).filter(**of_child).select_related("by")
    seen = _step_is_visible_to(viewer)
    sendings = FileSending.objects.visible_to(viewer).filter(seen, **of_child)
    packages = ChildPackage.objects.visible_to(viewer).filter(**of_child)
    packages = packages.filter(Q(by=viewer.person) | Q(seen))
    checks = HomeEducationCheck.objects.visible_to(viewer).filter(seen, **of_child)
    gone = list(departures.newest_first())
    return ChildLeaving(
        child,
        _day_of_return(child) if any(row.left_on for row in gone) else None,
        gone,
        list(sendings.select_related("by").order_by("-happened_at", "-id")),
        list(packages.select_related("by").newest_first()),
        list(checks.select_related("by").order_by("-id")),
    )


def _day_of_return(child: Child) -> date | None:
    on_roll = child.enrolments.filter(until__isnull=True)
    return on_roll.values_list("since", flat=True).first() if child.left is None else None


def get_child_to_change(viewer: Viewer, uid: UUID) -> Child:
    """A child for an act, whose own line records it. Raises Http404."""
    return sight.get_one_or_404(viewer, Child.objects.with_file_for(viewer), uid)


def get_step_of_leaving(viewer: Viewer, uid: UUID) -> Step:
    """A step of a child's leaving, for an act. Not recorded: the act writes its line. Raises
    Http404."""
    rows = Step.objects.visible_to(viewer).filter(departure__isnull=False)
    rows = rows.select_related("concern", "departure__child", "holder")
    return sight.get_one_or_404(viewer, rows, uid)


def get_own_package(viewer: Viewer, uid: UUID) -> ChildPackage:
    """A package that the viewer made, to be downloaded. Raises Http404."""
    rows = ChildPackage.objects.made_by(viewer).select_related("child")
    return sight.get_one_or_404(viewer, rows, uid)


def record_package_download(viewer: Viewer, package: ChildPackage) -> None:
    """Record that the archive, which is there, was taken out."""
    why = "downloaded a package"
    children = [package.child.uid]
    sight.record_reading(viewer, Kind.EXPORTED, why, about=package.uid, children=children)


def find_place_of_leaving(viewer: Viewer, child: Child) -> str:
    """Where a child goes, as was recorded last; empty if nothing was."""
    rows = Departure.objects.visible_to(viewer).filter(child=child)
    last = rows.newest_first().first()
    return last.place if last else ""


def find_sending_step(viewer: Viewer, child: Child) -> Step | None:
    """The open step by which it is recorded that the file of `child` was sent, if there is one."""
    rows = Step.objects.visible_to(viewer).open().filter(kind=StepKind.SEND_FILE)
    return rows.filter(departure__child=child).first()
