"""Reads one child's story (every concern the viewer may see, and its outcome) and their file.

A concern about several children shows only what was decided, said and sent for this child: nothing
about any other. Each page starts after the last concern of the previous page. A page shows fifty
concerns with all that happened, as lines of text, fetched with one query for each kind: linked
objects cost three times as much.

The chronology is not here but in `paper/chronicle.py`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import Http404

from concerns.child import acts
from concerns.doors import sight
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
    Status,
    Viewer,
    after,
    file,
    story,
)
from concerns.models.fact import Fact
from concerns.models.file import File
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import Stage
from concerns.rules.saying import when
from concerns.rules.words import Category, Part, Route

PAGE = 50
# (heading: what happened, when, by whom; the words)
Line = tuple[str, str]


class Entry(NamedTuple):
    """One concern in the story, and what happened for this child. Fields in the page's order."""

    uid: UUID
    reference: str
    state: str
    facts: str
    account: str
    lines: list[Line]


@dataclass(frozen=True)
class Page:
    child: Child
    enrolments: list[Enrolment]
    entries: list[Entry]
    more: str


def page(viewer: Viewer, uid, after: str) -> Page:
    """One page of the story, newest first; `after` is the uid of the last concern already shown.

    The reading is recorded, with the ids shown. Raises Http404 if the viewer may not see the child.
    """
    child = sight.one(viewer, Child.objects.visible_to(viewer), uid)
    visible = Concern.objects.visible_to(viewer)
    own = {"part": F("children__part"), "said_before": F("children__said_before")}
    rows = visible.filter(children__child=child).annotate(**own)
    about = ConcernChild.objects.filter(concern=OuterRef("pk"), part=Part.ABOUT)
    rows = rows.annotate(about_others=Exists(about.exclude(child=child)), by=F("reporter__name"))
    if after:
        rows = _behind(rows, visible, after)
    found, more = sight.page(
        viewer,
        rows.only(*_COLUMNS).order_by("-received_at", "-id"),
        PAGE,
        kind=Kind.STORY,
        about=child.uid,
        children=[child.uid],
    )
    return Page(
        child=child,
        enrolments=list(child.enrolments.order_by("-since", "-id")),
        entries=_entries(found, child),
        more=str(found[-1].uid) if more else "",
    )


_COLUMNS = (*Entry._fields[:3], "received_at", "closed_at", "outcome", "account", "teller_is")


def _behind(rows, visible, after: str):
    try:
        last = visible.filter(uid=UUID(after))
    except ValueError:
        return rows
    at, key = Subquery(last.values("received_at")), Subquery(last.values("pk"))
    return rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=key))


def _entries(found: list[Concern], child: Child) -> list[Entry]:
    here = {"concern__in": _between(found, child)}
    categories = defaultdict(list)
    rows = ConcernCategory.objects.filter(**here).values_list("concern_id", "category")
    for key, category in rows:
        categories[key].append(Category.say(category))
    kinds = [_marks(here), _decisions(here, child), _referrals(here, child), _said(here, child)]
    kinds.append(_told([one.pk for one in found if one.teller_is]))
    return [
        _entry(concern, categories[concern.pk], [kind[concern.pk] for kind in kinds])
        for concern in found
    ]


def _between(found: list[Concern], child: Child):
    """The ids of the page's concerns, selected by their times: fifty keys would cost twice as much.

    This also selects concerns from the same times that the viewer may not see; no entry shows them.
    """
    times = [concern.received_at for concern in found]
    own = ConcernChild.objects.filter(child=child)
    if times:
        own = own.filter(concern__received_at__range=(times[-1], times[0]))
    return own.values("concern")


def _entry(concern: Concern, categories: list[str], lines: list[list]) -> Entry:
    """One entry of the story.

    Marks are shown only if the concern is about this child alone, and conversations about "the
    children" only if it is about this child: otherwise it is not certain who is meant.
    """
    about = concern.part == Part.ABOUT
    marks, decided, sent, said, told = lines
    marks = marks if about and not concern.about_others else []
    # What was said about all the children before the concern was filed here was about another.
    before = concern.said_before or 0
    said = [line for key, line in said if key is None or (about and key > before)]
    also = "" if about else " (also involved)"
    sorts = f" ({', '.join(sorted(categories))})" if categories else ""
    wrote = f"{when(concern.received_at)}{also}, {concern.by} wrote{sorts}"
    ended = f"Closed {when(concern.closed_at)}: {concern.outcome_words}"
    closed = [ended] if concern.closed_at else []
    return Entry(
        uid=concern.uid,
        reference=concern.reference,
        state=concern.state,
        facts="\n".join([wrote, *marks, *closed]),
        account=concern.account,
        lines=[*told, *decided, *sent, *said],
    )


def _by_key(row):
    return row.pk


def _told(keys: list[int]) -> dict[int, list[Line]]:
    """What people without an account said, for the few concerns that came from one."""
    lines = defaultdict(list)
    rows = Concern.objects.filter(pk__in=keys).annotate(by=F("reporter__name")) if keys else ()
    for row in rows:
        lines[row.pk].append((row.told_words_heading(row.by), row.told_words))
    return lines


def _marks(here) -> dict[int, list[str]]:
    lines = defaultdict(list)
    for mark in sorted(Mark.objects.filter(**here), key=_by_key):
        lines[mark.concern_id].append(f"Mark: {mark.words}")
    return lines


def _decisions(here, child: Child) -> dict[int, list[Line]]:
    """Newest first. The newest is in force; earlier ones are superseded."""
    made = Decision.objects.filter(children__concern_child__child=child, **here)
    made = list(made.annotate(who=F("by__name")).order_by("-id"))
    ways = defaultdict(list)
    within = {f"decision__{name}": value for name, value in here.items()}
    routes = DecisionRoute.objects.filter(**within)
    routes = routes.values_list("pk", "decision_id", "route", "until", "adult__name")
    for _, key, *way in sorted(routes):
        ways[key].append(_way(*way))
    lines = defaultdict(list)
    for one in made:
        old = " (superseded by a later decision)" if lines[one.concern_id] else ""
        heading = f"Decided {when(one.at)}, {one.who}{old}: {'; '.join(ways[one.pk])}"
        again = [("Look at it again", when(one.review_on))] if one.review_on else []
        asked = [f"{asked}: {said}" for asked, said in [*story.asked(one), *again]]
        lines[one.concern_id].append((heading, "\n".join([one.reason, *asked])))
    return lines


def _way(route: str, until, adult: str | None) -> str:
    return ", ".join(filter(None, [Route.say(route), when(until), adult]))


def _referrals(here, child: Child) -> dict[int, list[Line]]:
    sent = Referral.objects.filter(decision__children__concern_child__child=child, **here)
    sent = sorted(sent.values_list("pk", "concern_id", "route"))
    events = ReferralEvent.objects.filter(referral__in=[pk for pk, _, _ in sent])
    happened = defaultdict(list)
    for event in events.annotate(who=F("by__name")).order_by("id"):
        happened[event.referral_id].append(event)
    lines = defaultdict(list)
    for key, concern, route in sent:
        own = happened[key]
        stage = Stage(own[-1].stage) if own else Stage.TO_SEND
        words = "\n".join(story.event_words(event) for event in own)
        lines[concern].append((f"{Route.say(route)}: {stage.label}", words))
    return lines


def _said(here, child: Child) -> dict[int, list[tuple[int | None, Line]]]:
    """(its id if it was about all the children, else None; the line), oldest first."""
    lines = defaultdict(list)
    own = Q(concern_child__child=child) | Q(concern_child=None)
    for one in (
        Conversation.objects.filter(own, **here)
        .annotate(whom=F("by__name"))
        .order_by("happened_at", "id")
    ):
        line = (f"{story.spoken_words(one)}, {when(one.happened_at)}, {one.whom}", one.said)
        lines[one.concern_id].append((None if one.concern_child_id else one.pk, line))
    return lines


# The child's file


def opened(viewer: Viewer, uid) -> File:
    """A child's file as it is now. The reading is recorded. Raises Http404."""
    child = sight.child(viewer, Child.objects.visible_to(viewer), uid, Kind.FILE)
    return file.files(viewer, [child])[0]


def to_write(viewer: Viewer, uid, what: str, row: str) -> tuple[File, object]:
    """The file an act writes to, and the row it adds to (None for a new line). Raises Http404.

    The reading is not recorded here: the page's view does it.
    """
    found = file.files(viewer, [sight.one(viewer, Child.objects.visible_to(viewer), uid)])[0]
    if what in ("tie", "fact"):
        adults = HouseholdAdult.objects.filter(pk__in=[one.adult.pk for one in found.adults])
        return found, _row(adults, row)
    if what == "numbers":
        return found, _row(Authority.objects.filter(pk=found.authority.pk), row)
    if what == "event":
        return found, _row(EarlierFile.objects.unread().filter(child=found.child), row)
    return found, None


def authorities() -> list[Authority]:
    return list(Authority.objects.in_name_order())


def to_end(viewer: Viewer, uid, what: str, row: str) -> tuple[File, Fact]:
    """The file, and the line in it that an act ends. Raises Http404."""
    model = acts.ENDABLE.get(what)
    if model is None:
        raise Http404
    found, _ = to_write(viewer, uid, "", "")
    rows = model.objects.visible_to(viewer).filter(**{model.to_child: found.child})
    return found, _row(rows, row)


def watching(viewer: Viewer, row: Fact) -> dict:
    """Arguments of the form that ends a status; empty for any other line.

    They say whether the child is left with a lower status and so is watched, on which concern, and
    which staff can be asked how the child is.
    """
    return after.asked_with(viewer, row) if isinstance(row, Status) else {}


def _row(rows, uid: str):
    try:
        found = rows.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def to_see(viewer: Viewer, uid) -> Child:
    """The child to record a sighting of. The reading is not recorded here: the page does it."""
    return sight.one(viewer, Child.objects.visible_to(viewer), uid)


def chosen(viewer: Viewer, uids: Iterable[UUID]) -> list[Child]:
    """The children picked, including one who left the roll while the form was open."""
    uids = list(uids)
    return list(Child.objects.of_school(viewer).filter(uid__in=uids)) if uids else []
