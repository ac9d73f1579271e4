"""Lists the kinds of row that make up a child's chronology, and puts each row into words.

Of a concern about several children only what was decided, said and sent for this child is included,
as in their story. Siblings at this school are included only if the viewer may see them.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from concerns.models import story
from concerns.models.after import Watch
from concerns.models.chase import ChaseCall
from concerns.models.child import Child
from concerns.models.concern import Concern
from concerns.models.conversation import Conversation
from concerns.models.fact import Fact
from concerns.models.filed import ConcernChild, Refiling
from concerns.models.home import AdultFact, AdultHome, Home, Sibling, Tie
from concerns.models.known import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.meeting import Meeting
from concerns.models.person import Viewer
from concerns.models.referral import ReferralEvent
from concerns.models.written import Addition, Ending
from concerns.rules.homes import AdultFactKind, Sort, YesNo
from concerns.rules.saying import when
from concerns.rules.words import Part


class Source(NamedTuple):
    sort: Sort
    # A queryset, its time column, and a function that gives the fields of a row's entry.
    rows: Callable
    moment: str
    tell: Callable


# Concerns and the rows on them


def _concerns(viewer: Viewer, child: Child):
    rows = Concern.objects.visible_to(viewer).filter(children__child=child)
    return rows.annotate(part=F("children__part"), writer=F("reporter__name"))


def _of_concerns(child: Child, **more):
    """Condition for rows on concerns the child is in. It does not check who may see them."""
    return Q(concern__in=ConcernChild.objects.filter(child=child, **more).values("concern"))


def _about(child: Child):
    """The same for concerns about the child: for rows that apply to all children of a concern."""
    return _of_concerns(child, part=Part.ABOUT)


def _of(model, own: str):
    """Rows of `model` for this child, found by the lookup `own`, that the viewer may see."""

    def rows(viewer: Viewer, child: Child):
        found = model.objects.visible_to(viewer).filter(**{own: child})
        return found.annotate(writer=F("by__name"))

    return rows


def _at_concern(model):
    def rows(viewer: Viewer, child: Child):
        found = model.objects.visible_to(viewer).filter(_about(child))
        return found.select_related("concern").annotate(writer=F("by__name"))

    return rows


def _decisions(viewer: Viewer, child: Child):
    made = story.decisions().visible_to(viewer)
    made = made.filter(children__concern_child__child=child)
    return made.select_related("by", "concern").annotate(writer=F("by__name"))


def _conversations(viewer: Viewer, child: Child):
    own = Q(concern_child__child=child) | Q(concern_child=None) & _about(child)
    rows = Conversation.objects.visible_to(viewer).filter(_of_concerns(child), own)
    return rows.select_related("concern").annotate(writer=F("by__name"))


def _chases(viewer: Viewer, child: Child):
    rows = _of(ChaseCall, "referral__decision__children__concern_child__child")(viewer, child)
    return rows.select_related("referral__concern")


def _meetings(viewer: Viewer, child: Child):
    """Without meetings held before the concern was moved to this child: they were about another."""
    moved = Refiling.objects.filter(concern=OuterRef("concern"), to=child, at__gt=OuterRef("at"))
    rows = _at_concern(Meeting)(viewer, child).filter(~Exists(moved))
    return rows.prefetch_related("actions__holder")


def _events(viewer: Viewer, child: Child):
    rows = _of(ReferralEvent, "referral__decision__children__concern_child__child")(viewer, child)
    return rows.select_related("referral__concern").annotate(who=F("by__name"))


def _link(concern: Concern) -> dict:
    return {"concern": concern.uid, "reference": concern.reference}


def _tell_concern(row: Concern) -> dict:
    also = "" if row.part == Part.ABOUT else " (also involved)"
    own = row.child_words and f"The child's own words: {row.child_words}"
    words = "\n".join(filter(None, [row.in_short, own]))
    return {"heading": f"Concern{also}", "words": words, "by": row.writer, **_link(row)}


def _tell_addition(row: Addition) -> dict:
    heading = "Note for the leads" if row.for_leads else "Added to a concern"
    return {"heading": heading, "words": row.words, "by": row.writer, **_link(row.concern)}


def _tell_ending(row: Ending) -> dict:
    heading = "Reopened" if row.reopened else f"Closed: {row.outcome_words}"
    return {"heading": heading, "words": row.words, "by": row.writer, **_link(row.concern)}


def _tell_watch(row: Watch) -> dict:
    heading = f"Watched for {row.last} school weeks: {row.because_words}"
    return {"heading": heading, "words": row.words, "by": row.writer, **_link(row.concern)}


def _tell_decision(row) -> dict:
    ways = "; ".join(route.words for route in row.routes.all())
    asked = [f"{asked}: {answer}" for asked, answer in story.asked(row)]
    words = "\n".join([row.reason, *asked])
    return {"heading": f"Decided: {ways}", "words": words, "by": row.writer, **_link(row.concern)}


def _tell_event(row: ReferralEvent) -> dict:
    heading = f"{row.referral.route_words}: {row.stage_words.lower()}"
    words = story.event_words(row)
    return {"heading": heading, "words": words, "by": row.writer, **_link(row.referral.concern)}


def _tell_chase(row: ChaseCall) -> dict:
    heading = f"{row.referral.route_words}: chased"
    words = "\n".join(filter(None, [row.words, row.said]))
    return {"heading": heading, "words": words, "by": row.writer, **_link(row.referral.concern)}


def _tell_meeting(row: Meeting) -> dict:
    words = "\n".join([f"There: {row.who}", row.agreed, *row.ours])
    return {"heading": row.kind_words, "words": words, "by": row.writer, **_link(row.concern)}


def _tell_conversation(row: Conversation) -> dict:
    heading = story.spoken_words(row)
    return {"heading": heading, "words": row.said, "by": row.writer, **_link(row.concern)}


# The child's file


def _one(viewer: Viewer, child: Child):
    """The child's primary key, or no row if the viewer may not read its story."""
    return Child.objects.visible_to(viewer).filter(pk=child.pk).values("pk")


def _facts(model, **more):
    """Two sources for one kind of fact in the child's file: when each began, and when it ended.
    `say` puts a row into words, `needs` names relations to select, `sort` is HOME if missing."""

    def began(viewer: Viewer, child: Child):
        rows = model.objects.filter(**{f"{model.to_child}__in": _one(viewer, child)}).distinct()
        if model is Sibling:
            rows = rows.filter(Q(other=None) | Q(other__in=Child.objects.visible_to(viewer)))
        return rows.annotate(writer=F("by__name")).select_related(*more.get("needs", ()))

    def over(viewer: Viewer, child: Child):
        rows = began(viewer, child).filter(ended_at__isnull=False)
        return rows.annotate(ender=F("ended_by__name"))

    sort, say = more.get("sort", Sort.HOME), more["say"]
    return (
        Source(sort, began, "began_at", lambda row: _tell_began(row, say(row))),
        Source(sort, over, "over_at", lambda row: _tell_over(row, say(row))),
    )


def _tell_began(row: Fact, said: str) -> dict:
    late = f"Written down {when(row.at)}" if row.began_at != row.at else ""
    return {"heading": said, "words": late, "by": row.writer, "on": row.since}


def _tell_over(row: Fact, said: str) -> dict:
    view = getattr(row, "view_ended", "")
    words = [row.why_ended, view and f"The school's view: {view}"]
    words = "\n".join(filter(None, words))
    more = {"ended": True, "on": row.until}
    return {"heading": f"No longer: {said}", "words": words, "by": row.ender, **more}


def _status(row: Status) -> str:
    return f"{row.words}, decided by {row.decided_by}"


_RESPONSIBLE = {
    YesNo.YES: "with parental responsibility",
    YesNo.NO: "without parental responsibility",
    YesNo.NOT_KNOWN: "parental responsibility not known",
}


def _tie(row: Tie) -> str:
    return f"{row.adult.name}, {row.relation}: {_RESPONSIBLE[YesNo(row.responsibility)]}"


def _fact(row: AdultFact) -> str:
    telephone = "telephone " if row.kind == AdultFactKind.TELEPHONE else ""
    return f"{row.adult.name}: {telephone}{row.words}"


def _siblings(row: Sibling) -> str:
    name = row.other.name if row.other_id else row.name
    return f"Brother or sister: {', '.join(filter(None, [name, row.born, row.where]))}"


def _professional(row: Professional) -> str:
    where = [row.profession_words, row.name, row.agency, row.telephone]
    return ", ".join(filter(None, where))


def _language(row: Language) -> str:
    spoken = f" ({row.spoken_by})" if row.spoken_by else ""
    return f"Language: {row.language}{spoken}. {row.interpreter_words}"


def _authority(row: HomeAuthority) -> str:
    return f"Home authority: {row.authority.name}, said by {row.told_by}"


def _file_events(viewer: Viewer, child: Child):
    rows = FileEvent.objects.filter(file__child__in=_one(viewer, child))
    return rows.annotate(writer=F("by__name"))


def _sightings(viewer: Viewer, child: Child):
    rows = Sighting.objects.filter(child__in=_one(viewer, child))
    return rows.annotate(writer=F("by__name"))


def _tell_file_event(row: FileEvent) -> dict:
    heading = f"Earlier school's file: {row.stage_words.lower()}"
    return {"heading": heading, "words": row.words, "by": row.writer}


def _tell_sighting(row: Sighting) -> dict:
    return {"heading": row.how_words, "words": row.words, "by": row.writer}


def _sources() -> Iterator[Source]:
    yield Source(Sort.CONCERN, _concerns, "received_at", _tell_concern)
    yield Source(Sort.CONCERN, _at_concern(Addition), "at", _tell_addition)
    yield Source(Sort.DECISION, _decisions, "at", _tell_decision)
    yield Source(Sort.SAID, _conversations, "happened_at", _tell_conversation)
    yield Source(Sort.OUTSIDE, _events, "happened_at", _tell_event)
    yield Source(Sort.OUTSIDE, _chases, "happened_at", _tell_chase)
    yield Source(Sort.OUTSIDE, _meetings, "happened_at", _tell_meeting)
    yield Source(Sort.CONCERN, _at_concern(Ending), "at", _tell_ending)
    yield Source(Sort.SEEN, _sightings, "happened_at", _tell_sighting)
    yield Source(Sort.HOME, _file_events, "happened_at", _tell_file_event)
    yield from _facts(Status, sort=Sort.STATUS, say=_status)
    address = {"needs": ["household"], "say": lambda row: f"Lives at {row.household.address}"}
    yield from _facts(Home, **address)
    lives = {"needs": ["household", "adult"]}
    yield from _facts(
        AdultHome, **lives, say=lambda row: f"{row.adult.name} lives at {row.household.address}"
    )
    yield from _facts(Tie, needs=["adult"], say=_tie)
    yield from _facts(AdultFact, needs=["adult"], say=_fact)
    yield from _facts(Sibling, needs=["other"], say=_siblings)
    yield from _facts(Professional, say=_professional)
    yield from _facts(Language, say=_language)
    yield from _facts(EarlierFile, say=lambda row: f"Earlier school's file: {row.where}")
    yield from _facts(HomeAuthority, needs=["authority"], say=_authority)
    yield Source(Sort.CONCERN, _at_concern(Watch), "at", _tell_watch)


# Entries of the same moment appear in this order. A `ChronologyPlace` holds an index into it.
SOURCES = tuple(_sources())
