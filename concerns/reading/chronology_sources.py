"""Lists the kinds of row that make up a child's chronology, and puts each row into words.

They are for a child whom the viewer may read about: `chronology_places.py` asks that once for all.
Of a concern about several children only what was decided, said and sent for this child is included.
Siblings at this school are included only if the viewer may see them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from concerns.models.base.case_row import CaseRow
from concerns.models.child.child import Child
from concerns.models.child.child_details import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.child.child_fact import Fact
from concerns.models.child.earlier_record import EarlierLine, EarlierRecord
from concerns.models.child.education_elsewhere import ElsewhereReview
from concerns.models.child.household import AdultFact, AdultHome, Home, Sibling, Tie
from concerns.models.child.roll_detail import LeadDetail
from concerns.models.concern.attachment import Attachment
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.concern.later_entries import Addition, Ending, Mark
from concerns.models.response.chase_call import ChaseCall
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import Decision
from concerns.models.response.meeting import Meeting
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.watch import Watch
from concerns.models.school.person import Viewer
from concerns.reading import concern_history
from concerns.reading.chronology_entry import ChronologySource, EntryText, RowWriter, SourceRows
from concerns.reading.document_entries import DOCUMENT_SOURCES
from concerns.rules.child_file_vocabulary import AdultFactKind, ChronologySort, YesNo
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ChildPart

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class PartInConcern(TypedDict):
    """The child's part in a concern, whether it is about others too, its writer's name and its
    marks, as `_concern_source_rows` annotates and fetches them."""

    part: str
    writer: str
    about_others: bool
    marks_read: list[Mark]


class DecisionStanding(TypedDict):
    """Whether a later decision for the child has superseded it: see `_decision_rows`."""

    is_superseded: bool


# Concerns and the rows on them


def _concern_source_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = Concern.objects.visible_by_key_to(viewer).filter(children__child=child)
    about = ConcernChild.objects.subjects_only().filter(concern=OuterRef("pk"))
    about = about.in_part_of(viewer)
    rows = rows.annotate(
        part=F("children__part"),
        writer=F("reporter__name"),
        about_others=Exists(about.exclude(child=child)),
    )
    # In a list of its own: as `marks` each concern would get a manager for them.
    return rows.prefetch_related(Prefetch("marks", to_attr="marks_read"))


def _on_concerns_with_child(child: Child, **more: ChildPart) -> Q:
    """Condition for rows on concerns the child is in. It does not check who may see them."""
    return Q(concern__in=ConcernChild.objects.filter(child=child, **more).values("concern"))


def _on_concerns_about_child(child: Child) -> Q:
    """Condition for rows on concerns about the child, and not those the child is only involved in:
    for rows that apply to every child whom a concern is about."""
    return _on_concerns_with_child(child, part=ChildPart.ABOUT)


def _rows_for_child(model: type[CaseRow], own: str) -> SourceRows:
    """Rows of `model` for this child, found by the lookup `own`, that the viewer may see."""

    def child_source_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
        found = model.objects.visible_to(viewer).filter(**{own: child})
        return found.annotate(writer=F("by__name"))

    return child_source_rows


# From a row of a referral to the children it is for.
_OF_A_REFERRAL = "referral__decision__children__concern_child__child"
RowOnConcern = type[Addition] | type[Ending] | type[Meeting] | type[Watch]


def _rows_on_concerns(model: RowOnConcern) -> SourceRows:
    def concern_level_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
        found = model.objects.visible_to(viewer).filter(_on_concerns_about_child(child))
        return _with_reference(found).annotate(writer=F("by__name"))

    return concern_level_rows


def _with_reference(rows: QuerySet[Any], way: str = "concern", *more: str) -> QuerySet[Any]:
    """`rows` with the uid and the reference of their concern, which is reached by `way`. Of the
    concern nothing else is read: its words alone would take longer than the row; nor what a file
    holds. `more`: what else is fetched with them."""
    fields = rows.model._meta.concrete_fields
    own = [field.name for field in fields if field.name != "content"]
    return rows.select_related(way).only(*own, f"{way}__uid", f"{way}__reference", *more)


def _decision_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    made = concern_history.decisions_newest_first().visible_to(viewer)
    made = made.filter(children__concern_child__child=child)
    later = Decision.objects.filter(concern=OuterRef("concern"), pk__gt=OuterRef("pk"))
    later = later.filter(children__concern_child__child=child)
    made = made.annotate(writer=F("by__name"), is_superseded=Exists(later))
    return _with_reference(made)


def conversations_about_child(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = _said_about_child(Conversation.objects.visible_to(viewer), child)
    return _with_reference(rows).annotate(writer=F("by__name"))


def _said_about_child(rows: QuerySet[Any], child: Child) -> QuerySet[Any]:
    """Without what was said of "the children" before a concern was moved to this child."""
    own = Q(concern_child__child=child) | Q(concern_child=None) & _on_concerns_about_child(child)
    moved = ConcernChild.objects.filter(
        concern=OuterRef("concern"), child=child, said_before__gte=OuterRef("pk")
    )
    rows = rows.filter(_on_concerns_with_child(child), own)
    return rows.exclude(Q(concern_child=None) & Exists(moved))


def _chase_call_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = _rows_for_child(ChaseCall, _OF_A_REFERRAL)(viewer, child)
    return _with_reference(rows, "referral__concern", "referral__route")


def meetings_about_child(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = _met_about_child(_rows_on_concerns(Meeting)(viewer, child), child)
    return rows.prefetch_related("actions__holder")


def _met_about_child(rows: QuerySet[Any], child: Child) -> QuerySet[Any]:
    """Without meetings held before the concern was moved to this child: they were about another."""
    moved = Refiling.objects.filter(concern=OuterRef("concern"), to=child, at__gt=OuterRef("at"))
    return rows.filter(~Exists(moved))


def referral_events_of_child(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = _rows_for_child(ReferralEvent, _OF_A_REFERRAL)(viewer, child)
    return _with_reference(rows, "referral__concern", "referral__route")


def _files_about_child(viewer: Viewer, child: Child) -> QuerySet[Any]:
    """Those that are kept, each where the chronology has what it came with. Whoever sees the file
    sees that too."""
    about = _on_concerns_about_child(child)
    entries: dict[str, QuerySet[Any]] = {
        "conversation": _said_about_child(Conversation.objects.all(), child),
        "meeting": _met_about_child(Meeting.objects.filter(about), child),
        "referral_event": ReferralEvent.objects.filter(**{_OF_A_REFERRAL: child}),
    }
    alone = Q(**dict.fromkeys(entries)) & about
    with_entry = (Q(**{f"{name}__in": rows.values("pk")}) for name, rows in entries.items())
    found = Attachment.objects.visible_to(viewer).filter(_on_concerns_with_child(child), missing="")
    found = found.filter(reduce(or_, with_entry, alone))
    return _with_reference(found).annotate(writer=F("by__name"))


def _describe_concern(row: "WithAnnotations[Concern, PartInConcern]") -> EntryText:
    also = "" if row.part == ChildPart.ABOUT else " (also involved)"
    own = row.child_words and f"The child's own words: {row.child_words}"
    when = row.when_written and f"When it happened, as written: {row.when_written}"
    # Of a concern about several children nobody can say whose the marks are.
    alone = row.part == ChildPart.ABOUT and not row.about_others
    marks = [f"Mark: {mark.mark_in_words}" for mark in row.marks_read] if alone else []
    told = row.told_words and f"{row.told_words_heading(row.writer)}: {row.told_words}"
    words = "\n".join(filter(None, [row.account, told, own, when, *marks]))
    on = row.happened_on if row.happened_at is None else None
    return EntryText(f"Concern{also}", words, row, on=on, when=row.occurred_in_words)


def _describe_addition(row: Addition) -> EntryText:
    heading = "Note for the leads" if row.for_leads else "Added to a concern"
    return EntryText(heading, row.words, row.concern)


def _describe_ending(row: Ending) -> EntryText:
    heading = "Reopened" if row.reopened else f"Closed: {row.ending_outcome_words}"
    return EntryText(heading, row.words, row.concern)


def _describe_watch(row: Watch) -> EntryText:
    heading = f"Watched for {row.last} school weeks: {row.because_words}"
    return EntryText(heading, row.words, row.concern)


def _describe_decision(row: "WithAnnotations[Decision, DecisionStanding]") -> EntryText:
    ways = "; ".join(route.route_in_words for route in row.routes.all())
    asked = [f"{asked}: {answer}" for asked, answer in concern_history.list_decision_answers(row)]
    words = "\n".join([row.reason, *asked])
    old = " (superseded by a later decision)" if row.is_superseded else ""
    return EntryText(f"Decided{old}: {ways}", words, row.concern)


def _describe_referral_event(row: "WithAnnotations[ReferralEvent, RowWriter]") -> EntryText:
    heading = f"{row.referral.route_words}: {row.stage_words.lower()}"
    words = concern_history.referral_event_in_words(row, row.writer)
    return EntryText(heading, words, row.referral.concern)


def _describe_chase_call(row: ChaseCall) -> EntryText:
    heading = f"{row.referral.route_words}: chased"
    words = "\n".join(filter(None, [row.call_in_words, row.said]))
    return EntryText(heading, words, row.referral.concern, over_at=row.over_at)


def _describe_meeting(row: Meeting) -> EntryText:
    words = "\n".join([f"Present: {row.who}", row.agreed, *row.school_actions_in_words])
    return EntryText(row.kind_words, words, row.concern)


def _describe_conversation(row: Conversation) -> EntryText:
    heading = concern_history.conversation_in_words(row)
    return EntryText(heading, row.said, row.concern)


def _describe_file(row: Attachment) -> EntryText:
    kind = f"{row.file_kind_words}, {row.size_words}"
    words = f"{kind}. Added to {row.came_with_words or 'the concern'}"
    return EntryText(
        f"File: {row.name}", words, row.concern, file_name=row.name, opened_by="triage_file"
    )


# The child's file


def _of_files_read(viewer: Viewer, rows: QuerySet[Any], to_child: str = "") -> QuerySet[Any]:
    """`rows` of children's files, without those of files that the viewer does not read."""
    if not viewer.reads_categories:
        return rows
    files = Child.objects.with_file_for(viewer).values("pk")
    return rows.filter(**{f"{to_child or rows.model.to_child}__in": files})


def _sources_of_facts(
    model: type[Fact],
    *,
    say: Callable[[Any], str],
    needs: Sequence[str] = (),
    sort: ChronologySort = ChronologySort.HOME,
) -> tuple[ChronologySource, ChronologySource]:
    """Two sources for one kind of fact in the child's file: when each began, and when it ended.
    `say` puts a row into words, `needs` names relations to select."""

    def readable_facts(viewer: Viewer, child: Child) -> QuerySet[Any]:
        rows = _of_files_read(viewer, model.objects.filter(**{model.to_child: child.pk}))
        if "__" in model.to_child:
            # Through a home, of which a child may have had the same one twice.
            rows = rows.distinct()
        if model is Sibling:
            rows = rows.filter(Q(other=None) | Q(other__in=Child.objects.visible_to(viewer)))
        return rows.select_related(*needs)

    def facts_by_beginning(viewer: Viewer, child: Child) -> QuerySet[Any]:
        return readable_facts(viewer, child).annotate(writer=F("by__name"))

    def facts_by_end(viewer: Viewer, child: Child) -> QuerySet[Any]:
        rows = readable_facts(viewer, child).filter(ended_at__isnull=False)
        return rows.annotate(writer=F("ended_by__name"))

    return (
        ChronologySource(
            sort, facts_by_beginning, "began_at", lambda row: EntryText(say(row), "", on=row.since)
        ),
        ChronologySource(
            sort,
            facts_by_end,
            "over_at",
            lambda row: _describe_fact_ended(row, say(row)),
            "ended_at",
        ),
    )


def _describe_fact_ended(row: Fact, said: str) -> EntryText:
    view = getattr(row, "view_ended", "")
    told = [row.why_ended, view and f"The school's view: {view}"]
    words = "\n".join(filter(None, told))
    return EntryText(f"No longer: {said}", words, ended=True, on=row.until)


def _status_in_words(row: Status) -> str:
    place = row.elsewhere.place if hasattr(row, "elsewhere") else ""
    return f"{row.words}, decided by {row.decided_by}{place and f', at {place}'}"


def _home_in_words(row: Home) -> str:
    return f"Lives at {row.household.address}"


def _adult_home_in_words(row: AdultHome) -> str:
    return f"{row.adult.name} lives at {row.household.address}"


_RESPONSIBLE = {
    YesNo.YES: "with parental responsibility",
    YesNo.NO: "without parental responsibility",
    YesNo.NOT_KNOWN: "parental responsibility not known",
}


def _tie_in_words(row: Tie) -> str:
    return f"{row.adult.name}, {row.relation}: {_RESPONSIBLE[YesNo(row.responsibility)]}"


def _adult_fact_in_words(row: AdultFact) -> str:
    before = {AdultFactKind.TELEPHONE: "telephone ", AdultFactKind.BORN: "born "}
    return f"{row.adult.name}: {before.get(AdultFactKind(row.kind), '')}{row.words}"


def _sibling_in_words(row: Sibling) -> str:
    name = row.other.name if row.other else row.name
    return f"Brother or sister: {', '.join(filter(None, [name, row.born, row.where]))}"


def _professional_in_words(row: Professional) -> str:
    where = [row.profession_words, row.name, row.agency, row.telephone]
    return ", ".join(filter(None, where))


def _language_in_words(row: Language) -> str:
    spoken = f" ({row.spoken_by})" if row.spoken_by else ""
    return f"Language: {row.language}{spoken}. {row.interpreter_words}"


def _home_authority_in_words(row: HomeAuthority) -> str:
    return f"Home authority: {row.authority.name}, said by {row.told_by}"


def _file_event_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = _of_files_read(viewer, FileEvent.objects.filter(file__child=child), "file__child")
    return rows.annotate(writer=F("by__name"))


def _sighting_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = Sighting.objects.not_hidden_from(viewer).filter(child=child)
    return rows.annotate(writer=F("by__name"))


def _describe_file_event(row: FileEvent) -> EntryText:
    heading = f"Earlier school's file: {row.stage_words.lower()}"
    return EntryText(heading, row.words)


def _describe_sighting(row: Sighting) -> EntryText:
    return EntryText(row.how_words, row.words)


# What was brought in from another system


def _earlier_line_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = EarlierLine.objects.visible_to(viewer).filter(child=child)
    rows = rows.select_related("record__brought")
    return rows.annotate(writer=F("record__by__name"), written_at=F("record__at"))


def _read_record_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = EarlierRecord.objects.visible_to(viewer).filter(child=child, ended_at__isnull=False)
    return rows.select_related("brought").annotate(writer=F("ended_by__name"))


def _describe_earlier_line(row: "WithAnnotations[EarlierLine, RowWriter]") -> EntryText:
    """It says who wrote it there, as the file did, and never that anybody here did."""
    heading = ": ".join(filter(None, ["Earlier record", row.category]))
    parts = [
        row.words,
        row.action and f"Action: {row.action}",
        row.outcome and f"Outcome: {row.outcome}",
        row.who and f"Written there by {row.who}",
    ]
    on = format_date_or_time(timezone.localtime(row.record.at).date())
    brought = f"Brought in from {row.record.brought.source} by {row.writer}, {on}"
    return EntryText(
        heading,
        "\n".join(filter(None, parts)),
        on=row.happened_on,
        when=row.when_written,
        brought=brought,
    )


def _describe_read_record(row: EarlierRecord) -> EntryText:
    number = f"{row.lines} line{'s'[: row.lines != 1]}"
    heading = f"Earlier record from {row.brought.source} read: {number}"
    return EntryText(heading, row.why_ended, ended=True)


def _list_chronology_sources() -> Iterator[ChronologySource]:
    yield ChronologySource(
        ChronologySort.CONCERN,
        _concern_source_rows,
        "occurred_at",
        _describe_concern,
        "received_at",
    )
    yield ChronologySource(
        ChronologySort.CONCERN, _rows_on_concerns(Addition), "at", _describe_addition
    )
    yield ChronologySource(ChronologySort.DECISION, _decision_rows, "at", _describe_decision)
    yield ChronologySource(
        ChronologySort.SAID, conversations_about_child, "happened_at", _describe_conversation
    )
    yield ChronologySource(
        ChronologySort.OUTSIDE, referral_events_of_child, "happened_at", _describe_referral_event
    )
    yield ChronologySource(
        ChronologySort.OUTSIDE, _chase_call_rows, "happened_at", _describe_chase_call
    )
    yield ChronologySource(
        ChronologySort.OUTSIDE, meetings_about_child, "happened_at", _describe_meeting
    )
    yield ChronologySource(
        ChronologySort.CONCERN, _rows_on_concerns(Ending), "at", _describe_ending
    )
    yield ChronologySource(ChronologySort.SEEN, _sighting_rows, "happened_at", _describe_sighting)
    yield ChronologySource(
        ChronologySort.HOME, _file_event_rows, "happened_at", _describe_file_event
    )
    yield from _list_fact_sources()
    yield ChronologySource(ChronologySort.CONCERN, _rows_on_concerns(Watch), "at", _describe_watch)
    yield from _list_earlier_record_sources()
    yield ChronologySource(ChronologySort.FILE, _files_about_child, "at", _describe_file)
    yield from DOCUMENT_SOURCES


def _list_earlier_record_sources() -> Iterator[ChronologySource]:
    yield ChronologySource(
        ChronologySort.EARLIER,
        _earlier_line_rows,
        "happened_at",
        _describe_earlier_line,
        "written_at",
    )
    yield ChronologySource(
        ChronologySort.EARLIER, _read_record_rows, "ended_at", _describe_read_record, "ended_at"
    )


def _elsewhere_rows(viewer: Viewer, child: Child) -> QuerySet[Any]:
    rows = ElsewhereReview.objects.visible_to(viewer).filter(child=child).select_related("status")
    return rows.annotate(writer=F("by__name"))


def _describe_elsewhere(row: ElsewhereReview) -> EntryText:
    return EntryText(f"Reviewed: {row.status.words}", row.found_in_words)


def _list_fact_sources() -> Iterator[ChronologySource]:
    yield ChronologySource(ChronologySort.STATUS, _elsewhere_rows, "at", _describe_elsewhere, "at")
    yield from _sources_of_facts(
        Status, needs=["elsewhere"], sort=ChronologySort.STATUS, say=_status_in_words
    )
    yield from _sources_of_facts(Home, needs=["household"], say=_home_in_words)
    yield from _sources_of_facts(AdultHome, needs=["household", "adult"], say=_adult_home_in_words)
    yield from _sources_of_facts(Tie, needs=["adult"], say=_tie_in_words)
    yield from _sources_of_facts(AdultFact, needs=["adult"], say=_adult_fact_in_words)
    yield from _sources_of_facts(Sibling, needs=["other"], say=_sibling_in_words)
    yield from _sources_of_facts(Professional, say=_professional_in_words)
    yield from _sources_of_facts(Language, say=_language_in_words)
    yield from _sources_of_facts(EarlierFile, say=lambda row: f"Earlier school's file: {row.where}")
    yield from _sources_of_facts(HomeAuthority, needs=["authority"], say=_home_authority_in_words)
    yield from _sources_of_facts(LeadDetail, say=lambda row: row.line_in_words)


# Entries of the same moment appear in this order. A `ChronologyPlace` holds an index into it.
SOURCES = tuple(_list_chronology_sources())
