"""What the pages of next steps, tasks, watches, unsent drafts, late steps and clocks show."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from concerns.doors import sight
from concerns.models import (
    Addition,
    ClockSet,
    Concern,
    Decision,
    Draft,
    Letter,
    Person,
    Step,
    Task,
    TaskAnswer,
    Trouble,
    Viewer,
    Watch,
    WordBack,
    after,
    waiting,
)
from concerns.models import (
    clocks as school_clocks,
)
from concerns.models.chase import OF_STEPS
from concerns.models.climb import Come, Ladders, Passed
from concerns.models.draft import CONCERN
from concerns.models.notices_of import Told, told_of
from concerns.rules import bounds
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind

A_PAGE = 50
MINE, ALL = "mine", "all"
# Escalation is worked out for at most this many late steps, the most overdue first.
MOST_LATE = 500
_OF_A_LADDER = (
    "kind", "due_at", "holder_role", "holder__is_active", "concern__reporter",
    "decision",
)  # fmt: skip


@dataclass(frozen=True)
class Owed:
    """A next step as a row of the page. `to` is the address where it is done."""

    words: str
    to: str
    concern: Concern
    children: str
    step: Step
    # Where it has escalated to somebody other than its holder, or to nobody at all; else None.
    come: Come | None


@dataclass(frozen=True)
class Moves:
    """A page. `counts`: (whose, number, number late). `more`: the last uid, if more follow."""

    whose: str
    rows: list[Owed]
    counts: tuple[tuple[str, int, int], ...]
    more: UUID | None
    later: bool


def moves(viewer: Viewer, asked: Mapping[str, str]) -> Moves:
    """The viewer's own next steps (also those escalated to them or theirs as cover), or everyone's;
    the most overdue first. Recorded."""
    whose = ALL if asked.get("whose") == ALL else MINE
    every = Step.objects.visible_to(viewer).open()
    ladders, climbed = _climbed(viewer, every)
    mine = every.of(viewer, Q(pk__in=climbed) | ladders.standing_in(viewer.person))
    rows = mine if whose == MINE else every
    last = _last(every, asked.get("after", ""))
    rows = (rows.behind(last) if last else rows).in_order()
    found, more = sight.page(
        viewer,
        rows.select_related("concern", "referral", "holder").prefetch_related(OF_STEPS),
        A_PAGE,
        of=attrgetter("concern.uid"),
        reason=f"next steps: {whose}",
    )
    children = waiting.named([step.concern_id for step in found])
    return Moves(
        whose=whose,
        rows=[_owed(step, children[step.concern_id], ladders) for step in found],
        counts=((MINE, *_counted(mine, viewer)), (ALL, *_counted(every, viewer))),
        more=found[-1].uid if more else None,
        later=last is not None,
    )


def _climbed(viewer: Viewer, every) -> tuple[Ladders, list[int]]:
    """The escalation ladders of the late steps, and the keys of those that came to the viewer."""
    late = every.late(viewer.now).select_related("concern", "holder").in_order()
    late = list(late.only(*_OF_A_LADDER)[:MOST_LATE])
    ladders = Ladders(viewer.school, viewer.now, late)
    come = [step.pk for step in late if ladders.come(step).to == viewer.person]
    return ladders, come


def _last(rows, after: str) -> Step | None:
    try:
        return rows.filter(uid=UUID(after)).first() if after else None
    except ValueError:
        return None


def _counted(rows, viewer: Viewer) -> tuple[int, int]:
    late = Count("pk", filter=Q(due_at__lt=viewer.now))
    counted = rows.order_by().aggregate(n=Count("pk"), late=late)
    return counted["n"], counted["late"]


def _owed(step: Step, children, ladders: Ladders) -> Owed:
    come = ladders.come(step)
    name, uid = step.place or ("triage_read", step.concern.uid)
    route = step.referral.route_words if step.referral_id else ""
    return Owed(
        words=f"{step.words} ({route[0].lower()}{route[1:]})" if route else step.words,
        to=reverse(name, args=[uid]),
        concern=step.concern,
        children="\n".join(child.words for child in children),
        step=step,
        come=come if come and (come.to is None or come.to != step.holder) else None,
    )


def to_do(viewer: Viewer, uid) -> Step:
    """A step for an act. Not recorded: the act writes its own line. Raises Http404."""
    rows = Step.objects.visible_to(viewer).select_related(
        "concern", "referral", "holder", "decision", "action"
    )
    return sight.one(viewer, rows, uid)


def beside(viewer: Viewer, uid) -> dict:
    """The concern of a step, what its writer added, and the answers to its tasks. Recorded."""
    concern = sight.concern(viewer, uid)
    added = Addition.objects.filter(concern=concern, for_leads=False).select_related("by")
    answers = TaskAnswer.objects.filter(task__step__concern=concern).select_related("by", "task")
    answers = list(answers.order_by("-id"))
    return {"concern": concern, "additions": list(added.order_by("-id")), "answers": answers}


def worried(viewer: Viewer, owed: Step) -> dict:
    """A concern whose writer is still worried, what they added, and the last decision. Recorded.
    `not_yours`: the viewer may not be the one who looks again, as they decided or wrote it."""
    page = beside(viewer, owed.concern.uid)
    concern = page["concern"]
    made = Decision.objects.filter(concern=concern).select_related("by")
    own = viewer.person.pk in owed.not_theirs
    return {**page, "decided": made.order_by("-id").first(), "not_yours": own}


def watch(viewer: Viewer, owed: Step) -> tuple[Watch, dict]:
    """The watch that `owed` is a review of, and its form's arguments. Raises Http404 if none."""
    found = Watch.objects.of(owed.concern)
    if found is None:
        raise Http404
    own = owed.concern.reporter_id == viewer.person.pk
    asks = {
        "left": found.left(viewer.today, owed),
        "further": found.further(viewer.now),
        "own": own,
    }
    return found, asks


def watched(viewer: Viewer, owed: Step, watch: Watch) -> dict:
    """Beside a review: the trusted adult's answers, concern rates before, since. Recorded."""
    concern = sight.concern(viewer, owed.concern.uid)
    said = TaskAnswer.objects.filter(task__watch=watch).select_related("by").order_by("-id")
    children = waiting.named([concern.pk])[concern.pk]
    rates = after.rates(viewer, watch)
    return {
        "concern": concern, "watch": watch, "said": list(said), "rates": rates,
        "children": [child.words for child in children],
    }  # fmt: skip


def colleagues(viewer: Viewer, concern: Concern) -> list[Person]:
    """The colleagues whom a lead may ask to do something about `concern`."""
    return list(after.may_be_asked(viewer, concern).exclude(pk=viewer.person.pk))


def task(viewer: Viewer, uid) -> tuple[Task, bool, bool]:
    """A task, whether the viewer set it, and may read its concern. Recorded. Raises Http404."""
    rows = Task.objects.open_to(viewer).select_related("step", "step__concern", "by", "answer__by")
    found = sight.one(viewer, rows, uid)
    sight.looked(viewer, Kind.LISTED, reason="a task", shown=[found.uid])
    reads = Concern.objects.visible_to(viewer).filter(pk=found.step.concern_id).exists()
    return found, found.by_id == viewer.person.pk, reads


def told(viewer: Viewer, uid) -> tuple[Concern, list[WordBack]]:
    """The concern, and the words back that its writer has had so far. Recorded."""
    concern = sight.concern(viewer, uid)
    words = WordBack.objects.filter(concern=concern).select_related("by").order_by("id")
    return concern, list(words)


def unsent(viewer: Viewer) -> tuple[list[Draft], bool]:
    """Drafts of concerns begun before today and not sent, oldest first, and whether there are more.
    Not recorded: the page shows who began them and when, and nothing about a child."""
    rows = Draft.objects.known_to_leads(viewer).not_sent().with_writer(viewer)
    found = list(rows.order_by("begun_at", "pk")[: A_PAGE + 1])
    return found[:A_PAGE], len(found) > A_PAGE


def begun(viewer: Viewer, uid) -> Draft:
    """A draft of a concern: the viewer's own, or one that leads know of. Raises Http404."""
    rows = Draft.objects.of(viewer).filter(page=CONCERN) | Draft.objects.known_to_leads(viewer)
    return sight.one(viewer, rows.for_viewer(viewer).with_writer(viewer), uid)


def undelivered(viewer: Viewer) -> dict:
    """Letters not sent, and rows the clock's round set aside: nothing about a child."""
    letters = Letter.objects.stuck(viewer.now).filter(school=viewer.school).select_related("person")
    troubles = Trouble.objects.standing().of_school(viewer)
    return {
        "letters": list(letters.order_by("made_at", "pk")[:A_PAGE]),
        "set_aside": list(troubles.order_by("first_at", "pk")[:A_PAGE]),
    }


@dataclass(frozen=True)
class Why:
    """Why a step is late. `asked`: the rungs of its ladder. `passed`: who was passed over, why."""

    step: Step
    concern: Concern
    come: Come | None
    asked: list[Person]
    passed: list[Passed]
    told: list[Told]


def why(viewer: Viewer, uid) -> Why:
    """Why a step is late. Recorded as its concern having been shown. Raises Http404."""
    step = to_do(viewer, uid)
    ladders = Ladders(viewer.school, viewer.now, [step])
    sight.looked(
        viewer,
        Kind.LISTED,
        reason="why a step is late",
        about=step.uid,
        shown=[step.concern.uid],
    )
    return Why(
        step=step,
        concern=step.concern,
        come=None if step.done_at else ladders.come(step),
        asked=ladders.rungs(step),
        passed=ladders.passed(step),
        told=told_of(step),
    )


def reporting(viewer: Viewer, uid) -> tuple[Concern, Step | None]:
    """The viewer's own concern, and their open step to report FGM to the police. Or Http404."""
    concern = sight.one(viewer, Concern.objects.written_by(viewer), uid)
    owed = concern.steps.open().filter(kind=StepKind.REPORT_FGM, holder=viewer.person)
    return concern, owed.first()


ADVISER = ("adviser_name", "adviser_email", "adviser_of")


def clocks(viewer: Viewer) -> tuple[list, dict]:
    """The kinds of step whose clocks the viewer is shown, and the form's initial values."""
    school = viewer.school
    said = {name: getattr(school, name) for name in ADVISER}
    return school_clocks.open_to(viewer), {
        **school.figures,
        **said,
        "read": school.calendar_version,
    }


def clocks_set(viewer: Viewer) -> dict:
    """The clocks no school may change, with the reason; and the changes so far, newest first."""
    kinds = school_clocks.open_to(viewer)
    fixed = [(kind.label, bounds.fixed_words(kind)) for kind in kinds]
    rows = ClockSet.objects.of_school(viewer).filter(kind__in=kinds).select_related("by")
    return {
        "fixed": [(label, why_not) for label, why_not in fixed if why_not],
        "changes": list(rows.order_by("-id")[:A_PAGE]),
    }
