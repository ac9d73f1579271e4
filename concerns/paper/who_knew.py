"""Who knew of a concern, and when: readers, people told in person, and those outside the school."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from concerns.doors.ledger import AuditedLine
from concerns.models import Conversation, Meeting, Person, ReferralEvent
from concerns.reading.concern_history import ConcernHistory
from concerns.reading.when_written import written_later_in_words
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import ReferralStage

# Staff changes that pass concerns to somebody else. The person making the change sees nothing of
# the concern, so these acts do not count as knowing.
STAFFING = frozenset({Kind.LEFT, Kind.STAFF_CHANGED, Kind.APPROVED})


@dataclass(frozen=True)
class WhoKnewEntry:
    """When somebody first knew of the concern, and when they first read it (`read_at`)."""

    who: str
    role: str
    at: datetime
    how: str
    read_at: datetime | None = None
    # Not known from this system: a parent, an agency, somebody told in person.
    outside: bool = False


def list_who_knew(
    history: ConcernHistory, lines: list[AuditedLine], lists: list[AuditedLine]
) -> list[WhoKnewEntry]:
    """Everybody who knew, in the order in which they came to know; each member of staff once.

    `lines` are the concern's ledger lines, `lists` the ledger lines of lists that showed it.
    """
    came = _staff_who_knew(history, [*lines, *lists])
    found: dict[int, WhoKnewEntry] = {}
    for person, knew in sorted(came, key=lambda one: one[1].at):
        known = found.setdefault(person.pk, knew)
        if known.read_at is None and knew.read_at:
            found[person.pk] = replace(known, read_at=knew.read_at, role=known.role or knew.role)
    outside = [*_people_told_by_voice(history, lines), *_outsiders_spoken_to(history)]
    return sorted([*found.values(), *outside], key=lambda knew: knew.at)


def _staff_who_knew(
    history: ConcernHistory, lines: list[AuditedLine]
) -> Iterator[tuple[Person, WhoKnewEntry]]:
    """Staff who acted on it, read it, saw it in a list, were notified or were handed it."""
    for line in lines:
        if line.who and not line.refused and line.kind not in STAFFING:
            read_at = None if line.kind is Kind.LISTED else line.at
            # Show the reason for a list that has one of its own, such as "beside a concern".
            reason = f", {line.reason}" if line.reason and ":" not in line.reason else ""
            how = line.kind.label + (reason if line.kind is Kind.LISTED else "")
            yield line.who, WhoKnewEntry(line.who.name, line.role, line.at, how, read_at)
        if line.to:
            yield line.to, WhoKnewEntry(line.to.name, "", line.at, line.kind.label)
    for row in history.handings:
        yield row.to, WhoKnewEntry(row.to.name, "", row.at, f"Was handed it by {row.by.name}")


def _people_told_by_voice(
    history: ConcernHistory, lines: list[AuditedLine]
) -> Iterator[WhoKnewEntry]:
    """The person who told the writer, and the people the writer says they told in person."""
    concern = history.concern
    if concern.told_words:
        how = f"Told {concern.reporter.name}, who wrote it down"
        yield WhoKnewEntry(concern.told_by, "", concern.received_at, how, outside=True)
    how = f"Told in person, as {concern.reporter.name} wrote"
    if concern.told_in_person:
        yield WhoKnewEntry(concern.told_in_person, "", concern.received_at, how, outside=True)
    told = {line.about for line in lines if line.kind is Kind.TOLD and not line.refused}
    for row in history.additions:
        if str(row.uid) in told:
            yield WhoKnewEntry(row.words.split(": ", 1)[-1], "", row.at, how, outside=True)


def _outsiders_spoken_to(history: ConcernHistory) -> Iterator[WhoKnewEntry]:
    """Parents, children and agencies, from the conversations, meetings and referrals on record."""
    for row in history.conversations:
        if row.reached:
            how = f"{row.by.name} spoke to them{_say_written_later(row)}"
            yield WhoKnewEntry(row.who, row.spoken_to_words, row.happened_at, how, outside=True)
    for met in history.meetings:
        how = f"{met.by.name} recorded who was there{_say_written_later(met)}"
        yield WhoKnewEntry(met.who, met.kind_words, met.happened_at, how, outside=True)
    for referral in history.referrals:
        for event in referral.events.all():
            if event.stage == ReferralStage.SENT:
                who = ", ".join(filter(None, [event.agency, event.spoken_to]))
                how = f"{event.by.name} sent a referral: {event.method_words.lower()}"
                how += _say_written_later(event)
                yield WhoKnewEntry(who, referral.route_words, event.happened_at, how, outside=True)


def _say_written_later(row: Conversation | Meeting | ReferralEvent) -> str:
    """ ". Written down ...", if it was written down later than it happened."""
    later = written_later_in_words(row.happened_at, row.at)
    return f". {later}" if later else ""
