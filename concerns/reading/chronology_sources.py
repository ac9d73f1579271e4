"""Lists the kinds of row that make up a child's chronology, and puts each row into words.

Of a concern about several children only what was decided, said and sent for this child is included,
as in their story. Siblings at this school are included only if the viewer may see them.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

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
from concerns.models.child.household import AdultFact, AdultHome, Home, Sibling, Tie
from concerns.models.concern.concern import Concern
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.concern.later_entries import Addition, Ending
from concerns.models.response.chase_call import ChaseCall
from concerns.models.response.conversation import Conversation
from concerns.models.response.meeting import Meeting
from concerns.models.response.referral import ReferralEvent
from concerns.models.response.watch import Watch
from concerns.models.school.person import Viewer
from concerns.reading import concern_history
from concerns.rules.child_file_vocabulary import AdultFactKind, ChronologySort, YesNo
from concerns.rules.wording import format_date_or_time
from concerns.rules.words import ChildPart


class ChronologySource(NamedTuple):
    sort: ChronologySort
    # A queryset, its time column, and a function that gives the fields of a row's entry.
    rows: Callable
    moment: str
    tell: Callable


# Concerns and the rows on them


def _concern_source_rows(viewer: Viewer, child: Child):
    rows = Concern.objects.visible_to(viewer).filter(children__child=child)
    return rows.annotate(part=F("children__part"), writer=F("reporter__name"))


def _on_concerns_with_child(child: Child, **more):
    """Condition for rows on concerns the child is in. It does not check who may see them."""
    return Q(concern__in=ConcernChild.objects.filter(child=child, **more).values("concern"))


def _on_concerns_about_child(child: Child):
    """The same for concerns about the child: for rows that apply to all children of a concern."""
    return _on_concerns_with_child(child, part=ChildPart.ABOUT)


def _rows_for_child(model, own: str):
    """Rows of `model` for this child, found by the lookup `own`, that the viewer may see."""

    def child_source_rows(viewer: Viewer, child: Child):
        found = model.objects.visible_to(viewer).filter(**{own: child})
        return found.annotate(writer=F("by__name"))

    return child_source_rows


def _rows_on_concerns(model):
    def concern_level_rows(viewer: Viewer, child: Child):
        found = model.objects.visible_to(viewer).filter(_on_concerns_about_child(child))
        return found.select_related("concern").annotate(writer=F("by__name"))

    return concern_level_rows


def _decision_rows(viewer: Viewer, child: Child):
    made = concern_history.decisions_newest_first().visible_to(viewer)
    made = made.filter(children__concern_child__child=child)
    return made.select_related("by", "concern").annotate(writer=F("by__name"))


def _conversation_rows(viewer: Viewer, child: Child):
    own = Q(concern_child__child=child) | Q(concern_child=None) & _on_concerns_about_child(child)
    rows = Conversation.objects.visible_to(viewer).filter(_on_concerns_with_child(child), own)
    return rows.select_related("concern").annotate(writer=F("by__name"))


def _chase_call_rows(viewer: Viewer, child: Child):
    rows = _rows_for_child(ChaseCall, "referral__decision__children__concern_child__child")(
        viewer, child
    )
    return rows.select_related("referral__concern")


def _meeting_rows(viewer: Viewer, child: Child):
    """Without meetings held before the concern was moved to this child: they were about another."""
    moved = Refiling.objects.filter(concern=OuterRef("concern"), to=child, at__gt=OuterRef("at"))
    rows = _rows_on_concerns(Meeting)(viewer, child).filter(~Exists(moved))
    return rows.prefetch_related("actions__holder")


def _referral_event_rows(viewer: Viewer, child: Child):
    rows = _rows_for_child(ReferralEvent, "referral__decision__children__concern_child__child")(
        viewer, child
    )
    return rows.select_related("referral__concern").annotate(who=F("by__name"))


def _link_to_concern(concern: Concern) -> dict:
    return {"concern": concern.uid, "reference": concern.reference}


def _describe_concern(row: Concern) -> dict:
    also = "" if row.part == ChildPart.ABOUT else " (also involved)"
    own = row.child_words and f"The child's own words: {row.child_words}"
    words = "\n".join(filter(None, [row.in_short, own]))
    return {"heading": f"Concern{also}", "words": words, "by": row.writer, **_link_to_concern(row)}


def _describe_addition(row: Addition) -> dict:
    heading = "Note for the leads" if row.for_leads else "Added to a concern"
    return {
        "heading": heading,
        "words": row.words,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


def _describe_ending(row: Ending) -> dict:
    heading = "Reopened" if row.reopened else f"Closed: {row.ending_outcome_words}"
    return {
        "heading": heading,
        "words": row.words,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


def _describe_watch(row: Watch) -> dict:
    heading = f"Watched for {row.last} school weeks: {row.because_words}"
    return {
        "heading": heading,
        "words": row.words,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


def _describe_decision(row) -> dict:
    ways = "; ".join(route.route_in_words for route in row.routes.all())
    asked = [f"{asked}: {answer}" for asked, answer in concern_history.list_decision_answers(row)]
    words = "\n".join([row.reason, *asked])
    return {
        "heading": f"Decided: {ways}",
        "words": words,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


def _describe_referral_event(row: ReferralEvent) -> dict:
    heading = f"{row.referral.route_words}: {row.stage_words.lower()}"
    words = concern_history.referral_event_in_words(row)
    return {
        "heading": heading,
        "words": words,
        "by": row.writer,
        **_link_to_concern(row.referral.concern),
    }


def _describe_chase_call(row: ChaseCall) -> dict:
    heading = f"{row.referral.route_words}: chased"
    words = "\n".join(filter(None, [row.call_in_words, row.said]))
    return {
        "heading": heading,
        "words": words,
        "by": row.writer,
        **_link_to_concern(row.referral.concern),
    }


def _describe_meeting(row: Meeting) -> dict:
    words = "\n".join([f"Present: {row.who}", row.agreed, *row.school_actions_in_words])
    return {
        "heading": row.kind_words,
        "words": words,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


def _describe_conversation(row: Conversation) -> dict:
    heading = concern_history.conversation_in_words(row)
    return {
        "heading": heading,
        "words": row.said,
        "by": row.writer,
        **_link_to_concern(row.concern),
    }


# The child's file


def _child_if_readable(viewer: Viewer, child: Child):
    """The child's primary key, or no row if the viewer may not read its story."""
    return Child.objects.visible_to(viewer).filter(pk=child.pk).values("pk")


def _sources_of_facts(model, **more):
    """Two sources for one kind of fact in the child's file: when each began, and when it ended.
    `say` puts a row into words, `needs` names relations to select, `sort` is HOME if missing."""

    def facts_by_beginning(viewer: Viewer, child: Child):
        rows = model.objects.filter(
            **{f"{model.to_child}__in": _child_if_readable(viewer, child)}
        ).distinct()
        if model is Sibling:
            rows = rows.filter(Q(other=None) | Q(other__in=Child.objects.visible_to(viewer)))
        return rows.annotate(writer=F("by__name")).select_related(*more.get("needs", ()))

    def facts_by_end(viewer: Viewer, child: Child):
        rows = facts_by_beginning(viewer, child).filter(ended_at__isnull=False)
        return rows.annotate(ender=F("ended_by__name"))

    sort = more.get("sort", ChronologySort.HOME)
    say = more["say"]
    return (
        ChronologySource(
            sort, facts_by_beginning, "began_at", lambda row: _describe_fact_begun(row, say(row))
        ),
        ChronologySource(
            sort, facts_by_end, "over_at", lambda row: _describe_fact_ended(row, say(row))
        ),
    )


def _describe_fact_begun(row: Fact, said: str) -> dict:
    late = f"Recorded {format_date_or_time(row.at)}" if row.began_at != row.at else ""
    return {"heading": said, "words": late, "by": row.writer, "on": row.since}


def _describe_fact_ended(row: Fact, said: str) -> dict:
    view = getattr(row, "view_ended", "")
    words = [row.why_ended, view and f"The school's view: {view}"]
    words = "\n".join(filter(None, words))
    more = {"ended": True, "on": row.until}
    return {"heading": f"No longer: {said}", "words": words, "by": row.ender, **more}


def _status_in_words(row: Status) -> str:
    return f"{row.words}, decided by {row.decided_by}"


_RESPONSIBLE = {
    YesNo.YES: "with parental responsibility",
    YesNo.NO: "without parental responsibility",
    YesNo.NOT_KNOWN: "parental responsibility not known",
}


def _tie_in_words(row: Tie) -> str:
    return f"{row.adult.name}, {row.relation}: {_RESPONSIBLE[YesNo(row.responsibility)]}"


def _adult_fact_in_words(row: AdultFact) -> str:
    telephone = "telephone " if row.kind == AdultFactKind.TELEPHONE else ""
    return f"{row.adult.name}: {telephone}{row.words}"


def _sibling_in_words(row: Sibling) -> str:
    name = row.other.name if row.other_id else row.name
    return f"Brother or sister: {', '.join(filter(None, [name, row.born, row.where]))}"


def _professional_in_words(row: Professional) -> str:
    where = [row.profession_words, row.name, row.agency, row.telephone]
    return ", ".join(filter(None, where))


def _language_in_words(row: Language) -> str:
    spoken = f" ({row.spoken_by})" if row.spoken_by else ""
    return f"Language: {row.language}{spoken}. {row.interpreter_words}"


def _home_authority_in_words(row: HomeAuthority) -> str:
    return f"Home authority: {row.authority.name}, said by {row.told_by}"


def _file_event_rows(viewer: Viewer, child: Child):
    rows = FileEvent.objects.filter(file__child__in=_child_if_readable(viewer, child))
    return rows.annotate(writer=F("by__name"))


def _sighting_rows(viewer: Viewer, child: Child):
    rows = Sighting.objects.filter(child__in=_child_if_readable(viewer, child))
    return rows.annotate(writer=F("by__name"))


def _describe_file_event(row: FileEvent) -> dict:
    heading = f"Earlier school's file: {row.stage_words.lower()}"
    return {"heading": heading, "words": row.words, "by": row.writer}


def _describe_sighting(row: Sighting) -> dict:
    return {"heading": row.how_words, "words": row.words, "by": row.writer}


def _list_chronology_sources() -> Iterator[ChronologySource]:
    yield ChronologySource(
        ChronologySort.CONCERN, _concern_source_rows, "received_at", _describe_concern
    )
    yield ChronologySource(
        ChronologySort.CONCERN, _rows_on_concerns(Addition), "at", _describe_addition
    )
    yield ChronologySource(ChronologySort.DECISION, _decision_rows, "at", _describe_decision)
    yield ChronologySource(
        ChronologySort.SAID, _conversation_rows, "happened_at", _describe_conversation
    )
    yield ChronologySource(
        ChronologySort.OUTSIDE, _referral_event_rows, "happened_at", _describe_referral_event
    )
    yield ChronologySource(
        ChronologySort.OUTSIDE, _chase_call_rows, "happened_at", _describe_chase_call
    )
    yield ChronologySource(ChronologySort.OUTSIDE, _meeting_rows, "happened_at", _describe_meeting)
    yield ChronologySource(
        ChronologySort.CONCERN, _rows_on_concerns(Ending), "at", _describe_ending
    )
    yield ChronologySource(ChronologySort.SEEN, _sighting_rows, "happened_at", _describe_sighting)
    yield ChronologySource(
        ChronologySort.HOME, _file_event_rows, "happened_at", _describe_file_event
    )
    yield from _sources_of_facts(Status, sort=ChronologySort.STATUS, say=_status_in_words)
    address = {"needs": ["household"], "say": lambda row: f"Lives at {row.household.address}"}
    yield from _sources_of_facts(Home, **address)
    lives = {"needs": ["household", "adult"]}
    yield from _sources_of_facts(
        AdultHome, **lives, say=lambda row: f"{row.adult.name} lives at {row.household.address}"
    )
    yield from _sources_of_facts(Tie, needs=["adult"], say=_tie_in_words)
    yield from _sources_of_facts(AdultFact, needs=["adult"], say=_adult_fact_in_words)
    yield from _sources_of_facts(Sibling, needs=["other"], say=_sibling_in_words)
    yield from _sources_of_facts(Professional, say=_professional_in_words)
    yield from _sources_of_facts(Language, say=_language_in_words)
    yield from _sources_of_facts(EarlierFile, say=lambda row: f"Earlier school's file: {row.where}")
    yield from _sources_of_facts(HomeAuthority, needs=["authority"], say=_home_authority_in_words)
    yield ChronologySource(ChronologySort.CONCERN, _rows_on_concerns(Watch), "at", _describe_watch)


# Entries of the same moment appear in this order. A `ChronologyPlace` holds an index into it.
SOURCES = tuple(_list_chronology_sources())
