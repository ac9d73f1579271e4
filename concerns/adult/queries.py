"""Reads for the pages on concerns about adults: the writer's pages, then the reader's."""

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse

from concerns.adult import acts
from concerns.doors import sight
from concerns.models import (
    AdultConcern,
    AdultDecision,
    AdultEntry,
    AdultExclusion,
    AdultStep,
    Authority,
    Draft,
    Person,
    Post,
    Viewer,
    beside,
    offered,
)
from concerns.models.adult import here, readers_in_post, who_reads
from concerns.models.adult_climb import Silent, come_to
from concerns.models.draft import ADULT
from concerns.models.moves import REOPEN_FIRST, Move
from concerns.rules import adults
from concerns.rules.adults import Happened, Sort
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State, may_follow
from concerns.rules.roles import Role

A_PAGE = 50
FEW = 20


def colleagues(viewer: Viewer) -> dict[str, Person]:
    """Everybody else who works here today, by uid and ordered by name."""
    return offered.staff(viewer)


def everybody(viewer: Viewer) -> dict[str, Person]:
    """The same and the viewer: a reader may be the subject, or want to exclude themselves."""
    return {str(viewer.person.uid): viewer.person} | offered.staff(viewer)


@dataclass(frozen=True)
class Contact:
    """A reader to go to in person. `about` says for concerns about whom."""

    person: Person
    title: str
    about: str


def contacts(viewer: Viewer, passed_by: set[str] = frozenset()) -> list[Contact]:
    """The head and the chair, without the viewer, anybody away and the uids in `passed_by`."""
    every = sorted(readers_in_post(viewer.school, viewer.today), key=_head_first)
    able = [post for post in every if str(post.person.uid) not in passed_by]
    found = {}
    for post in here([post for post in able if post.person_id != viewer.person.pk]):
        title = post.title or Role(post.role).title
        found.setdefault(post.person_id, Contact(post.person, title, _about(post, every)))
    return list(found.values())


def _about(post: Post, every: list[Post]) -> str:
    """For concerns about whom one goes to the holder of `post`, in words."""
    others = [other for other in every if other.role != post.role]
    if others and all(other.away for other in others):
        return f"about anybody, while the {Role(others[0].role).title.lower()} is away"
    return "when it is about the head" if post.role == Role.CHAIR else "about anybody else"


def _head_first(post: Post) -> int:
    return adults.READERS.index(Role(post.role))


def authority(viewer: Viewer) -> Authority:
    return viewer.school.authority


# The writer's pages


def whose_draft(viewer: Viewer, uid: uuid.UUID) -> Draft:
    """The viewer's own draft about an adult. Raises Http404 for anybody else's."""
    return sight.one(viewer, Draft.objects.of(viewer).filter(page=ADULT), uid)


def sent_from(viewer: Viewer, draft: uuid.UUID) -> AdultConcern | None:
    """The concern that the viewer sent from `draft`, if any."""
    return AdultConcern.objects.written_by(viewer).filter(draft=draft).first()


def own(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """A concern the viewer wrote, for an act or the receipt. Not recorded. Raises Http404."""
    return sight.one(viewer, sight.own_adults(viewer), uid)


def mine(viewer: Viewer, before: uuid.UUID | None) -> tuple[list[AdultConcern], bool]:
    """A page of the viewer's own concerns, newest first, and whether there are more. The page shows
    references, states and words back, but no names."""
    rows = sight.own_adults(viewer).order_by("-id")
    if before:
        rows = rows.filter(id__lt=own(viewer, before).pk)
    words = AdultEntry.objects.filter(what=Happened.WORD_BACK).select_related("by").order_by("id")
    return sight.page(viewer, rows.prefetch_related(Prefetch("entries", words)), FEW)


def opened(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """A concern the viewer wrote, with its words, additions and words back. Recorded."""
    concern = sight.own_adult(viewer, uid)
    entries = list(concern.entries.select_related("by").order_by("id"))
    concern.added = [row for row in entries if row.what == Happened.ADDED]
    concern.told_back = [row for row in entries if row.what == Happened.WORD_BACK]
    shut_out = concern.exclusions.filter(by=viewer.person, subject=False)
    names = shut_out.select_related("person").order_by("id")
    concern.said = said(concern, [row.person.name for row in names], "you")
    return concern


def said(concern: AdultConcern, shut_out: list[str], to: str) -> list[tuple[str, str]]:
    """(label, words) for each question that was answered. `to` is what the page calls the writer,
    for the label of what somebody told them."""
    rows = [
        ("About", concern.named.name if concern.named_id else concern.described),
        ("What happened", concern.account),
        (concern.told_words_heading(to), concern.told_words),
        ("Taken for", Sort.say(concern.sort)),
        ("When and where", concern.when_where),
        ("Children", concern.children),
        ("Told already", concern.told_already),
        ("Should not see it", "\n".join(shut_out)),
    ]
    return [(label, words) for label, words in rows if words]


@dataclass(frozen=True)
class Promise:
    """Who should read the concern and by when, as things are now, and the receipt code."""

    people: list[Post]
    step: AdultStep | None
    oneself: bool
    code: str


def promise(viewer: Viewer, concern: AdultConcern) -> Promise:
    """What the receipt says, from the open first look and from who is in post today."""
    step = concern.steps.open().filter(kind__in=adults.LOOKS).in_order().first()
    able = who_reads(concern, viewer.today)
    others = [post for post in able if post.person_id != viewer.person.pk]
    return Promise(others, step, len(others) < len(able), acts.code(concern))


# The reader's pages


@dataclass(frozen=True)
class Listed:
    rows: list[AdultConcern]
    more: str
    later: bool
    come: list[Silent]


def come(viewer: Viewer, uid: uuid.UUID) -> Silent:
    """A concern escalated to the viewer, for taking over. Raises Http404."""
    for one in come_to(viewer):
        if one.uid == uid:
            return one
    raise Http404


def listed(viewer: Viewer, after: uuid.UUID | None) -> Listed:
    """A page of the reader's concerns: open ones first, by rank and due time. Recorded."""
    visible = AdultConcern.objects.visible_to(viewer)
    rows = visible.open_first()
    if after:
        rows = rows.after(sight.one(viewer, visible, after))
    owed = AdultStep.objects.open().in_order()
    rows = rows.select_related("subject", "holder")
    rows = rows.prefetch_related(Prefetch("steps", owed, to_attr="owed"))
    found, more = sight.page(viewer, rows, A_PAGE)
    silent = come_to(viewer)
    if silent:
        sight.looked(viewer, Kind.LISTED, "come, not acted on", shown=[one.uid for one in silent])
    return Listed(found, str(found[-1].uid) if more else "", bool(after), silent)


def to_change(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """A concern for an act, whose own ledger line records the reading. Raises Http404."""
    return sight.one(viewer, AdultConcern.objects.visible_to(viewer), uid)


def would_have(viewer: Viewer, concern: AdultConcern) -> list[Post]:
    """Posts that would have the concern if it were handed over today. Empty if the holders of the
    other post are away or may not see it; the act is then refused."""
    to = next(role for role in adults.READERS if role != concern.goes_to)
    return [post for post in who_reads(concern, viewer.today, to) if post.role == to]


def still_seen(viewer: Viewer, uid: uuid.UUID) -> bool:
    return AdultConcern.objects.visible_to(viewer).filter(uid=uid).exists()


def read(viewer: Viewer, uid: uuid.UUID) -> dict:
    """A concern, the others about the same adult, and what may be done now. Recorded."""
    concern = sight.adult(viewer, uid)
    steps = list(concern.steps.open().in_order())
    exclusions = AdultExclusion.objects.filter(concern=concern).select_related("person", "by")
    shut_out = list(exclusions.order_by("id"))
    by_writer = [row.person.name for row in shut_out if row.by_id == concern.reporter_id]
    others = [name for name in by_writer if name != concern.whom]
    earlier = _about_the_same(viewer, concern)
    return {
        "concern": concern,
        "said": said(concern, others, concern.reporter.name),
        "steps": steps,
        "shut_out": list(dict.fromkeys(row.person.name for row in shut_out)),
        "entries": list(concern.entries.select_related("by", "person").order_by("id")),
        "decisions": list(concern.decisions.select_related("by").order_by("-id")),
        "earlier": earlier,
        "count": beside.count_words([concern, *earlier]),
        "reasons": _reasons(concern, earlier),
        "taken": concern.holder_id == viewer.person.pk
        and not any(step.kind in adults.LOOKS for step in steps),
        "moves": _moves(concern, steps),
    }


def _about_the_same(viewer: Viewer, concern: AdultConcern) -> list[AdultConcern]:
    """Other concerns about the same adult that the viewer may see, newest first. Recorded."""
    if not concern.subject_id:
        return []
    rows = AdultConcern.objects.visible_to(viewer).about(concern.subject).exclude(pk=concern.pk)
    decisions = AdultDecision.objects.order_by("-id")
    rows = rows.select_related("reporter").prefetch_related(Prefetch("decisions", decisions))
    rows = rows.order_by("-received_at", "-id")
    return sight.shown(viewer, rows, reason="beside a concern about the same adult")


def _reasons(concern: AdultConcern, earlier: list[AdultConcern]) -> list[str]:
    every = [concern, *earlier]
    times = [row.received_at for row in every]
    decided = (decision.sort for row in earlier for decision in row.decisions.all())
    return adults.reasons(
        len(every),
        len({row.reporter_id for row in every}),
        (max(times) - min(times)).days,
        Sort.HARM in {*(row.sort for row in earlier), *decided},
    )


def _moves(concern: AdultConcern, steps: list[AdultStep]) -> list[Move]:
    """The reader's acts, each with why it is not possible now. The acts check this again."""
    state = State(concern.state)
    shut = REOPEN_FIRST if state is State.CLOSED else ""
    held = "; ".join(dict.fromkeys(step.words for step in steps if step.holds_open))
    if shut:
        close = "It is closed already."
    elif not may_follow(state, State.CLOSED):
        close = "Decide first."
    else:
        close = f"Still to do: {held}." if held else ""
    moves = [
        ("Decide", "adult_decide", shut),
        ("Record a conversation with the LADO or the police", "adult_speak", shut),
        ("Add a note", "adult_note", shut),
        ("Give the person who wrote it a word back", "adult_tell", ""),
        ("Say whom it is about", "adult_about", ""),
        ("Shut somebody out", "adult_exclude", ""),
        ("Hand it on", "adult_hand", shut),
        ("Close it", "adult_close", close),
        ("Reopen it", "adult_reopen", "" if shut else "It is open."),
    ]
    return [Move(words, reverse(name, args=[concern.uid]), no) for words, name, no in moves]
