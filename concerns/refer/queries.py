"""What the pages of a referral, a conversation and a meeting show.

Reading a referral is recorded as reading its concern.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Prefetch, Q
from django.http import Http404

from concerns.doors import sight
from concerns.models import (
    Addition,
    Attachment,
    ChaseCall,
    Child,
    ComingMeeting,
    Concern,
    ConcernChild,
    Conversation,
    DecisionChild,
    DecisionRoute,
    Meeting,
    Person,
    Referral,
    ReferralEvent,
    Step,
    Viewer,
)
from concerns.models.concern.attachment import RowWithFiles
from concerns.models.response.conversation import tries_in_words
from concerns.paper import chronology_print
from concerns.paper.chronology_print import ChronologyPrint
from concerns.paper.referral_pack import count_unknown, list_pack_sections, sibling_rows
from concerns.reading import concern_history
from concerns.reading.chronology_places import ChronologyFilters
from concerns.reading.concern_files import join_files, read_files
from concerns.refer.acts import UNTOLD
from concerns.rules.child_file_vocabulary import ChronologySort
from concerns.rules.clocks import MEETINGS, StepKind
from concerns.rules.roles import May
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ParentsTold, Route, SpokenTo


def get_concern_and_children(viewer: Viewer, uid) -> tuple[Concern, list[ConcernChild]]:
    """The concern that a conversation is recorded on, and the children it is about.

    Raises Http404.
    """
    concern = sight.get_concern_to_change(viewer, uid)
    return concern, concern_history.list_subject_children(concern)


def read_conversations_page(viewer: Viewer, uid) -> dict:
    """The concern, its conversations so far, the steps that wait for another, and the files of its
    children, with whom to ring. Recorded."""
    concern = sight.open_concern(viewer, uid)
    children = [row.child for row in concern_history.list_subject_children(concern) if row.child]
    rows = Conversation.objects.filter(concern=concern).select_related("by")
    owed = Step.objects.open().filter(concern=concern).in_order().select_related("holder")
    wanted = (StepKind.SEEK_ADVICE, StepKind.SPEAK_TO_PARENTS)
    steps = list(owed.filter(kind__in=wanted))
    talks = list(rows.order_by("happened_at", "id"))
    join_files(talks, read_files(concern))
    return {
        "concern": concern,
        "talks": talks,
        "tried": tries_in_words(talks, SpokenTo.PARENT),
        "to_parents": any(step.kind == StepKind.SPEAK_TO_PARENTS for step in steps),
        "steps": steps,
        "advice_first": any(step.kind == StepKind.SEEK_ADVICE for step in steps),
        "files": sight.open_child_files(viewer, children, "for a conversation"),
    }


def find_deciders_by_uid(viewer: Viewer, concern: Concern) -> dict[str, Person]:
    """Who may hold an action from a meeting, by uid.

    Only those who may decide on the concern: nobody else can open the page where it is done.
    """
    may = Person.objects.who_may(May.DECIDE, viewer.school, viewer.todays_date)
    return {str(person.uid): person for person in may.not_excluded_from(concern)}


def read_meetings_page(viewer: Viewer, uid) -> dict:
    """The concern, its meetings so far, and the steps that wait for the next one. Recorded."""
    concern = sight.open_concern(viewer, uid)
    wanted = MEETINGS | {StepKind.GO_TO_MEETING}
    owed = Step.objects.open().filter(concern=concern, kind__in=wanted).in_order()
    owed = owed.select_related("holder", "coming").prefetch_related("coming__changes")
    held = list(concern_history.meetings_with_actions().filter(concern=concern))
    join_files(held, read_files(concern))
    return {
        "concern": concern,
        "meetings": held,
        "steps": list(owed),
    }


def get_coming_meeting(viewer: Viewer, uid) -> ComingMeeting:
    """A meeting to come, for an act. Not recorded: the act writes its own line. Raises Http404."""
    rows = ComingMeeting.objects.visible_to(viewer).select_related("concern", "goes")
    return sight.get_one_or_404(viewer, rows.prefetch_related("changes"), uid)


def read_refer_again_page(viewer: Viewer, uid) -> dict:
    """The concern, the "no further action" before it, and whether referring again is still owed.

    Recorded.
    """
    concern = sight.open_concern(viewer, uid)
    owed = Step.objects.open().filter(concern=concern, kind=StepKind.REFER_AGAIN)
    return {
        "concern": concern,
        "known": sight.read_for_new_referral(viewer, concern),
        "owed": owed.exists(),
    }


def get_referral_to_change(viewer: Viewer, uid) -> Referral:
    """A referral for an act. It is not recorded as a reading: the act writes its own line.

    Raises Http404.
    """
    rows = Referral.objects.visible_to(viewer).select_related("concern", "decision__by")
    return sight.get_one_or_404(viewer, rows.prefetch_related("events"), uid)


def get_entry_for_files(viewer: Viewer, uid) -> RowWithFiles:
    """The conversation, the meeting or what happened to a referral to which files are added. Not
    recorded: the page that asks for them is. Raises Http404."""
    rows = [
        Conversation.objects.select_related("concern", "by"),
        Meeting.objects.select_related("concern", "by").prefetch_related("actions__holder"),
        ReferralEvent.objects.select_related("referral__concern", "by"),
    ]
    found = (kind.visible_to(viewer).filter(uid=uid).first() for kind in rows)
    entry = next((row for row in found if row), None)
    if entry is None:
        raise Http404
    return entry


def read_page_of_files(viewer: Viewer, entry: RowWithFiles) -> dict:
    """What files are added to, with those that it has, and its concern. Recorded."""
    concern = sight.open_concern(viewer, entry.concern_of_entry.uid)
    join_files([entry], read_files(concern))
    column = Attachment.column_of_entry(entry)
    kind = Attachment.ENTRIES[column]
    return {"concern": concern, "entry": entry, "column": column, "column_words": kind}


def find_number_to_ring(viewer: Viewer, referral: Referral) -> str:
    """The telephone number last rung about the referral.

    Before the first call: the front door's if it went to social care, else empty.
    """
    last = ChaseCall.objects.filter(referral=referral).order_by("-id").first()
    authority = viewer.school.authority.front_door if referral.route == Route.SOCIAL_CARE else ""
    return last.telephone if last else authority


def read_referral_progress(viewer: Viewer, referral: Referral) -> dict:
    """The referral with its events and calls, its children, and its open steps. Recorded.

    `second`: the viewer is not who decided to refer, and so may withdraw it.
    """
    concern = sight.open_concern(viewer, referral.concern.uid)
    events = ReferralEvent.objects.select_related("by").order_by("happened_at", "id")
    calls = ChaseCall.objects.select_related("by").order_by("happened_at", "id")
    events = events.prefetch_related("promises")
    routes = DecisionRoute.objects.select_related("adult").order_by("id")
    found = (
        Referral.objects.filter(pk=referral.pk)
        .select_related("decision__by")
        .prefetch_related(
            Prefetch("events", events),
            Prefetch("decision__routes", routes),
            Prefetch("chases", calls),
        )
        .get()
    )
    join_files(found.events.all(), read_files(concern))
    links = DecisionChild.objects.filter(decision=found.decision_id)
    links = links.select_related("concern_child__child").order_by("id")
    owed = Step.objects.open().filter(referral=found).in_order().select_related("holder")
    children = [link.concern_child for link in links]
    return {
        "concern": concern,
        "referral": found,
        "children": children,
        "steps": list(owed),
        "second": found.decision.by_id != viewer.person.pk,
    }


def read_referral_pack(
    viewer: Viewer,
    referral: Referral,
    child: str,
    *,
    left_out: Collection[UUID] = (),
    what: str = "a pack for an agency",
    **given,
) -> dict:
    """The pack that goes to the agency with the referral, about one child. Of other children it
    names brothers and sisters alone, but for those with a uid in `left_out`. Recorded.

    `child` is the uid of a child it is for; empty: the first. `given` (from the cover form) says
    whether this is a preview or the print itself, and which names are covered. Raises Http404 if
    the referral is for no such child on the roll.
    """
    shown = read_referral_progress(viewer, referral)
    own = [row.child for row in shown["children"] if row.child_id]
    one = next((each for each in own if str(each.uid) == child or not child), None)
    if one is None:
        raise Http404
    found = chronology_print.read_chronology_print(
        viewer, one.uid, ChronologyFilters(), what=what, **given
    )
    said = Concern.objects.visible_to(viewer).filter(children__in=one.concern_rows.subjects_only())
    said = said.select_related("reporter").order_by("occurred_at", "received_at", "id")
    file = sight.open_child_files(viewer, [one], "for a pack")[0]
    consent = _list_consent(viewer, shown["referral"], one, found)
    sections = list_pack_sections(viewer.school, file, consent, left_out)
    return {
        **shown,
        "print": found,
        "file": file,
        "sections": sections,
        "siblings": sibling_rows(file),
        "unknown_count": count_unknown(sections),
        "voice": [
            (row, found.cover_other_children(row.child_words)) for row in said if row.child_words
        ],
        "why": [line for line in found.lines if line.entry.uid == shown["referral"].decision.uid],
        "tried": [
            line
            for line in found.lines
            if line.entry.sort in (ChronologySort.DECISION, ChronologySort.SAID)
        ],
        "outside": [line for line in found.lines if line.entry.sort == ChronologySort.OUTSIDE],
        "others": [each for each in own if each != one],
    }


def _list_consent(
    viewer: Viewer, referral: Referral, child: Child, found: ChronologyPrint
) -> list[str]:
    """What is known of consent to the referral, the last first: what parents or the child said to
    it, and why parents are not told. The names of other children are covered."""
    talks = Conversation.objects.visible_to(viewer).filter(concern=referral.concern_id)
    own = Q(concern_child=None) | Q(concern_child__child=child)
    lines = [
        f"{talk.consent_words}. {talk.spoken_to_words}, {talk.who}, "
        f"{format_date_or_time(talk.happened_at)}: {talk.said}"
        for talk in talks.filter(own).exclude(consent="").order_by("-happened_at", "-id")
    ]
    decision = referral.decision
    if decision.parents_told == ParentsTold.NO:
        lines.append(f"{UNTOLD}{decision.parents_why_not}")
    notes = Addition.objects.visible_to(viewer).filter(concern=referral.concern_id, for_leads=True)
    lines += [note.words for note in notes.order_by("-id") if note.words.startswith(UNTOLD)]
    return [found.cover_other_children(line) for line in lines]


def read_referral_call_page(viewer: Viewer, referral: Referral) -> dict:
    """What `read_referral_progress` gives, and all that a telephone call about it needs.

    That is: what was written, what parents know, and for each child the file and the concerns
    before. Reading these is recorded too.
    """
    shown = read_referral_progress(viewer, referral)
    concern = shown["concern"]
    history = concern_history.load_concern_history(concern, viewer)
    children = shown["children"]
    rolled = [row for row in children if row.child_id]
    return {
        **shown,
        "history": history,
        "stories": sight.open_stories_beside(
            viewer, concern, rolled, "for a referral", whole_files=True
        ),
        "facts": concern_history.list_account_answers(concern),
        "additions": concern_history.list_writer_additions(history),
        "told": concern_history.list_decision_answers(shown["referral"].decision),
    }
