"""What the pages of next steps, tasks, watches, unsent drafts, late steps and clocks show; and the
calendar, as a week's page and as the feed of a private link."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from concerns.doors import page_subject, sight
from concerns.doors.gate import address_if_open
from concerns.models import (
    Addition,
    CalendarFeed,
    ClockSet,
    Concern,
    Cover,
    Decision,
    Draft,
    IntegrityFault,
    Person,
    Step,
    Task,
    TaskAnswer,
    Viewer,
    Watch,
    WordBack,
)
from concerns.models.concern.draft import CONCERN
from concerns.models.response.chase_call import OF_STEPS
from concerns.models.response.step import Steps
from concerns.models.response.watch import staff_to_ask_about
from concerns.models.school.person import viewers_for_person
from concerns.paper import calendar_file
from concerns.reading import queue_row, school_clocks, week_calendar
from concerns.reading.concern_rates import concern_rates
from concerns.reading.unsent_messages import round_failures_shown_to, unsent_letters_shown_to
from concerns.reading.week_calendar import ALL, MINE, CalendarWeek
from concerns.reading.while_away import find_while_away
from concerns.reading.who_was_told import StepNotification, list_step_notifications
from concerns.rules import clock_bounds, reporting_periods
from concerns.rules.absences import EndedAbsence
from concerns.rules.calendar_entries import DAYS_OF_WEEK, read_week
from concerns.rules.clocks import StepKind
from concerns.rules.due_groups import DueGroup, find_due_group
from concerns.rules.kinds import Kind
from concerns.workflow.escalation import EscalationLadders, EscalationTarget, PassedOver

A_PAGE = 50
# Escalation is worked out for at most this many late steps, the most overdue first.
MOST_LATE = 500
_OF_A_LADDER = (
    "kind", "due_at", "holder_role", "holder__is_active", "concern__reporter",
    "decision",
)  # fmt: skip


@dataclass(frozen=True)
class NextStepRow:
    """A next step as a row of the page. `to` is the address where it is done."""

    words: str
    to: str
    concern: Concern
    children: str
    step: Step
    # Where it has escalated to somebody other than its holder, or to nobody at all; else None.
    come: EscalationTarget | None


@dataclass(frozen=True)
class NextStepsPage:
    """A page. `counts`: (whose, number, number late). `more`: the last uid, if more follow."""

    whose: str
    rows: list[NextStepRow]
    counts: tuple[tuple[str, int, int], ...]
    more: UUID | None
    later: bool
    groups: list[tuple[DueGroup, list[NextStepRow]]]
    away: "CatchingUp | None"


@dataclass(frozen=True)
class CameWhileAway:
    """A concern that came while the viewer was away. `whose`: who has it now, or that it is closed.
    `left`: the viewer's own next steps on it."""

    concern: Concern
    children: str
    whose: str
    left: list[NextStepRow]


@dataclass(frozen=True)
class CatchingUp:
    """What a viewer who is back is shown. `more`: more came than is shown here. `last_opened_at`:
    if nobody recorded the absence, when they last opened the record before it."""

    absence: EndedAbsence
    came: list[CameWhileAway]
    more: bool
    last_opened_at: datetime | None


def read_next_steps(viewer: Viewer, asked: Mapping[str, str]) -> NextStepsPage:
    """The viewer's own next steps (also those escalated to them or theirs as cover), or everyone's:
    what is late by how pressing it is, then by when it is due. Recorded."""
    whose = ALL if asked.get("whose") == ALL else MINE
    every = Step.objects.visible_to(viewer).open()
    ladders, climbed = _find_escalated_steps(viewer, every)
    mine = every.for_viewer_to_do(
        viewer, Q(pk__in=climbed) | ladders.steps_covered_by(viewer.person)
    )
    rows = mine if whose == MINE else every
    last = _find_last_shown(every, asked.get("after", ""))
    rows = rows.after_step(last, viewer.now) if last else rows
    rows = rows.most_pressing_first(viewer.now)
    found, more = sight.read_page_of_list(
        viewer,
        rows.select_related("concern", "referral", "holder").prefetch_related(OF_STEPS),
        A_PAGE,
        of=attrgetter("concern.uid"),
        reason=f"next steps: {whose}",
    )
    children = queue_row.find_queue_children(viewer, [step.concern_id for step in found])
    shown = [
        _build_next_step_row(viewer, step, children[step.concern_id], ladders) for step in found
    ]
    return NextStepsPage(
        whose=whose,
        rows=shown,
        counts=((MINE, *_count_steps(mine, viewer)), (ALL, *_count_steps(every, viewer))),
        more=found[-1].uid if more else None,
        later=last is not None,
        groups=[
            (group, list(rows)) for group, rows in groupby(shown, partial(_group_by_due, viewer))
        ],
        away=None if last else _read_while_away(viewer, mine, ladders),
    )


def _read_while_away(
    viewer: Viewer, mine: Steps[Step], ladders: EscalationLadders
) -> CatchingUp | None:
    """What came while the viewer was away, once they are back. Recorded."""
    away = find_while_away(viewer, mine)
    if away is None:
        return None
    found, more = sight.read_page_of_list(
        viewer, away.concerns, A_PAGE, reason="what came while they were away"
    )
    children = queue_row.find_queue_children(viewer, [concern.pk for concern in found])
    left: dict[int, list[NextStepRow]] = defaultdict(list)
    theirs = mine.filter(concern__in=found).most_pressing_first(viewer.now)
    theirs = theirs.select_related("concern", "referral", "holder")
    for step in theirs:
        row = _build_next_step_row(viewer, step, children[step.concern_id], ladders)
        left[step.concern_id].append(row)
    came = [
        CameWhileAway(
            concern,
            "\n".join(child.name_with_detail for child in children[concern.pk]),
            _who_has_it(viewer, concern),
            left[concern.pk],
        )
        for concern in found
    ]
    return CatchingUp(away.absence, came, more, away.last_opened_at)


def _who_has_it(viewer: Viewer, concern: Concern) -> str:
    if concern.closed_at:
        return "It is closed"
    if concern.holder is None:
        return "Nobody has it yet"
    return "You" if concern.holder == viewer.person else concern.holder.name


def _group_by_due(viewer: Viewer, row: NextStepRow) -> DueGroup:
    return find_due_group(viewer.school.school_calendar, row.step.due_at, viewer.now)


def _find_escalated_steps(viewer: Viewer, every) -> tuple[EscalationLadders, list[int]]:
    """The escalation ladders of the late steps, and the keys of those that came to the viewer."""
    late = every.late(viewer.now).select_related("concern", "holder").in_order()
    late = list(late.only(*_OF_A_LADDER)[:MOST_LATE])
    ladders = EscalationLadders(viewer.school, viewer.now, late)
    come = [(step.pk, ladders.current_recipient(step)) for step in late]
    return ladders, [pk for pk, target in come if target and target.to == viewer.person]


def _find_last_shown(rows, after: str) -> Step | None:
    try:
        return rows.filter(uid=UUID(after)).first() if after else None
    except ValueError:
        return None


def _count_steps(rows, viewer: Viewer) -> tuple[int, int]:
    late = Count("pk", filter=Q(due_at__lt=viewer.now))
    counted = rows.order_by().aggregate(n=Count("pk"), late=late)
    return counted["n"], counted["late"]


def _address_of_step_or_concern(viewer: Viewer, step: Step) -> str:
    """Where `step` is done. Its concern, if that is its button or the viewer may not do it."""
    place = step.page_name_and_uid
    there = address_if_open(viewer, *place) if place else ""
    return there or reverse("triage_read", args=[step.concern.uid])


def _build_next_step_row(
    viewer: Viewer, step: Step, children, ladders: EscalationLadders
) -> NextStepRow:
    route = step.referral.route_words if step.referral else ""
    return NextStepRow(
        words=f"{step.step_in_words} ({route[0].lower()}{route[1:]})"
        if route
        else step.step_in_words,
        to=_address_of_step_or_concern(viewer, step),
        concern=step.concern,
        children="\n".join(child.name_with_detail for child in children),
        step=step,
        come=ladders.recipient_beside_holder(step),
    )


def get_step_to_do(viewer: Viewer, uid) -> Step:
    """A step for an act. Not recorded: the act writes its own line. Raises Http404."""
    rows = Step.objects.visible_to(viewer).select_related(
        "concern", "referral", "holder", "decision", "action", "promise"
    )
    return sight.get_one_or_404(viewer, rows, uid)


def read_beside_step(viewer: Viewer, uid) -> dict:
    """The concern of a step, what its writer added, and the answers to its tasks. Recorded."""
    concern = sight.open_concern(viewer, uid)
    added = Addition.objects.filter(concern=concern, for_leads=False).select_related("by")
    answers = TaskAnswer.objects.filter(task__step__concern=concern).select_related("by", "task")
    return {
        "concern": concern,
        "additions": list(added.order_by("-id")),
        "answers": list(answers.order_by("-id")),
    }


def read_still_worried_page(viewer: Viewer, owed: Step) -> dict:
    """A concern whose writer is still worried, what they added, and the last decision. Recorded.
    `not_yours`: the viewer may not be the one who looks again, as they decided or wrote it."""
    page = read_beside_step(viewer, owed.concern.uid)
    concern = page["concern"]
    made = Decision.objects.filter(concern=concern).select_related("by")
    own = viewer.person.pk in owed.barred_person_keys
    return {**page, "decided": made.order_by("-id").first(), "not_yours": own}


def get_watch_to_review(viewer: Viewer, owed: Step) -> tuple[Watch, dict]:
    """The watch that `owed` is a review of, and its form's arguments. Raises Http404 if none."""
    found = Watch.objects.latest_of_concern(owed.concern)
    if found is None:
        raise Http404
    own = owed.concern.reporter_id == viewer.person.pk
    asks = {
        "left": found.review_days_left(viewer.todays_date, owed),
        "further": found.further_review_day(viewer.now),
        "own": own,
    }
    return found, asks


def read_watch_review_page(viewer: Viewer, owed: Step, watch: Watch) -> dict:
    """Beside a review: the trusted adult's answers, concern rates before, since. Recorded."""
    concern = sight.open_concern(viewer, owed.concern.uid)
    said = TaskAnswer.objects.filter(task__watch=watch).select_related("by").order_by("-id")
    children = queue_row.find_queue_children(viewer, [concern.pk])[concern.pk]
    rates = concern_rates(viewer, watch)
    return {
        "concern": concern,
        "watch": watch,
        "said": list(said),
        "rates": rates,
        "children": [child.name_with_detail for child in children],
    }


def list_colleagues_to_ask(viewer: Viewer, concern: Concern) -> list[Person]:
    """The colleagues whom a lead may ask to do something about `concern`."""
    return list(staff_to_ask_about(viewer, concern).exclude(pk=viewer.person.pk))


def read_task_page(viewer: Viewer, uid) -> tuple[Task, bool, bool]:
    """A task, whether the viewer set it, and may read its concern. Recorded. Raises Http404."""
    rows = Task.objects.tasks_visible_to(viewer).select_related(
        "step", "step__concern", "by", "answer__by"
    )
    found = sight.get_one_or_404(viewer, rows, uid)
    sight.record_reading(viewer, Kind.LISTED, reason="a task", shown=[found.uid])
    reads = Concern.objects.visible_to(viewer).filter(pk=found.step.concern_id).exists()
    if reads:
        page_subject.note_concern_of_page(found.step.concern)
    return found, found.by_id == viewer.person.pk, reads


def read_words_back(viewer: Viewer, uid) -> tuple[Concern, list[WordBack]]:
    """The concern, and the words back that its writer has had so far. Recorded."""
    concern = sight.open_concern(viewer, uid)
    words = WordBack.objects.filter(concern=concern).select_related("by").order_by("id")
    return concern, list(words)


def list_unsent_drafts(viewer: Viewer) -> tuple[list[Draft], bool]:
    """Drafts of concerns begun before today and not sent, oldest first, and whether there are more.
    Not recorded: the page shows who began them and when, and nothing about a child."""
    rows = Draft.objects.known_to_leads(viewer).without_sent_concerns().with_writer(viewer)
    found = list(rows.order_by("begun_at", "pk")[: A_PAGE + 1])
    return found[:A_PAGE], len(found) > A_PAGE


def get_unsent_draft(viewer: Viewer, uid) -> Draft:
    """A draft of a concern: the viewer's own, or one that leads know of. Raises Http404."""
    rows = Draft.objects.own_drafts(viewer).filter(page=CONCERN) | Draft.objects.known_to_leads(
        viewer
    )
    return sight.get_one_or_404(viewer, rows.for_viewer(viewer).with_writer(viewer), uid)


def list_undelivered_letters(viewer: Viewer) -> dict:
    """Letters not sent, rows the clock's round set aside, and what the daily check found wrong:
    nothing about a child."""
    return {
        "letters": list(unsent_letters_shown_to(viewer)[:A_PAGE]),
        "broken": list(IntegrityFault.objects.about_children(viewer)[:A_PAGE]),
        "set_aside": round_failures_shown_to(viewer, A_PAGE),
    }


@dataclass(frozen=True)
class LateStepDetails:
    """Why a step is late. `asked`: who may be asked from now on. `passed`: who is not, and why.
    `told`: the messages about it. `away`: absences recorded since it was due."""

    step: Step
    concern: Concern
    come: EscalationTarget | None
    asked: list[Person]
    passed: list[PassedOver]
    told: list[StepNotification]
    away: list[Cover]
    # Where it is done.
    to: str


def read_why_late(viewer: Viewer, uid) -> LateStepDetails:
    """Why a step is late. Recorded as its concern having been shown. Raises Http404."""
    step = get_step_to_do(viewer, uid)
    ladders = EscalationLadders(viewer.school, viewer.now, [step])
    sight.record_reading(
        viewer,
        Kind.LISTED,
        reason="why a step is late",
        about=step.uid,
        shown=[step.concern.uid],
    )
    page_subject.note_concern_of_page(step.concern)
    return LateStepDetails(
        step=step,
        concern=step.concern,
        come=None if step.done_at else ladders.current_recipient(step),
        asked=ladders.people_on_ladder(step),
        passed=ladders.people_passed_over(step),
        told=list_step_notifications(step),
        away=list(Cover.objects.absences_between(viewer.school, step.due_at, viewer.now)),
        to=_address_of_step_or_concern(viewer, step),
    )


def get_own_fgm_report(viewer: Viewer, uid) -> tuple[Concern, Step | None]:
    """The viewer's own concern, and their open step to report FGM to the police. Or Http404."""
    concern = sight.get_one_or_404(viewer, Concern.objects.written_by(viewer), uid)
    owed = concern.steps.open().filter(kind=StepKind.REPORT_FGM, holder=viewer.person)
    return concern, owed.first()


ADVISER = ("adviser_name", "adviser_email", "adviser_of")


def get_clock_figures(viewer: Viewer) -> tuple[list, dict]:
    """The kinds of step whose clocks the viewer is shown, and the form's initial values."""
    school = viewer.school
    said = {name: getattr(school, name) for name in ADVISER}
    return school_clocks.visible_clock_kinds(viewer), {
        **school.own_clock_amounts,
        **said,
        "read": school.calendar_version,
    }


def read_clock_changes(viewer: Viewer) -> dict:
    """The clocks no school may change, with the reason; and the changes so far, newest first."""
    kinds = school_clocks.visible_clock_kinds(viewer)
    fixed = [(kind.label, clock_bounds.why_clock_is_fixed(kind)) for kind in kinds]
    rows = ClockSet.objects.of_school(viewer).filter(kind__in=kinds).select_related("by")
    return {
        "fixed": [(label, why_not) for label, why_not in fixed if why_not],
        "changes": list(rows.order_by("-id")[:A_PAGE]),
    }


# A week's page shows at most this many entries, a feed at most that many.
MOST_IN_WEEK = 500
MOST_IN_FEED = 2_000
# The days a feed looks back, and ahead: as far as a meeting may be called.
FEED_BACK = timedelta(days=28)
FEED_AHEAD = timedelta(days=366)


def read_calendar_week(viewer: Viewer, asked: Mapping[str, str]) -> CalendarWeek:
    """The week that contains the day `asked["week"]`, this one if none is asked for. Recorded."""
    first = read_week(asked.get("week", ""), viewer.todays_date)
    whose = MINE if asked.get("whose") == MINE else ALL
    kind = asked.get("kind", "")
    kind = kind if kind in dict(week_calendar.EVERYTHING) else ""
    every = Step.objects.visible_to(viewer).open()
    rows = week_calendar.steps_in_calendar(viewer, first, DAYS_OF_WEEK)
    rows = _only_own_steps(viewer, rows) if whose == MINE else rows
    found, cut = sight.read_page_of_list(
        viewer, rows, MOST_IN_WEEK, of=attrgetter("concern.uid"), reason="calendar"
    )
    entries = week_calendar.entries_on_days(viewer, found, first, DAYS_OF_WEEK)
    entries = [one for one in entries if kind in ("", one.kind)]
    this_week = first <= viewer.todays_date < first + timedelta(days=DAYS_OF_WEEK)
    start = reporting_periods.local_midnight(viewer.school.school_calendar, first)
    return CalendarWeek(
        first=first,
        days=week_calendar.days_of_week(viewer, entries, first),
        whose=whose,
        kind=kind,
        before=every.late(start).count() if this_week else None,
        cut=cut,
    )


def _only_own_steps(viewer: Viewer, rows):
    """The steps of `rows` for the viewer to do, and those of anybody they stand in for."""
    ladders = EscalationLadders(viewer.school, viewer.now, [])
    return rows.for_viewer_to_do(viewer, ladders.steps_covered_by(viewer.person))


def get_own_calendar_link(viewer: Viewer) -> CalendarFeed | None:
    """The viewer's own private link to their calendar, if they have one that works."""
    return CalendarFeed.objects.own_feed(viewer)


def read_calendar_feed(secret: str) -> bytes:
    """The calendar of whoever made the link with `secret`, as a file: what they may see now.

    Raises Http404, the same for a link that never was, was ended, or whose owner reads no more.
    """
    feed = CalendarFeed.objects.find_by_secret(secret)
    viewers = viewers_for_person(feed.person) if feed else []
    viewer = next((one for one in viewers if feed and one.school == feed.school), None)
    if feed is None or viewer is None or not feed.is_working(viewer.now):
        raise Http404
    first = viewer.todays_date - FEED_BACK
    days = (FEED_BACK + FEED_AHEAD).days
    rows = week_calendar.steps_in_calendar(viewer, first, days)
    found = sight.read_calendar_feed(viewer, feed, rows, MOST_IN_FEED)
    entries = week_calendar.entries_on_days(viewer, found, first, days)
    return calendar_file.write_calendar_file(entries, viewer.now)
