"""This file knows the queue and its order, and what stands beside a concern when it is read.

The queue is paged by key: "more" begins behind the last row's place, so that its cost does not grow
with the years and nothing is skipped when a colleague moves a row meanwhile. Only what is open is
counted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from concerns.doors import sight
from concerns.models import (
    Addition,
    Concern,
    ConcernCategory,
    ConcernChild,
    Mark,
    Person,
    Step,
    Viewer,
    story,
)
from concerns.models.concern import Place
from concerns.models.story import Happening, Ruling, Story
from concerns.rules.clocks import BY_A_NOTE, CLOCKS, DECISIONS, FIRST_LOOKS, StepKind
from concerns.rules.lifecycle import OPEN, State, may_follow
from concerns.rules.roles import May
from concerns.triage.acts import still_owed
from concerns.triage.forms import LATE, NOBODY

PAGE = 25
# The years the filter offers for what is closed are those of the newest.
CLOSED_LOOKED_AT = 100
# How far back the story beside a new concern goes.
LOOKING_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Row:
    """One concern of the queue: why it is there, what is owed first, what else is late."""

    concern: Concern
    why: str
    step: Step | None
    also_late: list[Step]

    @property
    def holder_words(self) -> str:
        if self.concern.holder_id:
            return self.concern.holder.name
        return self.step.holder_words if self.step else ""


@dataclass(frozen=True)
class Queue:
    rows: list[Row]
    counts: list[tuple[str, str, int]]
    more: str
    lost: bool


# The queue


def queue(viewer: Viewer, wanted: dict[str, str], after: str) -> Queue:
    """One page of what `wanted` names, most pressing first; closed ones newest first. Recorded."""
    visible = Concern.objects.visible_to(viewer)
    rows = _narrowed(visible, wanted, viewer.now)
    closed = wanted.get("state") == State.CLOSED
    rows = rows.newest_closed_first() if closed else rows.most_pressing_first()
    place = Place.read(after, visible)
    if place:
        rows = rows.closed_after(place) if closed else rows.after(place)
    found, more = sight.page(viewer, _for_rows(rows), PAGE)
    return Queue(
        rows=[_row(viewer, concern) for concern in found],
        counts=_counts(visible, viewer.now),
        more=Place.of(found[-1]) if more else "",
        lost=bool(after) and place is None,
    )


def _narrowed(visible, wanted: dict[str, str], now: datetime):
    state, holder = wanted.get("state"), wanted.get("holder")
    rows = visible.closed() if state == State.CLOSED else visible.open()
    if state == LATE:
        rows = rows.late(now)
    elif state:
        rows = rows.filter(state=state)
    if holder == NOBODY:
        rows = rows.filter(holder__isnull=True)
    elif holder:
        rows = rows.filter(holder__uid=holder)
    if category := wanted.get("category"):
        rows = rows.filter(_has(ConcernCategory, category=category))
    if year := wanted.get("year"):
        rows = rows.filter(_has(ConcernChild, child__year=year))
    return rows


def _has(model, **what):
    return Exists(model.objects.filter(concern=OuterRef("pk"), **what))


def _for_rows(rows):
    """What a row shows and no more: of the sealed words, only whether the child said anything."""
    shown = (
        "uid", "school", "reference", "state", "rank", "next_due_at", "received_at", "closed_at",
        "danger", "going_home", "how_known", "child_words", "outcome", "holder__name",
    )  # fmt: skip
    children = ConcernChild.objects.select_related("child").order_by("part", "id")
    steps = Step.objects.open().in_order().select_related("holder", "referral")
    return (
        rows.annotate(marked=_has(Mark))
        .select_related("holder")
        .only(*shown)
        .prefetch_related(Prefetch("children", children), Prefetch("steps", steps))
    )


def _row(viewer: Viewer, concern: Concern) -> Row:
    steps = list(concern.steps.all())
    first = min(steps, key=_pressing, default=None)
    return Row(
        concern=concern,
        why=why(viewer, concern, first, concern.marked),
        step=first,
        also_late=[step for step in steps if step is not first and step.due_at < viewer.now],
    )


def _pressing(step: Step):
    return CLOCKS[StepKind(step.kind)].rank, step.due_at, step.pk


def why(viewer: Viewer, concern: Concern, step: Step | None, marked: bool) -> str:
    """Why it stands where it stands: "First look, today: worried about going home today"."""
    if step is None:
        return concern.outcome_words
    if step.referral_id:
        return f"{step.words}: {step.referral.route_words}"
    looking = step.kind in FIRST_LOOKS | DECISIONS | {StepKind.DANGER_NOW}
    worries = concern.worries(viewer.today, marked) if looking else []
    joined = ", " if ":" in step.words else ": "
    return joined.join(filter(None, [step.words, ", ".join(worries)]))


def _counts(visible, now: datetime) -> list[tuple[str, str, int]]:
    """(filter, words, how many) of what is open: one look at the index of open rows."""
    late = Count("pk", filter=Q(next_due_at__lt=now))
    rows = visible.open().values("state").order_by().annotate(n=Count("pk"), late=late)
    found = {row["state"]: row for row in rows}
    late_now = (LATE, "Late now", sum(row["late"] for row in found.values()))
    states = [state for state in State if state in OPEN]
    return [late_now, *((s.value, s.label, found[s]["n"] if s in found else 0) for s in states)]


def offered(viewer: Viewer, state: str) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: who may decide or holds anything open, and the years of the children
    in what is listed."""
    visible = Concern.objects.visible_to(viewer)
    deciders = Person.objects.who_may(May.DECIDE, viewer.school, viewer.today).values("pk")
    held = visible.open().values("holder")
    people = Person.objects.filter(Q(pk__in=deciders.order_by()) | Q(pk__in=held))
    listed = visible.open()
    if state == State.CLOSED:
        listed = visible.newest_closed_first()[:CLOSED_LOOKED_AT]
    rows = ConcernChild.objects.filter(concern__in=listed.values("pk"), child__isnull=False)
    years = rows.order_by().values_list("child__year", flat=True).distinct()
    names = people.order_by("name", "pk").values_list("uid", "name")
    return {
        "holders": [(str(uid), name) for uid, name in names],
        "years": [(year, year) for year in sorted(filter(None, years), key=_by_number)],
    }


def _by_number(year: str):
    figures = "".join(mark for mark in year if mark.isdigit())
    return int(figures or 0), year


# Reading one


@dataclass(frozen=True)
class Move:
    """What may be done, or in words why not."""

    words: str
    url: str
    why_not: str = ""


@dataclass(frozen=True)
class Reading:
    concern: Concern
    why: str
    facts: list[tuple[str, str]]
    additions: list[Addition]
    stories: list[Story]
    steps: list[tuple[Step, str]]
    rulings: list[Ruling]
    happenings: list[Happening]
    moves: list[Move]
    take: Move


def read(viewer: Viewer, uid) -> Reading:
    """A concern with everything that happened to it, beside its children's stories. Recorded."""
    concern = story.fetch(sight.concern(viewer, uid))
    steps = list(concern.steps.all())
    marked = bool(concern.marks.all())
    first = min(steps, key=_pressing, default=None)
    return Reading(
        concern=concern,
        why=why(viewer, concern, first, marked),
        facts=story.facts(concern),
        additions=story.additions(concern),
        stories=_stories(viewer, concern),
        steps=[(step, _where_done(step)) for step in steps],
        rulings=story.rulings(concern),
        happenings=story.happenings(concern),
        moves=_moves(concern, steps),
        take=_take(viewer, concern, steps),
    )


def _stories(viewer: Viewer, concern: Concern) -> list[Story]:
    """One story for each child on the roll, of what this viewer may see. Recorded."""
    rows = [row for row in concern.children.all() if row.child_id]
    of_these = ConcernChild.objects.filter(child__in=[row.child_id for row in rows])
    earlier = (
        Concern.objects.visible_to(viewer)
        .of(*(row.child_id for row in rows))
        .filter(received_at__gt=viewer.now - LOOKING_BACK)
        .exclude(pk=concern.pk)
        .select_related("reporter")
        .prefetch_related("category_rows", "marks", Prefetch("children", of_these))
        .order_by("-received_at", "-id")
    )
    found = sight.shown(
        viewer, earlier, reason="beside a concern", children=[row.child.uid for row in rows]
    )
    return [story.of(row, concern, found) for row in rows]


_BY_SPEAKING = frozenset({StepKind.SPEAK_TO_PARENTS, StepKind.SEEK_ADVICE})
_BY_DECIDING = DECISIONS | {StepKind.KEEP, StepKind.NEXT_MOVE}


def _where_done(step: Step) -> str:
    """The page on which a step is done; none where "I have this" does it, or the writer."""
    concern = step.concern
    if step.referral_id:
        return reverse("refer", args=[step.referral.uid])
    if step.kind in BY_A_NOTE:
        return reverse("chase_step", args=[step.uid])
    if step.kind in _BY_SPEAKING:
        return reverse("refer_speak", args=[concern.uid])
    if step.kind == StepKind.TELL_REPORTER:
        return reverse("chase_tell", args=[concern.uid])
    return reverse("triage_decide", args=[concern.uid]) if step.kind in _BY_DECIDING else ""


REOPEN_FIRST = "It is closed. Reopen it first."


def _take(viewer: Viewer, concern: Concern, steps: list[Step]) -> Move:
    looked = not any(step.kind in FIRST_LOOKS for step in steps)
    if concern.state == State.CLOSED:
        reason = REOPEN_FIRST
    else:
        reason = "You have it." if looked and concern.holder_id == viewer.person.pk else ""
    return Move("I have this", reverse("triage_take", args=[concern.uid]), reason)


def _moves(concern: Concern, steps: list[Step]) -> list[Move]:
    """What else may be done now; what may not says why. The acts ask the same tables again."""
    state = State(concern.state)
    shut = REOPEN_FIRST if state is State.CLOSED else ""
    owed = "; ".join(still_owed(steps))
    if shut:
        close = "It is closed already."
    elif not may_follow(state, State.CLOSED):
        close = "Decide first: a concern is closed once it has been decided."
    else:
        close = f"Still to do before it can be closed: {owed}." if owed else ""
    moves = [
        ("Decide", "triage_decide", "" if may_follow(state, State.DECIDED) else REOPEN_FIRST),
        ("Hand it on", "triage_hand", shut),
        ("Record a conversation", "refer_speak", shut),
        ("Add a note for the leads", "triage_note", shut),
        ("Give the person who wrote it a word back", "chase_tell", ""),
        ("Close it", "triage_close", close),
        ("Reopen it", "triage_reopen", "" if shut else "It is open."),
    ]
    return [Move(words, reverse(name, args=[concern.uid]), no) for words, name, no in moves]
