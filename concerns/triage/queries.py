"""The lead's queue, what is shown beside a concern that is read, and what triage forms offer.

The queue is paged by key: "more" starts after the last row shown. So its cost does not grow with
the years, and no row is skipped when a colleague moves one meanwhile. Only open concerns are
counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from concerns.asking.asked import Typed, as_uid
from concerns.doors import ledger, sight
from concerns.models import (
    Concern,
    ConcernCategory,
    ConcernChild,
    Conversation,
    Draft,
    Person,
    Post,
    Step,
    Viewer,
    moves,
    offered,
    story,
    waiting,
)
from concerns.models.after import closing, may_be_asked
from concerns.models.concern import Place
from concerns.models.decision import Decision, advice_first, pressing_decision
from concerns.models.draft import Lying
from concerns.models.waiting import Row
from concerns.rules.calendars import look_again
from concerns.rules.clocks import StepKind
from concerns.rules.lifecycle import OPEN, State
from concerns.rules.roles import May, roles_that
from concerns.rules.words import YEARS, Category, SpokenTo
from concerns.triage.forms import filters

PAGE = 25
# Filter values that are not a state, a person or a year.
LATE, NOBODY, OTHER = "late", "nobody", "other"

_STATES = tuple((state.value, state.label) for state in State if state in OPEN)
_CLOSED = (State.CLOSED.value, "Closed, newest first")
_OFFERED = (
    ("state", (("", "All that are open"), (LATE, "Late now"), *_STATES, _CLOSED)),
    ("category", (("", "Any"), *Category.choices())),
    (
        "year",
        (("", "Any"), *zip(YEARS, YEARS, strict=True), (OTHER, "Another, or not on the roll")),
    ),
)


@dataclass(frozen=True)
class Wanted:
    """The queue's filters as read from the query string. Values that are not offered are dropped,
    and `unknown` says that there were some."""

    offered: tuple
    chosen: dict[str, str]
    unknown: bool

    @classmethod
    def of(cls, asked: Mapping[str, str], holders: tuple) -> "Wanted":
        """Read the filters. No form is used, as the page is rendered often and its form is cached.
        `holders` are (uid, name) of the people the filter offers."""
        offered = (*_OFFERED, ("holder", (("", "Anybody"), (NOBODY, "Nobody yet"), *holders)))
        said = {name: asked[name] for name, _ in offered if asked.get(name)}
        known = {n: said[n] for n, choices in offered if n in said and said[n] in dict(choices)}
        return cls(offered, known, unknown=known != said)

    def drawn(self) -> str:
        """The HTML of the filters, with what was chosen."""
        return filters(self.offered, tuple(self.chosen.items()))

    def address(self, **more: str) -> str:
        """The query string of the chosen filters, with the parameters `more` added."""
        return "?" + urlencode({**self.chosen, **more})


@dataclass(frozen=True)
class Queue:
    """One page of the queue, as `triage/queue.html` shows it. `counts` are (filter, words, number).
    `more` is the query string of the next page, empty on the last. `lost`: the place to go on from
    no longer exists. `later`: this is not the first page."""

    wanted: Wanted
    rows: list[Row]
    counts: list[tuple[str, str, int]]
    more: str
    closed: bool
    lost: bool
    later: bool
    lying: Lying


def queue(viewer: Viewer, asked: Mapping[str, str]) -> Queue:
    """A page of the queue by the filters `asked`, most pressing first. Recorded. Closed concerns
    are shown newest first."""
    visible = Concern.objects.visible_to(viewer)
    open_ones = _open_by_holder(visible, viewer.now)
    wanted = Wanted.of(asked, _holders(viewer, open_ones))
    rows = _narrowed(visible, wanted.chosen, viewer.now)
    closed = wanted.chosen.get("state") == State.CLOSED
    rows = rows.newest_closed_first() if closed else rows.most_pressing_first()
    after = asked.get("after", "")
    place = Place.read(after, visible) if after else None
    if place:
        rows = rows.closed_after(place) if closed else rows.after(place)
    found, more = sight.page(viewer, waiting.shown(rows), PAGE)
    return Queue(
        wanted=wanted,
        rows=waiting.rows(viewer, found),
        counts=_counts(open_ones),
        more=wanted.address(after=Place.of(found[-1])) if more else "",
        closed=closed,
        lost=bool(after) and place is None,
        later=place is not None,
        lying=Draft.objects.lying(viewer),
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
        children = ConcernChild.objects.standing().filter(concern=OuterRef("pk"))
        other = children.exclude(child__year__in=YEARS)
        rows = rows.filter(Exists(other if year == OTHER else children.filter(child__year=year)))
    return rows


def _has(model, **what):
    return Exists(model.objects.filter(concern=OuterRef("pk"), **what))


def _open_by_holder(visible, now: datetime) -> list[dict]:
    """The numbers of open and late concerns by state and holder, in one query."""
    late = Count("pk", filter=Q(next_due_at__lt=now))
    by = visible.open().values("state", "holder").order_by()
    return list(by.annotate(n=Count("pk"), late=late))


def _counts(open_ones: list[dict]) -> list[tuple[str, str, int]]:
    """(filter, words, number) for the open concerns."""
    counted = Counter()
    for row in open_ones:
        counted[row["state"]] += row["n"]
        counted[LATE] += row["late"]
    return [(key, words, counted[key]) for key, words in [(LATE, "Late now"), *_STATES]]


def _holders(viewer: Viewer, open_ones: list[dict]) -> tuple[tuple[str, str], ...]:
    """(uid, name) of the filter: deciders, and anyone who holds an open concern, even if gone."""
    posts = Post.objects.filter(school=viewer.school).holding(*roles_that(May.DECIDE))
    name = ("person", "person__uid", "person__name")
    people = {key: each for key, *each in posts.in_force(viewer.today).values_list(*name)}
    others = {row["holder"] for row in open_ones} - {None, *people}
    if others:
        gone = Person.objects.filter(pk__in=others).values_list("pk", "uid", "name")
        people |= {key: each for key, *each in gone}
    named = sorted(people.values(), key=lambda each: each[::-1])
    return tuple((str(uid), name) for uid, name in named)


# Reading one concern


def read(viewer: Viewer, uid) -> dict:
    """A concern with what happened to it, its children's stories and what may be done. Recorded."""
    concern = story.fetch(sight.concern(viewer, uid))
    steps = list(concern.steps.all())
    first, marked = story.most_pressing(steps), bool(concern.marks.all())
    rolled = [row for row in concern.children.all() if row.child_id]
    return {
        "concern": concern,
        "why": story.why(concern, first, _route(first), viewer.today, marked),
        "facts": story.facts(concern),
        "additions": story.additions(concern),
        "stories": sight.stories(viewer, concern, rolled, "beside a concern"),
        "steps": [(step, _address(step)) for step in steps],
        "rulings": story.rulings(concern),
        "happenings": story.happenings(concern),
        "take": moves.take(viewer, concern, steps),
        "moves": moves.others(concern, steps),
        "may_keep": moves.may_keep(concern, steps),
    }


def _route(step: Step | None) -> str:
    return step.referral.route if step and step.referral_id else ""


def _address(step: Step) -> str:
    place = step.place
    return reverse(place[0], args=[place[1]]) if place else ""


def deciding(viewer: Viewer, uid) -> tuple[Concern, dict]:
    """A concern to decide, and the arguments of its form. This reading is not recorded: the page
    around the form records it."""
    concern = sight.to_change(viewer, uid)
    staff = Person.objects.who_may(May.SUBMIT, viewer.school, viewer.today)
    return concern, {
        "rows": story.about(concern),
        "last": story.last_decided(concern),
        "staff": list(staff.not_excluded_from(concern)),
        "pressing": pressing_decision(concern),
        "refer_now": Step.objects.owed_now(concern, StepKind.REFER_NOW),
        "advice": advice_first(concern),
        "spoken": Conversation.objects.reached(concern, SpokenTo.PARENT).exists(),
        "again": look_again(viewer.school.days, viewer.today, concern.pk),
    }


def keeping(viewer: Viewer, concern: Concern) -> dict:
    """The arguments of the form that keeps `concern` with the picture (`asking/keeping.py`)."""
    own = concern.reporter_id == viewer.person.pk
    return {
        "rows": story.about(concern),
        "again": look_again(viewer.school.days, viewer.today, concern.pk),
        "today": viewer.today,
        "tells": "" if own else concern.reporter.name,
    }


def after_keeping(viewer: Viewer, was: Concern) -> dict:
    """Where to redirect after keeping `was`: to the next concern of the queue. That is the next
    after the place `was` had, that nobody else holds; or `was` itself if there is none."""
    behind = Concern.objects.visible_to(viewer).waiting_for(viewer).exclude(pk=was.pk)
    following = behind.most_pressing_first().after(was).first() if was.next_due_at else None
    return {"to": "triage_read", "uid": (following or was).uid, "query": f"?kept={was.uid}"}


def kept(viewer: Viewer, uid: str) -> Decision | None:
    """The viewer's newest decision on the concern just kept, to confirm that it is recorded. `uid`
    comes from the query string; None if it is empty or not that of a concern they decided."""
    made = Decision.objects.visible_to(viewer).filter(concern__uid=as_uid(uid), by=viewer.person)
    return made.select_related("concern").order_by("-id").first() if uid else None


def colleagues(viewer: Viewer, concern: Concern) -> list[Person]:
    """Colleagues it can be handed over to: they may decide and see it, and do not hold it."""
    people = Person.objects.who_may(May.DECIDE, viewer.school, viewer.today)
    has = filter(None, [viewer.person.pk, concern.holder_id])
    return list(people.exclude(pk__in=has).not_excluded_from(concern))


def holding_open(concern: Concern) -> list[tuple[str, str]]:
    """(What must be done before it can be closed, address where it is done), each once."""
    return list({(s.words, _address(s)): s for s in Step.objects.holding_open(concern)})


def ending(viewer: Viewer, concern: Concern) -> dict:
    """The arguments of the form that closes: who can be asked, and whether an ending opens a watch.
    `own`: the viewer wrote the concern themselves."""
    asks = {"closing": closing(concern), "staff": may_be_asked(viewer, concern)}
    return {**asks, "own": concern.reporter_id == viewer.person.pk}


def refiling(viewer: Viewer, concern: Concern, typed: Typed) -> dict:
    """The arguments of the refiling form: the rows it is filed under, and the children picked."""
    rows = ConcernChild.objects.standing().filter(concern=concern).select_related("child")
    chosen = offered.chosen(viewer, typed.uids("child"))
    return {"rows": list(rows.order_by("part", "id")), "chosen": list(chosen.values())}


def moved(viewer: Viewer, uid) -> tuple[Concern, list[tuple]]:
    """A concern, and each refiling with the people who had opened it before. Recorded. The last
    pair is (None, everybody who has opened it so far)."""
    concern = story.fetch(sight.concern(viewer, uid))
    readers, moves = ledger.who_opened(concern), concern.refilings.all()
    told = [(row, [line for line in readers if line.at < row.at]) for row in moves]
    return concern, [*told, (None, readers)]
