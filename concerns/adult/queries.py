"""Reads for the pages on concerns about adults: the writer's pages, then the reader's."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import Http404

from concerns.doors import ledger, sight
from concerns.doors.gate import may_open
from concerns.models import (
    AdultConcern,
    AdultDecision,
    AdultEntry,
    AdultExclusion,
    AdultStep,
    Authority,
    IntegrityFault,
    Notice,
    Person,
    Post,
    Viewer,
)
from concerns.models.adult.adult_concern import (
    find_reader_posts,
    prefer_posts_not_away,
    readers_in_post,
)
from concerns.reading import child_story, pickers
from concerns.rules import adult_vocabulary
from concerns.rules.adult_vocabulary import AdultConcernSort, AdultEventKind
from concerns.rules.kinds import Kind
from concerns.rules.roles import May, Role
from concerns.workflow.adult_escalation import EscalatedAdultConcern, list_escalated_to
from concerns.workflow.adult_readings import (
    leads_to_bring_in,
    list_readings_of_leads,
    reason_not_to_bring_in,
)
from concerns.workflow.available_actions import AvailableAction, action_on_page, possible_first
from concerns.workflow.closing import reason_not_to_close, reason_to_reopen_first

NOBODY_BROUGHT_IN = "No lead has been brought in."
A_PAGE = 50
FEW = 20


def list_staff_and_oneself(viewer: Viewer) -> dict[str, Person]:
    """Everybody who works here today, by uid, the viewer first: a reader may be the subject, or
    want to exclude themselves."""
    others = pickers.get_colleagues_by_uid(viewer)
    found = {uid: colleague.person for uid, colleague in others.items()}
    return {str(viewer.person.uid): viewer.person} | found


@dataclass(frozen=True)
class AdultContact:
    """A reader to go to in person. `about` says for concerns about whom."""

    person: Person
    title: str
    about: str


def find_adult_contacts(viewer: Viewer, passed_by: Collection[str] = ()) -> list[AdultContact]:
    """The head and the chair, without the viewer, anybody away and the uids in `passed_by`."""
    every = sorted(readers_in_post(viewer.school, viewer.todays_date), key=_reader_sort_key)
    able = [post for post in every if str(post.person.uid) not in passed_by]
    found: dict[int, AdultContact] = {}
    for post in prefer_posts_not_away(
        [post for post in able if post.person_id != viewer.person.pk]
    ):
        title = post.title or Role(post.role).title_words
        found.setdefault(
            post.person_id, AdultContact(post.person, title, _contact_reason_words(post, every))
        )
    return list(found.values())


def _contact_reason_words(post: Post, every: list[Post]) -> str:
    """For concerns about whom one goes to the holder of `post`, in words."""
    others = [other for other in every if other.role != post.role]
    if others and all(other.away for other in others):
        return f"about anybody, while the {Role(others[0].role).title_words.lower()} is away"
    return "when it is about the head" if post.role == Role.CHAIR else "about anybody else"


def _reader_sort_key(post: Post) -> int:
    return adult_vocabulary.READERS.index(Role(post.role))


def get_school_authority(viewer: Viewer) -> Authority:
    return viewer.school.authority


# The writer's pages


def find_adult_concern_of_draft(viewer: Viewer, draft: uuid.UUID) -> AdultConcern | None:
    """The concern that the viewer sent from `draft`, if any."""
    return AdultConcern.objects.written_by(viewer).filter(draft=draft).first()


def get_own_adult_concern(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """A concern the viewer wrote, for an act or the receipt. Not recorded. Raises Http404."""
    return sight.get_one_or_404(viewer, sight.query_own_adult_concerns(viewer), uid)


def list_own_adult_concerns(
    viewer: Viewer, before: uuid.UUID | None
) -> tuple[list[AdultConcern], bool]:
    """A page of the viewer's own concerns, newest first, and whether there are more. The page shows
    references, states and words back, but no names."""
    rows = sight.query_own_adult_concerns(viewer).order_by("-id")
    if before:
        rows = rows.filter(id__lt=get_own_adult_concern(viewer, before).pk)
    words = (
        AdultEntry.objects.filter(what=AdultEventKind.WORD_BACK).select_related("by").order_by("id")
    )
    return sight.read_page_of_list(viewer, rows.prefetch_related(Prefetch("entries", words)), FEW)


@dataclass(frozen=True)
class OwnAdultConcernPage:
    """A concern about an adult as its writer sees it. `said`: (question, answer) pairs. `added`:
    what the writer added. `told_back`: the words back they were given."""

    concern: AdultConcern
    said: list[tuple[str, str]]
    added: list[AdultEntry]
    told_back: list[AdultEntry]


def read_own_adult_concern(viewer: Viewer, uid: uuid.UUID) -> OwnAdultConcernPage:
    """A concern the viewer wrote, with its words, additions and words back. Recorded.

    Without a second factor it is only the reference, the state and what the writer was told.
    """
    concern = sight.open_own_adult_concern(viewer, uid)
    entries = list(concern.entries.select_related("by").order_by("id"))
    shut_out = concern.exclusions.filter(by=viewer.person, subject=False)
    names = shut_out.select_related("person").order_by("id")
    whole = viewer.may_reread
    said = list_adult_answers(concern, [row.person.name for row in names], "you") if whole else []
    return OwnAdultConcernPage(
        concern=concern,
        said=said,
        added=[row for row in entries if whole and row.what == AdultEventKind.ADDED],
        told_back=[row for row in entries if row.what == AdultEventKind.WORD_BACK],
    )


def list_adult_answers(
    concern: AdultConcern, shut_out: list[str], to: str
) -> list[tuple[str, str]]:
    """(label, words) for each question that was answered. `to` is what the page calls the writer,
    for the label of what somebody told them."""
    rows = [
        ("About", concern.named.name if concern.named else concern.described),
        ("What happened", concern.account),
        (concern.told_words_heading(to), concern.told_words),
        ("Treated as", AdultConcernSort.label_of_value(concern.sort)),
        ("When and where", concern.when_where),
        ("Children", concern.children),
        ("Told already", concern.told_already),
        ("Should not see it", "\n".join(shut_out)),
        ("Could not be read", concern.not_read),
    ]
    return [(label, words) for label, words in rows if words]


@dataclass(frozen=True)
class AdultReceiptDetails:
    """Who should read the concern and by when, as things are now, and the receipt code."""

    people: list[Post]
    step: AdultStep | None
    oneself: bool
    code: str


def build_adult_receipt(viewer: Viewer, concern: AdultConcern) -> AdultReceiptDetails:
    """What the receipt says, from the open first look and from who is in post today."""
    step = concern.steps.open().filter(kind__in=adult_vocabulary.LOOKS).in_order().first()
    able = find_reader_posts(concern, viewer.todays_date)
    others = [post for post in able if post.person_id != viewer.person.pk]
    return AdultReceiptDetails(
        others, step, len(others) < len(able), ledger.find_receipt_code(concern.uid)
    )


# The reader's pages


@dataclass(frozen=True)
class AdultListPage:
    rows: list[AdultConcern]
    more: str
    later: bool
    come: list[EscalatedAdultConcern]
    unsent: list[Notice]
    # What the daily check of the record found wrong with these.
    broken: list[IntegrityFault]


def get_escalated_concern(viewer: Viewer, uid: uuid.UUID) -> EscalatedAdultConcern:
    """A concern escalated to the viewer, for taking over. Raises Http404."""
    for one in list_escalated_to(viewer):
        if one.uid == uid:
            return one
    raise Http404


def read_adult_list(viewer: Viewer, after: uuid.UUID | None) -> AdultListPage:
    """A page of the reader's concerns: open ones first, by rank and due time. Recorded."""
    visible = AdultConcern.objects.visible_to(viewer)
    rows = visible.open_first()
    if after:
        rows = rows.after_adult_concern(sight.get_one_or_404(viewer, visible, after))
    owed = AdultStep.objects.open().in_order()
    rows = rows.select_related("subject", "holder")
    rows = rows.prefetch_related(Prefetch("steps", owed))
    found, more = sight.read_page_of_list(viewer, rows, A_PAGE)
    silent = list_escalated_to(viewer)
    if silent:
        sight.record_reading(
            viewer, Kind.LISTED, "come, not acted on", shown=[one.uid for one in silent]
        )
    unsent = list(Notice.objects.stuck_about_adults(viewer, visible)[:A_PAGE])
    broken = list(IntegrityFault.objects.about_adults(viewer)[:A_PAGE])
    more_after = str(found[-1].uid) if more else ""
    return AdultListPage(found, more_after, bool(after), silent, unsent, broken)


def get_adult_to_change(viewer: Viewer, uid: uuid.UUID) -> AdultConcern:
    """A concern for an act, whose own ledger line records the reading. Raises Http404."""
    return sight.get_one_or_404(viewer, AdultConcern.objects.visible_to(viewer), uid)


def find_handover_posts(viewer: Viewer, concern: AdultConcern) -> list[Post]:
    """Posts that would have the concern if it were handed over today. Empty if the holders of the
    other post are away or may not see it; the act is then refused."""
    to = next(role for role in adult_vocabulary.READERS if role != concern.goes_to)
    return [post for post in find_reader_posts(concern, viewer.todays_date, to) if post.role == to]


def is_still_visible(viewer: Viewer, uid: uuid.UUID) -> bool:
    return AdultConcern.objects.visible_to(viewer).filter(uid=uid).exists()


def read_adult_concern(viewer: Viewer, uid: uuid.UUID) -> dict:
    """A concern, the others about the same adult, and what may be done now. Recorded."""
    concern = sight.open_adult_concern(viewer, uid)
    steps = list(concern.steps.open().in_order())
    exclusions = AdultExclusion.objects.filter(concern=concern).select_related("person", "by")
    shut_out = list(exclusions.order_by("id"))
    by_writer = [row.person.name for row in shut_out if row.by_id == concern.reporter_id]
    others = [name for name in by_writer if name != concern.subject_in_words]
    earlier = _concerns_about_same_adult(viewer, concern)
    readings = list_readings_of_leads(viewer, concern)
    reads_all = viewer.has_power(May.ADULT)
    return {
        "concern": concern,
        "said": list_adult_answers(concern, others, concern.reporter.name),
        "steps": [(step, step.page_url if reads_all else "") for step in steps],
        "readings": readings,
        # A lead who was brought in has nothing to do but to read, and to add a note.
        "notes_alone": not reads_all,
        "shut_out": list(dict.fromkeys(row.person.name for row in shut_out)),
        "entries": list(concern.entries.select_related("by", "person").in_order_of_time()),
        "decisions": list(concern.decisions.select_related("by").order_by("-id")),
        "earlier": earlier,
        "count": child_story.count_writers_and_entries([concern, *earlier]),
        "reasons": _adult_pattern_reasons(concern, earlier),
        "take": _act_of_taking(viewer, concern, steps) if reads_all else None,
        "moves": _list_adult_acts(viewer, concern, steps, readings),
    }


def _concerns_about_same_adult(viewer: Viewer, concern: AdultConcern) -> list[AdultConcern]:
    """Other concerns about the same adult that the viewer may see, newest first. Recorded."""
    if not concern.subject:
        return []
    rows = (
        AdultConcern.objects.visible_to(viewer).about_person(concern.subject).exclude(pk=concern.pk)
    )
    decisions = AdultDecision.objects.order_by("-id")
    rows = rows.select_related("reporter").prefetch_related(Prefetch("decisions", decisions))
    rows = rows.order_by("-received_at", "-id")
    return sight.read_list(viewer, rows, reason="beside a concern about the same adult")


def _adult_pattern_reasons(concern: AdultConcern, earlier: list[AdultConcern]) -> list[str]:
    every = [concern, *earlier]
    times = [row.received_at for row in every]
    decided = (decision.sort for row in earlier for decision in row.decisions.all())
    return adult_vocabulary.pattern_reasons(
        len(every),
        len({row.reporter_id for row in every}),
        (max(times) - min(times)).days,
        AdultConcernSort.HARM in {*(row.sort for row in earlier), *decided},
    )


def _act_of_taking(
    viewer: Viewer, concern: AdultConcern, steps: list[AdultStep]
) -> AvailableAction:
    looked = not any(step.kind in adult_vocabulary.LOOKS for step in steps)
    done = "You have it." if looked and concern.holder_id == viewer.person.pk else ""
    return action_on_page("I have this", "adult_take", concern, done)


def _list_adult_acts(
    viewer: Viewer, concern: AdultConcern, steps: list[AdultStep], readings: list[AdultEntry]
) -> list[AvailableAction]:
    """The reader's acts, each with why it is not possible now. The acts check this again."""
    shut = reason_to_reopen_first(concern)
    moves = [
        ("Reopen it", "adult_reopen", "" if shut else "It is already open."),
        ("Decide", "adult_decide", shut),
        ("Record a conversation with the LADO or the police", "adult_speak", shut),
        ("Add a note", "adult_note", shut),
        ("Reply to the person who wrote it", "adult_tell", ""),
        ("Say who it is about", "adult_about", ""),
        ("Say who must not see it", "adult_exclude", ""),
        ("Bring in a lead", "adult_bring", _reason_not_offered_to_bring(viewer, concern)),
        ("End a lead's reading", "adult_end_reading", "" if readings else NOBODY_BROUGHT_IN),
        ("Hand it on", "adult_hand", shut),
        ("Close it", "adult_close", reason_not_to_close(concern, steps)),
    ]
    open_to_viewer = [move for move in moves if may_open(viewer, move[1])]
    return possible_first(
        action_on_page(words, name, concern, no) for words, name, no in open_to_viewer
    )


def _reason_not_offered_to_bring(viewer: Viewer, concern: AdultConcern) -> str:
    """Why no lead can be brought in now. It is looked up for the head alone."""
    return reason_not_to_bring_in(viewer, concern) if may_open(viewer, "adult_bring") else ""


def list_leads_by_uid(leads: Iterable[Person]) -> dict[str, Person]:
    return {str(lead.uid): lead for lead in leads}


def find_leads_to_bring_in(viewer: Viewer, concern: AdultConcern) -> dict[str, Person]:
    """The leads who can be brought in now, by uid; nobody if the act would be refused."""
    able = not reason_not_to_bring_in(viewer, concern)
    return list_leads_by_uid(leads_to_bring_in(viewer, concern) if able else ())


def find_leads_who_read(viewer: Viewer, concern: AdultConcern) -> dict[str, Person]:
    """The leads who were brought in and read it now, by uid."""
    readings = list_readings_of_leads(viewer, concern)
    return list_leads_by_uid(one.person for one in readings if one.person)
