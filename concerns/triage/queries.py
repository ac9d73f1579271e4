"""The lead's queue, what is shown beside a concern that is read, and what triage forms offer.

What the queue's filters offer is in `reading/queue_filters.py`, its orders and paging are in
`reading/queue_order.py`, its rows in `reading/queue_row.py`. Only open concerns are counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.http import Http404

from concerns.doors import ledger, page_subject, sight
from concerns.doors.gate import address_if_open, may_open
from concerns.forms import past_moment
from concerns.forms.base_form import PostedFields, parse_uuid
from concerns.models import (
    Child,
    Concern,
    ConcernChild,
    Conversation,
    Decision,
    Draft,
    Handing,
    Mark,
    Person,
    SavedView,
    Step,
    Viewer,
)
from concerns.models.child.child_details import Sighting
from concerns.models.concern.draft import UnsentDrafts
from concerns.models.response.decision import needs_advice_first
from concerns.models.response.watch import staff_to_ask_about
from concerns.reading import child_story, concern_history, pickers, queue_row
from concerns.reading.child_file import ChildFile, has_known_siblings
from concerns.reading.concern_history import ConcernHistory
from concerns.reading.described_child import match_descriptions
from concerns.reading.kinds_present import find_kinds_present
from concerns.reading.queue_filters import LATE, QueueFilters, apply_queue_filters
from concerns.reading.queue_order import go_on_after, order_queue, queue_place_of_row
from concerns.reading.queue_row import QueueRow
from concerns.rules.calendars import picture_review_day
from concerns.rules.child_file_vocabulary import SeenHow
from concerns.rules.clocks import StepKind
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import May
from concerns.rules.words import ChildPart, ChildSeen, SiblingsConsidered, SpokenTo
from concerns.triage.forms import render_queue_filters
from concerns.workflow import available_actions
from concerns.workflow.closing import facts_for_watch_rule, reason_not_to_end
from concerns.workflow.decision_checks import reason_for_full_decision

PAGE = 25
# Concerns that can be handed on at once.
MOST_HANDED = 100
# What is counted above the queue, in words that follow a number.
_COUNTED = (
    (LATE, "late"),
    (State.WAITING.value, "waiting for a first look"),
    (State.TAKEN.value, "being decided"),
    (State.DECIDED.value, "being carried out"),
)


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, as `triage/queue.html` shows it. `counts` are (filter, words, number).
    `more` is the query string of the next page, empty on the last. `lost`: the place to go on from
    no longer exists. `later`: this is not the first page. `views` are (name, query string) of the
    viewer's own. `covered`: names and words are not shown. `may_hand`: rows may be ticked."""

    wanted: QueueFilters
    rows: list[QueueRow]
    counts: list[tuple[str, str, int]]
    more: str
    lost: bool
    later: bool
    lying: UnsentDrafts
    views: list[tuple[str, str]]
    covered: bool
    may_hand: bool

    @property
    def filters_as_html(self) -> str:
        """The HTML of the filters, with what was chosen."""
        return render_queue_filters(self.wanted.selects)


def read_queue_page(
    viewer: Viewer, asked: Mapping[str, str], *, covered: bool = False
) -> QueuePage:
    """A page of the queue by the filters and in the order `asked`. Recorded. `covered`: without
    names and words."""
    visible = Concern.objects.visible_to(viewer)
    open_ones = _count_open_by_holder(visible, viewer.now)
    holders = _list_filter_holders(viewer, open_ones, asked.get("holder", ""))
    wanted = QueueFilters.from_query(asked, viewer, holders)
    rows = apply_queue_filters(visible, wanted, viewer)
    rows = order_queue(viewer, rows, wanted.order, closed=wanted.closed)
    after = asked.get("after", "")
    following = (
        go_on_after(viewer, rows, after, visible, wanted.order, closed=wanted.closed)
        if after
        else None
    )
    rows = rows if following is None else following
    found, more = sight.read_page_of_list(viewer, queue_row.with_queue_columns(rows), PAGE)
    return QueuePage(
        wanted=wanted,
        rows=queue_row.build_queue_rows(viewer, found, covered=covered),
        counts=_count_by_filter(viewer, open_ones),
        more=wanted.query_string(after=queue_place_of_row(found[-1], wanted.order)) if more else "",
        lost=bool(after) and following is None,
        later=following is not None,
        lying=Draft.objects.unsent_summary(viewer),
        views=_list_own_views(viewer, covered),
        covered=covered,
        # Closed ones are opened again first.
        may_hand=viewer.has_power(May.TAKE) and not wanted.closed,
    )


def _list_own_views(viewer: Viewer, covered: bool) -> list[tuple[str, str]]:
    """(name, query string) of the viewer's views. A name may hold a child's, so it may be
    covered."""
    rows = SavedView.objects.own_views(viewer).values_list("name", "query")
    return [
        (f"View {number}" if covered else name, query)
        for number, (name, query) in enumerate(rows, start=1)
    ]


def read_filters_to_save(viewer: Viewer, query: str) -> QueueFilters:
    """The filters in the query string of a queue, to save as a view."""
    asked = dict(parse_qsl(query))
    holders = _list_filter_holders(viewer, [], asked.get("holder", ""))
    return QueueFilters.from_query(asked, viewer, holders)


def list_own_views(viewer: Viewer) -> list[SavedView]:
    return list(SavedView.objects.own_views(viewer))


def get_own_view(viewer: Viewer, uid: str) -> SavedView:
    """The viewer's own view with this uid, to change it. Raises Http404."""
    key = parse_uuid(uid)
    if key is None:
        raise Http404
    return sight.get_one_or_404(viewer, SavedView.objects.own_views(viewer), key)


def read_concerns_to_hand(
    viewer: Viewer, chosen: Iterable[str], *, covered: bool = False
) -> tuple[dict[Concern, int], list[QueueRow]]:
    """The concerns ticked in the queue, each with its version as the page was made, and their
    rows. Recorded. `chosen` are uids, with a dot and the version on a page that was sent; what is
    not one, or not the viewer's to see, is left out."""
    parts = [one.partition(".") for one in chosen]
    versions = {parse_uuid(uid): version for uid, _, version in parts[:MOST_HANDED]}
    ticked = Concern.objects.visible_to(viewer).filter(uid__in=versions.keys() - {None})
    rows = queue_row.with_queue_columns(ticked).order_by("rank", "next_due_at", "id")
    found = sight.read_list(viewer, rows, reason="to hand several on")
    read: dict[Concern, int] = {
        one: int(said) if (said := versions[one.uid]).isdecimal() else one.version for one in found
    }
    return read, queue_row.build_queue_rows(viewer, found, covered=covered)


def count_just_handed(viewer: Viewer, uid: str) -> tuple[int, str]:
    """How many concerns the viewer handed over with the handing `uid`, which comes from an address,
    and to whom; (0, "") if it is not one of theirs."""
    key = parse_uuid(uid)
    made = Handing.objects.visible_to(viewer).filter(by=viewer.person)
    one = made.filter(uid=key).select_related("to").first() if key else None
    return (made.filter(to=one.to, at=one.at).count(), one.to.name) if one else (0, "")


def _count_open_by_holder(visible, now: datetime) -> list[dict]:
    """The numbers of open and late concerns by state and holder, in one query."""
    late = Count("pk", filter=Q(next_due_at__lt=now))
    of_holder = ("holder__uid", "holder__name", "holder__email")
    by = visible.open().values("state", *of_holder).order_by()
    return list(by.annotate(n=Count("pk"), late=late))


def _count_by_filter(viewer: Viewer, open_ones: list[dict]) -> list[tuple[str, str, int]]:
    """(filter, words, number) for the open concerns; without the late ones for whoever sees no
    steps."""
    counted: Counter[str] = Counter()
    for row in open_ones:
        counted[row["state"]] += row["n"]
        counted[LATE] += row["late"]
    shown = _COUNTED[1:] if viewer.reads_part else _COUNTED
    return [(key, words, counted[key]) for key, words in shown]


def _list_filter_holders(
    viewer: Viewer, open_ones: list[dict], asked: str
) -> tuple[tuple[str, str], ...]:
    """(uid, name) of everyone who holds an open concern, even if gone, by name; and of whoever is
    asked for, so that a saved view stands while they hold nothing."""
    people = {
        (row["holder__uid"], row["holder__name"], row["holder__email"])
        for row in open_ones
        if row["holder__uid"]
    }
    key = parse_uuid(asked)
    if key and all(uid != key for uid, _, _ in people):
        also = Person.objects.of_school(viewer).filter(uid=key)
        people |= set(also.values_list("uid", "name", "email"))
    return tuple(pickers.people_as_choices(people))


# Reading one concern


@sight.commit_once()
def read_concern_page(viewer: Viewer, uid, about: str = "") -> dict:
    """A concern with what happened to it, its children's stories and what may be done. Recorded:
    the lines of all that the page shows are written with one commit.

    `about`: the category to which the stories beside it are limited, if one was chosen.
    """
    history = concern_history.load_concern_history(sight.open_concern(viewer, uid), viewer)
    concern = history.concern
    steps = history.steps
    first = concern_history.most_pressing_step(steps)
    marks = [mark.place for mark in history.marks]
    stories = _open_stories(viewer, history, whole_files=False)
    stories, story_filter = child_story.filter_stories(stories, about)
    return {
        **_account_and_rulings(history),
        "story_filter": story_filter,
        "why": concern_history.explain_queue_position(
            concern, first, _route_of_step(first), viewer.todays_date, marks
        ),
        "described": match_descriptions(viewer, history.children),
        "stories": stories,
        "steps": [(step, _address_of_step(viewer, step)) for step in steps],
        "happenings": concern_history.list_history_events(history),
        **_available_actions(viewer, concern, steps),
    }


@sight.commit_once()
def read_concern_to_decide(viewer: Viewer, uid) -> dict:
    """A concern with what was decided, and its children's stories and whole files, to decide beside
    them. Recorded with one commit, as `read_concern_page`."""
    history = concern_history.load_concern_history(sight.open_concern(viewer, uid), viewer)
    stories = _open_stories(viewer, history, whole_files=True)
    stories, story_filter = child_story.filter_stories(stories, "")
    return {
        **_account_and_rulings(history),
        "story_filter": story_filter,
        "stories": stories,
    }


def _open_stories(
    viewer: Viewer, history: ConcernHistory, *, whole_files: bool
) -> list[child_story.ChildStory]:
    rolled = [row for row in history.children if row.child_id]
    stories = sight.open_stories_beside(
        viewer, history.concern, rolled, "beside a concern", whole_files=whole_files
    )
    page_subject.note_history_read(history)
    return stories


def _account_and_rulings(history: ConcernHistory) -> dict:
    return {
        "concern": history.concern,
        "history": history,
        "facts": concern_history.list_account_answers(history.concern),
        "additions": concern_history.list_writer_additions(history),
        "rulings": concern_history.match_decisions_to_children(history),
    }


def read_concern_to_print(viewer: Viewer, uid) -> dict:
    """A concern with all that was decided, sent, said and is still to do, for a print.

    Recorded as taken out, before it is shown. Raises Http404.
    """
    found = sight.open_concern(viewer, uid, Kind.EXPORTED)
    history = concern_history.load_concern_history(found, viewer)
    return {
        **_account_and_rulings(history),
        "steps": history.steps,
        "happenings": concern_history.list_history_events(history),
    }


def children_by_name(viewer: Viewer, concern: Concern) -> str:
    """The names of the children of a concern of whom the viewer may read, as text."""
    rows = ConcernChild.objects.filter(concern=concern).in_part_of(viewer)
    return ", ".join(row.name for row in rows.select_related("child").order_by("id"))


def read_sorting_page(viewer: Viewer, uid) -> dict:
    """A concern to sort into categories, with what was written. Recorded."""
    history = concern_history.load_concern_history(sight.open_concern(viewer, uid), viewer)
    concern = history.concern
    return {
        "concern": concern,
        "history": history,
        "facts": concern_history.list_account_answers(concern),
        "additions": concern_history.list_writer_additions(history),
    }


def _available_actions(viewer: Viewer, concern: Concern, steps: list[Step]) -> dict:
    """What the page offers: only what the acts would not refuse this viewer."""
    take = available_actions.action_to_take_on(viewer, concern, steps)
    moves = available_actions.other_actions(concern, steps)
    return {
        "take": take if may_open(viewer, take.page) else None,
        "moves": [move for move in moves if may_open(viewer, move.page)],
        "may_keep": may_open(viewer, "triage_keep") and available_actions.may_keep(concern, steps),
    }


def _route_of_step(step: Step | None) -> str:
    return step.referral.route if step and step.referral else ""


def _address_of_step(viewer: Viewer, step: Step) -> str:
    place = step.page_name_and_uid
    return address_if_open(viewer, *place) if place else ""


def get_decision_questions(viewer: Viewer, concern: Concern) -> dict:
    """The arguments of the form that decides on `concern`, but for what stands in it beforehand.
    This reading is not recorded: the page around the form records it."""
    found = find_kinds_present((Mark, Decision, Conversation), "concern_id", [concern.pk])
    if Mark not in found:
        prefetch_related_objects([concern], Prefetch("marks", Mark.objects.none()))
    made = concern_history.list_decisions(concern) if Decision in found else []
    talked = Conversation.objects.where_reached(concern, SpokenTo.PARENT)
    return {
        **_questions_of_decision(viewer, concern),
        "rows": concern_history.list_subject_children(concern),
        "last": concern_history.latest_decision_by_child(made),
        "refer_now": Step.objects.has_open_step(concern, StepKind.REFER_NOW),
        "spoken": Conversation in found and talked.exists(),
    }


def get_decision_questions_beside(
    viewer: Viewer, history: ConcernHistory, stories: list[child_story.ChildStory]
) -> dict:
    """As `get_decision_questions`, of a concern whose rows have been read, with what the children's
    files already give (`find_known_answers`)."""
    concern = history.concern
    rows = [row for row in history.children if row.part == ChildPart.ABOUT]
    talked = Conversation.objects.where_reached(concern, SpokenTo.PARENT)
    files = [story.file for story in stories if isinstance(story.file, ChildFile)]
    return {
        **_questions_of_decision(viewer, concern),
        "rows": rows,
        "last": concern_history.latest_decision_by_child(history.decisions),
        "refer_now": any(step.kind == StepKind.REFER_NOW for step in history.steps),
        "spoken": bool(history.conversations) and talked.exists(),
        "known": find_known_answers(viewer, concern, rows, files),
    }


def _questions_of_decision(viewer: Viewer, concern: Concern) -> dict:
    return {
        "staff": pickers.list_staff_to_name(viewer, concern),
        "full": reason_for_full_decision(concern),
        "advice": needs_advice_first(concern),
        "again": picture_review_day(viewer.school.school_calendar, viewer.todays_date, concern.pk),
    }


def find_known_answers(
    viewer: Viewer,
    concern: Concern,
    rows: list[ConcernChild],
    files: Sequence[ChildFile] | None = None,
) -> dict:
    """Answers of the decision form that the children's files already give, by field name.

    Whether the children were seen since the concern came in, as the last sighting says; and that
    no brother or sister is known, where no file has one. Nothing is said of siblings who are known,
    or of a child who is not on the roll: that is for whoever decides. `files` are those of the
    concern's children, if the page has read them: what they do not have is not asked for again.
    """
    children = [row.child for row in rows if row.child]
    own = None if files is None else [file for file in files if file.child in children]
    known: dict[str, object] = {"child_seen": ChildSeen.NOT_YET}
    if own is None or any(file.seen for file in own):
        known |= _known_sighting(viewer, concern, children)
    siblings = (
        has_known_siblings(viewer, children)
        if own is None
        else any(file.siblings_here or file.siblings_elsewhere for file in own)
    )
    if len(children) == len(rows) and not siblings:
        known["siblings"] = SiblingsConsidered.NONE
    return known


def _known_sighting(viewer: Viewer, concern: Concern, children: list[Child]) -> dict[str, object]:
    """By field name: how, by whom and when the children were last spoken to since `concern` came
    in; {} if they were not."""
    sightings = Sighting.objects.not_hidden_from(viewer)
    seen = sightings.spoken_to_since(children, concern.received_at).select_related("by")
    last = seen.order_by("-happened_at", "-id").first()
    if last is None:
        return {}
    alone = last.how == SeenHow.ALONE
    return {
        "child_seen": ChildSeen.HEARD_ALONE if alone else ChildSeen.SEEN,
        "seen_by": str(last.by.uid),
        **past_moment.fields_set_to_moment("seen", last.happened_at),
    }


def get_keep_questions(viewer: Viewer, concern: Concern) -> dict:
    """The arguments of the form that keeps `concern` with the picture
    (`forms/light_decision.py`)."""
    own = concern.reporter_id == viewer.person.pk
    return {
        "rows": concern_history.list_subject_children(concern),
        "again": picture_review_day(viewer.school.school_calendar, viewer.todays_date, concern.pk),
        "today": viewer.todays_date,
        "tells": "" if own else concern.reporter.name,
    }


def find_next_to_read(viewer: Viewer, was: Concern) -> dict:
    """Where to redirect after keeping `was`: to the next concern to read, which the banner above
    that page offers after every act too; or to `was` itself if there is none."""
    following = Concern.objects.visible_to(viewer).next_to_read(viewer, was)
    return {"to": "triage_read", "uid": (following or was).uid, "query": "?next"}


def list_deciders_beside(viewer: Viewer) -> list[Person]:
    """Everybody else who may decide here. Whether they may see each concern, its act decides."""
    people = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    return list(people.exclude(pk=viewer.person.pk))


def list_handover_colleagues(viewer: Viewer, concern: Concern) -> list[Person]:
    """Colleagues it can be handed over to: they may decide and see it, and do not hold it."""
    people = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    has = filter(None, [viewer.person.pk, concern.holder_id])
    return list(people.exclude(pk__in=has).not_excluded_from(concern))


def read_what_closing_needs(viewer: Viewer, concern: Concern) -> dict:
    """Why `concern` may not be closed yet, and (words, address) of what is to be done first, each
    once. The address is empty if the viewer may not do it."""
    steps = list(Step.objects.open_steps_of_concern(concern))
    to_do = [
        (step.step_in_words, _address_of_step(viewer, step))
        for step in steps
        if step.is_holding_open
    ]
    why_not = reason_not_to_end(concern, steps)
    return {"why_not": why_not, "to_do": list(dict.fromkeys(to_do))}


def get_closing_questions(viewer: Viewer, concern: Concern) -> dict:
    """The arguments of the form that closes: who can be asked, and whether an ending opens a watch.
    `own`: the viewer wrote the concern themselves."""
    asks = {"closing": facts_for_watch_rule(concern), "staff": staff_to_ask_about(viewer, concern)}
    return {**asks, "own": concern.reporter_id == viewer.person.pk}


def get_refiling_questions(viewer: Viewer, concern: Concern, typed: PostedFields) -> dict:
    """The arguments of the refiling form: the rows it is filed under, and the children picked."""
    rows = ConcernChild.objects.not_misfiled().filter(concern=concern).select_related("child")
    chosen = pickers.get_picked_children(viewer, typed.unique_uids("child"))
    return {"rows": list(rows.order_by("part", "id")), "chosen": list(chosen.values())}


def read_refilings(viewer: Viewer, uid) -> tuple[ConcernHistory, list[tuple]]:
    """A concern with its rows, and each refiling with the people who had opened it before.

    The last pair is (None, everybody who has opened it so far). Recorded.
    """
    history = concern_history.load_concern_history(sight.open_concern(viewer, uid), viewer)
    moves = history.refilings
    readers = ledger.first_readings_of(history.concern, history.children, moves)
    told = [(row, [line for line in readers if line.at < row.at]) for row in moves]
    return history, [*told, (None, readers)]
