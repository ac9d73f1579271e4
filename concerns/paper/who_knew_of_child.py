"""Who knew of one child what, and when: for each concern the people who learned of it, in the order
in which they came to know.

Only what rows show counts: who wrote it and who told them, a message that went out, a handing-on,
what somebody did with it, and their reading of it, of the child's story, or of it beside another
concern. Of people outside the school: conversations, meetings and referrals that were written down.
Not here is who saw it in a list, which `who_knew.py` has for one concern. All of it is of concerns
that the viewer may read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from concerns.doors import ledger, sight
from concerns.doors.ledger import OPENING, ShowingLine
from concerns.models import Addition, Child, Concern, Handing, Notice, Viewer
from concerns.models.outbox.notice import NoticeEnding
from concerns.paper import chronology_print, name_covering
from concerns.paper.who_knew import STAFFING
from concerns.reading import chronology_sources
from concerns.reading.when_written import written_later_in_words
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage
from concerns.rules.message_rules import MessageReason
from concerns.rules.wording import shorten_to_one_line

PAGE = 100
FIRST_LINE = 80
# Concerns of one child that are looked through, the newest ones; no child has had so many.
MOST_CONCERNS = 1_000
_STAMP = "%Y%m%dT%H%M%S%f"
_READING = OPENING | {Kind.LISTED, Kind.EXPORTED}


@dataclass(frozen=True)
class ChildKnewEntry:
    """Somebody came to know of one concern (None: of the child's file), and how. `read_at`: when
    they first read it. `outside`: not somebody who reads it on this system."""

    at: datetime
    who: str
    role: str
    how: str
    concern: Concern | None
    read_at: datetime | None = None
    outside: bool = False
    # Sets entries of one moment apart.
    tie: str = ""

    @property
    def first_line(self) -> str:
        """The first words of the concern."""
        words = self.concern and (self.concern.account or self.concern.told_words)
        return shorten_to_one_line(words, FIRST_LINE) if words else ""

    @property
    def place(self) -> tuple[datetime, str]:
        return self.at, self.tie


@dataclass(frozen=True)
class ChildKnewPage:
    """A page of entries. `more` is the place to go on from, as text; empty at the end."""

    child: Child
    entries: list[ChildKnewEntry]
    more: str


def read_who_knew_of_child(viewer: Viewer, uid: UUID, after: str = "") -> ChildKnewPage:
    """A page of who knew of the child `uid`. Recorded, with the concerns. Raises Http404."""
    return _read_page(viewer, uid, after, PAGE, Kind.STORY, "who knew of this child")


def read_who_knew_print(viewer: Viewer, uid: UUID) -> ChildKnewPage:
    """All of it, for a print. Recorded as taken out. Raises Http404.

    Of people outside the school free words say who they were: names of other children are covered.
    """
    page = _read_page(viewer, uid, "", None, Kind.EXPORTED, "printed who knew of this child")
    names = chronology_print.collect_names_to_cover(viewer, page.child, "")
    entries = [
        replace(entry, who=name_covering.cover_names(names.split_at_names(entry.who)))
        if entry.outside
        else entry
        for entry in page.entries
    ]
    return replace(page, entries=entries)


def _read_page(
    viewer: Viewer, uid: UUID, after: str, most: int | None, kind: Kind, reason: str
) -> ChildKnewPage:
    child = sight.get_child_of_page(viewer, uid)
    found = list_who_knew_of_child(viewer, child)
    place = _parse_place(after)
    rest = [entry for entry in found if place is None or entry.place > place]
    shown = rest[:most]
    concerns = dict.fromkeys(entry.concern.uid for entry in shown if entry.concern)
    sight.record_reading(
        viewer, kind, reason, about=child.uid, children=[child.uid], shown=list(concerns)
    )
    more = _write_place(shown[-1]) if len(rest) > len(shown) else ""
    return ChildKnewPage(child, shown, more)


def list_who_knew_of_child(viewer: Viewer, child: Child) -> list[ChildKnewEntry]:
    """Every entry, in the order in which people came to know; each person once for each concern.

    Takes the same number of queries however many concerns there are. Not recorded.
    """
    rows = Concern.objects.visible_by_key_to(viewer).filter(children__child=child)
    rows = rows.select_related("reporter").order_by("-received_at", "-id")[:MOST_CONCERNS]
    concerns = {concern.pk: concern for concern in rows}
    staff = [*_writers(concerns), *_told_by_message(concerns), *_handed_to(concerns)]
    staff += _by_the_ledger(viewer, child, concerns)
    outside = [*_told_by_voice(concerns), *_spoken_to(viewer, child)]
    return sorted([*_merge_by_person(staff), *outside], key=lambda entry: entry.place)


def _merge_by_person(found: Iterable[tuple[str, ChildKnewEntry]]) -> list[ChildKnewEntry]:
    """The first entry of each person and concern, with when they first read it."""
    merged: dict[tuple[str, str], ChildKnewEntry] = {}
    for person, knew in sorted(found, key=lambda pair: pair[1].at):
        concern = str(knew.concern.uid) if knew.concern else ""
        first = merged.setdefault((person, concern), replace(knew, tie=f"{concern}{person}"))
        if first is not knew:
            merged[person, concern] = replace(
                first, read_at=first.read_at or knew.read_at, role=first.role or knew.role
            )
    return list(merged.values())


def _writers(concerns: dict[int, Concern]) -> Iterator[tuple[str, ChildKnewEntry]]:
    for concern in concerns.values():
        who = concern.reporter
        at = concern.received_at
        yield str(who.uid), ChildKnewEntry(at, who.name, "", "Wrote it", concern, read_at=at)


def _told_by_message(concerns: dict[int, Concern]) -> Iterator[tuple[str, ChildKnewEntry]]:
    """Messages that went out. They say that there is a concern, and nothing about the child."""
    sent = Notice.objects.filter(
        step__concern__in=concerns, ended=NoticeEnding.SENT, person__isnull=False
    )
    for notice in sent.select_related("person", "step").order_by("pk"):
        if notice.person and notice.step and notice.ended_at:
            why = MessageReason.label_of_value(notice.why)
            how = f"Was sent a message: {why[0].lower()}{why[1:]}"
            concern = concerns[notice.step.concern_id]
            entry = ChildKnewEntry(notice.ended_at, notice.person.name, "", how, concern)
            yield str(notice.person.uid), entry


def _handed_to(concerns: dict[int, Concern]) -> Iterator[tuple[str, ChildKnewEntry]]:
    rows = Handing.objects.filter(concern__in=concerns).select_related("by", "to")
    for row in rows.order_by("pk"):
        how = f"Was handed it by {row.by.name}"
        concern = concerns[row.concern_id]
        yield str(row.to.uid), ChildKnewEntry(row.at, row.to.name, "", how, concern)


def _by_the_ledger(
    viewer: Viewer, child: Child, concerns: dict[int, Concern]
) -> Iterator[tuple[str, ChildKnewEntry]]:
    """What people did with each concern and read of it, and their readings of the child."""
    by_uid = {str(concern.uid): concern for concern in concerns.values()}
    own = ledger.first_lines_about([concern.uid for concern in concerns.values()])
    for found in [*own, *ledger.readings_of_child(child.uid, viewer.school)]:
        line = found.line
        if line.who is None or line.kind in STAFFING:
            continue
        read_at = line.at if line.kind in _READING else None
        seen = ChildKnewEntry(line.at, line.who.name, line.role, _how_of_line(found), None, read_at)
        if line.kind == Kind.FILE:
            yield str(line.who.uid), replace(seen, read_at=line.at)
            continue
        for uid in found.concerns & by_uid.keys():
            yield str(line.who.uid), replace(seen, concern=by_uid[uid])


def _how_of_line(found: ShowingLine) -> str:
    line = found.line
    if line.kind == Kind.LISTED:
        return "Read it beside another concern"
    return f"{line.kind.label}: {line.reason}" if line.kind == Kind.EXPORTED else line.kind.label


def _told_by_voice(concerns: dict[int, Concern]) -> Iterator[ChildKnewEntry]:
    """Who told the writers, and whom the writers say they told in person."""
    for concern in concerns.values():
        at = concern.received_at
        how = f"Told {concern.reporter.name}, who wrote it down"
        in_person = f"Told in person, as {concern.reporter.name} wrote"
        if concern.told_words:
            yield _heard(concern, at, concern.told_by, how, "a")
        if concern.told_in_person:
            yield _heard(concern, at, concern.told_in_person, in_person, "b")
    told = ledger.additions_of_people_told([concern.uid for concern in concerns.values()])
    for row in Addition.objects.filter(uid__in=told).select_related("by"):
        how = f"Told in person, as {row.by.name} wrote"
        whom = row.words.split(": ", 1)[-1]
        yield _heard(concerns[row.concern_id], row.at, whom, how, str(row.uid))


def _heard(concern: Concern, at: datetime, who: str, how: str, tie: str) -> ChildKnewEntry:
    return ChildKnewEntry(at, who, "", how, concern, outside=True, tie=f"{concern.uid}{tie}")


def _spoken_to(viewer: Viewer, child: Child) -> Iterator[ChildKnewEntry]:
    """Parents, the child, agencies: conversations, meetings and referrals for this child."""
    for talk in chronology_sources.conversations_about_child(viewer, child).filter(reached=True):
        how = f"{talk.writer} spoke to them"
        yield _outside_entry(talk, talk.who, talk.spoken_to_words, how, talk.concern)
    for met in chronology_sources.meetings_about_child(viewer, child):
        how = f"{met.writer} recorded who was there"
        yield _outside_entry(met, met.who, met.kind_words, how, met.concern)
    sent = Q(stage=ReferralStage.SENT)
    for event in chronology_sources.referral_events_of_child(viewer, child).filter(sent):
        who = ", ".join(filter(None, [event.agency, event.spoken_to]))
        how = f"{event.writer} sent a referral: {event.method_words.lower()}"
        referral = event.referral
        yield _outside_entry(event, who, referral.route_words, how, referral.concern)


def _outside_entry(row: Any, who: str, role: str, how: str, concern: Concern) -> ChildKnewEntry:
    """`row` is a conversation, a meeting or an event of a referral."""
    later = written_later_in_words(row.happened_at, row.at)
    how = f"{how}. {later}" if later else how
    tie = f"{concern.uid}{row.uid}"
    return ChildKnewEntry(row.happened_at, who, role, how, concern, outside=True, tie=tie)


def _write_place(entry: ChildKnewEntry) -> str:
    """The place of an entry for an address: no name is in it."""
    return f"{entry.at.astimezone(UTC):{_STAMP}}.{entry.tie}"


def _parse_place(written: str) -> tuple[datetime, str] | None:
    stamp, _, tie = written.partition(".")
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC), tie
    except ValueError:
        return None
